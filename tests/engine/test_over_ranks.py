"""SumsOverRanks that have a share of every batch each make the steps of one run on all of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import DTYPES, ENGINES, Case, Result, plans, run
from engine.test_engines_agree import assert_same
from training.rank_cases import Together

from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import BatchSums, SumsOverRanks
from glassprop.engine.plan import Data, EpochPlan
from glassprop.optimizer import OPTIMIZERS, SGD, AdamW

BOTH = ["reference", "compiled"]


def shares(plan: EpochPlan, data: Data, number: int, seed: int) -> list[tuple[Data, EpochPlan]]:
    """Each rank's examples of an epoch, batch after batch, and its plan: unequal shares, and some are empty."""
    rng, batches = np.random.default_rng(seed), list(pairwise(plan.edges))
    cuts = [np.sort(rng.integers(stop - start + 1, size=number - 1)) for start, stop in batches]
    cuts[0][:] = 0  # the first ranks have nothing of the first batch
    cuts[1][:] = batches[1][1] - batches[1][0]  # and the last has nothing of the second
    made = []
    for rank in range(number):
        mine = []
        for cut, (start, stop) in zip(cuts, batches, strict=True):
            ends = [0, *cut, stop - start]
            mine.append(plan.order[start + ends[rank] : start + ends[rank + 1]])
        bounds = np.cumsum([0, *map(len, mine)])
        own = replace(plan, order=np.arange(bounds[-1]), bounds=bounds)
        made.append((data.rows(np.concatenate(mine)), own))
    return made


def over_ranks(engines: list[str], case: Case, dtype: str, problem: Any = None) -> list[Result]:
    """What each rank ends with; the engines of the ranks may differ."""
    theta, data = problem or case.problem(dtype)
    epochs = plans(case, len(data))
    parts = [shares(plan, data, len(engines), seed) for seed, plan in enumerate(epochs)]

    def work(rank: int, reduce: Any) -> Result:
        own = theta.copy()
        runner = ENGINES[engines[rank]](case.network, case.objective, case.optimizer, SumsOverRanks(reduce))
        state, costs, failed = case.optimizer.start(own), [], []
        with np.errstate(all="ignore"):
            for epoch in parts:
                cost = runner.epoch(own, state, *epoch[rank])
                costs.append((cost.data, cost.penalty))
                failed.append(cost.failed)
                if cost.failed is not None:
                    break
        return Result(own, np.array(costs), state.t, state.vectors, failed)

    found = Together(len(engines)).run(work)
    for result in found:
        if isinstance(result, BaseException):
            raise result
    return found


def assert_equal(one: Result, other: Result) -> None:
    np.testing.assert_array_equal(one.theta, other.theta)
    np.testing.assert_array_equal(one.costs, other.costs)
    assert one.steps == other.steps
    for mine, theirs in zip(one.vectors, other.vectors, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weights", ["", "random", "holes"])
@pytest.mark.parametrize("objective", [Objective(), Objective(0.4), Objective(0.4, 0.05)], ids=str)
@pytest.mark.parametrize("optimizer", [*(maker() for maker in OPTIMIZERS.values()), AdamW(decay=0.3)], ids=str)
@pytest.mark.parametrize("engine", BOTH)
def test_two_ranks_are_one_run(engine: str, optimizer: Any, objective: Objective, weights: str, dtype: str) -> None:
    case = Case("ranks", optimizer=optimizer, objective=objective, weights=weights)
    one, other = over_ranks([engine, engine], case, dtype)
    assert_equal(one, other)
    assert_same(case, dtype, one, run(engine, case, dtype))


@pytest.mark.parametrize("engine", BOTH)
def test_more_ranks_and_more_chunks(engine: str) -> None:
    """Shares that kernels cut into chunks, on threads of their own, and shares that they do not."""
    layers = ((40, "relu"), (50, "softplus"), (3, "softmax"))
    case = Case("chunks", layers, rows=700, batch=333, objective=Objective(0.3, 0.02), weights="random", scheduled=True)
    found = over_ranks([engine] * 3, case, "float64")
    for result in found[1:]:
        assert_equal(found[0], result)
    assert_same(case, "float64", found[0], run(engine, case, "float64"))


def test_ranks_may_run_on_different_engines() -> None:
    case = Case("mixed", objective=Objective(0.4, 0.05), optimizer=SGD(), weights="holes")
    one, other = over_ranks(BOTH, case, "float64")
    assert_same(case, "float64", one, other)
    assert_same(case, "float64", one, run("reference", case, "float64"))


@pytest.mark.parametrize("scale", [1e-44, 1e42])
@pytest.mark.parametrize("engine", BOTH)
def test_the_scale_of_the_weights_does_not_matter(engine: str, scale: float) -> None:
    """Sums of float32's gradients times such weights would be 0 or infinite in float32."""
    case = Case("scaled", rows=60, optimizer=SGD(), weights="random")
    theta, data = case.problem("float32")
    scaled = Data(data.X, data.Y, data.sample_weight * scale)
    found = over_ranks([engine] * 2, case, "float32", (theta, scaled))[0]
    expected = run(engine, case, "float32", problem=(theta, data))
    assert_same(case, "float32", found, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("engine", BOTH)
def test_a_reduce_that_does_nothing_is_one_rank_alone(engine: str, dtype: str) -> None:
    """The way through sums is taken, and ends at the same numbers up to rounding; dropout follows the same keys."""
    drops = ((17, "relu", 0.25), (8, "gelu", 0.9), (3, "softmax"))
    case = Case("alone", drops, weights="holes", objective=Objective(0.1))
    theta, data = case.problem(dtype)
    runner = ENGINES[engine](case.network, case.objective, case.optimizer, SumsOverRanks(lambda sums: None))
    state, costs = case.optimizer.start(theta), []
    for plan in plans(case, len(data)):
        cost = runner.epoch(theta, state, data, plan)
        costs.append((cost.data, cost.penalty))
    found = Result(theta, np.array(costs), state.t, state.vectors, [None] * len(costs))
    assert_same(case, dtype, found, run(engine, case, dtype))


@pytest.mark.parametrize("engine", BOTH)
def test_a_bad_example_of_one_rank_fails_on_all(engine: str) -> None:
    case = Case("bad", optimizer=SGD())
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[37] = np.nan  # of the third batch
    found = over_ranks([engine] * 2, case, "float64", (theta, Data(X, data.Y)))
    assert [result.failed for result in found] == [[2], [2]]
    assert [result.steps for result in found] == [2, 2]
    np.testing.assert_array_equal(found[0].theta, found[1].theta)


@pytest.mark.parametrize("engine", BOTH)
def test_costs_of_all_ranks_are_averaged(engine: str) -> None:
    case = Case("cost", weights="random")
    theta, data = case.problem("float64")
    cuts = [np.arange(13), np.arange(13, len(data))]

    def work(rank: int, reduce: Any) -> float:
        runner = ENGINES[engine](case.network, case.objective, case.optimizer, SumsOverRanks(reduce))
        return runner.cost(theta, data.rows(cuts[rank]))

    one, other = Together(2).run(work)
    assert one == other
    assert one == pytest.approx(case.network.cost(theta, data.X, data.Y, data.sample_weight), rel=1e-12)


def test_a_gradient_of_no_weight_may_be_anything() -> None:
    out = np.empty(2)
    sums = SumsOverRanks(lambda sums: np.add(sums, [3.0, 5.0, 2.0, 4.0, 6.0])).average(
        np.array([np.nan, np.inf]), BatchSums(0.0, 0.0, 3), out
    )
    assert (sums.cost, sums.weight, sums.rows) == (2.0, 4.0, 9)
    np.testing.assert_array_equal(out, [0.75, 1.25])


def test_what_a_reduce_returns_may_stand_for_what_it_writes() -> None:
    doubled = SumsOverRanks(lambda sums: sums * 2)
    assert doubled.add(1.0, 2.5) == [2.0, 5.0]


@pytest.mark.parametrize("engine", BOTH)
def test_one_vector_goes_through_for_each_step(engine: str) -> None:
    case, lengths = Case("vectors", weights="holes"), []
    theta, data = case.problem("float64")
    ranks = SumsOverRanks(lambda sums: lengths.append(len(sums)))
    runner = ENGINES[engine](case.network, case.objective, case.optimizer, ranks)
    (plan,) = plans(case, len(data), 5)
    runner.epoch(theta, case.optimizer.start(theta), data, plan)
    assert lengths == [theta.size + 3] * 5
