"""A few rows of a table larger than memory, as a table of their own: to be explained, or to check a gradient on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.estimator.explaining import row_numbers
from glassprop.tables.reading.table import Table
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.values.packages import need_polars

_PLACES = 20  # at which rows are read
_SPARE = 5  # times as many rows as are wanted: some may have no target


def rows_of(source: RowSource, numbers: Sequence[int]) -> Table:
    """The rows of these numbers, counted from 0, in the order in which they are named.

    Raises
    ------
    DataError
        There is no such row.
    """
    asked = row_numbers(source.n_rows, None, numbers)
    return _table(source, [(number, number + 1) for number in asked])


def spread_rows(source: RowSource, wanted: int) -> Table:
    """Rows from all over the table, at a few places, and more than are wanted, where there are."""
    if source.n_rows <= _SPARE * wanted:
        return _table(source, [(0, source.n_rows)])
    each = -(-_SPARE * wanted // _PLACES)
    starts = np.linspace(0, source.n_rows - each, _PLACES).astype(int).tolist()
    return _table(source, list(dict.fromkeys((start, start + each) for start in starts)))


def _table(source: RowSource, ranges: list[tuple[int, int]]) -> Table:
    parts = [frame for first, stop in ranges for frame in source.frames(first, stop)]
    return Table(need_polars().concat(parts), source.name, None, source.notes, source.words, source.quoted)
