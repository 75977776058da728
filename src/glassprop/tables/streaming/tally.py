"""What is counted of the rows of a lane, block after block; those of two lanes are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.findings import Finding, together
from glassprop.tables.encoding.one_hot import counts_of
from glassprop.tables.encoding.read_column import part_names, read_column
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.streaming.heavy_hitters import HeavyHitters, most_names
from glassprop.tables.streaming.number_statistics import NumberStatistics
from glassprop.tables.streaming.row_reader import ReadTargets, RowReader
from glassprop.tables.streaming.sketch import size_for
from glassprop.tables.streaming.target_statistics import TargetStatistics
from glassprop.tables.streaming.unvaried import Unvaried
from glassprop.tables.streaming.uses import LEFT_OUT, TRAINED
from glassprop.tables.values.cells import MISSING_CATEGORY, cells_of, type_of
from glassprop.tables.values.texts import Texts

_BLOCK, _LEAST_BLOCK = 65_536, 1_024  # rows
_TOGETHER = 16 << 20  # bytes of numbers


@dataclass(frozen=True)
class Wanted:
    """What is to be counted.

    Attributes
    ----------
    schema : Schema
    reader : RowReader
    unvaried : sequence of Unvaried
    n_lanes : int
    """

    schema: Schema
    reader: RowReader
    unvaried: Sequence[Unvaried] = ()
    n_lanes: int = 1

    @cached_property
    def counted(self) -> list[Reading]:
        """The columns that are counted: text is learned from the sample."""
        return [reading for reading in self.schema if reading.kind != "text"]

    @cached_property
    def columns(self) -> list[str]:
        """All that is read."""
        names = [*(reading.name for reading in self.counted), *self.reader.columns]
        return list(dict.fromkeys([*names, *(column.name for column in self.unvaried)]))

    @cached_property
    def block_rows(self) -> int:
        """How many rows are counted together: bits depend on it."""
        rows = _BLOCK
        while rows > _LEAST_BLOCK and rows * len(self.columns) * 8 > _TOGETHER:
            rows //= 2
        return rows

    @cached_property
    def sketch_size(self) -> int:
        """Of each number."""
        return size_for(1 + sum(len(part_names(reading)) for reading in self.counted))

    @cached_property
    def most_names(self) -> int:
        """Of each column of categories."""
        return most_names(sum(reading.kind == "category" for reading in self.counted))


@dataclass
class Tally:
    """Counts of rows, by column.

    Attributes
    ----------
    numbers : dict of str to NumberStatistics
        Of each part that a number, date or time of day is read as, in the rows trained on.
    categories : dict of str to HeavyHitters
        Likewise; a missing one is a category.
    types : dict of str to str
        What kind of values a column has by its type.
    target : TargetStatistics
    rows : array (n_lanes, 4) of int
        How many rows there are of each lane and use, the last of those left out.
    trained : dict of int to bytes
        By lane, a bit for each of its rows (``numpy.packbits``): whether it is trained on.
    findings : list of Finding
        Of all rows: cells that do not fit the schema.
    changed : dict of str to list
        Of columns that the sample had as constant or empty: in how many rows they are not, and an example.
    """

    numbers: dict[str, NumberStatistics]
    categories: dict[str, HeavyHitters]
    types: dict[str, str]
    target: TargetStatistics
    rows: np.ndarray
    trained: dict[int, bytearray] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def empty(cls, wanted: Wanted) -> Tally:
        """Of no rows."""
        numbers = [name for reading in wanted.counted for name in part_names(reading)]
        return cls(
            {name: NumberStatistics(wanted.sketch_size) for name in numbers},
            {r.name: HeavyHitters(wanted.most_names) for r in wanted.counted if r.kind == "category"},
            {},
            TargetStatistics(wanted.sketch_size),
            np.zeros((wanted.n_lanes, LEFT_OUT + 1), np.int64),
        )

    def add(self, wanted: Wanted, frame: nw.DataFrame, first: int, lane: int, threads: int) -> None:
        """Take in a block of rows, the first of which has that number in the whole table."""
        read = wanted.reader.read(frame, np.arange(first, first + len(frame)))
        self.rows[lane] += np.bincount(read.uses, minlength=LEFT_OUT + 1)
        self._add_targets(wanted.reader, frame, read)
        is_trained = read.uses == TRAINED
        self.trained.setdefault(lane, bytearray()).extend(np.packbits(is_trained).tobytes())
        trained = np.flatnonzero(is_trained)

        def work(reading: Reading) -> list[Finding]:
            return self._add_column(frame[reading.name], reading, trained)

        found = [finding for some in in_order(work, wanted.counted, threads) for finding in some]
        if found:
            self.findings = together([*self.findings, *found], wanted.schema.names(), 0)
        for column in wanted.unvaried:
            rows, example = column.others(frame[column.name])
            self._change(column.name, rows, example)

    def merge(self, other: Tally, wanted: Wanted) -> None:
        """Take in the rows of another lane."""
        for name, statistics in self.numbers.items():
            statistics.merge(other.numbers[name])
        for name, counts in self.categories.items():
            counts.merge(other.categories[name])
        self.types = {**other.types, **self.types}
        self.target.merge(other.target)
        self.rows += other.rows
        self.trained |= other.trained
        self.findings = together([*self.findings, *other.findings], wanted.schema.names(), 0)
        for name, (rows, example) in other.changed.items():
            self._change(name, rows, example)

    def plain(self) -> dict[str, Any]:
        """Arrays, numbers and texts, of which `of_plain` makes the same."""
        return {
            "numbers": {name: of.plain() for name, of in self.numbers.items()},
            "categories": {name: of.plain() for name, of in self.categories.items()},
            "types": dict(sorted(self.types.items())),
            "target": self.target.plain(),
            "lanes": len(self.rows),
            "rows": self.rows.ravel(),
            "trained": {str(lane): [len(bits), _whole_numbers(bits)] for lane, bits in sorted(self.trained.items())},
            "findings": [asdict(finding) for finding in self.findings],
            "changed": self.changed,
        }

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> Tally:
        """What `plain` gave."""
        return cls(
            {name: NumberStatistics.of_plain(of) for name, of in found["numbers"].items()},
            {name: HeavyHitters.of_plain(of) for name, of in found["categories"].items()},
            found["types"],
            TargetStatistics.of_plain(found["target"]),
            found["rows"].reshape(found["lanes"], -1),
            {int(lane): bytearray(bits.tobytes()[:length]) for lane, (length, bits) in found["trained"].items()},
            [Finding(**{**each, "values": tuple(each["values"])}) for each in found["findings"]],
            found["changed"],
        )

    def _add_targets(self, reader: RowReader, frame: nw.DataFrame, read: ReadTargets) -> None:
        self.target.add(read)
        if read.without_target:
            self.target.infinite += cells_of(frame[reader.target.name]).infinite

    def _add_column(self, series: nw.Series, reading: Reading, trained: np.ndarray) -> list[Finding]:
        found: list[Finding] = []
        if reading.name not in self.types and (kind := type_of(series)) is not None:
            self.types[reading.name] = kind
        values = read_column(series, reading, found)
        if isinstance(values, Texts):
            counts = counts_of(values.of(trained))
            self.categories[reading.name].add(counts, counts.get(MISSING_CATEGORY, 0))
        else:
            for name, part in zip(part_names(reading), values, strict=True):
                self.numbers[name].add(part[trained])
        return found

    def _change(self, name: str, rows: int, example: str) -> None:
        if rows:
            before, first = self.changed.get(name, (0, example))
            self.changed[name] = [before + rows, first]


def _whole_numbers(bits: bytearray) -> np.ndarray:
    return np.frombuffer(bytes(bits) + b"\0" * (-len(bits) % 8), np.int64)
