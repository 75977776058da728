"""What a notebook shows of an explanation: the layers' numbers, and the largest derivatives taken apart."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from glassprop.ground.text import shown
from glassprop.insight.largest import largest_weights

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST = 8
_SHORT = 60  # characters of a target or prediction
_STYLE = "text-align:right;padding:1px 8px;font-variant-numeric:tabular-nums"


def notebook_html(explanation: Explanation) -> str:
    """A small self-contained piece of HTML; all names are text in it."""
    e, depth = explanation, explanation.architecture.depth
    parts = [f"<p><b>{escape(shown(_title(e)))}</b></p>"]
    parts.append(_table(["layer", "activation", "largest z", "largest a", "largest ∂C₀/∂a", "largest δ"], _layers(e)))
    for layer in range(depth, 0, -1):
        rows = []
        for _, j, k in largest_weights(e, layer, _MOST, biases=False):
            assert k is not None  # no biases
            found = e.weight(layer, j, k)
            product = " · ".join(f"{name} {value:.4g}" for name, value in found.factors.items())
            rows.append([found.symbol, product, f"{found.value:.4g}", f"{found.by_difference:.4g}"])
        parts.append(f"<p>Layer {layer}: the largest derivatives</p>")
        parts.append(_table(["", "factors", "product", "by difference"], rows))
    return '<div class="tex2jax_ignore mathjax_ignore">' + "".join(parts) + "</div>"


def _title(e: Explanation) -> str:
    names, i = e.names, e.focus
    said = f"Row {names.rows[i]}: C₀ = {e.cost:.6g}"
    if names.predictions:
        said += f", predicted {shown(names.predictions[i], _SHORT)}"
    if names.targets:
        said += f", true {shown(names.targets[i], _SHORT)}"
    return said


def _layers(e: Explanation) -> list[list[str]]:
    rows = []
    for l, layer in enumerate(e.architecture.layers, start=1):
        numbers = (e.z(l), e.a(l), e.by_a(l), e.delta(l))
        rows.append([str(l), layer.activation.spec, *(f"{x[np.argmax(np.abs(x))]:.4g}" for x in numbers)])
    return rows


def _table(head: list[str], rows: list[list[str]]) -> str:
    first = "".join(f'<th style="{_STYLE}">{escape(shown(cell))}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_STYLE}">{escape(shown(cell))}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"
