"""Terms of texts as ONNX nodes."""

from __future__ import annotations

from glassprop.errors import ExportError
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import TextInput


def written_terms(graph: Graph, x: str, piece: TextInput) -> str:
    """The weights of the terms, (n, n_terms), of texts (n, 1).

    Raises
    ------
    ExportError
        ONNX has no words for it yet.
    """
    raise ExportError("a column of text is not written in ONNX yet: leave it out when training")
