"""What follows from the equations and the notes do not spell out: batches, the full Jacobian, pairs, factors."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import FITTING, central, dense, output_delta
from rounding import assert_rounded, size_of_gradient

from glassprop.equations.activation import ACTIVATIONS, softmax_jacobian
from glassprop.equations.affine import affine, by_bias, by_input, by_weight
from glassprop.equations.cost import COSTS
from glassprop.equations.pairs import PAIRS, find_pair

SOFTMAX, SQUARED, CROSS_ENTROPY = ACTIVATIONS["softmax"], COSTS["squared_error"], COSTS["cross_entropy"]


def test_batch_form_holds_examples_in_rows():
    rng = np.random.default_rng(0)
    a, w, b, delta = (rng.normal(size=shape) for shape in ((5, 2), (3, 2), 3, (5, 3)))
    assert_rounded(affine(a, w, b), np.einsum("nk,jk->nj", a, w) + b)
    assert_rounded(by_weight(delta, a), np.einsum("nj,nk->jk", delta, a))
    assert_rounded(by_bias(delta), np.einsum("nj->j", delta))
    assert_rounded(by_input(delta, w), np.einsum("nj,jk->nk", delta, w))


def test_batch_gradient_divides_by_the_number_of_examples():
    network = dense(2, (3, "tanh"), (2, "identity"))
    rng = np.random.default_rng(1)
    theta, X, Y = rng.normal(size=network.layout.size), rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    a1 = np.tanh(X @ network.w(theta, 1).T + network.b(theta, 1))
    delta = 2 * (a1 @ network.w(theta, 2).T + network.b(theta, 2) - Y)  # not yet averaged
    gradient = network.gradient(theta, X, Y)
    size = size_of_gradient(network, theta, X, Y)
    assert_rounded(network.w(gradient, 2), delta.T @ a1 / 5, network.w(size, 2))
    assert_rounded(network.b(gradient, 2), delta.mean(axis=0), network.b(size, 2))


def test_softmax_under_squared_error_needs_the_full_jacobian():
    z, y = np.array([[0.4, -1.0, 0.9]]), np.array([[0.2, 0.9, -0.3]])
    a = SOFTMAX(z)
    exact = central(lambda v: ((SOFTMAX(v[None])[0] - y[0]) ** 2).sum(), z[0])
    given = output_delta(SOFTMAX, SQUARED, z, a, y)[0]
    full = [sum(2 * (a[0, j] - y[0, j]) * softmax_jacobian(a[0])[j, m] for j in range(3)) for m in range(3)]
    short = 2 * (a - y)[0] * a[0] * (1 - a[0])  # E16's form, with the diagonal of J alone
    np.testing.assert_allclose(given, exact, rtol=1e-7, atol=1e-10)
    assert_rounded(given, full)
    assert np.abs(short - exact).max() > 0.1


def test_softmax_in_a_hidden_layer_needs_the_full_jacobian():
    network = dense(2, (3, "softmax"), (2, "tanh"))
    rng = np.random.default_rng(2)
    theta, X, Y = rng.normal(size=network.layout.size), rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    exact = central(lambda t: network.cost(t, X, Y), theta)
    np.testing.assert_allclose(network.gradient(theta, X, Y), exact, rtol=1e-6, atol=1e-9)


def test_pullback_of_softmax_is_the_jacobian_transposed():
    rng = np.random.default_rng(3)
    z, g = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    a = SOFTMAX(z)
    long_way = [softmax_jacobian(a[i]).T @ g[i] for i in range(6)]
    assert_rounded(SOFTMAX.pullback(g, z, a), long_way)


def test_targets_that_do_not_sum_to_1():
    z, y = np.array([[0.4, -1.0, 0.9]]), np.array([[0.2, 1.5, 0.7]])
    a = SOFTMAX(z)
    exact = central(lambda v: -(y[0] * np.log(SOFTMAX(v[None])[0])).sum(), z[0])
    given = output_delta(SOFTMAX, CROSS_ENTROPY, z, a, y)[0]
    np.testing.assert_allclose(given, exact, rtol=1e-7)
    assert_rounded(given, a[0] * y.sum() - y[0])
    assert np.abs((a - y)[0] - exact).max() > 0.1  # a - y would be wrong here


def test_difference_is_a_property_of_a_few_pairs():
    rng = np.random.default_rng(4)
    z, y = rng.normal(size=(5, 3)), np.full((5, 3), 1 / 3)
    same_cost = {("softmax", "poisson")}  # where both a and y sum to 1 it is cross-entropy plus a constant
    for name, cost in FITTING:
        activation = ACTIVATIONS[name]
        a = activation(z)
        is_difference = np.allclose(output_delta(activation, COSTS[cost], z, a, y), a - y, rtol=1e-9, atol=1e-9)
        assert is_difference == ((name, cost) in {*PAIRS, *same_cost})
        assert (find_pair(activation, COSTS[cost]) is not None) == ((name, cost) in PAIRS)


def test_identity_under_squared_error_gives_twice_the_difference():
    z, y = np.array([[0.4, -1.0]]), np.array([[0.2, 1.5]])
    identity = ACTIVATIONS["identity"]
    np.testing.assert_array_equal(output_delta(identity, SQUARED, z, z, y), 2 * (z - y))
    np.testing.assert_array_equal(output_delta(identity, COSTS["half_squared_error"], z, z, y), z - y)


@pytest.fixture
def examples():
    """A network, its parameters, and two sets of examples."""
    network = dense(3, (4, "tanh"), (3, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(5)
    theta = rng.normal(size=network.layout.size)
    X, Y = rng.normal(size=(6, 3)), np.eye(3)[rng.integers(3, size=6)]
    return network, theta, (X[:4], Y[:4]), (X[4:], Y[4:])


def test_gradient_of_one_example_is_an_outer_product(examples):
    network, theta, (X, Y), _ = examples
    for i in range(4):
        w = network.w(network.gradient(theta, X[i : i + 1], Y[i : i + 1]), 2)
        assert np.linalg.matrix_rank(w, tol=1e-12) == 1


def test_norms_from_factors(examples):
    network, theta, (X, Y), _ = examples
    built = [np.linalg.norm(network.gradient(theta, X[i : i + 1], Y[i : i + 1])) for i in range(4)]
    assert_rounded(network.example_gradients(theta, X, Y).norms(), built)


def test_dots_from_factors(examples):
    network, theta, one, other = examples
    built = [
        np.stack([network.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))]) for X, Y in (one, other)
    ]
    given = network.example_gradients(theta, *one).dot(network.example_gradients(theta, *other))
    assert_rounded(given, built[0] @ built[1].T, np.abs(built[0]) @ np.abs(built[1]).T)
