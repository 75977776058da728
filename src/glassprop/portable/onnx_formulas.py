"""Formulas as ONNX nodes: every part of the trees of ``formula_trees.py``, which come of the one table of formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt

import numpy as np

from glassprop.equations.activation import Activation
from glassprop.equations.formula_trees import Tree
from glassprop.portable.activation_trees import tree_of_activation
from glassprop.portable.onnx_graph import Graph

_LAST = -1  # the axis of neurons


def written_activation(graph: Graph, activation: Activation, z: str, elem_type: str, p: str | None = None) -> str:
    """a = σ(z). z (…, n_l); p: its parameter, where that is an array and no number.

    Raises
    ------
    ExportError
        If it is user-defined.
    """
    tree = tree_of_activation(activation, trained=p is not None)
    writer = Formula(graph, elem_type, {"z": z, "z_j": z, "z_m": z})
    if p is not None:
        writer.names["p"] = p
    return writer.name_of(tree)


class Formula:
    """Writes trees in terms of names.

    names: what stands for each name of a formula; those that end in ``_m``, or ``_j``, have all neurons of a layer on
    their last axis.
    """

    def __init__(self, graph: Graph, elem_type: str, names: Mapping[str, str]) -> None:
        self.graph, self.elem_type, self.names = graph, elem_type, dict(names)

    def name_of(self, tree: Tree) -> str:
        """The name of what a tree stands for."""
        if isinstance(tree, str):
            return self.names[tree]
        if not isinstance(tree, list):
            return self.number(tree)
        what, *parts = tree
        if what == "if":
            relation, *sides = parts
            left, right, then, otherwise = map(self.name_of, sides)
            return self.graph.node("Where", self.graph.node(RELATIONS[str(relation)], left, right), then, otherwise)
        return WRITTEN[str(what)](self, *parts)

    def number(self, value: float) -> str:
        """A number, of the type that is computed in."""
        return self.graph.constant(np.array(value, dtype=self.elem_type))


def _is(op: str) -> Callable[..., str]:
    """A part that is one node of ONNX."""

    def write(of: Formula, *parts: Tree) -> str:
        return of.graph.node(op, *map(of.name_of, parts))

    return write


def _reduced(op: str) -> Callable[..., str]:
    """A sum or the largest over the neurons of a layer."""

    def write(of: Formula, term: Tree) -> str:
        return of.graph.reduce(op, of.name_of(term), _LAST)

    return write


def _power(of: Formula, base: Tree, times: Tree) -> str:
    one = power = of.name_of(base)
    for _ in range(int(times) - 1):  # type: ignore[arg-type]  # a whole number: expression.py
        power = of.graph.node("Mul", power, one)
    return power


def _expm1(of: Formula, x: Tree) -> str:
    """e^x - 1, which ONNX has not: with t = tanh(x/2) it is 2 t/(1 - t), to the last digits also where it is near 0.

    From 1 on, where t comes near 1, by e^x itself.
    """
    graph, name = of.graph, of.name_of(x)
    t = graph.node("Tanh", graph.node("Mul", name, of.number(0.5)))
    near = graph.node("Div", graph.node("Add", t, t), graph.node("Sub", of.number(1), t))
    far = graph.node("Sub", graph.node("Exp", name), of.number(1))
    return graph.node("Where", graph.node("Less", name, of.number(1)), near, far)


def _log1p(of: Formula, x: Tree) -> str:
    """ln(1 + x), which ONNX has not, of x > -1: with u = 1 + x as it is rounded, ln(u) x/(u - 1), or x where u is 1."""
    graph, name = of.graph, of.name_of(x)
    u = graph.node("Add", name, of.number(1))
    same = graph.node("Equal", u, of.number(1))
    step = graph.node("Where", same, of.number(1), graph.node("Sub", u, of.number(1)))
    mended = graph.node("Div", graph.node("Mul", graph.node("Log", u), name), step)
    return graph.node("Where", same, name, mended)


def _normal(of: Formula, x: Tree) -> str:
    """Φ(x) = (1 + erf(x/√2))/2. Runtimes have erf of float32 alone."""
    graph = of.graph
    at = graph.node("Mul", of.name_of(x), of.number(1 / sqrt(2)))
    erf = graph.cast(graph.node("Erf", graph.cast(at, "float32")), of.elem_type)
    return graph.node("Mul", graph.node("Add", erf, of.number(1)), of.number(0.5))


def _density(of: Formula, x: Tree) -> str:
    graph, name = of.graph, of.name_of(x)
    e = graph.node("Exp", graph.node("Mul", graph.node("Mul", name, name), of.number(-0.5)))
    return graph.node("Div", e, of.number(sqrt(2 * pi)))


RELATIONS = {">": "Greater", "<": "Less", "<=": "LessOrEqual", ">=": "GreaterOrEqual"}
WRITTEN: dict[str, Callable[..., str]] = {
    "+": _is("Add"),
    "-": _is("Sub"),
    "*": _is("Mul"),
    "/": _is("Div"),
    "**": _power,
    "neg": _is("Neg"),
    "exp": _is("Exp"),
    "ln": _is("Log"),
    "tanh": _is("Tanh"),
    "abs": _is("Abs"),
    "sign": _is("Sign"),
    "min": _is("Min"),
    "max": _is("Max"),
    "expm1": _expm1,
    "log1p": _log1p,
    "Φ": _normal,
    "φ": _density,
    "Σ_m": _reduced("ReduceSum"),
    "max_m": _reduced("ReduceMax"),
}
