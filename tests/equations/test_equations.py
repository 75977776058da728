"""Each equation of docs/derivation.md by number: symbolic where that is stronger, else against plain loops."""

from __future__ import annotations

from itertools import product
from math import exp, tanh

import numpy as np
import pytest
import sympy as sp
from core_cases import central, dense, output_cost, output_delta
from rounding import assert_function, assert_rounded, size_of_gradient, sizes_by_a_and_z

from glassprop.backprop.passes import backward, example_costs, forward, last_errors
from glassprop.equations.activation import ACTIVATIONS, softmax_jacobian
from glassprop.equations.affine import affine, by_bias, by_input, by_weight
from glassprop.equations.cost import COSTS
from glassprop.equations.pairs import PAIRS

SQUARED, CROSS_ENTROPY = COSTS["squared_error"], COSTS["cross_entropy"]
SOFTMAX, SIGMOID, TANH = ACTIVATIONS["softmax"], ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]

# One neuron a layer, three layers: w, b of each in turn, and one example.
CHAIN = dense(1, (1, "tanh"), (1, "tanh"), (1, "tanh"))
CHAIN_THETA = np.array([0.7, -0.3, 1.2, 0.4, -0.9, 0.2])
X1, Y1 = 0.8, 0.35

# Several neurons a layer, no two sizes alike: 2 inputs, 3 hidden, 4 outputs.
WIDE = dense(2, (3, "sigmoid"), (4, "tanh"))


def chain_pass(theta):
    """z and a of the three neurons, by the definition and Python's own tanh; index 0 is the input."""
    z, a = [None], [X1]
    for w, b in zip(theta[0::2], theta[1::2], strict=True):
        z.append(w * a[-1] + b)
        a.append(tanh(z[-1]))
    return z, a


def one_neuron():
    """SymPy's symbols of one neuron under E2, and its cost: (w, b, a_before, y, z, cost), with σ = tanh."""
    w, b, before, y = sp.symbols("w b a y")
    z = w * before + b
    return w, b, before, y, z, (sp.tanh(z) - y) ** 2


def at(expression, *symbols, values=(0.7, -0.3, X1, Y1)):
    """A number out of an expression in w, b, a, y."""
    return float(expression.subs(dict(zip(symbols, values, strict=True))))


@pytest.fixture
def one_layer():
    """One layer of 3 neurons after 2: w (3, 2), b, a of the layer before (1, 2), y (1, 3), z, a."""
    rng = np.random.default_rng(1)
    w, b, before, y = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(1, 2)), rng.normal(size=(1, 3))
    z = affine(before, w, b)
    return w, b, before, y, z, TANH(z)


@pytest.fixture
def wide():
    """The wide network with parameters, 5 examples, and its trace."""
    rng = np.random.default_rng(2)
    theta, X, Y = rng.normal(size=WIDE.layout.size), rng.normal(size=(5, 2)), rng.normal(size=(5, 4))
    return theta, X, Y, forward(WIDE, theta, X)


# --- one neuron a layer ------------------------------------------------------------------------------------


def test_E01_weighted_sum_and_activation():
    trace = forward(CHAIN, CHAIN_THETA, np.array([[X1]]))
    z, a = chain_pass(CHAIN_THETA)
    assert trace.a[0].item() == X1
    for l in (1, 2, 3):
        assert_rounded(trace.z[l].item(), z[l], 1)
        assert_rounded(trace.a[l].item(), a[l], 1)


def test_E02_squared_error_of_one_output():
    for a, y in product((-2.0, 0.0, 0.5), (-1.0, 0.5, 3.0)):
        assert SQUARED(np.array([[a]]), np.array([[y]])).item() == (a - y) ** 2


def test_E03_a_nudge_travels_from_w_to_the_cost():
    x, y, last_weight = np.array([[X1]]), np.array([[Y1]]), 4
    start = forward(CHAIN, CHAIN_THETA, x)
    errors = []
    for nudge in (1e-3, 1e-4):
        theta = CHAIN_THETA.copy()
        theta[last_weight] += nudge
        end = forward(CHAIN, theta, x)
        dz, da = (end.z[3] - start.z[3]).item(), (end.a[3] - start.a[3]).item()
        cost = (example_costs(CHAIN, end, y) - example_costs(CHAIN, start, y)).item()
        assert end.a[2] == start.a[2]  # nothing before the weight moves
        assert_rounded(dz, start.a[2].item() * nudge, abs(start.z[3].item()) + 1)
        slope = TANH.pullback(np.ones((1, 1)), start.z[3], start.a[3]).item()
        by_output = SQUARED.by_output(start.a[3], y).item()
        errors.append(max(abs(da - slope * dz), abs(cost - by_output * da)))
    assert errors[1] < errors[0] / 50  # what the factors leave out is of second order in the nudge


def test_E04_chain_rule_is_the_product_of_three_factors():
    w, b, before, y, z, cost = one_neuron()
    z_number, y_number = np.array([[at(z, w, b, before, y)]]), np.array([[Y1]])
    a_number = np.tanh(z_number)
    by_w = by_weight(np.ones((1, 1)), np.array([[X1]]))
    by_z = TANH.pullback(np.ones((1, 1)), z_number, a_number)
    by_a = SQUARED.by_output(a_number, y_number)
    assert (by_w * by_z * by_a).item() == pytest.approx(at(sp.diff(cost, w), w, b, before, y), rel=1e-13)


def test_E05_derivatives_of_the_weighted_sum():
    w, b, before = sp.symbols("w b a")
    z = affine(np.array([[before]]), np.array([[w]]), np.array([b]))[0, 0]  # the code itself, on symbols
    one = np.array([[sp.Integer(1)]])
    assert sp.diff(z, w) == by_weight(one, np.array([[before]])).item() == before
    assert sp.diff(z, b) == by_bias(one).item() == 1
    assert sp.diff(z, before) == by_input(one, np.array([[w]])).item() == w


def test_E06_activation_by_weighted_sum_is_the_slope():
    z = np.linspace(-3, 3, 13)[:, None]
    for name in ("sigmoid", "tanh", "softplus"):
        sigma = ACTIVATIONS[name]
        difference = (sigma(z + 1e-5) - sigma(z - 1e-5)) / 2e-5
        one, three = (sigma.pullback(g * np.ones_like(z), z, sigma(z)) for g in (1, 3))
        np.testing.assert_allclose(one, difference, rtol=1e-7, atol=1e-9)  # rounding over 1e-5, and the nudge's square
        np.testing.assert_allclose(three, 3 * difference, rtol=1e-7, atol=1e-9)


def test_E07_cost_by_output():
    a, y = sp.symbols("a y")
    arrays = np.array([[a]]), np.array([[y]])
    assert sp.expand(SQUARED.by_output(*arrays).item() - sp.diff(SQUARED(*arrays).item(), a)) == 0
    assert sp.expand(SQUARED.by_output(*arrays).item() - 2 * (a - y)) == 0


def single_neuron_gradient():
    network = dense(1, (1, "tanh"))
    theta, x, y = np.array([0.7, -0.3]), np.array([[X1]]), np.array([[Y1]])
    return network, theta, x, y


def test_E08_cost_by_weight():
    network, theta, x, y = single_neuron_gradient()
    w, b, before, target, _z, cost = one_neuron()
    given = network.gradient(theta, x, y)[0]
    assert given == pytest.approx(at(sp.diff(cost, w), w, b, before, target), rel=1e-13)
    a = tanh(0.7 * X1 - 0.3)
    assert given == pytest.approx(2 * X1 * (1 - a * a) * (a - Y1), rel=1e-13)


def test_E09_cost_by_bias():
    network, theta, x, y = single_neuron_gradient()
    w, b, before, target, _z, cost = one_neuron()
    given = network.gradient(theta, x, y)[1]
    assert given == pytest.approx(at(sp.diff(cost, b), w, b, before, target), rel=1e-13)
    a = tanh(0.7 * X1 - 0.3)
    assert given == pytest.approx(2 * (1 - a * a) * (a - Y1), rel=1e-13)


def test_E10_cost_by_activation_before():
    network, theta, x, y = single_neuron_gradient()
    w, b, before, target, _z, cost = one_neuron()
    given = network.input_gradient(theta, x, y).item()
    assert given == pytest.approx(at(sp.diff(cost, before), w, b, before, target), rel=1e-13)
    a = tanh(0.7 * X1 - 0.3)
    assert given == pytest.approx(2 * 0.7 * (1 - a * a) * (a - Y1), rel=1e-13)
    assert given != pytest.approx(2 * 0.7 * (1 - a * a) * (X1 - Y1), rel=1e-3)  # the slip of the notes


def test_E11_gradient_is_the_average_over_examples(wide):
    theta, X, Y, _ = wide
    one_by_one = [WIDE.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(5)]
    assert_rounded(WIDE.gradient(theta, X, Y), sum(one_by_one) / 5, size_of_gradient(WIDE, theta, X, Y))
    weights = np.array([0.0, 2.0, 1.0, 0.5, 0.5])
    weighted = sum(w * g for w, g in zip(weights, one_by_one, strict=True)) / weights.sum()
    assert_rounded(WIDE.gradient(theta, X, Y, weights), weighted, size_of_gradient(WIDE, theta, X, Y, weights))


def test_E12_gradient_is_one_column_over_all_layers():
    symbols = sp.symbols("w1 b1 w2 b2 w3 b3")
    a = sp.Float(X1, 30)
    for w, b in zip(symbols[0::2], symbols[1::2], strict=True):
        a = sp.tanh(w * a + b)
    cost = (a - sp.Float(Y1, 30)) ** 2
    values = dict(zip(symbols, map(float, CHAIN_THETA), strict=True))
    column = [float(sp.diff(cost, symbol).subs(values)) for symbol in symbols]
    given = CHAIN.gradient(CHAIN_THETA, np.array([[X1]]), np.array([[Y1]]))
    assert given.shape == CHAIN_THETA.shape
    assert_rounded(given, column)
    assert len(set(np.round(column, 9))) == 6  # all different: a wrong order would show


def test_E13_the_layers_before_repeat_the_same_step():
    z, a = chain_pass(CHAIN_THETA)
    w = CHAIN_THETA[0::2]
    slope = [None, *(1 - tanh(value) ** 2 for value in z[1:])]
    third = 2 * (a[3] - Y1) * slope[3]
    second = third * w[2] * slope[2]
    first = second * w[1] * slope[1]
    trace = forward(CHAIN, CHAIN_THETA, np.array([[X1]]))
    deltas = backward(CHAIN, trace, last_errors(CHAIN, trace, np.array([[Y1]]))).delta
    assert deltas[0] is None
    assert_rounded([delta.item() for delta in deltas[1:]], [first, second, third])


# --- several neurons a layer -------------------------------------------------------------------------------


def test_E14_sums_run_over_the_size_of_their_own_layer(wide):
    theta, X, Y, trace = wide
    w1, b1 = theta[:6].reshape(3, 2), theta[6:9]
    w2, b2 = theta[9:21].reshape(4, 3), theta[21:]
    for i in range(5):
        a1 = [1 / (1 + exp(-(sum(w1[j, k] * X[i, k] for k in range(2)) + b1[j]))) for j in range(3)]
        a2 = [tanh(sum(w2[j, k] * a1[k] for k in range(3)) + b2[j]) for j in range(4)]
        assert_rounded(trace.a[1][i], a1)
        assert_rounded(trace.a[2][i], a2, 1)
        cost = sum((a2[j] - Y[i, j]) ** 2 for j in range(4))
        assert_rounded(example_costs(WIDE, trace, Y)[i], cost, 1 + cost)


def test_E15_a_derivative_is_the_sum_over_all_paths(wide):
    theta, X, Y, trace = wide
    w1, w2 = WIDE.w(theta, 1), WIDE.w(theta, 2)
    given, (sizes, _) = WIDE.input_gradient(theta, X, Y), sizes_by_a_and_z(WIDE, theta, X, Y)
    for i, k in product(range(5), range(2)):
        paths = 0.0
        for j1, j2 in product(range(3), range(4)):  # input k -> hidden j1 -> output j2
            a1, a2 = trace.a[1][i, j1], trace.a[2][i, j2]
            paths += 2 * (a2 - Y[i, j2]) * (1 - a2**2) * w2[j2, j1] * a1 * (1 - a1) * w1[j1, k]
        assert_rounded(given[i, k], paths, sizes[0][i, k])


def test_E16_weight_gradient(one_layer):
    w, b, before, y, z, a = one_layer
    given = by_weight(output_delta(TANH, SQUARED, z, a, y), before)
    loops = [[2 * (a[0, j] - y[0, j]) * (1 - a[0, j] ** 2) * before[0, k] for k in range(2)] for j in range(3)]
    assert_rounded(given, loops)
    np.testing.assert_allclose(
        given.ravel(),
        central(lambda flat: ((np.tanh(flat.reshape(3, 2) @ before[0] + b) - y[0]) ** 2).sum(), w.ravel()),
        rtol=1e-7,
        atol=1e-9,
    )


def test_E17_bias_gradient(one_layer):
    w, b, before, y, z, a = one_layer
    given = by_bias(output_delta(TANH, SQUARED, z, a, y))
    assert_rounded(given, [2 * (a[0, j] - y[0, j]) * (1 - a[0, j] ** 2) for j in range(3)])
    np.testing.assert_allclose(
        given, central(lambda shift: ((np.tanh(w @ before[0] + shift) - y[0]) ** 2).sum(), b), rtol=1e-7, atol=1e-9
    )


def test_E18_gradient_of_the_activations_before(one_layer):
    w, b, before, y, z, a = one_layer
    given = by_input(output_delta(TANH, SQUARED, z, a, y), w)
    loops = [sum(2 * (a[0, j] - y[0, j]) * (1 - a[0, j] ** 2) * w[j, k] for j in range(3)) for k in range(2)]
    assert_rounded(given[0], loops)
    np.testing.assert_allclose(
        given[0], central(lambda x: ((np.tanh(w @ x + b) - y[0]) ** 2).sum(), before[0]), rtol=1e-7, atol=1e-9
    )


# --- activations -------------------------------------------------------------------------------------------


def test_E19_relu_slope_is_1_above_0_and_0_elsewhere():
    z = np.array([[-3.0, -5e-324, -0.0, 0.0, 5e-324, 3.0]])
    relu = ACTIVATIONS["relu"]
    np.testing.assert_array_equal(relu(z), [[0, 0, 0, 0, 5e-324, 3]])
    np.testing.assert_array_equal(relu.pullback(np.ones_like(z), z, relu(z)), [[0, 0, 0, 0, 1, 1]])


def test_E20_sigmoid_slope():
    x = sp.symbols("x", real=True)
    sigma = 1 / (1 + sp.exp(-x))
    middle = sp.exp(-x) / (1 + sp.exp(-x)) ** 2
    in_code = SIGMOID.slope(x, sigma)  # the code itself, on symbols
    assert sp.simplify(sp.diff(sigma, x) - middle) == 0
    assert sp.simplify(middle - in_code) == 0
    # the two lines that the notes garble, as they must read
    assert sp.simplify(middle - sigma * ((1 + sp.exp(-x)) - 1) / (1 + sp.exp(-x))) == 0
    assert sp.simplify(middle - sigma * ((1 + sp.exp(-x)) / (1 + sp.exp(-x)) - 1 / (1 + sp.exp(-x)))) == 0
    z = np.linspace(-30, 30, 61)[:, None]
    exact = np.array([[float(sigma.subs(x, sp.Rational(value)).evalf(30))] for value in z[:, 0]])
    assert_function(SIGMOID(z), exact)


def symbolic_softmax(n):
    """Symbols x, softmax(x) by its definition, and the code's own Jacobian on those symbols."""
    x = sp.symbols(f"x:{n}", real=True)
    total = sum(sp.exp(v) for v in x)
    a = [sp.exp(v) / total for v in x]
    return x, a, softmax_jacobian(np.array(a, dtype=object))


def test_E21_softmax_by_another_input():
    x, a, jacobian = symbolic_softmax(3)
    for i, j in product(range(3), repeat=2):
        if i != j:
            assert sp.simplify(sp.diff(a[i], x[j]) + a[i] * a[j]) == 0
            assert sp.simplify(jacobian[i, j] + a[i] * a[j]) == 0


def test_E22_softmax_by_its_own_input():
    x, a, jacobian = symbolic_softmax(3)
    for i in range(3):
        assert sp.simplify(sp.diff(a[i], x[i]) - a[i] * (1 - a[i])) == 0
        assert sp.simplify(jacobian[i, i] - a[i] * (1 - a[i])) == 0


def test_E23_softmax_jacobian():
    x, a, jacobian = symbolic_softmax(4)
    for i, j in product(range(4), repeat=2):
        assert sp.simplify(sp.diff(a[i], x[j]) - jacobian[i, j]) == 0
    z = np.array([0.3, -1.2, 2.0])
    columns = [(SOFTMAX((z + e)[None])[0] - SOFTMAX((z - e)[None])[0]) / 1.2e-5 for e in 6e-6 * np.eye(3)]
    numbers = softmax_jacobian(SOFTMAX(z[None])[0])
    np.testing.assert_allclose(numbers, np.stack(columns, axis=1), rtol=0, atol=1e-9)
    assert_rounded(numbers.sum(axis=0), np.zeros(3), np.abs(numbers).sum(axis=0))  # outputs sum to 1, changes to 0


def test_E24_softmax_by_weights():
    w, before = np.array([[0.2, -0.5], [1.1, 0.3], [-0.7, 0.9]]), np.array([0.6, -1.4])
    x = w @ before
    jacobian = softmax_jacobian(SOFTMAX(x[None])[0])
    for i in range(3):
        given = by_weight(jacobian[i : i + 1], before[None])  # row i of J_s, times ∂z/∂w
        by_difference = central(lambda flat, i=i: SOFTMAX((flat.reshape(3, 2) @ before)[None])[0, i], w.ravel())
        np.testing.assert_allclose(given.ravel(), by_difference, rtol=1e-7, atol=1e-10)
        z_by_w = by_weight(np.eye(3)[i : i + 1], before[None])  # ∂z_i/∂w_jk: a_k in row i, 0 in all others
        np.testing.assert_array_equal(z_by_w, [before if j == i else [0, 0] for j in range(3)])


# --- softmax with cross-entropy ----------------------------------------------------------------------------


def test_E25_cross_entropy_and_its_derivative():
    a, y = np.array([[0.2, 0.5, 0.3]]), np.array([[0.0, 1.0, 0.0]])
    assert_function(CROSS_ENTROPY(a, y).item(), float(-sp.log(sp.Rational(1, 2))))
    assert_function(CROSS_ENTROPY.by_output(a, y), [[0, -1 / 0.5, 0]])
    in_z = output_cost(SOFTMAX, CROSS_ENTROPY, np.log(a) + 7, a, y)  # from z: the same number
    assert_rounded(in_z, CROSS_ENTROPY(a, y), 8)  # z is about 7


def symbolic_collapse(t, n=3):
    """z, a = softmax(z), C_0 = -log a_t, one-hot y, and the collapsed δ of the code on symbols."""
    z, a, jacobian = symbolic_softmax(n)
    y = [sp.Integer(i == t) for i in range(n)]
    pair = PAIRS["softmax", "cross_entropy"]
    delta = pair.delta(np.array([a], dtype=object), np.array([y], dtype=object))
    return z, a, jacobian, -sp.log(a[t]), y, delta


def test_E26_the_jacobian_collapses():
    for t in range(3):
        z, a, jacobian, cost, y, delta = symbolic_collapse(t)
        by_output = [-1 / a[m] if m == t else sp.Integer(0) for m in range(3)]
        for i in range(3):
            long_way = sum(by_output[m] * jacobian[m, i] for m in range(3))
            assert sp.simplify(long_way - (a[i] - y[i])) == 0
            assert sp.simplify(sp.diff(cost, z[i]) - delta[0, i]) == 0
            assert sp.simplify(delta[0, i] - (a[i] - y[i])) == 0
            assert sp.simplify(delta[0, i]) != 0  # the notes' last line would make it 0


def collapsed_layer():
    """Symbols of a softmax layer of 3 after 2: w, b, a before, C_0 in them, and the code's δ at class 1."""
    w, b, before = sp.symbols("w:3:2"), sp.symbols("b:3"), sp.symbols("a:2")
    z, _a, _, cost, _, delta = symbolic_collapse(1)
    in_w = {z[i]: sum(w[2 * i + k] * before[k] for k in range(2)) + b[i] for i in range(3)}
    cost = cost.subs(in_w, simultaneous=True)
    delta = np.array([[entry.subs(in_w, simultaneous=True) for entry in delta[0]]], dtype=object)
    return w, b, before, cost, delta


def test_E27_collapsed_weight_gradient():
    w, _, before, cost, delta = collapsed_layer()
    given = by_weight(delta, np.array([before], dtype=object))
    for i, j in product(range(3), range(2)):
        assert sp.simplify(sp.diff(cost, w[2 * i + j]) - given[i, j]) == 0
    network = dense(2, (3, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(3)
    theta, X, Y = rng.normal(size=9), rng.normal(size=(1, 2)), np.eye(3)[[1]]
    z = network.w(theta, 1) @ X[0] + network.b(theta, 1)
    a = np.exp(z) / np.exp(z).sum()
    by_hand = [[(a[i] - (i == 1)) * X[0, j] for j in range(2)] for i in range(3)]
    size = network.w(size_of_gradient(network, theta, X, Y), 1)
    assert_rounded(network.w(network.gradient(theta, X, Y), 1), by_hand, size)


def test_E28_collapsed_bias_gradient():
    _, b, _, cost, delta = collapsed_layer()
    given = by_bias(delta)
    for i in range(3):
        assert sp.simplify(sp.diff(cost, b[i]) - given[i]) == 0
        assert sp.simplify(given[i]) != 0  # the notes box a 0 here
    network = dense(2, (3, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(3)
    theta, X, Y = rng.normal(size=9), rng.normal(size=(1, 2)), np.eye(3)[[1]]
    z = network.w(theta, 1) @ X[0] + network.b(theta, 1)
    by_hand = np.exp(z) / np.exp(z).sum() - Y[0]
    assert_rounded(network.b(network.gradient(theta, X, Y), 1), by_hand, 1)
