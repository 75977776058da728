"""The page of a network with embeddings, in a browser: what they pass on and back, and what it says it leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from browser import look
from report.page_cases import training
from report.page_reader import choose, look_up
from report.test_page_numbers import check_chain, check_weight, close

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
