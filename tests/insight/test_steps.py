"""Several examples side by side (E11), and one optimizer step, against the engine's own on the whole of θ."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import dense
from document.media_cases import MEDIA, shown_in
from rounding import assert_function, assert_rounded, size_of_gradient

from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.errors import SettingsError
from glassprop.insight.step import Training, moves_of
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.optimizer import OPTIMIZERS, OptimizerState


@pytest.fixture
def case():
    rng = np.random.default_rng(5)
    network = dense(3, (4, "tanh"), (2, "softmax"), cost="cross_entropy")
    return network, rng.normal(size=network.layout.size), rng.normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]], rng


def _places(network):
    for l in range(1, network.depth + 1):
        for j in range(network.sizes[l]):
            yield l, j, None
            yield from ((l, j, k) for k in range(network.sizes[l - 1]))


def _entry(network, vector, l, j, k):
    return network.b(vector, l)[j] if k is None else network.w(vector, l)[j, k]


def test_examples_average_to_the_gradient(case):
    network, theta, X, Y, _ = case
    e, gradient = network.explain(theta, X, Y), network.gradient(theta, X, Y)
    size, *sizes = (size_of_gradient(network, theta, X[rows], Y[rows]) for rows in (slice(5), *range(5)))
    for l, j, k in _places(network):
        pulls = e.examples(l, j, k)
        assert_rounded(pulls.average, _entry(network, gradient, l, j, k), _entry(network, size, l, j, k))
        for i, value in enumerate(pulls.values):
            alone = e.of(i).bias(l, j) if k is None else e.of(i).weight(l, j, k)
            assert_rounded(value, alone.value, _entry(network, sizes[i], l, j, k))


def test_which_example_pulls_which_way(case):
    network, theta, X, Y, _ = case
    pulls = network.explain(theta, X, Y).examples(1, 2, 0)
    assert sorted([*pulls.raise_it, *pulls.lower_it]) == list(range(5))
    assert pulls.values[pulls.raise_it[0]] == min(pulls.values) < 0
    assert pulls.values[pulls.lower_it[0]] == max(pulls.values) > 0
    assert list(pulls.raise_it) == sorted(pulls.raise_it, key=lambda i: pulls.values[i])


@pytest.mark.parametrize("clip_norm", [None, 0.01, 100.0])
@pytest.mark.parametrize("l2", [0.0, 0.7])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_is_the_optimizers_own(case, name, l2, clip_norm):
    network, theta, X, Y, rng = case
    optimizer = OPTIMIZERS[name]()
    vectors = tuple(rng.random(theta.size) * 0.1 for _ in range(optimizer.n_vectors))
    state = OptimizerState(vectors, 7, type(optimizer).__name__)
    e = network.explain(theta, X, Y, training=Training(optimizer, state, 0.02, l2, clip_norm))
    gradient, moved, own = np.empty_like(theta), theta.copy(), state.copy()
    evaluate(network, Objective(l2, clip_norm), theta, [Batch(X, Y)], gradient)
    optimizer.step(moved, gradient, own, 0.02, network.layout.decay_factors)
    size = size_of_gradient(network, theta, X, Y) + l2 * np.abs(theta)
    for l, j, k in _places(network):
        step, added_up = e.step(l, j, k), _entry(network, size, l, j, k)
        assert_rounded(step.gradient, _entry(network, gradient, l, j, k), added_up)
        assert_rounded((step.data + step.l2) * step.clipping, step.gradient, added_up)
        assert_function(step.l2, 0 if k is None else l2 * network.w(theta, l)[j, k] / 5)
        assert (step.clipping < 1) == (clip_norm == 0.01)
        assert_rounded(step.after["w"], _entry(network, moved, l, j, k), abs(step.before["w"]) + abs(step.change))
        assert step.change == step.after["w"] - step.before["w"]
        memory = [key for key in step.after if key != "w"]
        assert len(memory) == optimizer.n_vectors
        for key, vector, before in zip(memory, own.vectors, state.vectors, strict=True):
            assert_rounded(step.after[key], _entry(network, vector, l, j, k), abs(step.before[key]) + added_up)
            assert step.before[key] == _entry(network, before, l, j, k)
        assert step.settings["η"] == 0.02
        assert step.settings["t"] == 8
        assert ("λ" in step.settings) == (k is not None and name == "adamw")  # AdamW does not decay biases
        assert ("b ← b" in step.formula) == (k is None)
    assert state.t == 7  # looking changes nothing
    np.testing.assert_array_equal(e.view.theta, theta)


def _by_formula(name, w, g, memory, settings, decays):
    """The parameter after a step, by running the expressions that are told."""
    letter = "w" if decays else "b"
    plain = {"β₁": "β_1", "β₂": "β_2"}
    known = {**memory, letter: w, "g": g, **{plain.get(key, key): value for key, value in settings.items()}}
    for what, by in moves_of(name, letter, decays):
        known[what] = eval(by, {"sqrt": np.sqrt, "__builtins__": {}}, known)
    return known[letter]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_formula_and_the_settings_told_give_the_step(case, name):
    network, theta, X, Y, rng = case
    optimizer = OPTIMIZERS[name]()
    state = OptimizerState(tuple(rng.random(theta.size) for _ in range(optimizer.n_vectors)), 3)
    e = network.explain(theta, X, Y, training=Training(optimizer, state, 0.5, 0.1))
    for k in (1, None):
        step = e.step(2, 1, k)
        expected = _by_formula(
            step.optimizer, step.before["w"], step.gradient, step.before, step.settings, k is not None
        )
        assert_rounded(step.after["w"], expected, abs(step.before["w"]) + abs(step.change))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_at_a_rate_of_ones_own(case, name):
    """As if training had ended at that rate, and it says so."""
    network, theta, X, Y, rng = case
    optimizer = OPTIMIZERS[name]()
    state = OptimizerState(tuple(rng.random(theta.size) for _ in range(optimizer.n_vectors)), 3)
    small, large = (
        network.explain(theta, X, Y, training=Training(optimizer, state, rate, 0.1, 0.5)) for rate in (1e-7, 0.25)
    )
    chosen = small.at_rate(0.25)
    assert chosen.step(2, 1, 0) == large.step(2, 1, 0)
    assert chosen.step(1, 0, None) == large.step(1, 0, None)
    assert (chosen.training.chosen, chosen.training.trained_rate) == (True, 1e-7)
    assert chosen.at_rate(3.0).training.trained_rate == 1e-7
    record = chosen.to_dict()["training"]
    assert (record["chosen_rate"], record["trained_rate"], record["settings"]["η"]) == (True, 1e-7, 0.25)
    record = small.to_dict()["training"]
    assert (record["chosen_rate"], record["trained_rate"]) == (False, None)


def test_at_a_rate_of_ones_own_gradient_descent_needs_no_optimizer(case):
    network, theta, X, Y, _ = case
    step = network.explain(theta, X, Y).at_rate(0.25).step(2, 1, 0)
    assert_rounded(step.change, -0.25 * network.w(network.gradient(theta, X, Y), 2)[1, 0], 1.0)
    assert step.optimizer == "SGD"


@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), True, "0.1", None])
def test_rates_that_are_none(case, rate):
    network, theta, X, Y, _ = case
    with pytest.raises(SettingsError, match="rate must be a finite number above 0"):
        network.explain(theta, X, Y).at_rate(rate)


def test_a_step_that_is_too_small_to_see_says_so(case, capsys):
    network, theta, X, Y, _ = case
    optimizer = OPTIMIZERS["sgd"]()
    training = Training(optimizer, optimizer.start(theta), 1e-7)
    e = network.explain(theta, X, Y, training=training)
    for medium in MEDIA:
        said = {
            rate: " ".join(shown_in(medium, document_of(one, Asked(((2, 1, 0),))), capsys).split())
            for rate, one in ((None, e), (0.5, e.at_rate(0.5)))
        }
        assert "too small to be seen" in said[None]
        assert "at_rate(0.01)" in said[None].replace("\\", "")
        assert "too small to be seen" not in said[0.5]
        assert "that was asked for (training ended at" in said[0.5]


def test_without_an_optimizer_there_is_no_step(case):
    network, theta, X, Y, _ = case
    with pytest.raises(SettingsError, match="no optimizer whose step could be shown"):
        network.explain(theta, X, Y).step(1, 0, 0)
