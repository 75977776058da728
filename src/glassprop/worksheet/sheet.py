"""What a worksheet consists of, before it is written as text, HTML or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.document.blocks import Line
from glassprop.document.mathematics import Math, Symbol
from glassprop.worksheet.exact import ONE, Number


@dataclass(frozen=True)
class Check:
    """The same number by differences, and whether a kink lies between the two points that it was made of."""

    value: Number
    kink: bool = False


@dataclass(frozen=True)
class Item:
    """One number to fill in: what it is called, the answer, and in the key the products whose sum it is.

    ``less``: what is subtracted from that sum. ``over``: what it is divided by. ``rounded``: the answer was rounded,
    and one goes on with it as it is.
    """

    symbol: Math
    answer: Number
    products: tuple[tuple[Number, ...], ...] = ()
    check: Check | None = None
    less: tuple[Number, ...] = ()
    over: Number = ONE
    rounded: bool = False


@dataclass(frozen=True)
class Grid:
    """A table to fill in: its corner, what its columns and rows are called, and the answers."""

    corner: Math
    columns: tuple[Math, ...]
    rows: tuple[tuple[Math, tuple[Number, ...]], ...]


@dataclass(frozen=True)
class Section:
    """A step: its title, what to do (words, then formulas), and the numbers to fill in.

    ``key`` and ``key_items`` stand in the key alone.
    """

    title: str
    lines: tuple[Line, ...]
    formulas: tuple[Math, ...]
    items: tuple[Item, ...] = ()
    grids: tuple[Grid, ...] = ()
    key: tuple[Line, ...] = ()
    key_items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """Steps that belong together, those of a row; without a title where there is but one row."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Given:
    """A table of given numbers: a title, heads of columns; and by row its symbol, its name if any, and the numbers.

    None is a cell that stays empty.
    """

    title: str
    columns: tuple[Line, ...]
    rows: tuple[tuple[Math, str, tuple[Number | None, ...]], ...]


@dataclass(frozen=True)
class Node:
    """A circle of the drawing: what it is called, and what stands in it: of an input its value, else an answer."""

    symbol: Symbol
    value: Number | None
    given: bool = False
    delta: Number | None = None
    name: str = ""
    bias: Number | None = None


@dataclass(frozen=True)
class Drawing:
    """The network: circles by layer, from the inputs on; the weights between them; and the targets beside the last.

    weights : by layer (index 0 is empty), neuron and neuron before it.
    """

    layers: tuple[tuple[Node, ...], ...]
    weights: tuple[tuple[tuple[Number, ...], ...], ...]
    targets: tuple[Node, ...]
    cost: Number | None


@dataclass(frozen=True)
class Sheet:
    """A whole worksheet. ``significant``: significant digits, where an answer is not exact. ``first``: the number of
    the first section.
    """

    title: str
    intro: tuple[Line, ...]
    drawing: Drawing
    given: tuple[Given, ...]
    chapters: tuple[Chapter, ...]
    significant: int
    notes: tuple[Line, ...] = ()
    first: int = 1
