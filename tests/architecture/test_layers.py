"""Layer and Architecture: what they hold, what they refuse (all faults at once), and their form as data."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from core_cases import FITTING

from glassprop import Activation, Cost, Layer, Network
from glassprop.architecture.architecture import Architecture
from glassprop.equations.domain import SIMPLEX_OPEN
from glassprop.errors import ArchitectureError, GlasspropError


def test_a_layer_is_frozen_and_says_what_it_is():
    layer = Layer(64, "leaky_relu(0.2)", dropout=0.25, initial="he")
    assert repr(layer) == "Layer(64, 'leaky_relu(0.2)', dropout=0.25, initial='he')"
    assert eval(repr(layer)) == layer
    assert repr(Layer(np.int64(3))) == "Layer(3, 'relu')"
    with pytest.raises(FrozenInstanceError):
        layer.n = 3
    assert hash(layer) == hash(Layer(64, "leaky_relu(0.2)", 0.25, "he"))


@pytest.mark.parametrize(
    ("activation", "initial", "rule"),
    [
        ("relu", "auto", "glorot"),
        ("sigmoid", "auto", "glorot_sigmoid"),
        ("logistic", "auto", "glorot_sigmoid"),
        ("sigmoid", "he", "he"),
    ],
)
def test_rule_of_starting_weights(activation, initial, rule):
    assert Layer(3, activation, initial=initial).drawn_by == rule


@pytest.mark.parametrize("n", [0, -3, 2.0, "64", None, True])
def test_sizes_that_are_none(n):
    with pytest.raises(ArchitectureError, match=r"its size must be a whole number of 1 or more, got"):
        Layer(n)


@pytest.mark.parametrize("dropout", [1, -0.1, 2.5, float("nan"), "half", None])
def test_dropout_out_of_range(dropout):
    with pytest.raises(ArchitectureError, match="dropout must be at least 0 and less than 1, got"):
        Layer(3, dropout=dropout)


@pytest.mark.parametrize(
    ("activation", "suggestion"),
    [("rel", "did you mean 'relu'"), ("sigmod", "did you mean 'sigmoid'"), ("logistc", "did you mean 'logistic'")],
)
def test_near_names_are_suggested(activation, suggestion):
    with pytest.raises(ArchitectureError, match=suggestion):
        Layer(3, activation)


@pytest.mark.parametrize("activation", [None, 3, np.tanh])
def test_what_is_no_name_and_no_activation(activation):
    with pytest.raises(ArchitectureError, match="no activation is called"):
        Layer(3, activation)


def test_all_faults_of_a_layer_in_one_message():
    with pytest.raises(ArchitectureError) as caught:
        Layer(0, "rleu", dropout=1.5, initial="wide")
    said = str(caught.value)
    for part in ("its size", "dropout must", "initial must be auto, data or one of glorot", "did you mean 'relu'"):
        assert part in said
    assert "\n" not in said
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, GlasspropError)


def test_all_faults_of_an_architecture_in_one_message():
    with pytest.raises(ArchitectureError) as caught:
        Architecture(0, [Layer(3, "relu", dropout=0.5)], cost="cross_entropy")
    said = str(caught.value)
    for part in (
        "n_inputs must be a whole number of 1 or more, got 0",
        "the output layer cannot have dropout",
        "cost 'cross_entropy' needs outputs that are probabilities, each row summing to 1",
        "use softmax with this cost",
    ):
        assert part in said
    assert "\n" not in said


@pytest.mark.parametrize("layers", [[], (), None, [3], [Layer(3), "relu"], 5])
def test_layers_that_are_none(layers):
    with pytest.raises(ArchitectureError, match="layers must be one or more layers"):
        Architecture(2, layers)


@pytest.mark.parametrize("cost", ["nonsense", None, 3, len])
def test_costs_that_are_none(cost):
    with pytest.raises(ArchitectureError, match="no cost is called"):
        Architecture(2, [Layer(3)], cost=cost)


def test_sizes_depth_and_numbers_from_1():
    net = Network(5, [Layer(4, "tanh"), Layer(2, "identity")])
    assert (net.depth, net.sizes) == (2, [5, 4, 2])
    assert net.layer(1).activation.name == "tanh"
    assert net.layer(2).n == 2
    assert net.layout.size == 5 * 4 + 4 + 4 * 2 + 2
    assert net.layout is net.layout


def test_equal_when_built_alike():
    one, same = (Network(2, [Layer(3, "tanh"), Layer(1, "identity")], cost="huber") for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != Network(2, [Layer(3, "tanh"), Layer(1, "identity")], cost="huber(2)")
    with pytest.raises(FrozenInstanceError):
        one.n_inputs = 3


@pytest.mark.parametrize(("activation", "cost"), FITTING)
def test_spec_goes_round(activation, cost):
    network = Network(3, [Layer(4, activation, dropout=0.2, initial="lecun"), Layer(2, activation)], cost=cost)
    spec = json.loads(json.dumps(network.spec()))
    back = Network.from_spec(spec)
    assert back == network
    assert isinstance(back, Network)
    assert pickle.loads(pickle.dumps(network)) == network


def test_spec_keeps_parameters():
    network = Network(3, [Layer(4, "leaky_relu(0.3)"), Layer(2, "elu(0.7)")], cost="quantile(0.9)")
    assert network.spec() == {
        "n_inputs": 3,
        "layers": [
            {"n": 4, "activation": "leaky_relu(0.3)", "dropout": 0.0, "initial": "auto"},
            {"n": 2, "activation": "elu(0.7)", "dropout": 0.0, "initial": "auto"},
        ],
        "cost": "quantile(0.9)",
    }
    assert Network.from_spec(network.spec()) == network


def test_user_defined_have_no_spec():
    cube = Activation("cube", lambda z: z**3, lambda z, a: 3 * z**2)
    quartic = Cost("quartic", lambda a, y: ((a - y) ** 4).sum(axis=1), lambda a, y: 4 * (a - y) ** 3)
    network = Network(2, [Layer(3, cube), Layer(1, "identity")], cost=quartic)
    assert network.own_functions == ["cube", "quartic"]
    with pytest.raises(ArchitectureError, match=r"user-defined functions \(cube, quartic\) cannot be written as data"):
        network.spec()
    assert Network(2, [Layer(1, "identity")]).own_functions == []


def test_softmax_over_one_neuron_is_refused():
    """It is always 1, its gradient always 0; in hidden layers too, and for user-defined functions whose sum is 1."""
    with pytest.raises(
        ArchitectureError, match=r"layer 2 has one neuron under softmax, which is always 1.*use sigmoid"
    ):
        Network(3, [Layer(4), Layer(1, "softmax")], "cross_entropy")
    with pytest.raises(ArchitectureError, match="layer 1 has one neuron under softmax"):
        Network(3, [Layer(1, "softmax"), Layer(2, "identity")])
    own = Activation("own", lambda z: z / z, mixing=lambda g, z, a: 0 * g, range=SIMPLEX_OPEN)
    with pytest.raises(ArchitectureError, match="layer 1 has one neuron under own"):
        Network(3, [Layer(1, own)])
