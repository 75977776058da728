"""The neurons and weights of a layer that matter most, for views that show only a few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

MOST_PATHS = 10  # what a derivative comes down is shown, the largest first
Place = tuple[int, int, int | None]  # layer, neuron, input of it; None for the bias
Entry = tuple[int, str, tuple[int, ...]]  # layer, block, index in it


def largest_neurons(explanation: Explanation, layer: int, most: int) -> list[int]:
    """The neurons of a layer (0: the inputs) with the largest ``|a ∂C₀/∂a|``, in increasing order of their number."""
    influence = np.abs(np.nan_to_num(explanation.a(layer) * explanation.by_a(layer)))
    return sorted(np.argsort(-influence, kind="stable")[:most].tolist())


def largest_entries(explanation: Explanation, layer: int, most: int) -> list[Entry]:
    """The entries of a layer's own blocks with the largest derivatives, the largest first: for layers of any kind."""
    view, one = explanation.view, slice(explanation.focus, explanation.focus + 1)
    layout = view.architecture.layout
    blocks = {name: np.zeros_like(block) for name, block in layout.of_layer(view.theta, layer).items()}
    kind, parameters = view.architecture.layer(layer), layout.of_layer(view.theta, layer)
    kind.fill(blocks, parameters, view.deltas[layer][one], view.trace.a[layer - 1][one], None)
    found: list[tuple[float, Entry]] = []
    for name, block in blocks.items():
        for at in np.argsort(-np.abs(block), axis=None, kind="stable")[:most]:
            index = tuple(int(i) for i in np.unravel_index(int(at), block.shape))
            found.append((abs(float(block[index])), (layer, name, index)))
    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])[:most]]


def largest_weights(explanation: Explanation, layer: int, most: int, *, biases: bool = True) -> list[Place]:
    """The weights, and perhaps biases, of a layer with the largest derivatives, the largest first."""
    view = explanation.view
    there = np.concatenate([view.has_edges(layer), np.full((explanation.architecture.sizes[layer], 1), biases)], axis=1)
    there[:, -1] &= view.has_biases(layer)
    sizes = np.abs(np.outer(explanation.delta(layer), np.append(explanation.a(layer - 1), 1.0)))
    sizes[np.isnan(sizes)] = 0.0
    sizes[~there] = -1.0  # behind every one that is there, those that are 0 included
    order = np.argsort(-sizes, axis=None, kind="stable")[: min(most, int(there.sum()))]
    js, ks = (np.asarray(part).tolist() for part in np.unravel_index(order, sizes.shape))
    return [(layer, j, None if k == sizes.shape[1] - 1 else k) for j, k in zip(js, ks, strict=True)]
