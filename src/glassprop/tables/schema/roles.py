"""What a column is taken for and why, the words for it, and what is known of columns before they are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.schema.far_values import FarValues
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
    far : FarValues or None
        Facts about numbers that lie far from all others.

    Examples
    --------
    >>> from glassprop.tables import ColumnRole
    >>> ColumnRole("age", "number", "numbers").to_dict()
    {'name': 'age', 'role': 'number', 'reason': 'numbers'}
    """

    name: str
    role: str
    reason: str
    far: FarValues | None = None

    def to_dict(self) -> dict[str, str]:
        """JSON-able: what a record keeps."""
        return {"name": self.name, "role": self.role, "reason": self.reason}


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


def missing_of(cells: Cells) -> str:
    """How many are missing, if any."""
    return f", {cells.missing} missing" if cells.missing else ""


def far_out_of(cells: Cells) -> str:
    """How many are too far out, if any."""
    return f"; {cells.infinite} {cells.beyond} count as missing" if cells.infinite else ""


def some_of(texts: list[str]) -> str:
    """A few of them."""
    return ", ".join(quoted(text) for text in texts[:3]) + (", …" if len(texts) > 3 else "")


def moment_shown(seconds: float) -> str:
    """A moment, without a time of day where it has none."""
    return str(np.datetime64(int(seconds), "s")).replace("T", " ").removesuffix(" 00:00:00")


def shown(value: float | str) -> str:
    """A number or text as it is told."""
    return quoted(value) if isinstance(value, str) else shortest(float(value))
