"""Factors multiply to, and paths and columns sum to, what an independent automatic differentiation gives."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import textbook
from core_cases import ACTIVATION_NAMES, FITTING, dense, output_for, targets
from rounding import assert_function, assert_rounded, size_of_gradient, sizes_by_a_and_z

from glassprop.equations.activation import find_activation
from glassprop.equations.cost import find_cost
from glassprop.errors import DataError, SettingsError
from glassprop.insight.factors import BY_A, BY_B, BY_W, BY_Z, MIXED, SLOPE

SIZES = (3, 4, 2, 3)
WITH_PARAMETERS = [
    ("elu(0.3)", "leaky_relu(0.2)", "huber(0.3)"),
    ("leaky_relu(0.2)", "identity", "quantile(0.9)"),
    ("elu(2.0)", "elu(0.5)", "squared_error"),
]


def _case(hidden, output, cost, seed):
    """A network with these hidden activations, parameters, and two examples."""
    rng = np.random.default_rng(seed)
    layers = [(SIZES[l % 4], name) for l, name in enumerate(hidden)]
    network = dense(3, *layers, (3, output), cost=cost)
    scale = 0.2 if "exp" in hidden else 0.6  # exp of exp of exp: numbers must stay within what there is
    theta = rng.normal(scale=scale, size=network.layout.size)
    Y = targets(find_cost(cost).targets, 2, 3, rng)
    return network, theta, rng.normal(size=(2, 3)), Y


def _check(network, theta, X, Y):
    whole = network.explain(theta, X, Y, top=4)
    for i in range(len(X)):
        e = whole.of(i)
        expected, size = textbook.by_theta(network, theta, X[i], Y[i]), size_of_gradient(network, theta, X[i], Y[i])
        for l in range(1, network.depth + 1):
            _check_layer(e, l, *(part(vector, l) for vector in (expected, size) for part in (network.w, network.b)))
        sizes, _ = sizes_by_a_and_z(network, theta, X[i], Y[i])
        for l in range(network.depth + 1):
            by_a = textbook.by_a(network, theta, l, e.a(l), Y[i])
            assert_rounded(e.by_a(l), by_a, sizes[l][0])
            for j, known in enumerate(by_a):
                _check_paths(e.paths(l, j), known, sizes[l][0, j])


def _check_layer(e, l, by_w, by_b, size_w, size_b):
    for (j, k), known in np.ndenumerate(by_w):
        found = e.weight(l, j, k)
        assert_rounded(found.value, known, size_w[j, k])
        assert_rounded(prod(found.factors.values()), found.value, size_w[j, k])
        assert found.factors[BY_W] == e.a(l - 1)[k]
    for j, known in enumerate(by_b):
        found = e.bias(l, j)
        assert_rounded(found.value, known, size_b[j])
        assert_rounded(prod(found.factors.values()), found.value, size_b[j])
        assert found.factors[BY_B] == 1
        if e.slope(l) is not None and BY_Z not in found.factors:
            assert list(found.factors)[1:] == [SLOPE, BY_A]
        if found.column_sum:
            assert set(found.factors) == {BY_B, MIXED}
            assert_rounded(sum(term.product for term in found.column_sum), known, size_b[j])


def _check_paths(paths, known, size):
    products = [path.product for path in paths.largest]
    assert_rounded(sum(products) + paths.rest, known, size)
    assert np.all(np.diff(np.abs(products)) <= 0)
    for path in paths.largest:
        factors = [n for step in path.steps for n in (step.weight, 1.0 if step.slope is None else step.slope)]
        assert_rounded(path.end * prod(factors), path.product, size)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize(("output", "cost"), FITTING)
def test_every_output_and_cost_at_every_depth(output, cost, depth):
    start = FITTING.index((output, cost)) + 5 * depth
    hidden = [ACTIVATION_NAMES[(start + l) % len(ACTIVATION_NAMES)] for l in range(depth - 1)]
    _check(*_case(hidden, output, cost, seed=start))


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("hidden", ACTIVATION_NAMES)
@pytest.mark.parametrize("cost", ["squared_error", "cross_entropy"])
def test_every_hidden_activation_at_every_depth(hidden, cost, depth):
    _check(*_case([hidden] * (depth - 1), output_for(cost), cost, seed=depth))


@pytest.mark.parametrize(("hidden", "output", "cost"), WITH_PARAMETERS)
def test_functions_with_parameters(hidden, output, cost):
    _check(*_case([hidden, hidden], output, cost, seed=0))


def test_the_textbook_has_every_function():
    assert set(textbook.ACTIVATIONS) == set(ACTIVATION_NAMES)
    assert {cost for _, cost in FITTING} == set(textbook.COSTS)
    assert find_activation("elu(0.5)").parameters == (0.5,)


# --- the collapse -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "cost"),
    [
        ("softmax", "cross_entropy"),
        ("sigmoid", "binary_cross_entropy"),
        ("identity", "half_squared_error"),
        ("exp", "poisson"),
    ],
)
def test_the_collapse_is_told_where_there_is_one(output, cost):
    network, theta, X, Y = _case(["tanh"], output, cost, seed=3)
    e = network.explain(theta, X, Y).of(1)
    collapse = e.weight(2, 1, 0).collapse
    assert collapse.formula == "a - y"
    assert_rounded(collapse.value, collapse.a - collapse.y, abs(collapse.a) + abs(collapse.y))
    assert_function(e.weight(2, 1, 0).value, collapse.value * e.a(1)[0])
    assert e.weight(1, 1, 0).collapse is None


def test_targets_that_do_not_sum_to_one_collapse_otherwise():
    network, theta, X, _ = _case(["tanh"], "softmax", "cross_entropy", seed=3)
    Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    e = network.explain(theta, X, Y)
    assert e.bias(2, 0).collapse.formula == "a - y"
    network = dense(3, (3, "sigmoid"), cost="squared_error")
    assert network.explain(np.zeros(12), X, Y).bias(1, 0).collapse is None


# --- outputs that have rounded to 0 or 1 ----------------------------------------------------------------------

SATURATED = [
    ("sigmoid", "binary_cross_entropy", 60.0, 0.0, 1.0),
    ("sigmoid", "binary_cross_entropy", -800.0, 1.0, -1.0),
    ("softmax", "cross_entropy", -900.0, 1.0, -1.0),
    ("exp", "poisson", -750.0, 2.0, -2.0),
]


@pytest.mark.parametrize(("output", "cost", "z", "y", "delta"), SATURATED)
def test_a_saturated_output_keeps_its_derivative(output, cost, z, y, delta):
    """z of output 0 is far out: a is 0 or 1 to the last bit, and slope times ∂C/∂a has no number left."""
    network = dense(2, (2, "tanh"), (2, output), cost=cost)
    theta = np.random.default_rng(0).normal(size=network.layout.size)
    network.b(theta, 2)[0] = z
    Y = np.array([[y, 1.0 - y if output == "softmax" else 1.0]])
    e = network.explain(theta, np.array([[0.3, -0.2]]), Y)
    found = e.weight(2, 0, 1)
    assert set(found.factors) == {BY_W, BY_Z}
    assert_function(found.value, delta * e.a(1)[1])
    assert_function(prod(found.factors.values()), found.value)
    for j in range(2):
        paths = e.paths(1, j)
        terms = e.delta(2) * network.w(theta, 2)[:, j]
        assert_rounded(sum(path.product for path in paths.largest) + paths.rest, terms.sum(), np.abs(terms).sum())
        for path in paths.largest:
            assert path.steps[-1].slope is None
            assert_function(path.end * path.steps[-1].weight, path.product)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("z", [10.0, 25.0, 33.0, 36.5, 40.0])
def test_factors_give_the_value_on_the_way_to_saturation(output, z):
    cost = "cross_entropy" if output == "softmax" else "binary_cross_entropy"
    network = dense(1, (3, output), cost=cost)
    for sign in (-1, 1):
        theta = np.array([0.3, -0.2, 0.1, sign * z, 0.0, 0.5])
        for Y in np.eye(3)[[0, 1]]:
            e = network.explain(theta, [0.7], Y)
            for j in range(3):
                found = e.bias(1, j)
                assert prod(found.factors.values()) == pytest.approx(found.value, rel=1e-10)
                if found.column_sum:
                    assert sum(t.product for t in found.column_sum) == pytest.approx(found.value, rel=1e-10, abs=1e-300)


# --- questions that have no answer ----------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [(0, 0, 0), (3, 0, 0), (True, 0, 0), (1, 2, 0), (1, 0, 5), (1, -1, 0), ("1", 0, 0)])
def test_a_weight_that_is_not_there(wrong):
    network = dense(2, (2, "tanh"), (1, "identity"))
    e = network.explain(np.zeros(network.layout.size), [0.0, 1.0], [0.0])
    with pytest.raises(SettingsError, match=r"there is no (layer|number)") as error:
        e.weight(*wrong)
    assert "\n" not in str(error.value)


def test_arrays_that_do_not_fit():
    network = dense(2, (1, "identity"))
    with pytest.raises(DataError, match="input 1 of example 0 is nan"):
        network.explain(np.zeros(3), [0.0, np.nan], [0.0])
    with pytest.raises(DataError, match=r"X must have shape \(n, 2\)"):
        network.explain(np.zeros(3), [0.0], [0.0])
    with pytest.raises(DataError, match="there is no example 1"):
        network.explain(np.zeros(3), [0.0, 1.0], [0.0]).of(1)
    with pytest.raises(SettingsError, match="top must be"):
        network.explain(np.zeros(3), [0.0, 1.0], [0.0], top=0)


def test_what_is_explained_does_not_change_with_the_callers_arrays():
    network = dense(2, (1, "identity"))
    x, theta = np.array([0.5, 1.0]), np.array([1.0, 2.0, 3.0])
    e = network.explain(theta, x, [0.0])
    x[:], theta[:] = 7, 7
    assert e.weight(1, 0, 0).value == pytest.approx(2 * (0.5 + 2.0 + 3.0) * 0.5)
