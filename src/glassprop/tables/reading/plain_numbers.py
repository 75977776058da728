"""Columns of text that hold nothing but plain numbers, turned into columns of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_NUMBER = r"^[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$|^[+-]?(?i:inf|infinity)$"


def type_plain_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Strip all text, make spellings of "missing" null, and plainly numeric columns Int64 or Float64.

    A leading zero (``01234``) is not plain: such a column holds codes and stays text, as does all else.
    """
    pl = need_polars()
    text = frame.with_columns(pl.all().str.strip_chars()).with_columns(
        pl.when(pl.all().str.to_lowercase().is_in(list(MISSING))).then(None).otherwise(pl.all()).name.keep()
    )
    counts = text.select(
        pl.struct(
            pl.col(name).str.contains(_INTEGER).all().alias("integer"),
            (pl.col(name).str.len_chars().max() < 19).alias("short"),
            pl.col(name).str.contains(_NUMBER).all().alias("number"),
            pl.col(name).is_not_null().any().alias("some"),
        ).alias(name)
        for name in text.columns
    ).row(0, named=True)
    types = {
        name: pl.Int64 if found["integer"] and found["short"] else pl.Float64
        for name, found in counts.items()
        if found["some"] and found["number"]
    }
    return text.with_columns(pl.col(name).cast(kind) for name, kind in types.items())
