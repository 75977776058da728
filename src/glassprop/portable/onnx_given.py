"""What a caller of an ONNX model gives: a column each, or one matrix of numbers; and columns taken from either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.portable.given_words import what
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import Source

N = "N"  # what the number of rows is called
MATRIX = "X"


def columns_given(graph: Graph, sources: Sequence[Source]) -> list[str]:
    """An input for each column, by its name. -> names of (N, 1), float64 or string."""
    return [graph.input(source.name, type_of(source), [N, 1], about(source)) for source in sources]


def matrix_given(graph: Graph, sources: Sequence[Source], elem_type: str) -> list[str]:
    """One input for all columns, which are numbers: (N, n), of elem_type. -> names of (N, 1), float64."""
    count = len(sources)
    x = graph.input(MATRIX, elem_type, [N, count], f"{count} numbers a row")
    x = x if elem_type == "float64" else graph.cast(x, "float64")
    if count == 1:
        return [x]
    ones = graph.constant(np.ones(count, np.int64))
    return list(graph.node("Split", x, ones, outputs=count, axis=1))


def type_of(source: Source) -> str:
    """Of the input that a column is."""
    return "string" if source.given == "text" else "float64"


def missing(source: Source) -> str | None:
    """How a missing value is given; None where training has seen none, and what comes of it means nothing."""
    if not source.gaps:
        return None
    return "" if source.given == "text" else "NaN"


def about(source: Source) -> str:
    """An input in words: what is to be given, and how where it is missing."""
    if not source.gaps:
        return f"{what(source)}; nothing was missing in training, so the prediction for a missing value means nothing"
    return f"{what(source)}; missing: {'an empty text' if source.given == 'text' else 'NaN'}"
