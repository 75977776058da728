"""Formulas as trees: what they are written as is the same number, in 40 digits; and the formulas of a page alone."""

from __future__ import annotations

import json
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from equations.definition_cases import ALL_COSTS, ELEMENTWISE, MP, Z, names_of, pairs_for, spec

from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.equations.definitions import COST_DEFINITIONS, PAIR_DEFINITIONS, definition_of
from glassprop.equations.expression import evaluate, parse
from glassprop.equations.formula_trees import tree_of

FUNCTIONS = {
    "exp": mp.exp, "expm1": mp.expm1, "ln": mp.log, "log1p": mp.log1p, "sqrt": mp.sqrt, "tanh": mp.tanh, "abs": abs,
    "sign": mp.sign, "min": min, "max": max, "Φ": mp.ncdf, "φ": mp.npdf, "neg": lambda x: -x,
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y, "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
}  # fmt: skip
RELATIONS = {">": mp.mpf.__gt__, "<": mp.mpf.__lt__, ">=": mp.mpf.__ge__, "<=": mp.mpf.__le__}


def value(tree: Any, names: dict[str, Any]) -> Any:
    """What a tree stands for; names that end in _m stand for lists."""
    if isinstance(tree, str):
        return names[tree]
    if not isinstance(tree, list):
        return mp.mpf(tree)
    what, *parts = tree
    if what == "if":
        relation, left, right, then, otherwise = parts
        return value(then if RELATIONS[relation](value(left, names), value(right, names)) else otherwise, names)
    if what in ("Σ_m", "max_m"):
        lists = {name: list(of) for name, of in names.items() if isinstance(of, list)}
        rows = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        each = [value(parts[0], {**names, **row, **{name + "'": of for name, of in lists.items()}}) for row in rows]
        return sum(each) if what == "Σ_m" else max(each)
    if what == "*" and value(parts[0], names) == 0:
        return mp.mpf(0)
    return FUNCTIONS[what](*(value(part, names) for part in parts))


def assert_same(definition: Any, expression: str, names: dict[str, Any]) -> None:
    tree = tree_of(expression, definition.where, definition.constants)
    assert json.loads(json.dumps(tree)) == tree
    with mp.workdps(40):
        known = {**names, **{name: mp.mpf(of) for name, of in definition.constants.items()}}
        for name, part in definition.where.items():
            known[name] = evaluate(parse(part), known, MP)
        expected = evaluate(parse(expression), known, MP)
        assert abs(value(tree, names) - expected) <= mp.mpf("1e-35") * (1 + abs(expected))


@pytest.mark.parametrize("sigma", ELEMENTWISE, ids=spec)
def test_trees_of_activations(sigma):
    definition = definition_of(sigma)
    for z in Z[np.abs(Z) <= 12]:
        with mp.workdps(40):
            names = names_of(sigma, z=z)
            names["a"] = definition.value_at(names, MP)
        for expression in filter(None, (definition.value, definition.slope, definition.by_parameter)):
            assert_same(definition, expression, names)


@pytest.mark.parametrize("cost", ALL_COSTS, ids=spec)
def test_trees_of_costs(cost):
    definition, (a, y) = definition_of(cost), pairs_for(cost)
    for one, target in zip(a, y, strict=True):
        for expression in (definition.value, definition.slope, *definition.kinks):
            if target or "ln" not in expression:  # 0 ln 0 is 0 because what is 0 is not multiplied
                assert_same(definition, expression, names_of(cost, a=one, y=target))


def test_a_softmax_and_its_logarithm_are_written_so_that_they_do_not_overflow():
    z = [mp.mpf(3), mp.mpf(-2), mp.mpf("0.5")]
    total = sum(map(mp.exp, z))
    tree = tree_of("exp(z_j)/Σ_m(exp(z_m))")
    assert "max_m" in json.dumps(tree)
    lists = {"z_m": z}
    largest = max(z)

    def at(tree: Any, names: dict[str, Any]) -> Any:  # the largest is one number, whichever m it is asked at
        text = json.dumps(tree).replace('["max_m", "z_m"]', '"top"')
        return value(json.loads(text), names)

    assert abs(at(tree, lists | {"z_j": z[1], "top": largest}) - mp.exp(z[1]) / total) < 1e-14
    assert abs(at(tree_of("ln(Σ_m(exp(z_m)))"), lists | {"top": largest}) - mp.log(total)) < 1e-14


def test_what_is_no_part_of_the_language_is_refused():
    for words in ("z[0]", "z if z else 0", "'text'", "z == 1"):
        with pytest.raises(ValueError, match="no part of a formula"):
            tree_of(words)


# --- formulas of which only a page makes use ------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [s for s in ELEMENTWISE if s.by_parameter is not None], ids=spec)
def test_derivatives_by_an_activations_parameter(sigma):
    definition = definition_of(sigma)
    for z in Z:
        with mp.workdps(40):
            names = names_of(sigma, z=z)
            exact = mp.diff(lambda p, n=names: definition.value_at({**n, "p": p}, MP), names["p"], h=mp.mpf("1e-15"))
            known = {**names, **{name: mp.mpf(of) for name, of in definition.constants.items()}}
            found = evaluate(parse(definition.by_parameter), known, MP)
            assert abs(found - exact) <= mp.mpf("1e-12") * (1 + abs(exact)), z


@pytest.mark.parametrize("pair", PAIR_DEFINITIONS, ids=lambda pair: " and ".join(pair))
def test_pairs_that_collapse(pair):
    """The cost from z is the cost of σ(z), and δ its derivative, by differences in 40 digits."""
    definition, sigma, cost = PAIR_DEFINITIONS[pair], ACTIVATIONS[pair[0]], COSTS[pair[1]]
    y = np.array([[0.2, 0.5, 0.3]])
    z = np.array([[0.7, -1.2, 0.1]])

    def total(z: list[Any]) -> Any:
        known = {"z_m": z, "y_m": [mp.mpf(float(x)) for x in y[0]]}
        each = ({**known, "z": one, "y": target} for one, target in zip(z, known["y_m"], strict=True))
        return sum(definition.value_at(names, MP) for names in each)

    with mp.workdps(40):
        here = [mp.mpf(float(x)) for x in z[0]]
        assert abs(total(here) - mp.mpf(float(cost(sigma(z), y)[0]))) < 1e-14
        for j in range(3):
            exact = mp.diff(lambda x, j=j: total([*here[:j], x, *here[j + 1 :]]), here[j], h=mp.mpf("1e-15"))
            a = sigma(z)[0]
            names = {"a": mp.mpf(float(a[j])), "y": mp.mpf(float(y[0, j])), "y_m": [mp.mpf(float(x)) for x in y[0]]}
            assert abs(definition.slope_at(names, MP) - exact) < 1e-12


@pytest.mark.parametrize("name", [name for name in COSTS if COSTS[name].kinks is not None])
def test_kinks_of_costs_are_those_of_the_table(name):
    cost, (a, y) = COSTS[name], pairs_for(COSTS[name])
    expected = cost.kinks(a[:, None], y[:, None], *cost.parameters)
    assert len(expected) == len(COST_DEFINITIONS[name].kinks)
    for expression, sides in zip(COST_DEFINITIONS[name].kinks, expected, strict=True):
        found = [float(value(tree_of(expression), names_of(cost, a=one, y=of))) for one, of in zip(a, y, strict=True)]
        np.testing.assert_allclose(found, sides[:, 0], atol=1e-14)
