"""Mathematics as structure: symbols, numbers, and what joins them. How it looks is each medium's own affair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost


@dataclass(frozen=True)
class Symbol:
    """A letter, perhaps of a layer and with indices: numbers, or letters that stand for any number."""

    letter: str
    layer: int | None = None
    indices: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Number:
    """A number, in full: a medium writes as many digits as it has room for."""

    value: float


@dataclass(frozen=True)
class Words:
    """Words of ours in the middle of mathematics."""

    text: str


@dataclass(frozen=True)
class Partial:
    """The derivative of one quantity with respect to another."""

    above: Symbol
    below: Symbol | Words


@dataclass(frozen=True)
class Slope:
    """σ' at some z."""

    at: Symbol


@dataclass(frozen=True)
class Activated:
    """σ at some z."""

    at: Symbol


@dataclass(frozen=True)
class Reading:
    """What an activation or a cost says by its formula, or its derivative by its own.

    ``parametric``: its parameter is trained, and has no one number. ``apart``: a is more than its value, as in a
    residual layer.
    """

    function: Activation | Cost
    derivative: bool = False
    parametric: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Expression:
    """A formula in the language of ``equations/expression.py``."""

    text: str


@dataclass(frozen=True)
class Product:
    """Factors one beside the other."""

    factors: tuple[Math, ...]


@dataclass(frozen=True)
class Sum:
    """Terms one after the other; one that is a negative number is subtracted."""

    terms: tuple[Math, ...]


@dataclass(frozen=True)
class Difference:
    """One less another."""

    of: Math
    less: Math


@dataclass(frozen=True)
class Total:
    """The sum over an index."""

    index: str
    of: Math


@dataclass(frozen=True)
class Aside:
    """A term and, in brackets, what it is."""

    of: Math
    what: str


@dataclass(frozen=True)
class Equation:
    """Sides that are all equal, from the left to the last."""

    sides: tuple[Math, ...]


@dataclass(frozen=True)
class Becomes:
    """What a quantity is replaced by."""

    what: Symbol
    by: Math


@dataclass(frozen=True)
class Route:
    """Quantities passed one after the other."""

    stops: tuple[Symbol, ...]


Math: TypeAlias = (
    Symbol | Number | Words | Partial | Slope | Activated | Reading | Expression | Product | Sum | Difference | Total
    | Aside | Equation | Becomes | Route
)  # fmt: skip

COST = Symbol("C₀")


def by(below: Symbol | Words) -> Partial:
    """The derivative of C₀ with respect to a quantity."""
    return Partial(COST, below)


def numbers(*values: float) -> tuple[Number, ...]:
    """Each as a number of a formula."""
    return tuple(Number(float(value)) for value in values)
