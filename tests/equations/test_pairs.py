"""Pairs of output activation and cost: which are allowed, and that the collapsed ones equal the long way."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, FITTING, fits, output_cost, output_delta, targets
from rounding import assert_function, assert_rounded
from scipy.special import log_expit, log_softmax

from glassprop.equations.activation import ACTIVATIONS, Activation, find_activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.domain import POSITIVE, UNIT, UNIT_OPEN, Domain
from glassprop.equations.pairs import PAIRS, check_pair, find_pair
from glassprop.errors import ArchitectureError

ANY_Z = np.array([[0.0, 0.0], [-4.0, -3.0], [4.0, 3.0], [-2.0, 5.0], [1e-3, -1e-3]])
EXTREME = np.array(list(product((-1e4, -1.0, 0.0, 1.0, 1e4), repeat=2)))
OVERFLOWS = {"exp"}


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_collapsed_pair_equals_the_long_way(activation, cost):
    sigma, c = ACTIVATIONS[activation], COSTS[cost]
    rng = np.random.default_rng(0)
    z, y = rng.normal(scale=2, size=(50, 4)), targets(c.targets, 50, 4, rng)
    a = sigma(z)
    pair = PAIRS[activation, cost]
    assert_rounded(pair.value(z, y), c(a, y))
    assert_rounded(pair.delta(a, y), sigma.pullback(c.by_output(a, y), z, a), np.abs(c.by_output(a, y)).max())
    np.testing.assert_array_equal(output_cost(sigma, c, z, a, y), pair.value(z, y))
    np.testing.assert_array_equal(output_delta(sigma, c, z, a, y), pair.delta(a, y))


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_collapsed_pairs_are_allowed_pairs(activation, cost):
    assert (activation, cost) in FITTING


@pytest.mark.parametrize(("activation", "cost"), FITTING)
def test_delta_is_the_derivative_of_the_cost(activation, cost):
    sigma, c = ACTIVATIONS[activation], COSTS[cost]
    rng = np.random.default_rng(1)
    z, y = rng.uniform(-2, 2, size=(40, 3)), targets(c.targets, 40, 3, rng)
    given = output_delta(sigma, c, z, sigma(z), y)
    for j in range(3):
        e = 1e-6 * np.eye(3)[j]
        up, down = (output_cost(sigma, c, v, sigma(v), y) for v in (z + e, z - e))
        np.testing.assert_allclose(given[:, j], (up - down) / 2e-6, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("activation", "cost"), FITTING)
def test_safe_at_extremes(activation, cost, dtype):
    sigma, c = ACTIVATIONS[activation], COSTS[cost]
    z = EXTREME.astype(dtype)
    y = targets(c.targets, len(z), 2, np.random.default_rng(0)).astype(dtype)
    with np.errstate(all="raise", under="ignore", over="ignore" if activation in OVERFLOWS else "raise"):
        if (activation, dtype) == ("exp", np.float32):
            z = np.minimum(z, 80)  # a cost beyond 1e38 is not to be had in float32
        a = sigma(z)
        costs, delta = output_cost(sigma, c, z, a, y), output_delta(sigma, c, z, a, y)
    assert costs.dtype == delta.dtype == dtype
    assert not np.isnan(costs).any()
    assert not np.isnan(delta).any()
    if activation not in OVERFLOWS:
        assert np.isfinite(costs).all()
        assert np.isfinite(delta).all()


def test_costs_from_z_stay_exact_where_a_is_rounded():
    z, y = np.array([[1e4, 0.0], [0.0, 1e4], [-40.0, 40.0]]), np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    softmax, sigmoid = ACTIVATIONS["softmax"], ACTIVATIONS["sigmoid"]
    given = output_cost(softmax, COSTS["cross_entropy"], z, softmax(z), y)
    assert_function(given, -(y * log_softmax(z, axis=1)).sum(axis=1))
    assert_function(given, [1e4, 0, 80])
    given = output_cost(sigmoid, COSTS["binary_cross_entropy"], z, sigmoid(z), y)
    assert_function(given, -(y * log_expit(z) + (1 - y) * log_expit(-z)).sum(axis=1))


@pytest.mark.parametrize(("activation", "cost"), list(product(ACTIVATION_NAMES, COST_NAMES)))
def test_allowed_means_that_outputs_lie_where_the_cost_takes_them(activation, cost):
    a = ACTIVATIONS[activation](ANY_Z)
    assert fits(activation, cost) == (not COSTS[cost].outputs.outside(a).any())


@pytest.mark.parametrize("cost", COST_NAMES)
def test_every_cost_has_an_activation(cost):
    assert any(name == cost for _, name in FITTING)


def test_refusal_says_what_would_do():
    with pytest.raises(ArchitectureError) as caught:
        check_pair(find_activation("relu"), COSTS["poisson"])
    said = str(caught.value)
    assert "cost 'poisson' needs outputs that are more than 0; output activation 'relu' does not keep" in said
    assert "use sigmoid or softplus or exp or softmax with this cost" in said
    assert "one of the costs squared_error, half_squared_error, absolute_error, huber, quantile, log_cosh" in said
    assert "\n" not in said


@pytest.mark.parametrize(("activation", "cost"), [p for p in product(ACTIVATION_NAMES, COST_NAMES) if p not in FITTING])
def test_every_refusal_names_pairs_that_are_allowed(activation, cost):
    with pytest.raises(ArchitectureError) as caught:
        check_pair(ACTIVATIONS[activation], COSTS[cost])
    for_cost, for_activation = str(caught.value).split("; use ")[1].split(" with this cost, or one of the costs ")
    assert all(fits(name, cost) for name in for_cost.split(" or "))
    assert all(fits(activation, name) for name in for_activation.split(", "))


def test_user_defined_never_collapse():
    softmax = ACTIVATIONS["softmax"]
    mine = Activation("softmax", softmax.value, mixing=lambda g, z, a: softmax.pullback(g, z, a), range=softmax.range)
    assert find_pair(mine, COSTS["cross_entropy"]) is None
    same = COSTS["cross_entropy"]
    my_cost = Cost("cross_entropy", same.value, lambda a, y: -y / a, same.outputs, same.targets)
    assert find_pair(softmax, my_cost) is None


def test_own_activations_without_a_range_pass_and_with_one_are_held_to_it():
    cube = Activation("cube", lambda z: z**3, lambda z, a: 3 * z**2)
    check_pair(cube, COSTS["poisson"])
    ramp = Activation("ramp", np.abs, lambda z, a: np.sign(z), range=Domain(0.0, words="0 or more"))
    with pytest.raises(ArchitectureError, match="activation 'ramp' does not keep to that"):
        check_pair(ramp, COSTS["poisson"])


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        (Domain(0, 1), Domain(), True),
        (Domain(), Domain(0, 1), False),
        (UNIT_OPEN, UNIT, True),
        (UNIT, UNIT_OPEN, False),
        (UNIT_OPEN, POSITIVE, True),
        (POSITIVE, UNIT_OPEN, False),
        (Domain(0, 1, simplex=True), UNIT, True),
        (UNIT, Domain(0, 1, simplex=True), False),
    ],
)
def test_domains_within_each_other(inner, outer, within):
    assert inner.within(outer) == within
