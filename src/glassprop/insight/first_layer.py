"""What the first dense layer of a network makes of each input, whatever stands before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """Of one network, or one member.

    Attributes
    ----------
    weights : array (n_neurons, n_inputs) or None
        ∂z/∂x: W of the layer, times the factors that stand before it. None where what stands before it makes other
        numbers of the inputs, as waves or places of categories, so that no input has a weight of its own.
    sizes : array (n_inputs,)
        The root of the sum of squares of all weights of the layer that an input comes to.
    """

    weights: NDArray[np.float64] | None
    sizes: NDArray[np.float64]


def first_layer(network: Architecture, theta: Array) -> FirstLayer:
    """The first layer that has W and b, as the inputs meet it."""
    number = network.dense_layers[0]
    layout = network.layout
    W = np.asarray(layout.w(theta, number), dtype=np.float64)
    through, joined, straight = np.eye(network.n_inputs), np.eye(network.n_inputs, dtype=bool), True
    for before in range(1, number):
        layer = network.layer(before)
        n_in = network.sizes[before - 1]
        straight = straight and layer.linear and layer.activation.name == "identity" and not layer.residual
        joined = (layer.joins(n_in).astype(np.int64) @ joined.astype(np.int64)) > 0
        if straight:
            through = layer.edges(layout.of_layer(theta, before), np.zeros(n_in)) @ through
    if straight:
        weights = W @ through
        return FirstLayer(weights, np.sqrt((weights**2).sum(axis=0)))
    squares = (W**2).sum(axis=0)  # of each number that the layer sees
    return FirstLayer(None, np.sqrt(squares @ joined))
