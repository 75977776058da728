"""How clearly rows are given their targets by outputs: margin, confidence, and whether they are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array

TASKS = ("classes", "labels", "numbers")


class Judged(NamedTuple):
    """Of some rows, (m,) each.

    margin, confidence : as ``SeenRows`` has them. square : what the spread is made of, the confidence's square or the
    residual's. wrong : whether the target is not what the outputs stand for.
    """

    margin: Array
    confidence: Array
    square: Array
    wrong: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets of all rows, in the form in which outputs are held against them.

    Attributes
    ----------
    task : one of ``TASKS``
    Y : array (n, n_L)
    given : integers (n,)
        Of classes: which output is the one of the given class.
    other : array (n, n_L)
        Of labels: 1 - Y.
    scale : float
        Of numbers: the mean square of the targets' distance from their mean.
    """

    task: str
    Y: Array
    given: NDArray[np.intp]
    other: Array
    scale: float

    @classmethod
    def of(cls, task: str, Y: Array) -> Targets:
        """Y (n, n_L), as the network is trained on them, without label smoothing."""
        given = Y.argmax(axis=1) if task == "classes" else np.zeros(0, dtype=np.intp)
        other = 1 - Y if task == "labels" else Y[:0]
        scale = float(Y.var(axis=0, dtype=np.float64).sum()) if task == "numbers" and len(Y) else 1.0
        return cls(task, Y, given, other, scale or 1.0)

    def judge(self, a: Array, rows: slice) -> Judged:
        """Hold outputs against the targets of these rows. a (m, n_L): it is left as it is."""
        if self.task == "numbers":
            return self._numbers(a, rows)
        return self._classes(a, rows) if self.task == "classes" else self._labels(a, rows)

    def _classes(self, a: Array, rows: slice) -> Judged:
        least, place = np.finfo(a.dtype).tiny, self.given[rows, None]
        confidence, others = np.take_along_axis(a, place, axis=1)[:, 0], a.copy()
        np.put_along_axis(others, place, -np.inf, axis=1)
        other = others.max(axis=1)
        margin = np.log(np.maximum(confidence, least) / np.maximum(other, least))
        return Judged(margin, confidence, np.square(confidence), confidence <= other)

    def _labels(self, a: Array, rows: slice) -> Judged:
        epsilon = np.finfo(a.dtype).eps
        by_label = np.abs(np.clip(a, epsilon, 1 - epsilon) - self.other[rows])
        confidence = by_label[:, 0] if by_label.shape[1] == 1 else by_label.min(axis=1)
        margin = np.log(confidence / (1 - confidence))
        return Judged(margin, confidence, np.square(confidence), confidence <= 0.5)

    def _numbers(self, a: Array, rows: slice) -> Judged:
        residual = a - self.Y[rows]
        square = np.einsum("ij,ij->i", residual, residual)
        return Judged(-np.sqrt(square), np.exp(square / (-2 * self.scale)), square, square > self.scale)
