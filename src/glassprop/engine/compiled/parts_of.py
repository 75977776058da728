"""Which parts (``part.py``) a network, an optimizer and what is done with them use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled import activations, costs, output_layer, sparse_rows, steps
from glassprop.engine.compiled.block import gather
from glassprop.engine.compiled.kinds.kernels_of_kinds import kernels_of
from glassprop.engine.compiled.masks import drop
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.row import (
    ACTIVATE,
    BACK_MASKED,
    BY_INPUT,
    FILL_GRADIENT,
    PULL_BACK,
    RELU_DONE,
    SPARSE,
    TRAINS,
    WEIGH,
)
from glassprop.engine.compiled.tile_parts import outer
from glassprop.layers.layer_kind import LayerKind

# what is done with a network
PREDICT, COST, TRAIN = range(3)
Columns = dict[int, Part]


def activation_kernels(layer: LayerKind) -> activations.Kernels:
    """The parts of a layer's activation, with its parameter trained or not."""
    table = activations.TRAINED if layer.parametric else activations.KERNELS
    return table[layer.activation.name]


def optimizer_kernels(optimizer: Any) -> steps.Kernels:
    """The part of an optimizer."""
    return steps.KERNELS[type(optimizer).__name__]


def of_layers(architecture: Architecture, ways: Sequence[int], use: int) -> list[Columns]:
    """The parts of each layer, by column of the table of layers. ways: the bits of WAYS of each."""
    found = [_forward(layer, way) for layer, way in zip(architecture.layers, ways, strict=True)]
    if (use == TRAIN or (use == COST and architecture.members == 1)) and _softmax_collapses(architecture):
        found[-1].pop(ACTIVATE)
    if use == TRAIN:
        for number, (layer, way) in enumerate(zip(architecture.layers, ways, strict=True)):
            _, by_input, fill_gradient = kernels_of(layer).parts(way)
            found[number] |= {FILL_GRADIENT: fill_gradient} | ({BY_INPUT: by_input} if number else {})
        followed = [not way & BACK_MASKED for way in ways[1:]] + [architecture.pair is None]
        for columns, layer, pulls in zip(found, architecture.layers, followed, strict=True):
            back = activation_kernels(layer).pull_back
            if pulls and back is not None:
                columns[PULL_BACK] = back
    return found


def _forward(layer: LayerKind, ways: int) -> Columns:
    activate = None if ways & RELU_DONE else activation_kernels(layer).activate
    return {WEIGH: kernels_of(layer).parts(ways)[0]} | ({} if activate is None else {ACTIVATE: activate})


def _softmax_collapses(architecture: Architecture) -> bool:
    return architecture.pair is not None and costs.PAIRS[_pair(architecture)] is None


def _pair(architecture: Architecture) -> tuple[str, str]:
    return architecture.layers[-1].activation.name, architecture.cost_function.name


def anywhere(architecture: Architecture, ways: Sequence[int], use: int, optimizer: Any = None) -> list[Part]:
    """The parts that are found by their slot among the places, but for those that parts name themselves."""
    found = [sparse_rows.gathering(ways[0]) if ways[0] & SPARSE else gather]
    if use != PREDICT:
        found += _of_output(architecture, use)
    if use == TRAIN:
        if any(layer.dropout for layer in architecture.layers):
            found.append(drop)
        if any(way & TRAINS for way in ways):
            found.append(outer)
        found += sparse_rows.adding(ways[0])
        found.append(optimizer_kernels(optimizer).step)
    return found


def _of_output(architecture: Architecture, use: int) -> Iterable[Part]:
    """The end of the forward pass: the cost, and δ if it is to be trained."""
    if use == COST and architecture.members > 1:  # of the mean of what they give, which comes from no z
        return [costs.KERNELS[architecture.cost_function.name].from_a]
    if _softmax_collapses(architecture):
        return [output_layer.output_of_softmax]
    cost = costs.KERNELS[architecture.cost_function.name]
    found = [output_layer.output, cost.from_a]  # which is asked for clipped probabilities, too
    if architecture.pair is not None:
        from_z = costs.PAIRS[_pair(architecture)]
        return [*found, from_z] if from_z is not None else found
    return [*found, cost.slope] if use == TRAIN else found
