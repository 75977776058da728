"""Mathematics written in one line; text, LaTeX and MathML say what is different in each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import assert_never

from glassprop.document.mathematics import (
    Activated,
    Aside,
    Becomes,
    Difference,
    Equation,
    Expression,
    Math,
    Number,
    Partial,
    Product,
    Reading,
    Route,
    Slope,
    Sum,
    Symbol,
    Total,
    Words,
)


class MathWriter(ABC):
    """Writes what joins quantities, from how a medium writes the quantities themselves."""

    times, becomes, leads_to, apart, beside = " · ", " ← ", " → ", " ", " "
    plus, minus, negative, equals = " + ", " - ", "-", " = "

    @abstractmethod
    def symbol(self, symbol: Symbol) -> str: ...

    @abstractmethod
    def number(self, value: float) -> str: ...

    @abstractmethod
    def words(self, text: str) -> str: ...

    @abstractmethod
    def partial(self, partial: Partial) -> str: ...

    @abstractmethod
    def sigma(self, at: str, slope: bool) -> str: ...

    @abstractmethod
    def reading(self, reading: Reading) -> str: ...

    @abstractmethod
    def expression(self, text: str) -> str: ...

    @abstractmethod
    def total(self, index: str, of: str) -> str: ...

    def write(self, node: Math) -> str:
        """The whole of it."""
        match node:
            case Symbol():
                return self.symbol(node)
            case Number():
                return self.number(node.value)
            case Words():
                return self.words(node.text)
            case Partial():
                return self.partial(node)
            case Slope():
                return self.sigma(self.symbol(node.at), slope=True)
            case Activated():
                return self.sigma(self.symbol(node.at), slope=False)
            case Reading():
                return self.reading(node)
            case Expression():
                return self.expression(node.text)
            case Product():
                return self.product(node)
            case Sum():
                return self.sum(node)
            case Difference():
                return f"{self.write(node.of)}{self.minus}{self._bracketed(node.less)}"
            case Total():
                return self.total(node.index, self._bracketed(node.of))
            case Aside():
                return f"{self.write(node.of)}{self.words(f' ({node.what})')}"
            case Equation():
                return self.equals.join(map(self.write, node.sides))
            case Becomes():
                return f"{self.symbol(node.what)}{self.becomes}{self.write(node.by)}"
            case Route():
                return self.leads_to.join(map(self.symbol, node.stops))
            case _:
                assert_never(node)

    def product(self, node: Product) -> str:
        kinds = set(map(type, node.factors))
        joint = self.apart if Words in kinds else self.beside if kinds <= {Symbol, Difference} else self.times
        return joint.join(map(self._bracketed, node.factors))

    def sum(self, node: Sum) -> str:
        first, *others = map(self.write, node.terms)
        return "".join([first, *map(self.added, others)])

    def added(self, term: str) -> str:
        """A term as it stands behind another."""
        less = term.startswith(self.negative)
        return self.minus + term.removeprefix(self.negative) if less else self.plus + term

    def bracketed(self, text: str) -> str:
        """What counts as one."""
        return f"({text})"

    def _bracketed(self, node: Math) -> str:
        """A factor, in brackets if it would fall apart without."""
        text = self.write(node)
        loose = isinstance(node, Sum | Difference) or (isinstance(node, Number) and text.startswith(self.negative))
        return self.bracketed(text) if loose else text
