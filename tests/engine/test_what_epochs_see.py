"""What engines add up of each row while an epoch runs: the same in both, and what the equations give by themselves."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import CASES, DTYPES, ENGINES, Case, plans, run

from glassprop.backprop.objective import Objective
from glassprop.backprop.passes import forward
from glassprop.engine.compiled.engine import CompiledEngine
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.engine.seen_sums import COUNT, LAST_WRONG, MARGIN, OUTPUTS, SeenSums
from glassprop.equations.domain import SIMPLEX, UNIT
from glassprop.optimizer import SGD

# Sums of 4 epochs, relative to the largest of their column: of outputs that may lie as far apart as θ may (the limits
# of test_engines_agree.py), and their logarithms.
NEAR = {"float64": 1e-8, "float32": 3e-2}


def kinds(case: Case) -> list[tuple[Any, ...]]:
    """What may matter here: the end of the network, the examples with what happens to them, and who reads them."""
    layers = case.network.layers
    ends = ("activation", layers[-1].activation.name), ("cost", case.cost), (case.smoothing > 0, layers[-1].residual)
    batches = case.weights, case.uneven, case.members, case.own, case.apart, any(layer.dropout for layer in layers)
    return [*ends, batches, (layers[0].kind,)]


SOME = list({case.name: case for case in {kind: case for case in CASES for kind in kinds(case)}.values()}.values())


def task_of(case: Case) -> str:
    network = case.network
    if network.cost_function.targets == SIMPLEX and network.sizes[-1] > 1:
        return "classes"
    return "labels" if network.cost_function.targets == UNIT else "numbers"


def seen(engine: str, case: Case, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """θ at the end, and the sums."""
    theta, data = case.problem(dtype)
    theta, sums = theta.copy(), SeenSums(task_of(case), data.Y)
    runner, state = ENGINES[engine](case.network, case.objective, case.optimizer), case.optimizer.start(theta)
    with np.errstate(all="ignore"):
        for epoch, plan in enumerate(plans(case, len(data)), start=1):
            assert runner.epoch(theta, state, data, replace(plan, seen=sums.begin(epoch))).failed is None
    return theta, sums.sums


@pytest.mark.parametrize(
    ("case", "dtype"),
    [*product(SOME, DTYPES[:1]), *product(SOME[::4], DTYPES[1:])],
    ids=lambda of: getattr(of, "name", of),
)
def test_both_engines_see_the_same(case: Case, dtype: str) -> None:
    (theta, got), (_, expected) = seen("compiled", case, dtype), seen("reference", case, dtype)
    if case in SOME[::8]:
        np.testing.assert_array_equal(theta, run("compiled", case, dtype).theta)  # to look changes no bit
    np.testing.assert_array_equal(got[:, COUNT], expected[:, COUNT])
    assert expected[:, COUNT].max() == len(plans(case, len(got)))
    limit = NEAR[dtype] * np.maximum(np.abs(expected).max(axis=0), 1)
    sums = np.r_[MARGIN : MARGIN + 3, OUTPUTS : got.shape[1]]
    assert (np.abs(got - expected).max(axis=0) <= limit)[sums].all()
    flipped = (got[:, MARGIN + 3 : OUTPUTS] != expected[:, MARGIN + 3 : OUTPUTS]).any(axis=1)
    assert flipped.mean() <= (0 if dtype == "float64" else 0.1)  # where two outputs are the same up to rounding


def test_the_cases_have_every_task_and_rows_that_are_not_seen() -> None:
    assert {task_of(case) for case in SOME} == {"classes", "labels", "numbers"}
    holes = next(case for case in SOME if case.weights == "holes")
    assert len(set(seen("compiled", holes, "float64")[1][:, COUNT])) == 2
    assert any(case.members > 1 and case.apart for case in SOME)
    assert any(layer.dropout for case in SOME for layer in case.network.layers)


@pytest.mark.parametrize("engine", ENGINES)
def test_they_are_the_outputs_before_each_step(engine: str) -> None:
    """One epoch of one step a batch, by hand: the weights of a row's batch are those before its step."""
    case = next(case for case in CASES if case.name == "weights" or case.weights == "random")
    case = replace(case, weights="", optimizer=SGD(), objective=Objective(), rate=0.5)
    theta, data = case.problem("float64")
    plan = plans(case, len(data))[1]
    at, state, expected = theta.copy(), SGD().start(theta), np.zeros_like(data.Y)
    reference = ReferenceEngine(case.network, case.objective, SGD())
    for step, (start, stop) in enumerate(zip(plan.edges[:-1], plan.edges[1:], strict=True)):
        rows = plan.order[start:stop]
        expected[rows] = forward(case.network, at, data.X[rows]).a[-1]
        one = EpochPlan(rows, plan.batch_size, plan.rates[step : step + 1], 0, plan.first_step + step)
        reference.epoch(at, state, data, one)
    sums, moved = SeenSums(task_of(case), data.Y), theta.copy()
    ENGINES[engine](case.network, case.objective, SGD()).epoch(
        moved, SGD().start(theta), data, replace(plan, seen=sums.begin(1))
    )
    np.testing.assert_allclose(sums.sums[:, OUTPUTS:], expected, rtol=1e-12, atol=1e-14)
    assert np.abs(expected - forward(case.network, theta, data.X).a[-1]).max() > 1e-3  # weights did move


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_of_an_epoch_that_is_left_count_once(engine: str) -> None:
    """Begun in its middle, an epoch sees what is left of it; with what was seen before, all."""
    case = CASES[0]
    theta, data = case.problem("float64")
    plan = plans(case, len(data), 5)[0]
    whole, parted = SeenSums(task_of(case), data.Y), SeenSums(task_of(case), data.Y)

    def epoch(plan, sums, at, state):
        ENGINES[engine](case.network, case.objective, case.optimizer).epoch(
            at, state, data, replace(plan, seen=sums.begin(1))
        )

    epoch(plan, whole, theta.copy(), case.optimizer.start(theta))
    at, state = theta.copy(), case.optimizer.start(theta)
    edge = plan.edges[2]
    epoch(replace(plan, order=plan.order[:edge], rates=plan.rates[:2]), parted, at, state)
    assert parted.sums[:, COUNT].sum() == edge
    epoch(plan.from_step(2), parted, at, state)
    np.testing.assert_allclose(parted.sums, whole.sums, rtol=1e-12, atol=1e-14)
    assert replace(plan, seen=whole).from_step(2).seen is whole


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_are_not_finite_do_not_count(engine: str) -> None:
    case = CASES[0]
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[70] = np.nan
    plan = plans(case, len(data), 5)[0]
    sums = SeenSums(task_of(case), data.Y)
    with np.errstate(all="ignore"):
        cost = ENGINES[engine](case.network, case.objective, case.optimizer).epoch(
            theta.copy(), case.optimizer.start(theta), Data(X, data.Y, data.sample_weight), replace(plan, seen=sums)
        )
    assert cost.failed is not None
    assert np.isfinite(sums.sums).all()
    assert sums.sums[70, COUNT] == 0
    assert sums.sums[:, COUNT].sum() >= 64


def test_after_it_was_asked_nothing_is_written() -> None:
    """Kernels keep the table that they are handed from epoch to epoch."""
    for case in (CASES[0], next(case for case in CASES if case.members > 1)):
        theta, data = case.problem("float64")
        theta, state = theta.copy(), case.optimizer.start(theta)
        engine = CompiledEngine(case.network, case.objective, case.optimizer)
        first, second, *_ = plans(case, len(data))
        sums = SeenSums(task_of(case), data.Y)
        engine.epoch(theta, state, data, replace(first, seen=sums.begin(1)))
        before = sums.sums.copy()
        engine.epoch(theta, state, data, second)
        np.testing.assert_array_equal(sums.sums, before)
        engine.epoch(theta, state, data, replace(first, seen=sums.begin(3)))
        assert (sums.sums[:, COUNT] == 2).all()
        assert set(sums.sums[:, LAST_WRONG].tolist()) <= {0.0, 1.0}
