"""A prediction in the place of the cost: so all that walks from C₀ back through a network walks back from it."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost
from glassprop.insight.prediction import Prediction
from glassprop.layers.layer_kind import LayerKind

NAME = "prediction"


def with_predictions(
    architecture: Architecture, theta: Array, X: Array, predictions: tuple[Prediction, ...]
) -> tuple[Architecture, Array, Array, Array]:
    """The network with what it predicts as its cost, θ, X, and in place of targets what is asked: one output, ±1.

    Of several members each has its own prediction for a cost; what they predict together is `Prediction`'s affair. A
    score is the output of the same network without its last activation.
    """
    first = predictions[0]
    layers: tuple[LayerKind, ...] = architecture.layers
    if first.of == "score":
        layers = (*layers[:-1], _without_activation(layers[-1]))
    found = type(architecture)(architecture.n_inputs, layers, _cost(first), None, architecture.members)
    asked = np.zeros((len(predictions), architecture.sizes[-1]))
    for i, prediction in enumerate(predictions):
        asked[i, prediction.output] = -1.0 if prediction.opposite else 1.0
    return found, theta[: found.layout.size], X, asked


def _without_activation(layer: LayerKind) -> LayerKind:
    """The layer that gives z. The activation's own parameters, the last of θ, are left out."""
    found: Any = copy(layer)
    changes = {"activation": ACTIVATIONS["identity"], "parametric": False, "residual": False}
    for name, value in changes.items():
        if getattr(layer, name) != value:
            object.__setattr__(found, name, value)
    kept: LayerKind = found
    return kept


def _cost(prediction: Prediction) -> Cost:
    """``Σ y g(a)`` for the y of ``with_predictions``, where g brings amounts to their units; 1 - a where y is -1."""
    units, probability = prediction.units, prediction.of == "probability"

    def value(a: Array, y: Array) -> Array:
        own = a if units is None else units.own(a)
        return np.sum(y * own + (y < 0 if probability else 0), axis=1)

    def gradient(a: Array, y: Array) -> Array:
        return y * (1.0 if units is None else units.slope(a))

    return Cost(NAME, value, gradient)


def renamed(symbol: str) -> str:
    """The symbol of a derivative of the cost as one of the prediction."""
    return symbol.replace("∂C₀", "∂ŷ", 1)
