"""What a training has seen of each row: outputs and margins in the mean over epochs, and how often it was forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.judged import NUMBERS
from glassprop.engine.seen_sums import (
    CONFIDENCE,
    COUNT,
    FORGOTTEN,
    LAST_WRONG,
    MARGIN,
    OUTPUTS,
    SQUARE,
    WRONG,
    SeenSums,
)
from glassprop.equations.arrays import Array
from glassprop.errors import DataError
from glassprop.ground.in_notebook import InNotebook


@dataclass(frozen=True, eq=False)
class SeenRows(InNotebook):
    """What was recorded during training about the n rows that ``fit`` was given, in their order.

    Attributes
    ----------
    task : {"classes", "labels", "numbers"}
        One class of several; each output a label by itself, of which one sigmoid output of two classes is a case;
        regression.
    epochs : int
        How many epochs the means are taken over. 0: none, and all numbers are those of the final weights.
    last : int
        The number of the last of them, from 1: in a long training run not every epoch is recorded.
    outputs : array (n, n_L)
        The mean of a of the last layer, as training saw it: with the mask of dropout, before the step that the row took
        part in. Of several members their mean.
    margin : array (n,)
        The mean of how clearly the row was given its target. Classes: ln a_y - ln max a_other, which of softmax is
        z_y - max z_other. Labels: the log-odds of the given one, of several labels the smallest. Numbers: -‖a - y‖, in
        the units that the network is trained in.
    confidence : array (n,)
        The mean of the probability of what is given: a_y; of labels a or 1 - a, of several the smallest. Numbers:
        exp(-‖a - y‖² / 2s²), s the standard deviation of the targets.
    spread : array (n,)
        The standard deviation over epochs of the confidence; of numbers, of the residual.
    forgotten : array (n,) of int
        How often it was right, and wrong the next time it was checked. In regression, right means within one standard
        deviation of the targets.
    learned : array (n,) of int
        After how many epochs it stayed right. 0: from the first check on. -1: it was wrong at the last one.
    trained : array (n,) of bool
        Whether it was trained on. Else it was set aside by early stopping or has weight 0: its numbers are those of
        the final weights.
    rows : str
        A digest by which the rows are known again, see ``known_rows``; "": not known.
    folds : int
        Of how many networks of folds the final weights are, each row's of those that have not learned from it; 0: there
        are none.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import Margins, MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> margins = Margins()
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> clf = clf.set_callbacks(margins).fit(X, y)
    >>> seen = margins.rows()
    >>> seen.task, seen.outputs.shape, bool(seen.confidence[0] > 0.5)
    ('classes', (150, 3), True)

    References
    ----------
    Margins in the mean over epochs: Pleiss et al. 2020 (arXiv 2001.10528), there before the softmax. Confidence and
    spread: Swayamdipta et al. 2020 (arXiv 2009.10795). Forgetting: Toneva et al. 2019 (arXiv 1812.05159).
    """

    task: str
    epochs: int
    outputs: Array
    margin: NDArray[np.float64]
    confidence: NDArray[np.float64]
    spread: NDArray[np.float64]
    forgotten: NDArray[np.int64]
    learned: NDArray[np.int64]
    trained: NDArray[np.bool_]
    rows: str = ""
    folds: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        n = len(self.outputs)
        columns = self.margin, self.confidence, self.spread, self.forgotten, self.learned, self.trained
        if self.outputs.ndim != 2 or any(column.shape != (n,) for column in columns):
            shapes = ", ".join(str(column.shape) for column in columns)
            raise DataError(f"outputs are (n, n_L) and all else is (n,), got {self.outputs.shape} and {shapes}")

    def __len__(self) -> int:
        return len(self.outputs)


def rows_of(sums: SeenSums) -> SeenRows:
    """What was added up, as means. Of a row that was never seen all is 0, and it does not count as trained on."""
    found = sums.sums
    count = np.maximum(found[:, COUNT], 1)
    outputs, confidence = found[:, OUTPUTS:] / count[:, None], found[:, CONFIDENCE] / count
    center = np.square(outputs - sums.Y).sum(axis=1) if sums.task == NUMBERS else confidence**2
    return SeenRows(
        task=sums.task,
        epochs=int(found[:, COUNT].max(initial=0)),
        outputs=outputs,
        margin=found[:, MARGIN] / count,
        confidence=confidence,
        spread=np.sqrt(np.maximum(found[:, SQUARE] / count - center, 0)),
        forgotten=found[:, FORGOTTEN].astype(np.int64),
        learned=np.where(found[:, WRONG] == 1, -1, found[:, LAST_WRONG]).astype(np.int64),
        trained=found[:, COUNT] > 0,
        last=sums.epoch,
    )


def of_weights(task: str, outputs: Array, Y: Array) -> SeenRows:
    """What one look tells, of rows that were not seen while they were trained on: no epochs, nothing forgotten."""
    sums = SeenSums(task, Y)
    sums.take(np.asarray(outputs))
    found = rows_of(sums)
    none = np.zeros(len(found), dtype=bool)
    return replace(found, epochs=0, last=0, spread=np.zeros(len(found)), trained=none)


def put_together(n: int, parts: list[tuple[NDArray[np.integer], SeenRows]]) -> SeenRows:
    """Rows that were seen apart, in the order of all; what comes later counts. parts: which rows, and what of them."""

    def of_all(name: str) -> Any:
        first = getattr(parts[0][1], name)
        whole = np.zeros((n, *first.shape[1:]), dtype=first.dtype)
        for rows, found in parts:
            whole[rows] = getattr(found, name)
        return whole

    names = ("outputs", "margin", "confidence", "spread", "forgotten", "learned", "trained")
    epochs, last = (max(getattr(found, name) for _, found in parts) for name in ("epochs", "last"))
    return replace(parts[0][1], epochs=epochs, last=last, **{name: of_all(name) for name in names})
