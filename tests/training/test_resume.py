"""A training that is left after any epoch, written down, and gone on with elsewhere ends with the same bits."""

from __future__ import annotations

import copy
import io
import itertools
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassprop import Layer, Network
from glassprop.errors import DataError, SettingsError
from glassprop.optimizer import OPTIMIZERS
from glassprop.training.packing import Packed, pack, unpack
from glassprop.training.reports import EpochReport
from glassprop.training.schedule import SCHEDULES, WarmUp
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

EPOCHS = 7
RNG = np.random.default_rng(3)
X, WEIGHT = RNG.normal(size=(53, 4)), RNG.uniform(0.5, 2.0, 53)
Y = np.eye(3)[np.digitize(X[:, 0] + 0.3 * RNG.normal(size=53), [-0.5, 0.5])]


def network(dropout: float = 0.2) -> Network:
    return Network(4, [Layer(6, "tanh", dropout=dropout), Layer(5, "gelu"), Layer(3, "softmax")], "cross_entropy")


def written(state: TrainState) -> bytes:
    """The state as bytes: JSON and arrays, nothing else."""
    packed, buffer = pack(state), io.BytesIO()
    np.savez(buffer, facts=np.array(json.dumps(packed.facts)), **packed.arrays)
    return buffer.getvalue()


def read(data: bytes) -> TrainState:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        found = dict(arrays)
    return unpack(Packed(json.loads(str(found.pop("facts"))), found))


def settings_of(**settings: Any) -> Settings:
    return Settings(**{"epochs": EPOCHS, "batch_size": 8, "tol": 0.0, "patience": 100} | settings)


def trained(
    settings: Settings, dtype: type = np.float64, validation: Any = None, rng: Any = None
) -> tuple[TrainState, list[bytes]]:
    """The end of a training, and its state after each epoch, written down."""
    left: list[bytes] = []
    net, rng = network(), rng or np.random.default_rng(0)
    theta = net.initial(rng, dtype)
    arrays = X.astype(dtype), Y.astype(dtype), WEIGHT

    def on_epoch(report: EpochReport) -> None:
        left.append(written(report.state))

    return net.train(theta, *arrays, settings=settings, rng=rng, validation=validation, on_epoch=on_epoch), left


def resumed(left: bytes, settings: Settings, dtype: type = np.float64, validation: Any = None) -> TrainState:
    return network().resume(
        read(left), X.astype(dtype), Y.astype(dtype), WEIGHT, settings=settings, validation=validation
    )


def same(one: TrainState, other: TrainState) -> None:
    np.testing.assert_array_equal(one.theta, other.theta)
    assert asdict(one.history) == asdict(other.history)
    mine, theirs = pack(one), pack(other)
    assert mine.facts == theirs.facts
    assert mine.arrays.keys() == theirs.arrays.keys()
    for name, array in mine.arrays.items():
        np.testing.assert_array_equal(array, theirs.arrays[name], err_msg=name)
        assert array.dtype == theirs.arrays[name].dtype
    predictions = [network().predict(state.theta, X.astype(state.theta.dtype)) for state in (one, other)]
    np.testing.assert_array_equal(*predictions)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_optimizer_goes_on(engine: str, optimizer: str, dtype: type) -> None:
    settings = settings_of(engine=engine, optimizer=OPTIMIZERS[optimizer]())
    straight, left = trained(settings, dtype)
    assert straight.engine == engine
    for number in (0, 3, EPOCHS - 1):
        same(resumed(left[number], settings, dtype), straight)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_goes_on(engine: str, schedule: str) -> None:
    for made in (SCHEDULES[schedule](0.05), WarmUp(SCHEDULES[schedule](0.05), 10)):
        settings = settings_of(engine=engine, schedule=made, tol=0.02, patience=1)
        straight, left = trained(settings)
        same(resumed(left[len(left) // 2], settings), straight)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize(("patience", "restore"), [(1, True), (100, True), (100, False)])
@pytest.mark.parametrize("validation", [0.3, (X[:20], Y[:20])])
def test_early_stopping_goes_on_with_its_best_weights(
    engine: str, patience: int, restore: bool, validation: Any
) -> None:
    settings = settings_of(engine=engine, patience=patience, restore_best=restore, tol=0.01, epochs=12)
    straight, left = trained(settings, validation=validation)
    for data in left:
        same(resumed(data, settings, validation=None if isinstance(validation, float) else validation), straight)


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, "legacy"])
def test_every_generator_goes_on(bits: Any) -> None:
    rng = np.random.RandomState(5) if bits == "legacy" else np.random.Generator(bits(5))
    rng.standard_normal(3)  # leaves half a pair behind in the legacy one
    straight, left = trained(settings_of(), rng=rng)
    same(resumed(left[2], settings_of()), straight)


def test_a_chain_of_resumptions_is_one_training() -> None:
    straight, left = trained(settings_of())
    states = [left[0]]

    def leave(report: EpochReport) -> bool:
        states.append(written(report.state))
        return True

    for _ in range(EPOCHS - 1):
        network().resume(read(states[-1]), X, Y, WEIGHT, settings=settings_of(), on_epoch=leave)
    data = states[-1]
    same(read(data), read(left[-1]))
    same(resumed(data, settings_of()), straight)


@pytest.mark.parametrize("name", ["dropout_key", "step", "optimizer_samples"])
def test_each_counter_counts(name: str) -> None:
    """A state with another number ends elsewhere: what is written down is really gone on with."""
    schedule = SCHEDULES["invscaling"](0.05) if name == "optimizer_samples" else SCHEDULES["cosine"](0.05)
    settings = settings_of(schedule=schedule)
    straight, left = trained(settings)
    state = read(left[2])
    setattr(state, name, getattr(state, name) + 1)
    assert (network().resume(state, X, Y, WEIGHT, settings=settings).theta != straight.theta).any()


def test_a_copy_in_memory_goes_on_too() -> None:
    left: list[TrainState] = []
    net, rng = network(), np.random.default_rng(0)

    def keep(report: EpochReport) -> None:
        left.append(copy.deepcopy(report.state))

    straight = net.train(net.initial(rng), X, Y, settings=settings_of(), rng=rng, on_epoch=keep)
    same(net.resume(left[1], X, Y, settings=settings_of()), straight)


ELSEWHERE = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from training import test_resume as here
folder = Path({folder!r})
settings = here.settings_of(engine={engine!r})
state = here.resumed((folder / "left").read_bytes(), settings, validation=None)
(folder / "end").write_bytes(here.written(state))
"""


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_another_process_goes_on(engine: str, tmp_path: Path) -> None:
    settings = settings_of(engine=engine)
    straight, left = trained(settings, validation=0.3)
    (tmp_path / "left").write_bytes(left[2])
    code = ELSEWHERE.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path), engine=engine)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    same(read((tmp_path / "end").read_bytes()), straight)


# --- what cannot be gone on with ---------------------------------------------------------------------------------


def test_other_data_are_refused() -> None:
    _, left = trained(settings_of())
    with pytest.raises(SettingsError, match="53 examples, got 20: give the same"):
        network().resume(read(left[0]), X[:20], Y[:20], settings=settings_of())
    _, left = trained(settings_of(), validation=0.3)
    with pytest.raises(SettingsError, match="was set aside, and there are 20"):
        network().resume(read(left[0]), X[:20], Y[:20], settings=settings_of())
    with pytest.raises(SettingsError, match="leave validation out"):
        network().resume(read(left[0]), X, Y, settings=settings_of(), validation=(X, Y))


def test_a_state_of_no_training_and_one_left_in_an_epoch_are_refused() -> None:
    net = network()
    with pytest.raises(SettingsError, match="cannot be resumed"):
        net.resume(TrainState(net.initial(np.random.default_rng(0))), X, Y, settings=settings_of())
    with pytest.raises(SettingsError, match="a TrainState, got a ndarray"):
        net.resume(net.initial(np.random.default_rng(0)), X, Y)  # type: ignore[arg-type]


def test_a_training_that_ended_by_itself_stays_as_it_ended() -> None:
    straight, left = trained(settings_of(patience=1, tol=10.0))
    assert straight.epoch < EPOCHS
    same(resumed(left[-1], settings_of(patience=1, tol=10.0)), straight)


def test_more_epochs_may_be_asked_for() -> None:
    straight, _ = trained(settings_of(epochs=EPOCHS))
    _, left = trained(settings_of(epochs=3))
    same(resumed(left[-1], settings_of(epochs=EPOCHS)), straight)


DAMAGES = {
    "theta is missing": lambda p: p.arrays.pop("theta"),
    "a counter is missing": lambda p: p.facts.pop("step"),
    "a vector of another size": lambda p: p.arrays.update({"optimizer.0": np.zeros(3)}),
    "best weights of another size": lambda p: p.arrays.update(best_theta=np.zeros(3)),
    "an order that leaves out": lambda p: p.arrays.update(order=np.zeros(53, dtype=int)),
    "rows aside twice": lambda p: p.arrays.update(aside=np.array([3, 3])),
    "another generator": lambda p: p.facts["rng"].update(name="SystemRandom"),
    "no generator's numbers": lambda p: p.facts["rng"].update(state={}),
    "more facts": lambda p: p.facts["optimizer"].pop("kind"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_altered_is_refused(damage: str) -> None:
    _, left = trained(settings_of(), validation=0.3)
    packed = pack(read(left[1]))
    DAMAGES[damage](packed)
    with pytest.raises(DataError):
        unpack(packed)


@pytest.mark.parametrize("pos", [-1, 625, 10**9])
def test_a_place_beyond_a_generators_words_is_refused(pos: int) -> None:
    """NumPy would read there."""
    state = TrainState(np.zeros(2), rng=np.random.RandomState(0), order=np.arange(3))
    packed = pack(state)
    packed.facts["rng"]["state"]["pos"] = pos
    with pytest.raises(DataError, match="624"):
        unpack(packed)


def test_a_generator_that_cannot_be_written_down_is_named() -> None:
    state = TrainState(np.zeros(2), rng=np.random.Generator(np.random.SFC64(0)), order=np.arange(3))
    with pytest.raises(DataError, match="SFC64"):
        pack(state)


def test_what_is_written_down_shares_nothing_with_the_state() -> None:
    state = read(trained(settings_of())[1][2])
    before = pack(state)
    kept = {name: array.copy() for name, array in before.arrays.items()}
    network().resume(state, X, Y, WEIGHT, settings=settings_of())
    for name, array in kept.items():
        np.testing.assert_array_equal(before.arrays[name], array)


def test_every_field_of_a_state_is_written_down() -> None:
    """A field that is added is there by itself, or is named here as one of those with a way of their own."""
    state = read(trained(settings_of(), validation=0.3)[1][-1])
    again = unpack(pack(state))
    for name, value in vars(state).items():
        other = vars(again)[name]
        if name in ("optimizer", "best_optimizer"):
            for mine, theirs in itertools.zip_longest(value.vectors, other.vectors):
                np.testing.assert_array_equal(mine, theirs)
        elif name == "rng":
            assert value.bit_generator.state == other.bit_generator.state
        elif isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, other)
        else:
            assert value == other, name
