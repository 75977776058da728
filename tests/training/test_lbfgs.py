"""L-BFGS: what it minimizes agrees with its gradient, and what has no meaning with it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from rounding import assert_rounded, bound
from scipy.optimize import approx_fprime, check_grad

from glassprop import Layer, Network
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.engine.plan import Data
from glassprop.errors import DataError, DivergenceError, SettingsError
from glassprop.training.lbfgs import train_lbfgs
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = np.c_[X[:, 0] * 2, np.sin(X[:, 1]), X[:, 2] ** 2]
WEIGHT = RNG.uniform(0.5, 2, 40)
LIMITS = {"max_iterations": 30, "max_calls": 1000, "tol": 1e-6}


def network(n_out: int = 3, dropout: float = 0.0, cost: str = "half_squared_error") -> Network:
    return Network(3, [Layer(5, "tanh", dropout=dropout), Layer(n_out, "identity")], cost)


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("n_out", [1, 2, 3])
def test_gradient_and_objective_agree_for_several_outputs(n_out: int, weight: np.ndarray | None) -> None:
    net, objective = network(n_out), Objective(l2=0.3)

    def value(theta: np.ndarray) -> float:
        cost = evaluate(net, objective, theta, [Batch(X, Y[:, :n_out], weight)], np.empty_like(theta))
        return cost.data + cost.penalty

    def gradient(theta: np.ndarray) -> np.ndarray:
        out = np.empty_like(theta)
        evaluate(net, objective, theta, [Batch(X, Y[:, :n_out], weight)], out)
        return out

    theta = net.initial(np.random.default_rng(2))
    assert check_grad(value, gradient, theta) < 1e-6 * np.linalg.norm(gradient(theta))
    np.testing.assert_allclose(approx_fprime(theta, value), gradient(theta), atol=1e-6)


def test_it_ends_at_a_minimum_of_the_objective() -> None:
    net, settings = network(), Settings(objective=Objective(l2=0.1))
    state = TrainState(net.initial(np.random.default_rng(2)))
    result = train_lbfgs(net, state, Data(X, Y, WEIGHT), settings, max_iterations=3000, max_calls=10000, tol=1e-7)
    gradient = np.empty_like(state.theta)
    cost = evaluate(net, settings.objective, state.theta, [Batch(X, Y, WEIGHT)], gradient)
    assert np.abs(gradient).max() < 1e-3
    assert_rounded(result.cost, cost.data + cost.penalty)
    assert (np.diff(state.history.cost) <= bound(state.history.cost[:-1])).all()
    assert state.history.cost[-1] == pytest.approx(result.cost, rel=1e-9)


def test_float32_data_is_minimized_in_float64() -> None:
    """In float32 the line search fails long before; here the end is that of float64."""
    ends = []
    for dtype in (np.float32, np.float64):
        x, y = X.astype(np.float32).astype(dtype), Y.astype(np.float32).astype(dtype)
        start = network().initial(np.random.default_rng(2), np.float32).astype(dtype)
        state = TrainState(start)
        ends.append(train_lbfgs(network(), state, Data(x, y), Settings(), **LIMITS).scipy.fun)
        assert state.theta.dtype == dtype
    assert ends[0] == pytest.approx(ends[1], rel=1e-7)


def test_label_smoothing_is_what_is_minimized() -> None:
    net = Network(3, [Layer(1, "sigmoid")], "binary_cross_entropy")
    target = (X[:, :1] > 0).astype(float)
    state = TrainState(net.initial(np.random.default_rng(2)))
    train_lbfgs(net, state, Data(X, target), Settings(label_smoothing=0.2), **LIMITS)
    assert np.abs(net.gradient(state.theta, X, 0.8 * target + 0.1)).max() < 1e-3
    assert np.abs(net.gradient(state.theta, X, target)).max() > 1e-2


def test_on_iteration_stops_it() -> None:
    state = TrainState(network().initial(np.random.default_rng(2)))
    seen = []

    def watch(state: TrainState) -> bool:
        seen.append(state.theta.copy())
        return len(seen) == 3

    train_lbfgs(network(), state, Data(X, Y), Settings(), **LIMITS, on_iteration=watch)
    assert state.epoch == 3
    assert state.stopped_by == "A callback asked to stop."
    np.testing.assert_array_equal(state.theta, seen[-1])


def test_ctrl_c_keeps_the_last_iteration() -> None:
    state = TrainState(network().initial(np.random.default_rng(2)))
    seen = []

    def watch(state: TrainState) -> None:
        seen.append(state.theta.copy())
        if len(seen) == 3:
            raise KeyboardInterrupt

    result = train_lbfgs(network(), state, Data(X, Y), Settings(), **LIMITS, on_iteration=watch)
    assert state.interrupted
    assert result.scipy is None
    np.testing.assert_array_equal(state.theta, seen[-1])
    gradient = np.empty_like(state.theta)
    assert result.cost == pytest.approx(evaluate(network(), Objective(), seen[-1], [Batch(X, Y)], gradient).data)


def test_dropout_and_clipping_are_refused_together() -> None:
    state = TrainState(network().initial(np.random.default_rng(2)))
    settings = Settings(objective=Objective(clip_norm=1.0))
    with pytest.raises(SettingsError, match=r"cannot be combined with clip_norm .* or dropout .*; use adam or sgd"):
        train_lbfgs(network(dropout=0.5), state, Data(X, Y), settings, **LIMITS)


def test_a_start_that_is_not_finite_is_refused() -> None:
    state = TrainState(network().initial(np.random.default_rng(2)))
    start = state.theta.copy()
    with pytest.raises(DivergenceError, match="start of L-BFGS; standardize the inputs and targets"):
        train_lbfgs(network(), state, Data(X, Y * 1e200), Settings(), **LIMITS)
    np.testing.assert_array_equal(state.theta, start)


def test_targets_are_checked() -> None:
    net = Network(3, [Layer(1, "exp")], "poisson")
    state = TrainState(net.initial(np.random.default_rng(2)))
    with pytest.raises(DataError, match="0 or more"):
        train_lbfgs(net, state, Data(X, Y[:, :1]), Settings(), **LIMITS)


def test_what_does_not_fit_is_refused_and_divergence_carries_the_state() -> None:
    state = TrainState(network().initial(np.random.default_rng(2))[:-1])
    with pytest.raises(DataError, match="theta must have shape"):
        train_lbfgs(network(), state, Data(X, Y), Settings(), **LIMITS)
    state = TrainState(network().initial(np.random.default_rng(2)))
    with pytest.raises(DivergenceError) as caught:
        train_lbfgs(network(), state, Data(X, Y * 1e200), Settings(), **LIMITS)
    assert caught.value.state is state
