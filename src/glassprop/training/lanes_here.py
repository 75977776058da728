"""The lanes that are read here, brought together in blocks of whole batches, ahead of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.plan import Data, LanedSource
from glassprop.equations.arrays import Array
from glassprop.errors import DataError
from glassprop.training.lanes import ArrayLanes, places_of
from glassprop.training.reading_ahead import MOST, Ahead

_ROWS = 8192  # of a block, at most, unless a batch has more


class LanesInMemory:
    """The lanes that are here of arrays, which are taken where they lie, in an order of their own.

    Attributes
    ----------
    counts, bounds, waited, seconds
        As ``LanesHere`` has them.
    taken : int
        How many examples an epoch has here.
    """

    waited = seconds = 0.0

    def __init__(self, source: ArrayLanes, edges: NDArray[np.int64], here: range) -> None:
        self.counts, self.bounds = source.lanes, edges[:, here.start : here.stop].sum(axis=1)
        self.taken = int(self.bounds[-1])
        self._source, self._edges, self._here = source, edges, here

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The rows of the epoch's batches."""
        return self._source.woven(self._here, epoch, self._edges)

    def looked_at(self, data: Data, rows: int) -> Data:
        """The first examples of the first lane that has some, or none."""
        lane = next((lane for lane in self._here if self.counts[lane]), self._here.start)
        start = int(self._source.edges[lane]) - self._source.first_row
        return data.rows(slice(start, start + min(self.counts[lane], rows)))

    def close(self) -> None:
        """There is nothing to close."""


class LanesHere:
    """The blocks of an epoch, from lanes; read ahead from one epoch into the next.

    Attributes
    ----------
    counts : tuple of int
        How many examples each lane has, of all.
    bounds : integers (n_steps + 1,)
        Where batches begin among the examples here.
    taken : int
        How many examples an epoch has here.
    waited : float
        Seconds for which blocks of this epoch were waited for.
    """

    def __init__(
        self,
        source: LanedSource,
        counts: tuple[int, ...],
        edges: NDArray[np.int64],
        here: range,
        sample: Data,
        look: Callable[[Data], Data],
        epochs: int,
    ) -> None:
        """sample: how pieces are. look: gives a piece as engines read it, or refuses it. epochs: how many there are."""
        self.counts, self.bounds, self.waited = counts, edges[:, here.start : here.stop].sum(axis=1), 0.0
        self.taken = int(self.bounds[-1])
        self._woven, self._epochs = _Woven(source, edges, here, sample, look), epochs
        self._ahead: Ahead[Data | None] | None = None
        self._began = time.perf_counter()
        self._at: tuple[int, int] | None = None  # the epoch and step that come next, if that is known

    def blocks(self, epoch: int, first_step: int) -> Iterator[Data]:
        """The blocks of an epoch, from a step on."""
        self._began = time.perf_counter()
        ahead, self.waited = self._reading(epoch, first_step), 0.0
        for block in ahead:
            self.waited, ahead.waited = self.waited + ahead.waited, 0.0
            if block is None:
                self._at = epoch + 1, 0
                return
            yield block

    @property
    def seconds(self) -> float:
        """How long ago the blocks of this epoch were asked for."""
        return time.perf_counter() - self._began

    def _reading(self, epoch: int, first_step: int) -> Ahead[Data | None]:
        """What reads there: what has read up to it, if that did."""
        going_on, self._at = self._at == (epoch, first_step), None
        if self._ahead is None or not going_on:
            self.close()
            last = max(self._epochs, epoch + 1)
            self._ahead = Ahead(partial(self._woven.epochs, epoch, first_step, last))
        return self._ahead

    def looked_at(self, first: Data, rows: int) -> Data:
        """Of the first examples as many as are looked at."""
        return first.rows(slice(0, rows))

    def close(self) -> None:
        """Read no more."""
        ahead, self._ahead, self._at = self._ahead, None, None
        if ahead is not None:
            ahead.close()


class _Woven:
    """Blocks of whole batches, woven of lanes.

    A block's arrays are used again for one that comes later: not before others have been asked for, so that what is
    read ahead leaves those alone that are in use.
    """

    def __init__(
        self, source: LanedSource, edges: NDArray[np.int64], here: range, sample: Data, look: Callable[[Data], Data]
    ) -> None:
        self._source, self._edges, self._here, self._sample, self._look = source, edges, here, sample, look
        # one is in use, some are ready, and one is being filled
        self._rooms: list[Any] = [None] * (MOST + 2)
        self._next = 0

    def epochs(
        self, epoch: int, first_step: int, last: int, wanted: Callable[[], bool]
    ) -> Generator[Data | None, None, None]:
        """The blocks of an epoch from a step on, then None, then those of the next, until ``last`` is over."""
        while wanted():
            yield from self._blocks(epoch, first_step, wanted)
            yield None
            epoch, first_step = epoch + 1, 0
            if epoch >= last:
                return

    def _blocks(self, epoch: int, first_step: int, wanted: Callable[[], bool]) -> Generator[Data, None, None]:
        edges, here = self._edges, self._here
        lanes = [_Lane(self._source, lane, epoch, int(edges[first_step, lane]), self._look) for lane in here]
        mine = edges[:, here.start : here.stop]
        bounds, step, n_steps = mine.sum(axis=1), first_step, len(edges) - 1
        try:
            while step < n_steps and wanted():
                stop = max(int(np.searchsorted(bounds, bounds[step] + _ROWS, side="right")) - 1, step + 1)
                places = places_of(np.diff(mine[step : stop + 1], axis=0))
                parts = (part for lane, own in zip(lanes, places, strict=True) if wanted() for part in lane.take(own))
                yield self._block(parts, int(bounds[stop] - bounds[step]))
                step = stop
            for lane in lanes:
                lane.end(wanted)
        finally:
            for lane in lanes:
                lane.close()

    def _block(self, parts: Iterator[tuple[Data, Array]], n: int) -> Data:
        """The examples of all parts, each at its places."""
        room, thin = None, []
        for part, places in parts:
            room = self._room(n, part) if room is None else room
            room.Y[places] = part.Y
            if room.sample_weight is not None:
                room.sample_weight[places] = part.sample_weight
            if room.X is None:
                thin.append((part.X, places))
            else:
                room.X[places] = part.X
        if room is None:
            return self._sample.rows(slice(0, 0))
        return Data(_in_places(thin, n), room.Y, room.sample_weight) if thin else room

    def _room(self, n: int, like: Data) -> Data:
        """Arrays for a block: those of an earlier one that nobody uses any more, if they have the same shape."""
        at = self._next
        self._next = (at + 1) % len(self._rooms)
        room = self._rooms[at]
        if room is None or room.Y.shape[0] != n:
            X, Y, weight = (  # a sparse X is made anew each time
                np.empty((n, *array.shape[1:]), array.dtype) if isinstance(array, np.ndarray) else None
                for array in (like.X, like.Y, like.sample_weight)
            )
            made: Any = X, Y, weight
            room = self._rooms[at] = Data(*made)
        return room


def _in_places(parts: list[tuple[Any, Array]], n: int) -> Any:
    """A sparse X of all parts, each at its places."""
    from scipy.sparse import vstack

    order = np.empty(n, dtype=np.int64)
    order[np.concatenate([places for _, places in parts])] = np.arange(n)
    return vstack([X for X, _ in parts], format="csr")[order]


class _Lane:
    """One lane in one epoch, taken as many examples at a time as are asked for."""

    def __init__(self, source: LanedSource, lane: int, epoch: int, first: int, look: Callable[[Data], Data]) -> None:
        self._lane, self._said, self._given, self._look = lane, source.lanes[lane], first, look
        self._source: Iterable[Data] = source.lane(lane, epoch, first)
        self._pieces = iter(self._source)
        self._piece: Data | None = None
        self._used = 0

    def take(self, places: Array) -> Iterator[tuple[Data, Array]]:
        """The next examples, one for each place, in parts."""
        done = 0
        while done < len(places):
            if self._piece is None:
                self._piece, self._used = self._next(), 0
            part = self._piece.rows(slice(self._used, self._used + len(places) - done))
            yield part, places[done : done + len(part)]
            done, self._used = done + len(part), self._used + len(part)
            if self._used == len(self._piece):
                self._piece = None
        self._given += done

    def _next(self) -> Data:
        for piece in self._pieces:
            if len(piece):
                return self._look(piece)
        raise DataError(f"lane {self._lane} of the source said {self._said} examples an epoch, and gave fewer")

    def end(self, wanted: Callable[[], bool]) -> None:
        """Refuse a lane that goes on; unless nobody wants to know."""
        if wanted() and (self._piece is not None or any(len(piece) for piece in self._pieces)):
            raise DataError(f"lane {self._lane} of the source said {self._said} examples an epoch, and gives more")

    def close(self) -> None:
        """Have a generator end, which may hold files open."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
