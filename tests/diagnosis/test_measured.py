"""What is measured, against plain sums over rows and units."""

from __future__ import annotations

import numpy as np
import pytest
from planted_faults import amounts, classes, clf, reg

from glassprop import Activation, CategoryEmbedding, Cost, Layer, MLPClassifier, Network
from glassprop.diagnosis.measured_columns import marked, measured_columns
from glassprop.diagnosis.measured_layers import look
from glassprop.diagnosis.measured_target import contradictions, cost_of_a_constant, repeated

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def looked(network: Network, theta: np.ndarray, X: np.ndarray, Y: np.ndarray):
    return look(network, theta, X, Y, 0).moment


def some(n: int = 50, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, k)), rng.normal(size=(n, 1))


def test_units_that_are_dead_idle_or_alike_are_counted():
    network = Network(3, [Layer(10, "relu"), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(1))
    network.b(theta, 1)[:4] = -100  # dead
    network.w(theta, 1)[6], network.b(theta, 1)[6] = network.w(theta, 1)[5], network.b(theta, 1)[5]  # a copy
    network.w(theta, 1)[7], network.b(theta, 1)[7] = 0, 3  # says 3, always
    X, Y = some()
    layer = looked(network, theta, X, Y).layers[0]
    z = X @ network.w(theta, 1).T + network.b(theta, 1)
    assert layer.dead == (z <= 0).all(axis=0).mean() == 0.4
    assert layer.idle == pytest.approx((z <= 0).mean())
    assert layer.constant == pytest.approx(0.2)
    assert layer.z == pytest.approx(np.sqrt((z**2).mean()))


def test_an_activation_of_ones_own_is_bounded_where_it_comes_to_an_end():
    X, Y = some()
    steep = Activation("steep", value=lambda z: np.tanh(50 * z), slope=lambda z, a: 50 * (1 - a**2))
    late = Activation("late", value=lambda z: np.maximum(z - 9, 0), slope=lambda z, a: (z > 9).astype(float))
    found = {}
    for activation in (steep, late):
        network = Network(3, [Layer(6, activation), Layer(1, "identity")])
        found[activation.name] = looked(network, network.initial(np.random.default_rng(1)), X, Y).layers[0]
    assert found["steep"].saturated > 0.8
    assert found["steep"].dead == found["late"].saturated == 0
    assert found["late"].dead == 1


def test_layers_without_activation_are_one_layer():
    X, y = amounts()
    straight = reg(hidden_layer_sizes=(16, 16), activation="identity").diagnose(X, y, budget=0)
    assert straight.kinds == ("too-little-capacity",)
    assert "no activation (identity)" in straight.findings[0].sentence
    assert reg(hidden_layer_sizes=(16, 16), activation="identity").diagnose(X, X @ np.ones(10) / 3, budget=0).healthy


def test_units_at_the_ends_of_their_range_are_counted():
    network = Network(3, [Layer(6, "tanh"), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(1))
    network.w(theta, 1)[:] *= 5
    X, Y = some()
    a = np.tanh(X @ network.w(theta, 1).T + network.b(theta, 1))
    layer = looked(network, theta, X, Y).layers[0]
    assert layer.saturated == pytest.approx((1 - a**2 < 0.05).mean())
    assert layer.dead == layer.idle == 0


def test_gradients_of_layers_are_those_of_the_network_and_of_members_the_mean():
    X, Y = some()
    for members in (1, 3):
        network = Network(3, [Layer(6, "tanh", own=True), Layer(1, "identity", own=True)], members=members)
        theta = network.initial(np.random.default_rng(1))
        moment, gradient = looked(network, theta, X, Y), network.gradient(theta, X, Y)
        for l in (1, 2):
            assert moment.layers[l - 1].norm == pytest.approx(np.linalg.norm(network.w(gradient, l)))
            assert moment.layers[l - 1].weight == pytest.approx(np.sqrt((network.w(theta, l) ** 2).mean()))


def test_the_cost_of_a_constant_is_the_entropy_or_the_variance_and_rows_weigh():
    Y = np.eye(3)[[0, 0, 0, 1, 2, 2]]
    network = Network(2, [Layer(3, "softmax")], "cross_entropy")
    shares = np.array([3, 1, 2]) / 6
    assert cost_of_a_constant(network, Y, None) == pytest.approx(-(shares * np.log(shares)).sum())
    weight = np.array([1.0, 1, 1, 3, 1.5, 1.5])
    assert cost_of_a_constant(network, Y, weight) == pytest.approx(np.log(3))
    y = np.random.default_rng(0).normal(size=(30, 2))
    squares = Network(2, [Layer(2, "identity")], "squared_error")
    assert cost_of_a_constant(squares, y, None) == pytest.approx(y.var(axis=0).sum())
    absolute = Network(2, [Layer(1, "identity")], "absolute_error")
    skewed = np.exp(y[:, :1])
    assert cost_of_a_constant(absolute, skewed, None) == pytest.approx(np.abs(skewed - np.median(skewed)).mean())


def test_a_mark_stands_apart_and_plain_ends_do_not():
    x = np.random.default_rng(0).normal(size=500)
    assert marked(x) == (None, 0.0, 0.0)
    assert marked(np.where(np.arange(500) < 20, 99.0, x))[0] == 99.0
    assert marked(np.where(np.arange(500) < 4, 99.0, x))[0] is None  # four rows may be what they are
    assert marked((x > 0).astype(float))[0] is None
    assert marked(np.maximum(x, 0))[2] < 0.1  # many zeros, next to small numbers


def test_what_a_column_tells_alone_is_of_rows_it_was_not_learned_from():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(1000, 1))
    ids, half = np.arange(1000.0), y[:, 0] + rng.normal(size=1000)
    X = np.column_stack([y[:, 0] ** 3, ids, half, rng.integers(0, 3, 1000)])
    curved, numbered, noisy, other = (c.alone for c in measured_columns(X, y, list("abcd")))
    assert curved > 0.99
    assert numbered == 0.0
    assert other < 0.05
    assert 0.2 < noisy < 0.6  # half of the variance, less what two neighbors are off by


def test_contradictions_and_repetitions_by_hand():
    X = np.array([[0.0, 1], [0, 1], [2, 3], [2, 3], [-0.0, 1], [5, 5]])
    Y = np.array([[0.0], [1], [1], [1], [0], [1]])
    assert contradictions(X, Y, "classes") == pytest.approx((1 / 6, 1 / 6, 3 / 6))  # of 0, 1, 0 the one
    assert contradictions(X, Y * 0.1 + np.arange(6)[:, None] * 100, "numbers")[0] == pytest.approx(5 / 6)
    assert repeated(X, Y, X[[2, 5]], np.array([[1.0], [0]])) == 0.5


def test_tables_of_categories_alone_are_no_contradiction_and_rows_that_come_twice_are():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, size=(400, 3)).astype(float)
    y = (rng.random(400) < 0.3 + 0.2 * X[:, 0]).astype(int)
    assert "contradicting-labels" not in clf((8,)).diagnose(X, y, budget=0).kinds
    X, y = classes()
    guessed = np.where(rng.random(400) < 0.3, (y + 1) % 3, y)
    assert clf((8,)).diagnose(np.vstack([X, X]), np.concatenate([y, guessed]), budget=0).kinds == (
        "contradicting-labels",
    )


def test_codes_of_categories_are_no_amounts_and_embeddings_have_no_dead_units():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(0, 1000, 300), rng.normal(size=300)]).astype(float)
    y = (X[:, 1] > 0).astype(int)
    model = MLPClassifier(layers=[CategoryEmbedding([0], [1000], 3), Layer(8, "relu")], max_iter=30, random_state=0)
    diagnosis = model.set_params(learning_rate_init=0.01).diagnose(X, y, budget=0)
    assert "inputs-unscaled" not in diagnosis.kinds
    assert diagnosis.measured.columns[0].category
    assert diagnosis.measured.end.layers[0].dead == 0


def test_weighted_rows_are_as_rows_that_come_several_times():
    X, y = classes(200)
    weight = np.where(y == 0, 3.0, 1.0)
    times = np.where(y == 0, 3, 1)
    heavy = clf((8,), max_iter=5).fit(X, y, sample_weight=weight).diagnose(X, y, weight, budget=0).measured
    many = clf((8,), max_iter=5).fit(X, y).diagnose(X.repeat(times, 0), y.repeat(times), budget=0).measured
    assert heavy.target.base == pytest.approx(many.target.base)
    assert heavy.target.shares == pytest.approx(many.target.shares)


def test_a_cost_of_ones_own_is_measured_by_itself():
    quartic = Cost("quartic", value=lambda a, y: ((a - y) ** 4).sum(axis=1), gradient=lambda a, y: 4 * (a - y) ** 3)
    network = Network(1, [Layer(1, "identity")], quartic)
    y = amounts()[1][:, None]
    assert cost_of_a_constant(network, y, None) == pytest.approx(
        min(((y - y.mean()) ** 4).mean(), ((y - np.median(y)) ** 4).mean())
    )
