"""The definitions: each is there, its slope is the derivative of its value, and NumPy's form computes what it says."""

from __future__ import annotations

import ast

import mpmath as mp
import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES
from equations.definition_cases import ALL_COSTS, ELEMENTWISE, MP, Z, activation_at, cost_at, names_of, pairs_for, spec
from rounding import OF_A_FUNCTION, assert_function, assert_rounded

from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.definitions import ACTIVATION_DEFINITIONS, COST_DEFINITIONS, definition_of
from glassprop.equations.expression import DEFINED, FLOATS, evaluate, parse, uses


def test_every_function_has_a_definition_and_there_are_none_for_nothing():
    assert list(ACTIVATION_DEFINITIONS) == ACTIVATION_NAMES
    assert list(COST_DEFINITIONS) == COST_NAMES


def test_a_function_of_ones_own_has_none_whatever_its_name():
    relu, huber = ACTIVATIONS["relu"], COSTS["huber"]
    assert definition_of(Activation("relu", relu.value, slope=lambda z, a: z)) is None
    assert definition_of(Cost("huber", huber.value, lambda a, y, p: a)) is None


# --- the slope is the derivative of the value, whatever NumPy says -------------------------------------------------


@pytest.mark.parametrize("sigma", ELEMENTWISE, ids=spec)
def test_slopes_of_activations(sigma):
    definition = definition_of(sigma)
    z = np.array([one for one in Z if one not in sigma.kinks])
    with mp.workdps(40):
        for one in z:
            exact = mp.diff(
                lambda x: definition.value_at({**names_of(sigma), "z": x}, MP), mp.mpf(one), h=mp.mpf("1e-15")
            )
            names = names_of(sigma, z=one)
            names["a"] = definition.value_at(names, MP)
            assert abs(definition.slope_at(names, MP) - exact) <= mp.mpf("1e-12") * (1 + abs(exact)), one


@pytest.mark.parametrize("cost", ALL_COSTS, ids=spec)
def test_slopes_of_costs(cost):
    definition, (a, y) = definition_of(cost), pairs_for(cost)
    with mp.workdps(40):
        for one, target in zip(a, y, strict=True):
            if one == target and cost.kinks:
                continue
            names = names_of(cost, a=one, y=target)
            exact = mp.diff(
                lambda x, names=names: definition.value_at({**names, "a": x}, MP), names["a"], h=mp.mpf("1e-15")
            )
            assert abs(definition.slope_at(names, MP) - exact) <= mp.mpf("1e-10") * (1 + abs(exact)), (one, target)


def test_slopes_of_mixing_activations():
    z, h = [mp.mpf("0.7"), mp.mpf("-1.3"), mp.mpf("0.2")], mp.mpf("1e-15")
    for name in (name for name in ACTIVATION_NAMES if not ACTIVATIONS[name].elementwise):
        definition = ACTIVATION_DEFINITIONS[name]

        def a(z, of=definition):
            return [of.value_at({"z_j": one, "z_m": z}, MP) for one in z]

        with mp.workdps(40):
            assert_function([float(one) for one in a(z)], ACTIVATIONS[name](np.array([z], dtype=float))[0])
            for j in range(3):
                ahead, behind = (a([one + s * h * (j == k) for k, one in enumerate(z)]) for s in (1, -1))
                for m in range(3):
                    names = {"a_m": a(z)[m], "a_j": a(z)[j], "δ_mj": mp.mpf(m == j)}
                    exact = (ahead[m] - behind[m]) / (2 * h)
                    assert abs(definition.slope_at(names, MP) - exact) < mp.mpf("1e-20"), (name, m, j)


# --- the NumPy forms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("sigma", ELEMENTWISE, ids=spec)
def test_activations_compute_what_their_definitions_say(sigma, dtype):
    z = Z.astype(dtype)[:, None]
    value, slope = activation_at(sigma, z[:, 0])
    a = sigma(z)
    assert_rounded(a[:, 0], value, 1 + np.abs(value), OF_A_FUNCTION, dtype)
    given = sigma.pullback(np.ones_like(z), z, a)[:, 0]
    assert_rounded(given, slope, 1 + np.abs(slope), OF_A_FUNCTION, dtype)  # slopes are sums of terms of about 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("cost", ALL_COSTS, ids=spec)
def test_costs_compute_what_their_definitions_say(cost, dtype):
    a, y = pairs_for(cost, dtype)
    value, slope = cost_at(cost, a, y)
    reach = (1 + np.abs(a) + np.abs(y)) ** 2  # squares, and y ln y
    assert_rounded(cost(a[:, None], y[:, None]), value, reach + np.abs(value), OF_A_FUNCTION, dtype)
    assert_rounded(cost.by_output(a[:, None], y[:, None])[:, 0], slope, reach + np.abs(slope), OF_A_FUNCTION, dtype)


# --- the language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DEFINED)
def test_short_names_mean_what_they_say(name):
    known = {"σ": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh, "cosh": np.cosh}[name]
    for x in (-2.0, -0.3, 0.0, 1.7):
        assert_rounded(evaluate(parse(f"{name}(x)"), {"x": x}, FLOATS), known(x), 1)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2*x - x**3/y", 7 / 2),
        ("-x**2", -4.0),
        ("abs(-x) + sign(-x) + sign(y - y)", 1.0),
        ("min(x, y) - max(x, y)", -14.0),
        ("1 if x < y else 0", 1.0),
        ("1 if x >= y else 2 if x <= 2 else 3", 2.0),
        ("(y - y)*ln(y - y)", 0.0),
        ("Σ_m(u_m*v_m)", 11.0),
    ],
)
def test_expressions_by_hand(expression, value):
    names = {"x": 2.0, "y": 16.0, "u_m": [1.0, 2.0], "v_m": [3.0, 4.0]}
    assert evaluate(parse(expression), names, FLOATS) == value


@pytest.mark.parametrize(
    "expression", ["x.real", "x[0]", "__import__('os')", "x @ x", "lambda: x", "x == x and x", "1.5"]
)
def test_what_is_no_part_of_the_language_is_refused(expression):
    with pytest.raises(ValueError, match=r"no part of a formula|no function of formulas"):
        evaluate(parse(expression), {"x": 2.0}, FLOATS)


def test_names_in_use():
    assert uses("z*t", "t")
    assert not uses("tanh(z)", "t")


def test_reading_does_not_change_the_tree():
    from glassprop.document.formulas import formula_of

    before = {text: ast.dump(parse(text)) for d in ACTIVATION_DEFINITIONS.values() for text in (d.value, d.slope)}
    for function in (*ACTIVATIONS.values(), *COSTS.values()):
        formula_of(function)
    assert before == {text: ast.dump(parse(text)) for text in before}
