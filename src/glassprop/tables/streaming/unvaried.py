"""Columns that a sample had as constant or empty, and that the whole table may not have so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw

from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions, absent_from
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.values.category_names import names_of


@dataclass(frozen=True)
class Unvaried:
    """A column that is not learned from because it is constant in the sample, or empty.

    Attributes
    ----------
    name : str
    value : str or None
        By name, as of a category; None where it is empty.
    absent : frozenset of str
        What the user has said to stand for a missing value.
    """

    name: str
    value: str | None
    absent: frozenset[str] = frozenset()

    def others(self, series: nw.Series) -> tuple[int, str]:
        """How many rows of a column hold something else, and the first such thing."""
        names = names_of(series, self.absent)
        others = names.each(lambda name: name != self.value, self.value is not None, bool)
        if not others.any():
            return 0, ""
        found = names.of(others)
        return int(others.sum()), found.known[0] if found.known else ""


def unvaried_of(table: Table, roles: Sequence[ColumnRole], options: FitOptions) -> list[Unvaried]:
    """Those of a sample; not those that were to be dropped."""
    frame = nw.from_native(table.frame, eager_only=True)
    found = []
    for role in roles:
        if role.role != "dropped" or role.name in options.drop:
            continue
        absent = absent_from(options, role.name)
        names = names_of(frame[role.name], absent)
        if not names.known or (len(names.known) == 1 and not names.missing):
            found.append(Unvaried(role.name, names.known[0] if names.known else None, absent))
    return found
