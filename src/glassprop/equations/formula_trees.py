"""Formulas as trees of JSON, for readers that are not Python; where rounding asks for it, written as another formula.

A number is a number and a name is text. All else is a list that begins with what to do: ``["+", 1, ["exp", "z"]]``; a
choice is ``["if", ">", left, right, then, else]``. What Python's reader does is in expression.py; of floating-point
numbers, some of which are as large as they get, ``_RATHER`` says what is put in place of what.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from glassprop.equations.expression import DEFINED, parse

Tree: TypeAlias = "int | float | str | list[Tree]"

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_RELATIONS: dict[type[ast.cmpop], str] = {ast.Gt: ">", ast.Lt: "<", ast.LtE: "<=", ast.GtE: ">="}
_PRIMITIVE = {"tanh"}  # of DEFINED, those that every language has
_RATHER = (  # the first is what stands in formulas, x for anything; the second is the same where numbers are rounded
    ("exp(x) - 1", "expm1(x)"),
    ("ln(1 + exp(x))", "max(x, 0) + log1p(exp(-abs(x)))"),
    (
        "ln(cosh(x))",
        "log1p(1/2*expm1(-abs(x))**2*exp(abs(x))) if abs(x) < 1 else abs(x) + log1p(exp(-2*abs(x))) - ln(2)",
    ),
    ("ln(y/a)", "ln(y) - ln(a)"),
    ("exp(z_j)/Σ_m(exp(z_m))", "exp(z_j - max_m(z_m))/Σ_m(exp(z_m - max_m(z_m)))"),
    ("ln(Σ_m(exp(z_m)))", "max_m(z_m) + ln(Σ_m(exp(z_m - max_m(z_m))))"),
)
_ANYTHING = "x"


def tree_of(
    expression: str, where: Mapping[str, str] | None = None, constants: Mapping[str, float] | None = None
) -> Tree:
    """An expression as a tree.

    Parameters
    ----------
    where : mapping of str to str
        Names for parts, which are put in place of them.
    constants : mapping of str to float
        Names for numbers, as well.

    Raises
    ------
    ValueError
        If something in it is no part of the language.

    Examples
    --------
    >>> tree_of("z if z > 0 else p*(exp(z) - 1)")
    ['if', '>', 'z', 0, 'z', ['*', 'p', ['expm1', 'z']]]
    """
    known: dict[str, Tree] = dict(constants or {})
    for name, part in (where or {}).items():
        known[name] = _tree(parse(part), known)
    return _tree(parse(expression), known)


def _tree(node: ast.expr, known: Mapping[str, Tree]) -> Tree:
    for pattern, rather in _rather():
        found = _match(pattern, node)
        if found is not None:
            inner = {name: _tree(part, known) for name, part in found.items()}
            return _tree(rather, {**known, **inner})
    match node:
        case ast.Constant(value=int(whole)):
            return whole
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return ["neg", _tree(part, known)]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return [_OPERATORS[type(sign)], _tree(left, known), _tree(right, known)]
        case ast.IfExp(test=ast.Compare(left=left, ops=[relation], comparators=[right]), body=body, orelse=orelse):
            parts = (_tree(part, known) for part in (left, right, body, orelse))
            return ["if", _RELATIONS[type(relation)], *parts]
        case ast.Call(func=ast.Name(id=function), args=[part]) if function in DEFINED and function not in _PRIMITIVE:
            return _tree(parse(DEFINED[function]), {**known, _ANYTHING: _tree(part, known)})
        case ast.Call(func=ast.Name(id=function), args=parts):
            return [function, *(_tree(part, known) for part in parts)]
    raise ValueError(f"no part of a formula: {ast.unparse(node)}")


@cache
def _rather() -> tuple[tuple[ast.expr, ast.expr], ...]:
    return tuple((parse(before), parse(after)) for before, after in _RATHER)


def _match(pattern: ast.AST, node: Any) -> dict[str, ast.expr] | None:
    """What stands for ``x`` where the node looks like the pattern; None where it does not."""
    if isinstance(pattern, ast.Name) and pattern.id == _ANYTHING:
        return {_ANYTHING: node}
    if type(pattern) is not type(node):
        return None
    found: dict[str, Any] = {}
    for name in pattern._fields:
        if name == "ctx":
            continue
        of_pattern, of_node = getattr(pattern, name), getattr(node, name)
        if isinstance(of_pattern, list):
            if len(of_pattern) != len(of_node):
                return None
            each = list(zip(of_pattern, of_node, strict=True))
        else:
            each = [(of_pattern, of_node)]
        for one, other in each:
            inner = _match(one, other) if isinstance(one, ast.AST) else ({} if one == other else None)
            if inner is None:
                return None
            found |= inner
    return found
