"""Trainings of several ranks: each on examples of its own, with one history, one course and the same decisions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded
from training.rank_cases import Together

from glassprop import Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.engine.plan import Data
from glassprop.errors import DivergenceError, SettingsError
from glassprop.optimizer import SGD, Momentum
from glassprop.training.lbfgs import train_lbfgs
from glassprop.training.packing import pack, unpack
from glassprop.training.schedule import Constant
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

ENGINES = ["reference", "compiled"]
RNG = np.random.default_rng(7)
X, WEIGHT = RNG.normal(size=(60, 4)), RNG.uniform(0.5, 2.0, 60)
Y = np.eye(3)[np.digitize(X[:, 0] + 0.3 * RNG.normal(size=60), [-0.5, 0.5])]
HELD = RNG.normal(size=(30, 4))
HELD_Y, HELD_WEIGHT = np.eye(3)[RNG.integers(3, size=30)], RNG.uniform(0.5, 2.0, 30)
# Batches of 12: 8 of the first rank, 4 of the second. Their validation data are split as unevenly as it comes.
OWN = [np.flatnonzero(np.arange(60) % 12 < 8), np.flatnonzero(np.arange(60) % 12 >= 8)]
OWN_HELD = [np.arange(7), np.arange(7, 30)]


def network(dropout: float = 0.0) -> Network:
    return Network(4, [Layer(6, "tanh", dropout=dropout), Layer(3, "softmax")], "cross_entropy")


def settings_of(**settings: Any) -> Settings:
    return Settings(**{"epochs": 8, "batch_size": 12, "shuffle": False, "schedule": Constant(0.05)} | settings)


def trained(settings: Settings, rank: int | None, reduce: Any = None, **options: Any) -> TrainState:
    """On a rank's examples, or on all of them."""
    own, held = (slice(None), slice(None)) if rank is None else (OWN[rank], OWN_HELD[rank])
    net = options.pop("network", network())
    if options.pop("judged", False):
        options["validation"] = (HELD[held], HELD_Y[held], HELD_WEIGHT[held])
    theta, rng = net.initial(np.random.default_rng(0)), np.random.default_rng(1 + (rank or 0))
    data = X[own], Y[own], WEIGHT[own]
    return net.train(theta, *data, settings=settings, rng=rng, reduce=reduce, **options)


def of_ranks(settings: Settings, **options: Any) -> list[TrainState]:
    found = Together(2).run(lambda rank, reduce: trained(settings, rank, reduce, **options))
    for state in found:
        if isinstance(state, BaseException):
            raise state
    return found


def assert_agree(one: TrainState, other: TrainState) -> None:
    np.testing.assert_array_equal(one.theta, other.theta)
    assert one.history == other.history
    for name in ("epoch", "step", "samples", "best_epoch", "best_score", "stopped_by", "kept_epoch", "waiting"):
        assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("judged", [False, True])
@pytest.mark.parametrize("patience", [1, 1000])
@pytest.mark.parametrize("engine", ENGINES)
def test_two_ranks_take_the_course_of_one_run(engine: str, patience: int, judged: bool) -> None:
    """Costs, validation costs, when to stop, which weights are best: as if all examples were in one place."""
    settings = settings_of(
        engine=engine, patience=patience, tol=0.01, epochs=30, objective=Objective(0.2, 0.3), optimizer=Momentum()
    )
    one, other = of_ranks(settings, judged=judged)
    expected = trained(settings, None, judged=judged)
    assert_agree(one, other)
    assert_rounded(one.theta, expected.theta, roundings=OF_A_TRAINING)
    assert_rounded(one.history.cost, expected.history.cost, roundings=OF_A_TRAINING)
    assert_rounded(one.history.validation_cost, expected.history.validation_cost, roundings=OF_A_TRAINING)
    for name in ("epoch", "step", "samples", "best_epoch", "stopped_by", "kept_epoch", "waiting"):
        assert getattr(one, name) == getattr(expected, name), name
    assert (patience == 1) == (expected.epoch < 30)
    assert len(one.history.validation_cost) == (one.epoch if judged else 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rank_with_fewer_examples_than_there_are_steps(engine: str) -> None:
    """Gradient descent by hand: batch k holds [k n/5] to [(k + 1) n/5] of each rank's n, three of 57 and of 3."""
    net, own = network(), [np.arange(57), np.arange(57, 60)]
    theta = net.initial(np.random.default_rng(0))
    expected = theta.copy()
    for k in range(5):
        rows = np.concatenate([rows[k * len(rows) // 5 : (k + 1) * len(rows) // 5] for rows in own])
        expected -= 0.1 * net.gradient(expected, X[rows], Y[rows])
    settings = settings_of(engine=engine, epochs=1, optimizer=SGD(), schedule=Constant(0.1))

    def work(rank: int, reduce: Any) -> TrainState:
        rng = np.random.default_rng(rank)
        return net.train(theta, X[own[rank]], Y[own[rank]], settings=settings, rng=rng, reduce=reduce)

    for state in Together(2).run(work):
        assert_rounded(state.theta, expected)
        assert state.samples == 60


@pytest.mark.parametrize("engine", ENGINES)
def test_each_rank_shuffles_and_drops_by_its_own_generator(engine: str) -> None:
    settings = settings_of(engine=engine, shuffle=True, epochs=20)
    one, other = of_ranks(settings, network=network(0.3))
    assert_agree(one, other)
    assert one.dropout_key != other.dropout_key
    assert not np.array_equal(one.order[: len(other.order)], other.order)
    assert one.history.cost[-1] < 0.8 * one.history.cost[0]


@pytest.mark.parametrize("stopping", [0, 1])
def test_one_rank_that_stops_stops_all(stopping: int) -> None:
    def work(rank: int, reduce: Any) -> TrainState:
        return trained(
            settings_of(), rank, reduce, on_epoch=lambda report: rank == stopping and report.state.epoch == 3
        )

    one, other = Together(2).run(work)
    assert_agree(one, other)
    assert one.epoch == 3
    assert one.stopped_by == "A callback asked to stop."


@pytest.mark.parametrize("engine", ENGINES)
def test_a_training_that_diverges_ends_on_all_ranks(engine: str) -> None:
    """One of them finds the numbers that went; the other says that its own are finite, or that it has none there."""
    bad = X.copy()
    bad[OWN[1][-1]] = np.nan

    def work(rank: int, reduce: Any) -> TrainState:
        net, own = network(), OWN[rank]
        theta, rng = net.initial(np.random.default_rng(0)), np.random.default_rng(rank)
        return net.train(theta, bad[own], Y[own], settings=settings_of(engine=engine), rng=rng, reduce=reduce)

    one, other = Together(2).run(work)
    for error, what in ((one, "every number of the examples of this process is finite"), (other, "the inputs")):
        assert isinstance(error, DivergenceError)
        assert str(error).startswith("the cost stopped being a finite number in epoch 1")
        assert what in str(error)
    np.testing.assert_array_equal(one.state.theta, other.state.theta)


@pytest.mark.parametrize("engine", ENGINES)
def test_ranks_go_on_from_their_states_to_the_same_bits(engine: str) -> None:
    settings, left = settings_of(engine=engine, shuffle=True, tol=0.0, patience=1000), [[], []]

    def begun(rank: int, reduce: Any) -> TrainState:
        note = left[rank].append
        return trained(settings, rank, reduce, judged=True, on_epoch=lambda report: note(pack(report.state)))

    def resumed(rank: int, reduce: Any) -> TrainState:
        own, held = OWN[rank], OWN_HELD[rank]
        return network().resume(
            unpack(left[rank][2]),
            *(X[own], Y[own], WEIGHT[own]),
            settings=settings,
            validation=(HELD[held], HELD_Y[held], HELD_WEIGHT[held]),
            reduce=reduce,
        )

    straight, again = Together(2).run(begun), Together(2).run(resumed)
    for one, other in zip(straight, again, strict=True):
        assert_agree(one, other)
        for mine, theirs in zip(one.optimizer.vectors, other.optimizer.vectors, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_ranks_must_begin_with_the_same_parameters() -> None:
    def work(rank: int, reduce: Any) -> TrainState:
        net = network()
        theta, rng = net.initial(np.random.default_rng(rank)), np.random.default_rng(rank)
        return net.train(theta, X[OWN[rank]], Y[OWN[rank]], settings=settings_of(), rng=rng, reduce=reduce)

    for error in Together(2).run(work):
        assert isinstance(error, SettingsError)
        assert "the 2 processes begin with different parameters, or precisions; give each the same theta" in str(error)


@pytest.mark.parametrize("apart", [1e-15, np.float32])
def test_ranks_that_begin_all_but_alike_are_refused(apart: Any) -> None:
    def work(rank: int, reduce: Any) -> TrainState:
        net = network()
        theta, rng = net.initial(np.random.default_rng(0)), np.random.default_rng(rank)
        if rank:
            theta = theta.astype(apart) if isinstance(apart, type) else theta + apart
        return net.train(theta, X[OWN[rank]], Y[OWN[rank]], settings=settings_of(), rng=rng, reduce=reduce)

    assert all("begin with different parameters" in str(error) for error in Together(2).run(work))


@pytest.mark.parametrize("reduce", ["sum", 1, np.zeros(3)])
def test_reduce_is_a_function(reduce: Any) -> None:
    with pytest.raises(SettingsError, match="reduce must be a function that sums a vector over all processes, got"):
        trained(settings_of(), None, reduce)


def test_lbfgs_takes_the_same_iterations() -> None:
    settings = Settings(objective=Objective(0.3))

    def work(rank: int | None, reduce: Any = None) -> tuple[TrainState, float]:
        own, held = (slice(None), slice(None)) if rank is None else (OWN[rank], OWN_HELD[rank])
        state = TrainState(network().initial(np.random.default_rng(0)))
        result = train_lbfgs(
            network(),
            state,
            Data(X[own], Y[own], WEIGHT[own]),
            settings,
            max_iterations=15,
            max_calls=100,
            tol=1e-9,
            validation=Data(HELD[held], HELD_Y[held], HELD_WEIGHT[held]),
            on_iteration=lambda state: rank != 0 and state.epoch == 9,
            reduce=reduce,
        )
        return state, result.cost

    one, other = Together(2).run(work)
    expected = work(None)
    assert_agree(one[0], other[0])
    assert one[1] == other[1]
    assert one[0].epoch == expected[0].epoch == 9
    # the line search carries rounding on: far less than what the iterations do
    np.testing.assert_allclose(one[0].history.cost, expected[0].history.cost, rtol=1e-6)
    np.testing.assert_allclose(one[0].history.validation_cost, expected[0].history.validation_cost, rtol=1e-4)
    assert expected[0].history.cost[-1] < 0.5 * expected[0].history.cost[0]


@pytest.mark.parametrize("answer", [True, 1.0, "x", [1.0, 2.0], np.zeros(3)])
def test_a_reduce_that_gives_back_something_else_is_refused(answer):
    network = Network(2, [Layer(1, "identity")])
    X, Y = np.zeros((4, 2)), np.ones((4, 1))
    with pytest.raises(SettingsError, match="reduce must give back"):
        network.train(np.zeros(3), X, Y, rng=np.random.default_rng(0), reduce=lambda vector: answer)
