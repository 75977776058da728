"""What training minimizes: the average cost plus L2, its gradient, and clipping."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import central, dense
from rounding import assert_rounded, size_of_gradient

from glassprop.backprop.objective import Batch, Objective, clip, evaluate

NETWORK = dense(3, (4, "tanh"), (2, "softmax"), cost="cross_entropy")
WEIGHTS = np.array([1.0, 0.0, 3.0, 0.5, 1.0])


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    return rng.normal(size=NETWORK.layout.size), rng.normal(size=(5, 3)), np.eye(2)[rng.integers(2, size=5)]


def value_and_gradient(objective, theta, X, Y, weights=None, masks=None):
    out = np.full_like(theta, np.nan)
    cost = evaluate(NETWORK, objective, theta, [Batch(X, Y, weights, masks or {})], out)
    return cost, out


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_without_l2_it_is_the_cost(case, weights):
    theta, X, Y = case
    cost, gradient = value_and_gradient(Objective(), theta, X, Y, weights)
    assert_rounded(cost.data, NETWORK.cost(theta, X, Y, weights))
    assert cost.penalty == 0
    assert_rounded(gradient, NETWORK.gradient(theta, X, Y, weights), size_of_gradient(NETWORK, theta, X, Y, weights))


@pytest.mark.parametrize(("weights", "total"), [(None, 5.0), (WEIGHTS, 5.5)])
def test_l2_is_half_the_squared_weights_over_the_sum_of_weights(case, weights, total):
    theta, X, Y = case
    cost, _ = value_and_gradient(Objective(l2=0.7), theta, X, Y, weights)
    squares = sum((NETWORK.w(theta, l) ** 2).sum() for l in (1, 2))  # biases left out
    assert_rounded(cost.penalty, 0.5 * 0.7 * squares / total)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_gradient_is_that_of_data_and_penalty_together(case, weights):
    theta, X, Y = case
    objective = Objective(l2=0.7)

    def whole(t):
        cost, _ = value_and_gradient(objective, t, X, Y, weights)
        return cost.data + cost.penalty

    _, gradient = value_and_gradient(objective, theta, X, Y, weights)
    np.testing.assert_allclose(gradient, central(whole, theta), rtol=1e-6, atol=1e-9)


def test_masks_reach_value_and_gradient(case):
    theta, X, Y = case
    masks = {1: np.array([[2.0, 0, 2, 0]] * 5)}
    _, gradient = value_and_gradient(Objective(), theta, X, Y, None, masks)
    exact = central(lambda t: value_and_gradient(Objective(), t, X, Y, None, masks)[0].data, theta)
    np.testing.assert_allclose(gradient, exact, rtol=1e-6, atol=1e-9)
    assert not NETWORK.w(gradient, 1)[[1, 3]].any()  # what was dropped learns nothing


def test_a_batch_of_no_weight_has_no_cost_and_no_gradient(case):
    cost, gradient = value_and_gradient(Objective(l2=1.0), *case, np.zeros(5))
    assert (cost.data, cost.penalty) == (0, 0)
    assert not gradient.any()


def test_clipping_shortens_and_never_lengthens(case):
    long = np.array([3.0, 4.0])
    clip(long, 1.0)
    assert_rounded(long, [0.6, 0.8])
    short = np.array([0.3, 0.4])
    clip(short, 1.0)
    np.testing.assert_array_equal(short, [0.3, 0.4])
    _, free = value_and_gradient(Objective(l2=0.7), *case)
    _, clipped = value_and_gradient(Objective(l2=0.7, clip_norm=0.01), *case)
    size = (size_of_gradient(NETWORK, *case) + 0.7 * np.abs(case[0])) * 0.01 / np.linalg.norm(free)
    assert_rounded(clipped, free * 0.01 / np.linalg.norm(free), size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipped_probabilities_change_the_report_and_not_the_gradient(dtype):
    network = dense(1, (2, "softmax"), cost="cross_entropy")
    theta, X, Y = np.array([1e3, 0, 0, 0], dtype), np.ones((1, 1), dtype), np.array([[0, 1]], dtype)
    plain, clipped = np.empty_like(theta), np.empty_like(theta)
    cost = evaluate(network, Objective(), theta, [Batch(X, Y)], plain)
    reported = evaluate(network, Objective(clip_probabilities=True), theta, [Batch(X, Y)], clipped)
    assert cost.data == pytest.approx(1e3)
    assert reported.data == pytest.approx(-np.log(np.finfo(dtype).eps), rel=1e-6)
    np.testing.assert_array_equal(plain, clipped)
