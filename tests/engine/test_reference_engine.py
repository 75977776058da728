"""An epoch of the reference engine against the same epoch written out with the core's verbs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded
from scipy import sparse

from glassprop import Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.equations.dropout import dropout_mask
from glassprop.optimizer import SGD, Adam

N, BATCH = 23, 6


def network(dropout: float = 0.0) -> Network:
    return Network(4, [Layer(5, "tanh", dropout=dropout), Layer(3, "softmax")], "cross_entropy")


def problem(dtype: type = np.float64) -> tuple[np.ndarray, Data]:
    rng = np.random.default_rng(0)
    data = Data(
        rng.normal(size=(N, 4)).astype(dtype),
        np.eye(3)[rng.integers(3, size=N)].astype(dtype),
        rng.uniform(0.5, 2, N),
    )
    return network().initial(rng, dtype), data


def plan(key: int = 0, first_step: int = 0) -> EpochPlan:
    order = np.random.default_rng(1).permutation(N)
    return EpochPlan(order, BATCH, np.linspace(0.1, 0.4, 4), key, first_step)


@pytest.mark.parametrize("steps", [1, 3, 4])
def test_a_plan_takes_what_its_batches_have(steps: int) -> None:
    """The last of four is short; one with fewer steps leaves examples out."""
    found = replace(plan(), rates=np.ones(steps))
    assert found.taken == min(steps * BATCH, N) == found.edges[-1]
    assert replace(found, bounds=np.minimum(found.edges, 7)).taken == min(steps * BATCH, 7)


def by_hand(theta: np.ndarray, data: Data, objective: Objective) -> tuple[np.ndarray, float, float]:
    """Plain gradient descent, batch by batch. -> θ, average data cost, average penalty."""
    net, theta, order = network(), theta.copy(), plan().order
    cost = penalty = 0.0
    for number, rate in enumerate(plan().rates):
        rows = order[number * BATCH : (number + 1) * BATCH]
        X, Y, weight = data.X[rows], data.Y[rows], data.sample_weight[rows]
        weights = np.concatenate([np.r_[np.ones(net.w(theta, l).size), np.zeros(net.b(theta, l).size)] for l in (1, 2)])
        gradient = net.gradient(theta, X, Y, weight) + objective.l2 * weights * theta / weight.sum()
        length = np.linalg.norm(gradient)
        if objective.clip_norm and length > objective.clip_norm:
            gradient *= objective.clip_norm / length
        cost += net.cost(theta, X, Y, weight) * len(rows) / N
        penalty += 0.5 * objective.l2 * (weights * theta**2).sum() / weight.sum() * len(rows) / N
        theta -= rate * gradient
    return theta, cost, penalty


@pytest.mark.parametrize("objective", [Objective(), Objective(l2=0.7), Objective(l2=0.7, clip_norm=0.05)])
def test_an_epoch_is_gradient_descent_batch_by_batch(objective: Objective) -> None:
    theta, data = problem()
    expected, data_cost, penalty = by_hand(theta, data, objective)
    cost = ReferenceEngine(network(), objective, SGD()).epoch(theta, SGD().start(theta), data, plan())
    assert_rounded(theta, expected)
    assert_rounded(cost.data, data_cost)
    assert_rounded(cost.penalty, penalty)
    assert cost.failed is None


def test_sparse_rows_give_the_same_bits_up_to_rounding() -> None:
    theta, data = problem()
    other = theta.copy()
    engine = ReferenceEngine(network(), Objective(0.1), Adam())
    engine.epoch(theta, Adam().start(theta), data, plan())
    engine.epoch(other, Adam().start(other), Data(sparse.csr_matrix(data.X), data.Y, data.sample_weight), plan())
    assert_rounded(theta, other, roundings=OF_A_TRAINING)


def test_float32_is_kept() -> None:
    theta, data = problem(np.float32)
    state = Adam().start(theta)
    ReferenceEngine(network(0.5), Objective(0.1, 1.0), Adam()).epoch(theta, state, data, plan())
    assert theta.dtype == np.float32
    assert all(vector.dtype == np.float32 for vector in state.vectors)


def test_a_batch_without_weight_makes_no_step_and_has_no_cost() -> None:
    theta, data = problem()
    order = plan().order
    weight = data.sample_weight.copy()
    weight[order[BATCH : 2 * BATCH]] = 0
    kept = np.r_[order[:BATCH], order[2 * BATCH :]]
    other = theta.copy()
    engine = ReferenceEngine(network(), Objective(0.3), Adam())
    state, other_state = Adam().start(theta), Adam().start(theta)
    with_hole = engine.epoch(theta, state, Data(data.X, data.Y, weight), plan())
    rates = np.delete(plan().rates, 1)
    without = engine.epoch(other, other_state, Data(data.X, data.Y, weight), EpochPlan(kept, BATCH, rates, 0, 0))
    np.testing.assert_array_equal(theta, other)
    assert state.t == other_state.t == 3
    assert with_hole == without


def test_an_epoch_of_nothing_but_weightless_batches_leaves_everything() -> None:
    theta, data = problem()
    before = theta.copy()
    engine = ReferenceEngine(network(), Objective(0.3), SGD())
    cost = engine.epoch(theta, SGD().start(theta), Data(data.X, data.Y, np.zeros(N)), plan())
    np.testing.assert_array_equal(theta, before)
    assert (cost.data, cost.penalty, cost.failed) == (0.0, 0.0, None)


def test_dropout_masks_follow_key_step_and_layer() -> None:
    """The first batch by hand: z of the output with the activations of layer 1 masked and scaled."""
    theta, data = problem()
    start, net, made = theta.copy(), network(0.5), plan(key=9, first_step=7)
    rows = made.order[:BATCH]
    first = EpochPlan(rows, BATCH, made.rates[:1], 9, 7)
    ReferenceEngine(net, Objective(), SGD()).epoch(theta, SGD().start(theta), data, first)
    mask = dropout_mask(9, 7, 1, (BATCH, 5), 0.5, np.dtype(np.float64))
    assert set(np.unique(mask)) <= {0.0, 2.0}
    a1 = np.tanh(data.X[rows] @ net.w(start, 1).T + net.b(start, 1)) * mask
    z2 = a1 @ net.w(start, 2).T + net.b(start, 2)
    p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
    weight = data.sample_weight[rows] / data.sample_weight[rows].sum()
    expected = net.w(start, 2) - made.rates[0] * ((p - data.Y[rows]) * weight[:, None]).T @ a1
    assert_rounded(net.w(theta, 2), expected)


def test_the_batch_whose_cost_is_not_finite_is_named_and_makes_no_step() -> None:
    theta, data = problem()
    X = data.X.copy()
    X[plan().order[2 * BATCH]] = np.nan
    state = SGD().start(theta)
    cost = ReferenceEngine(network(), Objective(), SGD()).epoch(theta, state, Data(X, data.Y, None), plan())
    assert cost.failed == 2
    assert state.t == 2
    assert np.isfinite(theta).all()
