"""An architecture as a sketch for a notebook: its layers drawn, and in a line what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from glassprop.document.html_document import html_text
from glassprop.document.network_sketch import SketchedLayer, fitting, network_sketch

if TYPE_CHECKING:
    from glassprop.architecture.architecture import Architecture

_FUNCTION = 40  # characters of a function's name


def sketch_of(
    architecture: Architecture,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    columns: Sequence[str] = (),
    more: Sequence[str] = (),
) -> str:
    """A piece of HTML: an SVG that scrolls where there is no room, and a line under it.

    Parameters
    ----------
    architecture : Architecture
    inputs, outputs : sequence of str
        What they are called.
    columns : sequence of str
        Columns of a table that inputs are made of; drawn before them.
    more : sequence of str
        What else is said in the line under it.

    Examples
    --------
    >>> from glassprop import Layer, Network
    >>> sketch_of(Network(2, [Layer(3, "tanh"), Layer(1)])).count("<circle")
    6
    """
    drawn = [SketchedLayer(architecture.n_inputs, (_counted(architecture.n_inputs, "input"),), inputs, "some")]
    if columns:
        drawn.insert(0, SketchedLayer(len(columns), (_counted(len(columns), "column"),), columns))
    drawn += [_layer(architecture, number, outputs) for number in range(1, architecture.depth + 1)]
    label = f"Network {'-'.join(map(str, architecture.sizes))}"
    said = [
        _counted(architecture.layout.size, "parameter"),
        f"cost {fitting(architecture.cost_function.spec, _FUNCTION)}",
        *([f"mean of {architecture.members} members"] if architecture.members > 1 else []),
        *more,
    ]
    return (
        '<div class="glassprop-sketch tex2jax_ignore mathjax_ignore" style="padding:.5em;max-width:calc(100vw - 4em)">'
        f'<div style="overflow-x:auto">{network_sketch(drawn, label)}</div>'
        f'<div style="font:12px system-ui,sans-serif">{html_text(" · ".join(said))}</div></div>'
    )


def _layer(architecture: Architecture, number: int, outputs: Sequence[str]) -> SketchedLayer:
    layer, last = architecture.layer(number), number == architecture.depth
    parameters = sum(prod(block.shape) for block in architecture.layout.by_layer.get(number, ()))
    title = _counted(layer.n, "output" if last else "unit")
    words = [title, fitting(layer.activation.spec), *_manners(architecture, number), _counted(parameters, "parameter")]
    if layer.joined != "all":
        words.insert(1, fitting(type(layer).__name__))
    return SketchedLayer(layer.n, tuple(words), outputs if last else (), layer.joined)


def _manners(architecture: Architecture, number: int) -> list[str]:
    """What a layer has beside its activation, a line each."""
    layer = architecture.layer(number)
    said = [f"dropout {layer.dropout:g}"] if layer.dropout else []
    said += ["residual"] if layer.residual else []
    return said + ([f"each of {architecture.members}"] if layer.own and architecture.members > 1 else [])


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
