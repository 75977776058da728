"""What layers refuse, and what must not pass silently: starts, factors, user-defined parameters, wrong engines."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from layer_cases import CASES

from glassprop import Activation, Layer, Network, Scale
from glassprop.errors import ArchitectureError, DataError, DerivativeError, SettingsError
from glassprop.export.schema.network_field import parameters_of
from glassprop.insight.step import Training
from glassprop.optimizer import Adam

RNG = np.random.default_rng(0)


def _power(by_parameter, parameters=(1.5,)):
    """a = p z, user-defined, with this derivative with respect to p."""
    return Activation(
        "line", lambda z, *p: p[0] * z, slope=lambda z, a, *p: p[0] + 0 * z, parameters=parameters,
        by_parameter=by_parameter,
    )  # fmt: skip


def test_the_count_of_a_description_is_that_of_the_network():
    for network in CASES.values():
        assert parameters_of(network.spec()) == network.layout.size


def test_a_start_on_inputs_that_differ_by_rounding_alone_stays_small():
    network = Network(2, [Layer(3, "tanh", initial="data")])
    theta = network.initial(np.random.default_rng(0), X=np.full((3, 2), 0.1))  # the mean of these rounds
    assert np.abs(theta).max() < 10


@pytest.mark.parametrize("layer", [Layer(3, "tanh"), Layer(3, "tanh", initial="data")])
def test_examples_of_a_start_must_fit_and_be_finite(layer):
    network = Network(2, [layer])
    with pytest.raises(DataError, match=r"X must have shape \(n, 2\)"):
        network.initial(RNG, X=np.zeros((3, 99)))
    with pytest.raises(DataError, match="X holds NaN or infinity"):
        network.initial(RNG, X=np.array([[0.0, np.nan]]))


def test_factors_stay_as_they_are():
    for layer in (Layer(3, rates={"w": 2}), Scale(decays={"s": 1})):
        for factors in (layer.rates, layer.decays):
            with pytest.raises(TypeError, match="factors of a layer are fixed"):
                factors["w"] = -3
        for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert again == layer
            assert hash(again) == hash(layer)
    assert Layer(3, rates={"w": 2}) != Layer(3, rates={"w": 3})
    assert Layer(3, rates={"w": 2, "b": 1}) == Layer(3, rates={"b": 1, "w": 2})


@pytest.mark.parametrize("parameters", [(), (1.0, 2.0)])
def test_one_parameter_is_trained(parameters):
    with pytest.raises(ArchitectureError, match=f"has {len(parameters)} parameters; one can be trained"):
        Layer(3, _power(lambda z, a, *p: z, parameters), parametric=True)


def test_a_user_defined_derivative_with_respect_to_a_parameter_is_checked():
    X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 1))
    for by_parameter, right in ((lambda z, a, p: z, True), (lambda z, a, p: 7 * z, False)):
        network = Network(2, [Layer(3, _power(by_parameter), parametric=True), Layer(1, "identity")])
        theta = network.initial(np.random.default_rng(0))
        if right:
            assert network.train(theta, X, Y, rng=RNG).epoch > 0
        else:
            with pytest.raises(DerivativeError, match="by_parameter is wrong at z_0"):
                network.train(theta, X, Y, rng=RNG)


def test_an_engine_that_is_none():
    network = Network(2, [Layer(1, "identity")])
    with pytest.raises(SettingsError, match="engine must be one of auto, compiled, reference, got 'refrence'"):
        network.predict(np.zeros(3), np.zeros((1, 2)), engine="refrence")


def test_a_step_of_what_is_not_trained_counts_as_any():
    """The page takes the number of the step from the first parameter, trained or not."""
    network = Network(2, [Layer(3, "tanh", rates={"w": 0}), Layer(1, "identity")])
    theta, optimizer = network.initial(RNG), Adam()
    state = optimizer.start(theta)
    state.t = 4
    e = network.explain(theta, [0.3, 0.1], [1.0], training=Training(optimizer, state, 0.01))
    still, moving = e.step(1, 0, 0), e.step(2, 0, 0)
    assert (still.settings["t"], moving.settings["t"]) == (5, 5)
    assert (still.gradient, still.change) == (0, 0)
    assert moving.change != 0
    assert e.to_dict()["training"]["settings"]["t"] == 5


@pytest.mark.parametrize("example", ["a", 1.5, True, None, 2])
def test_there_is_no_such_example(example):
    network = Network(2, [Layer(1, "identity")])
    e = network.explain(np.zeros(3), np.zeros((2, 2)), np.zeros((2, 1)))
    with pytest.raises(DataError, match="there is no example"):
        e.of(example)
