"""Numbers as ONNX nodes: what counts as missing, points on circles, and every kind of step; many columns at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassprop.equations.periodic import TURN
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.whole_model import Affine, Bend, Clip, Fill, Knots, NumberInput, Source, Squeeze, Step

_FAR = 1e8  # beyond it asinh is the logarithm of twice the number, to the last digit
_AT_ONCE = 32  # columns by rank
_ALL_OF_IT = 1e100  # limits away, what is squeezed is the limit


def read_numbers(graph: Graph, columns: Sequence[tuple[str, Source]]) -> str:
    """Columns (n, 1) side by side, (n, n_columns), as they count."""
    sources = [source for _, source in columns]
    names = [name for name, _ in columns]
    x = names[0] if len(names) == 1 else graph.node("Concat", *names, axis=1)
    low, high = [source.low for source in sources], [source.high for source in sources]
    if np.isfinite([*low, *high]).any():
        beyond = graph.node("Or", graph.node("Less", x, _row(graph, low)), graph.node("Greater", x, _row(graph, high)))
        x = graph.node("Where", beyond, graph.double(np.nan), x)
    least = [source.least for source in sources]
    if any(least):
        near = graph.node("Less", graph.node("Abs", x), _row(graph, least))
        x = graph.node("Where", near, graph.double(0.0), x)
    for number in range(max(len(source.absent) for source in sources)):
        words = [source.absent[number] if number < len(source.absent) else np.nan for source in sources]
        x = graph.node("Where", graph.node("Equal", x, _row(graph, words)), graph.double(np.nan), x)
    if any(source.whole for source in sources):
        whole = graph.constant(np.array([[source.whole for source in sources]]))
        x = graph.node("Where", whole, graph.node("Floor", x), x)
    return x


def written_numbers(graph: Graph, x: str, pieces: Sequence[NumberInput]) -> str:
    """Numbers side by side, (n, n_pieces), of which each takes the same kinds of step."""
    if pieces[0].wave:
        turns = graph.node("Div", x, _row(graph, [piece.turn for piece in pieces]))
        angle = graph.node("Mul", graph.double(TURN), turns)
        x = graph.node("Sin", angle) if pieces[0].wave == "sin" else graph.cosine(angle, "float64")
    for number, first in enumerate(pieces[0].steps):
        x = STEPS[type(first)](graph, x, [piece.steps[number] for piece in pieces])
    return x


def _row(graph: Graph, values: Sequence[float]) -> str:
    return graph.constant(np.array([values], np.float64))


def _each(graph: Graph, steps: Sequence[Any], name: str) -> str:
    return _row(graph, [getattr(step, name) for step in steps])


# --- kinds of step ----------------------------------------------------------------------------------------------


def _fill(graph: Graph, x: str, steps: Sequence[Fill]) -> str:
    return graph.node("Where", graph.node("IsNaN", x), _each(graph, steps, "value"), x)


def _bend(graph: Graph, x: str, steps: Sequence[Bend]) -> str:
    """asinh, which runtimes have in single precision alone: by logarithms, of which no number is too large."""
    z = graph.node("Sub", x, _each(graph, steps, "origin"))
    z = graph.node("Div", z, _row(graph, [2 * step.unit for step in steps]))
    size, far = graph.node("Abs", z), graph.double(_FAR)
    near = graph.node("Min", size, far)
    root = graph.node("Sqrt", graph.node("Add", graph.node("Mul", near, near), graph.double(1.0)))
    of_near = graph.node("Log", graph.node("Add", near, root))
    beyond = graph.node("Log", graph.node("Div", graph.node("Max", size, far), far))
    return graph.node("Mul", graph.node("Sign", z), graph.node("Add", of_near, beyond))


def _affine(graph: Graph, x: str, steps: Sequence[Affine]) -> str:
    return graph.node("Div", graph.node("Sub", x, _each(graph, steps, "center")), _each(graph, steps, "spread"))


def _knots(graph: Graph, x: str, steps: Sequence[Knots]) -> str:
    """Some columns at a time: each number is compared with all knots of its column, which takes room."""
    some = [steps[start : start + _AT_ONCE] for start in range(0, len(steps), _AT_ONCE)]
    if len(some) == 1:
        return _between_knots(graph, x, steps)
    sizes = graph.constant(np.array([len(part) for part in some], np.int64))
    columns = graph.node("Split", x, sizes, outputs=len(some), axis=1)
    return graph.node("Concat", *(_between_knots(graph, *pair) for pair in zip(columns, some, strict=True)), axis=1)


def _between_knots(graph: Graph, x: str, steps: Sequence[Knots]) -> str:
    """How many knots lie at or below a number tells which two are its neighbors; tables are padded to one length."""
    most = max(len(step.at) for step in steps)
    inner = np.full((len(steps), most - 2), np.inf)
    slopes, knots, values = (np.zeros((len(steps), most - 1)) for _ in range(3))
    for row, step in enumerate(steps):
        at, to = np.asarray(step.at, np.float64), np.asarray(step.to, np.float64)
        inner[row, : len(at) - 2] = at[1:-1]
        for table, each in ((slopes, np.diff(to) / np.diff(at)), (knots, at[:-1]), (values, to[:-1])):
            table[row, : len(at) - 1] = each
    x = graph.between(x, _row(graph, [step.at[0] for step in steps]), _row(graph, [step.at[-1] for step in steps]))
    last = graph.constant(np.array([2], np.int64))
    below = graph.node("GreaterOrEqual", graph.node("Unsqueeze", x, last), graph.constant(inner[None]))
    piece = graph.node("Squeeze", graph.reduce("ReduceSum", graph.cast(below, "int32"), 2), last)
    starts = graph.constant(np.arange(len(steps), dtype=np.int64)[None, :] * (most - 1))
    piece = graph.node("Add", graph.cast(piece, "int64"), starts)
    slope, knot, value = (graph.node("Gather", graph.constant(each.ravel()), piece) for each in (slopes, knots, values))
    return graph.node("Add", graph.node("Mul", slope, graph.node("Sub", x, knot)), value)


def _squeeze(graph: Graph, x: str, steps: Sequence[Squeeze]) -> str:
    limit, most = _each(graph, steps, "limit"), np.array(_ALL_OF_IT)
    t = graph.between(graph.node("Div", x, limit), graph.constant(-most), graph.constant(most))
    root = graph.node("Sqrt", graph.node("Add", graph.node("Mul", t, t), graph.double(1.0)))
    return graph.node("Mul", graph.node("Div", t, root), limit)


def _clip(graph: Graph, x: str, steps: Sequence[Clip]) -> str:
    return graph.between(x, _each(graph, steps, "low"), _each(graph, steps, "high"))


STEPS: dict[type[Step], Callable[[Graph, str, Sequence[Any]], str]] = {
    Fill: _fill,
    Bend: _bend,
    Affine: _affine,
    Knots: _knots,
    Squeeze: _squeeze,
    Clip: _clip,
}
