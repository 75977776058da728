"""A record from its raw columns to the mean of its networks, as ONNX nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs import written_inputs
from glassprop.portable.onnx_network import written_networks
from glassprop.portable.whole_model import TextInput, Whole


def written_whole(graph: Graph, whole: Whole, columns: Sequence[str]) -> str:
    """The mean over networks of a of their last layers, (n, n_outputs). columns: as `written_inputs` takes them.

    Of rows whose texts could not be read it is NaN, whatever a runtime's functions make of NaN on the way.

    Raises
    ------
    ExportError
        If something cannot be said in ONNX.
    """
    x = written_inputs(graph, whole, columns)
    a = written_networks(graph, whole.networks, x, whole.precision)
    if not any(isinstance(piece, TextInput) for piece in whole.inputs):
        return a
    unread = graph.node("IsNaN", graph.reduce("ReduceSum", x, 1))
    return graph.node("Where", unread, graph.constant(np.array(np.nan, whole.precision)), a)
