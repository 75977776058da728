"""What a training has seen of each row: outputs and margins in the mean over epochs, and how often it was forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.errors import DataError


@dataclass(frozen=True, eq=False)
class SeenRows:
    """What a training has seen of the n rows that ``fit`` was given, in their order.

    Attributes
    ----------
    task : {"classes", "labels", "numbers"}
        One class of several; each output a label by itself, of which one sigmoid output of two classes is a case;
        regression.
    epochs : int
        How many epochs it is the mean over. 0: there was none, and all numbers are those of the final weights.
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
        How often it was right and at the next look wrong. A number is right within a standard deviation of the targets.
    learned : array (n,) of int
        After how many epochs it was right for good. 0: from the first look on. -1: it was wrong at the last one.
    trained : array (n,) of bool
        Whether it was trained on. Else it was set aside by early stopping or has weight 0: its numbers are those of
        the final weights.

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

    def __post_init__(self) -> None:
        n = len(self.outputs)
        columns = self.margin, self.confidence, self.spread, self.forgotten, self.learned, self.trained
        if self.outputs.ndim != 2 or any(column.shape != (n,) for column in columns):
            shapes = ", ".join(str(column.shape) for column in columns)
            raise DataError(f"outputs are (n, n_L) and all else is (n,), got {self.outputs.shape} and {shapes}")

    def __len__(self) -> int:
        return len(self.outputs)
