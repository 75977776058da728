"""What is made of a network's outputs, as ONNX nodes: classes, probabilities, amounts in the target's own units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_labels import written_labels
from glassprop.portable.onnx_units import written_units
from glassprop.portable.whole_model import Ending


@dataclass(frozen=True)
class Value:
    """Something a model says: its name in the graph, its type, and the shape of one row."""

    name: str
    elem_type: str
    row: tuple[int, ...]


@dataclass(frozen=True)
class Said:
    """All that a model says.

    Attributes
    ----------
    prediction : Value
    probabilities : Value or None
    labels : array or None
        The classes, as they are written: int64, float64 or text. None where there are none to choose from.
    """

    prediction: Value
    probabilities: Value | None = None
    labels: Array | None = None


def written_ending(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    """What is made of outputs a (n, n_outputs), of elem_type.

    Raises
    ------
    ExportError
        If labels are neither numbers nor texts.
    """
    return WRITTEN_ENDINGS[ending.kind](graph, ending, a, elem_type, n_outputs)


# --- kinds of ending ----------------------------------------------------------------------------------------------


def _one_class(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    one = graph.constant(np.ones((1, 1), elem_type))
    rows = graph.node("Gather", graph.node("Shape", a), graph.constant(np.array([0], np.int64)))
    zeros = graph.node("ConstantOfShape", rows, value=np.zeros(1, np.int64))
    labels = written_labels(ending.classes)
    proba = graph.node("Expand", one, graph.node("Shape", a)) if ending.probabilities else None
    return _classes_said(graph, zeros, labels, proba, elem_type, n_outputs)


def _two_classes(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    second = _first_axis(graph, graph.cast(_above_half(graph, a, elem_type), "int64"))
    proba = None
    if ending.probabilities:
        rest = graph.node("Sub", graph.constant(np.array(1, elem_type)), a)
        proba = graph.node("Concat", rest, a, axis=1)
    return _classes_said(graph, second, written_labels(ending.classes), proba, elem_type, 2)


def _classes(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    largest = graph.node("ArgMax", a, axis=1, keepdims=0)
    proba = _shares(graph, a, elem_type, n_outputs) if ending.shares else a
    labels = written_labels(ending.classes)
    return _classes_said(graph, largest, labels, proba if ending.probabilities else None, elem_type, n_outputs)


def _labels(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    there = graph.cast(_above_half(graph, a, elem_type), "int64")
    row = () if ending.flat else (n_outputs,)
    there = _first_axis(graph, there) if ending.flat else there
    proba = Value(a, elem_type, (n_outputs,)) if ending.probabilities else None
    return Said(Value(there, "int64", row), proba)


def _amounts(graph: Graph, ending: Ending, a: str, elem_type: str, n_outputs: int) -> Said:
    said = a if ending.units is None else written_units(graph, ending.units, a, elem_type)
    if ending.flat:
        return Said(Value(_first_axis(graph, said), elem_type, ()))
    return Said(Value(said, elem_type, (n_outputs,)))


WRITTEN_ENDINGS: dict[str, Callable[[Graph, Ending, str, str, int], Said]] = {
    "one class": _one_class,
    "two classes": _two_classes,
    "classes": _classes,
    "labels": _labels,
    "amounts": _amounts,
}


# --- helpers ------------------------------------------------------------------------------------------------------


def _classes_said(graph: Graph, which: str, labels: Array, proba: str | None, elem_type: str, width: int) -> Said:
    label = graph.node("Gather", graph.constant(labels), which)
    label_type = "string" if labels.dtype == object else labels.dtype.name
    return Said(Value(label, label_type, ()), None if proba is None else Value(proba, elem_type, (width,)), labels)


def _shares(graph: Graph, a: str, elem_type: str, n_outputs: int) -> str:
    """Divided by their sum; where that is not above 0, all the same."""
    total = graph.reduce("ReduceSum", a, 1)
    some = graph.node("Greater", total, graph.constant(np.array(0, elem_type)))
    by = graph.node("Where", some, total, graph.constant(np.array(1, elem_type)))
    return graph.node("Where", some, graph.node("Div", a, by), graph.constant(np.array(1 / n_outputs, elem_type)))


def _above_half(graph: Graph, a: str, elem_type: str) -> str:
    return graph.node("Greater", a, graph.constant(np.array(0.5, elem_type)))


def _first_axis(graph: Graph, x: str) -> str:
    """(n, 1) -> (n,)."""
    return graph.node("Squeeze", x, graph.constant(np.array([1], np.int64)))
