"""What is odd in the columns of a table while they are read, block by block, and told once for the whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.values.cells import Cells
from glassprop.tables.values.numbers import missing_number
from glassprop.tables.values.texts import Texts


@dataclass(frozen=True)
class Finding:
    """Something odd in a column: cells that count as missing.

    Attributes
    ----------
    column : str
    what : str
        What they are; `first` is put into it.
    rows : int
        In how many rows; 0 for the whole of the column, whatever it holds.
    first : str or None
        The first of them.
    """

    column: str
    what: str
    rows: int = 0
    first: str | None = None

    def told(self) -> str:
        """In one line."""
        if not self.rows:
            return f"column {quoted(self.column)} {self.what}: all of it counts as missing"
        first = "" if self.first is None else f", the first {quoted(self.first)}"
        return f"column {quoted(self.column)}: {self.rows} value(s) are {self.what} and count as missing{first}"


def far_out(column: str, cells: Cells) -> list[Finding]:
    """Numbers and dates that are too far out."""
    return [Finding(column, cells.beyond, cells.infinite)] if cells.infinite else []


def odd(column: str, texts: Texts, values: np.ndarray, wanted: str) -> list[Finding]:
    """Text that gave none of the `values` that were wanted."""
    rows, found = texts.unread(values, missing_number)
    return [Finding(column, f"no {wanted}", rows, found[0])] if found else []


def no_dates(column: str, numbers: np.ndarray, moments: np.ndarray) -> list[Finding]:
    """Numbers that are no dates (20151227)."""
    odd_ones = numbers[np.isnan(moments) & ~np.isnan(numbers)]
    return [Finding(column, "no dates", len(odd_ones), shortest(float(odd_ones[0])))] if len(odd_ones) else []


def of_another_kind(column: str, wanted: str) -> list[Finding]:
    """A column that holds nothing of the kind."""
    return [Finding(column, f"holds no {wanted}")]


def together(findings: Iterable[Finding], columns: Iterable[str]) -> list[Finding]:
    """Those of all blocks, handed over in their order, as those of the whole: in the order of its columns."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.column, finding.what
        found[key] = replace(found[key], rows=found[key].rows + finding.rows) if key in found else finding
    places = {name: place for place, name in enumerate(columns)}
    return sorted(found.values(), key=lambda finding: places[finding.column])


def warn_of(findings: Iterable[Finding], stacklevel: int = 3) -> None:
    """A UserWarning for each."""
    for finding in findings:
        warnings.warn(finding.told(), UserWarning, stacklevel=stacklevel)
