"""From a fitted estimator and its data to what is diagnosed, as plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from glassprop.diagnosis.case import Case
from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.measured import Task
from glassprop.diagnosis.measuring import measure
from glassprop.diagnosis.symptoms import diagnosis_of
from glassprop.diagnosis.watched import Watched
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, on_host
from glassprop.estimator.build import build_settings
from glassprop.estimator.starting import starting_weights
from glassprop.estimator.validation import example_weights

EPOCHS_TO_MEASURE = 3  # at most, of a model that is fitted


def was_fitted(model: Any) -> bool:
    """Whether there is a training to be looked at, or weights from elsewhere that are not to be trained on."""
    state = vars(model).get("_state")
    return state is not None and (bool(state.history.cost) or not model.warm_start)


def findings_of_fit(
    model: Any, X: Any, y: Any, weight: Any = None, watched: Watched | None = None, val: tuple[Any, Any] = (None, None)
) -> Diagnosis:
    """What is found on a fitted estimator, in three epochs at most; no training is made."""
    case = case_of(model, X, y, weight, val, watched or Watched())
    return diagnosis_of(*measure(replace(case, passes=float(EPOCHS_TO_MEASURE * len(case.data)))))


def case_of(model: Any, X: Any, y: Any, weight: Any, val: tuple[Any, Any], watched: Watched) -> Case:
    """Of an estimator that has a network, and a state."""
    data = encoded(model, X, y, weight)
    arguments = model._arguments()
    network, state = model.network_, model._state
    held = None if val[0] is None else encoded(model, *val, None)
    particulars = model._particulars()
    classes, names = vars(model).get("classes_"), vars(model).get("feature_names_in_")
    outputs = [f"output {j}" for j in range(network.sizes[-1])] if classes is None else [str(c) for c in classes]
    return Case(
        network=network,
        theta=on_host(state.theta) if state.history.cost or not model.warm_start else None,
        data=data,
        task=_task(model, network.sizes[-1]),
        inputs=[f"column {k}" for k in range(network.n_inputs)] if names is None else [str(name) for name in names],
        names=outputs,
        arguments=arguments,
        settings=build_settings(arguments, len(data), particulars),
        validation=held,
        start=_start(model, data),
        state=state,
        watched=watched,
        scale=particulars.cost_scale,
    )


def _task(model: Any, n_outputs: int) -> Task:
    if not hasattr(model, "classes_"):
        return "numbers"
    return "labels" if model._kind(n_outputs) == "multilabel-indicator" else "classes"


def encoded(model: Any, X: Any, y: Any, weight: Any) -> Data:
    X, y, Y = model._validate_val(X, y)
    X = X if hasattr(X, "tocsr") else on_host(X)
    class_weight = getattr(model, "class_weight", None)
    return Data(X, on_host(Y), example_weights(class_weight, X, y, weight, incremental=False))


def _start(model: Any, data: Data) -> Array | None:
    """θ as it was drawn, where it can be drawn again: another draw of the same kind, where no seed says which."""
    if model.warm_start or "_given" in vars(model) or not model._state.history.cost:
        return None
    seed = model.random_state if isinstance(model.random_state, int | np.integer) else 0
    X = data.X[:10_000]
    return starting_weights(model.network_, check_random_state(seed), model._state.theta.dtype, X)
