"""From a fitted estimator, its training rows and a row asked for, to which of them drove its prediction."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, NamedTuple

import numpy as np

from glassprop.engine.plan import Data, is_elsewhere
from glassprop.equations.arrays import on_host
from glassprop.errors import SettingsError
from glassprop.estimator.explaining import row_numbers, take
from glassprop.estimator.tracer import Tracer
from glassprop.ground.text import quoted
from glassprop.influence.blame import Blame, Pull, strongest
from glassprop.influence.influence import OnRows
from glassprop.influence.model_influences import model_influences
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.trace import Trace
from glassprop.network import Network


class Asked(NamedTuple):
    """Whose prediction is asked for: its number, where it is a training row; its inputs, one row; its target.

    Without a target it is the prediction itself that is asked for, and not its cost.
    """

    row: int | None
    x: Any
    y_x: Any
    is_predicted: bool = False  # whether the target is what is predicted, since none was given


def blamed(
    network: Network,
    trace: ModelTrace,
    data: Data,
    one: Data,
    of: tuple[Asked, Any, Any],
    top: int,
    on_rows: OnRows | None = None,
) -> Blame:
    """What is said. of: the row that was asked for, what is predicted of it, and the targets of the training rows."""
    asked, predicted, labels = of[0], of[1], np.asarray(of[2])
    of_prediction = asked.y_x is None
    scores = model_influences(network, trace, data, one, of_prediction=of_prediction, on_rows=on_rows)[0]

    def pulls(sign: int) -> tuple[Pull, ...]:
        listed = strongest(scores, sign, top, asked.row)
        return tuple(Pull(i, _text(labels[i]), float(scores[i])) for i in listed)

    return Blame(
        row=asked.row,
        label="" if of_prediction else _text(np.asarray(asked.y_x)[0]),
        predicted=_text(np.asarray(predicted)[0]),
        proponents=pulls(1),
        opponents=pulls(-1),
        scores=scores,
        epochs=trace.epochs,
        of="prediction" if of_prediction else "cost",
        weights=trace.weights,
        networks=len(trace.traces),
        taught=trace.any_taught,
        has_label=not (of_prediction or asked.is_predicted),
    )


def count(top: Any) -> int:
    """How many rows are listed."""
    try:
        number = 0 if isinstance(top, bool) else index(top)
    except TypeError:
        number = 0
    if number < 1:
        raise SettingsError(f"top must be a whole number of rows to list, 1 or more, got {quoted(top, 60)}")
    return number


def trace_of(trace: Any, theta: Any) -> ModelTrace:
    """The trace given, if it is of this fit; else the final weights.

    Raises
    ------
    SettingsError
        If it is none.
    DataError
        If it is of another model.
    """
    if trace is None:
        return ModelTrace("", (Trace.of_final(on_host(theta)),))
    found = trace.model_trace() if isinstance(trace, Tracer) else trace
    if isinstance(found, Trace):
        return ModelTrace("", (found,))
    if not isinstance(found, ModelTrace):
        raise SettingsError(
            f"trace must be a Tracer that was set in fit, what load_trace gives, or None, got {quoted(trace, 60)}"
        )
    found.check_of(theta)
    return found


def asked_row(X: Any, y: Any, row: Any, given: tuple[Any, Any], label: Callable[[Any], Any] | None) -> Asked:
    """One of the training rows, or the one given with its target; label: what stands in for that, if anything does."""
    x, y_x = given
    if (row is None) == (x is None):
        raise SettingsError("give row= for one of the training rows or x= for another, one of both")
    if x is None:
        if y_x is not None:
            raise SettingsError("y_x= is the target of x=; that of row= stands in y")
        n = X.shape[0] if hasattr(X, "shape") else len(X)
        row = row_numbers(n, row, None)[0]
        return Asked(row, take(X, [row]), take(y, [row]))
    x = one_row_of(x)
    if y_x is not None:
        y_x = np.atleast_1d(np.asarray(y_x))
        if y_x.size > 1 and np.ndim(y) == 1:
            raise SettingsError(f"y_x= is one target, as y has them, got {y_x.size}")
        return Asked(None, x, y_x[None] if y_x.ndim == 1 and len(y_x) != 1 else y_x)
    return Asked(None, x, None, False) if label is None else Asked(None, x, label(x), True)


def one_row_of(x: Any) -> Any:
    """A row that is none of the training rows, as an array (1, n_columns), or what has such a shape as it is.

    Raises
    ------
    SettingsError
        If it is none, or several.
    """
    try:
        x = x if hasattr(x, "shape") else np.asarray(x)
    except ValueError:  # lists of different lengths
        raise SettingsError(f"x= is one row, got rows that differ in length: {quoted(x, 60)}") from None
    if len(x.shape) not in (1, 2):
        said = quoted(x.tolist(), 60) if not x.shape else f"an array of {len(x.shape)} axes"
        raise SettingsError(f"x= is one row, with a number for each column of X, got {said}")
    if len(x.shape) == 1:
        x = (x if is_elsewhere(x) else np.asarray(x))[None]
    if x.shape[0] != 1:
        raise SettingsError(f"x= is one row, got {x.shape[0]}")
    return x


def _text(value: Any) -> str:
    """A target as people read it."""
    if np.ndim(value):
        return ", ".join(_text(each) for each in np.asarray(value).tolist())
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
