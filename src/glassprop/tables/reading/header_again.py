"""Rows that repeat the header, as files have them that were put behind one another, or printed page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


def without_header_again(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[int]] | None:
    """The other rows, and which repeat the header (from 1); None if none does.

    A row does if each cell is the name of its column: two columns at least, since a single word may well be a value.
    """
    pl = need_polars()
    telling = [name for name in frame.columns if name.strip().lower() not in MISSING]
    if len(telling) < 2 or any(dtype != pl.String for dtype in frame.dtypes):
        return None
    places = (frame[telling[0]].str.strip_chars() == telling[0].strip()).arg_true()
    for name in telling[1:]:
        if not len(places):
            return None
        places = places.filter(frame[name].gather(places).str.strip_chars() == name.strip())
    if not len(places):
        return None
    kept = pl.Series(values=[True]).new_from_index(0, frame.height).scatter(places, False)
    return frame.filter(kept), [place + 1 for place in places]
