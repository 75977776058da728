"""An expression written down: what all ways of writing share, and text. LaTeX and MathML have files of their own."""

from __future__ import annotations

import ast

from glassprop.equations.expression import SUM

CHOICE, TERMS, FACTORS, POWER, ATOM = range(5)  # how tightly an expression holds together
_RELATIONS: dict[type[ast.cmpop], str] = {ast.Gt: ">", ast.Lt: "<", ast.GtE: "≥", ast.LtE: "≤"}
_RAISED = str.maketrans("0123456789-zjmxaypt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᶻʲᵐˣᵃʸᵖᵗ", " _")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉", "_")
_CAN_BE_RAISED = {chr(code) for code in _RAISED}
_WHETHER_SAME = "δ_"  # and two indices: 1 where they are the same, else 0. It is never written δ, which is ∂C₀/∂z
_SHORT = ("ln", "tanh", "cosh", "sqrt")  # written without brackets before a single name


class Writer:
    """Writes an expression as text; LaTeX and MathML override what they say otherwise."""

    def write(self, node: ast.expr, at_least: int = CHOICE) -> str:
        """The expression, in brackets if it holds together less tightly than this."""
        text = self._plain(node)
        return text if self.holds(node) >= at_least else self.bracketed(text)

    def summed(self, node: ast.expr) -> str:
        """The sum of an expression over the outputs, with sign and factor in front of it."""
        match node:
            case ast.UnaryOp(operand=part):
                return f"{self.negative}{self.summed(part)}"
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if is_half(left):
                return self.product(self.half, self.summed(right))
        return self.sum_over_outputs(node)

    def holds(self, node: ast.expr) -> int:
        """How tightly an expression holds together as it is written."""
        match node:
            case ast.IfExp():
                return CHOICE
            case ast.UnaryOp() | ast.BinOp(op=ast.Add() | ast.Sub()):
                return TERMS
            case ast.BinOp(left=left, op=ast.Mult()):
                return TERMS if _has_minus_before(left) else FACTORS
            case ast.BinOp(op=ast.Div()):
                return ATOM if is_half(node) else self.quotient_holds
            case ast.BinOp(op=ast.Pow()) | ast.Call(func=ast.Name(id="exp" | "Σ_m")):
                return POWER
            case ast.Call(func=ast.Name(id=name), args=parts) if self.bare(name, parts[0]):
                return POWER
        return ATOM

    def _plain(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=value):
                return self.number(str(value))
            case ast.Name(id=name) if name.startswith(_WHETHER_SAME):
                return self.same(*name.removeprefix(_WHETHER_SAME))
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(operand=part):
                return f"{self.negative}{self.write(part, FACTORS)}"
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return f"{self.write(left, TERMS)}{self.plus}{self.write(right, TERMS)}"
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return f"{self.write(left, TERMS)}{self.minus}{self.write(right, FACTORS)}"
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                whole = _is_quotient(left)  # (x/y) z, not x/y z
                if whole and _is_quotient(right):
                    return f"{self.write(left, FACTORS)}{self.dot}{self.write(right, FACTORS)}"
                loose = TERMS if _has_minus_before(left) else FACTORS
                return self.product(self.write(left, POWER if whole else loose), self.write(right, FACTORS))
            case ast.BinOp(op=ast.Div()) if is_half(node):
                return self.half
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.quotient(left, right)
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power)) | ast.Name(id=power)):
                return self.power(self.write(left, ATOM), power)
            case ast.IfExp():
                return self.choice(node)
            case ast.Call(func=ast.Name(id=name), args=parts):
                return self.call(name, parts)
        raise ValueError(f"no part of a formula: {ast.unparse(node)}")

    # --- what LaTeX and MathML say otherwise

    half, quotient_holds, comma, dot, mixed = "½", FACTORS, ", ", " · ", "∂a_m/∂z_j"
    plus, minus, negative, equals = " + ", " - ", "-", " = "

    def number(self, digits: str) -> str:
        return digits

    def bracketed(self, text: str) -> str:
        return f"({text})"

    def name(self, name: str) -> str:
        return name.translate(_LOWERED) if name[-1].isdigit() else name

    def same(self, left: str, right: str) -> str:
        """What is 1 where two indices are the same, else 0."""
        return f"[{left} = {right}]"

    def product(self, left: str, right: str) -> str:
        return f"{left} {right}"

    def quotient(self, left: ast.expr, right: ast.expr) -> str:
        below = self.write(right, POWER)
        return self.write(left, FACTORS) + (" / " if below.startswith("Σ") else "/") + below

    def power(self, base: str, power: int | str) -> str:
        return base + str(power).translate(_RAISED)

    def choice(self, node: ast.IfExp) -> str:
        return f"{self.write(node.body, TERMS)} if {self.relation(node.test)} else {self.write(node.orelse)}"

    def relation(self, test: ast.expr) -> str:
        assert isinstance(test, ast.Compare)  # the language knows no other
        sign = self.related(_RELATIONS[type(test.ops[0])])
        return f"{self.write(test.left)}{sign}{self.write(test.comparators[0])}"

    def related(self, sign: str) -> str:
        return f" {sign} "

    def sum_over_outputs(self, node: ast.expr) -> str:
        return f"Σ {self.write(node, FACTORS)}"

    def call(self, name: str, parts: list[ast.expr]) -> str:
        written = ", ".join(self.write(part) for part in parts)
        if name == "exp":
            return f"e{written.translate(_RAISED)}" if set(written) <= _CAN_BE_RAISED else f"e^({written})"
        if name == "abs":
            return f"|{written}|"
        if name == SUM:
            return f"Σ {self.write(parts[0], FACTORS)}"
        if name == "sqrt":
            return f"√{self.write(parts[0], ATOM)}"
        return f"{name} {written}" if self.bare(name, parts[0]) else f"{name}({written})"

    def bare(self, name: str, part: ast.expr) -> bool:
        """Whether a function is written without brackets."""
        return name in _SHORT and isinstance(part, ast.Name)


def _has_minus_before(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and _has_minus_before(node.left)
    )


def _is_quotient(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_half(node)


def is_half(node: ast.expr) -> bool:
    """Whether this is ½, which is written as one sign."""
    return ast.unparse(node) == "1 / 2"
