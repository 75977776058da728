"""E29 to E40, the equations of other kinds of layer, one test each: symbolic, or against matrices written out."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from rounding import assert_function, assert_rounded

from glassprop import Layer, Network, Scale
from glassprop.equations.activation import find_activation
from glassprop.equations.lookup import by_row, looked_up
from glassprop.equations.periodic import (
    angles,
    by_angle,
    by_frequency,
    by_number,
    by_phase,
    by_shift,
    by_wave,
    embedded,
)
from glassprop.equations.scaling import by_factor, by_scaled_input, scaled

N = 3
A, S, T = sp.symbols(f"a:{N}"), sp.symbols(f"s:{N}"), sp.symbols(f"t:{N}")
COST = sum(t * sp.sin(s * a) for t, s, a in zip(T, S, A, strict=True)) + S[0] * A[0] * S[1] * A[1]  # any cost of z
SELU = lambda z: 1.0507009873554805 * sp.Piecewise((z, z > 0), (1.6732632423543772 * (sp.exp(z) - 1), True))  # noqa: E731
DELTA = np.array([[sp.diff(COST, s) / a for s, a in zip(S, A, strict=True)]], dtype=object)  # ∂C_0/∂z by E4, z = s a


def _row(symbols):
    return np.array([symbols], dtype=object)


def test_E29_factors_are_a_diagonal_matrix():
    a, s = np.arange(6.0).reshape(2, 3), np.array([2.0, -1.0, 0.5])
    np.testing.assert_array_equal(scaled(a, s), a @ np.diag(s))
    z = scaled(_row(A), np.array(S, dtype=object))[0]
    assert all(sp.simplify(z[k] - S[k] * A[k]) == 0 for k in range(N))


def test_E30_gradient_of_a_factor():
    given = by_factor(DELTA, _row(A))
    for k in range(N):
        assert sp.simplify(sp.diff(COST, S[k]) - given[k]) == 0


def test_E31_error_through_a_factor():
    given = by_scaled_input(DELTA, np.array(S, dtype=object))[0]
    for k in range(N):
        assert sp.simplify(sp.diff(COST, A[k]) - given[k]) == 0


RESIDUAL = Network(2, [Layer(2, "tanh"), Layer(2, "tanh", residual=True), Layer(1, "identity")])
THETA, X, Y = np.linspace(-1, 1, RESIDUAL.layout.size), np.array([[0.4, -0.7]]), np.array([[0.3]])


def test_E32_what_is_seen_is_added():
    trace = RESIDUAL.forward(THETA, X)
    before = np.tanh(X @ RESIDUAL.w(THETA, 1).T + RESIDUAL.b(THETA, 1))
    after = np.tanh(before @ RESIDUAL.w(THETA, 2).T + RESIDUAL.b(THETA, 2)) + before
    assert_function(trace.a[2], after)
    assert_function(trace.s[2], after - before)


def test_E33_the_error_goes_past_a_residual_layer():
    """The network in symbols, differentiated as a whole by each input of its residual layer."""
    a = sp.symbols("a:2")
    w, b, v, c = (RESIDUAL.w(THETA, 2), RESIDUAL.b(THETA, 2), RESIDUAL.w(THETA, 3), RESIDUAL.b(THETA, 3))
    after = [sp.tanh(w[j, 0] * a[0] + w[j, 1] * a[1] + b[j]) + a[j] for j in range(2)]
    cost = (v[0, 0] * after[0] + v[0, 1] * after[1] + c[0] - Y[0, 0]) ** 2
    explanation = RESIDUAL.explain(THETA, X, Y)
    here = dict(zip(a, explanation.a(1), strict=True))
    known = [float(sp.diff(cost, a[k]).subs(here)) for k in range(2)]
    assert_rounded(explanation.by_a(1), known, 1 + np.abs(known).max())


def exactly(expression, at):
    """Its value at these numbers taken exactly, so that nothing cancels."""
    return float(expression.subs({symbol: sp.Rational(float(number)) for symbol, number in at.items()}).evalf(30))


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("leaky_relu(0.3)", lambda z, p: sp.Piecewise((z, z > 0), (p * z, True))),
        ("elu(0.7)", lambda z, p: sp.Piecewise((z, z > 0), (p * (sp.exp(z) - 1), True))),
        ("blended_selu(0.7)", lambda z, p: (1 - p) * z + p * SELU(z)),
        ("blended_mish(0.7)", lambda z, p: (1 - p) * z + p * z * sp.tanh(sp.log(1 + sp.exp(z)))),
    ],
)
def test_E34_gradient_of_an_activations_parameter(name, formula):
    z, p = sp.symbols("z p", real=True)
    activation, number = find_activation(name), float(name.split("(")[1][:-1])
    slope = sp.diff(formula(z, p), p)
    for at in (-2.0, -0.3, 0.4, 3.0):
        array = np.array([[at]])
        given = activation.by_parameter(array, activation(array), np.array([number]))
        assert_function(given, [[exactly(slope, {z: at, p: number})]])
    network = Network(2, [Layer(3, name, parametric=True), Layer(1, "identity")])
    theta = np.linspace(-1, 1, network.layout.size)
    by_p = network.parameters(network.gradient(theta, X, Y), 1)["p"]
    e = network.explain(theta, X, Y)
    for j in range(3):
        by_a, into = e.by_a(1)[j], exactly(slope, {z: e.z(1)[j], p: network.parameters(theta, 1)["p"][j]})
        assert_function(by_p[j], by_a * into)


def test_kinds_start_where_they_change_nothing():
    """Factors of 1 and no more: a network with `Scale` in front starts as the one without."""
    plain, scaled_one = (Network(2, [*front, Layer(3, "tanh")]) for front in ([], [Scale()]))
    a, b = (network.initial(np.random.default_rng(0)) for network in (plain, scaled_one))
    np.testing.assert_array_equal(scaled_one.parameters(b, 1)["s"], 1)
    assert_rounded(plain.predict(a, X), scaled_one.predict(b, X), 1)


# Two examples of one number each, by three waves and two sums of them, as numbers and in symbols; and any cost of it.
SHAPES = {"x": (1, 2), "f": (1, 3), "c": (1, 3), "w": (1, 2, 3), "e": (1, 2)}
WAVES = {name: np.random.default_rng(number).normal(size=shape) for number, (name, shape) in enumerate(SHAPES.items())}
LETTERS = {
    name: np.array(sp.symbols(f"{name}0:{np.prod(shape)}"), dtype=object).reshape(shape)
    for name, shape in SHAPES.items()
}
AT = {
    letter: number for name in SHAPES for letter, number in zip(LETTERS[name].ravel(), WAVES[name].ravel(), strict=True)
}


def _z_of_waves():
    """By example: the number, and its two sums of waves."""
    x, f, c, w, e = (LETTERS[name][0] for name in SHAPES)
    waves = [[sp.cos(2 * sp.pi * f[q] * one + c[q]) for q in range(3)] for one in x]
    return [[one, *(sum(w[m] * here) + e[m] for m in range(2))] for one, here in zip(x, waves, strict=True)]


def _cost_of_waves(z):
    return sum((i + 1) * sp.sin(j * value + i) for i, row in enumerate(z) for j, value in enumerate(row, start=1))


def _by(name):
    """The derivative of the cost by each number of an array, from the symbols."""
    cost = _cost_of_waves(_z_of_waves())
    found = [sp.diff(cost, letter).subs(AT) for letter in LETTERS[name].ravel()]
    return np.array(found, dtype=float).reshape(SHAPES[name])


def _delta_of_waves():
    """∂C_0/∂z of each example: of the number (1, 2), and of the sums (1, 2, 2)."""
    free = [sp.symbols(f"z{i}_0:3") for i in range(2)]
    values = {free[i][j]: value for i, row in enumerate(_z_of_waves()) for j, value in enumerate(row)}
    cost = _cost_of_waves(free)
    delta = np.array([[sp.diff(cost, z).subs(values).subs(AT) for z in row] for row in free], dtype=float)
    return delta[None, :, 0], delta[None, :, 1:]


ANGLES = angles(WAVES["x"], WAVES["f"], WAVES["c"])


def test_E35_a_number_and_sums_of_its_waves():
    known = np.array([[value.subs(AT) for value in row[1:]] for row in _z_of_waves()], dtype=float)
    assert_rounded(embedded(ANGLES, WAVES["w"], WAVES["e"])[0], known, 10)


def test_E36_gradient_of_weights_and_shifts_of_waves():
    delta = _delta_of_waves()[1]
    assert_rounded(by_wave(delta, ANGLES), _by("w"), 10)
    assert_rounded(by_shift(delta), _by("e"), 10)


def test_E37_gradient_of_frequencies_and_phases():
    by_u = by_angle(_delta_of_waves()[1], ANGLES, WAVES["w"])
    assert_rounded(by_frequency(by_u, WAVES["x"]), _by("f"), 100)
    assert_rounded(by_phase(by_u), _by("c"), 10)


def test_E38_error_through_waves():
    of_x, delta = _delta_of_waves()
    assert_rounded(by_number(of_x, by_angle(delta, ANGLES, WAVES["w"]), WAVES["f"]), _by("x"), 100)


TABLE, CODES = np.arange(12.0).reshape(4, 3), np.array([2, 0, 2, 3])


def test_E39_a_code_is_a_row_of_the_table():
    np.testing.assert_array_equal(looked_up(TABLE, CODES), np.eye(4)[CODES] @ TABLE)


def test_E40_gradient_of_a_row_is_that_of_its_examples():
    delta = np.random.default_rng(0).normal(size=(4, 3))
    found = by_row(delta, CODES, 4)
    assert_rounded(found, np.eye(4)[CODES].T @ delta, np.abs(delta).sum())
    assert (found[1] == 0).all()  # no example has it
