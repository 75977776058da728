"""Ctrl-C and divergence: training ends, and the estimator is left with good weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassprop import Activation, MLPClassifier, MLPRegressor
from glassprop.errors import DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class Watch:
    """Keeps θ of every epoch; presses Ctrl-C at the end (or begin) of one."""

    def __init__(self, press_at: int | None = None, hook: str = "end") -> None:
        self.press_at, self.hook, self.thetas, self.scores = press_at, hook, [], []

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    teardown = setup

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        if self.hook == "begin" and context.parent is not None and context.task_id == self.press_at:
            raise KeyboardInterrupt

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is None:
            return
        self.thetas.append(estimator.theta_.copy())
        if self.hook == "end" and len(self.thetas) == self.press_at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("hook", ["begin", "end"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_ctrl_c_in_a_callback(binary: Any, solver: str, hook: str) -> None:
    watch = Watch(3, hook)
    model = MLPClassifier((4,), solver=solver, max_iter=50, random_state=0).set_callbacks(watch)
    with pytest.warns(UserWarning, match=r"^Training interrupted by user\.$"):
        assert model.fit(binary.X, binary.y) is model
    assert model.interrupted_
    assert model.n_iter_ == 3
    np.testing.assert_array_equal(model.theta_, watch.thetas[-1])
    assert np.isfinite(model.loss_)
    model.set_callbacks().set_params(max_iter=2).fit(binary.X, binary.y)
    assert not model.interrupted_


def test_ctrl_c_with_early_stopping_keeps_the_best(multiclass: Any) -> None:
    watch = Watch(12)
    settings = {"early_stopping": True, "n_iter_no_change": 50, "learning_rate_init": 0.1, "random_state": 0}
    model = MLPClassifier((4,), max_iter=50, **settings).set_callbacks(watch)
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(multiclass.X, multiclass.y)
    best = int(np.argmax(model.validation_scores_))
    assert best < 11
    np.testing.assert_array_equal(model.theta_, watch.thetas[best])


def test_ctrl_c_in_the_middle_of_an_epoch(one_output: Any) -> None:
    watch, calls = Watch(), []

    def value(z: Any) -> Any:
        calls.append(None)
        if len(watch.thetas) == 2 and len(z) == 7 and calls.count("pressed") == 0:
            calls.append("pressed")
            raise KeyboardInterrupt
        return np.tanh(z)

    own = Activation("own_tanh", value, lambda z, a: 1 - a**2)
    model = MLPRegressor(activation=own, batch_size=7, max_iter=50, random_state=0).set_callbacks(watch)
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(one_output.X, one_output.y)
    assert model.interrupted_
    assert model.n_iter_ == len(model.loss_curve_) == 2
    np.testing.assert_array_equal(model.theta_, watch.thetas[1])


DIVERGING = {"solver": "sgd", "learning_rate_init": 2.0, "batch_size": 10, "max_iter": 60, "random_state": 0}


def test_divergence_tells_epoch_layer_and_remedy_and_keeps_good_weights(one_output: Any) -> None:
    watch = Watch()
    model = MLPRegressor(n_iter_no_change=99, **DIVERGING).set_callbacks(watch)
    with pytest.raises(DivergenceError, match="try a smaller learning rate, standardized inputs") as caught:
        model.fit(one_output.X, one_output.y)
    epoch = caught.value.epoch
    assert f"in epoch {epoch}:" in str(caught.value)
    assert caught.value.layer is None or f"layer {caught.value.layer}" in str(caught.value)
    assert epoch - 1 == len(watch.thetas) == model.n_iter_ == len(model.loss_curve_)
    assert epoch > 1
    np.testing.assert_array_equal(model.theta_, watch.thetas[-1])
    assert np.isfinite(model.theta_).all()
    assert np.isfinite(model.predict(one_output.X)).all()


def test_partial_fit_after_divergence_starts_a_new_optimizer(one_output: Any) -> None:
    """Velocities that overflowed must not spoil the steps that follow."""
    model = MLPRegressor(**DIVERGING).partial_fit(one_output.X, one_output.y)
    model.coefs_[0] = np.full((5, 100), 1e160)
    with pytest.raises(DivergenceError):
        model.partial_fit(one_output.X, one_output.y)
    assert np.isfinite(model.theta_).all()
    model.coefs_ = [np.full_like(w, 0.01) for w in model.coefs_]
    model.intercepts_ = [np.zeros_like(b) for b in model.intercepts_]
    model.set_params(learning_rate_init=1e-3).partial_fit(one_output.X, one_output.y)
    assert np.abs(model.predict(one_output.X)).max() < 10


def test_lbfgs_that_cannot_start(one_output: Any) -> None:
    with pytest.raises(DivergenceError, match="standardize the inputs and targets"):
        MLPRegressor(solver="lbfgs").fit(one_output.X, one_output.y * 1e200)
