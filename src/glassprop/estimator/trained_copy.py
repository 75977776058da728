"""What is found on a copy of an estimator that is trained once for it, watched; some of the rows are held out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_consistent_length

from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.measured import Measured, TargetMeasured, Task
from glassprop.diagnosis.measured_columns import measured_columns
from glassprop.diagnosis.measuring import measure
from glassprop.diagnosis.symptoms import diagnosis_of
from glassprop.equations.arrays import Array
from glassprop.estimator.diagnosed import EPOCHS_TO_MEASURE
from glassprop.insight.names import InputName

_HELD_OUT = 0.2
_CLASSES = 0.1  # of the rows: more different values are no classes, but whole amounts
_FEWEST = 30  # rows of which some are held out
# What measuring may take in addition: a part of the training, or so many rows if these are more.
_PART_OF_TRAINING, _ROWS_TO_MEASURE = 0.1, 10_000


def findings_of_training(
    model: Any,
    X: Any,
    y: Any,
    weight: Any,
    val: tuple[Any, Any],
    inputs: Sequence[InputName] | None = None,
    **how: Any,
) -> Diagnosis:
    """Train a copy of the estimator once, watched, and say what is found; a part of the rows is held out.

    inputs: what they are called, where the estimator does not know it. how: as ``train_to_diagnose`` takes it.
    """
    broken = _not_finite(X)
    if broken is not None:
        return diagnosis_of(_of_columns_alone(model, broken, _names_of(X, inputs)), 0.0)
    X, y, weight, val = held_out(X, y, weight, val, classes=is_classifier(model))
    case = model.train_to_diagnose(X, y, weight, *val, **how).called(inputs)
    n, epochs = len(case.data), 0 if case.state is None else len(case.state.history.cost)
    passes = n * EPOCHS_TO_MEASURE + max(_PART_OF_TRAINING * epochs * n, _ROWS_TO_MEASURE)
    return diagnosis_of(*measure(replace(case, passes=passes)), trained=epochs)


def held_out(
    X: Any, y: Any, weight: Any, val: tuple[Any, Any], *, classes: bool = False
) -> tuple[Any, Any, Any, tuple[Any, Any]]:
    """Rows to train on and to judge by: a part of them, where none are given. -> X, y, weight, (X_val, y_val).

    classes: whether y has classes, however many, none of which may be lost to training.
    """
    check_consistent_length(X, y, weight)
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    if val[0] is not None or val[1] is not None or n < _FEWEST:
        return X, y, weight, val
    order = np.random.default_rng(0).permutation(n)
    aside, kept = np.sort(order[: int(_HELD_OUT * n)]), np.sort(order[int(_HELD_OUT * n) :])
    labels = np.asarray(y)
    if labels.ndim == 1 and (classes or labels.dtype.kind != "f"):
        found = len(np.unique(labels))
        if (classes or found <= _CLASSES * n) and found > len(np.unique(labels[kept])):
            return X, y, weight, val  # a class would be lost
    X = X.tocsr() if hasattr(X, "tocsr") else X
    parts = [
        [None if part is None else _safe_indexing(part, rows) for part in (X, y, weight)] for rows in (kept, aside)
    ]
    return parts[0][0], parts[0][1], parts[0][2], (parts[1][0], parts[1][1])


def error_in(message: str) -> float:
    """The error that a DerivativeError tells of; infinite where a function failed altogether."""
    found = re.search(r"\(error ([\d.e+-]+)\)", message)
    return float(found[1]) if found else float("inf")


# --- columns that are no numbers ------------------------------------------------------------------------------


def _not_finite(X: Any) -> Array | None:
    """X as an array, if it has numbers and some of them are NaN or infinite; else None."""
    if hasattr(X, "tocsr"):
        return None
    try:
        numbers = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return numbers if numbers.ndim == 2 and numbers.size and not np.isfinite(numbers).all() else None


def _names_of(X: Any, inputs: Sequence[InputName] | None) -> tuple[list[str], list[str] | None]:
    """What the inputs are called, and the columns that they are made of."""
    if inputs is not None and len(inputs) == np.shape(X)[1]:
        return [one.name for one in inputs], [one.column for one in inputs]
    return [str(name) for name in getattr(X, "columns", [f"column {k}" for k in range(np.shape(X)[1])])], None


def _of_columns_alone(model: Any, X: Array, called: tuple[list[str], list[str] | None]) -> Measured:
    """Of what cannot be trained on."""
    names, made_of = called
    task: Task = "classes" if hasattr(model, "predict_proba") else "numbers"
    return Measured(
        rows=len(X),
        inputs=X.shape[1],
        outputs=1,
        arguments=dict(model.get_params(deep=False)),
        output="",
        cost_name="",
        columns=measured_columns(X, np.zeros((len(X), 1)), names, columns=made_of),
        target=TargetMeasured(task, float("nan")),
        batch=0,
        left_out=("everything that needs a training run, which takes no NaN",),
    )
