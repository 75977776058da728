"""A document as pieces of text at 80 columns: titles, lines, and tables, which whoever shows them lays out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from textwrap import wrap
from typing import TypeAlias

from glassprop.document.blocks import (
    Display,
    Document,
    Inline,
    Matrix,
    Name,
    Paragraph,
    Section,
    Table,
    Waterfall,
    inlines,
)
from glassprop.document.mathematics import Equation, Math
from glassprop.document.media import Medium
from glassprop.document.plain import PlainMath, plain_number
from glassprop.ground.number_text import number
from glassprop.ground.text import LONGEST_LINE, shown

WIDTH = 80
_INDENT = "  "
_BAR = 20  # characters of the longest bar
Marks: TypeAlias = tuple[str, str, str]
MARKS: Marks = ("█", "░", "│")  # of bars: what rises, falls, stays
ASCII_MARKS: Marks = ("#", "-", "|")
_UNBROKEN = 60  # characters of a formula among words that is kept in one line
_GLUE = "\u00a0"


@dataclass(frozen=True)
class Piece:
    """A title, a table, or lines where it has no columns."""

    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[int, ...] = ()
    whole: tuple[int, ...] = ()
    title: bool = False


def pieces_of(document: Document, marks: Marks = MARKS) -> list[Piece]:
    """All that is shown of it."""
    medium = Pieces(marks)
    parts = [piece for part in document.parts for piece in medium.block(part)]
    return [Piece((medium.line(document.title),), title=True), *parts]


def terminal_number(value: float) -> str:
    """A number with four digits after the point, or four significant ones."""
    if isinstance(value, int):
        return f"{value:,}"
    return number(value + 0.0) if abs(value) < float("inf") else plain_number(value)  # -0 is 0


class Pieces(Medium[list[Piece]]):
    """Each part as pieces."""

    def __init__(self, marks: Marks = MARKS) -> None:
        self._marks = marks
        self._math = PlainMath(terminal_number)

    def words(self, text: str) -> str:
        return shown(text, LONGEST_LINE)

    def name(self, name: Name) -> str:
        return shown(name.text, name.most)

    def number(self, value: float) -> str:
        return terminal_number(value)

    def math(self, node: Math) -> str:
        return self._math.write(node)

    def paragraph(self, part: Paragraph) -> list[Piece]:
        line = "".join(map(self._in_one, inlines(part.line)))
        return [Piece(tuple(_lines(line, _INDENT)))]

    def _in_one(self, part: Inline) -> str:
        """A part of a paragraph; a short formula is not broken."""
        text = self.line(part)
        formula = not isinstance(part, str | Name) and len(text) <= _UNBROKEN
        return text.replace(" ", _GLUE) if formula else text

    def display(self, part: Display) -> list[Piece]:
        return [Piece(tuple(line for formula in part.formulas for line in self._lines(formula)))]

    def _lines(self, node: Math) -> list[str]:
        """In one line if there is room; else each side of an equation in lines of its own."""
        whole = _INDENT + self.math(node)
        if len(whole) <= WIDTH or not isinstance(node, Equation):
            return _broken(whole)
        left, first, *others = map(self.math, node.sides)
        sides = [f"{_INDENT}{left} = {first}", *(f"{_INDENT * 2}= {side}" for side in others)]
        return [line for side in sides for line in _broken(side)]

    def matrix(self, part: Matrix) -> list[Piece]:
        rows = tuple(tuple(map(terminal_number, row)) for row in part.rows)
        columns = ("",) * len(part.rows[0])
        return [Piece((f"{_INDENT}{self.math(part.name)} =",)), Piece((), columns, rows, tuple(range(len(columns))))]

    def table(self, part: Table) -> list[Piece]:
        rows = [tuple(map(self.line, row)) for row in part.rows]
        count, what = part.left_out
        if count:
            rows.insert(len(rows) - part.total, (f"… {count:,} more {what}", *[""] * (len(part.columns) - 1)))
        heads = tuple(self.line(column.head) for column in part.columns)
        right = tuple(i for i, column in enumerate(part.columns) if column.numbers)
        return [Piece((), heads, tuple(rows), right)]

    def waterfall(self, part: Waterfall) -> list[Piece]:
        """The table, and beside each number a bar: from where the step before has left it to where this one does."""
        [piece] = self.table(part.table())
        bars = _bars(self._marks, (0.0, part.start[1]), *pairwise(part.levels), (0.0, part.end[1]))
        rows = tuple((*row, bar) for row, bar in zip(piece.rows, bars, strict=True))
        in_one = (len(piece.columns),)  # half a bar says nothing
        return [Piece((), (*piece.columns, ""), rows, piece.right, in_one)]

    def section(self, part: Section, depth: int) -> list[Piece]:
        title = Piece((self.line(part.title),), title=True)
        return [title, *(piece for one in part.parts for piece in self.block(one, depth + 1))]


def _broken(line: str) -> list[str]:
    """A formula in lines that end before a sign: a term stays whole."""
    begin = line[: len(line) - len(line.lstrip())]
    kept = re.sub(r" ([+-]) ", rf" \1{_GLUE}", line.lstrip().replace(" · ", f"{_GLUE}·{_GLUE}"))
    return _lines(begin + kept, begin + _INDENT * 2) or [line]


def _lines(text: str, indent: str) -> list[str]:
    """Text in lines of the terminal's width; ``_GLUE`` is a space where none ends."""
    found = wrap(text, WIDTH, subsequent_indent=indent, drop_whitespace=True, break_on_hyphens=False)
    return [line.replace(_GLUE, " ") for line in found]


def _bars(marks: Marks, *spans: tuple[float, float]) -> list[str]:
    """Each span on one scale, filled where it rises and shaded where it falls; a small one has a mark all the same."""
    low, high = min(map(min, spans)), max(map(max, spans))
    if not isfinite(high - low) or high == low:
        return [""] * len(spans)
    rises, falls, stays = marks
    found = []
    for begin, end in spans:
        first, last = (round((x - low) / (high - low) * _BAR) for x in sorted((begin, end)))
        first = min(first, _BAR - 1)
        mark = (rises if end > begin else falls) * max(1, last - first) if end != begin else stays
        found.append(" " * first + mark)
    return found
