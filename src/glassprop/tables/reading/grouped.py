"""Columns that look like plain numbers, and are numbers in groups by what the other columns of their file say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.file_mark import file_mark, votes_of_column

if TYPE_CHECKING:
    import polars as pl

    from glassprop.tables.reading.typed import Words


def columns_in_groups(frame: pl.DataFrame) -> Words:
    """Columns of numbers that are to stay text, with their words for "missing".

    In a file with decimal commas, 4.733 is 4733.
    """
    columns = nw.from_native(frame, eager_only=True)
    if file_mark(columns, typed=False) != ",":
        return {}
    floats = [name for name in columns.columns if columns[name].dtype.is_float()]
    return {name: MISSING for name in floats if votes_of_column(columns[name]).unsure}
