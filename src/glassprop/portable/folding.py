"""A network as dense layers alone, one activation for all that are hidden: what can be folded into weights is.

With W (n_in, n_out), as scikit-learn has it. What cannot be said so is named, all of it, in words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.own_units import OwnUnits
from glassprop.equations.activation import Activation, is_built_in
from glassprop.equations.arrays import Array
from glassprop.layers.dense import Layer
from glassprop.layers.scale import Scale

# Theirs by ours; what has a parameter is one of them for some of its values.
_CALLED = {"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
_WITH_PARAMETER = {"leaky_relu": {0.0: "relu", 1.0: "identity"}}
_OUTPUTS = _CALLED | {"softmax": "softmax", "exp": "exp"}


@dataclass(frozen=True)
class Dense:
    """One layer. w (n_in, n_out), b (n_out,); activation: by scikit-learn's name.

    free: whether it stands for no layer of neurons, so that it had better be one with the next.
    """

    w: Array
    b: Array
    activation: str
    free: bool = False


@dataclass(frozen=True)
class Chain:
    """Layers one after another. folded: whether some parameter of theirs is not one of the network's."""

    layers: tuple[Dense, ...]
    hidden: str | None
    folded: bool


def chain_of(architecture: Architecture, theta: Array) -> tuple[Chain | None, list[str]]:
    """The network as a chain, or None with all that stands in the way, each in words; outputs are not looked at."""
    faults = [f"{architecture.members} members"] if architecture.members > 1 else []
    layers: list[Dense] = []
    for number, layer in enumerate(architecture.layers, start=1):
        called = f"layer {number}"
        if layer.kind not in (Layer.kind, Scale.kind):
            faults.append(f"a {type(layer).__name__} ({called})")
            continue
        if architecture.members > 1:  # whose parameters are not those of one network
            faults += [] if number == architecture.depth else _faults_of_name(layer.activation, called)
            faults += [f"a residual layer ({called})"] if layer.residual else []
            continue
        parameters = architecture.layout.of_layer(theta, number)
        sigma = layer.sigma(parameters)
        faults += [] if number == architecture.depth else _faults_of_name(sigma, called)
        name = _called(sigma, _OUTPUTS) or sigma.name
        if layer.residual and name != "identity":
            faults.append(f"a residual layer ({called})")
        if layer.kind == Scale.kind:
            layers.append(Dense(np.diag(parameters["s"]), np.zeros_like(parameters["s"]), "identity", free=True))
        else:
            w = parameters["w"].T
            layers.append(Dense(w + np.eye(layer.n) if layer.residual else w, parameters["b"], name))
    if faults:
        return None, faults
    hidden, faults = _one_for_all([layer.activation for layer in layers[:-1]])
    if faults:
        return None, faults
    merged = _merged(layers, hidden)
    ends, faults = _in_units(merged, architecture.units)
    if faults:
        return None, faults
    folded = ends is not layers or any(layer.residual for layer in architecture.layers)
    return Chain(
        tuple(replace(layer, w=_plain(layer.w, theta), b=_plain(layer.b, theta)) for layer in ends), hidden, folded
    ), []


def name_for_sklearn(activation: Activation) -> str | None:
    """What scikit-learn calls this activation of hidden layers; None where it has none."""
    return _called(activation, _CALLED)


def _called(sigma: Activation, names: dict[str, str]) -> str | None:
    if not is_built_in(sigma):
        return None
    if sigma.name in _WITH_PARAMETER and len(sigma.parameters) == 1:
        values = np.unique(np.asarray(sigma.parameters[0]))
        return _WITH_PARAMETER[sigma.name].get(float(values[0])) if len(values) == 1 else None
    return names.get(sigma.name)


def _faults_of_name(sigma: Activation, called: str) -> list[str]:
    if _called(sigma, _CALLED) is not None:
        return []
    trained = bool(sigma.parameters) and np.ndim(sigma.parameters[0]) > 0
    return [f"the activation {f'{sigma.name} with trained parameters' if trained else sigma.spec} ({called})"]


def _one_for_all(hidden: list[str]) -> tuple[str | None, list[str]]:
    """The activation of all hidden layers, but those that are affine and can be one with the next."""
    bent = list(dict.fromkeys(name for name in hidden if name != "identity"))
    if len(bent) > 1:
        return None, [f"hidden layers of different activations ({', '.join(bent)})"]
    return (bent[0] if bent else "identity" if hidden else None), []


def _merged(layers: list[Dense], hidden: str | None) -> list[Dense]:
    """Affine layers before others made one with them, where they are no hidden layers of the kind of the rest."""
    made: list[Dense] = []
    for layer in layers:
        before = made[-1] if made else None
        if before is not None and before.activation == "identity" and (before.free or hidden != "identity"):
            made[-1] = Dense(
                _wide(before.w) @ layer.w, _wide(before.b) @ layer.w + layer.b, layer.activation, layer.free
            )
        else:
            made.append(layer)
    return layers if len(made) == len(layers) else made


def _in_units(layers: list[Dense], units: OwnUnits | None) -> tuple[list[Dense], list[str]]:
    """The last layer giving predictions in the target's own units."""
    if units is None:
        return layers, []
    last = layers[-1]
    if last.activation == "identity" and units.scale == "none":
        end = replace(last, w=_wide(last.w) * units.spread, b=_wide(last.b) * units.spread + units.mean)
    elif last.activation == "exp" and units.scale in ("none", "poisson") and not units.mean:
        end = replace(last, b=_wide(last.b) + log(units.spread))
    else:
        return layers, [f"a target on the scale {units.scale!r}" if units.scale != "none" else "the target's own units"]
    return [*layers[:-1], end], []


def _wide(array: Array) -> Array:
    return array.astype(np.float64)


def _plain(array: Array, like: Array) -> Array:
    """A copy, row by row, in the precision that was trained in."""
    return array.astype(like.dtype, order="C")


def sizes_of(layers: tuple[Dense, ...]) -> list[int]:
    """How many neurons the hidden layers have."""
    return [before.w.shape[1] for before, _ in pairwise(layers)]
