"""The neurons and weights of a layer that matter most, for views that show only a few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

MOST_PATHS = 10  # what a derivative comes down is shown, the largest first
Place = tuple[int, int, int | None]  # layer, neuron, input of it; None for the bias


def largest_neurons(explanation: Explanation, layer: int, most: int) -> list[int]:
    """The neurons of a layer (0: the inputs) with the largest ``|a ∂C₀/∂a|``, in increasing order of their number."""
    influence = np.abs(np.nan_to_num(explanation.a(layer) * explanation.by_a(layer)))
    return sorted(np.argsort(-influence, kind="stable")[:most].tolist())


def largest_weights(explanation: Explanation, layer: int, most: int, *, biases: bool = True) -> list[Place]:
    """The weights, and perhaps biases, of a layer with the largest derivatives, the largest first."""
    view = explanation.view
    there = np.concatenate([view.joins(layer), np.full((explanation.architecture.sizes[layer], 1), biases)], axis=1)
    there[:, -1] &= view.has_biases(layer)
    sizes = np.abs(np.outer(explanation.delta(layer), np.append(explanation.a(layer - 1), 1.0)))
    sizes[~there] = -1.0  # behind every one that is there, those that are 0 included
    order = np.argsort(-sizes, axis=None, kind="stable")[: min(most, int(there.sum()))]
    js, ks = (np.asarray(part).tolist() for part in np.unravel_index(order, sizes.shape))
    return [(layer, j, None if k == sizes.shape[1] - 1 else k) for j, k in zip(js, ks, strict=True)]
