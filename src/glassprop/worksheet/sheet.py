"""What a worksheet consists of, before it is written as text, HTML or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassprop.document.tex import by, tex_symbol
from glassprop.insight.names import quantity_of, symbol_of
from glassprop.worksheet.exact import Number


@dataclass(frozen=True)
class Symbol:
    """A quantity as text and as LaTeX."""

    plain: str
    tex: str


def quantity(letter: str, layer: int, j: int, k: int | None = None) -> Symbol:
    """z, a, w, b or δ of a neuron or weight."""
    return Symbol(quantity_of(letter, layer, j, k), tex_symbol({"δ": r"\delta"}.get(letter, letter), layer, j, k))


def derivative_by(letter: str, layer: int, j: int, k: int | None = None) -> Symbol:
    """∂C₀ by one of them."""
    return Symbol(symbol_of(letter, layer, j, k), by(tex_symbol(letter, layer, j, k)))


def slope_at(layer: int, j: int) -> Symbol:
    """σ'(z_j)."""
    z = quantity("z", layer, j)
    return Symbol(f"σ'({z.plain})", rf"\sigma'({z.tex})")


@dataclass(frozen=True)
class Item:
    """One number to fill in: what it is called, the answer, and in the key the products whose sum it is."""

    symbol: Symbol
    answer: Number
    products: tuple[tuple[Number, ...], ...] = ()


@dataclass(frozen=True)
class Section:
    """A step: its title, what to do (text and formula), and the numbers to fill in."""

    title: str
    text: str
    formula: Symbol | None
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Given:
    """A table of given numbers: a title, heads of columns; and by row its symbol, its name if any, and the numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Symbol, str, tuple[Number, ...]], ...]


@dataclass(frozen=True)
class Sheet:
    """A whole worksheet. ``significant``: digits that count, where an answer is not exact."""

    title: str
    intro: tuple[str, ...]
    given: tuple[Given, ...]
    sections: tuple[Section, ...]
    significant: int
    notes: tuple[str, ...] = field(default=())
