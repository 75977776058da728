"""The page of a network with embeddings, in a browser: what they pass on and back, and what it says it leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from browser import look
from report.page_cases import explained, training
from report.page_reader import choose, each, look_up, press
from report.test_page_numbers import check_chain, check_weight, close
from report.test_page_play import said

from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding
from glassprop.insight.explanation import explain
from glassprop.report.page import page

__all__ = ["look"]


@pytest.fixture(scope="module")
def e():
    """Two numbers and a code: sums of waves, then a row of a table, then two plain layers."""
    layers = [
        PeriodicEmbedding([0], n=3, frequencies=4, sigma=0.7),
        CategoryEmbedding([1], [4], 2),
        Layer(3, "tanh"),
        Layer(2, "softmax"),
    ]
    network, rng = Network(3, layers, cost="cross_entropy"), np.random.default_rng(3)
    theta, X = network.initial(rng), np.column_stack([rng.normal(size=(2, 2)), [1, 3]])
    return explain(network, theta, X, np.eye(2), training=training(theta))


def test_neurons_of_embeddings_show_their_numbers_and_what_goes_back(look, e):
    shown = look(page(e.to_dict()))
    for layer in (1, 2):
        for j in range(e.architecture.sizes[layer]):
            found = choose(shown, f"neuron:{layer}:{j}")
            for number, true in (("z", e.z(layer)[j]), ("a", e.a(layer)[j]), ("delta", e.delta(layer)[j])):
                assert close(found["named"][number], true)
            assert f"explanation.parameter({layer}, …)" in found["text"]
            assert "weights" not in found["tables"]
        check_chain(choose(shown, f"neuron:{layer}:0"), e, layer, 0)
    check_chain(choose(shown, "input:0"), e, 0, 0)  # by waves: itself, and two sums


def test_what_leads_through_an_embedding_is_another_number_in_every_example(look, e):
    shown = look(page(e.to_dict()))
    for i in (0, 1):
        shown.select_option("#example", str(i))
        found, edge = look_up(shown, 1, 4, 0), e.view.w(1, i)[4, 0]
        assert close(found["named"]["parameter"], edge)
        assert close(found["named"]["value"], edge * e.of(i).delta(1)[4])
    assert not close(e.view.w(1, 0)[4, 0], e.view.w(1, 1)[4, 0])
    for j, k in ((3, 2), (0, None)):  # another number's; and there are no biases
        assert "Nothing leads there" in look_up(shown, 1, j, k)["text"]


def test_layers_behind_embeddings_are_as_ever(look, e):
    shown = look(page(e.to_dict()))
    for layer, j, k in ((3, 1, 5), (3, 0, None), (4, 1, 2)):
        check_weight(look_up(shown, layer, j, k), e, layer, j, k)


def check_entry(shown, e, layer, name, index):
    """Its number, its derivative, and what a nudge does, which is undone."""
    typed = "#nudge [data-typed^='at:']"
    block = e.architecture.layout.block(layer, name)
    true = e.parameter(layer, name, index)
    assert close(float(shown.input_value(typed)), block.view(e.view.theta)[index])
    assert close(said(shown, "#nudge .nudge-row:first-child")["slope"], true.value)
    shown.fill(typed, "0.4")
    theta = e.view.theta.copy()
    block.view(theta)[index] = 0.4
    moved = explain(e.architecture, theta, e.view.X, e.view.Y).of(e.focus)
    assert close(said(shown, "#nudge .nudge-row:first-child")["change"], moved.cost - e.cost)
    assert close(said(shown, "#facts")["cost"], moved.cost)
    press(shown, '[data-control="undo"]')


def test_parameters_of_embeddings_are_nudged(look, e):
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    for i, code in ((0, 1), (1, 3)):  # of a table, the row of this example
        shown.select_option("#example", str(i))
        first = e.architecture.sizes[2] - 2
        for m in (0, 1):
            choose(shown, f"neuron:2:{first + m}")
            check_entry(shown, e.of(i), 2, "t0", (code, m))
    choose(shown, f"neuron:1:{e.architecture.sizes[1] - 1}")
    options = each(shown, "[data-which] option", "n.textContent")
    assert len(options) == 3 * 4 + 1  # four waves, each with a frequency, a phase and a weight; and what is added
    for n, option in enumerate(options):
        shown.select_option("[data-which]", str(n))
        name, _, index = option.split()[-1].partition("[")
        check_entry(shown, e.of(1), 1, name, tuple(map(int, index.rstrip("]").split(","))))
    choose(shown, "neuron:1:0")  # what is passed on has none
    assert each(shown, "#nudge [data-typed]", "n.dataset.typed") == []


def test_a_parameter_of_an_activation_is_nudged(look):
    e = explained("kinds")
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    choose(shown, "neuron:2:1")
    check_entry(shown, e, 2, "p", (1,))
    look_up(shown, 1, 2, 2)  # a factor, as a weight is
    shown.fill("[data-typed]", "0.4")
    theta = e.view.theta.copy()
    e.architecture.layout.block(1, "s").view(theta)[2] = 0.4
    assert close(said(shown, "#facts")["cost"], explain(e.architecture, theta, e.view.X, e.view.Y).cost)
