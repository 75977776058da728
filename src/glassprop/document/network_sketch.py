"""A network sketched as SVG: layers from left to right, large ones cut short. It has no script, no style and no id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from unicodedata import east_asian_width

from glassprop.document.html_document import html_text
from glassprop.ground.text import visible

Joined = Literal["all", "each", "some", ""]
Place = tuple[float, float]

_ACROSS, _DOWN, _RADIUS, _LINE = 136, 18, 4.5, 15  # pixels: between layers, between units, of a circle, of text
_MOST, _KEPT = 7, 3  # units of a layer that are drawn; of more, so many at each end
_MOST_LAYERS, _ENDS = 8, 3  # the same of layers
_LETTERS = 20  # that are shown of a name or a line under a layer; wide ones count twice
_LETTER = 6.2  # pixels, at 11 pixels' height
_COLORS = "#7d8590", "#3f87d6", "#d9772b"  # inputs, hidden units, outputs: seen on white and on black


@dataclass(frozen=True)
class SketchedLayer:
    """One column of the sketch.

    Attributes
    ----------
    n : int
        How many units there are.
    words : tuple of str
        Lines under it; the first is its title.
    names : sequence of str
        What units are called, in the first and the last layer; fewer than units, or none.
    joined : {"all", "each", "some", ""}
        Which lines come from the layer before: from all units to all, each to its own, only some (dashed), or none.
    """

    n: int
    words: tuple[str, ...]
    names: Sequence[str] = ()
    joined: Joined = "all"


def network_sketch(layers: Sequence[SketchedLayer], label: str) -> str:
    """The SVG element. label: what is read to those who do not see it.

    Names are text in it, whatever they are made of. Text has the color of what stands around it.

    Examples
    --------
    >>> drawn = network_sketch([SketchedLayer(2, ("2 inputs",)), SketchedLayer(100, ("100",))], "2-100")
    >>> drawn.count("<circle"), len(drawn) < 3000
    (8, True)
    """
    columns = _abridged(layers)
    left, right = (_margin(layer, _ACROSS / 2) for layer in (columns[0], columns[-1]))
    width = left + (len(columns) - 1) * _ACROSS + right
    body = (_MOST - 1) * _DOWN
    height = 2 * _DOWN + body + _LINE * max(len(layer.words) for layer in columns)
    xs = [left + number * _ACROSS for number in range(len(columns))]
    places = [_places(layer.n, x, _DOWN + body / 2) for layer, x in zip(columns, xs, strict=True)]
    parts: list[str] = []
    for (at, to), layer in zip(pairwise(places), columns[1:], strict=True):
        parts += _lines(at, to, layer.joined)
    for number, (layer, units) in enumerate(zip(columns, places, strict=True)):
        color = _COLORS[0 if number == 0 else 2 if number == len(columns) - 1 else 1]
        parts += [f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS}" fill="{color}"/>' for _, (x, y) in units]
        parts += _dots(layer.n, xs[number], _DOWN + body / 2)
        parts += _captions(layer.words, xs[number], 2 * _DOWN + body + _LINE / 2)
    parts += _names(columns[0], places[0], -1)
    parts += _names(columns[-1], places[-1], 1) if len(columns) > 1 else []
    style = "font:11px system-ui,sans-serif;fill:currentColor;max-width:none;display:block"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} '
        f'{height:g}" role="img" aria-label="{html_text(label)}" style="{style}">{"".join(parts)}</svg>'
    )


def _abridged(layers: Sequence[SketchedLayer]) -> list[SketchedLayer]:
    """Of many layers the first and the last, and how many there are between."""
    if len(layers) <= _MOST_LAYERS:
        return list(layers)
    return [*layers[:_ENDS], SketchedLayer(0, (f"{len(layers) - 2 * _ENDS} more layers",), (), ""), *layers[-_ENDS:]]


def _places(n: int, x: float, middle: float) -> list[tuple[int, Place]]:
    """Of the units that are drawn, number and place."""
    if n <= _MOST:
        return [(unit, (x, middle + (unit - (n - 1) / 2) * _DOWN)) for unit in range(n)]
    rows = [*range(_KEPT), *range(_MOST - _KEPT, _MOST)]
    units = [*range(_KEPT), *range(n - _KEPT, n)]
    return [(unit, (x, middle + (row - (_MOST - 1) / 2) * _DOWN)) for unit, row in zip(units, rows, strict=True)]


def _dots(n: int, x: float, y: float) -> list[str]:
    """That there are more units, or layers, than are drawn."""
    if 0 < n <= _MOST:
        return []
    return [f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle">{"⋮" if n else "⋯"}</text>']


def _lines(at: Sequence[tuple[int, Place]], to: Sequence[tuple[int, Place]], joined: Joined) -> Iterator[str]:
    """All lines between two layers, as one path."""
    if not (joined and at and to):
        return
    pairs = zip(at, to, strict=False) if joined == "each" else ((one, other) for one in at for other in to)
    drawn = "".join(f"M{x:g} {y:g}L{u:g} {v:g}" for (_, (x, y)), (_, (u, v)) in pairs)
    dashed = ' stroke-dasharray="2 3"' if joined == "some" else ""
    yield f'<path d="{drawn}" fill="none" stroke="currentColor" stroke-opacity=".22"{dashed}/>'


def _captions(words: Sequence[str], x: float, y: float) -> Iterator[str]:
    for number, line in enumerate(words):
        weight = "" if number else ' font-weight="bold"'
        at = f'x="{x:g}" y="{y + number * _LINE:g}" text-anchor="middle"'
        yield f"<text {at}{weight}>{html_text(fitting(line))}</text>"


def _names(layer: SketchedLayer, units: Sequence[tuple[int, Place]], side: int) -> Iterator[str]:
    anchor = "end" if side < 0 else "start"
    for unit, (x, y) in units:
        if unit < len(layer.names):
            said = html_text(fitting(layer.names[unit]))
            yield f'<text x="{x + side * 2 * _RADIUS:g}" y="{y + 4:g}" text-anchor="{anchor}">{said}</text>'


def _margin(layer: SketchedLayer, least: float) -> float:
    """Room beside the first or the last layer, for what its units are called."""
    drawn = [layer.names[unit] for unit, _ in _places(layer.n, 0, 0) if unit < len(layer.names)]
    return max([least, *(_room(fitting(name)) * _LETTER + 4 * _RADIUS for name in drawn)])


def fitting(text: str, most: int = _LETTERS) -> str:
    """As much of a text as there is room for.

    Examples
    --------
    >>> fitting("petal length (cm)", 8), fitting("花びらの長さ", 8)
    ('petal l…', '花びら…')
    """
    text = visible(text[: 4 * most])
    if _room(text) <= most:
        return text
    while _room(text) > most - 1:
        text = text[:-1]
    return text + "…"


def _room(text: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)
