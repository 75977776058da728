"""The quick way through a large text file in which every line has the same number of fields and no quotes.

Which columns are numbers is tried on the first rows. They are parsed as such at once, and whatever a parser of numbers
might read in another way than `typed_columns` does makes a column one to be read as text, and typed with care.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassprop.tables.reading.fields import Fields, look_at_fields
from glassprop.tables.reading.typed import Typed, Words, typed_columns
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

TRIED = 1000  # rows
_CELLS = 2_000_000  # of text that are typed together
_ROUNDED = 2.0**53
_LOOKED_AT, _DIFFERENT = 10_000, 1_000  # rows, and different texts in them, to look at these alone
_LONGEST = 10**17  # whole numbers up to here have fewer than 19 characters, with their sign


def read_even_rows(
    data: bytes, separator: str, named: Callable[[list[str]], list[str]], as_text: Words
) -> Typed | None:
    """The columns below the first line, typed; None if the file needs the careful way.

    Parameters
    ----------
    data : bytes
        UTF-8.
    separator : str
    named : callable
        Gives the columns' names by what stands in the first line.
    as_text : dict of str to collection of str
        As for `typed_columns`.
    """
    if b'"' in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return None
    fields = look_at_fields(data, separator)
    if fields is None:
        return None
    top = _texts(_lines(data, TRIED + 1), separator)
    top.columns = named([cell or "" for cell in top.row(0)])
    tried = typed_columns(top[1:], as_text)
    return tried if fields.rows <= TRIED else _read(data, separator, fields, tried.frame, as_text)


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


def _read(data: bytes, separator: str, fields: Fields, tried: pl.DataFrame, as_text: Words) -> Typed:
    text = need_polars().String
    kinds = {
        name: text if odd else kind for (name, kind), odd in zip(tried.schema.items(), fields.odd.tolist(), strict=True)
    }
    frame = _parsed(data, separator, kinds)
    doubtful = [
        place
        for place, (column, empty) in enumerate(zip(frame.iter_columns(), fields.empty.tolist(), strict=True))
        if column.dtype != text and not _certain(column, empty)
    ]
    if doubtful:
        frame = frame.with_columns(_parsed(data, separator, dict.fromkeys(kinds, text), doubtful))
    as_they_are = {name: _as_it_is(frame[name], as_text) for name, kind in frame.schema.items() if kind == text}
    known = [typed for typed in as_they_are.values() if typed is not None]
    words = {name: words for typed in known for name, words in typed.words.items()}
    found = Typed(frame, words, frozenset(name for typed in known for name in typed.quoted))
    texts = [name for name, typed in as_they_are.items() if typed is None]
    together = max(1, _CELLS // fields.rows)  # of all at once, every step would hold a copy
    for some in (texts[k : k + together] for k in range(0, len(texts), together)):
        found = found.and_of(typed_columns(found.frame.select(some), as_text))
    return found


def _as_it_is(column: pl.Series, as_text: Words) -> Typed | None:
    """What typing finds in a column of few different texts, if it leaves it as it is; these alone tell that."""
    if column[:_LOOKED_AT].n_unique() > _DIFFERENT:
        return None
    different = column.unique().to_frame()
    typed = typed_columns(different, as_text)
    return typed if typed.frame.schema == different.schema and typed.frame.equals(different) else None


def _parsed(data: bytes, separator: str, kinds: dict[str, Any], places: list[int] | None = None) -> pl.DataFrame:
    """Columns of these types below the first line, all or some; nothing where a field is of another."""
    schema = {f"column_{k + 1}": kind for k, kind in enumerate(kinds.values())}  # the names that polars wants
    frame: pl.DataFrame = need_polars().read_csv(
        data, separator=separator, has_header=False, skip_rows=1, quote_char=None, ignore_errors=True,
        schema=schema, columns=places,
    )  # fmt: skip
    names = list(kinds)
    frame.columns = names if places is None else [names[place] for place in places]
    return frame


def _certain(column: pl.Series, empty: int) -> bool:
    """Whether every field was a plain number, and of this type: none but the empty ones gave nothing."""
    if column.null_count() != empty or empty == len(column):
        return False
    if column.dtype.is_float():  # a whole number beyond 2^53 would be rounded
        return bool((column.is_infinite() | (column.abs() < _ROUNDED)).all())
    return bool((column.abs() < _LONGEST).all())
