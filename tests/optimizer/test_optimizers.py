"""Every optimizer against its formula written out entry by entry, and against scikit-learn's own classes."""

from __future__ import annotations

import pickle
from math import sqrt

import numpy as np
import pytest
from rounding import assert_rounded
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from glassprop import MLPRegressor
from glassprop.errors import DataError, SettingsError
from glassprop.optimizer import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov, Optimizer

RATES = (0.1, 0.05, 0.2, 0.01, 0.3)
DECAYS = np.array([True, True, False, True, False, False])


def gradients(dtype: type = np.float64) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return [(rng.normal(size=6) * 10.0**k).astype(dtype) for k in (0, -6, 3, 0, -2)]


def run(optimizer: Optimizer, dtype: type = np.float64) -> np.ndarray:
    """θ after five steps from (1, -1, 0.5, 2, 0, 3), at the rates above."""
    theta = np.array([1.0, -1.0, 0.5, 2.0, 0.0, 3.0], dtype=dtype)
    state = optimizer.start(theta)
    for rate, gradient in zip(RATES, gradients(dtype), strict=True):
        kept = gradient.copy()
        optimizer.step(theta, gradient, state, rate, DECAYS)
        np.testing.assert_array_equal(gradient, kept)
    assert state.t == len(RATES)
    return theta


def by_hand(name: str, *, decay: float = 0.0) -> list[float]:
    """The same, number by number, as the papers write it."""
    ends = []
    for entry, start in enumerate((1.0, -1.0, 0.5, 2.0, 0.0, 3.0)):
        w, v, m, s = start, 0.0, 0.0, 0.0
        for t, (rate, gradient) in enumerate(zip(RATES, gradients(), strict=True), start=1):
            g = float(gradient[entry])
            if name == "sgd":
                w = w - rate * g
            elif name == "momentum":
                v = 0.9 * v - rate * g
                w = w + v
            elif name == "nesterov":
                before, v = v, 0.9 * v - rate * g
                w = w + v + 0.9 * (v - before)  # Sutskever's form, rewritten for ∇C taken at θ
            else:
                if decay and DECAYS[entry]:
                    w = w - rate * decay * w
                m = 0.9 * m + 0.1 * g
                s = 0.999 * s + 0.001 * g * g
                m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
                w = w - rate * m_hat / (sqrt(s_hat) + 1e-8 / sqrt(1 - 0.999**t))
        ends.append(w)
    return ends


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(), by_hand("sgd")),
        (Momentum(0.9), by_hand("momentum")),
        (Adam(), by_hand("adam")),
        (AdamW(decay=0.05), by_hand("adam", decay=0.05)),
        (AdamW(decay=0.0), by_hand("adam")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_five_steps_by_hand(optimizer: Optimizer, expected: list[float]) -> None:
    assert_rounded(run(optimizer), expected)


def test_nesterov_looks_ahead() -> None:
    """With x = θ - μ v Nesterov's own form is v' = μ v - η ∇C(x + μ v), x' = x + v': ours tracks x + μ v."""
    target = np.array([3.0, -2.0])
    ahead, state = np.zeros(2), Nesterov(0.9).start(np.zeros(2))
    x, v = np.zeros(2), np.zeros(2)
    for _ in range(6):
        Nesterov(0.9).step(ahead, ahead - target, state, 0.1, np.ones(2, dtype=bool))
        v = 0.9 * v - 0.1 * (x + 0.9 * v - target)
        x = x + v
        assert_rounded(ahead, x + 0.9 * v)


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam", "sgd"])
def test_scikit_learn_takes_the_same_steps(name: str) -> None:
    theta = np.array([1.0, -1.0, 0.5, 2.0, 0.0, 3.0])
    mine, state = theta.copy(), OPTIMIZERS[name]().start(theta)
    if name == "adam":
        other = AdamOptimizer([theta], 0.1)
    else:
        other = SGDOptimizer([theta], 0.1, momentum=0.0 if name == "sgd" else 0.9, nesterov=name == "nesterov")
    for gradient in gradients():
        OPTIMIZERS[name]().step(mine, gradient, state, 0.1, DECAYS)
        other.update_params([theta], [gradient])
        assert_rounded(mine, theta)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_is_kept(name: str) -> None:
    assert run(OPTIMIZERS[name](), np.float32).dtype == np.float32
    state = OPTIMIZERS[name]().start(np.zeros(3, dtype=np.float32))
    assert all(vector.dtype == np.float32 for vector in state.vectors)
    assert len(state.vectors) == OPTIMIZERS[name].n_vectors


def test_adamw_leaves_biases_alone() -> None:
    theta = np.array([1.0, 1.0])
    AdamW(decay=0.1).step(theta, np.zeros(2), AdamW().start(theta), 0.5, np.array([True, False]))
    np.testing.assert_allclose(theta, [0.95, 1.0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_states_are_not_shared(name: str) -> None:
    """Two runs from one record do not know of each other."""
    first, second = run(OPTIMIZERS[name]()), run(OPTIMIZERS[name]())
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [
        (Momentum, "momentum", -5),
        (Nesterov, "momentum", 1.5),
        (Adam, "beta_1", 2),
        (Adam, "beta_2", 1.0),
        (Adam, "epsilon", 0.0),
        (AdamW, "beta_1", "a"),
        (AdamW, "decay", -0.1),
        (AdamW, "decay", float("nan")),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind, setting, value):
    with pytest.raises(SettingsError, match=f"{kind.__name__}: {setting} must be .*, got"):
        kind(**{setting: value})


@pytest.mark.parametrize("one", OPTIMIZERS)
@pytest.mark.parametrize("other", OPTIMIZERS)
def test_a_state_belongs_to_its_kind(one, other):
    state = OPTIMIZERS[one]().start(np.zeros(3))
    assert OPTIMIZERS[other]().can_go_on(state) == (one == other)
    state.kind = ""  # as stored before kinds were
    assert OPTIMIZERS[other]().can_go_on(state) == (OPTIMIZERS[one].n_vectors == OPTIMIZERS[other].n_vectors)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("altered", [np.zeros(3), np.zeros(10**6), np.zeros(16, np.float32), np.zeros((4, 4))])
@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_a_memory_that_is_not_for_theta_is_refused_before_a_step(altered, engine):
    """As a pickle can hold it: kernels would write beyond its end."""
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20.0)
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0, engine=engine).fit(X, y)
    model._state.optimizer.vectors = (altered, *model._state.optimizer.vectors[1:])
    before = model.theta_.copy()
    with pytest.raises(DataError, match="the optimizer remembers"):
        pickle.loads(pickle.dumps(model)).partial_fit(X, y)
    with pytest.raises(DataError, match="the optimizer remembers"):
        model.partial_fit(X, y)
    np.testing.assert_array_equal(model.theta_, before)
    model.fit(X, y).partial_fit(X, y)


@pytest.mark.parametrize("other", [np.zeros(4), np.zeros((3, 1)), np.zeros(3, dtype=np.float32), np.zeros(6)[::2]])
def test_a_memory_that_is_not_like_theta_is_refused(other):
    state = Adam().start(np.zeros(3))
    state.check_fits(np.ones(3))
    state.vectors = state.vectors[0], other
    with pytest.raises(DataError, match="start training anew"):
        state.check_fits(np.ones(3))


@pytest.mark.parametrize("one", OPTIMIZERS)
def test_a_memory_of_too_many_vectors_is_of_no_kind(one):
    state = OPTIMIZERS[one]().start(np.zeros(3))
    state.vectors += (np.zeros(3),)
    assert not OPTIMIZERS[one]().can_go_on(state)
