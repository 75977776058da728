"""A note: what a user should know of their data or their model, as one line and as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassprop.ground.text import one_line, shortened

_MOST_EXAMPLES = 5
_LONGEST_EXAMPLE = 60
Say = Callable[[str], None]  # is given notes, or lines that are no more than that


class Note(str):
    """A line for people that is data for programs as well.

    Attributes
    ----------
    kind : str
        What it is about, in a word or a few joined by "-".
    column : str or None
        The column that it is about, where it is about one.
    number : int or None
        Of rows, values or columns: how many it is about ("count" in JSON; ``count`` is a method of text).
    examples : tuple of str
        A few of them.

    Examples
    --------
    >>> note = Note("column 'a': 2 value(s) are no numbers", "unread", "a", 2, ("x", "y"))
    >>> note.kind, note.number, note.upper()[:6]
    ('unread', 2, 'COLUMN')
    """

    kind: str
    column: str | None
    number: int | None
    examples: tuple[str, ...]

    def __new__(
        cls,
        text: str,
        kind: str = "note",
        column: str | None = None,
        number: int | None = None,
        examples: tuple[str, ...] = (),
    ) -> Note:
        made = super().__new__(cls, text)
        made.kind, made.column, made.number, made.examples = kind, column, number, examples
        return made

    def of(self, source: str) -> Note:
        """The same, said of a file or a part of one."""
        return Note(f"{source}: {self}", self.kind, self.column, self.number, self.examples)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, and of bounded size."""
        examples = [shortened(example, _LONGEST_EXAMPLE) for example in self.examples[:_MOST_EXAMPLES]]
        column = None if self.column is None else shortened(self.column)
        return {"kind": self.kind, "column": column, "count": self.number, "examples": examples, "text": one_line(self)}


class NoteWarning(UserWarning):
    """A warning that carries its note."""

    def __init__(self, note: Note) -> None:
        super().__init__(str(note))
        self.note = note


class NewsWarning(NoteWarning):
    """One about what training did not see: nothing is wrong with the table, but predictions may be."""


def as_note(said: str) -> Note:
    """A line that is no more than that becomes a note of kind "note"."""
    return said if isinstance(said, Note) else Note(said)
