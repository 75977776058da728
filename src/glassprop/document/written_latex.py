"""An expression written as LaTeX, in one line of mathematics: choices become brackets [z > 0] that are 1 or 0."""

from __future__ import annotations

import ast
from collections.abc import Collection

from glassprop.document.tex import tex_letter
from glassprop.document.written import FACTORS, POWER, TERMS, Writer
from glassprop.equations.expression import FLOATS, SUM, evaluate

_FUNCTIONS = {"Φ": r"\Phi", "φ": r"\varphi", "σ": r"\sigma", "sign": r"\mathrm{sign}"}
_RELATIONS: dict[type[ast.cmpop], str] = {ast.Gt: ">", ast.Lt: "<", ast.GtE: r"\ge", ast.LtE: r"\le"}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.LtE, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.GtE: ast.Lt}
_SPACED = ("(", "[", r"\lvert", *_FUNCTIONS.values())  # begins of factors that want a thin space before them


class LatexWriter(Writer):
    """Writes an expression as LaTeX, without dollars.

    Parameters
    ----------
    by_output : collection of str
        Names that get an index j, since the formula is summed over outputs.
    """

    half, quotient_holds, comma, dot, mixed = r"\frac12", POWER, r",\ ", " ", r"\frac{\partial a_m}{\partial z_j}"

    def __init__(self, by_output: Collection[str] = ()) -> None:
        self.by_output = by_output

    def holds(self, node: ast.expr) -> int:
        if not isinstance(node, ast.IfExp):
            return super().holds(node)
        return FACTORS if ast.unparse(node.orelse) == "0" else TERMS  # one bracket, or a sum of several

    def name(self, name: str) -> str:
        letter, _, index = name.partition("_")
        index = "j" if name in self.by_output else index
        letter = tex_letter(letter)
        return letter if not index else f"{letter}_{index}" if len(index) == 1 else f"{letter}_{{{index}}}"

    def product(self, left: str, right: str) -> str:
        spaced = right.startswith(_SPACED) and not (left.isdigit() and right.startswith("("))
        return left + (r"\," if spaced else " ") + right

    def quotient(self, left: ast.expr, right: ast.expr) -> str:
        return rf"\frac{{{self.write(left)}}}{{{self.write(right)}}}"

    def power(self, base: str, power: int | str) -> str:
        return f"{base}^{power}"

    def sum_over_outputs(self, node: ast.expr) -> str:
        text = self.write(node)
        if self.holds(node) >= FACTORS:
            return rf"\sum_j {text}"
        size = r"\Big" if r"\frac{" in text else r"\big"
        return rf"\sum_j {size}l({text}{size}r)"

    def call(self, name: str, parts: list[ast.expr]) -> str:
        written = ", ".join(self.write(part) for part in parts)
        if name == "exp":
            return f"e^{written}" if len(written) == 1 else f"e^{{{written}}}"
        if name == "abs":
            return rf"\lvert {written} \rvert"
        if name == SUM:
            return rf"\sum_m {self.write(parts[0], FACTORS)}"
        if name == "sqrt":
            return rf"\sqrt{{{written}}}"
        function = _FUNCTIONS.get(name, "\\" + name)
        return f"{function} {written}" if self.bare(name, parts[0]) else f"{function}({written})"

    def bare(self, name: str, part: ast.expr) -> bool:
        quotient = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div)
        return super().bare(name, part) or (name == "ln" and quotient)

    # --- choices

    def choice(self, node: ast.IfExp) -> str:
        joined = _joined_at_zero(node)
        if joined is not None:
            return self.write(joined)
        pieces: list[str] = []
        before: list[ast.Compare] = []
        rest: ast.expr = node
        while isinstance(rest, ast.IfExp):
            assert isinstance(rest.test, ast.Compare)  # the language knows no other
            pieces.append(self._piece(rest.body, [*before, rest.test]))
            before.append(_negated(rest.test))
            rest = rest.orelse
        pieces.append(self._piece(rest, before))
        return " + ".join(filter(None, pieces)).replace("+ -", "- ")

    def _piece(self, value: ast.expr, conditions: list[ast.Compare]) -> str:
        """A value times the bracket of what must hold for it; nothing where it is 0."""
        if ast.unparse(value) == "0":
            return ""
        bracket = self._bracket(conditions)
        if ast.unparse(value) == "1":
            return bracket
        minus = isinstance(value, ast.UnaryOp)
        return self.product(self.write(value, TERMS if minus else FACTORS), bracket)

    def _bracket(self, conditions: list[ast.Compare]) -> str:
        last = conditions[-1]
        others = [one for one in conditions[:-1] if not _implied(one, last)]
        if len(others) == 1 and isinstance(others[0].ops[0], ast.LtE) and _above(last, others[0].left):
            bounds = [self.write(last.comparators[0]), self.write(last.left), self.write(others[0].comparators[0])]
            return rf"[{bounds[0]} < {bounds[1]} \le {bounds[2]}]"
        return r"\,".join(f"[{self.relation(one)}]" for one in (*others, last))

    def relation(self, test: ast.expr) -> str:
        assert isinstance(test, ast.Compare)
        return f"{self.write(test.left)} {_RELATIONS[type(test.ops[0])]} {self.write(test.comparators[0])}"


def _negated(test: ast.Compare) -> ast.Compare:
    return ast.Compare(test.left, [_OPPOSITE[type(test.ops[0])]()], test.comparators)


def _above(test: ast.Compare, what: ast.expr) -> bool:
    return isinstance(test.ops[0], ast.Gt) and ast.unparse(test.left) == ast.unparse(what)


def _implied(condition: ast.Compare, by: ast.Compare) -> bool:
    """Whether ``x ≤ y`` (or ``≥``) need not be said beside ``x < y`` (or ``>``)."""
    looser: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.Gt: ast.GtE}
    allowed = looser.get(type(by.ops[0]))
    return allowed is not None and ast.unparse(condition) == ast.unparse(
        ast.Compare(by.left, [allowed()], by.comparators)
    )


def _joined_at_zero(node: ast.IfExp) -> ast.expr | None:
    """``f if x > 0 else g`` as f(max(x, 0)) + g(min(x, 0)), where both are 0 at 0."""
    test = node.test
    if not isinstance(test, ast.Compare) or ast.unparse(test)[1:] != " > 0" or not isinstance(test.left, ast.Name):
        return None
    x, parts = test.left.id, (node.body, node.orelse)
    for part in parts:
        names = {name.id: 0.7 for name in ast.walk(part) if isinstance(name, ast.Name)}  # parameters: anything
        if x not in names or not _vanishes(part, {**names, x: 0.0}):
            return None
    halves = [_Put(x, ast.parse(f"{bound}({x}, 0)", mode="eval").body) for bound in ("max", "min")]
    copies = [ast.parse(ast.unparse(part), mode="eval").body for part in parts]
    return ast.BinOp(halves[0].visit(copies[0]), ast.Add(), halves[1].visit(copies[1]))


def _vanishes(part: ast.expr, names: dict[str, float]) -> bool:
    try:
        return evaluate(part, names, FLOATS) == 0
    except (ZeroDivisionError, ValueError):  # no value there, 1/z say
        return False


class _Put(ast.NodeTransformer):
    """Puts an expression in the place of a name."""

    def __init__(self, name: str, expression: ast.expr) -> None:
        self.of, self.expression = name, expression

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.expression if node.id == self.of else node
