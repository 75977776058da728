"""The map of hard and easy rows as SVG: points of few rows, bins of many."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import log
from typing import Any

from glassprop.training_report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, drawing, frame
from glassprop.training_report.row_map import EASY, GROUPS, HARD

_CLASSES = ("steady", "forgotten", "never")
_FAINTEST = 0.3  # how a bin of one row is filled; that with the most is filled wholly
_MARK = 3.2  # half of a point


def map_axes(found: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Spread across and confidence up, as the map is drawn."""
    across, up = found["edges"]["spread"], found["edges"]["confidence"]
    return Axis(across[0], across[-1], LEFT + 6, WIDTH - RIGHT - 6), Axis(up[0], up[-1], HEIGHT - BOTTOM - 6, TOP + 6)


def map_chart(found: Mapping[str, Any], *, regression: bool = False) -> str:
    """The drawing of ``row_map``; "" where it has no row."""
    if not found["rows"]:
        return ""
    x, y = map_axes(found)
    across = "spread of the residual over epochs" if regression else "spread of the confidence over epochs"
    parts = [frame(x, y, across, "mean confidence")]
    parts += [f'<line class="same" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>' for at in _bounds(y)]
    parts += _points(found["points"], x, y) if found["points"] is not None else _bins(found, x, y)
    counts = found["counts"]
    title = (
        f"Map of {found['rows']} rows: {counts['easy']} easy, {counts['ambiguous']} ambiguous, {counts['hard']} hard, "
        f"{counts['never_learned']} never learned"
    )
    return drawing(parts, title)


def _bounds(y: Axis) -> list[float]:
    return [y.place(EASY), y.place(HARD)]


def _points(points: list[list[Any]], x: Axis, y: Axis) -> list[str]:
    """Those of which there are most are drawn first."""
    return [
        f'<path class="row {_CLASSES[group]}" d="{mark(group, x.place(across), y.place(up))}"/>'
        for across, up, group in sorted(points, key=lambda point: point[2])
    ]


def mark(group: int, cx: float, cy: float) -> str:
    """A disc, a triangle, a square, and so on: which it is can be told without color."""
    r = _MARK
    if group == 0:
        return f"M{cx - r:.2f} {cy:.2f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
    if group == 1:
        return f"M{cx - r:.2f} {cy + r:.2f}h{2 * r}l{-r} {-2 * r}z"
    if group == 2:
        return f"M{cx - r:.2f} {cy - r:.2f}h{2 * r}v{2 * r}h{-2 * r}z"
    if group == 3:
        return f"M{cx - r:.2f} {cy - r:.2f}h{2 * r}l{-r} {2 * r}z"
    if group == 4:
        return f"M{cx:.2f} {cy - 1.3 * r:.2f}l{r} {1.3 * r}l{-r} {1.3 * r}l{-r} {-1.3 * r}z"
    return f"M{cx - 1.3 * r:.2f} {cy - r / 2:.2f}h{2.6 * r}v{r}h{-2.6 * r}z"


def _bins(found: Mapping[str, Any], x: Axis, y: Axis) -> list[str]:
    """Each bin is divided by the shares of its groups, and filled the more, the more rows it has."""
    across, up = found["edges"]["spread"], found["edges"]["confidence"]
    most = max(sum(counts) for _, _, *counts in found["bins"])
    parts = []
    for i, j, *counts in found["bins"]:
        total, begin = sum(counts), x.place(across[i])
        width, top, bottom = x.place(across[i + 1]) - begin, y.place(up[j + 1]), y.place(up[j])
        opacity = _FAINTEST + (1 - _FAINTEST) * (log(total) / log(most) if most > 1 else 1.0)
        said = ", ".join(f"{count} {name}" for count, name in zip(counts, GROUPS, strict=True) if count)
        said = f"spread {across[i]:.2g} to {across[i + 1]:.2g}, up {up[j]:.2g} to {up[j + 1]:.2g}: {said}"
        parts.append(f'<g fill-opacity="{opacity:.2f}"><title>{escape(said)}</title>')
        for name, count in zip(_CLASSES, counts, strict=True):
            part = width * count / total
            if count:
                parts.append(
                    f'<rect class="row {name}" x="{begin:.2f}" y="{top}" width="{part:.2f}" '
                    f'height="{bottom - top:.2f}"/>'
                )
            begin += part
        parts.append("</g>")
    return parts
