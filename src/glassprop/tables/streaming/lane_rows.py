"""`EncodedLanes`: a table larger than memory as examples in lanes, encoded as they are read, in a bounded room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.plan import Data
from glassprop.errors import SettingsError
from glassprop.ground.array_digest import digest_of
from glassprop.ground.note import Note
from glassprop.ground.sizes import size_text
from glassprop.tables.streaming.compact_rows import CompactRows, row_bytes
from glassprop.tables.streaming.piece_reader import ExampleReader, PieceReader
from glassprop.tables.streaming.row_source import RowSource, lanes_of
from glassprop.tables.streaming.scratch import KeptInMemory, Scratch, ScratchSettings
from glassprop.tables.streaming.windows import LaneOrder, Window, pieces_of

LANES = 12
BUDGET = 256 * 10**6  # bytes
_READING = 4  # copies of the rows that are read together, that there are for a moment
_ROOMS = 6  # windows of a lane: one that is taken from, one that is being filled, and what allocators hold on to
_PIECES = 1  # of a window at least, where reading may begin anywhere
_FEWEST = 64  # rows of a window: with less, there would be no order to speak of
_SPREAD, _SHORT = 2, 4096  # windows of a lane at least, so that reading goes on all the time; rows that are enough
_THREADS = 2  # that read
_KEPT = 0.5  # of the budget, for rows that are kept from epoch to epoch if all of them have room there
_GIVEN, _MOST = 1 << 20, 4096  # bytes, and rows, that are handed out at a time
_AT_ONCE = 40_960  # rows that are at hand as a network is given them; if these take much room, they are a CSR matrix
_SLOW = 8  # parts that a row group is read in, from which on it is told
_TERMS = 100  # of a row's texts that are not 0, or thereabouts


class EncodedLanes:
    """A `LanedSource` of a table's rows.

    Which rows a lane has, their order in each epoch, and so every bit of what is learned, follow from the table, the
    seed, the number of lanes and the budget: not from who reads which lanes.

    Parameters
    ----------
    source : RowSource
    steps : sequence
        Those before the network, fitted.
    examples : ExampleReader
        What is learned from rows.
    n_lanes : int
    seed : int
    budget : int
        Bytes for rows in memory, over all lanes.
    used : array of uint8, optional
        The bits (``numpy.packbits``) that say which rows of the table are learned from, where a pass over it has told;
        else a pass over the columns of `examples` does.

    scratch : ScratchSettings, optional
        Encoded rows are kept in a file from the first time they are read on, as many as have room there. Their order,
        and all bits, are the same as without.

    Attributes
    ----------
    lanes : tuple of int
        How many rows an epoch each lane has.
    window_rows : int
        The most rows that are shuffled together.
    notes : tuple of Note
        What a user should know of how the table is read.

    Raises
    ------
    SettingsError
        The budget is too small.
    """

    def __init__(
        self,
        source: RowSource,
        steps: Sequence[Any],
        examples: ExampleReader,
        *,
        n_lanes: int = LANES,
        seed: int = 0,
        budget: int = BUDGET,
        used: NDArray[np.uint8] | None = None,
        scratch: ScratchSettings | None = None,
    ) -> None:
        self._reader, self._seed = PieceReader.of(source, steps, examples, used), seed
        ranges, layout = lanes_of(source, n_lanes), self._reader.layout
        terms = min(layout.texts.stop - layout.texts.start, _TERMS)
        self._row = row_bytes(layout, examples.n_outputs, weighted=examples.weighted, terms=terms)
        self._sparse = layout.compact(_AT_ONCE)
        self._given = min(max(_GIVEN // (layout.width * layout.dtype.itemsize), 1), _MOST)
        rest = (1.0 - _KEPT) * budget
        few = source.n_rows * self._row <= _KEPT * budget and self._most(source, ranges, rest) >= _FEWEST
        self.window_rows = self._window_rows(source, ranges, rest if few else budget)
        most = max(self.window_rows // _PIECES, 1)
        self._pieces = [pieces_of(first, stop, source.cuts, most) for first, stop in ranges]
        self._counts = [self._counted(edges) for edges in self._pieces]
        self.lanes = tuple(int(counts.sum()) for counts in self._counts)
        self._readers = ThreadPoolExecutor(_THREADS, thread_name_prefix="glassprop-rows")
        self._kept = KeptInMemory() if few else None if scratch is None else Scratch(scratch)
        self.notes = (
            *([] if few else self._slow(source, most)),
            *([] if few or scratch is None else self._told(scratch)),
        )

    def digest(self) -> str:
        """Of the table, of which rows are learned from in which order, and of how the first ones are encoded."""
        first = next((lane for lane, rows in enumerate(self.lanes) if rows), None)
        rows: list[Data] = [] if first is None else [next(iter(self.lane(first, 0, 0)))]
        encoded = [array for data in rows for array in (data.X, data.Y, data.sample_weight) if array is not None]
        facts = self._reader.source.digest(), self.lanes, self.window_rows, self._seed
        return digest_of([*encoded, self._reader.used], *facts)

    def close(self) -> None:
        """Read no more, and let go of what is kept for other epochs."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        if self._kept is not None:
            self._kept.close()

    def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
        """The lane's rows in that epoch's order, from number `first` on.

        While rows of a window are handed out, those of the next one are read, by threads of their own.
        """
        order = LaneOrder(self._counts[lane], self.window_rows, self._seed, epoch, lane)
        windows = order.from_row(first)
        window = next(windows, None)
        return self._windows(order, window, windows, self._begun(lane, window), first)  # begun before it is asked for

    def _windows(
        self,
        order: LaneOrder,
        window: Window | None,
        later: Iterator[Window],
        coming: list[Future[CompactRows]],
        first: int,
    ) -> Iterator[Data]:
        try:
            while window is not None:
                rows = CompactRows.together([piece.result() for piece in coming])
                following = next(later, None)
                coming = self._begun(order.lane, following)
                yield from self._handed_out(rows, order, window, max(first - window.first, 0))
                del rows
                window = following
        finally:
            for piece in coming:
                piece.cancel()

    def _begun(self, lane: int, window: Window | None) -> list[Future[CompactRows]]:
        pieces = [] if window is None else window.pieces
        return [self._readers.submit(self._piece, lane, piece) for piece in pieces]

    def _handed_out(self, rows: CompactRows, order: LaneOrder, window: Window, first: int) -> Iterator[Data]:
        """The rows of a window from number `first` on, as a network is given them."""
        shuffled = order.shuffled(window)
        for start in range(first, window.rows, self._given):
            some = rows.of(shuffled[start : start + self._given])
            yield some.data(self._reader.layout, sparse=self._sparse)

    def _piece(self, lane: int, piece: int) -> CompactRows:
        found = None if self._kept is None else self._kept.get((lane, piece))
        if found is None:
            found = self._reader.rows(*self._pieces[lane][piece : piece + 2].tolist())
            assert found is not None  # pieces without rows are in no window
            if self._kept is not None:
                self._kept.put((lane, piece), found)
        return found

    def _window_rows(self, source: RowSource, ranges: list[tuple[int, int]], budget: float) -> int:
        """The most rows of a window: it follows from all lanes, whoever reads them, and from no machine."""
        n_lanes, longest = len(ranges), max(stop - first for first, stop in ranges)
        most = self._most(source, ranges, budget)
        if most < _FEWEST:
            needed = 2 * _FEWEST * _ROOMS * n_lanes * self._row
            raise SettingsError(
                f"a budget of {budget:,.0f} bytes leaves room for {most} encoded rows in each of {n_lanes} lanes: give "
                f"{needed:,} bytes at least"
            )
        return min(most, max(longest // _SPREAD, _SHORT))

    def _most(self, source: RowSource, ranges: list[tuple[int, int]], budget: float) -> int:
        """Rows that each lane's windows have room for, beside what is being read."""
        reading = min(_READING * source.piece_rows * source.row_bytes + len(ranges) * _GIVEN, budget / 2)
        return int((budget - reading) // (_ROOMS * len(ranges) * self._row))

    def _counted(self, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many rows of each piece of a lane are learned from."""
        first, stop = int(edges[0]), int(edges[-1])
        ends = np.concatenate([[0], np.cumsum(self._reader.taken(first, stop), dtype=np.int64)])
        return np.asarray(np.diff(ends[edges - first]))

    def _told(self, scratch: ScratchSettings) -> Iterator[Note]:
        needed = sum(self.lanes) * self._row
        if needed > scratch.bound:
            yield Note(
                f"the scratch file holds {scratch.bound / needed:.0%} of the encoded rows, the others are read again "
                f"in each epoch; all of them take {size_text(needed)}",
                "scratch",
                number=needed,
            )

    def _slow(self, source: RowSource, most: int) -> Iterator[Note]:
        """Where row groups are so large that to read a part of one takes much longer than it should."""
        if source.rewriting is None:
            return
        starts = np.unique(np.concatenate(self._pieces))
        parts = int(np.diff(np.searchsorted(starts, source.cuts)).max())
        if parts >= _SLOW:
            rows, command = int(np.diff(source.cuts).max()), source.rewriting(_rounded(most))
            yield Note(
                f"{source.name} has row groups of {rows:,} rows, which are read in up to {parts} parts: each takes as "
                f"long as all before it; to write it with smaller ones: {command}",
                "large-row-groups",
                number=rows,
            )


def _rounded(rows: int) -> int:
    """Down, to two digits."""
    unit = 10 ** max(len(str(rows)) - 2, 0)
    return rows // unit * unit
