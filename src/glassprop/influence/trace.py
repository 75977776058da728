"""The weights that a training passed through: a few, each with the part of the training that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.errors import DataError
from glassprop.ground.in_notebook import InNotebook


@dataclass(frozen=True, eq=False)
class Trace(InNotebook):
    """The weights of a few epochs of a training run.

    Attributes
    ----------
    thetas : array (k, size)
        The weights, in the order in which they came.
    rates : array (k,)
        What the gradient of a row was multiplied by in the steps that these weights stand for, all together: of plain
        SGD the learning rate, divided by the rows of a batch, summed over epochs.
    epochs : array (k,)
        After which epoch they were kept. -1: not known, for there is no trace, and the final weights serve.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, Tracer
    >>> X, y = load_iris(return_X_y=True)
    >>> tracer = Tracer(5)
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=40, tol=0, random_state=0)
    >>> clf = clf.set_callbacks(tracer).fit(X, y)
    >>> trace = tracer.trace()
    >>> trace.epochs.tolist(), trace.thetas.shape == (3, clf.theta_.size)
    ([16, 32, 40], True)
    """

    thetas: Array
    rates: NDArray[np.float64]
    epochs: NDArray[np.int64]

    def __post_init__(self) -> None:
        k = len(self.thetas)
        if self.thetas.ndim != 2 or self.rates.shape != (k,) or self.epochs.shape != (k,) or not k:
            raise DataError(
                f"a trace has weights (k, size) with k rates and k epochs, got {self.thetas.shape}, {self.rates.shape} "
                f"and {self.epochs.shape}"
            )
        if not (np.isfinite(self.thetas).all() and np.isfinite(self.rates).all() and (self.rates >= 0).all()):
            raise DataError("a trace has finite weights, and rates of 0 or more")

    def __len__(self) -> int:
        return len(self.thetas)

    @classmethod
    def of_final(cls, theta: Any) -> Self:
        """The weights that a training ended with, in the place of a trace."""
        return cls(np.array(theta)[None], np.ones(1), np.full(1, -1))

    @property
    def is_final(self) -> bool:
        """Whether there is no trace, and the final weights serve."""
        return len(self) == 1 and int(self.epochs[0]) == -1
