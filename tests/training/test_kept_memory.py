"""What the optimizer remembers belongs to the weights that are kept: both go back to the best epoch together."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import dense

from glassprop.engine.plan import Data
from glassprop.optimizer import OPTIMIZERS
from glassprop.training.loop import train
from glassprop.training.reports import Validation
from glassprop.training.schedule import Cosine
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    return Data(X, np.tanh(X[:, :1])), dense(3, (6, "tanh"), (1, "identity")), rng


def _train(data, scores, name, *, engine="reference", state=None, restore_best=True):
    """Train an epoch for each of the scores, and note what stood after it."""
    examples, network, _ = data
    state = state or TrainState(network.initial(np.random.default_rng(1)))
    settings = Settings(
        OPTIMIZERS[name](), Cosine(0.01), epochs=len(scores), batch_size=20, patience=99, engine=engine,
        restore_best=restore_best,
    )  # fmt: skip
    seen = []

    def note(report):
        s = report.state
        seen.append((s.theta.copy(), [v.copy() for v in s.optimizer.vectors], s.optimizer.t, s.rate))

    coming = iter(scores)
    watched = Validation(examples, score=lambda theta: next(coming))
    train(network, state, examples, settings, rng=np.random.default_rng(2), validation=watched, on_epoch=note)
    return state, seen


def _same(state, then):
    theta, vectors, t, rate = then
    np.testing.assert_array_equal(state.theta, theta)
    for own, known in zip(state.optimizer.vectors, vectors, strict=True):
        np.testing.assert_array_equal(own, known)
    assert (state.optimizer.t, state.rate) == (t, rate)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_memory_goes_back_with_the_weights(data, name, engine):
    state, seen = _train(data, [0.1, 0.5, 0.9, 0.3, 0.2], name, engine=engine)
    _same(state, seen[2])
    assert state.optimizer.t == 9
    assert seen[2][3] > seen[4][3] > 0  # the rate fell


def test_the_last_stays_where_the_best_is_not_asked_for(data):
    state, seen = _train(data, [0.9, 0.5], "adam", restore_best=False)
    _same(state, seen[1])


def test_training_on_does_not_touch_what_is_kept(data):
    state, seen = _train(data, [0.9, 0.5], "adam")
    kept = [v.copy() for v in state.best_optimizer.vectors]
    again, _ = _train(data, [0.1, 0.2, 0.3], "adam", state=state)
    _same(again, seen[0])
    for own, known in zip(again.best_optimizer.vectors, kept, strict=True):
        np.testing.assert_array_equal(own, known)


def test_judging_anew_lets_go_of_it(data):
    state, _ = _train(data, [0.9, 0.5], "adam")
    state.judge_anew()
    assert (state.best_theta, state.best_optimizer, state.best_rate) == (None, None, None)
