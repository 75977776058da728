"""Public: plots with matplotlib, as scikit-learn's Display classes (``pip install '.[plot]'`` from a checkout).

Each class has ``from_estimator``, ``plot(ax=…)`` and the attributes ``ax_`` and ``figure_``.
"""

from __future__ import annotations

from glassprop.displays.calibration_display import CalibrationDisplay
from glassprop.displays.confusion_matrix_display import ConfusionMatrixDisplay
from glassprop.displays.decision_boundary_display import DecisionBoundaryDisplay
from glassprop.displays.prediction_error_display import PredictionErrorDisplay
from glassprop.displays.training_curve_display import TrainingCurveDisplay
from glassprop.displays.weights_display import WeightsDisplay

__all__ = [
    "CalibrationDisplay",
    "ConfusionMatrixDisplay",
    "DecisionBoundaryDisplay",
    "PredictionErrorDisplay",
    "TrainingCurveDisplay",
    "WeightsDisplay",
]
