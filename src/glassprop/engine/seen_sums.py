"""What epochs see of each row, added up: sums over epochs and no more. Kernels write to them, or outputs come in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.judged import CLASSES, LABELS, NUMBERS, judge_of, scale_of
from glassprop.equations.arrays import Array

# columns of the sums; what outputs add up to begins at OUTPUTS
COUNT, MARGIN, CONFIDENCE, SQUARE, FORGOTTEN, LAST_WRONG, WRONG, OUTPUTS = range(8)
# entries of what rows are judged by: see ``Judge``
TASK, SCALE, BEFORE, LEAST, EPSILON = range(5)
_CODES = {CLASSES: 0.0, LABELS: 1.0, NUMBERS: 2.0}


class SeenSums:
    """Sums over the epochs that are looked at, of n rows: each has a count of its own.

    So a row counts as often as it was seen, whatever became of the epoch: one that is left in its middle, or begun
    there, or ends in a cost that is not finite.

    Parameters
    ----------
    task : {"classes", "labels", "numbers"}
        What outputs are held against, see ``SeenRows``.
    Y : array (n, n_L)
        Targets as the network is trained on them, without label smoothing.

    Attributes
    ----------
    sums : array (n, 7 + n_L)
        By row: how often it was seen; Σ margin, Σ confidence, Σ of what the spread is made of; how often it was
        forgotten; after which epoch it was last wrong, if it is not now, and whether it is; Σ a of the last layer.
    judged : array (5,)
        What kernels need to know: the task, the targets' variance, the epoch that was looked at before, and the least
        number and the epsilon of the outputs' dtype.
    given : integers (n,)
        Of classes, which output is the one of the given class.

    Examples
    --------
    >>> import numpy as np
    >>> sums = SeenSums("classes", np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> sums.begin(1).take(np.array([[0.4, 0.6], [0.2, 0.8]]))
    >>> sums.begin(2).take(np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> (sums.sums[:, CONFIDENCE] / sums.sums[:, COUNT]).round(2).tolist()
    [0.6, 0.7]
    """

    def __init__(self, task: str, Y: Array) -> None:
        self.task, self.Y = task, Y
        n, k = Y.shape
        self.sums: NDArray[np.float64] = np.zeros((n, OUTPUTS + k))
        self.sums[:, WRONG] = 1  # so that nothing is forgotten at the first look
        kind = np.finfo(Y.dtype)
        self.judged = np.array([_CODES[task], scale_of(task, Y), 0, kind.tiny, kind.eps], dtype=np.float64)
        self.given = Y.argmax(axis=1).astype(np.int64, copy=False) if task == CLASSES else np.zeros(n, np.int64)
        self._epoch = 0
        self._judge = judge_of(task, Y)

    def begin(self, epoch: int) -> SeenSums:
        """Look at that epoch, by its number from 1. -> itself."""
        if epoch != self._epoch:  # it may be gone on with
            self.judged[BEFORE], self._epoch = self._epoch, epoch
        return self

    @property
    def epoch(self) -> int:
        """The number of the epoch that is or was looked at last; 0: none was."""
        return self._epoch

    def take(self, outputs: Array) -> None:
        """Add what it sees. outputs (n, n_L): a of the last layer; rows with some that are not finite do not count."""
        many = self._judge.rows_at_once
        with np.errstate(all="ignore"):
            for start in range(0, len(outputs), many):
                self._take(outputs[start : start + many], start)

    def _take(self, a: Array, start: int) -> None:
        sums = self.sums[start : start + len(a)]
        margin, confidence, square, wrong = self._judge(a, start)
        finite: Array = np.isfinite(a)
        there: Array = np.array([True]) if finite.all() else np.logical_and.reduce(finite, axis=1)
        parts = (COUNT, 1.0), (MARGIN, margin), (CONFIDENCE, confidence), (SQUARE, square)
        for column, part in parts:
            np.add(sums[:, column], part, out=sums[:, column], where=there)
        outputs = sums[:, OUTPUTS:]
        np.add(outputs, a, out=outputs, where=there[:, None])
        changed = np.flatnonzero((wrong != sums[:, WRONG]) & there)  # few, in most epochs
        worse = wrong[changed]
        sums[changed[worse], FORGOTTEN] += 1
        sums[changed[~worse], LAST_WRONG] = self.judged[BEFORE]
        sums[changed, WRONG] = worse
