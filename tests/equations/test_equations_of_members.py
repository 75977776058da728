"""E41 to E45, the equations of several networks as one: two members in symbols, differentiated as a whole."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from rounding import assert_rounded

from glassprop import Layer, Network
from glassprop.backprop.gradient import cost_of_prediction
from glassprop.engine.plan import Data
from glassprop.equations.cost import COSTS
from glassprop.training.temperature import fit_temperature, temper

# The first layer is shared, the second one is each member's own: θ is W, b, then both members' w, then both biases.
NETWORK = Network(2, [Layer(2, "tanh"), Layer(1, "sigmoid", own=True)], cost="squared_error", members=2)
THETA, X, Y = np.linspace(-1, 1.2, 12), np.array([[0.4, -0.7]]), np.array([[0.3]])
P, IN, TARGET = sp.symbols("p:12"), sp.symbols("x:2"), sp.Symbol("y")
AT = dict(zip((*P, *IN, TARGET), (*THETA, *X[0], *Y[0]), strict=True))


def _output(m):
    """a of member m."""
    hidden = [sp.tanh(P[2 * j] * IN[0] + P[2 * j + 1] * IN[1] + P[4 + j]) for j in range(2)]
    own, bias = P[6 + 2 * m : 8 + 2 * m], P[10 + m]
    return 1 / (1 + sp.exp(-(own[0] * hidden[0] + own[1] * hidden[1] + bias)))


OUTPUTS = [_output(0), _output(1)]
COST = sum((a - TARGET) ** 2 for a in OUTPUTS) / 2


def _number(expression):
    return float(expression.subs(AT))


def _slopes(expression, symbols):
    return [_number(sp.diff(expression, symbol)) for symbol in symbols]


def test_E41_the_cost_is_the_mean_of_costs():
    assert_rounded(NETWORK.cost(THETA, X, Y), _number(COST))


def test_E42_own_parameters_move_one_cost():
    gradient = NETWORK.gradient(THETA, X, Y)
    assert_rounded(gradient[6:], _slopes(COST, P[6:]), 1)
    for m in range(2):
        alone = (OUTPUTS[m] - TARGET) ** 2
        assert_rounded(NETWORK.w(gradient, 2)[m, 0], np.array(_slopes(alone, P[6 + 2 * m : 8 + 2 * m])) / 2, 1)
        assert _slopes(alone, P[8 - 2 * m : 10 - 2 * m]) == [0, 0]


def test_E43_shared_parameters_move_all_costs():
    gradient, known = NETWORK.gradient(THETA, X, Y), _slopes(COST, P[:6])
    assert_rounded(gradient[:6], known, 1)
    traces = [NETWORK.member(m).forward(THETA, X) for m in range(2)]
    back = [2 * (t.a[2] - Y) * t.a[2] * (1 - t.a[2]) @ NETWORK.w(THETA, 2)[m] for m, t in enumerate(traces)]
    deltas = [b * (1 - t.a[1] ** 2) for b, t in zip(back, traces, strict=True)]
    assert_rounded(NETWORK.w(gradient, 1), sum(delta.T @ X for delta in deltas) / 2, 1)
    crossed = sum(d @ e.T for d in deltas for e in deltas).item() / 4 * ((X @ X.T).item() + 1)
    assert_rounded(np.sum(np.square(known)), crossed, 1)
    assert_rounded(NETWORK.example_gradients(THETA, X, Y).squares()[0], [crossed], 1)
    assert_rounded(NETWORK.input_gradient(THETA, X, Y)[0], _slopes(COST, IN), 1)


def test_E44_the_mean_is_predicted():
    mean = sum(OUTPUTS) / 2
    assert_rounded(NETWORK.predict(THETA, X), [[_number(mean)]])
    judged = cost_of_prediction(NETWORK, THETA, X, Y)
    assert_rounded(judged, _number((mean - TARGET) ** 2))
    assert judged < NETWORK.cost(THETA, X, Y)


@pytest.mark.parametrize("name", COSTS)
def test_costs_of_the_table_are_convex(name):
    """Between any two outputs a cost lies below the straight line, so that the mean costs no more than its members."""
    rng = np.random.default_rng(0)
    one, other = (rng.dirichlet(np.ones(3), size=200) for _ in range(2))
    y = np.eye(3)[rng.integers(3, size=200)]
    cost = COSTS[name]
    apart = (cost(one, y) + cost(other, y)) / 2
    assert (cost((one + other) / 2, y) <= apart + 1e-12 * np.abs(apart)).all()


def test_E45_the_temperature_makes_the_cost_least():
    rng = np.random.default_rng(0)
    network = Network(2, [Layer(3, "tanh"), Layer(3, "softmax")], cost="cross_entropy")
    theta, seen = 4 * rng.normal(size=network.layout.size), rng.normal(size=(50, 2))
    z = network.forward(theta, seen).z[-1]
    targets = np.eye(3)[(z / 3 + rng.gumbel(size=z.shape)).argmax(axis=1)]  # of the classes that z/3 makes as likely
    t = fit_temperature(network, theta, Data(seen, targets))
    assert 1.5 < t < 6
    powers = np.exp(z / t)
    a, smoothed = powers / powers.sum(axis=1, keepdims=True), targets * 50 / 51 + 1 / 3 / 51
    terms = (a - smoothed) * z
    assert abs(terms.sum()) < 1e-5 * np.abs(terms).sum()  # as near as the minimum is looked for
    before = theta.copy()
    temper(network, theta, t)
    assert_rounded(network.predict(theta, seen), a, 1)
    np.testing.assert_array_equal(theta[: 3 * 3], before[: 3 * 3])
