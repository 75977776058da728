"""``diagnose`` of the estimators: what keeps the network from learning, found on what was trained, or by training."""

from __future__ import annotations

from typing import Any

from glassprop.diagnosis.finding import Diagnosis


class Diagnoses:
    """The verb."""

    def diagnose(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        budget: float = 1.0,
    ) -> Diagnosis:
        """Say what keeps this network from learning."""
        raise NotImplementedError
