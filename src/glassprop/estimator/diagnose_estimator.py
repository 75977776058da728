"""What keeps an estimator's network from learning: of one that is fitted, or of a copy that is trained for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassprop.diagnosis.finding import Diagnosis
from glassprop.errors import SettingsError
from glassprop.estimator.diagnosed import findings_of_fit, was_fitted
from glassprop.estimator.trained_copy import findings_of_training
from glassprop.estimator.trying import OnTry, with_remedies
from glassprop.ground.text import quoted
from glassprop.insight.names import InputName

Examples = tuple[Any, Any, Any, Any, Any]  # X, y, sample_weight, X_val, y_val, as ``fit`` takes them


def diagnose_estimator(
    model: Any,
    data: Examples,
    budget: Any,
    *,
    inputs: Sequence[InputName] | None = None,
    on_try: OnTry | None = None,
) -> Diagnosis:
    """``diagnose`` of the estimators.

    inputs: what they are called, where the estimator does not know it.

    Raises
    ------
    SettingsError
        If ``budget`` is no number of 0 or more.
    """
    check_budget(budget)
    X, y, weight, *val = data
    if was_fitted(model):
        found = findings_of_fit(model, X, y, weight, None, (val[0], val[1]), inputs)
    else:
        found = findings_of_training(model, X, y, weight, (val[0], val[1]), inputs)
    return with_remedies(found, model, data, float(budget), on_try)


def check_budget(budget: Any) -> None:
    """Refuse what is no number of trainings.

    Raises
    ------
    SettingsError
    """
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not budget >= 0:
        raise SettingsError(f"budget must be a number of training runs, 0 or more, got {quoted(budget, 60)}")
