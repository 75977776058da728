"""What the engines agree on: examples, the plan of an epoch, its cost, and the verbs that an engine has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.optimizer import OptimizerState


@dataclass(frozen=True)
class Data:
    """Examples as the core takes them.

    X : array or CSR matrix (n, n_inputs); Y : array (n, n_L), of X's dtype; sample_weight : array (n,) or None.
    """

    X: Array
    Y: Array
    sample_weight: Array | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def rows(self, index: Array) -> Data:
        """Some of the examples. index: integers (m,) or a slice."""
        weight = None if self.sample_weight is None else self.sample_weight[index]
        return Data(self.X[index], self.Y[index], weight)


def straight(data: Data, dtype: Any) -> Data:
    """Data as kernels read them: in C order, aligned, of that dtype; the same arrays where they are so already."""
    X, Y = (np.require(array, dtype=dtype, requirements=["C", "A"]) for array in (data.X, data.Y))
    weight = data.sample_weight
    return Data(X, Y, None if weight is None else np.require(weight, requirements=["C", "A"]))


@dataclass(frozen=True)
class EpochPlan:
    """What an engine needs to know of one epoch.

    Attributes
    ----------
    order : integers (n,)
        In which order the examples are taken.
    batch_size : int
        The last batch may be short.
    rates : array (number of batches,)
        The learning rate of each step.
    dropout_key : int
        Seeds the masks, together with the step and the layer.
    first_step : int
        The number of the first step, over the whole of training.
    """

    order: NDArray[np.integer]
    batch_size: int
    rates: NDArray[np.float64]
    dropout_key: int
    first_step: int


@dataclass(frozen=True)
class EpochCost:
    """Costs of the batches, averaged with their rows as weights; ``failed`` is the batch whose cost was not finite.

    Batches whose weights sum to 0 have no cost and do not count.
    """

    data: float
    penalty: float
    failed: int | None = None


class Engine(Protocol):
    """What runs epochs: see ``ReferenceEngine.epoch``."""

    name: str

    def epoch(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan) -> EpochCost: ...

    def cost(self, theta: Array, data: Data) -> float: ...
