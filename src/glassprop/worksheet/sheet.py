"""What a worksheet consists of, before it is written as text, HTML or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassprop.document.mathematics import Math
from glassprop.worksheet.exact import Number


@dataclass(frozen=True)
class Item:
    """One number to fill in: what it is called, the answer, and in the key the products whose sum it is."""

    symbol: Math
    answer: Number
    products: tuple[tuple[Number, ...], ...] = ()


@dataclass(frozen=True)
class Section:
    """A step: its title, what to do (text and formulas), and the numbers to fill in."""

    title: str
    text: str
    formulas: tuple[Math, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Given:
    """A table of given numbers: a title, heads of columns; and by row its symbol, its name if any, and the numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Math, str, tuple[Number, ...]], ...]


@dataclass(frozen=True)
class Sheet:
    """A whole worksheet. ``significant``: significant digits, where an answer is not exact."""

    title: str
    intro: tuple[str, ...]
    given: tuple[Given, ...]
    sections: tuple[Section, ...]
    significant: int
    notes: tuple[str, ...] = field(default=())
