"""Schedules of weight decay and dropout: against NumPy by hand, between engines, over a resumed training, refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded

from glassprop import Layer, Network
from glassprop.equations.dropout import dropout_mask
from glassprop.errors import SettingsError
from glassprop.optimizer import SGD, Adam, AdamW
from glassprop.training.packing import pack, unpack
from glassprop.training.schedule import SCHEDULES, Constant, Cosine, OneCycle, Schedule, WarmUp
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

RNG = np.random.default_rng(4)
X = RNG.normal(size=(50, 3))
Y = np.stack([X[:, 0] * X[:, 1], np.sin(X[:, 2])], axis=1)
ENGINES = ["reference", "compiled"]


def network(dropout: float = 0.0) -> Network:
    return Network(3, [Layer(6, "tanh", dropout=dropout), Layer(2, "identity")], "half_squared_error")


def train(net: Network, epochs: int = 4, **settings: Any) -> TrainState:
    theta = net.initial(np.random.default_rng(0))
    made = Settings(**{"epochs": epochs, "batch_size": 13, "shuffle": False, "patience": 1000} | settings)
    return net.train(theta, X, Y, settings=made, rng=np.random.default_rng(1))


def cosine(step: int, steps: int) -> float:
    return 0.5 * (1 + np.cos(np.pi * step / steps))


@pytest.mark.parametrize("engine", ENGINES)
def test_decay_by_hand(engine: str) -> None:
    """With β = 0 and a huge ε Adam's step is η g / ε: gradient descent, after a decay that fades."""
    net, epochs, per_epoch, epsilon = network(), 4, 4, 1e8
    theta, weights = net.initial(np.random.default_rng(0)), np.ones(net.layout.size)
    for l in (1, 2):
        net.b(weights, l)[...] = 0
    for step in range(epochs * per_epoch):
        rows = slice(step % per_epoch * 13, (step % per_epoch + 1) * 13)
        gradient = net.gradient(theta, X[rows], Y[rows])
        theta = theta - 0.1 * (0.5 * cosine(step, epochs * per_epoch)) * weights * theta
        theta = theta - 0.1 * gradient / (np.abs(gradient) + epsilon)
    optimizer = AdamW(beta_1=0.0, beta_2=0.0, epsilon=epsilon, decay=0.5)
    found = train(
        net, epochs, engine=engine, optimizer=optimizer, schedule=Constant(0.1), decay_schedule=Cosine(1.0)
    ).theta
    assert_rounded(found, theta, roundings=OF_A_TRAINING)
    constant = train(net, epochs, engine=engine, optimizer=optimizer, schedule=Constant(0.1)).theta
    assert np.abs(found - constant).max() > 0.01


@pytest.mark.parametrize("engine", ENGINES)
def test_dropout_by_hand(engine: str) -> None:
    """Masks follow from key, step and layer as ever; what is kept, from the rate of the step."""
    net, epochs, per_epoch = network(0.6), 3, 4
    key = int(np.random.default_rng(1).integers(2**32))  # as a training draws it
    theta, steps = net.initial(np.random.default_rng(0)), epochs * per_epoch
    kept = []
    for step in range(steps):
        rows = slice(step % per_epoch * 13, (step % per_epoch + 1) * 13)
        rate = 0.6 * cosine(step, steps)
        mask = dropout_mask(key, step, 1, (len(X[rows]), 6), rate, theta.dtype)
        kept.append((mask > 0).mean())
        a = np.tanh(X[rows] @ net.w(theta, 1).T + net.b(theta, 1))
        delta = (a * mask @ net.w(theta, 2).T + net.b(theta, 2) - Y[rows]) / len(X[rows])
        inner = delta @ net.w(theta, 2) * mask * (1 - a**2)
        gradient = np.r_[(inner.T @ X[rows]).ravel(), inner.sum(0), (delta.T @ (a * mask)).ravel(), delta.sum(0)]
        theta = theta - 0.1 * gradient
    found = train(
        net, epochs, engine=engine, optimizer=SGD(), schedule=Constant(0.1), dropout_schedule=Cosine(1.0)
    ).theta
    assert_rounded(found, theta, roundings=OF_A_TRAINING)
    assert kept[0] < 0.6
    assert kept[-1] > 0.9


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_factor_of_1_changes_no_bit(engine: str, dtype: type) -> None:
    net, optimizer, found = network(0.3), AdamW(decay=0.1), []
    for factor in (None, Constant(1.0)):
        settings = Settings(
            epochs=3, batch_size=13, optimizer=optimizer, engine=engine, decay_schedule=factor, dropout_schedule=factor
        )
        theta = net.initial(np.random.default_rng(0), dtype)
        found.append(
            net.train(theta, X.astype(dtype), Y.astype(dtype), settings=settings, rng=np.random.default_rng(1))
        )
    np.testing.assert_array_equal(found[0].theta, found[1].theta)
    assert found[0].history == found[1].history


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("schedule", [*SCHEDULES.values(), lambda rate: WarmUp(OneCycle(rate), 5)])
def test_a_resumed_training_goes_on_with_them(engine: str, schedule: Any) -> None:
    net, left = network(0.5), []
    settings = Settings(
        optimizer=AdamW(decay=0.3),
        schedule=SCHEDULES["adaptive"](0.01),  # so that there are plateaus
        decay_schedule=schedule(1.0),
        dropout_schedule=schedule(0.9),
        epochs=6,
        batch_size=13,
        patience=1,
        tol=0.1,
        engine=engine,
    )
    theta = net.initial(np.random.default_rng(0))
    straight = net.train(
        theta, X, Y, settings=settings, rng=np.random.default_rng(1), on_epoch=lambda r: left.append(pack(r.state))
    )
    assert straight.engine == engine
    for packed in (left[0], left[3]):
        resumed = net.resume(unpack(packed), X, Y, settings=settings)
        np.testing.assert_array_equal(resumed.theta, straight.theta)
        assert resumed.history == straight.history


# --- what cannot be ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Own(Schedule):
    """Gives what it is told to, in the last epochs."""

    last: float = 0.0

    def rates(self, progress: Any, n_steps: int) -> np.ndarray:
        return np.full(n_steps, self.last if progress.step >= 8 else self.rate)


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
def test_a_schedule_of_decay_needs_decay(optimizer: Any) -> None:
    kind = type(optimizer).__name__
    with pytest.raises(SettingsError, match=rf"weight decay, and {kind} has none; use AdamW, or leave it out"):
        Settings(optimizer=optimizer, decay_schedule=Cosine(1.0))


@pytest.mark.parametrize("name", ["decay_schedule", "dropout_schedule"])
@pytest.mark.parametrize("wrong", ["cosine", 0.5, Cosine, Schedule()])
def test_factors_are_schedules(name: str, wrong: Any) -> None:
    with pytest.raises(SettingsError, match=rf"{name} must be a Schedule, such as \w+\(1\.0\)"):
        Settings(optimizer=AdamW(), **{name: wrong})


def test_a_schedule_of_dropout_needs_dropout() -> None:
    with pytest.raises(SettingsError, match="no layer has dropout; leave it out, or give a Layer some"):
        train(network(), dropout_schedule=Cosine(1.0))


@pytest.mark.parametrize("engine", ENGINES)
def test_not_everything_can_be_dropped(engine: str) -> None:
    for schedule in (Constant(2.0), Own(1.0, last=2.0)):
        with pytest.raises(SettingsError, match=r"2 times 0\.5 is not below 1; a schedule that starts from 1"):
            train(network(0.5), dropout_schedule=schedule, engine=engine)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_factors_are_0_or_more(bad: float) -> None:
    for name in ("decay_schedule", "dropout_schedule"):
        with pytest.raises(SettingsError, match=rf"{name} must give factors of 0 or more, got"):
            train(network(0.5), optimizer=AdamW(), **{name: Own(1.0, last=bad)})
