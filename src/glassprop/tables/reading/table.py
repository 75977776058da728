"""A table as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw

from glassprop.ground.note import Note, as_note
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Table:
    """Rows and named columns, with what was said about them on the way in.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per example. (A table that is handed to an estimator may be of pandas or Arrow.)
    name : str
        Where it came from, for messages.
    target : str or None
        The target column, where the table knows it (built-in data sets).
    notes : tuple of Note
        Every repair made while reading, one line each.
    words : dict of str to tuple of str
        By column of text in a text file: the words, in lower case, that stand for "missing" in it and are null here.
        Other tables have null where they say so, and text is what it says.
    quoted : frozenset of str
        Those of these columns in which such a word is a value where it stands in quotes.

    Examples
    --------
    >>> import polars as pl
    >>> from glassprop.tables import Table
    >>> Table(pl.DataFrame({"town": ["Ulm", "Bonn"]}), name="towns").columns
    ['town']
    """

    frame: pl.DataFrame
    name: str
    target: str | None = None
    notes: tuple[Note, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(map(as_note, self.notes)))

    @property
    def columns(self) -> list[str]:
        """The names of the columns, whatever library the table is of."""
        return list(nw.from_native(self.frame, eager_only=True).columns)

    def noted(self, kind: str) -> frozenset[str]:
        """The columns of which reading noted something of a kind."""
        return frozenset(note.column for note in self.notes if note.kind == kind and note.column is not None)

    def text_columns(self) -> dict[str, tuple[str, ...]]:
        """For ``read_table(..., as_text=)`` of a file that is to be read like this one."""
        text = need_polars().String
        return {name: self.words.get(name, ()) for name, kind in self.frame.schema.items() if kind == text}
