"""A training that is kept in the middle of an epoch, written down, and gone on with ends with the same bits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import layer_cases
import numpy as np
import pytest
from scipy import sparse
from training.test_resume import read, written
from training.test_sources import Listed

from glassprop import Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import room
from glassprop.engine.midway import StepCosts
from glassprop.engine.plan import Data
from glassprop.errors import DataError, DivergenceError, SettingsError
from glassprop.optimizer import OPTIMIZERS, SGD, AdamW
from glassprop.training.lanes import ArrayLanes
from glassprop.training.loop import train
from glassprop.training.packing import Packed, pack, unpack
from glassprop.training.reports import Validation
from glassprop.training.schedule import SCHEDULES, Cosine, WarmUp
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

BOTH = ["reference", "compiled"]
EPOCHS, BATCH, N = 3, 8, 45
STEPS = 6  # of an epoch
RNG = np.random.default_rng(5)
X, WEIGHT = RNG.normal(size=(N, 4)), RNG.uniform(0.5, 2.0, N)
Y = np.eye(3)[RNG.integers(3, size=N)]
NET = Network(4, [Layer(6, "tanh", dropout=0.2), Layer(5, "gelu"), Layer(3, "softmax")], "cross_entropy")


@pytest.fixture(autouse=True)
def left_off_after_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an epoch can be cut at each; kernels are called for many steps at once."""
    monkeypatch.setattr(room, "_CALL_WORK", 1.0)


class LeftError(Exception):
    """Training is left."""


@dataclass
class LeaveAt:
    """Due from the n-th time on that it is asked, until it has kept the state; then it ends training. 0: always due."""

    n: int
    ends: bool = True
    asked: int = 0
    kept: list[bytes] = field(default_factory=list)

    def due(self) -> bool:
        self.asked += 1
        return not self.n or (self.asked >= self.n and not self.kept)

    def keep(self, state: TrainState) -> None:
        self.kept.append(written(state))
        if self.ends:
            raise LeftError


def settings_of(**settings: Any) -> Settings:
    return Settings(**{"epochs": EPOCHS, "batch_size": BATCH, "tol": 0.0, "patience": 100} | settings)


WHOLE, PLAIN = Data(X, Y, WEIGHT), settings_of()


@dataclass(frozen=True)
class Job:
    """A training, all of it."""

    data: Any = WHOLE
    network: Network = NET
    settings: Settings = PLAIN
    validation: Validation | None = None
    dtype: Any = np.float64

    def run(self, keeper: Any = None, left: bytes | None = None) -> TrainState:
        key = 77 if any(layer.dropout for layer in self.network.layers) else 0
        if left is None:
            rng = np.random.default_rng(0)
            state, more = TrainState(self.network.initial(rng, self.dtype)), {"rng": rng, "dropout_key": key}
        else:
            state, more = read(left), {"resume": True}
        data = copy.deepcopy(self.data)
        return train(self.network, state, data, self.settings, validation=self.validation, keeper=keeper, **more)

    def on(self, engine: str) -> Job:
        return replace(self, settings=replace(self.settings, engine=engine))


def same(one: TrainState, other: TrainState) -> None:
    mine, theirs = pack(one), pack(other)
    assert mine.facts == theirs.facts
    assert mine.arrays.keys() == theirs.arrays.keys()
    for name, array in mine.arrays.items():
        np.testing.assert_array_equal(array, theirs.arrays[name], err_msg=name)
        assert array.dtype == theirs.arrays[name].dtype


def left_at(job: Job, ask: int) -> bytes:
    keeper = LeaveAt(ask)
    with pytest.raises(LeftError):
        job.run(keeper)
    return keeper.kept[0]


def goes_on(job: Job, *places: tuple[int, int]) -> None:
    """Left at some places (epochs, steps), the same as straight on; and to be kept all along changes nothing."""
    straight = job.run()
    same(job.run(LeaveAt(0, ends=False)), straight)
    for epoch, step in places:
        left = left_at(job, epoch * (STEPS + 1) + step)  # it is asked after each step, and after each epoch
        state = read(left)
        assert (state.epoch, state.steps_made) == (epoch, step)
        same(job.run(left=left), straight)


JOBS: dict[str, Job] = {
    **{f"optimizer {name}": Job(settings=settings_of(optimizer=OPTIMIZERS[name]())) for name in OPTIMIZERS},
    **{
        f"schedule {name}": Job(
            settings=settings_of(schedule=WarmUp(SCHEDULES[name](0.05), 8), patience=1, tol=1.0, optimizer=SGD())
        )
        for name in SCHEDULES
    },
    "no weights": Job(Data(X, Y)),
    "whole batches": Job(Data(X[:42], Y[:42]), settings=settings_of(batch_size=7)),
    "float32": Job(Data(X.astype(np.float32), Y.astype(np.float32)), dtype=np.float32),
    "l2, clipped, smoothed": Job(
        settings=settings_of(objective=Objective(l2=0.01, clip_norm=0.1), label_smoothing=0.1)
    ),
    "in order": Job(settings=settings_of(shuffle=False)),
    "decay and dropout fade": Job(
        settings=settings_of(optimizer=AdamW(decay=0.1), decay_schedule=Cosine(1.0), dropout_schedule=Cosine(1.0))
    ),
    "weightless batches": Job(
        Data(X, Y, np.where(np.arange(N) < 30, 0.0, WEIGHT)), settings=settings_of(shuffle=False)
    ),
    "early stopping": Job(validation=Validation(Data(X[:9], Y[:9]))),
    "by a score": Job(validation=Validation(Data(X[:9], Y[:9]), score=lambda theta: -abs(float(theta.sum())))),
    "sparse": Job(Data(sparse.csr_matrix(np.where(X > 0.5, X, 0.0)), Y)),
    "wide and sparse": Job(
        Data(sparse.random(N, 80, 0.05, format="csr", random_state=1), Y, WEIGHT),
        Network(80, [Layer(5, "tanh"), Layer(3, "softmax")], "cross_entropy"),
    ),
    "in chunks": Job(
        Data(np.tile(X, (6, 1)), np.tile(Y, (6, 1))),
        Network(4, [Layer(80, "tanh", dropout=0.2), Layer(80, "relu"), Layer(3, "softmax")], "cross_entropy"),
        settings_of(batch_size=50),
    ),
    "in lanes": Job(ArrayLanes(Data(X, Y, WEIGHT), (0, 11, 13, 13, 30, 45), seed=4)),
    "a source": Job(Listed(Data(X, Y, WEIGHT), (5, 16, 29, 45))),
    "a source in one block": Job(Listed(Data(X, Y), (45,))),
}


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("case", JOBS)
def test_a_training_that_is_left_between_two_steps_goes_on(case: str, engine: str) -> None:
    goes_on(JOBS[case].on(engine), (0, 1), (1, 4), (2, 5))


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("case", [*layer_cases.CASES, *layer_cases.MEMBERS])
def test_every_kind_of_layer_goes_on(case: str, engine: str) -> None:
    net = (layer_cases.CASES | layer_cases.MEMBERS)[case]
    _, inputs, targets = layer_cases.example(net, n=N)
    engine = "auto" if net.members > 1 and engine == "compiled" else engine  # where there are kernels for members
    goes_on(Job(Data(inputs, targets), net).on(engine), (1, 3))


@pytest.mark.parametrize("engine", BOTH)
def test_it_can_be_left_at_every_step_and_at_both_ends_of_an_epoch(engine: str) -> None:
    job, places = Job().on(engine), []
    straight, all_along = job.run(), LeaveAt(0, ends=False)
    job.run(all_along)
    for left in all_along.kept:
        state = read(left)
        places.append((state.epoch, state.steps_made))
        assert len(state.history.cost) == state.epoch
        same(job.run(left=left), straight)
    inner = [(epoch, step) for epoch in range(EPOCHS) for step in range(1, STEPS)]
    assert places == sorted(inner + [(epoch, 0) for epoch in range(1, EPOCHS)])


@pytest.mark.parametrize("engine", BOTH)
def test_a_chain_of_cuts_is_one_training(engine: str) -> None:
    job = Job(validation=Validation(Data(X[:9], Y[:9]))).on(engine)
    straight, left, count = job.run(), None, 0
    state = None
    while state is None:
        keeper = LeaveAt(2)
        try:
            state = job.run(keeper, left)
        except LeftError:
            left, count = keeper.kept[0], count + 1
    same(state, straight)
    assert count >= EPOCHS * STEPS // 3


@pytest.mark.parametrize("engine", BOTH)
def test_what_ends_an_epoch_that_was_begun_in_its_middle_leaves_it_there(engine: str) -> None:
    job = Job().on(engine)
    left = left_at(job, 9)
    state = read(left)
    keeper = LeaveAt(2)
    with pytest.raises(LeftError):
        train(NET, state, job.data, job.settings, resume=True, keeper=keeper)
    same(state, read(left))
    same(job.run(left=keeper.kept[0]), job.run())


@pytest.mark.parametrize(("first", "then"), [("reference", "compiled"), ("compiled", "reference")])
def test_another_engine_goes_on_up_to_rounding(first: str, then: str) -> None:
    job = Job(settings=settings_of(objective=Objective(l2=0.01)))
    left, straight = left_at(job.on(first), 9), job.on(then).run()
    end = job.on(then).run(left=left)
    np.testing.assert_allclose(end.theta, straight.theta, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(end.history.cost, straight.history.cost, rtol=1e-11)


@pytest.mark.parametrize("engine", BOTH)
def test_one_that_diverges_later_says_the_same(engine: str) -> None:
    job = Job(settings=settings_of(optimizer=SGD(), schedule=WarmUp(SCHEDULES["constant"](1e200), 0)))
    job = replace(job, network=Network(4, [Layer(3, "identity"), Layer(3, "identity")])).on(engine)
    errors = []
    with pytest.raises(DivergenceError) as straight:
        job.run()
    errors.append(str(straight.value))
    keeper = LeaveAt(1, ends=False)
    with pytest.raises(DivergenceError):
        job.run(keeper)
    with pytest.raises(DivergenceError) as later:
        job.run(left=keeper.kept[0])
    assert [str(later.value)] == errors
    assert later.value.state.so_far is None


def test_another_length_of_epochs_is_refused() -> None:
    left = left_at(Job(), 6 + 5)
    job = Job(settings=settings_of(batch_size=15))
    with pytest.raises(SettingsError, match="interrupted after 4 steps of an epoch, which has 3 here"):
        job.run(left=left)


def other(**parts: Any) -> Callable[[StepCosts], StepCosts]:
    return lambda made: replace(made, **{name: change(getattr(made, name)) for name, change in parts.items()})


ALTERED: dict[str, Callable[[StepCosts], StepCosts]] = {
    "fewer costs": other(costs=lambda a: a[1:]),
    "no step": lambda made: StepCosts(made.costs[:0], made.squares[:0], made.rows[:0], made.totals[:0], False),
    "one axis": other(costs=lambda a: a[:, 0]),
    "another dtype": other(squares=lambda a: a.astype(np.float32)),
    "NaN": other(totals=lambda a: np.full_like(a, np.nan)),
    "negative": other(rows=lambda a: -a),
    "rows that are no whole numbers": other(rows=lambda a: a + 0.5),
    "a flag that is none": other(averaged=lambda _: 7),
    "far too wide": other(**{name: lambda a: np.zeros((len(a), 65)) for name in ("costs", "squares")}),
}


@pytest.mark.parametrize("case", ALTERED)
def test_costs_that_are_none_are_refused(case: str) -> None:
    state = read(left_at(Job(), 4))
    assert state.so_far is not None
    state.so_far = ALTERED[case](state.so_far)
    with pytest.raises(DataError, match="so_far must be what steps have cost"):
        unpack(pack(state))


def test_costs_without_the_order_of_their_epoch_are_refused() -> None:
    packed = pack(read(left_at(Job(), 4)))
    with pytest.raises(DataError, match="so_far goes with an order"):
        unpack(Packed({**packed.facts, "drawn": False}, packed.arrays))
