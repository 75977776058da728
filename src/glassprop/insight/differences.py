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
    """Derivatives by differences, and whether a kink of an activation lay within the nudge. Both (places,)."""

    values: Array
    kinks: Array


def nudge_weights(view: View, example: int, layer: int, js: Array, ks: Array) -> Nudge:
    """∂C_0/∂w_jk of one layer by differences; k = -1 is the bias. js, ks (places,).

    A nudge of w_jk moves z_j alone, by a_k times as much, so that only the layers from this one on are run again:
    four rows of a batch for each place.
    """
    a = view.trace.a[layer - 1][example]
    reach = np.where(ks < 0, 1.0, a[ks])
    slopes = _nudge(view, example, layer, view.trace.z[layer][example], np.asarray(js))
    return Nudge(slopes.values * reach, slopes.kinks & (reach != 0))


def nudge_inputs(view: View, example: int, ks: Array) -> Nudge:
    """∂C_0/∂x_k by differences. ks (places,)."""
    return _nudge(view, example, 0, view.X[example], np.asarray(ks))


def _nudge(view: View, example: int, layer: int, start: Array, places: Array) -> Nudge:
    """Differences by entries of ``start``, which is z of a layer, or (layer 0) the input."""
    steps = np.array([-2.0, -1.0, 1.0, 2.0]) * _STEP
    weights = np.array([1.0, -8.0, 8.0, -1.0]) / (12 * _STEP)
    values, kinks = np.empty(len(places)), np.zeros(len(places), dtype=bool)
    for low in range(0, len(places), _AT_ONCE // 4):
        some = places[low : low + _AT_ONCE // 4]
        rows = np.repeat(start[None, :], 4 * len(some), axis=0)
        rows[np.arange(4 * len(some)), np.repeat(some, 4)] += np.tile(steps, len(some))
        costs, crossed = _costs_from(view, layer, rows, view.Y[example])
        values[low : low + len(some)] = (costs.reshape(-1, 4) * weights).sum(axis=1)
        kinks[low : low + len(some)] = crossed
    return Nudge(values, kinks)


def _costs_from(view: View, layer: int, rows: Array, y: Array) -> tuple[Array, Array]:
    """C_0 of networks that go on from these z of a layer; and whether the four rows of a place lie around a kink."""
    architecture, z, a = view.architecture, rows, rows
    crossed = np.zeros(len(rows) // 4, dtype=bool)
    for l in range(max(layer, 1), architecture.depth + 1):
        activation = architecture.layer(l).activation
        if l > layer:
            z = a @ view.w(l).T + view.b(l)
        for kink in activation.kinks:
            sides = (z > kink).reshape(len(crossed), 4, -1)
            crossed |= (sides.any(axis=1) & ~sides.all(axis=1)).any(axis=1)
        a = activation(z)
    last = architecture.layers[-1].activation
    return output_cost(last, architecture.cost_function, z, a, np.tile(y, (len(rows), 1))), crossed
