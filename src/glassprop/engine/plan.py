"""What the engines agree on: examples, the plan of an epoch, its cost, and the verbs that an engine has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.midway import Midway
from glassprop.engine.seen_sums import SeenSums
from glassprop.equations.arrays import Array, Rows, like, namespace
from glassprop.optimizer import OptimizerState


@dataclass(frozen=True)
class Data:
    """Examples as the core takes them.

    X : array or CSR matrix (n, n_inputs); Y : array (n, n_L), of X's dtype; sample_weight : array (n,) or None.
    """

    X: Rows
    Y: Array
    sample_weight: Array | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def rows(self, index: Array | slice) -> Data:
        """Some of the examples. index: integers (m,), NumPy's, or a slice."""
        if is_elsewhere(self.X) and not isinstance(index, slice):
            weight = None if self.sample_weight is None else _taken(self.sample_weight, index)
            return Data(_taken(self.X, index), _taken(self.Y, index), weight)
        weight = None if self.sample_weight is None else self.sample_weight[index]
        return Data(self.X[index], self.Y[index], weight)


def is_elsewhere(X: Rows) -> bool:
    """Whether this is an array of another library than NumPy, on whatever device; no sparse matrix of SciPy's."""
    return not isinstance(X, np.ndarray) and hasattr(X, "__dlpack__")


def _taken(part: Array, index: Array) -> Array:
    """Some rows of an array of any library."""
    if isinstance(part, np.ndarray):
        return part[index]
    xp = namespace(part)
    return xp.take(part, like(index, part, xp.int64), axis=0)


def is_csr(X: Rows) -> bool:
    """Whether this is a sparse matrix (or array) of SciPy's in the CSR format."""
    return getattr(X, "format", None) == "csr" and hasattr(X, "indptr")


def straight(data: Data, dtype: Any) -> Data:
    """Data as kernels read them: of that dtype, and in C order, aligned, or CSR; the same arrays where they are so."""

    def ready(array: Array) -> Array:
        return np.require(array, dtype=dtype, requirements=["C", "A"])

    X, weight = data.X, data.sample_weight
    X = X.astype(dtype, copy=False) if is_csr(X) else ready(X)
    return Data(X, ready(data.Y), None if weight is None else np.require(weight, requirements=["C", "A"]))


@dataclass(frozen=True)
class Shares:
    """What each lane that is here has of every batch, whose examples are these shares, one after another.

    Attributes
    ----------
    rows : integers (number of batches, lanes here)
        How many examples each share has; there may be none.
    firsts : integers (number of batches, lanes here)
        The number that the first of them has in the whole batch, of all lanes wherever they are.
    totals : integers (number of batches,)
        How many examples the whole batch has.
    largest : int
        Examples of the largest share of any lane, in any batch.
    """

    rows: NDArray[np.integer]
    firsts: NDArray[np.integer]
    totals: NDArray[np.integer]
    largest: int

    def part(self, first: int, last: int) -> Shares:
        """Those of batches [first, last)."""
        return Shares(self.rows[first:last], self.firsts[first:last], self.totals[first:last], self.largest)


@dataclass(frozen=True)
class EpochPlan:
    """What an engine needs to know of one epoch.

    Attributes
    ----------
    order : integers (n,)
        In which order the examples are taken; empty where they come in blocks, and then there are ``bounds``.
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
    shares : Shares or None
        Where each lane's gradient is to be made by itself: then the examples come lane by lane within a batch.
    begun : int
        Examples that earlier steps of the same epoch have taken; 0 where it begins with this plan.
    orders : integers (members, n) or None
        In which order each member takes the examples, the first of which is ``order``, where batches are the members'
        own; they begin at the same places in all. None: all members take the same ones.
    seen : SeenSums or None
        Where a of the last layer of each row, the mean over members, and what follows from it are to be added up, as
        the row's batch has it: with dropout's mask, before the step. Of arrays in memory alone. None: nobody asks.
    """

    order: NDArray[np.integer]
    batch_size: int
    rates: NDArray[np.float64]
    dropout_key: int
    first_step: int
    decays: NDArray[np.float64] | None = None
    dropouts: NDArray[np.float64] | None = None
    bounds: NDArray[np.integer] | None = None
    shares: Shares | None = None
    begun: int = 0
    orders: NDArray[np.integer] | None = None
    seen: SeenSums | None = None

    @cached_property
    def edges(self) -> NDArray[np.integer]:
        """``bounds``, worked out where there are none. -> (number of batches + 1,)."""
        if self.bounds is not None:
            return self.bounds
        return np.minimum(np.arange(len(self.rates) + 1) * self.batch_size, len(self.order))

    @property
    def taken(self) -> int:
        """How many examples all batches of the epoch have: where the last one ends."""
        if self.bounds is not None:
            return self.begun + int(self.bounds[-1])
        return self.begun + min(len(self.rates) * self.batch_size, len(self.order))

    def weights(self, data: Data) -> NDArray[np.float64]:
        """Σ weight of each batch; the number of its examples where they have no weights. -> (number of batches,).

        Where members have batches of their own, the mean over these.
        """
        rows, weight = np.diff(self.edges), data.sample_weight
        if weight is None:
            return rows.astype(np.float64)
        if self.orders is None:
            return self._sums_of(weight, rows, self.edges, self.order)
        sums = [self._sums_of(weight, rows, self.edges, order) for order in self.orders]
        return np.sum(sums, axis=0) / len(sums)

    def weights_of_shares(self, data: Data) -> NDArray[np.float64]:
        """The same of each share. -> (number of batches, lanes here)."""
        assert self.shares is not None
        rows = self.shares.rows
        if data.sample_weight is None:
            return rows.astype(np.float64)
        return self._sums_of(data.sample_weight, rows.ravel(), self.share_edges, self.order).reshape(rows.shape)

    @staticmethod
    def _sums_of(
        weight: Array, rows: NDArray[np.integer], edges: NDArray[np.integer], order: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        totals, some = np.zeros(len(rows)), rows > 0
        if some.any():
            totals[some] = np.add.reduceat(weight[order], edges[:-1][some])
        return totals

    @property
    def share_edges(self) -> NDArray[np.integer]:
        """Where in the order each share begins, and the last one ends. -> (number of batches · lanes here + 1,)."""
        assert self.shares is not None
        return np.concatenate([[0], np.cumsum(self.shares.rows)]) + self.edges[0]

    def part(self, first: int, last: int) -> EpochPlan:
        """The plan of batches [first, last) by themselves, of examples that come in order."""
        bounds = self.edges[first : last + 1]
        return self._cut(first, last, np.arange(bounds[-1] - bounds[0]), bounds - bounds[0])

    def from_step(self, first: int) -> EpochPlan:
        """What is left of the epoch when so many of its steps are made."""
        if not first:
            return self
        order, bounds, orders = self.order, self.bounds, self.orders
        if len(order):
            order = order[self.edges[first] :]
        if orders is not None:
            orders = orders[:, self.edges[first] :]
        bounds = None if bounds is None else bounds[first:] - bounds[first]
        rest = self._cut(first, len(self.rates), order, bounds, self.begun + int(self.edges[first]))
        return replace(rest, orders=orders, seen=self.seen)

    def taken_by(self, member: int) -> NDArray[np.integer]:
        """In which order that member takes the examples."""
        return self.order if self.orders is None else self.orders[member]

    def _cut(
        self, first: int, last: int, order: NDArray[np.integer], bounds: NDArray[np.integer] | None, begun: int = 0
    ) -> EpochPlan:
        cut = slice(first, last)
        decays, dropouts = (None if each is None else each[cut] for each in (self.decays, self.dropouts))
        return EpochPlan(
            order,
            self.batch_size,
            self.rates[cut],
            self.dropout_key,
            self.first_step + first,
            decays,
            dropouts,
            bounds,
            None if self.shares is None else self.shares.part(first, last),
            begun,
        )


@dataclass(frozen=True)
class EpochCost:
    """Costs of the batches, averaged with their rows as weights.

    Batches whose weights sum to 0 have no cost and do not count. ``failed`` is the number of the batch whose cost was
    not finite, and ``examples`` are those of it that are here.
    """

    data: float
    penalty: float
    failed: int | None = None
    examples: Data | None = None


class Source(Protocol):
    """Examples that come in blocks, rather than as arrays in memory: from files, say, or made as they are needed.

    A block holds many batches, so that engines are at work for a while; where batches begin follows from the plan and
    not from the blocks. All blocks are alike: sparse or not, of the same dtype, all with weights or none.
    """

    def __len__(self) -> int:
        """How many examples there are in an epoch, the same in each."""
        ...

    def blocks(self, epoch: int) -> Iterable[Data]:
        """The examples of an epoch (from 0), in the order in which they are to be taken.

        What comes may follow from the epoch's number and from nothing else, so that a training can be gone on with.
        """
        ...


class LanedSource(Protocol):
    """Examples in lanes: streams of them that are read by themselves, each of which has a share of every batch.

    Several processes that train together take whole lanes; the order of examples, the batches and the sums do not
    depend on how many these are. All pieces are alike, as the blocks of a ``Source`` are.
    """

    @property
    def lanes(self) -> tuple[int, ...]:
        """How many examples an epoch each lane has, the same in each: of all lanes, whoever reads them."""
        ...

    def lane(self, lane: int, epoch: int, first: int) -> Iterable[Data]:
        """A lane's examples in the order of that epoch (from 0), from number ``first`` on, in pieces of any size.

        What comes may follow from these numbers and from nothing else. It is asked for in a thread of its own.
        """
        ...


# What an engine is given of an epoch: arrays, taken in the plan's order, or blocks, taken as they come.
Examples = Data | Iterable[Data]


class Engine(Protocol):
    """What runs epochs: see ``ReferenceEngine.epoch``."""

    name: str

    @property
    def works(self) -> bool:
        """Whether it can still run."""
        ...

    def epoch(
        self, theta: Array, state: OptimizerState, rows: Examples, plan: EpochPlan, midway: Midway | None = None
    ) -> EpochCost: ...

    def cost(self, theta: Array, data: Data, edges: Array | None = None) -> float: ...
