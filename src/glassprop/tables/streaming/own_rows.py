"""Some rows of a piece of a table, to be kept when the piece is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


def own_rows(piece: pl.DataFrame, rows: Any) -> pl.DataFrame:
    """Those rows, in memory of their own: polars' would hold on to the text of all others."""
    pl = need_polars()
    some = piece[rows]
    return pl.from_arrow(some.to_arrow(compat_level=pl.CompatLevel.oldest()), schema=some.schema, rechunk=True)
