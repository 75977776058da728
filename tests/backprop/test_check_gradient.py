"""The gradient checker itself: that it finds wrong derivatives and their place, and forgives only kinks."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from core_cases import central, dense

from glassprop import Layer, Network, check_gradient
from glassprop.backprop import check as check_module
from glassprop.backprop.gradient import average_gradient
from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS
from glassprop.errors import DataError, SettingsError

TANH = ACTIVATIONS["tanh"]


@pytest.fixture
def case():
    """A right network of three layers, with parameters and examples."""
    network = dense(3, (4, "tanh"), (4, "sigmoid"), (2, "identity"))
    rng = np.random.default_rng(0)
    return network, rng.normal(size=network.layout.size), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))


def broken(number: int, activation: Activation) -> Network:
    """The same network with the activation of one layer (from 1) replaced."""
    layers = [Layer(4, "tanh"), Layer(4, "sigmoid"), Layer(2, "identity")]
    layers[number - 1] = Layer(layers[number - 1].n, activation)
    return Network(3, layers)


# Wrong slopes of tanh: what a slip of the pen gives.
WRONG = {
    "sign flipped": lambda z, a: -(1 - a * a),
    "factor dropped": lambda z, a: 1 - a,
    "factor 2 too many": lambda z, a: 2 * (1 - a * a),
    "constant": lambda z, a: np.ones_like(a),
    "off by one part in 10⁴": lambda z, a: (1 - a * a) * 1.0001,
}


def test_a_right_gradient_passes(case):
    result = check_gradient(*case)
    assert result.ok
    assert result.worst.error < 1e-8
    assert [(layer.layer, layer.checked, layer.at_kinks) for layer in result.layers] == [
        (1, 16, 0),
        (2, 20, 0),
        (3, 10, 0),
    ]


@pytest.mark.parametrize("slip", WRONG)
@pytest.mark.parametrize("directions", [None, 8])
def test_a_wrong_slope_fails(case, slip, directions):
    _, theta, X, Y = case
    network = broken(2, Activation("tanh", TANH.value, WRONG[slip]))
    result = check_gradient(network, theta, X, Y, directions=directions)
    assert not result.ok
    assert result.worst.error > 1e-5
    assert "BACKPROP IS WRONG" in str(result)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("directions", [None, 8])
def test_the_layer_of_a_wrong_slope_is_told(case, number, directions):
    """What lies after the slip is right still; from its layer backwards all is wrong."""
    _, theta, X, Y = case
    network = broken(number, Activation("tanh", TANH.value, lambda z, a: -(1 - a * a)))
    result = check_gradient(network, theta, X, Y, directions=directions)
    bad = [layer.layer for layer in result.layers if layer.worst.error > result.tolerance]
    assert bad == list(range(1, number + 1))
    assert result.worst.layer in bad


@pytest.mark.parametrize("slip", [lambda a, y: a - y, lambda a, y: 2 * (y - a), lambda a, y: 2 * a])
def test_a_wrong_cost_gradient_fails_in_every_layer(case, slip):
    network, theta, X, Y = case
    wrong = Network(3, network.layers, cost=replace(COSTS["squared_error"], gradient=slip))
    result = check_gradient(wrong, theta, X, Y)
    assert all(layer.worst.error > result.tolerance for layer in result.layers)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("kind", ["w", "b"])
def test_one_wrong_entry_is_named(case, layer, kind, monkeypatch):
    network, theta, X, Y = case
    block = network.layout.block(layer, kind)
    i = block.start + (block.stop - block.start) // 2

    def slip(*arguments):
        gradient = average_gradient(*arguments)
        gradient[i] += 1e-3 * np.abs(gradient[block.start : block.stop]).max()
        return gradient

    monkeypatch.setattr(check_module, "average_gradient", slip)
    worst = check_gradient(network, theta, X, Y).worst
    assert (worst.layer, worst.kind, worst.index) == (layer, kind, block.place(i))
    assert worst.error == pytest.approx(1e-3, rel=1)
    assert worst.backprop - worst.difference != 0
    assert not check_gradient(network, theta, X, Y).ok
    by_direction = check_gradient(network, theta, X, Y, directions=4)
    assert not by_direction.ok
    assert (by_direction.worst.layer, by_direction.worst.kind) == (layer, "direction")


def test_nan_is_not_taken_for_agreement(case):
    _, theta, X, Y = case
    network = broken(2, Activation("tanh", TANH.value, lambda z, a: np.full_like(a, np.nan)))
    result = check_gradient(network, theta, X, Y)
    assert not result.ok
    assert result.worst.error == np.inf


def test_differences_are_those_of_the_cost(case):
    network, theta, X, Y = case
    weights = np.array([1.0, 0.0, 3.0, 0.5, 1.0])
    plain = central(lambda t: network.cost(t, X, Y, weights), theta)
    worst = check_gradient(network, theta, X, Y, weights).worst
    i = network.layout.by_layer[worst.layer][0].start
    block = network.layout.block(worst.layer, worst.kind)
    i = block.start + int(np.ravel_multi_index(worst.index, block.shape))
    assert worst.difference == pytest.approx(plain[i], rel=1e-6, abs=1e-9)


# --- kinks -------------------------------------------------------------------------------------------------


def test_a_kink_within_a_step_makes_the_step_smaller():
    network = dense(1, (1, "relu"), (1, "identity"))
    for distance in (3e-5, 3e-6, -3e-5):
        theta = np.array([1.0, distance, 1.0, 0.0])  # z of the hidden neuron is `distance` at x = 0
        result = check_gradient(network, theta, np.array([[0.0]]), np.array([[1.0]]))
        assert result.ok
        assert result.layers[0].at_kinks == 0


def test_on_a_kink_nothing_is_compared_and_that_is_said():
    network = dense(1, (1, "relu"), (1, "identity"))
    theta = np.array([1.0, 0.0, 1.0, 0.0])
    result = check_gradient(network, theta, np.array([[0.0]]), np.array([[1.0]]))
    assert result.ok  # the other layer agrees
    assert result.layers[0].at_kinks == 1  # the bias; the weight multiplies 0 and moves nothing
    assert result.layers[1].at_kinks == 0


def test_all_on_kinks_is_no_success():
    network = dense(1, (1, "identity"), cost="absolute_error")
    result = check_gradient(network, np.array([1.0, 0.0]), np.array([[2.0]]), np.array([[2.0]]))
    assert not result.ok
    assert result.worst is None
    assert "nothing could be compared: every derivative lies on a kink" in str(result)
    assert json.loads(json.dumps(result.to_dict()))["worst"] is None


def test_an_undeclared_kink_is_an_error_and_a_declared_one_is_not():
    ramp = {"value": lambda z: np.maximum(z, 0), "slope": lambda z, a: (z > 0).astype(float)}
    X, Y, theta = np.array([[0.0]]), np.array([[1.0]]), np.array([1.0, 0.0, 1.0, 0.0])
    for kinks, ok in (((), False), ((0.0,), True)):
        network = Network(1, [Layer(1, Activation("ramp", **ramp, kinks=kinks)), Layer(1, "identity")])
        assert check_gradient(network, theta, X, Y).ok == ok


@pytest.mark.parametrize("cost", ["absolute_error", "huber(0.5)", "quantile(0.9)"])
def test_kinks_of_costs_are_recognized(cost):
    network = dense(1, (1, "identity"), cost=cost)
    X, Y = np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]])
    theta = np.array([0.0, 0.5 if cost.startswith("huber") else 0.0])  # every example on the kink
    result = check_gradient(network, theta, X, Y)
    assert result.layers[0].at_kinks == 2
    result = check_gradient(network, theta + 0.01, X, Y)
    assert result.ok
    assert result.layers[0].at_kinks == 0


# --- inputs of any size, and where rounding hides the answer -------------------------------------------------

COLUMNS = np.c_[
    5e4 * np.random.default_rng(1).random(40) + 1e4, np.random.default_rng(2).normal(size=(40, 2)) * [50, 1]
]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu", "softplus", "relu"])
@pytest.mark.parametrize("X", [COLUMNS, 1000 * np.random.default_rng(3).normal(size=(40, 3))], ids=["columns", "1000"])
@pytest.mark.parametrize("directions", [None, 8])
def test_a_right_gradient_passes_without_standardized_inputs(activation, X, directions):
    network, rng = dense(3, (8, activation), (4, activation), (1, "identity")), np.random.default_rng(0)
    result = check_gradient(network, network.initial(rng), X, rng.normal(size=(40, 1)), directions=directions)
    assert result.ok, result
    assert all(layer.checked > 0.7 * (layer.checked + layer.below_rounding) for layer in result.layers)


def test_a_column_of_large_numbers_does_not_hide_an_error_in_one_of_small_numbers(monkeypatch):
    """Beside the derivatives by weights of inputs of 5e4, those of inputs of 1 are small; they count all the same."""
    network, rng = dense(3, (4, "softplus"), (1, "identity")), np.random.default_rng(0)
    theta, Y = network.initial(rng) / 1e4, rng.normal(size=(40, 1))

    def slip(*arguments):
        gradient = average_gradient(*arguments)
        network.w(gradient, 1)[:, 2] *= 1.01
        return gradient

    assert check_gradient(network, theta, COLUMNS, Y).ok
    monkeypatch.setattr(check_module, "average_gradient", slip)
    worst = check_gradient(network, theta, COLUMNS, Y).worst
    assert (worst.layer, worst.kind, worst.index[1]) == (1, "w", 2)
    assert not check_gradient(network, theta, COLUMNS, Y).ok


@pytest.mark.parametrize("directions", [None, 8])
def test_what_rounding_hides_is_no_success(case, directions):
    """With targets around 1e9 the cost is 1e18, in which no digit of these derivatives is left."""
    _, theta, X, Y = case
    network = broken(2, Activation("tanh", TANH.value, lambda z, a: 1.01 * (1 - a * a)))
    result = check_gradient(network, theta, X, Y + 1e9, directions=directions)
    assert not result.ok
    assert [layer.below_rounding + layer.checked for layer in result.layers] == [directions or n for n in (16, 20, 10)]
    assert result.not_compared
    assert "rounding" in str(result)
    assert all(len(line) <= 80 for line in str(result).splitlines())


def test_a_layer_in_which_nothing_was_compared_is_named():
    """Hidden neurons on their kink at every example: nothing is known of the first layer, all of the second."""
    network = dense(1, (2, "relu"), (1, "identity"))
    theta, X = np.array([1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 0.0]), np.array([[1.0], [1.0]])
    result = check_gradient(network, theta, X, np.array([[1.0], [2.0]]))
    assert [(layer.checked, layer.at_kinks) for layer in result.layers] == [(0, 4), (3, 0)]
    assert not result.ok
    assert result.not_compared == [1]
    assert result.to_dict()["not_compared"] == [1]
    assert "NOT CHECKED, since all lies on kinks or below rounding:\n  layer 1\n" in str(result)
    assert all(len(line) <= 80 for line in str(result).splitlines())


def test_a_layer_without_influence_agrees():
    """Dead relus: backprop says 0 and the cost does not move by a bit."""
    network = dense(1, (2, "relu"), (1, "identity"))
    theta, X = np.array([1.0, 1.0, -9.0, -9.0, 1.0, 1.0, 0.3]), np.array([[1.0], [1.3]])
    result = check_gradient(network, theta, X, np.array([[1.0], [2.0]]))
    assert result.ok
    assert result.layers[0].checked == 4


# --- directions, data, and what is told --------------------------------------------------------------------


def test_directions_are_counted_and_seeded(case):
    one, same, other = (check_gradient(*case, directions=5, seed=seed) for seed in (1, 1, 2))
    assert one.ok
    assert one.by_directions
    assert [layer.checked for layer in one.layers] == [5, 5, 5]
    assert one == same
    assert one.worst.difference != other.worst.difference
    assert "random directions" in str(one)


def test_large_networks_are_checked_by_directions():
    network = dense(64, (100, "relu"), (10, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(60, 64)), np.eye(10)[rng.integers(10, size=60)]
    result = check_gradient(network, network.initial(rng), X, Y)
    assert result.ok
    assert result.by_directions


def test_of_many_members_few_directions_show_an_error_in_one_of_them(monkeypatch):
    network = Network(60, [Layer(40, "tanh", own=True), Layer(1, "identity", own=True)], members=8)
    rng = np.random.default_rng(0)
    theta, X, Y = network.initial(rng), rng.normal(size=(10, 60)), rng.normal(size=(10, 1))
    right = check_gradient(network, theta, X, Y)
    assert right.ok
    assert [layer.checked for layer in right.layers] == [8, 8]

    def slip(*given):
        gradient = average_gradient(*given)
        network.w(gradient, 1)[3] *= 1.01
        return gradient

    monkeypatch.setattr(check_module, "average_gradient", slip)
    assert [layer.worst.error > 1e-5 for layer in check_gradient(network, theta, X, Y).layers] == [True, False]


@pytest.mark.parametrize("directions", [0, -1])
def test_no_directions_is_refused(case, directions):
    with pytest.raises(SettingsError, match=f"directions must be 1 or more, got {directions}"):
        check_gradient(*case, directions=directions)


def test_float32_is_checked_in_float64(case):
    network, theta, X, Y = case
    assert check_gradient(network, *(array.astype(np.float32) for array in (theta, X, Y))).ok


def test_sparse_rows(case):
    from scipy.sparse import csr_array

    network, theta, X, Y = case
    assert check_gradient(network, theta, csr_array(X), Y).ok


def test_arrays_that_do_not_fit_are_refused(case):
    network, theta, X, Y = case
    with pytest.raises(DataError) as caught:
        check_gradient(network, theta[:-1], X[:, :2], Y[:, 0])
    said = str(caught.value)
    for part in ("theta must have shape (46,)", "X must have shape (n, 3)", "Y must have shape (n, 2)"):
        assert part in said
    network = dense(3, (2, "softmax"), cost="cross_entropy")
    with pytest.raises(DataError, match="one-hot"):
        check_gradient(network, np.zeros(8), X, Y)


def test_text_and_dict_tell_the_same(case):
    result = check_gradient(*case)
    text, told = str(result), json.loads(json.dumps(result.to_dict()))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "backprop agrees with central differences (tolerance 1e-06)" in text
    assert str(result.worst) in text
    assert told["ok"] is True
    assert told["tolerance"] == 1e-6
    assert [layer["checked"] for layer in told["layers"]] == [16, 20, 10]
    assert told["worst"]["layer"] == result.worst.layer


def test_no_line_is_wider_than_80_columns():
    place = check_module.Place(1000, "direction", (9999,), -1.23456e-300, -1.23456e-300, 1.2e-300)
    layers = tuple(check_module.LayerCheck(l, 10**9, 10**8, 10**8, 1e-300, place) for l in range(999, 1012))
    result = check_module.GradientCheck(layers, 1e-6, True)
    assert all(len(line) <= 80 for line in str(result).splitlines())
    unseen = tuple(replace(layer, checked=0, worst=None) for layer in layers)
    for some in (unseen, (*unseen, layers[0])):
        assert all(len(line) <= 80 for line in str(check_module.GradientCheck(some, 1e-6, True)).splitlines())


def test_weights_may_be_a_list(case):
    weights = [1.0, 0.0, 3.0, 0.5, 1.0]
    assert check_gradient(*case, weights) == check_gradient(*case, np.array(weights))


def test_numbers_beyond_float64_fail_and_do_not_divide_by_zero():
    network = dense(2, (3, "identity"), (1, "identity"))
    theta = np.full(network.layout.size, 1e200)
    with np.errstate(all="ignore"):
        result = check_gradient(network, theta, np.full((4, 2), 1e150), np.zeros((4, 1)))
    assert not result.ok
