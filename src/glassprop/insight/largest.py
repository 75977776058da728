"""The neurons and weights of a layer that matter most, for views that show only a few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glassprop.insight.explanation import Explanation

Place = tuple[int, int, int | None]  # layer, neuron, input of it; None for the bias


def largest_neurons(explanation: Explanation, layer: int, most: int) -> list[int]:
    """The neurons of a layer (0: the inputs) with the largest ``|a ∂C₀/∂a|``, in increasing order of their number."""
    influence = np.abs(np.nan_to_num(explanation.a(layer) * explanation.by_a(layer)))
    return sorted(np.argsort(-influence, kind="stable")[:most].tolist())


def largest_weights(explanation: Explanation, layer: int, most: int, *, biases: bool = True) -> list[Place]:
    """The weights, and perhaps biases, of a layer with the largest derivatives, the largest first."""
    a = np.append(explanation.a(layer - 1), float(biases))
    sizes = np.abs(np.outer(explanation.delta(layer), a))
    if not biases:
        sizes[:, -1] = -1.0  # behind every weight, those that are 0 included
        most = min(most, sizes.size - len(sizes))
    order = np.argsort(-sizes, axis=None, kind="stable")[:most]
    js, ks = (np.asarray(part).tolist() for part in np.unravel_index(order, sizes.shape))
    return [(layer, j, None if k == len(a) - 1 else k) for j, k in zip(js, ks, strict=True)]
