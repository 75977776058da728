"""How clearly outputs give rows their targets: margin, confidence, whether they are right; in few passes by blocks."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array

CLASSES, LABELS, NUMBERS = "classes", "labels", "numbers"
_AT_ONCE = 16384  # outputs, so that what is worked out on the way stays in a core's cache
_LEAST_ROWS = 256


class Judged(NamedTuple):
    """Of some rows, (m,) each.

    margin, confidence : as ``SeenRows`` has them. square : what the spread is made of, the confidence's square or the
    residual's. wrong : whether the target is not what the outputs stand for.
    """

    margin: Array
    confidence: Array
    square: Array
    wrong: NDArray[np.bool_]


class Judge(Protocol):
    """Holds outputs against the targets of all rows.

    Attributes
    ----------
    rows_at_once : int
        Of how many rows outputs are to be handed over: from such a multiple on, and of fewer at the end alone.
    """

    rows_at_once: int

    def __call__(self, a: Array, start: int) -> Judged:
        """Outputs (m, n_L) of the rows from ``start`` on, left as they are. What it returns lasts until the next."""
        ...


def judge_of(task: str, Y: Array) -> Judge:
    """The one for a task. Y (n, n_L), as the network is trained on them, without label smoothing."""
    kinds: dict[str, type[Judge]] = {CLASSES: _Classes, LABELS: _Labels, NUMBERS: _Numbers}
    return kinds[task](Y)  # type: ignore[call-arg]


def scale_of(task: str, Y: Array) -> float:
    """By what numbers are far: the mean square of the targets' distance from their mean; 1 where that is 0."""
    return (float(Y.var(axis=0, dtype=np.float64).sum()) if task == NUMBERS else 0.0) or 1.0


class _Rooms:
    """Places for what is worked out of a block, of the outputs' dtype."""

    def __init__(self, Y: Array) -> None:
        n, k = Y.shape
        self.rows_at_once = max(_LEAST_ROWS, _AT_ONCE // k)
        self._many = min(n, self.rows_at_once)
        self._rooms: dict[Any, Any] = {}

    def _room(self, dtype: Any, columns: int) -> tuple[Array, Array, Array, Array]:
        """Three vectors (rows,) and one of (columns, rows)."""
        if dtype not in self._rooms:
            one, two, three = np.empty((3, self._many), dtype)
            self._rooms[dtype] = one, two, three, np.empty((columns, self._many), dtype)
        rooms: tuple[Array, Array, Array, Array] = self._rooms[dtype]
        return rooms


class _Classes(_Rooms):
    """ln a_y - ln max a_other; outputs too small for their dtype count as its smallest number."""

    def __init__(self, Y: Array) -> None:
        super().__init__(Y)
        n = len(Y)
        self._given = (
            Y.argmax(axis=1) * self._many + np.arange(n) % self.rows_at_once
        )  # where it lies in the turned room

    def __call__(self, a: Array, start: int) -> Judged:
        m, least = len(a), np.finfo(a.dtype).tiny
        confidence, other, square, turned = self._room(a.dtype, a.shape[1])
        confidence, other, square = confidence[:m], other[:m], square[:m]
        flat, given = turned.reshape(-1), self._given[start : start + m]
        np.copyto(turned[:, :m], a.T)  # the largest of short rows takes 20 times as long as that of long columns
        flat.take(given, out=confidence, mode="clip")
        flat[given] = -np.inf
        np.maximum.reduce(turned[:, :m], axis=0, out=other)
        wrong = confidence <= other
        np.maximum(other, least, out=other)
        margin = np.maximum(confidence, least, out=square)
        np.log(np.divide(margin, other, out=other), out=other)
        return Judged(other, confidence, np.multiply(confidence, confidence, out=square), wrong)


class _Labels(_Rooms):
    """The log-odds of the given one; outputs closer to 0 or 1 than their epsilon count as that far away."""

    def __init__(self, Y: Array) -> None:
        super().__init__(Y)
        self._other = (Y <= 0.5).astype(Y.dtype)

    def __call__(self, a: Array, start: int) -> Judged:
        m, epsilon = len(a), np.finfo(a.dtype).eps
        confidence, odds, square, by_label = self._room(a.dtype, a.shape[1])
        confidence, odds, square, by_label = confidence[:m], odds[:m], square[:m], by_label[:, :m]
        np.subtract(a.T, self._other[start : start + m].T, out=by_label)
        np.abs(by_label, out=by_label)
        np.minimum.reduce(by_label, axis=0, out=confidence)
        np.maximum(confidence, epsilon, out=confidence)
        np.minimum(confidence, 1 - epsilon, out=confidence)
        np.divide(confidence, np.subtract(1, confidence, out=odds), out=odds)
        np.log(odds, out=odds)
        return Judged(odds, confidence, np.multiply(confidence, confidence, out=square), confidence <= 0.5)


class _Numbers(_Rooms):
    """-‖a - y‖, and the deviation of the targets as the measure of what is far."""

    def __init__(self, Y: Array) -> None:
        super().__init__(Y)
        self._Y, self._scale = Y, scale_of(NUMBERS, Y)

    def __call__(self, a: Array, start: int) -> Judged:
        m = len(a)
        margin, confidence, square, residual = self._room(a.dtype, a.shape[1])
        margin, confidence, square, residual = margin[:m], confidence[:m], square[:m], residual[:, :m]
        np.subtract(a.T, self._Y[start : start + m].T, out=residual)
        np.add.reduce(np.multiply(residual, residual, out=residual), axis=0, out=square)
        np.negative(np.sqrt(square, out=margin), out=margin)
        np.exp(np.multiply(square, -0.5 / self._scale, out=confidence), out=confidence)
        return Judged(margin, confidence, square, square > self._scale)
