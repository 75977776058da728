"""What is told of embeddings: sums of waves, rows of tables, codes by forward passes, parameters by their blocks."""

from __future__ import annotations

import numpy as np
import pytest
from insight.test_telling import nodes_of, told_sums
from rounding import assert_rounded

from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding
from glassprop.document.mathematics import Symbol
from glassprop.errors import SettingsError
from glassprop.insight.largest import largest_entries
from glassprop.insight.names import Column, Names
from glassprop.insight.step import Training
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.optimizer import Adam
from glassprop.showing import markdown_of

LAYERS = [
    PeriodicEmbedding([0], n=3, frequencies=4, sigma=0.7),
    CategoryEmbedding([1], [4], 2),
    Layer(3, "tanh"),
    Layer(2, "softmax"),
]
NETWORK, RNG = Network(3, LAYERS, cost="cross_entropy"), np.random.default_rng(3)
THETA, X, Y = NETWORK.initial(RNG), np.column_stack([RNG.normal(size=(2, 2)), [1, 3]]), np.eye(2)


@pytest.fixture
def e():
    return NETWORK.explain(THETA, X, Y)


def test_sums_of_waves_and_rows_are_written_out_with_their_numbers(e):
    own = NETWORK.parameters(THETA, 1)
    (j, written, said), *_ = told_sums(e, "z", 1)
    m = j - 3  # behind x1, x2 and x0 itself
    waves = np.cos(2 * np.pi * own["f"][0] * X[0, 0] + own["c"][0])
    assert written == pytest.approx(said) == pytest.approx(own["w"][0, m] @ waves + own["e"][0, m])
    (k, written, said), *_ = told_sums(e, "a", 0)
    assert k == 0
    assert written == pytest.approx(said) == pytest.approx(NETWORK.input_gradient(THETA, X, Y)[0, 0])
    rows = [
        node.sides
        for node in nodes_of(document_of(e, Asked()))
        if getattr(node, "sides", (0,))[0] == Symbol("z", 2, (5,))
    ]
    assert [sides[2] for sides in rows] == [Symbol("t0", 2, (1, 1))]
    assert rows[0][-1].value == NETWORK.parameters(THETA, 2)["t0"][1, 1]
    assert "here 1 of t0" in markdown_of(e)
    assert "here 3 of t0" in markdown_of(e.of(1))


@pytest.mark.parametrize("name", ["x2", 2])
def test_another_category_is_a_forward_pass(e, name):
    found = e.input(name)
    assert np.isnan(found.value)
    assert np.isnan(found.by_difference)
    for code, change in found.switches.items():
        other = X[:1].copy()
        other[0, 2] = float(code)
        assert_rounded(change, NETWORK.cost(THETA, other, Y[:1]) - e.cost, 10)
    assert found.switches["1"] == 0
    assert "Had it been" in markdown_of(e, inputs=[name])


def test_categories_have_the_names_they_are_given():
    names = Names.numbered(
        NETWORK, 2, columns=(Column("color", (2,), ("blue", "red"), None, ("green", "blue", "gray", "red")),)
    )
    found = NETWORK.explain(THETA, X, Y, names=names).input("color")
    assert list(found.switches) == ["green", "blue", "gray", "red"]
    assert found.switches["blue"] == 0


def test_any_parameter_is_told_by_its_block(e):
    f, row, other = e.parameter(1, "f", (0, 2)), e.parameter(2, "t0", (1, 0)), e.parameter(2, "t0", (2, 0))
    gradient = NETWORK.gradient(THETA, X[:1], Y[:1])
    assert_rounded(f.value, NETWORK.parameters(gradient, 1)["f"][0, 2], 10)
    assert list(f.factors) == ["∂u/∂f", "∂cos u/∂u", "Σ ∂C₀/∂z ∂z/∂cos u"]
    assert f.symbol == "∂C₀/∂f[0,2]⁽¹⁾"
    assert [share.j for share in f.shares] == [3, 4]
    assert_rounded(sum(share.product for share in f.shares), f.factors["Σ ∂C₀/∂z ∂z/∂cos u"], 10)
    assert abs(f.by_difference - f.value) < 1e-8
    assert row.value == e.delta(2)[4]
    assert (other.value, other.factors["∂z/∂t"]) == (0, 0)  # the row of another category


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda e: e.weight(1, 3, 0),
            r"from 0 to 3 in layer 1 \(periodic\) is no parameter; ask .* f, c, w, e, as param",
        ),
        (
            lambda e: e.weight(1, 3, 1),
            r"nothing leads from 1 to 3 in layer 1 \(periodic\): neuron 3 has number 0 before",
        ),
        (lambda e: e.bias(2, 0), r"layer 2 \(category\) has no biases"),
        (lambda e: e.parameter(1, "b", (0,)), r"layer 1 \(periodic\) has no 'b'; its parameters are f, c, w, e"),
        (lambda e: e.parameter(2, "t0", (4, 0)), r"there is no entry \(4, 0\) of t0 of layer 2: its shape is \(4, 2\)"),
        (
            lambda e: e.parameter(1, "w", (0, 0)),
            r"there is no entry \(0, 0\) of w of layer 1: its shape is \(1, 2, 4\)",
        ),
        (lambda e: e.parameter(3, "w", (0, True)), "there is no entry"),
        (lambda e: e.parameter(9, "w", (0, 0)), "there is no layer 9"),
    ],
)
def test_what_is_no_parameter_is_refused(e, ask, message):
    with pytest.raises(SettingsError, match=message):
        ask(e)


def test_the_largest_entries_are_those_of_the_gradient(e):
    gradient = NETWORK.parameters(NETWORK.gradient(THETA, X[:1], Y[:1]), 1)
    entries = largest_entries(e, 1, 4)
    sizes = [abs(gradient[name][index]) for _, name, index in entries]
    every = np.sort(np.abs(np.concatenate([block.ravel() for block in gradient.values()])))[::-1]
    assert_rounded(sizes, every[:4], 10)


def test_a_step_of_a_frequency():
    optimizer = Adam()
    e = NETWORK.explain(THETA, X, Y, training=Training(optimizer, optimizer.start(THETA), 0.01, l2=0.5))
    step = e.step_of(1, "f", (0, 1))
    assert_rounded(step.data, NETWORK.parameters(NETWORK.gradient(THETA, X, Y), 1)["f"][0, 1], 10)
    assert step.l2 == 0  # frequencies do not decay
    moved = THETA.copy()
    optimizer.step(moved, NETWORK.gradient(THETA, X, Y), optimizer.start(THETA), 0.01, np.zeros(THETA.size))
    assert_rounded(step.change, NETWORK.parameters(moved - THETA, 1)["f"][0, 1], 10)
    assert e.to_dict()["training"]["settings"]["t"] == 1
