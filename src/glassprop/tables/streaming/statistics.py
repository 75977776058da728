"""`statistics`: one pass over a table larger than memory, which tells all that its encoding and its target need.

Rows are counted by lane, and the lanes' counts are put together in one fixed tree: what comes out does not depend on
how many processes took the lanes. At any time there are the counts of one lane, and a few that wait as bytes, each of
bounded size.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from glassprop.backprop.ranks import LaneSums, tree_of
from glassprop.errors import TableError
from glassprop.ground.text import quoted, shown
from glassprop.tables.fitting.examples import weight_fault
from glassprop.tables.fitting.final_step import TargetScale
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.target import Target
from glassprop.tables.streaming.plain_bytes import as_numbers, of_bytes, of_numbers, to_bytes
from glassprop.tables.streaming.recut import recut
from glassprop.tables.streaming.row_reader import RowReader
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.streaming.tally import Tally, Wanted
from glassprop.tables.streaming.unvaried import Unvaried
from glassprop.tables.streaming.uses import LEFT_OUT, TRAINED, USES
from glassprop.tables.values.cores import threads_for
from glassprop.tables.values.texts import Texts
from glassprop.training.reading_ahead import Ahead

if TYPE_CHECKING:
    import polars as pl

_SHORT = 4_096


@dataclass(frozen=True)
class Statistics:
    """What one pass over a long table told.

    Attributes
    ----------
    name : str
        Of the table.
    wanted : Wanted
        What was counted, by which readings.
    tally : Tally
        The counts.
    lanes : sequence of (first, stop)
        The rows of each lane.
    """

    name: str
    wanted: Wanted
    tally: Tally
    lanes: Sequence[tuple[int, int]]

    @property
    def schema(self) -> Schema:
        """How the columns that are learned from are read."""
        return self.wanted.schema

    @property
    def target(self) -> Target:
        """How the target is read."""
        return self.wanted.reader.target

    @cached_property
    def reader(self) -> RowReader:
        """Reads targets, uses and weights of rows; the mean of the weights is 1."""
        reader, weights = self.wanted.reader, self.tally.target.weights
        rows = self.tally.rows[:, :LEFT_OUT].sum()
        return reader if reader.weight is None else replace(reader, weight_unit=weights["sum"] / rows)

    def rows(self) -> dict[str, int]:
        """How many rows each use has."""
        return dict(zip(USES, self.tally.rows[:, :LEFT_OUT].sum(axis=0).tolist(), strict=True))

    def trained(self) -> np.ndarray:
        """A bit for each row of the table (``numpy.packbits``): whether it is trained on."""
        found = np.zeros(-(-self.lanes[-1][1] // 8), np.uint8)
        for lane, (first, stop) in enumerate(self.lanes):
            bits = np.unpackbits(np.frombuffer(self.tally.trained.get(lane, b""), np.uint8), count=stop - first)
            in_place = np.packbits(np.concatenate([np.zeros(first % 8, np.uint8), bits]))
            found[first // 8 : first // 8 + len(in_place)] |= in_place
        return found

    @cached_property
    def classes(self) -> np.ndarray:
        """The classes of the rows trained on, in their order; none for regression."""
        labels = self._labels([name for name, (rows, _) in self.tally.target.classes.items() if rows[TRAINED]])
        return np.sort(labels)

    def class_rows(self, use: int = TRAINED, *, weighed: bool = False) -> np.ndarray:
        """How many rows of a use are of each class, or how much they weigh in units of the mean weight."""
        names = list(self.tally.target.classes)
        counts = np.array([of[int(weighed), use] for of in self.tally.target.classes.values()])
        by_label = dict(zip(self._labels(names).tolist(), counts, strict=True))
        unit = self.reader.weight_unit if weighed else 1.0
        return np.array([by_label[label] for label in self.classes.tolist()]) / unit

    @cached_property
    def scale(self) -> TargetScale:
        """Mean and spread of the amounts trained on."""
        total, mean, squares = self.tally.target.weighed[TRAINED].tolist()
        spread = float(np.sqrt(squares / total))
        return TargetScale(mean, spread if spread > 0 else 1.0)

    def ends(self, *uses: int) -> tuple[float, float]:
        """The smallest and the largest amount of rows of some uses."""
        found = self.tally.target.ends[list(uses)]
        return float(found[:, 0].min()), float(found[:, 1].max())

    @cached_property
    def digest(self) -> str:
        """Of all of it: other data, or other lanes, have another."""
        return sha256(to_bytes(self.tally.plain())).hexdigest()

    def _labels(self, names: list[str]) -> np.ndarray:
        return self.target.labels(Texts(np.arange(len(names)), names))


def statistics(
    source: RowSource,
    schema: Schema,
    reader: RowReader,
    lanes: Sequence[tuple[int, int]],
    *,
    unvaried: Sequence[Unvaried] = (),
    sums: LaneSums | None = None,
) -> Statistics:
    """Count the rows of a table in one pass.

    Parameters
    ----------
    source : RowSource
    schema : Schema
        Of the columns that are learned from, as a sample decided it.
    reader : RowReader
    lanes : sequence of (first, stop)
        The rows of each lane.
    unvaried : sequence of Unvaried
        Columns to have an eye on.
    sums : LaneSums, optional
        Where several processes share the lanes: each reads its own, and all have the same statistics in the end.

    Raises
    ------
    TableError
        There is nothing to learn from: no rows, one value of the target, or weights that are none.
    """
    wanted = Wanted(schema, reader, unvaried, len(lanes))
    here = range(len(lanes)) if sums is None else sums.here
    adds = tree_of(len(lanes)) if sums is None else sums.adds
    roots = _folded(_counted(source, wanted, lanes, here), adds, wanted)
    if sums is not None and sums.group.size > 1:
        roots = _everywhere(roots, sums, wanted)
    found = Statistics(source.name, wanted, Tally.of_plain(of_bytes(roots[0])), lanes)
    _refuse(found)
    return found


def _folded(lanes: Iterator[Tally], adds: Sequence[tuple[int, int]], wanted: Wanted) -> list[bytes]:
    """The lanes put together as far as the tree tells, each as soon as both sides of it are there.

    Those that wait are kept as bytes, which are a tenth of what they are to be added to.
    """
    kept: dict[int, bytes] = {}
    left = list(adds)
    for number, tally in enumerate(lanes):
        kept[number] = to_bytes(tally.plain())
        while left and left[0][1] in kept:
            a, b = left.pop(0)
            kept[a] = _merged(kept.pop(a), kept.pop(b), wanted)
    return [kept[number] for number in sorted(kept)]


def _everywhere(roots: list[bytes], sums: LaneSums, wanted: Wanted) -> list[bytes]:
    vectors = sums.group.everyone(as_numbers(roots))
    kept = dict(enumerate(part for vector in vectors for part in of_numbers(vector)))
    for a, b in sums.tree:
        kept[a] = _merged(kept.pop(a), kept.pop(b), wanted)
    return list(kept.values())


def _merged(one: bytes, other: bytes, wanted: Wanted) -> bytes:
    tally = Tally.of_plain(of_bytes(one))
    tally.merge(Tally.of_plain(of_bytes(other)), wanted)
    return to_bytes(tally.plain())


def _counted(source: RowSource, wanted: Wanted, lanes: Sequence[tuple[int, int]], here: range) -> Iterator[Tally]:
    """Lane after lane, read ahead by another thread, in blocks that begin where the lane does."""

    def blocks(_: object) -> Generator[tuple[int, pl.DataFrame | None], None, None]:
        for lane in here:
            first, stop = lanes[lane]
            for frame in recut(source.frames(first, stop, wanted.columns), wanted.block_rows):
                yield first, frame
                first += frame.height
            yield stop, None

    ahead = Ahead(blocks)
    try:
        for lane in here:
            tally = Tally.empty(wanted)
            for first, frame in ahead:
                if frame is None:
                    break
                rows = nw.from_native(frame, eager_only=True)
                tally.add(wanted, rows, first, lane, threads_for(len(rows), _SHORT))
            yield tally
    finally:
        ahead.close()


def _refuse(found: Statistics) -> None:
    reader, target = found.wanted.reader, found.tally.target
    rows = found.rows()["train"]
    if sum(found.rows().values()) < 2 or not rows:
        raise TableError(f"{found.name}: {rows} row(s) can be learned from: at least two are needed")
    if reader.weight is not None:
        weights = target.weights
        fault = weight_fault(reader.weight.name, weights["bad"], weights["negative"], weights["sum"] > 0)
        if fault:
            raise TableError(f"{found.name}: {fault}")
    one = found.classes if len(target.classes) else np.unique(found.ends(TRAINED))
    if len(one) == 1:
        raise TableError(
            f"all {rows} rows to train on have the same {quoted(found.target.name)}, {shown(one[0])}: "
            "give more rows, or another split"
        )
