"""Mathematics and numbers as plain text, in characters that every terminal shows."""

from __future__ import annotations

import math
from collections.abc import Callable

from glassprop.document.formulas import formula_of
from glassprop.document.mathematics import Partial, Reading, Symbol
from glassprop.document.writing import MathWriter
from glassprop.document.written import Writer
from glassprop.equations.expression import parse
from glassprop.ground.text import visible

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def superscript(number: int) -> str:
    """-12 as ⁻¹²."""
    return str(number).translate(_SUPERSCRIPTS)


def plain_number(value: float, digits: int = 6) -> str:
    """A number with so many significant digits.

    Examples
    --------
    >>> plain_number(-0.00000123456789), plain_number(float("nan"))
    ('-1.23457·10⁻⁶', 'undefined')
    """
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")  # -0 is 0
    return f"{mantissa}·10{superscript(int(exponent))}" if exponent else mantissa


class PlainMath(MathWriter):
    """Mathematics as text; ``number`` writes a number."""

    def __init__(self, number: Callable[[float], str] = plain_number) -> None:
        self._number = number

    def number(self, value: float) -> str:
        return self._number(value)

    def words(self, text: str) -> str:
        return text

    def symbol(self, symbol: Symbol) -> str:
        layer = "" if symbol.layer is None else f"⁽{superscript(symbol.layer)}⁾"
        return f"{symbol.letter}{_indices(symbol)}{layer}"

    def partial(self, partial: Partial) -> str:
        return f"∂{self.write(partial.above)}/∂{self.write(partial.below)}"

    def sigma(self, at: str, slope: bool) -> str:
        return f"σ'({at})" if slope else f"σ({at})"

    def reading(self, reading: Reading) -> str:
        formula = formula_of(reading.function, parametric=reading.parametric, apart=reading.apart)
        return visible(formula.derivative if reading.derivative else formula.value)

    def expression(self, text: str) -> str:
        return Writer().write(parse(text))

    def total(self, index: str, of: str) -> str:
        return f"Σ_{index} {of}"


def _indices(symbol: Symbol) -> str:
    """[1,0] where they are numbers, _jk where they stand for any."""
    if not symbol.indices:
        return ""
    if all(isinstance(index, str) for index in symbol.indices):
        return f"_{''.join(map(str, symbol.indices))}"
    return f"[{','.join(map(str, symbol.indices))}]"
