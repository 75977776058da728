"""Places in a network that somebody asks for, and other numbers of a question: as they are, or refused in a line."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.insight.view import View


def checked_layer(architecture: Architecture, layer: int, *, inputs: bool = False) -> int:
    """The number of a layer, from 1 on; with ``inputs`` from 0 on. Or SettingsError."""
    first = 0 if inputs else 1
    if isinstance(layer, bool) or not hasattr(layer, "__index__") or not first <= layer <= architecture.depth:
        also = " (0 is the input)" if inputs else ""
        raise SettingsError(f"there is no layer {layer!r}: layers are {first} to {architecture.depth}{also}")
    return int(layer)


def checked_neuron(architecture: Architecture, layer: int, j: int, *, inputs: bool = False) -> int:
    """The number of a neuron of a layer (with ``inputs`` of an input, as of layer 0), or SettingsError."""
    checked_layer(architecture, layer, inputs=inputs)
    n, what = architecture.sizes[layer], "inputs" if layer == 0 else f"neurons of layer {layer}"
    if isinstance(j, bool) or not hasattr(j, "__index__") or not 0 <= j < n:
        raise SettingsError(f"there is no number {j!r} among the {n} {what}: they count from 0 to {n - 1}")
    return int(j)


def checked_parameter(view: View, layer: int, j: int, k: int | None) -> tuple[str, tuple[int, ...]]:
    """The block and the index in it of a weight, factor or (k None) bias; or SettingsError, with what there is."""
    architecture = view.architecture
    checked_neuron(architecture, layer, j)
    kind = architecture.layer(layer)
    names = [block.name for block in architecture.layout.by_layer[layer]]
    if k is None:
        if "b" not in names:
            raise SettingsError(f"layer {layer} ({kind.title}) has no biases")
        return "b", (int(j),)
    checked_neuron(architecture, layer - 1, k, inputs=True)
    found = kind.edge(int(j), int(k))
    if found is None and view.joins(layer)[j, k]:
        raise SettingsError(
            f"what leads from {k} to {j} in layer {layer} ({kind.title}) is no parameter; ask for one of its own, "
            f"{', '.join(names[:6])}, as parameter({layer}, {names[0]!r}, (0, 0))"
        )
    if found is None:
        before = ", ".join(map(str, np.flatnonzero(view.joins(layer)[j])))
        raise SettingsError(
            f"nothing leads from {k} to {j} in layer {layer} ({kind.title}): neuron {j} has number {before} before it"
        )
    return found


def checked_entry(architecture: Architecture, layer: int, name: str, index: Any) -> tuple[int, ...]:
    """The index in a block of a layer, by the block's name; or SettingsError, with what there is."""
    checked_layer(architecture, layer)
    blocks = {block.name: block.shape for block in architecture.layout.by_layer[layer]}
    if name not in blocks:
        kind = architecture.layer(layer)
        raise SettingsError(
            f"layer {layer} ({kind.title}) has no {quoted(name, 30)}; its parameters are {', '.join(blocks)}"
        )
    shape, place = blocks[name], tuple(index) if hasattr(index, "__iter__") else (index,)
    whole = all(hasattr(i, "__index__") and not isinstance(i, bool | np.bool_) for i in place)
    if not whole or len(place) != len(shape) or not all(0 <= i < n for i, n in zip(place, shape, strict=True)):
        raise SettingsError(f"there is no entry {quoted(index, 30)} of {name} of layer {layer}: its shape is {shape}")
    return tuple(int(i) for i in place)


def checked_top(top: Any) -> int:
    """How many paths to list, or SettingsError."""
    if isinstance(top, bool) or not hasattr(top, "__index__") or top < 1:
        raise SettingsError(f"top must be a whole number of 1 or more, got {top!r}")
    return int(top)


def checked_rate(rate: Any) -> float:
    """A learning rate to show steps at, or SettingsError."""
    value = float(rate) if isinstance(rate, Real) and not isinstance(rate, bool) else 0.0
    if not 0 < value < np.inf:
        raise SettingsError(f"rate must be a finite number above 0, got {quoted(rate, 30)}")
    return value
