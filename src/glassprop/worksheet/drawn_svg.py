"""The drawing of a worksheet as SVG: circles to write into, the weights on the lines, biases under the circles."""

from __future__ import annotations

from collections.abc import Iterator

from glassprop.document.html_document import html_text
from glassprop.document.plain import PlainMath
from glassprop.worksheet.drawn_places import places_of
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Drawing, Node
from glassprop.worksheet.sheet_style import Plain, number_text, rounded_text

_ACROSS, _DOWN, _EDGE, _RADIUS = 170.0, 122.0, 62.0, 26.0
_PLAIN, _STYLE = PlainMath(), Plain()


def drawing_as_svg(drawing: Drawing, significant: int, key: bool) -> str:
    """The whole drawing; in the key with a in every circle, and δ beside it."""
    found = places_of(drawing)
    width, height = found.last * _ACROSS + 2 * _EDGE + 40, (found.rows - 1) * _DOWN + 2 * _EDGE
    parts: list[str] = []
    for at, to, weight, share in found.lines:
        parts += _line(_xy(at), _xy(to), "" if weight is None else _short(weight, significant), share)
    for node, at in found.nodes:
        parts += _node(node, *_xy(at), significant, key)
    x, y = _xy(found.cost)
    cost = "" if not key or drawing.cost is None else _short(drawing.cost, significant)
    parts.append(f'<rect x="{x - 30:g}" y="{y - 20:g}" width="60" height="40"/>')
    parts += [_text(x, y - 28, "C₀"), _text(x, y + 5, cost)]
    sizes = "-".join(str(len(layer)) for layer in drawing.layers)
    label = f"The network {sizes}: every circle leads to all of the next layer, the outputs and targets to the cost"
    head = f'<svg class="network" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{html_text(label)}">'
    return "\n".join([head, *parts, "</svg>"])


def _xy(at: tuple[float, float]) -> tuple[float, float]:
    return _EDGE + at[0] * _ACROSS, _EDGE + at[1] * _DOWN


def _line(at: tuple[float, float], to: tuple[float, float], weight: str, share: float) -> Iterator[str]:
    yield f'<line x1="{at[0]:g}" y1="{at[1]:g}" x2="{to[0]:g}" y2="{to[1]:g}"/>'
    if weight:
        x, y = (a + share * (b - a) for a, b in zip(at, to, strict=True))
        yield _text(x, y + 4, weight, "weight")


def _node(node: Node, x: float, y: float, significant: int, key: bool) -> Iterator[str]:
    value = "" if node.value is None or not (key or node.given) else _short(node.value, significant)
    yield f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS:g}"/>'
    yield _text(x, y - _RADIUS - 6, _PLAIN.symbol(node.symbol))
    yield _text(x, y + 5, value)
    below = [f"b = {_short(node.bias, significant)}"] if node.bias is not None else []
    below += [f"δ = {_short(node.delta, significant)}"] if key and node.delta is not None else []
    below += [node.name if len(node.name) <= 18 else f"{node.name[:17]}…"] if node.name else []
    for number, text in enumerate(below):
        yield _text(x, y + _RADIUS + 15 + 14 * number, text, "weight")


def _short(number: Number, significant: int) -> str:
    text = number_text(number, _STYLE, significant)
    return text if len(text) <= 7 else rounded_text(number, _STYLE, significant)


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{mark}>{html_text(text)}</text>' if text else ""
