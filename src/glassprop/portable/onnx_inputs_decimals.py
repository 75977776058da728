"""Texts that are nothing but a number, as ONNX nodes: written as short as a table's reader writes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.portable.onnx_branch import again_while, only_if
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs_texts import any_matches, without_last

_LONG = r"-?([0-9]*\.[0-9]*0)"  # 12.50, which is 12.5
# Small ones get an exponent, and of long ones the last digits are rounded.
_OTHER = r"-?(0?\.0000[0-9]*[1-9][0-9]*|[0-9]*\.[0-9]{12,}|[0-9]{4,}\.[0-9]{8,})"


def written_short(graph: Graph, texts: str, words: Sequence[str]) -> tuple[str, str]:
    """Texts (n,), and which of them may be written otherwise than can be told here; words: those that are known.

    Only digits are concerned: where no known word has any, texts are left as they are.
    """
    if not any(character.isdigit() for word in words for character in word):
        none = graph.node("Equal", texts, graph.constant(np.array("\0", object)))
        return texts, none

    def work(branch: Graph) -> list[str]:
        def once(body: Graph, before: str) -> tuple[str, str]:
            long = body.node("RegexFullMatch", before, pattern=_LONG)
            after = body.node("Where", long, without_last(body, before, "0", axis=1), before)
            return after, any_matches(body, after, _LONG)

        return [again_while(branch, texts, ("string", 1), once, most=1000)]

    (short,) = only_if(graph, any_matches(graph, texts, _LONG), work, [texts], [("string", 1)])
    return short, graph.node("RegexFullMatch", short, pattern=_OTHER)
