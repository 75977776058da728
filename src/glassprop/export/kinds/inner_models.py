"""What models within a model must be: that they predict, of which classes, from how many columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from glassprop.export.kinds.scikit_values import labels_rise
from glassprop.export.schema.misfit import Misfit


def must_have(model: Any, at: str, *methods: str) -> None:
    """Refuse a model that has none of these methods.

    Raises
    ------
    Misfit
    """
    if not any(hasattr(model, method) for method in methods):
        raise Misfit(at, f"a {type(model).__name__} has no {' or '.join(methods)}")


def must_give_numbers(model: Any, at: str, *, by: str = "predict") -> None:
    """Refuse a model that has no such method, or whose predictions are classes that are no numbers.

    Raises
    ------
    Misfit
    """
    must_have(model, at, by)
    classes = getattr(model, "classes_", None)
    if by == "predict" and isinstance(classes, np.ndarray) and classes.dtype.kind not in "biuf":
        raise Misfit(at, f"a {type(model).__name__} predicts classes that are no numbers")


def classes_of(model: Any, at: str) -> list[Any]:
    """The classes that a model tells apart, which must rise.

    Raises
    ------
    Misfit
    """
    classes = getattr(model, "classes_", None)
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or not len(classes):
        raise Misfit(at, f"a {type(model).__name__} tells no classes apart")
    labels_rise(classes, at)
    return list(classes.tolist())


def numbered(models: Iterable[Any], count: int, at: str, *, all_of_them: bool) -> None:
    """Refuse models whose classes are not numbers from 0 below `count`: they are places in arrays.

    Raises
    ------
    Misfit
    """
    for model in models:
        classes = classes_of(model, at)
        whole = np.asarray(model.classes_).dtype.kind in "iu"
        if not whole or classes[0] < 0 or classes[-1] >= count or (all_of_them and len(classes) != count):
            raise Misfit(at, f"the classes of its models must be numbers from 0 to {count - 1}")


def inputs_of(model: Any) -> int | None:
    """How many columns a model takes; None where there is no saying."""
    found: int | None = getattr(model, "n_features_in_", None)
    return found


def take(models: Iterable[Any], count: int | None, at: str) -> None:
    """Refuse models that do not take so many columns; None: all as many.

    Raises
    ------
    Misfit
    """
    counts = {inputs_of(model) for model in models} - {None}
    if len(counts | ({count} - {None})) > 1:
        raise Misfit(at, "its models take other columns than it does, or than each other")


def outputs_of(model: Any) -> int | None:
    """How many numbers a model predicts for a row; None where there is no saying."""
    found = getattr(model, "n_outputs_", None)
    if found is None and isinstance(getattr(model, "coef_", None), np.ndarray):
        found = 1 if model.coef_.ndim == 1 else len(model.coef_)
    steps = getattr(model, "steps", None)
    return outputs_of(steps[-1][1]) if found is None and steps else found
