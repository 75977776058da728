"""Sums lane by lane: whichever rank has which lanes, the same bits; and those of one run, up to rounding."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import CASES, DTYPES, ENGINES, STEPS, WIDE, Case, Result, pairs_of, plans
from engine.test_engines_agree import assert_same
from groups import together

from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import BatchSums, Group, LaneSums, lanes_of_rank, tree_of
from glassprop.engine.plan import Data, EpochPlan
from glassprop.errors import SettingsError
from glassprop.optimizer import OPTIMIZERS, SGD, AdamW
from glassprop.training.lanes import shares_here, shares_of

BOTH = ["reference", "compiled"]
SIZES = (1, 2, 3, 4, 5, 6, 12)
UNEVEN = np.array([3, 1, 0, 2, 2, 1, 1, 5, 0, 1, 2, 1])  # how long twelve lanes are, as parts


def edges_of(rows: int, n_lanes: int = 12) -> np.ndarray:
    """Where lanes of such lengths begin among the rows."""
    parts = np.cumsum(np.resize(UNEVEN, n_lanes))
    return np.concatenate([[0], parts * rows // parts[-1]])


def in_lanes(case: Case, rows: int, steps: int, n_lanes: int) -> list[tuple[EpochPlan, list[np.ndarray], np.ndarray]]:
    """Epochs: each with its plan, the order within each lane, and how far lanes are at each step."""
    lanes, made = edges_of(rows, n_lanes), []
    edges = shares_of(np.diff(lanes).tolist(), case.batch)
    for number, plan in enumerate(plans(replace(case, uneven=False, apart=False), rows, steps)):
        rng = np.random.default_rng([5, number])
        orders = [
            start + (rng.permutation(stop - start) if number else np.arange(stop - start))
            for start, stop in pairwise(lanes)
        ]
        made.append((plan, orders, edges))
    return made


def plan_of(plan: EpochPlan, orders: list[np.ndarray], edges: np.ndarray, lanes: range) -> EpochPlan:
    """The plan of a rank that has these lanes."""
    shares = [orders[lane][start[lane] : stop[lane]] for start, stop in pairwise(edges) for lane in lanes]
    bounds = edges[:, lanes.start : lanes.stop].sum(axis=1)
    order = np.concatenate([*shares, np.arange(0)])
    batch = max(1, int(np.diff(bounds).max()))
    return replace(plan, order=order, batch_size=batch, bounds=bounds, shares=shares_here(edges, lanes))


def over_lanes(
    engine: str, case: Case, dtype: str, size: int, *, steps: int = STEPS, n_lanes: int = 12, problem: Any = None
) -> list[Result]:
    """What each rank ends with."""
    theta, data = problem or case.problem(dtype)
    epochs = in_lanes(case, len(data), steps, n_lanes)

    def work(rank: int, group: Group) -> Result:
        own, sums = theta.copy(), LaneSums(group, n_lanes)
        runner = ENGINES[engine](case.network, case.objective, case.optimizer, sums)
        state, costs, failed = case.optimizer.start(own), [], []
        with np.errstate(all="ignore"):
            for epoch in epochs:
                cost = runner.epoch(own, state, data, plan_of(*epoch, sums.here))
                costs.append((cost.data, cost.penalty))
                failed.append(cost.failed)
                if cost.failed is not None:
                    break
        return Result(own, np.array(costs), state.t, state.vectors, failed)

    return together(size, work)


def alone(engine: str, case: Case, dtype: str, *, steps: int = STEPS, n_lanes: int = 12, problem: Any = None) -> Result:
    """The same batches, in one run that knows of no lanes."""
    theta, data = problem or case.problem(dtype)
    theta = theta.copy()
    runner = ENGINES[engine](case.network, case.objective, case.optimizer)
    state, costs, failed = case.optimizer.start(theta), [], []
    with np.errstate(all="ignore"):
        for epoch in in_lanes(case, len(data), steps, n_lanes):
            cost = runner.epoch(theta, state, data, replace(plan_of(*epoch, range(n_lanes)), shares=None))
            costs.append((cost.data, cost.penalty))
            failed.append(cost.failed)
    return Result(theta, np.array(costs), state.t, state.vectors, failed)


def assert_equal(one: Result, other: Result) -> None:
    np.testing.assert_array_equal(one.theta, other.theta)
    np.testing.assert_array_equal(one.costs, other.costs)
    assert one.steps == other.steps
    assert one.failed == other.failed
    for mine, theirs in zip(one.vectors, other.vectors, strict=True):
        np.testing.assert_array_equal(mine, theirs)


# --- the tree -----------------------------------------------------------------------------------------------------


def test_the_tree_of_twelve() -> None:
    assert tree_of(12) == [
        *((0, 1), (0, 2), (4, 5), (3, 4), (0, 3)),
        *((6, 7), (6, 8), (10, 11), (9, 10), (6, 9), (0, 6)),
    ]


@pytest.mark.parametrize("n_lanes", [1, 2, 3, 4, 5, 7, 12, 13, 24, 64])
def test_a_tree_adds_up_every_lane_once(n_lanes: int) -> None:
    held = [{lane} for lane in range(n_lanes)]
    for a, b in tree_of(n_lanes):
        assert not held[a] & held[b]
        held[a], held[b] = held[a] | held[b], set()
    assert held[0] == set(range(n_lanes))


@pytest.mark.parametrize("n_lanes", [1, 2, 3, 5, 8, 12, 13, 24])
def test_each_rank_adds_what_it_can_and_hands_over_the_rest(n_lanes: int) -> None:
    """Of symbols, so that the order of every add is seen."""
    expected = [f"{lane}" for lane in range(n_lanes)]
    for a, b in tree_of(n_lanes):
        expected[a] = f"({expected[a]}+{expected[b]})"
    for size in range(1, n_lanes + 1):
        roots = []
        for rank in range(size):
            sums = LaneSums(_Alone(rank, size), n_lanes)
            here = [f"{lane}" for lane in sums.here]
            for a, b in sums.adds:
                here[a] = f"({here[a]}+{here[b]})"
            assert n_lanes != 12 or size == 5 or len(sums.roots) <= 2
            roots += [here[root] for root in sums.roots]
        for a, b in sums.tree:
            roots[a] = f"({roots[a]}+{roots[b]})"
        assert roots[0] == expected[0]


class _Alone(Group):
    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size


def test_lanes_are_shared_out_whole() -> None:
    for size in range(1, 13):
        found = [lane for rank in range(size) for lane in lanes_of_rank(12, rank, size)]
        assert found == list(range(12))
    with pytest.raises(
        SettingsError, match=r"13 processes cannot share 12 lanes .*: start at most 12 processes, or ask"
    ):
        lanes_of_rank(12, 0, 13)


# --- the same bits ------------------------------------------------------------------------------------------------


STEPPED = [*(maker() for maker in OPTIMIZERS.values()), AdamW(decay=0.3)]
OBJECTIVES = [Objective(), Objective(0.4), Objective(0.4, 0.05)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("optimizer", "objective", "weights"), pairs_of(STEPPED, OBJECTIVES, ["", "random", "holes"]), ids=str
)
@pytest.mark.parametrize("engine", BOTH)
def test_ranks_are_one_run(engine: str, optimizer: Any, objective: Objective, weights: str, dtype: str) -> None:
    case = Case("lanes", optimizer=optimizer, objective=objective, weights=weights)
    one = over_lanes(engine, case, dtype, 1, steps=6)[0]
    for size in (2, 3):
        for found in over_lanes(engine, case, dtype, size, steps=6):
            assert_equal(found, one)
    assert_same(case, dtype, one, alone(engine, case, dtype, steps=6))


# of three neighbors one, another one from row to row: lists of cases are products, of which each third has one column
SOME_CASES = [case for n, case in enumerate(CASES) if (n + n // 3 + n // 9) % 3 == 0]


@pytest.mark.parametrize("case", SOME_CASES, ids=lambda case: case.name)
def test_every_kind_of_step_has_the_same_bits_for_any_number_of_ranks(case: Case) -> None:
    """By turns with so many ranks."""
    size = SIZES[1 + len(case.name) % 3]
    one = over_lanes("compiled", case, "float32", 1, steps=6)[0]
    for found in over_lanes("compiled", case, "float32", size, steps=6):
        assert_equal(found, one)
    assert_same(case, "float32", one, alone("compiled", case, "float32", steps=6))


def test_among_some_cases_are_all_kinds_of_layers_costs_optimizers_and_plans() -> None:
    told = ("objective", "weights", "scheduled", "uneven", "smoothing", "apart")

    def kinds_in(cases: list[Case]) -> set[Any]:
        layers = [layer for case in cases for layer in case.network.layers]
        return {
            *((layer.kind, layer.activation.name) for layer in layers),
            *(case.cost.partition("(")[0] for case in cases),
            *(type(case.optimizer) for case in cases),
            *((case.own, case.members) for case in cases),
            *((name, str(getattr(case, name))) for case in cases for name in told),
        }

    assert kinds_in(SOME_CASES) == kinds_in(CASES)


DROPS = ((17, "relu", 0.25), (9, "tanh"), (8, "gelu", 0.9), (3, "softmax"))
CHUNKS = ((40, "relu", 0.3), (50, "softplus"), (3, "softmax"))
SOME = [
    Case("dropout", DROPS, weights="holes", objective=Objective(0.1), scheduled=True),
    Case("chunks", CHUNKS, rows=700, batch=333, objective=Objective(0.3, 0.02), weights="random", optimizer=AdamW()),
    Case("small batches", batch=5, optimizer=SGD()),
    Case("batches of one", DROPS, batch=1, rows=25),
    Case("few rows", batch=4, rows=7),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", SOME, ids=lambda case: case.name)
@pytest.mark.parametrize("engine", BOTH)
def test_all_numbers_of_ranks(engine: str, case: Case, dtype: str) -> None:
    one = over_lanes(engine, case, dtype, 1)[0]
    for size in SIZES[1:]:
        for found in over_lanes(engine, case, dtype, size):
            assert_equal(found, one)
    assert_same(case, dtype, one, alone(engine, case, dtype))
    assert_same(case, dtype, one, alone("reference", case, dtype))


WIDER = ((160, "relu"), (150, "tanh"), (3, "softmax"))
BLOCKS = Case("blocks", WIDER, rows=900, batch=640, objective=Objective(0.1, 0.02))


@pytest.mark.parametrize("case", [*WIDE, BLOCKS], ids=lambda case: case.name)
def test_large_products(case: Case) -> None:
    steps = 4 if case.name in ("blocks", "wide") else 2  # two epochs, the second shuffled, of these
    one = over_lanes("compiled", case, "float32", 1, steps=steps)[0]
    for found in over_lanes("compiled", case, "float32", 4, steps=steps):
        assert_equal(found, one)
    assert_same(case, "float32", one, alone("compiled", case, "float32", steps=steps))


@pytest.mark.parametrize("n_lanes", [1, 2, 5, 20, 40])
@pytest.mark.parametrize("engine", BOTH)
def test_other_numbers_of_lanes(engine: str, n_lanes: int) -> None:
    case = Case("many", CHUNKS, rows=200, batch=64, objective=Objective(0.3, 0.02))
    one = over_lanes(engine, case, "float64", 1, n_lanes=n_lanes, steps=8)[0]
    for size in {min(2, n_lanes), min(7, n_lanes), n_lanes}:
        for found in over_lanes(engine, case, "float64", size, n_lanes=n_lanes, steps=8):
            assert_equal(found, one)
    assert_same(case, "float64", one, alone(engine, case, "float64", n_lanes=n_lanes, steps=8))


@pytest.mark.parametrize("scale", [1e-44, 1e42])
@pytest.mark.parametrize("engine", BOTH)
def test_the_scale_of_the_weights_does_not_matter(engine: str, scale: float) -> None:
    case = Case("scaled", rows=60, optimizer=SGD(), weights="random")
    theta, data = case.problem("float32")
    scaled = Data(data.X, data.Y, data.sample_weight * scale)
    found = over_lanes(engine, case, "float32", 3, problem=(theta, scaled))[0]
    assert_same(case, "float32", found, alone(engine, case, "float32", problem=(theta, data)))


@pytest.mark.parametrize("size", [1, 2, 12])
@pytest.mark.parametrize("engine", BOTH)
def test_a_bad_example_fails_on_all(engine: str, size: int) -> None:
    case = Case("bad", optimizer=SGD())
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[10] = np.nan  # of the first lane, whose last share it is in
    found = over_lanes(engine, case, "float64", size, problem=(theta, Data(X, data.Y)))
    assert len(found) == size
    for result in found:
        assert result.failed == [4]
        assert result.steps == 4
        np.testing.assert_array_equal(result.theta, found[0].theta)


@pytest.mark.parametrize("weights", ["", "holes"])
@pytest.mark.parametrize("engine", BOTH)
def test_costs_are_summed_lane_by_lane(engine: str, weights: str) -> None:
    case = Case("cost", weights=weights)
    theta, data = case.problem("float32")
    edges = edges_of(len(data))
    expected = case.network.cost(theta.astype(float), data.X.astype(float), data.Y.astype(float), data.sample_weight)

    def work(rank: int, group: Group) -> float:
        sums = LaneSums(group, 12)
        runner = ENGINES[engine](case.network, case.objective, case.optimizer, sums)
        own = edges[sums.here.start : sums.here.stop + 1]
        return runner.cost(theta, data.rows(slice(own[0], own[-1])), own - own[0])

    found = {cost for size in SIZES for cost in together(size, work)}
    assert len(found) == 1
    assert found.pop() == pytest.approx(expected, rel=1e-5)


def test_a_gradient_of_no_weight_may_be_anything() -> None:
    out, gradients = np.empty(2), np.array([[np.nan, np.inf], [3.0, 5.0], [np.nan, 0.0]])
    sums = [BatchSums(0.0, 0.0, 3), BatchSums(1.0, 2.0, 1), BatchSums(0.0, 0.0, 0)]
    whole = LaneSums(_Alone(0, 1), 3).average(gradients, sums, out)
    assert whole == BatchSums(1.0, 2.0, 4)
    np.testing.assert_array_equal(out, [3.0, 5.0])


@pytest.mark.parametrize("engine", BOTH)
def test_one_vector_goes_through_for_each_step(engine: str) -> None:
    """Of twelve lanes each of three ranks has two sums at most left."""
    case, lengths = Case("vectors"), {}
    theta, data = case.problem("float64")
    (epoch,) = in_lanes(case, len(data), 5, 12)

    def work(rank: int, group: Any) -> None:
        sums = LaneSums(group, 12)
        runner = ENGINES[engine](case.network, case.objective, case.optimizer, sums)
        runner.epoch(theta.copy(), case.optimizer.start(theta), data, plan_of(*epoch, sums.here))
        lengths[rank] = len(sums.roots), group.handed_over

    together(3, work)
    for roots, handed_over in lengths.values():
        assert roots == 2
        assert handed_over == [roots * (theta.size + 3)] * 5
