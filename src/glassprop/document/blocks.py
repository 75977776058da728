"""The parts of a document: sections of paragraphs, tables and formulas, apart from the medium that shows them.

A string is words of ours. What comes from outside (names, cells) is a ``Name``, so that every medium knows what to make
harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

from glassprop.document.mathematics import Math, Number


@dataclass(frozen=True)
class Name:
    """Text from outside: a name, a cell. It is cut beyond so many characters."""

    text: str
    most: int = 24


Inline: TypeAlias = str | Name | Math
Line: TypeAlias = Inline | tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """Words, names and formulas in one line of thought."""

    line: Line


@dataclass(frozen=True)
class Display:
    """Formulas that stand by themselves."""

    formulas: tuple[Math, ...]


@dataclass(frozen=True)
class Matrix:
    """A matrix with its name."""

    name: Math
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, whether it holds numbers, and the share of the width that long cells may take."""

    head: Line
    numbers: bool = False
    share: float | None = None


@dataclass(frozen=True)
class Table:
    """Rows under heads. ``left_out``: how many more there are, and of what; ``total``: the last row is of all."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    left_out: tuple[int, str] = (0, "")
    total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """How a number came about: from where it starts, what each step adds, and where it ends.

    Attributes
    ----------
    start, end : (what it is, number)
    steps : tuple of (what it is, what stands there, what it adds)
    """

    start: tuple[Line, float]
    steps: tuple[tuple[Line, Line, float], ...]
    end: tuple[Line, float]

    @property
    def levels(self) -> tuple[float, ...]:
        """Where the start leaves it, and each step."""
        return tuple(accumulate((self.start[1], *(adds for *_, adds in self.steps))))

    def table(self) -> Table:
        """The same as a table: for media that draw no bars."""
        rows: list[tuple[Line, ...]] = [(self.start[0], "", "", Number(self.start[1]))]
        for (what, here, adds), level in zip(self.steps, self.levels[1:], strict=True):
            rows.append((what, here, Number(adds), Number(level)))
        rows.append((self.end[0], "", "", Number(self.end[1])))
        heads = Column(""), Column("here"), Column("adds", numbers=True), Column("so far", numbers=True)
        return Table(heads, tuple(rows), total=True)


@dataclass(frozen=True)
class Section:
    """Parts under a title, sections of their own among them."""

    title: Line
    parts: tuple[Block, ...]


Block: TypeAlias = Paragraph | Display | Matrix | Table | Waterfall | Section


@dataclass(frozen=True)
class Document:
    """A title, and what stands under it."""

    title: Line
    parts: tuple[Block, ...]


def inlines(line: Line) -> tuple[Inline, ...]:
    """What a line is made of, one after the other."""
    return line if isinstance(line, tuple) else (line,)
