"""The schema: how each column is read. Decided once, in training, and kept; every later table is read by it.

A cell is read by the reading of its column alone: not by what stands in other rows, nor by the library or the kind of
file that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("number", "date", "time", "category", "text")  # in the order in which the network's inputs have them


@dataclass(frozen=True)
class Reading:
    """How the cells of one column are read.

    Attributes
    ----------
    name : str
        The column.
    kind : {"number", "date", "time", "category", "text"}
        "time" is one of the day.
    decimal : {".", ","}
        The decimal mark of numbers in text.
    order : str
        Of day, month and year, for dates in text: "ymd", "mdy" or "dmy", which decides where day and month are numbers
        before a year; "" where training had a type of its own for dates.
    clock : bool
        Whether dates have a time of day.
    missing : tuple of str
        Words, in lower case, that stand for a missing value, wherever they come from.
    quoted : bool
        In delimited text, such words count as missing only where they are not in quotes, and in tables that have
        types of their own they are what they say.
    absent : tuple of str
        Further such words, and numbers, that the user has named: missing in any table, in quotes or not.
    aliases : dict of str to str
        Name -> known name, for categories that other tables spell in another way: "100" for "1E2", "true" for "True".
    """

    name: str
    kind: str
    decimal: str = "."
    order: str = ""
    clock: bool = False
    missing: tuple[str, ...] = ()
    quoted: bool = False
    absent: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> frozenset[str]:
        """Those that count as missing in any table."""
        return frozenset(self.absent) if self.quoted else frozenset((*self.missing, *self.absent))

    def needs_text(self) -> bool:
        """Whether its cells must come as they are written where a file has no types: as numbers they lose something."""
        return self.kind != "number" or self.decimal != "."

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, without what is as usual."""
        usual = asdict(Reading("", ""))
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
            if key in ("name", "kind") or value != usual[key]
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Reading:
        """What `to_dict` gave."""
        words = {key: tuple(found.get(key, ())) for key in ("missing", "absent")}
        return cls(**{**found, **words})


@dataclass(frozen=True)
class Schema:
    """The readings of all columns that are learned from, by kind: numbers, dates, times of day, categories."""

    readings: tuple[Reading, ...] = ()

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> Schema:
        """From readings in any order; those of one kind stay in theirs."""
        return cls(tuple(sorted(readings, key=lambda reading: KINDS.index(reading.kind))))

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    def __len__(self) -> int:
        return len(self.readings)

    def names(self) -> list[str]:
        """The columns that are read."""
        return [reading.name for reading in self.readings]

    def of_kind(self, *kinds: str) -> list[Reading]:
        """The readings of some kinds."""
        return [reading for reading in self.readings if reading.kind in kinds]

    def to_list(self) -> list[dict[str, Any]]:
        """JSON-able; `from_list` makes the same schema of it."""
        return [reading.to_dict() for reading in self.readings]

    @classmethod
    def from_list(cls, found: Iterable[Mapping[str, Any]]) -> Schema:
        """What `to_list` gave."""
        return cls.of(map(Reading.from_dict, found))
