"""Derivatives by central differences, for the numbers that are shown: beside each, what a nudge says (E3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.equations.pairs import output_cost
from glassprop.insight.view import View

_STEP = 1e-3  # of z: small beside where curvature matters, large beside rounding, with the fourth-order formula
_AT_ONCE = 2048  # rows of nudged networks in one pass


@dataclass(frozen=True)
class Nudge:
    """Derivatives by differences, and whether the nudge crossed a kink of an activation or the cost. (places,) each."""

    values: Array
    kinks: Array


def nudge_weights(view: View, example: int, layer: int, js: Array, ks: Array) -> Nudge:
    """∂C_0/∂w_jk of one layer by differences; k = -1 is the bias. js, ks (places,).

    A nudge of w_jk moves z_j alone, by a_k times as much, so that only the layers from this one on are run again:
    four rows of a batch for each neuron.
    """
    a, z = view.trace.a[layer - 1][example], view.trace.z[layer][example]
    reach = np.where(ks < 0, 1.0, a[ks])
    neurons, back = np.unique(js, return_inverse=True)
    slopes = _nudge(view, example, layer, z, np.eye(len(z))[neurons])
    return Nudge(slopes.values[back] * reach, slopes.kinks[back] & (reach != 0))


def nudge_inputs(view: View, example: int, ks: Array) -> Nudge:
    """∂C_0/∂x_k by differences. ks (places,). A nudge of x_k moves z of the first layer along a column of its W."""
    return _nudge(view, example, 1, view.trace.z[1][example], view.w(1)[:, np.asarray(ks)].T)


def _nudge(view: View, example: int, layer: int, z: Array, directions: Array) -> Nudge:
    """Differences of C_0 where z of a layer (n_l,) moves along ``directions`` (places, n_l)."""
    steps = np.array([-2.0, -1.0, 1.0, 2.0]) * _STEP
    weights = np.array([1.0, -8.0, 8.0, -1.0]) / (12 * _STEP)
    values, kinks = np.empty(len(directions)), np.zeros(len(directions), dtype=bool)
    for low in range(0, len(directions), _AT_ONCE // 4):
        some = directions[low : low + _AT_ONCE // 4]
        rows = (z + steps[:, None] * some[:, None, :]).reshape(-1, len(z))
        costs, crossed = _costs_from(view, layer, rows, view.Y[example])
        values[low : low + len(some)] = (costs.reshape(-1, 4) * weights).sum(axis=1)
        kinks[low : low + len(some)] = crossed
    return Nudge(values, kinks)


def _costs_from(view: View, layer: int, rows: Array, y: Array) -> tuple[Array, Array]:
    """C_0 of networks that go on from these z of a layer; and whether the four rows of a place lie around a kink."""
    architecture, z, a = view.architecture, rows, rows
    crossed = np.zeros(len(rows) // 4, dtype=bool)
    for l in range(layer, architecture.depth + 1):
        activation = architecture.layer(l).activation
        if l > layer:
            z = a @ view.w(l).T + view.b(l)
        for kink in activation.kinks:
            crossed |= _crosses(z - kink)
        a = activation(z)
    y, cost = np.tile(y, (len(rows), 1)), architecture.cost_function
    for sides in () if cost.kinks is None else cost.kinks(a, y, *cost.parameters):
        crossed |= _crosses(sides)
    return output_cost(architecture.layers[-1].activation, cost, z, a, y), crossed


def _crosses(sides: Array) -> Array:
    """Whether the four rows of a place do not all lie on one side of 0. (4 n, ...) -> (n,)."""
    above = (sides > 0).reshape(len(sides) // 4, 4, -1)
    return (above.any(axis=1) & ~above.all(axis=1)).any(axis=1)
