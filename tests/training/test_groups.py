"""A group of processes that share lanes: one course, the same bits whoever has which lanes, and the same decisions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import together
from rounding import OF_A_TRAINING, assert_rounded
from scipy import sparse
from training.test_in_the_middle import LeaveAt, LeftError
from training.test_resume import read
from training.test_sources import assert_equal

from glassprop import Layer, Network
from glassprop.backprop import ranks
from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import Group, lanes_of_rank
from glassprop.engine.plan import Data
from glassprop.errors import DivergenceError, SettingsError
from glassprop.optimizer import OPTIMIZERS, SGD, AdamW
from glassprop.training.lanes import ArrayLanes
from glassprop.training.loop import train
from glassprop.training.packing import pack, unpack
from glassprop.training.reports import Validation
from glassprop.training.schedule import Adaptive, Cosine
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

BOTH = ["reference", "compiled"]
SIZES = (2, 3, 5, 12)
RNG = np.random.default_rng(17)
X, WEIGHT = RNG.normal(size=(203, 6)), RNG.uniform(0.5, 2.0, 203)
Y = np.eye(3)[np.digitize(X[:, 0] + 0.3 * RNG.normal(size=203), [-0.5, 0.5])]
EDGES = np.array([0, 31, 32, 32, 50, 77, 90, 111, 111, 150, 151, 180, 203])  # where lanes begin: two have no row
HELD, HELD_WEIGHT = RNG.normal(size=(70, 6)), RNG.uniform(0.5, 2.0, 70)
HELD_Y = np.eye(3)[RNG.integers(3, size=70)]
HELD_EDGES = np.array([0, 0, 5, 9, 9, 20, 33, 34, 40, 41, 55, 60, 70])


def network(dropout: float = 0.2) -> Network:
    return Network(6, [Layer(9, "tanh", dropout=dropout), Layer(7, "gelu"), Layer(3, "softmax")], "cross_entropy")


def settings_of(**settings: Any) -> Settings:
    return Settings(**{"epochs": 4, "batch_size": 32, "patience": 1000} | settings)


def data_of(dtype: str = "float64", *, thin: bool = False, weighted: bool = True) -> Data:
    dense = X.astype(dtype) * (np.abs(X) > 1.2 if thin else 1)
    return Data(sparse.csr_matrix(dense) if thin else dense, Y.astype(dtype), WEIGHT if weighted else None)


def own_part(data: Data, rank: int, size: int, edges: np.ndarray = EDGES) -> ArrayLanes:
    """What a rank has: the rows of its lanes and no others."""
    lanes = lanes_of_rank(len(edges) - 1, rank, size)
    start, stop = int(edges[lanes.start]), int(edges[lanes.stop])
    return ArrayLanes(data.rows(slice(start, stop)), edges, 3, first_row=start)


def held_out(dtype: str, rank: int, size: int) -> Validation:
    lanes = lanes_of_rank(12, rank, size)
    edges = HELD_EDGES[lanes.start : lanes.stop + 1]
    rows = slice(int(edges[0]), int(edges[-1]))
    data = Data(HELD[rows].astype(dtype), HELD_Y[rows].astype(dtype), HELD_WEIGHT[rows])
    return Validation(data, lanes=edges - edges[0])


def of_group(
    size: int, settings: Settings, dtype: str = "float64", data: Data | None = None, **options: Any
) -> list[TrainState]:
    edges, judged = options.pop("edges", EDGES), options.pop("judged", False)
    given = data or data_of(dtype)

    def work(rank: int, group: Group) -> TrainState:
        state = TrainState(network().initial(np.random.default_rng(0), dtype))
        more = {"validation": held_out(dtype, rank, size) if judged else None} | options
        more = {name: value(rank) if name == "on_epoch" else value for name, value in more.items()}
        rng = np.random.default_rng(rank)  # from which nothing is drawn
        return train(
            network(), state, own_part(given, rank, size, edges), settings, rng=rng, dropout_key=7, group=group, **more
        )

    return together(size, work)


def assert_all_equal(states: list[TrainState], expected: TrainState) -> None:
    for state in states:
        assert_equal(state, expected)
        assert state.best_score == expected.best_score
        assert state.kept_epoch == expected.kept_epoch


SETTINGS = {
    "plain": {},
    "all of it": {
        "optimizer": AdamW(decay=0.1),
        "objective": Objective(0.3, 0.5),
        "label_smoothing": 0.1,
        "decay_schedule": Cosine(1.0),
        "dropout_schedule": Cosine(1.0),
        "schedule": Cosine(0.02),
    },
    "stops early": {"epochs": 40, "patience": 2, "tol": 0.01, "optimizer": SGD(), "schedule": Adaptive(0.1)},
    "small batches": {"batch_size": 5, "epochs": 2},
    "one batch": {"batch_size": 203},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("engine", BOTH)
def test_the_same_bits_for_any_number_of_processes(engine: str, settings: dict[str, Any], dtype: str) -> None:
    chosen = settings_of(engine=engine, **settings)
    (one,) = of_group(1, chosen, dtype, judged=True)
    assert one.engine == engine
    assert len(one.history.validation_cost) == one.epoch
    assert one.epoch < chosen.epochs or "patience" not in settings
    for size in SIZES if dtype == "float32" else (2, 5):
        assert_all_equal(of_group(size, chosen, dtype, judged=True), one)


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(engine: str, optimizer: str) -> None:
    settings = settings_of(engine=engine, optimizer=OPTIMIZERS[optimizer](), epochs=2)
    for weighted in (True, False):
        (one,) = of_group(1, settings, "float32", data_of("float32", weighted=weighted))
        assert_all_equal(of_group(3, settings, "float32", data_of("float32", weighted=weighted)), one)


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_takes_the_course_of_one_run(engine: str) -> None:
    """One process without a group has the same batches and masks, and other sums: rounding apart."""
    settings = settings_of(engine=engine, objective=Objective(0.2, 0.4), optimizer=SGD())
    state = TrainState(network().initial(np.random.default_rng(0)))
    options = {"rng": np.random.default_rng(0), "dropout_key": 7}
    validation = Validation(Data(HELD, HELD_Y, HELD_WEIGHT))
    alone = train(network(), state, own_part(data_of(), 0, 1), settings, validation=validation, **options)
    for found in of_group(3, settings, judged=True):
        assert_rounded(found.theta, alone.theta, roundings=OF_A_TRAINING)
        assert_rounded(found.history.cost, alone.history.cost, roundings=OF_A_TRAINING)
        assert_rounded(found.history.validation_cost, alone.history.validation_cost, roundings=OF_A_TRAINING)
        for name in ("epoch", "step", "samples", "best_epoch", "stopped_by"):
            assert getattr(found, name) == getattr(alone, name), name


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_with_a_sparse_x(engine: str) -> None:
    data, settings = data_of(thin=True), settings_of(engine=engine, optimizer=SGD())
    (one,) = of_group(1, settings, data=data)
    assert one.engine == engine
    for size in (2, 5, 12):  # of which two have no row at all, and so no sparse matrix
        assert_all_equal(of_group(size, settings, data=data), one)
    dense = Data(data.X.toarray(), data.Y, data.sample_weight)
    (expected,) = of_group(1, settings_of(engine="reference", optimizer=SGD()), data=dense)
    assert_rounded(one.theta, expected.theta, roundings=OF_A_TRAINING)


def test_how_a_sparse_x_is_read_does_not_follow_from_who_reads_it() -> None:
    """The first lanes are thin and the others are not: each alone would be read in another way."""
    wide = np.hstack([X] * 10)
    wide[:111, 6:] = 0
    data = Data(sparse.csr_matrix(wide), Y)
    net = Network(60, [Layer(16, "relu"), Layer(3, "softmax")])

    def work(rank: int, group: Group) -> TrainState:
        state = TrainState(net.initial(np.random.default_rng(0), "float64"))
        settings = settings_of(engine="compiled", optimizer=SGD(), objective=Objective(0.1, 0.01))
        return train(net, state, own_part(data, rank, group.size), settings, rng=np.random.default_rng(0), group=group)

    (one,) = together(1, work)
    for size in (2, 4, 12):
        assert_all_equal(together(size, work), one)


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_goes_on_with_another_number_of_processes(engine: str) -> None:
    settings, left = settings_of(engine=engine, objective=Objective(0.1, 0.5)), []

    def note(rank: int) -> Any:
        return lambda report: left.append(pack(report.state)) if rank == 0 else None

    straight = of_group(3, settings, judged=True, on_epoch=note)[0]

    def resumed(rank: int, group: Group) -> TrainState:
        source, validation = own_part(data_of(), rank, group.size), held_out("float64", rank, group.size)
        return train(network(), unpack(left[1]), source, settings, validation=validation, resume=True, group=group)

    for size in (1, 2, 5):
        assert_all_equal(together(size, resumed), straight)


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_that_is_left_in_the_middle_of_an_epoch_goes_on_as_another(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranks, "_ASKED_EVERY", 1)
    settings = settings_of(engine=engine, objective=Objective(0.1, 0.5))
    straight = of_group(3, settings, judged=True)[0]
    kept: list[bytes] = []

    def left(rank: int, group: Group) -> None:
        state, keeper = TrainState(network().initial(np.random.default_rng(0))), LeaveAt(11 if rank else 10**6)
        options = {"validation": held_out("float64", rank, 3), "rng": np.random.default_rng(0), "dropout_key": 7}
        with pytest.raises(LeftError):
            train(network(), state, own_part(data_of(), rank, 3), settings, group=group, keeper=keeper, **options)
        kept.extend(keeper.kept)

    def resumed(rank: int, group: Group) -> TrainState:
        source, validation = own_part(data_of(), rank, group.size), held_out("float64", rank, group.size)
        return train(network(), read(kept[0]), source, settings, validation=validation, resume=True, group=group)

    together(3, left)
    assert len(kept) == 3
    assert read(kept[0]).steps_made % 7  # of an epoch's steps
    for size in (1, 2, 5):
        assert_all_equal(together(size, resumed), straight)


# --- decided alike ------------------------------------------------------------------------------------------------


def test_the_first_process_judges_for_all() -> None:
    """Scores that each process makes by itself may differ, on other machines; what follows from them may not."""

    def work(rank: int, group: Group) -> TrainState:
        state = TrainState(network().initial(np.random.default_rng(0)))
        turns = iter(range(100))
        validation = Validation(score=lambda theta: (next(turns) - 2) ** 2 * (-1.0 if rank == 0 else 1.0))
        options = {"rng": np.random.default_rng(0), "dropout_key": 7, "validation": validation, "group": group}
        return train(
            network(), state, own_part(data_of(), rank, group.size), settings_of(patience=2, epochs=9), **options
        )

    for state in together(3, work):
        assert state.history.score == [-4.0, -1.0, 0.0, -1.0, -4.0, -9.0]
        assert state.best_epoch == 3


def test_validation_data_that_all_have_whole() -> None:
    whole = Validation(Data(HELD, HELD_Y, HELD_WEIGHT))
    states = of_group(3, settings_of(), validation=whole)
    assert_all_equal(states, of_group(1, settings_of(), validation=whole)[0])
    expected = network().cost(states[0].theta, HELD, HELD_Y, HELD_WEIGHT)
    best = states[0].history.validation_cost[states[0].kept_epoch - 1]
    assert best == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("stopping", [0, 2])
def test_one_process_that_stops_stops_all(stopping: int) -> None:
    def on_epoch(rank: int) -> Any:
        return lambda report: rank == stopping and report.state.epoch == 2

    states = of_group(3, settings_of(), on_epoch=on_epoch)
    assert [state.epoch for state in states] == [2, 2, 2]
    assert {state.stopped_by for state in states} == {"A callback asked to stop."}


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_that_diverges_ends_with_one_error_each(engine: str) -> None:
    bad = data_of()
    bad.X[202] = np.nan
    thetas = []

    def work(rank: int, group: Group) -> None:
        state = TrainState(network().initial(np.random.default_rng(0)))
        with pytest.raises(DivergenceError, match="the cost stopped being a finite number in epoch 1"):
            train(
                network(),
                state,
                own_part(bad, rank, 3),
                settings_of(engine=engine),
                rng=np.random.default_rng(0),
                group=group,
            )
        thetas.append(state.theta)

    together(3, work)
    np.testing.assert_array_equal(thetas, [thetas[0]] * 3)


def test_processes_must_begin_alike() -> None:
    def begun(seed: int, edges: np.ndarray, group: Group) -> TrainState:
        state = TrainState(network().initial(np.random.default_rng(seed)))
        source = ArrayLanes(data_of(), edges, 3)
        return train(network(), state, source, settings_of(), rng=np.random.default_rng(0), group=group)

    with pytest.raises(SettingsError, match=r"the 2 processes begin with different parameters, .* or with other lanes"):
        together(2, lambda rank, group: begun(rank, EDGES, group))
    others = EDGES.copy()
    others[1] -= 1
    with pytest.raises(SettingsError, match=r"or with other lanes; give each .* and the same source"):
        together(2, lambda rank, group: begun(0, EDGES if rank else others, group))


def test_more_processes_than_lanes() -> None:
    with pytest.raises(SettingsError, match="3 processes cannot share 2 lanes of examples"):
        of_group(3, settings_of(), edges=np.array([0, 100, 203]))


# --- a reduction that adds up as it likes --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", BOTH)
def test_a_group_may_add_up_by_a_reduction_of_its_own(engine: str) -> None:
    settings = settings_of(engine=engine, optimizer=SGD())

    def work(rank: int, group: Group) -> TrainState:
        def reduce(vector: np.ndarray) -> None:
            vector[...] = np.sum(group.everyone(vector), axis=0)

        state = TrainState(network(0.0).initial(np.random.default_rng(0)))
        source = own_part(data_of(), rank, group.size)
        return train(network(0.0), state, source, settings, rng=np.random.default_rng(0), group=group, reduce=reduce)

    one, other = together(2, work)
    assert_equal(one, other)
    (alone,) = together(1, work)
    assert_rounded(one.theta, alone.theta, roundings=OF_A_TRAINING)
    assert one.samples == alone.samples == 4 * 203
