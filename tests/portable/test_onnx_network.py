"""Networks in onnxruntime: every kind of layer in every place, members, both precisions, one row and many."""

from __future__ import annotations

import numpy as np
import pytest
from layer_cases import CASES, MEMBERS, example
from portable.onnx_runs import run

from glassprop import Layer, Network
from glassprop.layers.layer_table import KINDS
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_network import LAYERS, written_networks

ROWS = 7


def model_of(networks, elem_type):
    graph, first = Graph(), networks[0][0]
    x = graph.input("x", elem_type, ["N", first.n_inputs])
    graph.output("y", written_networks(graph, networks, x, elem_type), elem_type, ["N", first.sizes[-1]])
    return graph.model()


def assert_same(found, expected, dtype, spread=1.0):
    """Both add up in their own order: off by 1e-5 in float32, which is 84 roundings, and by as many in float64."""
    roundings = 1e-5 / np.finfo(np.float32).eps
    np.testing.assert_allclose(found, expected, rtol=0, atol=spread * roundings * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_kinds_of_layer(name, dtype):
    network = CASES[name]
    theta, X, _ = example(network, ROWS)
    theta, X = theta.astype(dtype), X.astype(dtype)
    model = model_of([(member, theta) for member in network.each_member], dtype)
    expected = network.predict(theta, X, engine="reference")
    for rows in (1, ROWS):
        assert_same(run(model, x=X[:rows])["y"], expected[:rows], dtype, max(1.0, np.abs(expected).max()))
    assert run(model, x=X[:0])["y"].shape == (0, network.sizes[-1])


def test_every_kind_of_layer_is_written_and_is_among_the_cases():
    assert set(LAYERS) == set(KINDS)
    assert {layer.kind for network in CASES.values() for layer in network.layers} == set(KINDS)


@pytest.mark.parametrize("name", MEMBERS)
def test_networks_that_were_trained_apart_are_averaged(name):
    networks = [(member, example(MEMBERS[name], seed=seed)[0]) for seed, member in enumerate(MEMBERS[name].each_member)]
    X = example(MEMBERS[name], ROWS)[1]
    expected = np.mean([member.predict(theta, X) for member, theta in networks], axis=0)
    assert_same(run(model_of(networks, "float64"), x=X)["y"], expected, "float64", max(1.0, np.abs(expected).max()))


def test_networks_of_other_layers_are_averaged_too():
    rng = np.random.default_rng(0)
    each = [Network(3, [Layer(n, "tanh"), Layer(1, "identity")]) for n in (4, 4, 5)]
    networks = [(network, network.initial(rng)) for network in each]
    X = rng.normal(size=(ROWS, 3))
    expected = np.mean([network.predict(theta, X) for network, theta in networks], axis=0)
    assert_same(run(model_of(networks, "float64"), x=X)["y"], expected, "float64")


def test_what_members_share_is_written_once():
    network = MEMBERS["heads"]
    theta = example(network)[0]
    model = model_of([(member, theta) for member in network.each_member], "float64")
    from onnx import numpy_helper

    held = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    numbers = sum(array.size for array in held if array.dtype == np.float64)
    assert network.layout.size <= numbers < network.layout.size + 10  # and some numbers of formulas


@pytest.mark.parametrize("code", [-1, 4, np.nan])
def test_a_code_that_there_is_not_is_an_error_and_no_other_category(code):
    network = CASES["codes first"]
    theta, X, _ = example(network, 1)
    X[0, 1] = code
    with pytest.raises(Exception, match="out of data bounds"):
        run(model_of([(network, theta)], "float64"), x=X)
