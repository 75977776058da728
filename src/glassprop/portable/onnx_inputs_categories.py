"""Categories as ONNX nodes: which row of its table a value has, whether it is given as text or as a number."""

from __future__ import annotations

import numpy as np

from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import EXACT, Lookup

# As PLAIN_NUMBER has it, of no more digits than a number below EXACT, and a text that can be read without a fault, has.
_PLAIN = r"-?((0|[1-9][0-9]{0,15})(\.[0-9]{0,300})?|\.[0-9]{1,300})"
_UNKNOWN = -1


def written_rows(graph: Graph, x: str, lookup: Lookup, *, texts: bool) -> str:
    """The row of each value, of x's shape; x: numbers, NaN where missing, or texts, "" where missing."""
    if not texts:
        rows = _of_numbers(graph, x, lookup)
        if lookup.missing == lookup.others:
            return rows
        return graph.node("Where", graph.node("IsNaN", x), graph.constant(np.int64(lookup.missing)), rows)
    known = {**lookup.by_text, "": lookup.missing}
    if not lookup.by_number:
        return graph.looked_up(x, known, lookup.others)
    rows = graph.looked_up(x, known, _UNKNOWN)
    plain = graph.node("RegexFullMatch", x, pattern=_PLAIN)
    numbers = graph.cast(graph.node("Where", plain, x, graph.constant(np.array("0", object))), "float64")
    near = graph.node("Less", graph.node("Abs", numbers), graph.constant(np.array(EXACT)))
    others = graph.constant(np.int64(lookup.others))
    by_number = graph.node("Where", graph.node("And", plain, near), _of_numbers(graph, numbers, lookup), others)
    unknown = graph.node("Equal", rows, graph.constant(np.int64(_UNKNOWN)))
    return graph.node("Where", unknown, by_number, rows)


def _of_numbers(graph: Graph, x: str, lookup: Lookup) -> str:
    known = {0.0: lookup.others, **lookup.by_number}  # one at least
    return graph.looked_up(x, known, lookup.others)
