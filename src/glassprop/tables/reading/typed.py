"""Columns of delimited text made what they hold: numbers, or text with null where a word says "missing"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from glassprop.tables.reading.plain_numbers import plain_types
from glassprop.tables.reading.quotes import QUOTED
from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

    Column = TypeVar("Column", pl.Expr, pl.Series)

# Column -> lower-case words that stand for "missing" in it.
Words = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Typed:
    """Columns of delimited text.

    Attributes
    ----------
    frame : polars.DataFrame
        Numbers, Int64 or Float64, where all cells are plain ones; else text.
    words : dict of str to tuple of str
        Text column -> the words, in lower case, that stand for "missing" in it.
    quoted : frozenset of str
        The text columns in which such a word is a value where it stands in quotes.
    kept : dict of str to list of str
        Text column -> the words that are values for that reason, as they are written.
    """

    frame: pl.DataFrame
    words: dict[str, tuple[str, ...]]
    quoted: frozenset[str]
    kept: dict[str, list[str]] = field(default_factory=dict)

    def and_of(self, others: Typed) -> Typed:
        """With columns of the same names typed anew."""
        names = set(others.frame.columns)
        words = {name: words for name, words in self.words.items() if name not in names}
        return Typed(
            self.frame.with_columns(others.frame),
            words | others.words,
            (self.quoted - names) | others.quoted,
            self.kept | others.kept,
        )


def typed_columns(
    frame: pl.DataFrame, as_text: Words | None = None, *, has_marks: bool = False, unmarked: Collection[str] = ()
) -> Typed:
    """Strip all text, make words for "missing" null, and plainly numeric columns numbers.

    Parameters
    ----------
    frame : polars.DataFrame
        Of text.
    as_text : dict of str to collection of str, optional
        Columns that stay text whatever they look like, with their words for "missing"; in quotes these are values.
    has_marks : bool
        Cells that stood in quotes may begin with a mark. In a column of text that has others, too, a word in quotes is
        a value.
    unmarked : collection of str
        Columns in which quotes tell nothing.
    """
    pl = need_polars()
    asked = {name: frozenset({"", *words}) for name, words in (as_text or {}).items() if name in frame.columns}
    marks = _marks(frame) if has_marks else {}
    cells = frame.with_columns(pl.col(marks).str.strip_prefix(QUOTED)) if marks else frame
    cells = cells.with_columns(pl.all().str.strip_chars())
    text = _without_words(cells, asked)
    types = plain_types(text.drop(asked))
    words = {name: asked.get(name, MISSING) for name in frame.columns if name not in types}
    telling = {name: mark for name, mark in marks.items() if name in words and name not in unmarked}
    back = _in_quotes(cells, telling, words, asked)
    kept = {column.name: column for column in back if column.null_count() < len(column)}
    text = text.with_columns(
        *(pl.col(name).cast(kind) for name, kind in types.items()),
        *(pl.col(name).fill_null(column) for name, column in kept.items()),
    )
    return Typed(
        text,
        {name: tuple(sorted(some - {""})) for name, some in words.items()},
        frozenset({*(words.keys() - marks.keys()), *(column.name for column in back)}),
        {name: column.drop_nulls().unique(maintain_order=True).to_list() for name, column in kept.items()},
    )


def _marks(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Which cells have a mark, of each column in which some have."""
    marks = frame.select(need_polars().all().str.starts_with(QUOTED).fill_null(value=False))
    return {column.name: column for column in marks.iter_columns() if column.any()}


def _without_words(cells: pl.DataFrame, asked: Words) -> pl.DataFrame:
    pl = need_polars()
    rules = [(pl.col(name), words) for name, words in asked.items()]
    if len(asked) < cells.width:
        rules.append((pl.exclude(asked) if asked else pl.all(), MISSING))
    return cells.with_columns(
        pl.when(_is_word(columns, words)).then(None).otherwise(columns).name.keep() for columns, words in rules
    )


def _in_quotes(cells: pl.DataFrame, marks: Mapping[str, pl.Series], words: Words, asked: Words) -> list[pl.Series]:
    """Of each column in which quotes count, the words that stood in them; null in all other rows."""
    found = []
    for name, mark in marks.items():
        column = cells[name]
        if name in asked or (~mark & (column != "")).any():
            word = mark & (column != "") & _is_word(column, words[name])
            found.append(column.set(~word, None))
    return found


def _is_word(column: Column, words: Collection[str]) -> Column:
    return column.str.to_lowercase().is_in(list(words))
