"""From a fitted estimator, its training rows and a row asked for, to which of them drove its prediction."""

from __future__ import annotations

from operator import index
from typing import Any, NamedTuple

import numpy as np

from glassprop.equations.arrays import on_host
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.diagnosed import encoded
from glassprop.estimator.explaining import row_numbers, take
from glassprop.estimator.tracer import Tracer
from glassprop.ground.text import quoted
from glassprop.influence.blame import Blame, Pull, strongest
from glassprop.influence.influence import influences
from glassprop.influence.trace import Trace


class Asked(NamedTuple):
    """Whose prediction is asked for: a training row by its number, or a row with its target."""

    row: Any
    x: Any
    y_x: Any


def blamed(model: Any, X: Any, y: Any, weight: Any, asked: Asked, top: Any, trace: Any) -> Blame:
    """As ``Blames.blame`` has it."""
    top = _count(top)
    kept = _trace(model, trace)
    data = encoded(model, X, y, weight)
    row, x, y_x = _row(model, X, y, asked, len(data))
    one = encoded(model, x, y_x, None)
    scores = influences(model.network_, kept, data.X, data.Y, one.X, one.Y, data.sample_weight)[0]
    labels = np.asarray(y)

    def pulls(sign: int) -> tuple[Pull, ...]:
        rows = strongest(scores, sign, top, row)
        return tuple(Pull(i, _text(labels[i]), float(scores[i])) for i in rows)

    return Blame(
        row=row,
        label=_text(np.asarray(y_x)[0]),
        predicted=_text(np.asarray(model.predict(x))[0]),
        proponents=pulls(1),
        opponents=pulls(-1),
        scores=scores,
        epochs=() if kept.is_final else tuple(kept.epochs.tolist()),
    )


def _count(top: Any) -> int:
    try:
        number = 0 if isinstance(top, bool) else index(top)
    except TypeError:
        number = 0
    if number < 1:
        raise SettingsError(f"top must be a whole number of rows to list, 1 or more, got {quoted(top, 60)}")
    return number


def _trace(model: Any, trace: Any) -> Trace:
    """The trace given, if it is of this fit; else the final weights."""
    theta = on_host(model._state.theta)
    if trace is None:
        return Trace.of_final(theta)
    found = trace.trace() if isinstance(trace, Tracer) else trace
    if not isinstance(found, Trace):
        raise SettingsError(f"trace must be a Tracer that was set in fit, or None, got {quoted(trace, 60)}")
    if isinstance(trace, Tracer) and not np.array_equal(found.thetas[-1], theta):
        raise DataError("the Tracer's last weights are not those of this model: it has seen another fit")
    return found


def _row(model: Any, X: Any, y: Any, asked: Asked, n: int) -> tuple[int | None, Any, Any]:
    """-> its number, where it is a training row; its inputs, one row; its target."""
    if (asked.row is None) == (asked.x is None):
        raise SettingsError("give row= for one of the training rows or x= for another, one of both")
    if asked.x is None:
        if asked.y_x is not None:
            raise SettingsError("y_x= is the target of x=; that of row= stands in y")
        row = row_numbers(n, asked.row, None)[0]
        return row, take(X, [row]), take(y, [row])
    x = asked.x if hasattr(asked.x, "shape") else np.asarray(asked.x)
    x = np.asarray(x)[None] if len(x.shape) == 1 else x
    if x.shape[0] != 1:
        raise SettingsError(f"x= is one row, got {x.shape[0]}")
    if asked.y_x is not None:
        y_x = np.atleast_1d(np.asarray(asked.y_x))
        return None, x, y_x[None] if y_x.ndim == 1 and len(y_x) != 1 else y_x
    if not hasattr(model, "classes_"):
        raise SettingsError("a prediction of numbers has a cost only with its target: give y_x= with x=")
    return None, x, model.predict(x)


def _text(value: Any) -> str:
    """A target as people read it."""
    if np.ndim(value):
        return ", ".join(_text(each) for each in np.asarray(value).tolist())
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
