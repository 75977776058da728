"""Columns of text that hold nothing but plain numbers, turned into columns of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_NUMBER = r"^[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$|^[+-]?(?i:inf|infinity)$"
_LONG = r"^[+-]?[0-9]{16,}$"  # up to 15 digits, whichever they are, are exact in float64


def plain_types(text: pl.DataFrame) -> dict[str, Any]:
    """The columns that hold plain numbers and nothing else but null, with the type that holds them exactly.

    A leading zero (``01234``) is not plain: such a column holds codes. Nor is a column one of numbers if its type would
    round some whole number: it may be the name of something.
    """
    pl = need_polars()
    if not text.width:
        return {}
    every = pl.all()  # one expression for all columns: making one for each takes longer than what it does
    number, integer, long, some = (
        text.select(look).row(0)
        for look in (
            every.str.contains(_NUMBER).all(),
            every.str.contains(_INTEGER).all(),
            every.str.contains(_LONG).any(),
            every.is_not_null().any(),
        )
    )
    return {
        column.name: pl.Int64 if integer[k] else pl.Float64
        for k, column in enumerate(text.iter_columns())
        if some[k] and number[k] and (not long[k] or _exact(column, integer[k]))
    }


def _exact(column: pl.Series, integer: bool) -> bool:
    """Whether Int64, or Float64 for numbers of which some are no whole ones, holds every whole number of a column."""
    pl = need_polars()
    whole = column.filter(column.str.contains(_INTEGER))
    held = whole.cast(pl.Int64, strict=False)
    if held.null_count():
        return False
    return integer or bool((held.cast(pl.Float64).cast(pl.Int64, strict=False) == held).all())
