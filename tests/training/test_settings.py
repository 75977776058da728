"""Settings refuse what cannot be trained with, all faults at once."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop import Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.errors import SettingsError
from glassprop.optimizer import Momentum, Optimizer
from glassprop.training.schedule import Cosine, WarmUp
from glassprop.training.targets import smooth
from glassprop.training.train_settings import Settings


def test_all_faults_come_in_one_message() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(epochs=0, batch_size=0, objective=Objective(-1.0, 0.0), label_smoothing=1.0, tol=-1, patience=0)
    for name in ("epochs", "batch_size", "l2", "clip_norm", "label_smoothing", "tol", "patience"):
        assert f"{name} must be" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_default_batch_is_200_or_all() -> None:
    assert [Settings().batch_of(n) for n in (10, 200, 1000)] == [10, 200, 200]
    assert [Settings(batch_size=32).batch_of(n) for n in (10, 1000)] == [10, 32]


@pytest.mark.parametrize(
    ("output", "cost", "n_out", "expected"),
    [
        ("softmax", "cross_entropy", 4, [0.925, 0.025, 0.025, 0.025]),
        ("sigmoid", "binary_cross_entropy", 2, [0.95, 0.05]),
    ],
)
def test_label_smoothing(output: str, cost: str, n_out: int, expected: list[float]) -> None:
    network = Network(2, [Layer(n_out, output)], cost)
    Y = np.eye(n_out)[[0]]
    np.testing.assert_allclose(smooth(network, Y, 0.1), [expected])
    np.testing.assert_array_equal(smooth(network, Y, 0.0), Y)


def test_label_smoothing_needs_probabilities() -> None:
    network = Network(2, [Layer(1, "identity")], "squared_error")
    with pytest.raises(SettingsError, match="set it to 0, or use cross_entropy"):
        smooth(network, np.zeros((3, 1)), 0.1)


@pytest.mark.parametrize("value", [2.5, "a", True, None, float("nan")])
def test_epochs_and_batch_size_are_whole_numbers(value) -> None:
    with pytest.raises(SettingsError, match="epochs must be a whole number of 1 or more, got"):
        Settings(epochs=value)
    if value is not None:
        with pytest.raises(SettingsError, match="batch_size must be None, or a whole number of 1 or more, got"):
            Settings(batch_size=value)
    assert Settings(epochs=np.int64(3), batch_size=np.int32(2)).batch_of(9) == 2


def test_text_is_no_number() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(objective=Objective("a", "b"), label_smoothing="c", tol="d", patience="e")
    for name in ("l2", "clip_norm", "label_smoothing", "tol", "patience"):
        assert f"{name} must be" in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "adam"}, r"optimizer must be an Optimizer, such as Adam\(\) \(others: SGD, .*\), got 'adam'"),
        ({"optimizer": "AdamW"}, r"such as AdamW\(\)"),
        ({"optimizer": Momentum}, r"such as Momentum\(\) .*, got <class"),
        ({"optimizer": Optimizer()}, r"optimizer must be an Optimizer, such as SGD\(\)"),
        ({"optimizer": None}, "optimizer must be an Optimizer"),
        (
            {"schedule": "cosine"},
            r"schedule must be a Schedule, such as Cosine\(\) \(others: Constant, .*\), got 'cosine'",
        ),
        ({"schedule": 0.01}, r"schedule must be a Schedule, such as Constant\(\)"),
        ({"objective": 0.1}, r"objective must be an Objective object, such as Objective\(\), got 0.1"),
        ({"objective": {"l2": 1}}, "objective must be an Objective object"),
        ({"shuffle": "no"}, "shuffle must be True or False, got 'no'"),
        ({"own_batches": 1}, "own_batches must be True or False, got 1"),
        ({"engine": "gpu"}, "engine must be one of auto, compiled, reference, got 'gpu'"),
        ({"restore_best": None}, "restore_best must be True or False, got None"),
        ({"cost_scale": "x"}, "cost_scale must be above 0, got 'x'"),
        ({"cost_scale": float("nan")}, "cost_scale must be above 0, got nan"),
    ],
)
def test_what_is_no_record_is_refused_with_what_would_do(wrong: dict, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        Settings(**wrong)
    assert "\n" not in str(caught.value)


def test_faults_of_kind_and_of_size_come_together() -> None:
    with pytest.raises(SettingsError, match=r"optimizer must be .*; schedule must be .*; epochs must be"):
        Settings(optimizer="sgd", schedule="constant", epochs=0)


def test_schedules_and_optimizers_of_ones_own_are_taken() -> None:
    class Own(Optimizer):
        pass

    assert Settings(optimizer=Own(), schedule=WarmUp(Cosine(0.1), 3)).schedule.rate == 0.1
