"""The reference engine on networks of several members: whose examples, which masks, which steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from layer_cases import MEMBERS, example

from glassprop import Layer, Network
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.engine.worth import Amount, seconds_of_prediction, seconds_of_training
from glassprop.equations.dropout import dropout_mask
from glassprop.optimizer import SGD, AdamW

N, BATCH, KEY, FIRST = 11, 4, 77, 6


def case(k=3):
    network = Network(
        3, [Layer(4, "tanh", dropout=0.4), Layer(2, "softmax", own=True)], cost="cross_entropy", members=k
    )
    return network, *example(network, N)


def plan(orders=None, n=N):
    steps = -(-n // BATCH)
    rates = np.linspace(0.1, 0.3, steps)
    order = np.random.default_rng(1).permutation(n) if orders is None else orders[0]
    return EpochPlan(order, BATCH, rates, KEY, FIRST, orders=orders)


def orders_of(k):
    return np.stack([np.random.default_rng(2 + member).permutation(N) for member in range(k)])


@pytest.mark.parametrize("own", [False, True])
def test_an_epoch_takes_the_examples_and_masks_of_each_member(own):
    network, theta, X, Y = case()
    orders = orders_of(3) if own else None
    whole, objective, optimizer = plan(orders), Objective(0.01), AdamW(decay=0.1)
    weight = np.random.default_rng(4).uniform(0.5, 2, N)
    known, state = theta.copy(), optimizer.start(theta)
    gradient = np.empty_like(theta)
    for step in range(3):
        rows = slice(BATCH * step, min(BATCH * step + BATCH, N))
        n = rows.stop - rows.start
        batches = []
        for member in range(3):
            taken = (whole.order if orders is None else orders[member])[rows]
            mask = dropout_mask(KEY, FIRST + step, 1, (3 * n, 4), 0.4, np.float64)[member * n : member * n + n]
            batches.append(Batch(X[taken], Y[taken], weight[taken], {1: mask}))
        evaluate(network, objective, known, batches, gradient)
        optimizer.step(known, gradient, state, whole.rates[step], network.layout.decay_factors)
    found = theta.copy()
    engine = ReferenceEngine(network, objective, optimizer)
    engine.epoch(found, optimizer.start(theta), Data(X, Y, weight), whole)
    np.testing.assert_array_equal(found, known)


def test_an_epoch_goes_on_from_a_step():
    network, theta, X, Y = case()
    whole = plan(orders_of(3))
    engine, data = ReferenceEngine(network, Objective(), SGD()), Data(X, Y)
    straight, parted, states = theta.copy(), theta.copy(), [SGD().start(theta) for _ in range(2)]
    engine.epoch(straight, states[0], data, whole)
    begun = replace(whole, rates=whole.rates[:2], order=whole.order[:8], orders=whole.orders[:, :8])
    engine.epoch(parted, states[1], data, begun)
    engine.epoch(parted, states[1], data, whole.from_step(2))
    np.testing.assert_array_equal(parted, straight)
    assert whole.from_step(2).orders.shape == (3, 3)


def test_what_failed_is_among_the_examples_that_are_handed_back():
    network, theta, X, Y = case()
    orders = orders_of(3)
    X[orders[2, 5]] = np.inf  # of the second batch of the last member
    with np.errstate(all="ignore"):
        cost = ReferenceEngine(network, Objective(), SGD()).epoch(
            theta.copy(), SGD().start(theta), Data(X, Y), plan(orders)
        )
    assert cost.failed is not None
    assert not np.isfinite(cost.examples.X).all()


def test_training_of_members_ends_where_the_same_seed_does():
    network, theta, X, Y = case()
    ends = [network.train(theta, X, Y, rng=np.random.default_rng(0), validation=0.3) for _ in range(2)]
    np.testing.assert_array_equal(ends[0].theta, ends[1].theta)
    assert network.cost(ends[0].theta, X, Y) < network.cost(theta, X, Y)


def test_a_member_that_diverges_is_named():
    from glassprop.errors import DivergenceError

    network, theta, X, Y = case()
    network.member(1).w(theta, 2)[...] = 1e308
    with pytest.raises(DivergenceError, match="the weighted sums z of member 1 of layer 2 went first"):
        network.train(theta, X, Y, rng=np.random.default_rng(0))


def test_members_count_in_what_a_job_is_worth():
    network, amount = MEMBERS["heads"], Amount(10, 5, 200, 100)
    one = Network(3, [layer.owned(False) for layer in network.layers], cost="cross_entropy")
    assert seconds_of_prediction(network, 1000, 8) == pytest.approx(3 * seconds_of_prediction(one, 1000, 8))
    assert seconds_of_training(network, amount, 8) > 2.9 * seconds_of_training(one, amount, 8)
