"""The examples of a training, checked and made ready, and how an epoch of them is cut into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from math import ceil
from typing import cast

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.compressed import refuse_broken
from glassprop.architecture.fits import check_shapes
from glassprop.backprop.ranks import Group, LaneSums, Ranks, lanes_of_rank
from glassprop.backprop.user_defined import check_user_defined
from glassprop.engine.plan import Data, Examples, LanedSource, Shares, Source
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.training.lanes import ArrayLanes, generator_of, is_laned, shares_here, shares_of
from glassprop.training.lanes_here import LanesHere, LanesInMemory
from glassprop.training.targets import smooth
from glassprop.training.train_settings import Settings


class Feed:
    """Arrays are made ready once; what comes in blocks, block by block; lanes become blocks, ahead of time.

    Attributes
    ----------
    sample : Data
        The arrays, or the first examples of a source.
    n, n_steps, batch_size : int
        Examples and steps of an epoch; examples of a batch: of all ranks.
    bounds : integers (n_steps + 1,) or None
        Where batches begin among the examples here; None: all of ``batch_size``, but the last.
    shares : Shares or None
        What each lane has of every batch, where sums are made lane by lane.
    batch_here : int
        Examples of the largest batch that are here, or 1 if there are none.
    alone : bool
        Whether no other process trains on examples of its own.
    entries : float or None
        How many an example of a sparse X has on average, among the first of the first lane that has some: so that how
        it is read follows neither from who reads it nor from where training stands. None: that is to be seen.
    """

    def __init__(
        self,
        architecture: Architecture,
        given: Data | Source | LanedSource,
        settings: Settings,
        theta: Array,
        epoch: int,
        *,
        ranks: Ranks | None = None,
        group: Group | None = None,
        checked: bool = False,
    ) -> None:
        """epoch: the number of the next. checked: whether arrays have been looked at, as ``given_examples`` does.

        group: whose lanes are shared out; None: all are here.
        """
        self._architecture, self._settings, self.alone = architecture, settings, ranks is None
        self._source: Source | None = None
        self._lanes: LanesHere | LanesInMemory | None = None
        self.shares: Shares | None = None
        self.entries: float | None = None
        self.bounds: NDArray[np.integer] | None = None
        if isinstance(given, Data):
            here, first = len(given), given
        elif is_laned(given):
            here, first = self._take_lanes(cast(LanedSource, given), group, ranks, theta)
        else:
            self._source = source = cast(Source, given)
            here, first = len(source), _in_rows(_first_block(source, epoch))
        if not (checked and self.in_order) and (len(first) or self._lanes is None):
            check_examples(architecture, first, theta)
        check_user_defined(architecture, first.Y)
        if ranks is None:
            self.n = here if self._lanes is None else sum(self._lanes.counts)
        else:
            self.n = _over_all(ranks, here, theta, self._lanes)
        self.batch_size = settings.batch_of(self.n)
        self.n_steps = ceil(self.n / self.batch_size)
        if self._lanes is not None:
            self.bounds = self._lanes.bounds
        elif ranks is not None or self._source is not None:
            ends = np.minimum(np.arange(self.n_steps + 1) * self.batch_size, self.n)
            self.bounds = ends * here // self.n
        self.batch_here = self.batch_size if self.bounds is None else max(1, int(np.diff(self.bounds).max()))
        if self._lanes is not None:
            self.entries = _entries(self._lanes.looked_at(first, self.batch_size), ranks)
        if not isinstance(given, Data | ArrayLanes):
            first = first.rows(np.arange(min(len(first), self.batch_size)))  # a copy, and no more than is looked at
        self.sample = self._smoothed(first)

    @property
    def in_order(self) -> bool:
        """Whether these are arrays, which an epoch takes in an order of the loop's."""
        return self._source is None and self._lanes is None

    @property
    def waited(self) -> float:
        """For how many seconds of the epoch that ``rows`` was asked for last the training has waited for examples."""
        return 0.0 if self._lanes is None else self._lanes.waited

    @property
    def seconds(self) -> float:
        """How long ago that was; 0 where nothing has to be read."""
        return 0.0 if self._lanes is None else self._lanes.seconds

    def rows(self, epoch: int, first_step: int = 0) -> Examples:
        """The examples of an epoch (from 0), from a step on."""
        if isinstance(self._lanes, LanesHere):
            return self._lanes.blocks(epoch, first_step)
        if self._source is not None:
            assert self.bounds is not None
            return self._blocks(self._source, epoch, int(self.bounds[first_step]))
        return self.sample

    def order(self, epoch: int, drawn: NDArray[np.integer]) -> NDArray[np.integer]:
        """In which order an epoch takes the rows: as drawn for it, or as arrays in lanes have it."""
        return self._lanes.order(epoch) if isinstance(self._lanes, LanesInMemory) else drawn

    def orders(self, epoch: int, order: NDArray[np.integer], key: int) -> NDArray[np.integer] | None:
        """In which order each member takes them in an epoch, that of the first is given; None if all take the same.

        They follow from it, the key and the numbers of epoch and member, so that there is nothing else to be kept.
        """
        members, settings = self._architecture.members, self._settings
        if members == 1 or not (settings.own_batches and settings.shuffle and self.in_order and self.alone):
            return None
        others = [order[generator_of(key, epoch, member).permutation(len(order))] for member in range(1, members)]
        return np.stack([order, *others])

    def close(self) -> None:
        """Read no more."""
        if self._lanes is not None:
            self._lanes.close()

    def settle(self) -> None:
        """From here on hold arrays of its own, into which ``bring`` brings others."""
        weight = self.sample.sample_weight
        X, Y = (np.array(array, order="C") for array in (self.sample.X, self.sample.Y))
        self.sample = Data(X, Y, None if weight is None else np.array(weight))

    def bring(self, data: Data) -> None:
        """Take as many other examples, of the same kind and shape."""
        self._architecture.cost_function.check_targets(data.Y)
        fresh, place = self._smoothed(data), self.sample
        place.X[...], place.Y[...] = fresh.X, fresh.Y
        if place.sample_weight is not None:
            place.sample_weight[...] = fresh.sample_weight

    def _take_lanes(
        self, source: LanedSource, group: Group | None, ranks: Ranks | None, theta: Array
    ) -> tuple[int, Data]:
        """Make ready to read lanes; how many examples an epoch has here, and the first of some lane."""
        counts = tuple(source.lanes)
        if not sum(counts):
            raise DataError(f"the source has no example in its {len(counts)} lanes: there must be at least one")
        here = range(len(counts)) if group is None else lanes_of_rank(len(counts), group.rank, group.size)
        edges = shares_of(counts, self._settings.batch_of(sum(counts)))
        if isinstance(ranks, LaneSums):
            self.shares = shares_here(edges, here)
        if isinstance(source, ArrayLanes):
            self._lanes = LanesInMemory(source, edges, here)
            return self._lanes.taken, source.data
        first = self._first_of_lanes(source, counts, here, theta)
        self._lanes = LanesHere(source, counts, edges, here, first, self._looked_at, self._settings.epochs)
        return self._lanes.taken, first

    def _first_of_lanes(self, source: LanedSource, counts: tuple[int, ...], here: range, theta: Array) -> Data:
        """Of epoch 0, whichever is next, so that nothing that follows from it does from where training stands."""
        for lane in here:
            if counts[lane]:
                return _in_rows(_first_of(source.lane(lane, 0, 0), f"lane {lane} of the source gives no examples"))
        n_in, n_out = self._architecture.sizes[0], self._architecture.sizes[-1]
        return Data(np.empty((0, n_in), theta.dtype), np.empty((0, n_out), theta.dtype))

    def _blocks(self, source: Source, epoch: int, left_out: int) -> Iterator[Data]:
        """left_out: so many examples of the epoch come no more."""
        for block in source.blocks(epoch):
            here = len(block)
            if here > left_out:
                block = self._looked_at(block)
                yield block if not left_out else block.rows(slice(left_out, None))
            left_out = max(left_out - here, 0)

    def _looked_at(self, block: Data) -> Data:
        """A block as engines read it, or refused."""
        block = _in_rows(block)
        check_examples(self._architecture, block)
        if not _alike(block, self.sample):
            raise DataError(
                f"all blocks of a source must be alike: {_kind(self.sample)} came first, and now {_kind(block)}"
            )
        return self._smoothed(block)

    def _smoothed(self, data: Data) -> Data:
        Y = smooth(self._architecture, data.Y, self._settings.label_smoothing)
        return Data(data.X, Y, data.sample_weight)


def check_examples(architecture: Architecture, data: Data, theta: Array | None = None) -> None:
    """Refuse examples that do not fit the network, each other, or the cost.

    Raises
    ------
    DataError
    """
    check_shapes(architecture, data.X, data.Y, data.sample_weight, theta)
    architecture.cost_function.check_targets(data.Y)


def _first_block(source: Source, epoch: int) -> Data:
    return _first_of(source.blocks(epoch), "the source has no block")


def _first_of(blocks: Iterable[Data], none: str) -> Data:
    for block in blocks:
        if len(block):
            return block
    raise DataError(f"{none}: there must be at least one example")


def _in_rows(data: Data) -> Data:
    """A block whose rows can be taken: a sparse X of another format made CSR."""
    if not hasattr(data.X, "tocsr"):
        return data
    refuse_broken(data.X)
    return Data(data.X.tocsr(), data.Y, data.sample_weight)


def _entries(first: Data, ranks: Ranks | None) -> float | None:
    """How many entries an example has, of the first process that has examples."""
    here = [float(getattr(first.X, "nnz", -1)), float(len(first))]
    every = [np.array(here)]
    if isinstance(ranks, LaneSums):
        every = ranks.group.everyone(every[0])
    count, rows = next(each for each in every if each[1] > 0)
    return None if count < 0 else float(count / rows)


def _kind(data: Data) -> str:
    weights = "without weights" if data.sample_weight is None else "with weights"
    return f"{type(data.X).__name__} of {data.X.dtype} and {data.Y.dtype} {weights}"


def _alike(one: Data, other: Data) -> bool:
    return _kind(one) == _kind(other)


def _over_all(ranks: Ranks, here: int, theta: Array, lanes: LanesHere | LanesInMemory | None) -> int:
    """The number of examples of all ranks, which must have begun with the same θ, and the same lanes.

    Raises
    ------
    SettingsError
    """
    counts = repr(lanes.counts).encode() if lanes is not None else b""
    digest = hashlib.blake2b(theta.dtype.str.encode() + theta.tobytes() + counts, digest_size=16).digest()
    at = np.frombuffer(digest, np.uint16).astype(np.float64)  # whole numbers, whose sums are exact
    n, count, *sums = ranks.add(here, 1, *at, *at**2)
    if not (n >= 1 and count >= 1 and np.isfinite(sums).all()):
        raise SettingsError(f"reduce gave back {n:g} examples of {count:g} processes: it must give the sums over all")
    totals, squares = np.split(np.array(sums), 2)
    if (count * squares != totals**2).any():
        others = ", or with other lanes" if counts else ""
        raise SettingsError(
            f"the {count:g} processes begin with different parameters, or precisions{others}; give each the same theta,"
            " as drawn from a generator of the same seed" + (", and the same source" if counts else "")
        )
    return round(n)
