"""User-defined activations and costs: right ones train, wrong ones are refused with place and size of the error."""

from __future__ import annotations

import re

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, FITTING, output_for, targets

from glassprop import Activation, Cost, Layer, Network, check_gradient
from glassprop.backprop.user_defined import check_activation, check_cost, check_user_defined
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.equations.domain import Domain
from glassprop.errors import ArchitectureError, DerivativeError
from glassprop.training.train_settings import Settings

CUBE = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
QUARTIC = Cost("quartic", value=lambda a, y: ((a - y) ** 4).sum(axis=1), gradient=lambda a, y: 4 * (a - y) ** 3)
# Divides a row by its root mean square: each output depends on every z.
NORMALIZE = Activation(
    "normalize",
    value=lambda z: z / np.sqrt((z**2).mean(axis=1, keepdims=True) + 1),
    mixing=lambda g, z, a: (
        (g - a * (g * a).mean(axis=1, keepdims=True)) / np.sqrt((z**2).mean(axis=1, keepdims=True) + 1)
    ),
)
Y = np.random.default_rng(0).normal(size=(9, 2))


def place_in(message: str) -> tuple[float, float, float]:
    """The numbers of a refusal: where, what was given, what differences say."""
    found = re.search(r"at \w+ = (\S+): it gives (\S+), central differences give (\S+) \(error", message)
    assert found, message
    return tuple(float(number) for number in found.groups())


# --- right ones --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [CUBE, NORMALIZE], ids=lambda activation: activation.name)
@pytest.mark.parametrize("n", [1, 2, 30])
def test_right_activations_pass(activation, n):
    check_activation(activation, n)


def test_right_costs_pass():
    check_cost(QUARTIC, ACTIVATIONS["identity"], Y)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_the_table_itself_would_pass(name):
    check_activation(ACTIVATIONS[name])


@pytest.mark.parametrize(("activation", "cost"), FITTING)
def test_the_costs_of_the_table_would_pass(activation, cost):
    y = targets(COSTS[cost].targets, 9, 3, np.random.default_rng(0))
    check_cost(COSTS[cost], ACTIVATIONS[activation], y)


def test_user_defined_train_and_agree_with_differences():
    network = Network(2, [Layer(3, CUBE), Layer(3, NORMALIZE), Layer(2, "identity")], cost=QUARTIC)
    rng = np.random.default_rng(0)
    theta, X = network.initial(rng), rng.normal(size=(9, 2))
    assert check_gradient(network, theta, X, Y).ok
    state = network.train(theta, X, Y, settings=Settings(epochs=20), rng=rng)
    assert state.history.cost[-1] < state.history.cost[0]


# --- wrong ones --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "truth"),
    [
        (lambda z, a: -3 * z**2, lambda z: 3 * z**2),
        (lambda z, a: 3 * z, lambda z: 3 * z**2),
        (lambda z, a: 3 * z**2 + 0.01, lambda z: 3 * z**2),
        (lambda z, a: np.where(z > 4.5, 0, 3 * z**2), lambda z: 3 * z**2),  # wrong in one corner only
    ],
)
def test_wrong_slopes_are_refused_with_place_and_size(slope, truth):
    with pytest.raises(DerivativeError, match=r"activation 'cube': slope is wrong at z = ") as caught:
        check_activation(Activation("cube", lambda z: z**3, slope))
    place, given, difference = place_in(str(caught.value))
    assert difference == pytest.approx(truth(place), rel=1e-2, abs=1e-2)
    assert given == pytest.approx(float(slope(np.array(place), None)), rel=1e-2, abs=1e-2)
    assert "correct the derivative, or list the place in kinks" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_pullbacks_are_refused():
    diagonal_only = Activation(  # the short form of E16, where the full Jacobian is needed
        "soft", ACTIVATIONS["softmax"].value, mixing=lambda g, z, a: g * a * (1 - a)
    )
    with pytest.raises(DerivativeError, match=r"activation 'soft': mixing is wrong at z_\d = "):
        check_activation(diagonal_only)


def test_a_mixing_function_given_as_elementwise_is_refused():
    with pytest.raises(DerivativeError, match="slope is wrong"):
        check_activation(
            Activation("centered", lambda z: z - z.mean(axis=1, keepdims=True), lambda z, a: np.ones_like(z))
        )


@pytest.mark.parametrize("gradient", [lambda a, y: (a - y) ** 3, lambda a, y: -4 * (a - y) ** 3, lambda a, y: a])
def test_wrong_cost_gradients_are_refused_with_place_and_size(gradient):
    wrong = Cost("quartic", QUARTIC.value, gradient)
    with pytest.raises(DerivativeError, match=r"cost 'quartic': gradient is wrong at a_[01] = ") as caught:
        check_cost(wrong, ACTIVATIONS["identity"], Y)
    _, given, difference = place_in(str(caught.value))
    assert given != pytest.approx(difference, rel=1e-4)


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (Activation("sum", lambda z: z.sum(axis=1), lambda z, a: z), r"its value must have shape \(60, 2\)"),
        (Activation("log", lambda z: np.log(np.maximum(z, 0)), lambda z, a: z), r"its value is not finite at -"),
        (Activation("hole", np.sin, lambda z, a: np.where(z < -1, np.nan, np.cos(z))), r"its derivative is not finite"),
        (Activation("list", lambda z: [1, 2], lambda z, a: z), r"its value must have shape"),
        (Activation("typo", lambda z: z.nosuch(), lambda z, a: z), r"its value failed .* AttributeError: .*nosuch"),
        (Activation("args", np.sin, lambda z: z), r"its derivative failed on arrays of shape \(60, 2\): TypeError"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_activations_of_wrong_shape_or_kind(activation, message):
    with pytest.raises(DerivativeError, match=message):
        check_activation(activation, 2)


def test_a_constant_slope_is_no_fault():
    check_activation(Activation("double", lambda z: 2 * z, lambda z, a: 2.0), 2)


@pytest.mark.parametrize(
    ("value", "gradient", "message"),
    [
        (lambda a, y: (a - y) ** 2, lambda a, y: 2 * (a - y), r"its value must have shape \(60,\) .* got \(60, 2\)"),
        (lambda a, y: ((a - y) ** 2).mean(), lambda a, y: 2 * (a - y), r"its value must have shape \(60,\)"),
        (lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: (a - y).sum(axis=1), r"its gradient must have shape"),
        (lambda a, y: np.full(len(a), np.inf), lambda a, y: a, r"its value is not finite at "),
        (lambda a, y: a.sum(axis=1), lambda a, y: a * np.nan, r"its gradient is not finite"),
    ],
)
def test_costs_of_wrong_shape_or_kind(value, gradient, message):
    with pytest.raises(DerivativeError, match=message):
        check_cost(Cost("mine", value, gradient), ACTIVATIONS["identity"], Y)


def test_a_declared_kink_is_skipped():
    step = {"value": np.abs, "slope": lambda z, a: np.sign(z)}
    check_activation(Activation("absolute", **step, kinks=(0.0,)))
    absolute = COSTS["absolute_error"]
    rounded = Cost("mine", absolute.value, absolute.gradient, kinks=absolute.kinks)
    check_cost(rounded, ACTIVATIONS["relu"], np.zeros((5, 2)))  # half of all residuals lie on the kink
    with pytest.raises(DerivativeError, match="or list the place in kinks"):
        check_cost(
            Cost("mine", absolute.value, lambda a, y: np.where(a > y, 1.0, -1.0)), ACTIVATIONS["relu"], np.zeros((5, 2))
        )


# --- before training ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [0, 1])
def test_training_refuses_a_wrong_function_before_the_first_step(where):
    wrong = Activation("cube", CUBE.value, lambda z, a: z)
    activations = ["tanh", "identity"]
    activations[where] = wrong
    network = Network(2, [Layer(3, activations[0]), Layer(2, activations[1])])
    epochs = []
    with pytest.raises(DerivativeError, match="cube"):
        network.train(
            np.zeros(network.layout.size), np.zeros((9, 2)), Y, rng=np.random.default_rng(0), on_epoch=epochs.append
        )
    assert epochs == []


def test_training_refuses_a_wrong_cost():
    network = Network(2, [Layer(2, "identity")], cost=Cost("quartic", QUARTIC.value, lambda a, y: a - y))
    with pytest.raises(DerivativeError, match="quartic"):
        network.train(np.zeros(6), np.zeros((9, 2)), Y, rng=np.random.default_rng(0))


def test_a_disguised_entry_of_the_table_is_checked():
    disguised = Activation(
        "softmax", ACTIVATIONS["softmax"].value, mixing=lambda g, z, a: g, range=ACTIVATIONS["softmax"].range
    )
    network = Network(2, [Layer(2, disguised)], cost="cross_entropy")
    with pytest.raises(DerivativeError, match="mixing is wrong"):
        check_user_defined(network, np.eye(2))


@pytest.mark.parametrize("stated", [Domain(), Domain(0.0, open_low=True, words="more than 0")])
def test_own_outputs_that_the_cost_cannot_take_are_refused_when_training_starts(stated):
    sine = Activation("sine", np.sin, lambda z, a: np.cos(z), range=stated)
    network = Network(2, [Layer(2, sine)], cost="poisson")
    with pytest.raises(ArchitectureError, match=r"'poisson' needs outputs .* more than 0; activation 'sine' gives -"):
        check_user_defined(network, np.ones((4, 2)))
    positive = Activation("positive", lambda z: 2 + np.sin(z), lambda z, a: np.cos(z), range=stated)
    check_user_defined(Network(2, [Layer(2, positive)], cost="poisson"), np.ones((4, 2)))


@pytest.mark.parametrize("cost", COST_NAMES)
def test_networks_of_built_in_functions_pass(cost):
    network = Network(2, [Layer(3, "relu"), Layer(2, output_for(cost))], cost=cost)
    check_user_defined(network, targets(COSTS[cost].targets, 5, 2, np.random.default_rng(0)))


def test_a_list_is_no_array():
    with pytest.raises(DerivativeError, match="activation 'l': its value must return an array, got a list"):
        check_activation(Activation("l", lambda z: z.tolist(), lambda z, a: np.ones_like(z)))
    with pytest.raises(DerivativeError, match="activation 'l': its derivative must return an array, got a list"):
        check_activation(Activation("l", lambda z: z, mixing=lambda g, z, a: g.tolist()))
    cost = Cost("l", lambda a, y: ((a - y) ** 2).sum(axis=1).tolist(), lambda a, y: 2 * (a - y))
    with pytest.raises(DerivativeError, match="cost 'l': its value must return an array, got a list"):
        check_cost(cost, ACTIVATIONS["identity"], np.zeros((4, 1)))
