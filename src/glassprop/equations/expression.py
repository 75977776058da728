"""Formulas as small expressions: Python's grammar read as data, evaluated here in whatever arithmetic is handed in.

An expression is a string such as ``"z if z > 0 else p*(exp(z) - 1)"``. Nothing runs it: Python's parser makes a tree of
it, and the readers (this one, and those that write text and LaTeX) walk the tree and know the few nodes below.

Whole numbers, names, ``+ - * /``, ``**`` with a whole exponent, ``… if … else …`` with one comparison, and functions:
``abs``, ``sign``, ``min``, ``max``; ``exp``, ``ln``, ``Φ`` and ``φ`` of the normal distribution; those in ``DEFINED``;
and ``Σ_m``, a sum over the neurons of a layer, of which ``z_m`` and ``a_m`` are one.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import erfc, exp, log, pi, sqrt
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=Any)

DEFINED = {  # functions of x that are short for others
    "σ": "1/(1 + exp(-x))",
    "tanh": "(exp(2*x) - 1)/(exp(2*x) + 1)",
    "cosh": "(exp(x) + exp(-x))/2",
}
SUM = "Σ_m"
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Arithmetic(Generic[T]):
    """Numbers to compute with: they know + - × ÷ themselves, and the rest is said here.

    Parameters
    ----------
    whole : callable (int) -> number
    constant : callable (float) -> number
        A constant of a formula that is no whole number, and rounded already.
    positive, zero : callable (number) -> bool
        ``zero``: so surely 0 that a product with it is 0, whatever the other factor, which is then not looked at.
    functions : mapping of str to callable (number) -> number
        ``exp``, ``ln``, ``Φ`` and ``φ``; others in place of our definitions, where the arithmetic has better ones.
    """

    whole: Callable[[int], T]
    constant: Callable[[float], T]
    positive: Callable[[T], bool]
    zero: Callable[[T], bool]
    functions: Mapping[str, Callable[[T], T]]


FLOATS: Arithmetic[float] = Arithmetic(
    whole=float,
    constant=float,
    positive=lambda x: x > 0,
    zero=lambda x: x == 0,
    functions={
        "exp": exp,
        "ln": log,
        "Φ": lambda x: erfc(-x / sqrt(2)) / 2,
        "φ": lambda x: exp(-x * x / 2) / sqrt(2 * pi),
    },
)


@cache
def parse(expression: str) -> ast.expr:
    """The tree of an expression. It is shared: readers do not change it."""
    return ast.parse(expression, mode="eval").body


def evaluate(node: ast.expr, names: Mapping[str, Any], over: Arithmetic[T]) -> T:
    """The number that an expression stands for.

    names: numbers; for names that end in ``_m``, a sequence of them, over which ``Σ_m`` runs.

    Raises
    ------
    ValueError
        If something in it is no part of the language.

    Examples
    --------
    >>> evaluate(parse("z if z > 0 else p*z"), {"z": -2.0, "p": 0.5}, FLOATS)
    -1.0
    """

    def of(part: ast.expr) -> T:
        return evaluate(part, names, over)

    match node:
        case ast.Constant(value=int(whole)):
            return over.whole(whole)
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -of(part)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            first = of(left)
            return first if over.zero(first) else first * of(right)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(times))):
            base = power = of(left)
            for _ in range(times - 1):
                power = power * base
            return power
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](of(left), of(right))
        case ast.IfExp(test=ast.Compare(left=left, ops=[relation], comparators=[right]), body=body, orelse=orelse):
            return of(body) if _holds(relation, of(left), of(right), over) else of(orelse)
        case ast.Call(func=ast.Name(id="Σ_m"), args=[term]):
            return _total(term, names, over)
        case ast.Call(func=ast.Name(id=function), args=parts):
            return _call(function, [of(part) for part in parts], over)
    raise ValueError(f"no part of a formula: {ast.unparse(node)}")


def _holds(relation: ast.cmpop, left: T, right: T, over: Arithmetic[T]) -> bool:
    match relation:
        case ast.Gt():
            return over.positive(left - right)
        case ast.Lt():
            return over.positive(right - left)
        case ast.LtE():
            return not over.positive(left - right)
        case ast.GtE():
            return not over.positive(right - left)
    raise ValueError(f"no comparison of a formula: {relation}")


def _total(term: ast.expr, names: Mapping[str, Any], over: Arithmetic[T]) -> T:
    rows = {name: numbers for name, numbers in names.items() if name.endswith("_m")}
    total = over.whole(0)
    for values in zip(*rows.values(), strict=True):
        total = total + evaluate(term, {**names, **dict(zip(rows, values, strict=True))}, over)
    return total


def _call(function: str, parts: list[T], over: Arithmetic[T]) -> T:
    if function in over.functions:
        return over.functions[function](*parts)
    if function in DEFINED:
        return evaluate(parse(DEFINED[function]), {"x": parts[0]}, over)
    x, positive = parts[0], over.positive
    match function:
        case "abs":
            return -x if positive(-x) else x
        case "sign":
            return over.whole(int(positive(x)) - int(positive(-x)))
        case "max":
            return x if positive(x - parts[1]) else parts[1]
        case "min":
            return parts[1] if positive(x - parts[1]) else x
    raise ValueError(f"no function of formulas: {function}")


def uses(expression: str, name: str) -> bool:
    """Whether a name stands in an expression."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(parse(expression)))
