"""The drawing of a worksheet in LaTeX's own picture environment, which needs no package."""

from __future__ import annotations

from collections.abc import Iterator

from glassprop.document.latex_document import LatexMath
from glassprop.document.tex import tex_text
from glassprop.worksheet.drawn_places import places_of
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Drawing, Node
from glassprop.worksheet.sheet_style import Tex, number_text, rounded_text

_WIDTH, _ACROSS, _DOWN, _EDGE, _ROUND = 166.0, 44.0, 29.0, 15.0, 12.0  # millimetres; the largest circle LaTeX has is 14
_MATH, _STYLE = LatexMath(), Tex()


def drawing_as_latex(drawing: Drawing, significant: int, key: bool) -> str:
    """The whole drawing; in the key with a in every circle, and δ under it. Many layers are drawn nearer together."""
    found = places_of(drawing)
    across = min(_ACROSS, (_WIDTH - 2 * _EDGE) / found.last)
    height = (found.rows - 1) * _DOWN + 2 * _EDGE

    def xy(at: tuple[float, float]) -> tuple[float, float]:
        return _EDGE + at[0] * across, height - _EDGE - at[1] * _DOWN

    parts = [r"\par\medskip", r"\setlength{\unitlength}{1mm}"]
    parts.append(rf"\begin{{picture}}({found.last * across + 2 * _EDGE:g},{height:g})")
    for at, to, weight, share in found.lines:
        parts += _line(xy(at), xy(to), "" if weight is None else _short(weight, significant), share)
    for node, at in found.nodes:
        parts += _node(node, *xy(at), significant, key)
    x, y = xy(found.cost)
    cost = "" if not key or drawing.cost is None else f"${_short(drawing.cost, significant)}$"
    parts += [rf"\put({x - 7:g},{y - 4.5:g}){{\framebox(14,9){{\small {cost}}}}}", _text(x, y + 7, "$C_0$")]
    return "\n".join([*parts, r"\end{picture}\par\medskip"])


def _line(at: tuple[float, float], to: tuple[float, float], weight: str, share: float) -> Iterator[str]:
    """From edge to edge, so that nothing is drawn through a circle."""
    run, rise = to[0] - at[0], to[1] - at[1]
    length = (run**2 + rise**2) ** 0.5
    x, y = run / length * _ROUND / 2, rise / length * _ROUND / 2
    first, last = (at[0] + x, at[1] + y), (to[0] - x * 1.17, to[1] - y * 1.17)
    middle = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
    points = "".join(f"({px:.2f},{py:.2f})" for px, py in (first, middle, last))
    yield rf"\qbezier[{max(20, round(length * 2.2))}]{points}"
    if weight:
        yield _text(at[0] + share * run, at[1] + share * rise + 1.8, rf"\footnotesize ${weight}$")


def _node(node: Node, x: float, y: float, significant: int, key: bool) -> Iterator[str]:
    value = "" if node.value is None or not (key or node.given) else f"${_short(node.value, significant)}$"
    yield rf"\put({x:g},{y:g}){{\circle{{{_ROUND:g}}}}}"
    yield _text(x, y + _ROUND / 2 + 3, f"${_MATH.symbol(node.symbol)}$")
    yield _text(x, y, rf"\small {value}") if value else ""
    below = [f"$b = {_short(node.bias, significant)}$"] if node.bias is not None else []
    below += [rf"$\delta = {_short(node.delta, significant)}$"] if key and node.delta is not None else []
    below += [tex_text(node.name, 14)] if node.name else []
    for number, text in enumerate(below):
        yield _text(x, y - _ROUND / 2 - 2.5 - 3.6 * number, rf"\scriptsize {text}")


def _short(number: Number, significant: int) -> str:
    text = number_text(number, _STYLE, significant)
    return text if len(text) <= 7 else rounded_text(number, _STYLE, significant)


def _text(x: float, y: float, text: str) -> str:
    return rf"\put({x:.2f},{y:.2f}){{\makebox(0,0){{{text}}}}}"
