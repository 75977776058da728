"""Blocks with factors of their own for the rate and for decay: on a layout made by hand, in both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import DTYPES, Case, run
from engine.test_engines_agree import assert_same
from rounding import OF_A_TRAINING, assert_rounded

from glassprop import Layer, Network
from glassprop.architecture.parameters import Layout
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.engine.plan import Data
from glassprop.optimizer import OPTIMIZERS, SGD, AdamW

OBJECTIVES = [Objective(), Objective(0.4), Objective(0.4, 0.05)]
RATES, DECAYS = (0.5, 0.0, 1.0, 2.0), (1.0, 1.0, 0.25, 0.5)


def with_factors(network: Network, rates: tuple[float, ...], decays: tuple[float, ...]) -> Network:
    """The same network, whose blocks have these factors."""
    blocks = [
        replace(block, rate=rate, decay=decay)
        for block, rate, decay in zip(network.layout.blocks, rates, decays, strict=True)
    ]
    network.__dict__["layout"] = Layout(tuple(blocks))
    return network


class Made(Case):
    """A case whose blocks have factors: w and b of the first layer, w and b of the second."""

    @property
    def network(self) -> Network:
        return with_factors(super().network, RATES, DECAYS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
@pytest.mark.parametrize("optimizer", [*(maker() for maker in OPTIMIZERS.values()), AdamW(decay=0.3)], ids=str)
def test_both_engines_agree(optimizer: Any, objective: Objective, dtype: str) -> None:
    case = Made("factors", optimizer=optimizer, objective=objective, weights="random", scheduled=True)
    assert_same(case, dtype, run("compiled", case, dtype), run("reference", case, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_where_blocks_are_cut_into_pieces_and_segments(dtype: str) -> None:
    layers = ((160, "relu"), (150, "tanh"), (3, "softmax"))
    case = Case("many parameters", layers, rows=150, batch=64, objective=Objective(0.3, 0.02))
    results = []
    for engine in ("compiled", "reference"):

        class Large(Case):
            @property
            def network(self) -> Network:
                return with_factors(super().network, (0.5, 0.0, 1.0, 2.0, 0.0, 1.0), (1.0, 0.5, 0.0, 1.0, 1.0, 2.0))

        results.append(run(engine, Large(**vars(case)), dtype))
    assert_same(case, dtype, *results)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_gradient_descent_by_hand(engine: str) -> None:
    """Each block with a rate and a strength of L2 of its own; what is not trained counts for no length."""
    case = Made("factors", optimizer=SGD(), objective=Objective(0.4, 0.05), rows=48)
    theta, data = case.problem("float64")
    network, sizes = case.network, [block.stop - block.start for block in case.network.layout.blocks]
    rates, decays = np.repeat(RATES, sizes), np.repeat(DECAYS, sizes)
    expected, penalty = theta.copy(), 0.0
    for number in range(3):
        rows = slice(16 * number, 16 * number + 16)
        penalty += 0.5 * 0.4 / 16 * (decays * expected**2).sum() / 3
        gradient = network.gradient(expected, data.X[rows], data.Y[rows]) + 0.4 / 16 * decays * expected
        gradient[rates == 0] = 0
        gradient *= 0.05 / np.linalg.norm(gradient)
        expected -= 0.01 * (1 + 0.5 * np.cos(number)) * rates * gradient
    found = run(engine, case, "float64", steps=3, problem=(theta, data))
    assert_rounded(found.theta, expected, roundings=OF_A_TRAINING)
    assert_rounded(found.costs[0, 1], penalty)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("optimizer", [*(maker() for maker in OPTIMIZERS.values()), AdamW(decay=0.3)], ids=str)
def test_what_is_not_trained_stays_whatever_the_optimizer_remembers(engine: str, optimizer: Any) -> None:
    from engine.engine_cases import ENGINES, plans

    case = Made("factors", optimizer=optimizer, objective=Objective(0.4, 0.05))
    theta, data = case.problem("float64")
    before, state = theta.copy(), optimizer.start(theta)
    for vector in state.vectors:
        vector[...] = 0.5
    runner = ENGINES[engine](case.network, case.objective, optimizer)
    for plan in plans(case, len(data), 10):
        runner.epoch(theta, state, data, plan)
    still = case.network.layout.blocks[1]
    moved = theta != before
    assert not moved[still.start : still.stop].any()
    assert moved[: still.start].all()
    assert moved[still.stop :].all()
    assert all((vector[still.start : still.stop] == 0.5).all() for vector in state.vectors)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_factors_of_1_change_no_bit(engine: str) -> None:
    class Plain(Case):
        @property
        def network(self) -> Network:
            return with_factors(super().network, (1.0,) * 4, (1.0, 0.0, 1.0, 0.0))

    for optimizer in (AdamW(decay=0.3), SGD()):
        found, expected = (
            run(engine, kind("ones", optimizer=optimizer, objective=Objective(0.4, 0.05)), "float32")
            for kind in (Plain, Case)
        )
        np.testing.assert_array_equal(found.theta, expected.theta)
        np.testing.assert_array_equal(found.costs, expected.costs)


def test_lbfgs_leaves_alone_what_is_not_trained() -> None:
    """Its gradient is 0 there, and so is every step that is made of gradients."""
    from glassprop.training.lbfgs import train_lbfgs
    from glassprop.training.state import TrainState
    from glassprop.training.train_settings import Settings

    rng = np.random.default_rng(0)
    network = with_factors(Network(2, [Layer(3, "tanh"), Layer(1, "identity")]), (1.0, 0.0, 0.0, 1.0), (1.0,) * 4)
    X = rng.normal(size=(30, 2))
    theta = network.initial(rng)
    state = TrainState(theta.copy())
    settings = Settings(objective=Objective(0.1))
    train_lbfgs(network, state, Data(X, X[:, :1] * X[:, 1:]), settings, max_iterations=20, max_calls=100, tol=1e-6)
    still = np.repeat([False, True, True, False], [6, 3, 3, 1])
    assert ((state.theta != theta) == ~still).all()
    out = np.empty_like(theta)
    evaluate(network, Objective(0.1), theta, [Batch(X, X[:, :1])], out)
    assert not out[still].any()
