"""E45: one temperature that what softmax or sigmoid is given is divided by, so that probabilities are not too sure."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import blocks_of
from glassprop.backprop.members import mean_over_members
from glassprop.backprop.passes import forward
from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, on_host
from glassprop.equations.cost import Cost, find_cost
from glassprop.errors import SettingsError
from glassprop.training.targets import smoothed

_COSTS = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}  # by the activation of the output: log loss
_HOTTEST = 32.0  # and the coldest is one divided by it
_MOST = 10_000_000  # numbers z that are kept; of more, rows in equal distances are looked at


def refuse_no_temperature(architecture: Architecture) -> None:
    """Refuse outputs that no division of z makes surer or less sure.

    Raises
    ------
    SettingsError
    """
    output = architecture.layers[-1]
    if output.kind != "dense" or output.residual or output.parametric or output.activation.name not in _COSTS:
        raise SettingsError(
            f"temperature divides what softmax or sigmoid is given, and the output layer is {output!r}: leave it out"
        )


def fit_temperature(architecture: Architecture, theta: Array, data: Data) -> float:
    """The temperature with which the examples' log loss is least, of the mean prediction where there are members.

    As if there were one more row, equally of all classes (as in Platt 1999): so rows that are all told right do not
    make the network sure without bounds. With weights it is one beside as many rows as are as uncertain.
    """
    from scipy.optimize import minimize_scalar  # slow to load, and few fits need it

    weight = (
        np.ones(len(data)) if data.sample_weight is None else np.asarray(on_host(data.sample_weight), dtype=np.float64)
    )
    if not weight.any():
        return 1.0
    z, rows = _sums_before_the_output(architecture, theta, data)
    cost = find_cost(_COSTS[architecture.layers[-1].activation.name])
    Y = smoothed(
        cost, np.asarray(on_host(data.Y)[rows], dtype=np.float64), 1 / (1 + weight.sum() ** 2 / (weight**2).sum())
    )
    loss = _log_loss(architecture, cost, z, Y, weight[rows])
    ends = log(1 / _HOTTEST), log(_HOTTEST)
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-6})
    return exp(float(found.x)) if found.fun < loss(0.0) else 1.0


def _log_loss(
    architecture: Architecture, cost: Cost, z: list[Array], Y: Array, weight: NDArray[np.float64]
) -> Callable[[float], float]:
    """By the logarithm of the temperature: where a minimum is looked for, equal steps are equal factors."""
    sigma, epsilon = architecture.layers[-1].activation, np.finfo(np.float64).eps

    def loss(logarithm: float) -> float:
        a = mean_over_members([sigma(each.astype(np.float64) / exp(logarithm)) for each in z])
        return float(np.average(cost(np.clip(a, epsilon, 1 - epsilon), Y), weights=weight))

    return loss


def _sums_before_the_output(architecture: Architecture, theta: Array, data: Data) -> tuple[list[Array], slice]:
    """z of the last layer, of each member, and of which rows."""
    numbers = len(data) * architecture.members * architecture.sizes[-1]
    rows = slice(None, None, max(1, ceil(numbers / _MOST)))
    some: Any = on_host(data.rows(rows).X)
    blocks, members = [some[block] for block in blocks_of(some)], architecture.each_member
    with ONE_THREAD:  # so that bits do not depend on how many there are
        z = [np.concatenate([forward(member, theta, block).z[-1] for block in blocks]) for member in members]
    return z, rows


def temper(architecture: Architecture, theta: Array, temperature: float) -> None:
    """Divide W and b of the last layer, of each member: z/T without another step."""
    last = architecture.layout.of_layer(theta, architecture.depth)
    for block in last.values():
        block /= temperature
