"""What must hold of any network, parameters and data: properties that the mathematics gives."""

from __future__ import annotations

import numpy as np
from core_cases import ACTIVATION_NAMES, FITTING, dense, targets
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding import ROUNDINGS, assert_rounded, size_of_gradient

PROPERTY = settings(max_examples=40, derandomize=True)
weights = st.lists(st.floats(0.125, 8), min_size=6, max_size=6).map(np.array)


def least(activation: str) -> int:
    """How few neurons a layer may have."""
    return 2 if activation == "softmax" else 1


@st.composite
def cases(draw, n: int = 6):
    """A network of any allowed functions and sizes, θ, X (n, n_inputs), Y (n, n_L)."""
    output, cost = draw(st.sampled_from(FITTING))
    hidden = [
        (draw(st.integers(least(name), 5)), name)
        for name in draw(st.lists(st.sampled_from(ACTIVATION_NAMES), max_size=2))
    ]
    n_inputs, n_outputs = draw(st.integers(1, 4)), draw(st.integers(least(output), 3))
    network = dense(n_inputs, *hidden, (n_outputs, output), cost=cost)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    theta = rng.uniform(-0.5, 0.5, size=network.layout.size)
    X = rng.uniform(-2, 2, size=(n, n_inputs))
    return network, theta, X, targets(network.cost_function.targets, n, n_outputs, rng)


def close(case, one, other, *, power=1, times=1.0):
    """Equal but for rounding: of costs, or of gradients, made of terms as large as they are without their signs."""
    network, theta, X, Y = case
    sizes = [size_of_gradient(network, theta, X[i], Y[i]).max() for i in range(len(X))]
    size = max(times * max(sizes) ** power, np.abs(one).max(), np.abs(other).max())
    assert_rounded(one, other, size, 10 * ROUNDINGS)


@PROPERTY
@given(cases(), weights, weights)
def test_the_weighted_sum_of_gradients_is_linear_in_the_weights(case, one, other):
    network, theta, X, Y = case

    def total(w):
        return w.sum() * network.gradient(theta, X, Y, w)

    close(case, total(one + 2 * other), total(one) + 2 * total(other), times=(one + 2 * other).sum())


@PROPERTY
@given(cases(), weights, st.floats(0.01, 100))
def test_only_the_ratio_of_weights_counts(case, w, factor):
    network, theta, X, Y = case
    close(case, network.gradient(theta, X, Y, factor * w), network.gradient(theta, X, Y, w))
    close(case, network.cost(theta, X, Y, factor * w), network.cost(theta, X, Y, w))


@PROPERTY
@given(cases())
def test_equal_weights_are_no_weights(case):
    network, theta, X, Y = case
    close(case, network.gradient(theta, X, Y, np.full(6, 3.0)), network.gradient(theta, X, Y))


@PROPERTY
@given(cases(), st.integers(1, 5))
def test_a_union_of_batches_averages_their_gradients(case, m):
    network, theta, X, Y = case
    first, rest = network.gradient(theta, X[:m], Y[:m]), network.gradient(theta, X[m:], Y[m:])
    close(case, network.gradient(theta, X, Y), (m * first + (6 - m) * rest) / 6)


@PROPERTY
@given(cases(), st.lists(st.integers(0, 3), min_size=6, max_size=6).filter(any))
def test_a_weight_counts_how_often_an_example_is_there(case, counts):
    network, theta, X, Y = case
    repeated = np.repeat(np.arange(6), counts)
    close(
        case,
        network.gradient(theta, X, Y, np.array(counts, dtype=float)),
        network.gradient(theta, X[repeated], Y[repeated]),
    )


@PROPERTY
@given(cases(), st.permutations(range(6)))
def test_the_order_of_examples_does_not_matter(case, order):
    network, theta, X, Y = case
    order = list(order)
    close(case, network.gradient(theta, X[order], Y[order]), network.gradient(theta, X, Y))
    close(case, network.cost(theta, X[order], Y[order]), network.cost(theta, X, Y))


@PROPERTY
@given(cases(), st.randoms(use_true_random=False))
def test_hidden_neurons_can_change_places(case, random):
    """Permuting a hidden layer's neurons leaves the cost as it is and permutes the gradient."""
    network, theta, X, Y = case
    if network.depth == 1:
        return
    order = list(range(network.sizes[1]))
    random.shuffle(order)
    moved, expected = theta.copy(), network.gradient(theta, X, Y)
    for vector in (moved, expected):
        network.w(vector, 1)[...] = network.w(vector, 1)[order].copy()
        network.b(vector, 1)[...] = network.b(vector, 1)[order].copy()
        network.w(vector, 2)[...] = network.w(vector, 2)[:, order].copy()
    close(case, network.cost(moved, X, Y), network.cost(theta, X, Y))
    close(case, network.gradient(moved, X, Y), expected)


@PROPERTY
@given(cases())
def test_squared_norms_are_the_diagonal_of_the_dots(case):
    network, theta, X, Y = case
    each = network.example_gradients(theta, X, Y)
    dots = each.dot(each)
    close(case, each.norms() ** 2, np.diag(dots), power=2)
    close(case, dots, dots.T, power=2)
    assert np.linalg.eigvalsh(dots / max(np.abs(dots).max(), 1e-300)).min() > -1e-10  # a Gram matrix
    close(case, each.mean(), network.gradient(theta, X, Y))


@PROPERTY
@given(cases(), st.floats(-50, 50))
def test_softmax_does_not_feel_a_shift_of_all_its_inputs(case, shift):
    network, theta, X, Y = case
    if network.layers[-1].activation.name != "softmax":
        return
    moved = theta.copy()
    network.b(moved, network.depth)[...] += shift
    assert_rounded(network.predict(moved, X), network.predict(theta, X), 1 + abs(shift))
    b = network.b(network.gradient(theta, X, Y), network.depth)
    close(case, b.sum(), 0.0)  # so the gradient has no part along that shift


@PROPERTY
@given(cases())
def test_a_first_bias_is_a_weight_on_an_input_of_1(case):
    """E5's two halves agree: ∂C/∂b equals ∂C/∂w of an input that is always 1."""
    network, theta, X, Y = case
    layers = [(layer.n, layer.activation.spec) for layer in network.layers]
    wider = dense(network.n_inputs + 1, *layers, cost=network.cost_function.spec)
    longer = np.empty(wider.layout.size)
    wider.w(longer, 1)[:, :-1], wider.w(longer, 1)[:, -1] = network.w(theta, 1), network.b(theta, 1)
    wider.b(longer, 1)[...] = 0
    longer[wider.layout.block(1, "b").stop :] = theta[network.layout.block(1, "b").stop :]
    gradient = wider.gradient(longer, np.c_[X, np.ones(6)], Y)
    close(case, wider.w(gradient, 1)[:, -1], wider.b(gradient, 1))
    close(case, wider.b(gradient, 1), network.b(network.gradient(theta, X, Y), 1))


@PROPERTY
@given(cases())
def test_a_small_step_against_the_gradient_lowers_the_cost(case):
    network, theta, X, Y = case
    gradient = network.gradient(theta, X, Y)
    length = np.linalg.norm(gradient)
    if length < 1e-4 or network.cost_function.kinks or any(layer.activation.kinks for layer in network.layers):
        return
    assert network.cost(theta - 1e-5 * gradient / length, X, Y) < network.cost(theta, X, Y)
