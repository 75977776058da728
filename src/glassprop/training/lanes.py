"""Examples in lanes: how every batch is shared out among them, where their order comes from, and arrays as lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, gcd
from numbers import Integral
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.plan import Data, LanedSource, Shares, Source
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.ground.array_digest import digest_of
from glassprop.ground.text import quoted

_UNIT = 16  # examples: whole vectors of the kernels, whatever the width of these
MOST_LANES = 4096  # each is asked for and counted by itself: with more, that takes longer than training
_PIECE = 4096  # rows that arrays in lanes give at a time


def examples_of(data: Data | Source | LanedSource) -> int:
    """How many examples an epoch has."""
    return sum(cast(LanedSource, data).lanes) if is_laned(data) else len(cast(Data | Source, data))


def is_laned(source: Any) -> bool:
    """Whether this is a ``LanedSource``."""
    return hasattr(source, "lanes") and hasattr(source, "lane")


def check_lanes(lanes: Any) -> None:
    """Refuse what is no number of lanes.

    Raises
    ------
    SettingsError
    """
    if isinstance(lanes, bool) or not isinstance(lanes, Integral) or not 1 <= int(lanes) <= MOST_LANES:
        raise SettingsError(f"lanes must be a whole number from 1 to {MOST_LANES:,}, got {quoted(lanes, 60)}")


def lane_edges(n_rows: int, n_lanes: int) -> NDArray[np.int64]:
    """Where lanes of a table begin that are as long as each other, or one longer. -> (n_lanes + 1,)."""
    return np.arange(n_lanes + 1, dtype=np.int64) * n_rows // n_lanes


def generator_of(seed: int, epoch: int, lane: int, window: int = 0) -> np.random.Generator:
    """The generator of one window of one lane in one epoch: follows from these numbers, and from none drawn before.

    Seed and lane are the key of Philox, epoch and window the upper half of its counter: so no two of these streams
    meet.
    """
    key, counter = (np.array(numbers, dtype=np.uint64) for numbers in ([seed % 2**64, lane], [0, 0, window, epoch]))
    bits = np.random.Philox(key=key, counter=counter)
    return np.random.Generator(bits)


def shares_of(lanes: Sequence[int], batch_size: int) -> NDArray[np.int64]:
    """How far each lane is when each batch begins, and at the end: all end in the last step, however unequal they are.

    A batch may be empty where it is much smaller than there are lanes, and makes no step then.

    Of e examples a lane of n of the N has given ``e n / N``, rounded down: each lane in another place, so that lanes of
    the same length fill whole batches, and small batches are not all from the same lanes. Where a batch has so many for
    every lane, it is rounded to units of 16 examples: kernels work on as many at once, and a share of 17 takes as long
    as one of 32.
    -> (number of batches + 1, number of lanes).
    """
    total, n_lanes = sum(lanes), len(lanes)
    unit = _UNIT if batch_size >= _UNIT * n_lanes else 1
    exact: Any = np.int64 if total < 2**31 else object  # whose products have no bound
    ends = np.minimum(np.arange(ceil(total / batch_size) + 1) * batch_size, total).astype(exact)
    given = ends[:, None] * np.array(lanes, dtype=exact)
    whole, rest = given // total, given % total
    scattered = np.arange(n_lanes) * _scatter(n_lanes) % n_lanes  # lanes that are side by side do not round up together
    units = (whole * n_lanes + rest * n_lanes // total + scattered * unit) // (unit * n_lanes)
    edges = np.minimum((units * unit).astype(np.int64), lanes)
    edges[-1] = lanes
    return edges


def _scatter(n: int) -> int:
    """A number that visits all n in turn by its multiples, about 0.6 n: whose neighbors then lie far apart."""
    return min((k for k in range(1, n + 1) if gcd(k, n) == 1), key=lambda k: abs(k - 0.618 * n))


def shares_here(edges: NDArray[np.int64], here: range) -> Shares:
    """The shares of some lanes. edges: as ``shares_of`` gives them."""
    rows = np.diff(edges, axis=0)
    firsts = np.cumsum(rows, axis=1) - rows
    cut = slice(here.start, here.stop)
    return Shares(rows[:, cut], firsts[:, cut], rows.sum(axis=1), max(1, int(rows.max())))


def places_of(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Where among the examples of some batches those of each lane stand. rows: of each share (batches, lanes)."""
    starts = (np.cumsum(rows) - rows.ravel()).reshape(rows.shape)
    for start, count in zip(starts.T, rows.T, strict=True):
        yield np.repeat(start - (np.cumsum(count) - count), count) + np.arange(count.sum())


@dataclass(frozen=True)
class ArrayLanes:
    """Arrays in memory as lanes, whose examples each epoch takes in an order that follows from seed and epoch.

    Parameters
    ----------
    data : Data
        The examples of all lanes, one lane after the other, or of those that are read here.
    edges : integers (number of lanes + 1,)
        Where each lane begins among the examples of all lanes, and the last one ends.
    seed : int
    first_row : int
        Which of the examples of all lanes ``data`` begins with.
    shuffle : bool
        Whether the order is a new one in each epoch; else it is that of the rows.
    """

    data: Data
    edges: Array
    seed: int
    first_row: int = 0
    shuffle: bool = True

    @property
    def lanes(self) -> tuple[int, ...]:
        """How many examples each lane has."""
        return tuple(int(stop - start) for start, stop in pairwise(self.edges))

    def order(self, lane: int, epoch: int) -> NDArray[np.int64]:
        """The rows of a lane in the order of that epoch."""
        start, n = int(self.edges[lane]) - self.first_row, int(self.edges[lane + 1] - self.edges[lane])
        if start < 0 or start + n > len(self.data):
            raise DataError(f"the examples of lane {lane} were asked for, and are not among those that are here")
        return start + (generator_of(self.seed, epoch, lane).permutation(n) if self.shuffle else np.arange(n))

    def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
        """A lane's examples in the order of that epoch, from number ``first`` on."""
        order = self.order(lane, epoch)
        for at in range(first, len(order), _PIECE):
            yield self.data.rows(order[at : at + _PIECE])

    def woven(self, lanes: range, epoch: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of an epoch's batches, as far as they are of these lanes. edges: as ``shares_of`` gives them."""
        rows = np.diff(edges[:, lanes.start : lanes.stop], axis=0)
        order = np.empty(int(rows.sum()), dtype=np.int64)
        for lane, places in zip(lanes, places_of(rows), strict=True):
            order[places] = self.order(lane, epoch)
        return order

    def digest(self) -> str:
        """Of the examples that are here, and of what decides their order."""
        weight = [] if self.data.sample_weight is None else [self.data.sample_weight]
        facts = list(map(int, self.edges)), self.seed, self.first_row, self.shuffle
        return digest_of([self.data.X, self.data.Y, *weight], *facts)
