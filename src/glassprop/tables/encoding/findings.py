"""What is odd or new in the columns of a table while they are read, block by block, and told once for the whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from glassprop.ground.note import NewsWarning, Note, NoteWarning
from glassprop.ground.number_text import shortest
from glassprop.ground.text import listed, quoted
from glassprop.tables.values.cells import Cells
from glassprop.tables.values.numbers import missing_number
from glassprop.tables.values.texts import Texts

_SHARED = 3  # columns of which the same is told in one line
_NAMES = 6  # of them that are named
_MOST = 10_000  # different values that are kept to be counted
_SHOWN = 3  # of them that are told
_MISSING = "wholly-missing"
_NEWS = ("new-categories", "new-range", "new-type", _MISSING)


_OF_EACH = ("new-range", "beyond-sample", "not-constant", "estimated")  # whose details are those of one column


@dataclass(frozen=True)
class Finding:
    """Something about a column.

    Attributes
    ----------
    column : str
    kind : str
        See `_TOLD`.
    detail : str
        What is put into the line.
    rows : int
        In how many rows; 0 for the whole of the column, whatever it holds.
    values : tuple of str
        Different ones, in the order in which they came: all, for ``new-categories``, else the first.
    """

    column: str
    kind: str
    detail: str
    rows: int = 0
    values: tuple[str, ...] = ()

    def and_of(self, other: Finding) -> Finding:
        """With the same of further rows."""
        values = dict.fromkeys((*self.values, *other.values)) if self.kind == "new-categories" else self.values
        return replace(self, rows=self.rows + other.rows, values=tuple(values)[:_MOST])

    def note(self) -> Note:
        """In one line."""
        text = f"column {quoted(self.column)}{_TOLD[self.kind].format(detail=self.detail, rows=self.rows)}"
        if self.kind == "new-categories":
            text += f": {len(self.values):,} new one(s), {_some(self.values)}"
        elif self.values:
            text += f", the first {quoted(self.values[0])}"
        return Note(text, self.kind, self.column, self.rows or None, self.values)


_TOLD = {
    "unread": ": {rows} value(s) are {detail} and count as missing",
    "another-kind": " {detail}: all of it counts as missing",
    "new-categories": ": {rows} row(s) have categories that training never saw",
    "new-range": ": {rows} value(s) are far outside the range seen in training, {detail}",
    "new-type": " {detail}",
    _MISSING: " has no value in any of {rows} rows; training had some",
    "beyond-sample": " {detail}",
    "not-constant": " is not learned from, since {detail}; {rows} other row(s) hold something else",
    "estimated": ": {detail}",
}


def far_out(column: str, cells: Cells) -> list[Finding]:
    """Numbers and dates that are too far out."""
    return [Finding(column, "unread", cells.beyond, cells.infinite)] if cells.infinite else []


def odd(column: str, texts: Texts, values: np.ndarray, wanted: str) -> list[Finding]:
    """Text that gave none of the `values` that were wanted."""
    rows, found = texts.unread(values, missing_number)
    return [Finding(column, "unread", f"no {wanted}", rows, (found[0],))] if found else []


def no_dates(column: str, numbers: np.ndarray, moments: np.ndarray) -> list[Finding]:
    """Numbers that are no dates (20151227)."""
    odd_ones = numbers[np.isnan(moments) & ~np.isnan(numbers)]
    if not len(odd_ones):
        return []
    return [Finding(column, "unread", "no dates", len(odd_ones), (shortest(float(odd_ones[0])),))]


def of_another_kind(column: str, wanted: str) -> list[Finding]:
    """A column that holds nothing of the kind."""
    return [Finding(column, "another-kind", f"holds no {wanted}")]


def missing_in(column: str, rows: int) -> Finding:
    """Rows without a value: told if they are all."""
    return Finding(column, _MISSING, "", rows)


class Findings:
    """Those of a table that comes in blocks, as those of the whole of it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Finding] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Of one more block, in the order of blocks."""
        for finding in findings:
            key = finding.column, finding.kind, finding.detail
            self._found[key] = self._found[key].and_of(finding) if key in self._found else finding

    def of_table(self, columns: Iterable[str], rows: int) -> list[Finding]:
        """All of them, in the order of the columns, of a table of so many rows."""
        places = {name: place for place, name in enumerate(columns)}
        kept = [found for found in self._found.values() if found.kind != _MISSING or 1 < rows == found.rows]
        return sorted(kept, key=lambda finding: places[finding.column])


def together(findings: Iterable[Finding], columns: Iterable[str], rows: int) -> list[Finding]:
    """Those of all blocks, handed over in their order, as those of the whole table of `rows`, in its columns' order."""
    found = Findings()
    found.add(findings)
    return found.of_table(columns, rows)


def notes_of(findings: Iterable[Finding]) -> list[Note]:
    """A line for each, or for many columns of which the same is to be told."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        detail = "" if finding.kind in _OF_EACH else finding.detail
        alike.setdefault((finding.kind, detail), []).append(finding)
    notes: list[Note] = []
    for same in alike.values():
        own = [finding.note() for finding in same]
        if len(own) > _SHARED:
            more = f"; {len(own) - 1} more columns like it: {listed([f.column for f in same[1:]], _NAMES)}"
            own = [Note(own[0] + more, own[0].kind, own[0].column, own[0].number, own[0].examples)]
        notes += own
    return notes


def warn_of(findings: Iterable[Finding], stacklevel: int = 3) -> None:
    """A warning for each line."""
    for note in notes_of(findings):
        warnings.warn((NewsWarning if note.kind in _NEWS else NoteWarning)(note), stacklevel=stacklevel)


def _some(values: tuple[str, ...]) -> str:
    return ", ".join(quoted(value) for value in values[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")
