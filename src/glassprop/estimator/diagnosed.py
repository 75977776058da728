"""What is found on a fitted estimator, in three passes over its data at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.measuring import measure
from glassprop.diagnosis.symptoms import diagnosis_of
from glassprop.diagnosis.watched import Watched
from glassprop.insight.names import InputName

EPOCHS_TO_MEASURE = 3  # at most, of a model that is fitted


def was_fitted(model: Any) -> bool:
    """Whether there is a training to be looked at, or weights from elsewhere that are not to be trained on."""
    state = vars(model).get("_state")
    return state is not None and (bool(state.history.cost) or not model.warm_start)


def findings_of_fit(
    model: Any,
    X: Any,
    y: Any,
    weight: Any = None,
    watched: Watched | None = None,
    val: tuple[Any, Any] = (None, None),
    inputs: Sequence[InputName] | None = None,
) -> Diagnosis:
    """What is found on a fitted estimator, in three epochs at most; no training is made. inputs: what they are called,
    where the estimator does not know it."""
    case = model.to_diagnose(X, y, weight, *val, watched=watched).called(inputs)
    return diagnosis_of(*measure(replace(case, passes=float(EPOCHS_TO_MEASURE * len(case.data)))))
