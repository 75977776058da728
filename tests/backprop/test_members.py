"""Networks of several members against as many networks built by themselves, which know of no others."""

from __future__ import annotations

import numpy as np
import pytest
from layer_cases import MEMBERS, alone, example
from rounding import assert_rounded, size_of_gradient

from glassprop import Layer, Network, Scale, check_gradient
from glassprop.backprop.gradient import cost_of_prediction
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.errors import ArchitectureError, SettingsError

WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0])


@pytest.fixture(params=MEMBERS, ids=list(MEMBERS))
def case(request):
    network = MEMBERS[request.param]
    return network, *example(network)


def gathered(network, theta, of):
    """The mean over members of vectors by parameter, and the sum of sizes. of: of a plain network and its θ."""
    total, k = np.zeros_like(theta), network.members
    for plain, at in alone(network, theta):
        total[at] += of(plain, theta[at]) / k
    return total


def mean_of(network, theta, of):
    return np.mean([of(plain, theta[at]) for plain, at in alone(network, theta)], axis=0)


def size_of_members(network, theta, X, Y, weights=None):
    return gathered(network, theta, lambda plain, own: size_of_gradient(plain, own, X, Y, weights))


def test_what_is_predicted_is_the_mean(case):
    network, theta, X, _ = case
    known = mean_of(network, theta, lambda plain, own: plain.predict(own, X, engine="reference"))
    assert_rounded(network.predict(theta, X), known)
    assert_rounded(network.predict(theta, X, engine="reference"), known)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_the_cost_is_the_mean_of_costs_and_the_gradient_is_its(case, weights):
    network, theta, X, Y = case
    known = mean_of(network, theta, lambda plain, own: plain.cost(own, X, Y, weights))
    assert_rounded(network.cost(theta, X, Y, weights), known)
    gradient = gathered(network, theta, lambda plain, own: plain.gradient(own, X, Y, weights))
    sizes = size_of_members(network, theta, X, Y, weights)
    assert_rounded(network.gradient(theta, X, Y, weights), gradient, sizes)


def test_input_gradients_are_the_mean(case):
    network, theta, X, Y = case
    known = mean_of(network, theta, lambda plain, own: plain.input_gradient(own, X, Y))
    assert_rounded(network.input_gradient(theta, X, Y), known)


def test_what_is_held_out_is_judged_by_the_mean_prediction(case):
    network, theta, X, Y = case
    a = mean_of(network, theta, lambda plain, own: plain.forward(own, X).a[-1])
    known = np.average(network.cost_function(a, Y), weights=WEIGHTS)
    assert_rounded(cost_of_prediction(network, theta, X, Y, WEIGHTS), known)
    assert known < network.cost(theta, X, Y, WEIGHTS)  # these costs are convex


def test_probabilities_that_all_members_round_to_0_cost_something_finite():
    network = Network(1, [Layer(1, "sigmoid", own=True)], cost="binary_cross_entropy", members=2)
    theta = np.array([1e5, 2e5, 0.0, 0.0])
    found = cost_of_prediction(network, theta, np.array([[-1.0]]), np.array([[1.0]]))
    assert found == pytest.approx(-np.log(np.finfo(float).eps))


def test_check_looks_at_every_parameter_of_every_member(case):
    network, theta, X, Y = case
    result = check_gradient(network, theta, X, Y, WEIGHTS)
    assert result.ok, str(result)
    assert sum(layer.checked + layer.at_kinks + layer.below_rounding for layer in result.layers) == len(theta)
    assert check_gradient(network, theta, X, Y, directions=8).ok


def test_a_member_is_a_network_over_the_same_parameters(case):
    network, theta, X, Y = case
    for number, (plain, at) in enumerate(alone(network, theta)):
        member = network.member(number)
        assert member.layout.size == len(theta)
        assert member.layout.used == len(at)
        np.testing.assert_array_equal(member.predict(theta, X), plain.predict(theta[at], X, engine="reference"))
        gradient = np.zeros_like(theta)
        gradient[at] = plain.gradient(theta[at], X, Y)
        for block in member.layout.blocks:
            mine = slice(block.start, block.stop)
            np.testing.assert_array_equal(member.gradient(theta, X, Y)[mine], gradient[mine])
    assert network.member(0) != network.member(1)
    assert network.member(1) == network.member(1)


def test_own_blocks_hold_members_one_after_another():
    network = MEMBERS["heads"]
    blocks = [(block.layer, block.name, block.shape, block.start) for block in network.layout.blocks]
    assert blocks == [
        (1, "s", (3, 3), 0),
        (2, "w", (4, 3), 9),
        (2, "b", (4,), 21),
        (3, "w", (3, 2, 4), 25),
        (3, "b", (3, 2), 49),
    ]
    theta = np.arange(55.0)
    np.testing.assert_array_equal(network.w(theta, 3)[1], network.member(1).w(theta, 3))
    np.testing.assert_array_equal(network.member(2).b(theta, 3), [53, 54])
    np.testing.assert_array_equal(network.layout.decay_factors, np.repeat([0.0, 1, 0, 1, 0], [9, 12, 4, 24, 6]))
    own = np.zeros(55)
    own[9:21] = own[33:41] = 1
    np.testing.assert_array_equal(network.member(1).layout.decay_factors, own)


def masks_of(network, n, rng):
    return {l: (rng.random((n, layer.n)) > 0.4) / 0.6 for l, layer in enumerate(network.layers[:-1], start=1)}


@pytest.mark.parametrize("weighted", [False, True])
def test_batches_of_their_own(case, weighted):
    """The average over the examples of all members, each with its weight, mask and L2 once."""
    network, theta, X, Y = case
    rng, k = np.random.default_rng(3), network.members
    rows = [rng.integers(4, size=3) for _ in range(k)]
    weights = [rng.uniform(0.5, 2, size=3) if weighted else np.ones(3) for _ in range(k)]
    masks = [masks_of(network, 3, rng) for _ in range(k)]
    handed = [
        Batch(X[own], Y[own], weight if weighted else None, mask)
        for own, weight, mask in zip(rows, weights, masks, strict=True)
    ]
    gradient, out, cost = np.zeros_like(theta), np.empty_like(theta), 0.0
    part, total = np.empty_like(theta), sum(weight.sum() for weight in weights)
    for (plain, at), batch, weight in zip(alone(network, theta), handed, weights, strict=True):
        part = np.empty(len(at))
        own = evaluate(plain, Objective(), theta[at], [batch], part)
        gradient[at] += part * weight.sum() / total
        cost += own.data * weight.sum() / total
    factors = network.layout.decay_factors
    gradient += 0.3 * k / total * factors * theta
    found = evaluate(network, Objective(0.3), theta, handed, out)
    assert_rounded(found.data, cost)
    assert_rounded(found.penalty, 0.15 * k / total * (factors * theta**2).sum())
    assert found.rows == 3
    assert_rounded(found.weight, total / k)
    assert_rounded(out, gradient, 10 * np.abs(gradient).max())


def test_one_batch_serves_all(case):
    network, theta, X, Y = case
    one, each = np.empty_like(theta), np.empty_like(theta)
    batch = Batch(X, Y, WEIGHTS)
    costs = [evaluate(network, Objective(), theta, batches, out) for batches, out in (
        ([batch], one), ([batch] * network.members, each))]  # fmt: skip
    assert costs[0] == costs[1]
    np.testing.assert_array_equal(one, each)
    assert_rounded(costs[0].data, network.cost(theta, X, Y, WEIGHTS))


def test_the_start_draws_for_one_member_after_another():
    layers = [Scale(), Layer(4, "tanh", own=True), Layer(2, "identity")]
    network = Network(3, layers, members=3)
    theta = network.initial(np.random.default_rng(0))
    rng = np.random.default_rng(0)
    plain = Network(3, [Layer(4, "tanh")])
    for number in range(3):
        drawn = plain.initial(rng)
        np.testing.assert_array_equal(network.member(number).w(theta, 2), plain.w(drawn, 1))
        np.testing.assert_array_equal(network.member(number).b(theta, 2), plain.b(drawn, 1))
    last = Network(4, [Layer(2, "identity")])
    np.testing.assert_array_equal(network.w(theta, 3), last.w(last.initial(rng), 1))


@pytest.mark.parametrize("k", [1, 3])
def test_own_with_one_member_is_the_plain_network(k):
    layers = [Scale(), Layer(4, "tanh", initial="data"), Layer(2, "identity")]
    own = [layer.owned() for layer in layers]
    X = np.random.default_rng(1).normal(3, 2, size=(50, 3))
    network = Network(3, own if k == 1 else layers[:2] + own[2:], members=k)
    plain = Network(3, layers)
    theta, known = (each.initial(np.random.default_rng(0), X=X) for each in (network, plain))
    for l in (1, 2) if k > 1 else (1, 2, 3):
        for name, block in plain.parameters(known, l).items():
            np.testing.assert_array_equal(network.parameters(theta, l)[name], block)


def test_a_start_that_looks_at_data_sees_what_the_members_see():
    layers = [Layer(3, "identity", own=True), Layer(4, "tanh", initial="data"), Layer(2, own=True, initial="data")]
    network, X = Network(3, layers, members=3), np.random.default_rng(1).normal(3, 2, size=(50, 3))
    theta = network.initial(np.random.default_rng(0), X=X)
    traces = [network.member(number).forward(theta, X) for number in range(3)]
    shared = np.concatenate([trace.z[2] for trace in traces])  # one W for what all members see
    assert_rounded(shared.mean(axis=0), np.zeros(4), 100)
    assert_rounded(shared.std(axis=0), np.ones(4), 100)
    for trace in traces:
        assert_rounded(trace.z[3].mean(axis=0), np.zeros(2), 100)
        assert_rounded(trace.z[3].std(axis=0), np.ones(2), 100)


@pytest.mark.parametrize(
    ("layers", "members", "message"),
    [
        ([Layer(2)], 3, "3 members need a layer in which each has parameters of its own"),
        ([Layer(2, own=True)], 0, "members must be a whole number of 1 or more, got 0"),
        ([Layer(2, own=True)], True, "members must be a whole number of 1 or more, got True"),
        ([Layer(2, own=True)], 2.0, "members must be a whole number of 1 or more, got 2.0"),
    ],
)
def test_members_that_cannot_be(layers, members, message):
    with pytest.raises(ArchitectureError, match=message):
        Network(3, layers, members=members)


@pytest.mark.parametrize("kind", [Scale, Layer])
def test_own_is_yes_or_no(kind):
    with pytest.raises(ArchitectureError, match="own must be True or False, got 'yes'"):
        kind(3, own="yes")


def test_passes_are_of_one_member():
    network = MEMBERS["heads"]
    theta, X, _ = example(network)
    with pytest.raises(SettingsError, match=r"3 members has z, a and δ of each: ask one, as network.member\(0\)"):
        network.forward(theta, X)
    with pytest.raises(SettingsError, match="there is no member 3: they are 0 to 2"):
        network.member(3)
    with pytest.raises(SettingsError, match="there is no member 'a': they are 0 to 2"):
        network.member("a")
    with pytest.raises(SettingsError, match="there is no member 1: there is one, 0"):
        network.member(0).member(1)


def test_what_is_written_down_is_what_is_read(case):
    network = case[0]
    assert network.spec()["members"] == network.members
    again = Network.from_spec(network.spec())
    assert again == network
    assert eval(repr(network), {"Network": Network, "Layer": Layer, "Scale": Scale}) == network
    assert Network.from_spec(network.member(1).spec()).layout.size == network.member(1).layout.used
