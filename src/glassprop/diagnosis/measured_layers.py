"""Layers at a moment: units through which nothing passes, sizes of z, gradients and weights, on some rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.backprop.members import costs_of_mean, mean_over_members
from glassprop.backprop.passes import Trace, example_costs
from glassprop.diagnosis.measured import LayerMeasured, Moment
from glassprop.layers.dense import Layer

Numbers = NDArray[np.float64]

_NOTHING = 1e-7  # of a slope, or of a deviation by the size of what deviates
_ENDS = 0.05  # of the steepest slope of a bounded activation
_FAR = 1e3
_DIGITS = 6  # in which units that say the same agree


@dataclass(frozen=True)
class Looked:
    """A moment, with what predictions and gradients were.

    Attributes
    ----------
    outputs : array (n, n_L)
    noise : float
        Of how many rows a batch would have to be for its gradient to be as long as its noise.
    gradient : array (size,)
    """

    moment: Moment
    outputs: Numbers
    noise: float
    gradient: Numbers


def look(architecture: Architecture, theta: Numbers, X: Numbers, Y: Numbers, epoch: int, scale: float = 1.0) -> Looked:
    """Run both passes for these rows. scale: what costs are multiplied by."""
    gradients = ExampleGradients.of(architecture, theta, X, Y)
    mean = gradients.mean()
    outputs = mean_over_members([trace.a[-1] for trace in gradients.traces])
    if architecture.members == 1:
        costs = example_costs(architecture, gradients.traces[0], Y)
    else:
        costs = costs_of_mean(architecture, outputs, Y)
    layers = tuple(_layer(architecture, gradients, mean, l) for l in range(1, architecture.depth + 1))
    noise = _noise(gradients, mean)
    return Looked(Moment(epoch, scale * float(costs.mean()), layers), outputs, noise, mean)


def _noise(gradients: ExampleGradients, mean: Numbers) -> float:
    """The simple noise scale tr Σ / |G|² (McCandlish et al. 2018, arXiv 1812.06162), both without bias."""
    n = len(gradients)
    if n < 8:
        return nan
    square = float(mean @ mean)
    spread = (float(np.mean(sum(gradients.squares()))) - square) * n / (n - 1)
    left = square - spread / n
    return spread / left if left > 0 else nan


def _layer(architecture: Architecture, gradients: ExampleGradients, mean: Numbers, l: int) -> LayerMeasured:
    layer = architecture.layer(l)
    each = [_units(architecture, trace, l) for trace in gradients.traces]
    units = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    w = [block for block in architecture.layout.by_layer.get(l, ()) if block.name == "w"]
    theta = gradients.traces[0].theta
    by_w = np.concatenate([mean[b.start : b.stop] for b in w]) if w else np.zeros(0)
    weights = np.concatenate([theta[b.start : b.stop] for b in w]) if w else np.zeros(0)
    return LayerMeasured(
        l,
        layer.kind,
        layer.activation.spec,
        layer.n,
        hidden=l < architecture.depth,
        gradient=_size(by_w),
        norm=float(np.linalg.norm(by_w)) if len(by_w) else nan,
        weight=_size(weights),
        linear=layer.linear and not layer.codes and layer.activation.name == "identity",
        **units,
    )


def _size(numbers: Any) -> float:
    return float(np.sqrt(np.mean(np.square(numbers)))) if np.size(numbers) else nan


def _units(architecture: Architecture, trace: Trace, l: int) -> dict[str, float]:
    """What is asked of units, of one member."""
    layer, sigma, z = architecture.layer(l), trace.sigma[l], trace.z[l]
    found = {"z": _size(z)}
    plain = layer.kind == Layer.kind and sigma.elementwise and sigma.name != "identity"
    if l == architecture.depth or not plain:
        return found
    slope = np.abs(sigma.pullback(np.ones_like(z), z, trace.s[l]))
    bounded = _bounded(sigma)
    at_ends = slope < _ENDS * float(np.abs(_slopes(sigma)).max())
    none = slope < _NOTHING
    dead = np.zeros(layer.n, bool) if bounded else none.all(axis=0)
    return found | {
        "dead": float(dead.mean()),
        "idle": 0.0 if bounded else float(none.mean()),
        "constant": _saying_the_same(trace.s[l][:, ~dead]) / layer.n,
        "saturated": float(at_ends.mean()) if bounded else 0.0,
    }


def _bounded(sigma: Any) -> bool:
    """Whether σ comes to an end on both sides, as far out as it says, or as far as can be tried."""
    if np.isfinite([sigma.range.low, sigma.range.high]).all():
        return True
    if any(np.ndim(parameter) for parameter in sigma.parameters):
        return False
    near, far = (np.abs(sigma(np.array([[-z], [z]]))) for z in (_FAR, 10 * _FAR))
    return bool((far <= 1.01 * near + _NOTHING).all() and (near > _NOTHING).any() and near.max() < _FAR / 10)


def _slopes(sigma: Any) -> Numbers:
    """σ' along the line, where it is steepest too."""
    z = np.linspace(-5, 5, 201)[:, None]
    if any(np.ndim(parameter) for parameter in sigma.parameters):
        return np.ones(1)
    return np.asarray(sigma.pullback(np.ones_like(z), z, sigma(z)))


def _saying_the_same(a: Numbers) -> int:
    """How many units say one number whatever the row, or what another says."""
    if not a.size or not np.isfinite(a).all():
        return 0
    size = np.abs(a).max(axis=0)
    still = np.ptp(a, axis=0) <= _NOTHING * np.maximum(size, 1e-30)
    moving = np.round(a[:, ~still] / np.maximum(size[~still], 1e-30), _DIGITS)
    return int(still.sum()) + moving.shape[1] - len(np.unique(moving, axis=1).T)
