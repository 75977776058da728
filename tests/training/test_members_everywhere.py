"""Networks of several members, wherever their examples come from: blocks, lanes, ranks, other arrays, all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from array_libraries import on_host, strict
from groups import together
from members_alone import alone
from rounding import OF_A_TRAINING, assert_rounded
from training.rank_cases import Together
from training.test_groups import own_part
from training.test_in_the_middle import LeaveAt, LeftError
from training.test_resume import read
from training.test_sources import Listed, assert_equal

from glassprop import Layer, Network, Scale
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import room
from glassprop.engine.elsewhere import outputs_elsewhere
from glassprop.engine.plan import Data
from glassprop.optimizer import SGD, AdamW
from glassprop.training.lanes import ArrayLanes
from glassprop.training.lbfgs import train_lbfgs
from glassprop.training.loop import train
from glassprop.training.reports import Validation
from glassprop.training.schedule import Constant
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

BOTH = ["reference", "auto"]  # compiled, where there are kernels for members
N = 203
RNG = np.random.default_rng(17)
X, WEIGHT = RNG.normal(size=(N, 6)), RNG.uniform(0.5, 2.0, N)
Y = np.eye(3)[np.digitize(X[:, 0] + 0.3 * RNG.normal(size=N), [-0.5, 0.5])]
EDGES = np.array([0, 31, 32, 32, 50, 77, 90, 111, 111, 150, 151, 180, 203])  # where lanes begin: two have no row
DATA = Data(X, Y, WEIGHT)
HELD = Data(X[:20], Y[:20], WEIGHT[:20])


def network(dropout: float = 0.2) -> Network:
    layers = [Scale(own=True), Layer(9, "tanh", dropout=dropout), Layer(3, "softmax", own=True)]
    return Network(6, layers, "cross_entropy", members=3)


def settings_of(**settings: Any) -> Settings:
    more = {"optimizer": AdamW(decay=0.1), "objective": Objective(0.3, 0.5), "label_smoothing": 0.1}
    return Settings(**{"epochs": 3, "batch_size": 32, "patience": 100} | more | settings)


def trained(source: Any, settings: Settings, **options: Any) -> TrainState:
    net = options.pop("network", network())
    state = TrainState(net.initial(np.random.default_rng(0), options.pop("dtype", np.float64)))
    options = {"rng": np.random.default_rng(1), "validation": Validation(HELD), "dropout_key": 5} | options
    return train(net, state, source, settings, **options)


@pytest.mark.parametrize("cuts", [(203,), (32, 203), (5, 100, 101, 203)], ids=str)
@pytest.mark.parametrize("engine", BOTH)
def test_blocks_are_one_array(engine: str, cuts: tuple[int, ...]) -> None:
    settings = settings_of(engine=engine, shuffle=False)
    assert_equal(trained(Listed(DATA, cuts), settings), trained(DATA, settings))


@pytest.mark.parametrize("engine", BOTH)
def test_the_same_bits_for_any_number_of_processes_that_have_lanes(engine: str) -> None:
    def of_group(size: int) -> list[TrainState]:
        return together(
            size,
            lambda rank, group: trained(
                own_part_of(rank, size), settings_of(engine=engine), group=group, validation=None
            ),
        )

    def own_part_of(rank: int, size: int) -> ArrayLanes:
        return own_part(DATA, rank, size, EDGES)

    (one,) = of_group(1)
    for size in (2, 3, 12):
        for state in of_group(size):
            assert_equal(state, one)
    all_here = trained(ArrayLanes(DATA, EDGES, 3), settings_of(engine=engine), validation=None)
    assert_rounded(one.theta, all_here.theta, roundings=OF_A_TRAINING)
    assert_rounded(one.history.cost, all_here.history.cost, roundings=OF_A_TRAINING)


@pytest.mark.parametrize("engine", BOTH)
def test_two_ranks_are_one_run(engine: str) -> None:
    settings = settings_of(engine=engine, shuffle=False, batch_size=30, optimizer=SGD(), schedule=Constant(0.05))
    rows = [np.flatnonzero(np.arange(180) % 30 < 20), np.flatnonzero(np.arange(180) % 30 >= 20)]
    whole = trained(DATA.rows(np.arange(180)), settings, network=network(0), validation=None)
    work = Together(2).run(
        lambda rank, reduce: trained(
            DATA.rows(rows[rank]), settings, network=network(0), validation=None, reduce=reduce
        )
    )
    for state in work:
        assert not isinstance(state, BaseException), state
        assert_rounded(state.theta, whole.theta, roundings=OF_A_TRAINING)
    np.testing.assert_array_equal(work[0].theta, work[1].theta)


@pytest.mark.parametrize("own_batches", [False, True])
def test_arrays_of_another_library_give_the_same_bits(own_batches: bool) -> None:
    library, settings = strict(), settings_of(engine="reference", own_batches=own_batches)
    here, there = (trained(Data(x, Y, WEIGHT), settings, validation=Validation(Data(held, Y[:20])))
                   for x, held in ((X, X[:20]), (library(X), library(X[:20]))))  # fmt: skip
    assert_equal(there, here)
    a = outputs_elsewhere(network(), here.theta, library(X))
    assert library.is_own(a)
    np.testing.assert_array_equal(on_host(a), network().predict(here.theta, X, engine="reference"))


def test_lbfgs_finds_the_minimum_of_the_mean_of_costs() -> None:
    """Two linear networks: each is a ridge regression whose share in the cost, but not in L2, is a half."""
    net = Network(6, [Layer(2, "identity", own=True)], "half_squared_error", members=2)
    targets, state = RNG.normal(size=(N, 2)), TrainState(net.initial(np.random.default_rng(0)))
    settings = Settings(objective=Objective(l2=0.7))
    train_lbfgs(net, state, Data(X, targets), settings, max_iterations=300, max_calls=3000, tol=1e-9)
    x, y = X - X.mean(axis=0), targets - targets.mean(axis=0)
    w = np.linalg.solve(x.T @ x + 2 * 0.7 * np.eye(6), x.T @ y).T
    for member in range(2):
        np.testing.assert_allclose(net.member(member).w(state.theta, 1), w, atol=1e-4)
        np.testing.assert_allclose(
            net.member(member).b(state.theta, 1), targets.mean(axis=0) - w @ X.mean(axis=0), atol=1e-4
        )


@pytest.mark.parametrize("engine", BOTH)
def test_validation_is_of_the_mean_prediction(engine: str) -> None:
    net = network()
    state = trained(DATA, settings_of(engine=engine, epochs=2, restore_best=False, tol=0.0))
    a = np.mean([plain.predict(state.theta[at], X[:20]) for plain, at in alone(net, state.theta)], axis=0)
    known = np.average(net.cost_function(a, Y[:20]), weights=WEIGHT[:20])
    assert_rounded(state.history.validation_cost[-1], known)


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_training_that_was_left_goes_on_to_the_same_bits(
    engine: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_CALL_WORK", 1.0)  # kernels are called for many steps at once
    data = Data(X.astype(dtype), Y.astype(dtype), WEIGHT)
    options = {"dtype": dtype, "validation": None}
    settings = settings_of(engine=engine)
    straight, keeper = trained(data, settings, **options), LeaveAt(5)
    with pytest.raises(LeftError):
        trained(data, settings, keeper=keeper, **options)
    state = read(keeper.kept[-1])
    assert_equal(train(network(), state, data, settings, resume=True), straight)


def test_networks_that_share_nothing_train_as_networks_alone_do() -> None:
    """With half the rate of one, since its share in the mean of two costs is half of it."""
    layers = [Layer(4, "tanh", own=True), Layer(3, "softmax", own=True)]
    net = Network(6, layers, "cross_entropy", members=2)
    settings = {"engine": "reference", "own_batches": False, "optimizer": SGD(), "objective": Objective()}
    settings |= {"schedule": Constant(0.2)}
    start = net.initial(np.random.default_rng(0))
    both = trained(DATA, settings_of(**settings), network=net, validation=None)
    for plain, at in alone(net, start):
        state = TrainState(start[at].copy())
        own = settings_of(**settings | {"schedule": Constant(0.1)})
        train(plain, state, DATA, own, rng=np.random.default_rng(1), dropout_key=5)
        assert_rounded(both.theta[at], state.theta, roundings=OF_A_TRAINING)
