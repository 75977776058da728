"""What the engines agree on: examples, the plan of an epoch, its cost, and the verbs that an engine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
        Examples of a batch; the workspace of an engine is made for so many.
    rates : array (number of batches,)
        The learning rate of each step.
    dropout_key : int
        Seeds the masks, together with the step and the layer.
    first_step : int
        The number of the first step, over the whole of training.
    decays, dropouts : array (number of batches,) or None
        What the optimizer's weight decay, and the layers' rates of dropout, are multiplied by in each step; None: 1.
    bounds : integers (number of batches + 1,) or None
        Where in the order each batch begins, and the last one ends; a batch may be empty. None: all batches have
        ``batch_size`` examples, but the last, which may be short.
    """

    order: NDArray[np.integer]
    batch_size: int
    rates: NDArray[np.float64]
    dropout_key: int
    first_step: int
    decays: NDArray[np.float64] | None = None
    dropouts: NDArray[np.float64] | None = None
    bounds: NDArray[np.integer] | None = None

    @cached_property
    def edges(self) -> NDArray[np.integer]:
        """``bounds``, worked out where there are none. -> (number of batches + 1,)."""
        if self.bounds is not None:
            return self.bounds
        return np.minimum(np.arange(len(self.rates) + 1) * self.batch_size, len(self.order))

    def weights(self, data: Data) -> NDArray[np.float64]:
        """Σ weight of each batch; the number of its examples where they have no weights. -> (number of batches,)."""
        rows = np.diff(self.edges)
        if data.sample_weight is None:
            return rows.astype(np.float64)
        totals, some = np.zeros(len(rows)), rows > 0
        totals[some] = np.add.reduceat(data.sample_weight[self.order], self.edges[:-1][some])
        return totals


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
