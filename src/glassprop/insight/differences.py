"""Derivatives by central differences, for the numbers that are shown: beside each, what a nudge says (E3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from glassprop.backprop.passes import example_costs, forward
from glassprop.equations.arrays import Array
from glassprop.equations.pairs import output_cost
from glassprop.insight.view import View

_STEP = 1e-3  # of z: small beside where curvature matters, large beside rounding, with the fourth-order formula
NUDGES = np.array([-2.0, -1.0, 1.0, 2.0]) * _STEP
NUDGE_WEIGHTS = np.array([1.0, -8.0, 8.0, -1.0]) / (12 * _STEP)
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
    """∂C_0/∂x_k by differences; NaN for codes, which have no numbers between them. ks (places,)."""
    x, ks = view.trace.a[0][example], np.asarray(ks)
    codes = np.isin(ks, [k for k, _ in view.architecture.codes])
    found = Nudge(np.full(len(ks), np.nan), np.zeros(len(ks), dtype=bool))
    moved = _nudge(view, example, 1, x, np.eye(len(x))[ks[~codes]], of_inputs=True)
    found.values[~codes], found.kinks[~codes] = moved.values, moved.kinks
    return found


def nudge_parameter(view: View, example: int, layer: int, name: str, index: tuple[int, ...]) -> Nudge:
    """∂C_0 by an entry of any block of a layer by differences, whatever its z is.

    The nudges are as long as move z, and what a wave turns by, by so much at most.
    """
    kind, x = view.architecture.layer(layer), view.trace.a[layer - 1][example]
    parameters = view.architecture.layout.of_layer(view.theta, layer)
    units = {block: np.ones_like(array) for block, array in parameters.items()}
    kind.nudge_units(units, parameters, x[None, :])
    unit, rows = units[name][index], []
    for step in NUDGES:
        moved = parameters[name].copy()
        moved[index] += step * unit
        rows.append(kind.weigh(parameters | {name: moved}, x[None, :])[0])
    costs, crossed = _costs_from(view, layer, np.tile(x, (4, 1)), np.stack(rows), view.Y[example])
    return Nudge(np.array([costs @ NUDGE_WEIGHTS / unit]), crossed)


def changes_by_inputs(view: View, example: int, ks: Array, values: Array) -> Array:
    """What C_0 would change by if the x_k were as in each row of values (n, number of ks), by passes forward. (n,)"""
    found = np.empty(len(values))
    for low in range(0, len(values), _AT_ONCE):
        some = values[low : low + _AT_ONCE]
        rows = np.tile(view.X[example], (len(some), 1))
        rows[:, ks] = some
        costs = example_costs(
            view.architecture, forward(view.architecture, view.theta, rows), np.tile(view.Y[example], (len(some), 1))
        )
        as_it_is = (some == view.X[example, ks]).all(axis=1)  # a product of other rows beside it may round otherwise
        found[low : low + len(some)] = np.where(as_it_is, 0.0, costs - view.costs[example])
    return found


def nudge_activation(view: View, example: int, layer: int, j: int) -> Nudge:
    """∂C_0/∂p_j by differences, of a layer whose activation's parameter is trained: it moves a_j alone."""
    sigma, z = view.trace.sigma[layer], view.trace.z[layer][example]
    p = sigma.parameters[0] + NUDGES[:, None] * np.eye(len(z))[j]
    a = sigma.at(p)(np.tile(z, (4, 1)))
    if view.architecture.layer(layer).residual:
        a = a + view.trace.a[layer - 1][example]
    costs, crossed = _costs_from(view, layer + 1, a, None, view.Y[example])
    return Nudge(np.array([costs @ NUDGE_WEIGHTS]), crossed)


def _nudge(view: View, example: int, layer: int, here: Array, directions: Array, *, of_inputs: bool = False) -> Nudge:
    """Differences of C_0 where z of a layer, or x of the first, moves from ``here`` along ``directions``.

    here (n,), directions (places, n).
    """
    values, kinks = np.empty(len(directions)), np.zeros(len(directions), dtype=bool)
    for low in range(0, len(directions), _AT_ONCE // 4):
        some = directions[low : low + _AT_ONCE // 4]
        rows = (here + NUDGES[:, None] * some[:, None, :]).reshape(-1, len(here))
        x = rows if of_inputs else np.tile(view.trace.a[layer - 1][example], (len(rows), 1))
        costs, crossed = _costs_from(view, layer, x, None if of_inputs else rows, view.Y[example])
        values[low : low + len(some)] = (costs.reshape(-1, 4) * NUDGE_WEIGHTS).sum(axis=1)
        kinks[low : low + len(some)] = crossed
    return Nudge(values, kinks)


def _costs_from(view: View, layer: int, x: Array, z: Array | None, y: Array) -> tuple[Array, Array]:
    """C_0 of networks that go on from here; and whether the four rows of a place lie around a kink.

    x (rows, n): what the layer sees. z (rows, n_l): its own z, where it is not to be worked out from x.
    """
    architecture, last = view.architecture, cast(Array, z)  # of the last layer, when the loop is over
    crossed = np.zeros(len(x) // 4, dtype=bool)
    for l in range(layer, architecture.depth + 1):
        z = architecture.layer(l).weigh(architecture.layout.of_layer(view.theta, l), x) if z is None else z
        sigma, last = view.trace.sigma[l], z
        for kink in sigma.kinks:
            crossed |= _crosses(last - kink)
        x, z = sigma(last) + x if architecture.layer(l).residual else sigma(last), None
    y, cost = np.tile(y, (len(x), 1)), architecture.cost_function
    for sides in () if cost.kinks is None else cost.kinks(x, y, *cost.parameters):
        crossed |= _crosses(sides)
    return output_cost(architecture.pair, cost, last, x, y), crossed


def _crosses(sides: Array) -> Array:
    """Whether the four rows of a place do not all lie on one side of 0. (4 n, ...) -> (n,)."""
    above = (sides > 0).reshape(len(sides) // 4, 4, -1)
    return np.any(np.logical_and(above.any(axis=1), ~above.all(axis=1)), axis=1)
