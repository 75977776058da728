"""Whether probabilities can be believed: what was said of each row, and whether it came true, in bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve

from glassprop.errors import DataError

_ROUNDED = 1e-6  # beyond 0 and 1, as float32 has it


@dataclass(frozen=True, eq=False)
class Question:
    """Of each row a statement with a probability.

    Attributes
    ----------
    true : array of bool (n_rows,)
        Whether the statement is true.
    said : array (n_rows,)
        How probable it was said to be.
    label : class or None
        That the row is of this class; None: that it is of the class that was predicted.
    """

    true: NDArray[np.bool_]
    said: NDArray[np.float64]
    label: Any = None

    def __post_init__(self) -> None:
        if not ((self.said >= -_ROUNDED) & (self.said <= 1 + _ROUNDED)).all():
            raise DataError("probabilities lie between 0 and 1: some of these do not, or are missing")
        object.__setattr__(self, "said", np.clip(self.said, 0.0, 1.0))

    def bins(self, n_bins: int, strategy: Literal["uniform", "quantile"] = "uniform") -> tuple[Any, Any]:
        """How often it came true, and the mean of what was said, of each bin that has rows: scikit-learn's."""
        truth, mean = calibration_curve(self.true, self.said, n_bins=n_bins, strategy=strategy, pos_label=True)
        return truth, mean

    def rows_in_bins(self, n_bins: int) -> NDArray[np.int64]:
        """How many rows each bin has, of those that have some; bins are equally wide."""
        edges = np.linspace(0.0, 1.0, n_bins + 1)
        counts = np.bincount(np.searchsorted(edges[1:-1], self.said), minlength=n_bins)
        return counts[counts > 0]


def question_of(
    y: NDArray[Any], probabilities: NDArray[np.float64], classes: NDArray[Any], place: int | None = None
) -> Question:
    """Of two classes whether a row is of the second, of more whether it is of the class that was predicted.

    Parameters
    ----------
    y : array (n_rows,)
    probabilities : array (n_rows, n_classes)
    classes : array (n_classes,)
    place : int, optional
        Of the class to ask for in their place.
    """
    if place is None and len(classes) > 2:
        best = probabilities.argmax(axis=1)
        return Question(classes[best] == y, probabilities[np.arange(len(y)), best])
    place = len(classes) - 1 if place is None else place
    return Question(y == classes[place], probabilities[:, place], classes[place])
