"""Several processes that train one network, each on examples of its own: their sums made sums over all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted

_ASKED_EVERY = 16  # steps: what all ranks must agree on costs a reduction
# Takes a vector of this process's sums and makes of it the sums over all, in place or as what it returns.
Reduce = Callable[[NDArray[np.float64]], Any]


@dataclass(frozen=True)
class BatchSums:
    """Sums over the examples of one batch: weight · C_0, weight, and how many there are."""

    cost: float
    weight: float
    rows: int


class Ranks:
    """What stands between the gradient of the examples here and the step.

    All that goes through ``reduce`` is float64, whatever θ is: weights may be of any size, and many small numbers are
    added up. Every rank must come by with a vector of the same length at the same time, so what is asked here may
    depend on nothing that only one rank knows.
    """

    def __init__(self, reduce: Reduce) -> None:
        self._reduce = reduce
        self._vector = np.empty(0)

    def add(self, *numbers: float) -> list[float]:
        """Each number, summed over all ranks."""
        vector = np.array(numbers, dtype=np.float64)
        self._over_all(vector)
        return vector.tolist()

    def average(self, gradient: Array, here: BatchSums, out: Array) -> BatchSums:
        """From the average gradient of the examples here to that of all, written into ``out``; returns the sums.

        One vector goes through ``reduce``: Σ weight ∇C entry by entry, then Σ weight · C_0, Σ weight, and the number of
        examples. Where no example of any rank has a weight, ``out`` is 0.
        """
        if len(self._vector) != len(gradient) + 3:
            self._vector = np.empty(len(gradient) + 3)
        vector, sums = self._vector, self._vector[:-3]
        if here.weight > 0:
            np.multiply(gradient, here.weight, out=sums, dtype=np.float64)
        else:  # the gradient may hold anything
            sums[...] = 0
        vector[-3:] = here.cost, here.weight, here.rows
        self._over_all(vector)
        cost, weight, rows = vector[-3:].tolist()
        out[...] = sums / weight if weight > 0 else 0
        return BatchSums(cost, weight, round(rows))

    def _over_all(self, vector: NDArray[np.float64]) -> None:
        returned = self._reduce(vector)
        if returned is None or returned is vector:
            return
        found = np.asarray(returned)
        if found.shape != vector.shape or found.dtype.kind not in "fiu":
            raise SettingsError(
                f"reduce must give back the {len(vector)} sums over all processes, or write them in place and give "
                f"back None, got {quoted(returned, 60)}"
            )
        vector[...] = found


def cost_over_all(ranks: Ranks | None, cost: float, sample_weight: Array | None, rows: int) -> float:
    """From the average cost of some examples here to that of those of all ranks."""
    if ranks is None:
        return cost
    here = float(rows if sample_weight is None else sample_weight.sum())
    total, weight = ranks.add(cost * here, here)
    return total / weight


def any_rank(ranks: Ranks | None, wish: bool) -> bool:
    """Whether any rank has this wish: then all do as it says."""
    return wish if ranks is None else ranks.add(wish)[0] > 0


def asked_among(ranks: Ranks | None, step: int, wish: Callable[[], bool]) -> bool:
    """Whether any rank has a wish between two steps; all are asked at the same steps, and not at each."""
    if ranks is None:
        return wish()
    return step % _ASKED_EVERY == 0 and any_rank(ranks, wish())
