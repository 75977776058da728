"""An expression written as MathML: fractions, roots and sums as they are drawn, choices as cases behind a brace."""

from __future__ import annotations

import ast
from collections.abc import Collection

from glassprop.document.mathml import bracketed, mi, mn, mo, mtext, one_of, over, quantity, raised, row, space, total
from glassprop.document.written import FACTORS, POWER, Writer
from glassprop.equations.expression import SUM


class MathmlWriter(Writer):
    """Writes an expression as elements of MathML Core, without ``<math>`` around them.

    Parameters
    ----------
    by_output : collection of str
        Names that get an index j, since the formula is summed over outputs.
    """

    half, quotient_holds = over(mn("1"), mn("2")), POWER
    comma, dot, equals = mo(",") + space("0.5em"), mo("·"), mo("=")
    plus, minus, negative = mo("+"), mo("−"), mo("−", "prefix")
    mixed = over(mo("∂", "prefix") + quantity("a_m"), mo("∂", "prefix") + quantity("z_j"))

    def __init__(self, by_output: Collection[str] = ()) -> None:
        self.by_output = by_output

    def number(self, digits: str) -> str:
        return self.negative + mn(digits[1:]) if digits.startswith("-") else mn(digits)

    def bracketed(self, text: str) -> str:
        return bracketed(text)

    def name(self, name: str) -> str:
        return quantity(name.partition("_")[0] + "_j" if name in self.by_output else name)

    def same(self, left: str, right: str) -> str:
        return bracketed(mi(left) + mo("=") + mi(right), "[", "]")

    def product(self, left: str, right: str) -> str:
        return left + space() + right

    def quotient(self, left: ast.expr, right: ast.expr) -> str:
        return over(self.write(left), self.write(right))

    def power(self, base: str, power: int | str) -> str:
        return raised(base, mn(str(power)) if isinstance(power, int) else mi(power))

    def choice(self, node: ast.IfExp) -> str:
        cases: list[tuple[str, str]] = []
        rest: ast.expr = node
        while isinstance(rest, ast.IfExp):
            cases.append((self.write(rest.body), row(mtext("if "), self.relation(rest.test))))
            rest = rest.orelse
        return one_of([*cases, (self.write(rest), mtext("otherwise"))])

    def related(self, sign: str) -> str:
        return mo(sign)

    def sum_over_outputs(self, node: ast.expr) -> str:
        return total("j", self.write(node, FACTORS))

    def call(self, name: str, parts: list[ast.expr]) -> str:
        written = mo(",").join(self.write(part) for part in parts)
        if name == "exp":
            return raised(mi("e"), written)
        if name == "abs":
            return bracketed(written, "|", "|")
        if name == SUM:
            return total("m", self.write(parts[0], FACTORS))
        if name == "sqrt":
            return f"<msqrt>{row(written)}</msqrt>"
        return mi(name) + (space() + written if self.bare(name, parts[0]) else bracketed(written))
