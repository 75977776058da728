"""The kernels of activations and costs one by one: value and slope, against the definitions in 40 digits."""

from __future__ import annotations

import numpy as np
import pytest
from engine.engine_cases import DTYPES
from engine.part_calls import call
from equations.definition_cases import ALL_COSTS, ELEMENTWISE, Z, activation_at, cost_at, pairs_for, spec
from rounding import OF_A_FUNCTION, assert_function, assert_rounded

from glassprop.engine.compiled import activations, costs
from glassprop.equations.activation import Activation
from glassprop.equations.cost import COSTS, Cost


def value_and_slope(name, p, z, g, kept, scratch):
    kernels = activations.KERNELS[name]
    shape = (1, z.size, scratch)
    if kernels.activate is not None:
        call(kernels.activate, z.dtype, p, z, z, kept, *shape)
        call(kernels.pull_back, z.dtype, p, g, z, kept, *shape)


def costs_and_slopes(name, p, a, y, value, slope):
    """One output an example; the slopes come in the precision of a."""
    shape = (1, a.size, a.size)
    value[:], found = 0, y.copy()
    call(costs.KERNELS[name].from_a, a.dtype, p, 0.0, a, y, *shape, value)
    call(costs.KERNELS[name].slope, a.dtype, p, a, found, *shape)
    slope[:] = found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sigma", ELEMENTWISE, ids=spec)
def test_activations(sigma: Activation, dtype: str) -> None:
    z = Z.astype(dtype)
    value, slope = activation_at(sigma, z)
    a, g, kept, scratch = z.copy(), np.ones_like(z), np.full_like(z, np.nan), np.empty_like(z)
    value_and_slope(sigma.name, (sigma.parameters or (0.0,))[0], a, g, kept, scratch)
    assert_rounded(a, value, 1 + np.abs(value), OF_A_FUNCTION, dtype)
    assert_rounded(g, slope, 1 + np.abs(slope), OF_A_FUNCTION, dtype)


def test_log_cosh_keeps_its_digits_near_0_and_far_away() -> None:
    d = np.concatenate([np.logspace(-12, 4, 65), [0, 1 - 1e-7, 1, 1 + 1e-6]])
    value, _ = cost_at(COSTS["log_cosh"], d, np.zeros_like(d))
    found = np.empty((2, d.size))
    costs_and_slopes("log_cosh", 0.0, d, np.zeros_like(d), *found)
    assert_function(found[0], value)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cost", ALL_COSTS, ids=spec)
def test_costs(cost: Cost, dtype: str) -> None:
    a, y = pairs_for(cost, np.dtype(dtype).type)
    value, slope = cost_at(cost, a, y)
    found = np.empty((2, a.size))
    costs_and_slopes(cost.name, (cost.parameters or (0.0,))[0], a, y, *found)
    reach = (1 + np.abs(a.astype(float)) + np.abs(y.astype(float))) ** 2  # squares, and y ln y
    assert_rounded(found[0], value, reach + np.abs(value), OF_A_FUNCTION)  # the kernel computes costs in float64
    assert_rounded(
        found[1], slope, reach + np.abs(slope), OF_A_FUNCTION, dtype
    )  # and writes slopes in the precision of a
