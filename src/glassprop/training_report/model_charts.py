"""Charts of a model as SVG: do its probabilities hold, what does its first layer look for, what of two columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from math import ceil, isfinite
from typing import Any

from glassprop.ground.text import shown
from glassprop.training_report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, drawing, frame, widened
from glassprop.training_report.map_chart import mark

_STEP, _NAMES, _NUMBERS, _NAME = 22, 150, 56, 20  # of bars: the height of each, room for names and numbers, letters
_LARGEST, _SMALLEST = 9.0, 3.0  # the radius of a bin's disc: of the one with most rows, and at least
_GAP = 1.0  # between pictures, in pixels of theirs
_ACROSS = 8  # pictures side by side


def reliability_chart(found: Mapping[str, Any]) -> str:
    """Bins of probabilities: what was said against what came true; a disc's area is a bin's rows."""
    x, y = Axis(0.0, 1.0, LEFT, WIDTH - RIGHT), Axis(0.0, 1.0, HEIGHT - BOTTOM, TOP)
    of = "of the predicted class" if found["label"] is None else f"of {shown(found['label'], _NAME)}"
    parts = [frame(x, y, f"mean probability {of}", "share that came true")]
    ends = f'x1="{x.place(0)}" y1="{y.place(0)}" x2="{x.place(1)}" y2="{y.place(1)}"'
    parts.append(f'<line class="same" {ends}/>')
    places = [(x.place(mean), y.place(true)) for mean, true, _ in found["bins"]]
    parts.append(f'<polyline class="training" points="{" ".join(f"{a},{b}" for a, b in places)}"/>')
    most = max((rows for _, _, rows in found["bins"]), default=1)
    for (mean, true, rows), (cx, cy) in zip(found["bins"], places, strict=True):
        radius = max(_LARGEST * (rows / most) ** 0.5, _SMALLEST)
        said = f"{rows} rows: {mean:.3g} said, {true:.3g} came true"
        parts.append(f'<circle class="bin" cx="{cx}" cy="{cy}" r="{radius:.2f}"><title>{said}</title></circle>')
    return drawing(parts, f"Share that came true by probability {of}, {len(places)} bins")


def residual_chart(points: Sequence[Sequence[float]], *, title: str) -> str:
    """Of [true, predicted]: predicted across, predicted - true up."""
    placed = [(p, p - t) for t, p in points if isfinite(p) and isfinite(p - t)]
    if not placed:
        return ""
    up = [r for _, r in placed]
    x = Axis(*widened(min(p for p, _ in placed), max(p for p, _ in placed), False), LEFT, WIDTH - RIGHT)
    y = Axis(*widened(min(*up, 0.0), max(*up, 0.0), False), HEIGHT - BOTTOM, TOP)
    zero = y.place(0.0)
    parts = [frame(x, y, "predicted", "predicted - true")]
    parts.append(f'<line class="same" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{zero}" y2="{zero}"/>')
    parts += [f'<circle class="left" cx="{x.place(a)}" cy="{y.place(b)}" r="2.5"/>' for a, b in placed]
    return drawing(parts, title)


def size_bars(columns: Sequence[Mapping[str, Any]], *, title: str) -> str:
    """A bar for each name, as long as its size."""
    if not columns or not all(isfinite(column["size"]) for column in columns):
        return ""
    x = Axis(0.0, max(column["size"] for column in columns) or 1.0, _NAMES, WIDTH - _NUMBERS)
    parts = []
    for k, column in enumerate(columns):
        middle = _STEP * k + 15
        width = max(round(x.place(column["size"]) - _NAMES, 2), 1)
        parts.append(
            f'<text x="{_NAMES - 8}" y="{middle}" text-anchor="end">{escape(shown(column["name"], _NAME))}</text>'
            f'<rect class="bar" x="{_NAMES}" y="{_STEP * k + 4}" width="{width}" height="{_STEP - 6}"/>'
            f'<text x="{WIDTH - 2}" y="{middle}" text-anchor="end">{column["size"]:.3g}</text>'
        )
    return drawing(parts, title, _STEP * len(columns) + 6)


def weight_pictures(found: Mapping[str, Any]) -> str:
    """Neurons of the first layer side by side: a color above 0 and one below, the fuller the farther."""
    height, width = found["height"], found["width"]
    across = min(_ACROSS, len(found["shown"]))
    size = (WIDTH - 2.0) / (across * (width + _GAP) - _GAP)  # of a pixel
    parts, down = [], ceil(len(found["shown"]) / across)
    for place, one in enumerate(found["shown"]):
        left, top = place % across * (width + _GAP), place // across * (height + _GAP)
        shades = dict(zip(found["places"], one["shades"], strict=True))
        paths = "".join(_shade(level, runs) for level, runs in sorted(_runs(shades, height, width).items()))
        parts.append(
            f'<g transform="translate({1 + left * size:.2f} {1 + top * size:.2f}) scale({size:.4f})">'
            f'<title>neuron {one["neuron"]}</title><rect class="empty" width="{width}" height="{height}"/>{paths}</g>'
        )
    title = f"Weights of {len(found['shown'])} neurons of the first layer, {height} × {width} pixels each"
    return drawing(parts, title, ceil(down * (height + _GAP) * size))


def _runs(shades: Mapping[int, int], height: int, width: int) -> dict[int, list[str]]:
    """By shade, as parts of a path: pixels of one shade side by side are one."""
    found: dict[int, list[str]] = {}
    for r in range(height):
        for shade, run in groupby(range(width), key=lambda c: shades.get(r * width + c, 0)):
            columns = list(run)
            if shade:
                found.setdefault(shade, []).append(f"M{columns[0]} {r}h{len(columns)}v1h-{len(columns)}z")
    return found


def _shade(level: int, runs: Sequence[str]) -> str:
    kind = "above" if level > 0 else "below"
    return f'<path class="{kind} shade-{abs(level)}" d="{"".join(runs)}"/>'


def plane_chart(found: Mapping[str, Any]) -> str:
    """What a model says of two columns, cell by cell, and held-out rows."""
    (left, right), (low, high) = found["ends"]
    x, y = Axis(left, right, LEFT, WIDTH - RIGHT), Axis(low, high, HEIGHT - BOTTOM, TOP)
    across, up = (shown(name, 40) for name in found["columns"])
    cells = found["cells"]
    wide, tall = (x.end - x.begin) / len(cells[0]), (y.begin - y.end) / len(cells)
    parts = []
    for r, row in enumerate(cells):
        begin = 0
        for (kind, level), run in groupby(row, key=tuple):
            n = len(list(run))
            place = f'x="{x.begin + begin * wide:.2f}" y="{y.begin - (r + 1) * tall:.2f}"'
            parts.append(
                f'<rect class="says k{kind} level-{level}" {place} width="{n * wide:.2f}" height="{tall:.2f}"/>'
            )
            begin += n
    parts.append(frame(x, y, across, up))
    parts += [_row(point, x, y, found["labels"]) for point in found["points"]]
    return drawing(parts, f"What the model says for {across} and {up}, {len(found['points'])} held-out rows")


def _row(point: Sequence[float], x: Axis, y: Axis, labels: Sequence[str] | None) -> str:
    kind = 0 if labels is None else int(point[2])
    said = f"{point[2]:.6g}" if labels is None else labels[kind]
    path = mark(kind, x.place(point[0]), y.place(point[1]))
    return f'<path class="held k{kind}" d="{path}"><title>{escape(shown(said))}</title></path>'
