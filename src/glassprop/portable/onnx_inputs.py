"""What stands before a network as ONNX nodes: raw columns go in, each by itself, and all inputs come out as one array.

Written from core operators and LabelEncoder. Numbers stay double until they are scaled; columns that take the same
steps take them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassprop.errors import ExportError
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs_categories import written_rows
from glassprop.portable.onnx_inputs_numbers import read_numbers, written_numbers
from glassprop.portable.onnx_inputs_terms import written_terms
from glassprop.portable.onnx_inputs_texts import read_text
from glassprop.portable.whole_model import (
    CategoryInput,
    FixedInput,
    MissingInput,
    NumberInput,
    Source,
    TextInput,
    Whole,
)

Block = tuple[list[int], str]  # which of the network's inputs, and the name of their array, (n, how many)


def written_inputs(graph: Graph, whole: Whole, columns: Sequence[str]) -> str:
    """The network's inputs, (n, n_inputs), in the precision of the model. columns: in the order of the sources, (n, 1).

    Raises
    ------
    ExportError
        The inputs depend on no column, or a text cannot be taken apart by what ONNX has.
    """
    if not whole.sources:
        raise ExportError("the model depends on no column: there is nothing to give to it")
    read = Read(graph, whole, columns)
    blocks: list[Block] = []
    places = np.cumsum([0, *(piece.width for piece in whole.inputs)]).tolist()
    for kind, write in PIECES.items():
        of_kind = [(place, piece) for place, piece in zip(places, whole.inputs, strict=False) if type(piece) is kind]
        blocks += write(read, of_kind) if of_kind else []
    blocks = [block for block in blocks if block[0]]
    found = blocks[0][1] if len(blocks) == 1 else graph.node("Concat", *(name for _, name in blocks), axis=1)
    order = [place for block, _ in blocks for place in block]
    if order == list(range(len(order))):
        return found
    return graph.node("Gather", found, graph.constant(np.argsort(order).astype(np.int64)), axis=1)


class Read:
    """Columns as they count: numbers side by side, (n, n_numbers), NaN where missing; texts each, "" where missing."""

    def __init__(self, graph: Graph, whole: Whole, columns: Sequence[str]) -> None:
        self.graph, self.precision, self.any = graph, whole.precision, columns[0]
        self.sources = whole.sources
        self.numbers: dict[int, int] = {}
        self.texts: dict[int, str] = {}
        numbers: list[tuple[str, Source]] = []
        for place, (name, source) in enumerate(zip(columns, whole.sources, strict=True)):
            if source.given == "text":
                self.texts[place] = read_text(graph, name, source)
            else:
                self.numbers[place] = len(numbers)
                numbers.append((name, source))
        self.matrix = read_numbers(graph, numbers) if numbers else ""

    def some(self, places: Sequence[int]) -> str:
        """Some of the numbers, side by side."""
        wanted = [self.numbers[place] for place in places]
        if wanted == list(range(len(self.numbers))):
            return self.matrix
        return self.graph.node("Gather", self.matrix, self.graph.constant(np.array(wanted, np.int64)), axis=1)

    def made(self, x: str) -> str:
        """Inputs, rounded as the networks take them."""
        return x if self.precision == "float64" else self.graph.cast(x, self.precision)

    def row(self, values: Sequence[float]) -> str:
        """Constants side by side, (1, n), as the networks take them."""
        return self.graph.constant(np.array([values], self.precision))


# --- kinds of piece ---------------------------------------------------------------------------------------------

Pieces = list[tuple[int, Any]]  # the first of their inputs, and the piece


def _numbers(read: Read, pieces: Pieces) -> list[Block]:
    """Those that take the same steps together."""
    alike: dict[Any, Pieces] = {}
    for place, piece in pieces:
        alike.setdefault((piece.wave, *map(type, piece.steps)), []).append((place, piece))
    return [
        (
            [place for place, _ in group],
            read.made(
                written_numbers(read.graph, read.some([piece.source for _, piece in group]), [p for _, p in group])
            ),
        )
        for group in alike.values()
    ]


def _missing(read: Read, pieces: Pieces) -> list[Block]:
    graph, found = read.graph, []
    numbers = [(place, piece) for place, piece in pieces if piece.source in read.numbers]
    texts = [(place, piece) for place, piece in pieces if piece.source in read.texts]
    if numbers:
        gone = graph.node("IsNaN", read.some([piece.source for _, piece in numbers]))
        found.append(_marks(read, gone, numbers))
    for place, piece in texts:
        gone = graph.node("Equal", read.texts[piece.source], graph.constant(np.array("", object)))
        found.append(_marks(read, gone, [(place, piece)]))
    return found


def _marks(read: Read, gone: str, pieces: Pieces) -> Block:
    missing, there = (read.row([getattr(piece, name) for _, piece in pieces]) for name in ("missing", "there"))
    return [place for place, _ in pieces], read.graph.node("Where", gone, missing, there)


def _fixed(read: Read, pieces: Pieces) -> list[Block]:
    """The same in each row."""
    graph, row = read.graph, read.row([piece.value for _, piece in pieces])
    return [([place for place, _ in pieces], graph.node("Expand", row, graph.node("Shape", read.any)))]


def _categories(read: Read, pieces: Pieces) -> list[Block]:
    graph, found = read.graph, []
    for place, piece in pieces:
        if piece.source in read.texts:
            rows = written_rows(graph, read.texts[piece.source], piece.lookup, texts=True)
        else:
            rows = written_rows(graph, read.some([piece.source]), piece.lookup, texts=False)
        rows = graph.node("Squeeze", rows, graph.constant(np.array([1], np.int64)))
        table = graph.constant(piece.table.astype(read.precision))
        found.append((list(range(place, place + piece.width)), graph.node("Gather", table, rows, axis=0)))
    return found


def _terms(read: Read, pieces: Pieces) -> list[Block]:
    return [
        (
            list(range(place, place + piece.width)),
            read.made(written_terms(read.graph, read.texts[piece.source], piece, read.sources[piece.source].name)),
        )
        for place, piece in pieces
        if piece.width
    ]


PIECES: dict[type, Callable[[Read, Pieces], list[Block]]] = {
    NumberInput: _numbers,
    MissingInput: _missing,
    FixedInput: _fixed,
    CategoryInput: _categories,
    TextInput: _terms,
}
