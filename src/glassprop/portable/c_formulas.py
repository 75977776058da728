"""Activations in C, from the one table of formulas: each a function of z, or of a layer where it mixes neurons."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import pi, sqrt
from typing import Any

from glassprop.equations.activation import Activation
from glassprop.equations.formula_trees import Tree
from glassprop.errors import ExportError
from glassprop.portable.activation_trees import tree_of_activation
from glassprop.portable.c_dialect import Dialect

_SIGNS = ("+", "-", "*", "/")
_OF_MATH = {"exp": "exp", "ln": "log", "tanh": "tanh", "expm1": "expm1", "log1p": "log1p", "abs": "fabs"}
_OVER_NEURONS = ("max_m", "Σ_m")
_MOST_FACTORS = 8  # of a power that is written as a product


def activation_in_c(activation: Activation, dialect: Dialect, *, parametric: bool, name: str) -> str:
    """A function of that name: ``z -> a``, or with the trained parameter ``z, p -> a``; of a layer in place.

    Raises
    ------
    ExportError
        If it has no formula.
    """
    tree = tree_of_activation(activation, trained=parametric)
    if not activation.elementwise:
        return _of_layer(tree, dialect, name)
    given = f"{dialect.real} z" + (f", {dialect.real} p" if parametric else "")
    return f"static {dialect.real} {name}({given})\n{{\n    return {written(tree, dialect)};\n}}"


def written(tree: Tree, dialect: Dialect, known: dict[str, str] | None = None) -> str:
    """A tree as an expression; `known`: what stands for parts of it, by their JSON.

    Raises
    ------
    ExportError
        If something in it is not known here.

    Examples
    --------
    >>> written(["*", "z", ["exp", ["neg", "z"]]], Dialect("float", "float"))
    '(z * expf(-z))'
    """

    def of(part: Tree) -> str:
        return written(part, dialect, known)

    if known and (found := known.get(json.dumps(tree))):
        return found
    if isinstance(tree, int | float):
        return dialect.number(float(tree))
    if isinstance(tree, str):
        return tree
    match tree:
        case [str(sign), left, right] if sign in _SIGNS:
            return f"({of(left)} {sign} {of(right)})"
        case ["**", base, int(times)] if 1 <= times <= _MOST_FACTORS:
            return f"({' * '.join([of(base)] * times)})"
        case ["neg", part]:
            return f"(-{of(part)})"
        case ["if", str(relation), left, right, then, otherwise]:
            return f"({of(left)} {relation} {of(right)} ? {of(then)} : {of(otherwise)})"
        case [str(function), part] if function in _OF_MATH:
            return f"{_OF_MATH[function]}{dialect.suffix}({_bare(of(part))})"
        case [str(function), *parts] if function in _OTHERS:
            return _OTHERS[function](dialect, *map(of, parts))
    raise ExportError(f"a formula has {json.dumps(tree, ensure_ascii=False)[:80]}, which is not written in C")


def _bare(text: str) -> str:
    """Without the brackets around all of it."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


# NaN stays NaN: where a comparison does not hold, the first of both is taken, and that is the one with z in it.
_OTHERS: dict[str, Callable[..., str]] = {
    "max": lambda dialect, a, b: f"({a} < {b} ? {b} : {a})",
    "min": lambda dialect, a, b: f"({b} < {a} ? {b} : {a})",
    "sign": lambda dialect, a: f"({dialect.real})(({a} > 0) - ({a} < 0))",
    "Φ": lambda dialect, a: f"({dialect.number(0.5)} * erfc{dialect.suffix}({dialect.number(-sqrt(0.5))} * {a}))",
    "φ": lambda dialect, a: f"({dialect.number(1 / sqrt(2 * pi))} * exp{dialect.suffix}(-{a} * {a} / 2))",
}


# --- over the neurons of a layer ----------------------------------------------------------------------------------


def _of_layer(tree: Tree, dialect: Dialect, name: str) -> str:
    known: dict[str, str] = {json.dumps("z_j"): "z[j]", json.dumps("z_m"): "z[j]"}
    lines: list[str] = []
    _hoist(tree, dialect, known, lines)
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f"static void {name}({dialect.real} *z, int n)\n{{\n    int j;\n{body}\n"
        f"    for (j = 0; j < n; j++)\n        z[j] = {written(tree, dialect, known)};\n}}"
    )


def _hoist(tree: Tree, dialect: Dialect, known: dict[str, str], lines: list[str]) -> None:
    """Sums and maxima over neurons as variables, those within others first."""
    if not isinstance(tree, list):
        return
    for part in tree[1:]:
        _hoist(part, dialect, known, lines)
    key = json.dumps(tree)
    if tree[0] not in _OVER_NEURONS or key in known:
        return
    found = f"t{sum(value.startswith('t') for value in known.values())}"
    term: Any = written(tree[1], dialect, known)
    if tree[0] == "Σ_m":
        lines += [f"{dialect.real} {found} = 0;", "for (j = 0; j < n; j++)", f"    {found} += {term};"]
    else:
        first = term.replace("z[j]", "z[0]")
        lines += [f"{dialect.real} {found} = {first};", "for (j = 1; j < n; j++)"]
        lines += [f"    {found} = {term} > {found} ? {term} : {found};"]
    known[key] = found
