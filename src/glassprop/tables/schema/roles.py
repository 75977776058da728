"""What a column is taken for and why, and what is known of columns before they are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glassprop.tables.schema.readings import Reading
from glassprop.tables.values.cells import Cells


@dataclass(frozen=True)
class ColumnRole:
    """A column, what it is taken for, and why.

    Attributes
    ----------
    name : str
    role : str
        number, category, date, time of day, dropped, target, weight, group or time.
    reason : str
    """

    name: str
    role: str
    reason: str


@dataclass(frozen=True)
class Words:
    """How the file is written: which words stood for missing in it, by column (see `Table`), and its decimal mark.

    Attributes
    ----------
    missing : mapping of str to tuple of str
    quoted : frozenset of str
        Columns in which such a word in quotes was a value.
    mark : {".", ","} or None
        The decimal mark of its columns that decide for one, for those that do not.
    """

    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()
    mark: str | None = None

    def of(self, name: str) -> dict[str, Any]:
        """The arguments of a `Reading`."""
        return {"missing": tuple(self.missing.get(name, ())), "quoted": name in self.quoted}


Decision = tuple[ColumnRole, Reading | None]


class Beforehand:
    """What is known of columns before they are looked at: here nothing."""

    def words(self, name: str) -> frozenset[str]:
        """Words and numbers that stand for missing in a column, besides those of the file."""
        return frozenset()

    def decision(self, name: str, cells: Cells) -> Decision | None:
        """What a column is, whatever it looks like."""
        return None

    def is_whole(self, name: str) -> bool:
        """Whether the reading of a column is complete: its words, and the names of its categories."""
        return False
