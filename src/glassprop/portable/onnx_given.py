"""What a caller of an ONNX model gives: one matrix of numbers, or a column each; and how columns are taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import Source

N = "N"  # what the number of rows is called
MATRIX = "X"


class Given(Protocol):
    """Raw columns, by their numbers among the sources of a model."""

    def numbers(self, which: Sequence[int]) -> str:
        """Some that are numbers, or truths, as float64. -> (N, len(which))."""

    def text(self, which: int) -> str:
        """One that is text. -> (N, 1)."""


class Columns:
    """An input for each column, (N, 1): float64, or string."""

    def __init__(self, graph: Graph, sources: Sequence[Source], names: Sequence[str] | None = None) -> None:
        self.graph = graph
        self.names = names or [graph.input(source.name, type_of(source), [N, 1]) for source in sources]

    def numbers(self, which: Sequence[int]) -> str:
        names = [self.names[source] for source in which]
        return names[0] if len(names) == 1 else self.graph.node("Concat", *names, axis=1)

    def text(self, which: int) -> str:
        return self.names[which]


class Matrix:
    """One input for all columns, (N, n), which are numbers; of elem_type."""

    def __init__(self, graph: Graph, sources: Sequence[Source], elem_type: str) -> None:
        self.graph, self.count = graph, len(sources)
        name = graph.input(MATRIX, elem_type, [N, len(sources)])
        self.double = name if elem_type == "float64" else graph.cast(name, "float64")

    def numbers(self, which: Sequence[int]) -> str:
        if list(which) == list(range(self.count)):
            return self.double
        return self.graph.node("Gather", self.double, self.graph.constant(np.array(which, np.int64)), axis=1)

    def text(self, which: int) -> str:
        raise AssertionError("a matrix of numbers has no text")


def type_of(source: Source) -> str:
    """Of the input that a column is."""
    return "string" if source.given == "text" else "float64"
