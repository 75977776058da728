"""Several processes that train one network, each on examples of its own: their sums made sums over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

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


class SumsOverRanks:
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
        return divided(vector, out)

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


# Adds ``a += b``, in their order.
Adds = Sequence[tuple[int, int]]


class Group(Protocol):
    """The processes that train one network together, each with whole lanes of examples.

    Attributes
    ----------
    rank, size : int
        The number of this process, from 0, and how many there are.
    """

    rank: int
    size: int

    def everyone(self, vector: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """What each process has handed over (lengths may differ), in the order of ranks: the same everywhere."""
        ...

    def combined(self, roots: NDArray[np.float64], tree: Adds) -> NDArray[np.float64]:
        """The sum over the roots of all processes, added up as the tree says: to the same bits everywhere.

        roots (how many this process has, k), contiguous, which may be written over. tree: by the numbers of all roots,
        in the order of ranks; root 0 ends as the sum. -> (k,), contiguous, which the next call may write over.
        """
        width = roots.shape[1]
        every = np.concatenate([each.reshape(-1, width) for each in self.everyone(roots.ravel())])
        for a, b in tree:
            every[a] += every[b]
        return np.asarray(every[0])


def lanes_of_rank(n_lanes: int, rank: int, size: int) -> range:
    """Which lanes a process takes, of so many processes: whole ones, side by side.

    Raises
    ------
    SettingsError
        If there are more processes than lanes.
    """
    if size > n_lanes:
        raise SettingsError(
            f"{size} processes cannot share {n_lanes} lanes of examples, since each takes whole ones: start at most "
            f"{n_lanes} processes, or ask for {size} lanes or more"
        )
    return range(n_lanes * rank // size, n_lanes * (rank + 1) // size)


def tree_of(n_lanes: int) -> list[tuple[int, int]]:
    """The adds ``a += b``, in their order, that sum up lanes into lane 0: by halves, and these by halves.

    Of an odd number the outer part is the larger one: so 1, 2, 3, 4, 6 and 12 processes that share 12 lanes are left
    with two sums each, at most.
    """

    def adds(low: int, high: int, left: bool) -> list[tuple[int, int]]:
        if high - low < 2:
            return []
        middle = (low + high + left) // 2
        return [*adds(low, middle, True), *adds(middle, high, False), (low, middle)]

    return adds(0, n_lanes, True)


class LaneSums:
    """Sums lane by lane, added up in one fixed tree: to the same bits, whichever process has which lanes.

    Attributes
    ----------
    here : range
        The lanes of this process.
    adds : list of (int, int)
        The part of the tree that is made here: ``a += b``, lanes counted from the first one here.
    roots : list of int
        Which of these lanes hold the sums that are left then.
    tree : list of (int, int)
        The rest of it, by the numbers of the roots of all processes.
    """

    def __init__(self, group: Group, n_lanes: int) -> None:
        self.group, self.n_lanes = group, n_lanes
        self.here = lanes_of_rank(n_lanes, group.rank, group.size)
        owner = [rank for rank in range(group.size) for _ in lanes_of_rank(n_lanes, rank, group.size)]
        whole, left, summed = [True] * n_lanes, [], [False] * n_lanes
        self.adds: list[tuple[int, int]] = []
        for a, b in tree_of(n_lanes):
            if owner[a] == owner[b] and whole[a] and whole[b]:
                summed[b] = True
                if owner[a] == group.rank:
                    self.adds.append((a - self.here.start, b - self.here.start))
            else:
                whole[a] = False
                left.append((a, b))
        remaining = [lane for lane in range(n_lanes) if not summed[lane]]
        number = {lane: at for at, lane in enumerate(remaining)}
        self.tree = [(number[a], number[b]) for a, b in left]
        self.roots = [lane - self.here.start for lane in remaining if lane in self.here]

    def add(self, *numbers: float) -> list[float]:
        """Each number, summed over all processes in their order; of whole numbers the sums are exact."""
        every = self.group.everyone(np.array(numbers, dtype=np.float64))
        return list(np.sum(every, axis=0).tolist())

    def of_first(self, number: float) -> float:
        """What the first process has for this number: all go by the same, though each has worked it out."""
        return float(self.group.everyone(np.array([number], dtype=np.float64))[0][0])

    def fold(self, by_lane: NDArray[np.float64]) -> NDArray[np.float64]:
        """The roots of sums by lane, which are written over. by_lane (lanes here, ...) -> (roots here, ...)."""
        for a, b in self.adds:
            by_lane[a] += by_lane[b]
        return by_lane[self.roots]

    def fold_numbers(self, by_lane: list[float]) -> list[float]:
        """The same of one number a lane, in a tenth of the time."""
        for a, b in self.adds:
            by_lane[a] += by_lane[b]
        return [by_lane[root] for root in self.roots]

    def combined(self, roots: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum over the lanes of all processes. roots (roots here, k), which may be written over -> (k,)."""
        return roots[0] if self.group.size == 1 else self.group.combined(roots, self.tree)

    def cost_by_lane(self, cost_of: Callable[[slice], float], sample_weight: Array | None, edges: Array) -> float:
        """See ``cost_over_all``."""
        sums = np.zeros((len(self.here), 2))
        for own, (start, stop) in zip(sums, pairwise(edges), strict=True):
            weight = float(stop - start if sample_weight is None else sample_weight[start:stop].sum())
            if weight > 0:
                own[:] = cost_of(slice(start, stop)) * weight, weight
        total, weight = self.combined(self.fold(sums)).tolist()
        return total / weight

    def average(self, gradients: Array, here: Sequence[BatchSums], out: Array) -> BatchSums:
        """From the average gradient of each lane's share to that of the whole batch, written into ``out``; the sums.

        gradients (lanes here, size). As ``SumsOverRanks.average``, in the fixed tree.
        """
        by_lane = np.zeros((len(here), len(out) + 3))
        for row, gradient, share in zip(by_lane, gradients, here, strict=True):
            if share.weight > 0:  # else the gradient may hold anything
                np.multiply(gradient, share.weight, out=row[:-3], dtype=np.float64)
            row[-3:] = share.cost, share.weight, share.rows
        return divided(self.combined(self.fold(by_lane)), out)


Ranks = SumsOverRanks | LaneSums


def divided(sums: NDArray[np.float64], out: Array) -> BatchSums:
    """The average gradient into ``out``, of Σ weight ∇C with Σ weight C_0, Σ weight and how many there are after it.

    Where no example has a weight, ``out`` is 0.
    """
    cost, weight, rows = sums[-3:].tolist()
    out[...] = sums[:-3] / weight if weight > 0 else 0
    return BatchSums(cost, weight, round(rows))


def cost_over_all(
    ranks: Ranks | None,
    cost_of: Callable[[slice], float],
    sample_weight: Array | None,
    rows: int,
    edges: Array | None = None,
) -> float:
    """From the average costs of some examples here to that of those of all ranks.

    Parameters
    ----------
    cost_of : callable (slice) -> float
        The average cost of these examples.
    edges : integers (lanes here + 1,), optional
        Where the examples of each lane begin, for sums that are made lane by lane. Without them each rank has all
        examples, and what the first one finds is taken.
    """
    if ranks is None:
        return cost_of(slice(0, rows))
    if isinstance(ranks, SumsOverRanks):
        here = float(rows if sample_weight is None else sample_weight.sum())
        total, weight = ranks.add(cost_of(slice(0, rows)) * here, here)
        return total / weight
    if edges is None:
        return ranks.of_first(cost_of(slice(0, rows)))
    return ranks.cost_by_lane(cost_of, sample_weight, edges)


def any_rank(ranks: Ranks | None, wish: bool) -> bool:
    """Whether any rank has this wish: then all do as it says."""
    return wish if ranks is None else ranks.add(wish)[0] > 0


def asked_among(ranks: Ranks | None, step: int, wish: Callable[[], bool]) -> bool:
    """Whether any rank has a wish between two steps; all are asked at the same steps, and not at each."""
    if ranks is None:
        return wish()
    return step % _ASKED_EVERY == 0 and any_rank(ranks, wish())
