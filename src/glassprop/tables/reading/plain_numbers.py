"""Columns of text that hold nothing but plain numbers, turned into columns of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_NUMBER = r"^[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$|^[+-]?(?i:inf|infinity)$"
_SURE = 15  # digits of a whole number that is exact in float64, whichever they are


def plain_types(text: pl.DataFrame) -> dict[str, Any]:
    """The columns that hold plain numbers and nothing else but null, with the type that holds them exactly.

    A leading zero (``01234``) is not plain: such a column holds codes. Nor is a column one of numbers if its type would
    round some whole number: it may be the name of something.
    """
    pl = need_polars()
    if not text.width:
        return {}
    looks = text.select(_look(pl.col(name)).alias(name) for name in text.columns).row(0, named=True)
    return {
        name: pl.Int64 if found["integer"] else pl.Float64
        for name, found in looks.items()
        if found["some"] and found["number"] and (found["short"] or _exact(text[name], found["integer"]))
    }


def _look(column: pl.Expr) -> pl.Expr:
    pl = need_polars()
    return pl.struct(
        column.str.contains(_INTEGER).all().alias("integer"),
        (column.str.len_chars().max() <= _SURE).alias("short"),
        column.str.contains(_NUMBER).all().alias("number"),
        column.is_not_null().any().alias("some"),
    )


def _exact(column: pl.Series, integer: bool) -> bool:
    """Whether Int64, or Float64 for numbers of which some are no whole ones, holds every whole number of a column."""
    pl = need_polars()
    whole = column.filter(column.str.contains(_INTEGER))
    held = whole.cast(pl.Int64, strict=False)
    if held.null_count():
        return False
    return integer or bool((held.cast(pl.Float64).cast(pl.Int64, strict=False) == held).all())
