"""Mathematics as MathML, for HTML: drawn by the browser itself, with what it says as plain text beside it."""

from __future__ import annotations

import math

from glassprop.document import mathml
from glassprop.document.formulas import formula_of
from glassprop.document.mathematics import Equation, Math, Partial, Reading, Sum, Symbol
from glassprop.document.mathml import mi, mn, mo
from glassprop.document.plain import PlainMath
from glassprop.document.writing import MathWriter
from glassprop.document.written_mathml import MathmlWriter
from glassprop.equations.expression import parse

_ROUND = mo("∂", "prefix")
_UNBROKEN = 2  # terms of a sum that stand in one formula


class HtmlMath(MathWriter):
    """Mathematics as MathML; ``inline``: derivatives with a slash, which is read among words."""

    times, becomes, leads_to, apart, beside = mo("·"), mo("←"), mo("→"), mathml.space("0.3em"), mathml.space()
    plus, minus, equals = (mo(sign, "infix") for sign in "+−=")  # at the start of a line, too
    negative = mo("−", "prefix")

    def __init__(self, inline: bool = False) -> None:
        self._inline, self._plain = inline, PlainMath()

    def lines(self, node: Math) -> list[str]:
        """Lines of whole formulas: of an equation the first two sides, and each side more in a line of its own."""
        if not isinstance(node, Equation):
            return [self._broken(node)]
        left, first, *others = node.sides
        if _is_long(first):
            begun = f"{self._broken(left)} {self._broken(first, self.equals, '= ')}"
        else:
            begun = self._broken(Equation((left, first)))
        return [begun, *(self._broken(side, self.equals, "= ") for side in others)]

    def _broken(self, node: Math, before: str = "", said: str = "") -> str:
        """One formula; of a long sum one for each term, between which a browser may end the line."""
        if not (isinstance(node, Sum) and _is_long(node)):
            return self._whole(before + self.write(node), said + self._plain.write(node))
        first, *others = node.terms
        found = [self._whole(before + self.write(first), said + self._plain.write(first))]
        for term in others:
            plain = self._plain.added(self._plain.write(term)).strip()
            found.append(self._whole(self.added(self.write(term)), plain))
        return " ".join(found)

    def _whole(self, inner: str, said: str) -> str:
        return mathml.formula(inner, said, display=not self._inline)

    def number(self, value: float) -> str:
        if math.isnan(value):
            return self.words("undefined")
        sign = self.negative if value < 0 else ""
        if math.isinf(value):
            return sign + mi("∞")
        mantissa, _, exponent = f"{abs(value):.6g}".partition("e")  # -0 is 0
        if not exponent:
            return sign + mn(mantissa)
        power = MathmlWriter().number(str(int(exponent)))
        return sign + mn(mantissa) + mo("·") + mathml.raised(mn("10"), power)

    def words(self, text: str) -> str:
        return mathml.mtext(text)

    def bracketed(self, text: str) -> str:
        return mathml.bracketed(text)

    def symbol(self, symbol: Symbol) -> str:
        above = "" if symbol.layer is None else mathml.bracketed(mn(str(symbol.layer)))
        return mathml.quantity(symbol.letter, symbol.indices, above)

    def partial(self, partial: Partial) -> str:
        above, below = _ROUND + self.write(partial.above), _ROUND + self.write(partial.below)
        return mathml.row(above, mo("/"), below) if self._inline else mathml.over(above, below)

    def sigma(self, at: str, slope: bool) -> str:
        return (mathml.raised(mi("σ"), mo("′")) if slope else mi("σ")) + mathml.bracketed(at)

    def reading(self, reading: Reading) -> str:
        formula = formula_of(reading.function, parametric=reading.parametric, apart=reading.apart)
        return formula.derivative_mathml if reading.derivative else formula.value_mathml

    def expression(self, text: str) -> str:
        return MathmlWriter().write(parse(text))

    def total(self, index: str, of: str) -> str:
        return mathml.total(index, of)


def _is_long(node: Math) -> bool:
    return isinstance(node, Sum) and len(node.terms) > _UNBROKEN
