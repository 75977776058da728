"""Members that take the examples in orders of their own: which these are, who has them, and that nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from layer_cases import MEMBERS, example

from glassprop import Layer, Network
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.training.train_settings import Settings

N = 30
NET = MEMBERS["heads"]
THETA, X, Y = example(NET, N)
QUICK = Settings(epochs=3, batch_size=8, engine="reference")


def plans_of(
    monkeypatch: pytest.MonkeyPatch, network: Network, settings: Settings, seed: int = 0, **more: object
) -> list[EpochPlan]:
    """The plans of the epochs of a training."""
    seen, run = [], ReferenceEngine.epoch

    def epoch(self, theta, state, rows, plan, midway=None):
        seen.append(plan)
        return run(self, theta, state, rows, plan, midway)

    theta = network.initial(np.random.default_rng(1))
    with monkeypatch.context() as patched:
        patched.setattr(ReferenceEngine, "epoch", epoch)
        network.train(theta, X, Y, settings=settings, rng=np.random.default_rng(seed), **more)
    return seen


def test_every_member_has_an_order_of_its_own_in_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [plan.orders for plan in plans_of(monkeypatch, NET, QUICK)]
    assert [each.shape for each in orders] == [(3, N)] * 3
    flat = np.concatenate(orders)
    np.testing.assert_array_equal(np.sort(flat, axis=1), np.tile(np.arange(N), (9, 1)))
    assert len(np.unique(flat, axis=0)) == 9
    same_place = np.mean([flat[i] == flat[j] for i in range(9) for j in range(i)])
    assert same_place < 0.1  # 1/30 by chance


def test_the_first_takes_what_one_network_alone_would(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Network(3, [layer.owned(False) for layer in NET.layers], "cross_entropy")
    mine, known = (plans_of(monkeypatch, network, QUICK) for network in (NET, alone))
    for plan, other in zip(mine, known, strict=True):
        np.testing.assert_array_equal(plan.orders[0], plan.order)
        np.testing.assert_array_equal(plan.order, other.order)
        assert other.orders is None


@pytest.mark.parametrize("off", [{"own_batches": False}, {"shuffle": False}])
def test_all_take_the_same_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch, off: dict) -> None:
    assert all(plan.orders is None for plan in plans_of(monkeypatch, NET, replace(QUICK, **off)))


def test_processes_that_share_the_examples_have_batches_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plans_of(monkeypatch, NET, QUICK, reduce=lambda sums: None)
    assert len(found) == 3
    assert all(plan.orders is None for plan in found)


def test_another_seed_gives_other_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no key of dropout is drawn, too."""
    one, other = (plans_of(monkeypatch, NET, replace(QUICK, epochs=1), seed)[0].orders for seed in (0, 1))
    assert (one != other).any(axis=1).all()


def test_members_with_batches_of_their_own_go_apart_and_without_do_not() -> None:
    """Networks that start alike, and share nothing, differ by what they have seen alone."""
    layers = [Layer(4, "tanh", own=True), Layer(2, "softmax", own=True)]
    network = Network(3, layers, "cross_entropy", members=2)
    theta = network.initial(np.random.default_rng(0))
    for block in network.layout.blocks:
        block.view(theta)[1] = block.view(theta)[0]
    for own in (False, True):
        end = network.train(theta, X, Y, settings=replace(QUICK, own_batches=own), rng=np.random.default_rng(0)).theta
        apart = max(np.abs(np.diff(block.view(end), axis=0)).max() for block in network.layout.blocks)
        assert (apart > 1e-3) == own


def test_weights_of_a_step_are_those_of_all_members() -> None:
    weight = np.arange(1.0, N + 1)
    orders = np.stack([np.arange(N), np.arange(N)[::-1]])
    plan = EpochPlan(orders[0], 10, np.full(3, 0.1), 0, 0, orders=orders)
    np.testing.assert_allclose(plan.weights(Data(X, Y, weight)), [(55 + 255) / 2, 155, 155])
    np.testing.assert_array_equal(plan.weights(Data(X, Y)), [10, 10, 10])
