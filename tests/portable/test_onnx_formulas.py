"""Formulas in onnxruntime: every activation and pair of the tables, at any z, in both precisions."""

from __future__ import annotations

import numpy as np
import pytest
from portable.onnx_runs import run
from rounding import assert_rounded

from glassprop.equations.activation import ACTIVATIONS, Activation, find_activation
from glassprop.equations.definitions import ACTIVATION_DEFINITIONS, COST_DEFINITIONS, PAIR_DEFINITIONS
from glassprop.equations.formula_trees import tree_of
from glassprop.equations.pairs import PAIRS
from glassprop.errors import ExportError
from glassprop.portable.onnx_formulas import RELATIONS, WRITTEN, Formula, written_activation
from glassprop.portable.onnx_graph import Graph

NEAR = np.concatenate([np.linspace(-30, 30, 601), np.geomspace(1e-6, 1, 20), -np.geomspace(1e-6, 1, 20)])
FAR = np.array([-1e30, -1e4, -800.0, -100.0, -88.0, 88.0, 100.0, 800.0, 1e4, 1e30])
NAMES = [*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.5)", "blended_selu(0.4)", "blended_mish(0.7)"]
ERF = 2**-22  # of erf in float32, which runtimes have alone, by which Φ is as far off in float64


def computed(activation, z, p=None):
    graph, dtype = Graph(), z.dtype.name
    x = graph.input("z", dtype, ["N", z.shape[1]])
    parameter = None if p is None else graph.constant(p.astype(dtype))
    a = written_activation(graph, activation, x, dtype, parameter)
    graph.output("a", a, dtype, ["N", z.shape[1]])
    return run(graph.model(), z=z)["a"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_activations_are_those_of_the_table(name, dtype):
    """Off by some roundings of themselves, or where 1 is added or taken away, of a number of the size of z."""
    activation, z = find_activation(name), NEAR.astype(dtype).reshape(-1, 1)
    z = np.hstack([z, z[::-1], z / 3]) if not activation.elementwise else z
    found, expected = computed(activation, z), activation(z.astype(np.float64))
    allowed = ERF * np.abs(z) if name == "gelu" else 0.0
    off = np.abs(found - expected) <= allowed
    assert_rounded(np.where(off, expected, found), expected, np.maximum(np.abs(z), np.abs(expected)), 20, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_far_away_they_neither_overflow_nor_cancel(name, dtype):
    activation, z = find_activation(name), FAR.astype(dtype).reshape(-1, 1)
    z = np.hstack([z, z[::-1]]) if not activation.elementwise else z
    with np.errstate(over="ignore"):
        expected = activation(z)
    found = computed(activation, z)
    assert not np.isnan(found).any()
    np.testing.assert_allclose(found, expected, rtol=200 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny ** 0.9)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "exp", "elu", "softmax"])
def test_what_is_small_keeps_its_digits(name):
    """Of e^-20 beside 1 nothing would be left in float32: relative errors, not those of 1."""
    z = np.array([[-20.0, 0.0], [-14.0, 1.0], [-1e-6, 2.0]], np.float32)
    found, expected = computed(find_activation(name), z), find_activation(name)(z.astype(np.float64))
    np.testing.assert_allclose(found, expected, rtol=60 * np.finfo(np.float32).eps)


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.by_parameter is not None])
def test_a_trained_parameter_is_one_for_each_neuron(name):
    z, p = np.linspace(-3, 3, 12).reshape(4, 3), np.array([0.1, 0.5, 1.5])
    activation = ACTIVATIONS[name]
    expected = np.stack([activation.value(z[:, j], p[j]) for j in range(3)], axis=1)
    np.testing.assert_allclose(computed(activation, z, p), expected, rtol=1e-14)


def test_a_user_defined_one_is_refused_in_words():
    cube = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(ExportError, match="activation 'cube' is user-defined"):
        computed(cube, np.ones((1, 1)))
    mine = Activation("relu", value=lambda z: z, slope=lambda z, a: 1)  # only called so
    with pytest.raises(ExportError, match="user-defined"):
        computed(mine, np.ones((1, 1)))


@pytest.mark.parametrize("pair", PAIR_DEFINITIONS, ids=" and ".join)
def test_pairs_are_written_too(pair):
    z, y = np.array([[0.7, -1.2, 0.1], [800.0, -3.0, 5.0]]), np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])
    z = np.minimum(z, 5.0) if pair[0] == "exp" else z
    y = y + 0.5 if pair[0] == "exp" else y
    graph = Graph()
    names = {name: graph.input(name, "float64", ["N", 3]) for name in ("z", "y")}
    formula = Formula(graph, "float64", {**names, "z_m": "z", "y_m": "y"})
    cost = formula.name_of(tree_of(PAIR_DEFINITIONS[pair].value))
    graph.output("C", cost, "float64", ["N", 3])
    np.testing.assert_allclose(run(graph.model(), z=z, y=y)["C"].sum(axis=1), PAIRS[pair].value(z, y), rtol=1e-12)


def _parts(tree):
    if isinstance(tree, list):
        yield tree[1] if tree[0] == "if" else tree[0]
        for part in tree[2 if tree[0] == "if" else 1 :]:
            yield from _parts(part)


def test_every_part_of_every_formula_can_be_written():
    assert set(ACTIVATION_DEFINITIONS) == set(ACTIVATIONS)
    for definition in [*ACTIVATION_DEFINITIONS.values(), *COST_DEFINITIONS.values(), *PAIR_DEFINITIONS.values()]:
        for part in _parts(tree_of(definition.value, definition.where, definition.constants)):
            assert part in WRITTEN or part in RELATIONS, part
