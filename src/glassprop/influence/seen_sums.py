"""What training sees of its rows, added up while it runs: sums over epochs, and no more than that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.influence.judged import Targets
from glassprop.influence.seen_rows import SeenRows

_BLOCK = 2048  # rows at a time, so that what is worked out on the way stays in a core's cache


class SeenSums:
    """Takes the outputs of some rows, the same ones, epoch by epoch.

    Parameters
    ----------
    task : {"classes", "labels", "numbers"}
        See ``SeenRows``.
    Y : array (n, n_L)
        Targets as the network is trained on them, without label smoothing.

    Examples
    --------
    >>> import numpy as np
    >>> sums = SeenSums("classes", np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> sums.take(np.array([[0.4, 0.6], [0.2, 0.8]]), epoch=1)
    >>> sums.take(np.array([[0.8, 0.2], [0.4, 0.6]]), epoch=2)
    >>> rows = sums.rows()
    >>> rows.confidence.round(2).tolist(), rows.learned.tolist()
    ([0.6, 0.7], [1, 0])
    """

    def __init__(self, task: str, Y: Array) -> None:
        self.targets = Targets.of(task, Y)
        n = len(Y)
        self.epochs = 0
        self.looks = np.zeros(n, dtype=np.int64)  # of each row, since Ctrl-C may come among the blocks of an epoch
        self.outputs = np.zeros(Y.shape)
        self.margin, self.confidence, self.square = np.zeros(n), np.zeros(n), np.zeros(n)
        self.forgotten, self.last_wrong = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.wrong = np.ones(n, dtype=bool)  # so that nothing is forgotten at the first look

    def take(self, outputs: Array, epoch: int) -> None:
        """Add what an epoch saw. outputs (n, n_L): a of the last layer, left as it is; epoch: its number, from 1."""
        for start in range(0, len(outputs), _BLOCK):
            self._take(outputs[start : start + _BLOCK], slice(start, start + _BLOCK), epoch)
        self.epochs += 1

    def _take(self, a: Array, rows: slice, epoch: int) -> None:
        margin, confidence, square, wrong = self.targets.judge(a, rows)
        self.outputs[rows] += a
        self.margin[rows] += margin
        self.confidence[rows] += confidence
        self.square[rows] += square
        self.forgotten[rows] += wrong > self.wrong[rows]
        self.wrong[rows] = wrong
        np.copyto(self.last_wrong[rows], epoch, where=wrong)
        self.looks[rows] += 1

    def rows(self) -> SeenRows:
        """The means, of at least one epoch; all rows count as trained on."""
        n, looks = len(self.wrong), np.maximum(self.looks, 1)
        outputs, confidence = self.outputs / looks[:, None], self.confidence / looks
        center = confidence**2
        if self.targets.task == "numbers":
            center = np.square(outputs - self.targets.Y).sum(axis=1)
        return SeenRows(
            task=self.targets.task,
            epochs=self.epochs,
            outputs=outputs,
            margin=self.margin / looks,
            confidence=confidence,
            spread=np.sqrt(np.maximum(self.square / looks - center, 0)),
            forgotten=self.forgotten.copy(),
            learned=np.where(self.wrong, -1, self.last_wrong),
            trained=np.ones(n, dtype=bool),
        )


def of_weights(task: str, outputs: Array, Y: Array) -> SeenRows:
    """What outputs of one look alone tell of rows that were not seen while they were trained on. -> no epochs."""
    sums = SeenSums(task, Y)
    sums.take(np.asarray(outputs), epoch=1)
    found = sums.rows()
    none = np.zeros(len(found), dtype=bool)
    learned: NDArray[np.int64] = np.where(found.learned < 0, -1, 0)
    return replace(found, epochs=0, learned=learned, spread=np.zeros(len(found)), trained=none)


def put_together(n: int, parts: list[tuple[NDArray[np.integer], SeenRows]]) -> SeenRows:
    """Rows that were seen apart, in the order of all. parts: which rows they are, and what was seen of them."""
    (_, first), *_ = parts

    def of_all(name: str) -> Any:
        pieces = [(rows, getattr(found, name)) for rows, found in parts]
        whole = np.zeros((n, *pieces[0][1].shape[1:]), dtype=pieces[0][1].dtype)
        for rows, piece in pieces:
            whole[rows] = piece
        return whole

    names = ("outputs", "margin", "confidence", "spread", "forgotten", "learned", "trained")
    return replace(first, epochs=max(found.epochs for _, found in parts), **{name: of_all(name) for name in names})
