"""Texts as ONNX nodes, as they are read: without blanks around them, and empty where a word says that it is missing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from glassprop.portable.onnx_branch import again_while, only_if
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import Source

_MARK = "\ue000\ue001\ue002"  # of a private use: stands at an end of a text, to be split at
_LONGEST = 1_000_000  # blanks at one end


def read_text(graph: Graph, name: str, source: Source) -> str:
    """A column of text, (n, 1), as it counts."""
    x = name
    if source.blanks:
        x = _stripped(graph, x, source.blanks)
    if source.words:
        pattern = "(?i)(?:" + "|".join(escaped(word) for word in source.words) + ")"
        missing = graph.node("RegexFullMatch", x, pattern=pattern)
        x = graph.node("Where", missing, graph.constant(np.array("", object)), x)
    return x


def escaped(text: str) -> str:
    """A pattern that matches this text."""
    return "".join(c if c.isascii() and c.isalnum() else f"\\x{{{ord(c):x}}}" for c in text)


def one_of(characters: Iterable[str]) -> str:
    """A pattern that matches one of these characters."""
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in characters) + "]"


def any_matches(graph: Graph, x: str, pattern: str) -> str:
    """Whether a pattern matches one of the texts, the whole of it: a truth without axes."""
    return any_true(graph, graph.node("RegexFullMatch", x, pattern=pattern))


def any_true(graph: Graph, truths: str) -> str:
    """Whether one of them is true; of none it is not."""
    many = graph.node("ReduceSum", graph.cast(truths, "int64"), keepdims=0)
    return graph.cast(many, "bool")


def _stripped(graph: Graph, x: str, blanks: str) -> str:
    """Without blanks at both ends; a text seldom has any, and then they go one by one."""
    one = one_of(blanks)
    pattern = f"(?s)(?:{one}.*|.*{one})"

    def work(branch: Graph) -> list[str]:
        def once(body: Graph, before: str) -> tuple[str, str]:
            after = before
            for blank in blanks:
                after = _without_first(body, without_last(body, after, blank), blank)
            return after, any_matches(body, after, pattern)

        return [again_while(branch, x, ("string", 2), once, most=_LONGEST)]

    return only_if(graph, any_matches(graph, x, pattern), work, [x], [("string", 2)])[0]


def _without_first(graph: Graph, x: str, blank: str) -> str:
    marked = graph.node("StringConcat", graph.constant(np.array(_MARK, object)), x)
    parts, number = graph.node("StringSplit", marked, outputs=2, delimiter=_MARK + blank, maxsplit=1)
    return _where_split(graph, x, parts, number, -1, 2)


def without_last(graph: Graph, x: str, character: str, *, axis: int = 2) -> str:
    """Texts without this character at their end, where it is there; axis: how many axes they have."""
    marked = graph.node("StringConcat", x, graph.constant(np.array(_MARK, object)))
    parts, number = graph.node("StringSplit", marked, outputs=2, delimiter=character + _MARK, maxsplit=1)
    return _where_split(graph, x, parts, number, 0, axis)


def _where_split(graph: Graph, x: str, parts: str, number: str, which: int, axis: int) -> str:
    """The first (0) or last (-1) of two parts where there are two, else x; parts (..., k), k is 1 or 2."""
    part = graph.node("Gather", parts, graph.constant(np.int64(which)), axis=axis)
    return graph.node("Where", graph.node("Greater", number, graph.constant(np.int64(1))), part, x)
