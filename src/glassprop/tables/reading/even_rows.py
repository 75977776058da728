"""The quick way through a large text file in which every line has the same number of fields and no quotes.

Which columns are numbers is tried on the first rows. They are parsed as such at once, and whatever a parser of numbers
might read in another way than `type_plain_columns` does makes a column one to be read as text, and typed with care.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassprop.tables.reading.fields import Fields, look_at_fields
from glassprop.tables.reading.plain_numbers import type_plain_columns
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

TRIED = 1000  # rows
_CELLS = 2_000_000  # of text that are typed together
_LOOKED_AT, _DIFFERENT = 10_000, 1_000  # rows, and different texts in them, to look at these alone
_LONGEST = 10**17  # whole numbers up to here have fewer than 19 characters, with their sign


def read_even_rows(data: bytes, separator: str) -> tuple[list[str], pl.DataFrame] | None:
    """What stands in the first line, and the columns below it, typed; None if the file needs the careful way.

    Parameters
    ----------
    data : bytes
        UTF-8.
    separator : str
    """
    if b'"' in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return None
    fields = look_at_fields(data, separator)
    if fields is None:
        return None
    top = _texts(_lines(data, TRIED + 1), separator)
    header, tried = [cell or "" for cell in top.row(0)], type_plain_columns(top[1:])
    if fields.rows <= TRIED:
        return header, tried
    return header, _read(data, separator, fields, tried)


def _lines(data: bytes, count: int) -> bytes:
    end = 0
    for _ in range(count):
        end = data.find(b"\n", end) + 1
        if not end:
            return data
    return data[:end]


def _texts(data: bytes, separator: str) -> pl.DataFrame:
    frame: pl.DataFrame = need_polars().read_csv(
        data, separator=separator, has_header=False, infer_schema=False, quote_char=None
    )
    return frame


def _read(data: bytes, separator: str, fields: Fields, tried: pl.DataFrame) -> pl.DataFrame:
    text = need_polars().String
    kinds = {
        name: text if odd else kind for (name, kind), odd in zip(tried.schema.items(), fields.odd.tolist(), strict=True)
    }
    frame = _parsed(data, separator, kinds)
    doubtful = [
        column.name
        for column, empty in zip(frame.iter_columns(), fields.empty.tolist(), strict=True)
        if column.dtype != text and not _certain(column, empty)
    ]
    if doubtful:
        frame = frame.with_columns(_parsed(data, separator, dict.fromkeys(kinds, text), doubtful))
    texts = [name for name, kind in frame.schema.items() if kind == text and not _stays(frame[name])]
    together = max(1, _CELLS // fields.rows)  # of all at once, every step would hold a copy
    for some in (texts[k : k + together] for k in range(0, len(texts), together)):
        frame = frame.with_columns(type_plain_columns(frame.select(some)))
    return frame


def _stays(column: pl.Series) -> bool:
    """Whether typing leaves a column of text as it is, as a few different texts tell where it has no more."""
    if column[:_LOOKED_AT].n_unique() > _DIFFERENT:
        return False
    different = column.unique().to_frame()
    typed = type_plain_columns(different)
    return bool(typed.schema == different.schema and typed.equals(different))


def _parsed(data: bytes, separator: str, kinds: dict[str, Any], columns: list[str] | None = None) -> pl.DataFrame:
    """Columns of these types below the first line; nothing where a field is of another."""
    frame: pl.DataFrame = need_polars().read_csv(
        data, separator=separator, has_header=False, skip_rows=1, quote_char=None, ignore_errors=True,
        schema=kinds, columns=columns,
    )  # fmt: skip
    return frame


def _certain(column: pl.Series, empty: int) -> bool:
    """Whether every field was a plain number, and of this type: none but the empty ones gave nothing."""
    if column.null_count() != empty or empty == len(column):
        return False
    if column.dtype.is_float():
        return not column.is_nan().any()
    return bool((column.abs() < _LONGEST).all())
