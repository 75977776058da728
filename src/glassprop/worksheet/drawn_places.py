"""Where the circles of a drawing lie, and which lines join them: in columns and rows, whatever draws them."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Drawing, Node

Place = tuple[float, float]  # column and row
_COST = 0.75  # columns from the outputs to the cost, and from there to the targets
_NEAR = 0.23  # of a line: no weight stands nearer to where it begins


@dataclass(frozen=True)
class Places:
    """Circles with their places; lines with the weight on them, and how far along it stands; the cost's place; how many
    rows there are, and which column is the last."""

    nodes: tuple[tuple[Node, Place], ...]
    lines: tuple[tuple[Place, Place, Number | None, float], ...]
    cost: Place
    last: float
    rows: int


def places_of(drawing: Drawing) -> Places:
    """The layers from left to right, then the cost, then the targets, each column in the middle."""
    columns = [*drawing.layers, drawing.targets]
    rows = max(map(len, columns))
    last = len(drawing.layers)
    at = [[(float(c) if c < last else last - 1 + 2 * _COST, (rows - len(column)) / 2 + r) for r in range(len(column))]
          for c, column in enumerate(columns)]  # fmt: skip
    cost = (last - 1 + _COST, (rows - 1) / 2)
    lines: list[tuple[Place, Place, Number | None, float]] = []
    for l, block in enumerate(drawing.weights[1:], start=1):
        share = max(_NEAR, 1 / (len(block) + 1))  # there the lines lie equally far from each other
        for j, row in enumerate(block):
            lines += [(at[l - 1][k], at[l][j], weight, share) for k, weight in enumerate(row)]
    lines += [(one, cost, None, 0.0) for one in (*at[last - 1], *at[last])]
    nodes = tuple((node, at[c][r]) for c, column in enumerate(columns) for r, node in enumerate(column))
    return Places(nodes, tuple(lines), cost, last - 1 + 2 * _COST, rows)
