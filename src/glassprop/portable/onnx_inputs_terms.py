"""Terms of texts as ONNX nodes: words and pairs of neighbors counted, and weighed.

Of a text that holds what cannot be read, all weights are NaN: rather no prediction than a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs_decimals import written_short
from glassprop.portable.onnx_inputs_letters import letters_of
from glassprop.portable.onnx_inputs_words import found_words, numbered_words, places, taken
from glassprop.portable.whole_model import TextInput

_MOST_OWN = 1_000  # characters that are words by themselves: each is several nodes of the graph


def written_terms(graph: Graph, x: str, piece: TextInput, name: str) -> str:
    """The weights of the terms, (n, n_terms), double, of texts (n, 1); name: of their column.

    Raises
    ------
    ExportError
        Its words are of a script that would make the graph too large.
    """
    vocabulary = Vocabulary(piece.terms)
    letters = letters_of(vocabulary.words)
    if len(letters.own) > _MOST_OWN:
        raise ExportError(
            f"the texts of column {quoted(name)} have {len(letters.own):,} different characters that are words by "
            f"themselves, and ONNX can split off {_MOST_OWN:,}: leave the column out when training"
        )
    texts = graph.node("Squeeze", x, graph.constant(np.array([1], np.int64)))
    texts, unread = written_short(graph, texts, vocabulary.words)
    words, rows = found_words(graph, texts, letters)
    numbers, kept, odd = numbered_words(graph, words, vocabulary.words, letters)
    unread = graph.node("Or", unread, _rows_with(graph, texts, rows, odd))
    place = places(graph, kept)
    numbers, rows = taken(graph, numbers, place), taken(graph, rows, place)
    counts = _counted(graph, texts, numbers, rows, vocabulary)
    return _weighed(graph, counts, unread, piece.idf)


class Vocabulary:
    """The words of terms, numbered from 1, and which terms are single words or two neighbors; 0 is any other word."""

    def __init__(self, terms: Sequence[str]) -> None:
        self.terms = len(terms)
        self.words = sorted({word for term in terms for word in term.split(" ")})
        number = {word: k for k, word in enumerate(self.words, start=1)}
        self.single = np.full(len(self.words) + 1, self.terms, np.int64)  # beyond the terms: of no term
        self.pairs: dict[int, int] = {}
        for place, term in enumerate(terms):
            words = [number[word] for word in term.split(" ")]
            if len(words) == 1:
                self.single[words[0]] = place
            else:
                self.pairs[self.pair(*words)] = place

    def pair(self, first: int, second: int) -> int:
        """Two neighbors as one number."""
        return first * (len(self.words) + 1) + second


def _counted(graph: Graph, texts: str, numbers: str, rows: str, vocabulary: Vocabulary) -> str:
    """How often each term stands in each text, (n, n_terms)."""
    width = vocabulary.terms + 1  # the last is of no term
    terms = graph.node("Gather", graph.constant(vocabulary.single), numbers)
    if vocabulary.pairs:
        first, second = _cut(graph, numbers, 0, -1), _cut(graph, numbers, 1, None)
        size = graph.constant(np.int64(len(vocabulary.words) + 1))
        pairs = graph.node("Add", graph.node("Mul", first, size), second)
        terms = graph.node("Concat", terms, graph.looked_up(pairs, vocabulary.pairs, vocabulary.terms), axis=0)
        rows = graph.node("Concat", rows, _cut(graph, rows, 0, -1), axis=0)
    at = graph.node("Add", graph.node("Mul", rows, graph.constant(np.int64(width))), terms)
    size = graph.node("Mul", graph.node("Shape", texts), graph.constant(np.array([width], np.int64)))
    counts = _added(graph, size, at)
    counts = graph.node("Reshape", counts, graph.constant(np.array([-1, width], np.int64)))
    columns = graph.constant(np.arange(vocabulary.terms, dtype=np.int64))
    return graph.node("Gather", counts, columns, axis=1)


def _added(graph: Graph, size: str, at: str) -> str:
    """How often each place is named, double."""
    zeros = graph.node("ConstantOfShape", size, value=np.zeros(1))
    ones = graph.node("ConstantOfShape", graph.node("Shape", at), value=np.ones(1))
    return graph.node("ScatterElements", zeros, at, ones, axis=0, reduction="add")


def _weighed(graph: Graph, counts: str, unread: str, idf: np.ndarray) -> str:
    one, zero = graph.constant(np.array(1.0)), graph.constant(np.array(0.0))
    logarithm = graph.node("Add", graph.node("Log", graph.node("Max", counts, one)), one)
    there = graph.node("Where", graph.node("Greater", counts, zero), logarithm, zero)
    weights = graph.node("Mul", there, graph.constant(np.asarray(idf, np.float64)[None, :]))
    size = graph.node("Sqrt", graph.reduce("ReduceSum", graph.node("Mul", weights, weights), 1))
    size = graph.node("Where", graph.node("Greater", size, zero), size, one)
    weights = graph.node("Div", weights, size)
    unread = graph.node("Unsqueeze", unread, graph.constant(np.array([1], np.int64)))
    return graph.node("Where", unread, graph.double(np.nan), weights)


def _cut(graph: Graph, values: str, start: int, end: int | None) -> str:
    ends = (np.array([at], np.int64) for at in (start, np.iinfo(np.int64).max if end is None else end, 0))
    return graph.node("Slice", values, *(graph.constant(at) for at in ends))


def _rows_with(graph: Graph, texts: str, rows: str, truths: str) -> str:
    """Which rows have a word for which this is true."""
    some = taken(graph, rows, places(graph, truths))
    return graph.node("Greater", _added(graph, graph.node("Shape", texts), some), graph.constant(np.array(0.0)))
