"""Networks of several members against as many networks built by themselves, which know of no others."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from layer_cases import MEMBERS, example
from members_alone import alone, gathered, mean_of
from rounding import assert_rounded, size_of_gradient

from glassprop import Layer, Network, Scale, check_gradient
from glassprop.architecture.own_units import OwnUnits
from glassprop.backprop.gradient import cost_of_prediction
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.errors import ArchitectureError, DataError, SettingsError
from glassprop.layers.layer_kind import Factors, LayerKind
from glassprop.layers.layer_table import KINDS

WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0])


@pytest.fixture(params=MEMBERS, ids=list(MEMBERS))
def case(request):
    network = MEMBERS[request.param]
    return network, *example(network)


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
    sizes = size_of_gradient(network, theta, X, Y, weights)
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


def test_steps_of_a_check_are_as_long_as_the_inputs_of_every_member_allow():
    network = Network(2, [Layer(3, "tanh", own=True), Layer(1, "identity")], members=2)
    theta, X, Y = example(network)
    theta[: network.layout.by_layer[1][0].stop] /= 1e7
    assert check_gradient(network, theta, 1e7 * X, Y).ok


def test_a_member_is_a_network_over_the_same_parameters(case):
    network, theta, X, Y = case
    for number, (plain, at) in enumerate(alone(network, theta)):
        member = network.member(number)
        assert member.layout.size == len(theta)
        assert member.layout.used == len(at)
        assert_rounded(member.predict(theta, X), plain.predict(theta[at], X, engine="reference"))
        gradient = np.zeros_like(theta)
        gradient[at] = plain.gradient(theta[at], X, Y)
        np.testing.assert_array_equal(member.gradient(theta, X, Y), gradient)
        np.testing.assert_array_equal(
            member.example_gradients(theta, X[:1], Y[:1])[0], member.gradient(theta, X[:1], Y[:1])
        )
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
    return {
        l: (rng.random((n, layer.n)) > 0.4) / 0.6
        for l, layer in enumerate(network.layers[:-1], start=1)
        if layer.kind == "dense"
    }


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
        ([Layer(2, own=True)], 0, "members must be a whole number from 1 to 10,000, got 0"),
        ([Layer(2, own=True)], True, "members must be a whole number from 1 to 10,000, got True"),
        ([Layer(2, own=True)], 10_001, "members must be a whole number from 1 to 10,000, got 10001"),
        ([Layer(2, own=True)], 2.0, "members must be a whole number from 1 to 10,000, got 2.0"),
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
    assert eval(repr(network), {"Network": Network} | {kind.__name__: kind for kind in KINDS.values()}) == network
    assert Network.from_spec(network.member(1).spec()).layout.size == network.member(1).layout.used


def test_gradients_of_single_examples_are_built_from_factors(case):
    """Each against the gradient of that example alone; so are their squares by layer, products and mean."""
    network, theta, X, Y = case
    each = network.example_gradients(theta, X, Y)
    whole = np.stack([network.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))])
    sizes = np.stack([size_of_gradient(network, theta, X[i], Y[i]) for i in range(len(X))])
    for i in range(len(X)):
        assert_rounded(each[i], whole[i], sizes[i])
    assert_rounded(each.mean(), network.gradient(theta, X, Y), sizes.max(axis=0))
    assert_rounded(each.norms(), np.linalg.norm(whole, axis=1), np.linalg.norm(sizes, axis=1))
    for l, squares in enumerate(each.squares(), start=1):
        blocks = network.layout.by_layer[l]
        mine = np.concatenate([np.arange(block.start, block.stop) for block in blocks])
        assert_rounded(squares, (whole[:, mine] ** 2).sum(axis=1), (sizes[:, mine] ** 2).sum(axis=1))
    other = network.example_gradients(theta + 0.1, X[:3], Y[:3])
    others = np.stack([other[i] for i in range(3)])
    theirs = np.stack([size_of_gradient(network, theta + 0.1, X[i], Y[i]) for i in range(3)])
    assert_rounded(each.dot(other), whole @ others.T, sizes @ theirs.T)


def test_what_a_kind_says_of_one_example_twice_is_what_it_says_of_all(case):
    network, theta = case[:2]
    rng = np.random.default_rng(5)
    for l, layer in enumerate(network.layers, start=1):
        here, there = (network.member(m).layout.of_layer(theta, l) for m in (0, 1))
        delta, other = rng.normal(size=(2, 5, layer.n))
        x, y = rng.normal(size=(2, 5, network.sizes[l - 1]))
        mine, its = Factors(here, delta, x), Factors(there, other, y)
        known = np.diag(layer.dots(mine, its))
        size = np.diag(layer.dots(Factors(here, abs(delta), abs(x)), Factors(there, abs(other), abs(y))))
        assert_rounded(layer.products(mine, its), known, size)
        assert_rounded(LayerKind.products(layer, mine, its), known, size)
        assert_rounded(layer.squares(mine), layer.products(mine, mine))


def test_products_of_other_numbers_of_members():
    pair = [network.example_gradients(*example(network)) for network in (MEMBERS["networks"], MEMBERS["heads"])]
    with pytest.raises(SettingsError, match="of a network of 2 members have no product with those of one of 3"):
        pair[0].dot(pair[1])
    with pytest.raises(SettingsError, match="ask one, as"):
        _ = pair[0].deltas


def test_some_of_the_members(case):
    network, theta, X, _ = case
    singles = [plain.predict(theta[at], X, engine="reference") for plain, at in alone(network, theta)]
    chosen = [network.members - 1, 0, 0]
    some, own = network.of_members(chosen, theta)
    assert (some.members, type(some)) == (3, Network)
    assert_rounded(some.predict(own, X), np.mean([singles[member] for member in chosen], axis=0))
    one, own = network.of_members(np.array([1]), theta)
    assert (one.members, one.part, own.size) == (1, None, network.member(1).layout.used)
    assert_rounded(one.predict(own, X), network.member(1).predict(theta, X))
    same, own = network.of_members(range(network.members), theta)
    assert same == network
    np.testing.assert_array_equal(own, theta)


@pytest.mark.parametrize("members", [[], "01", 0, None])
def test_no_members_at_all(members):
    network = MEMBERS["heads"]
    with pytest.raises(SettingsError, match="members must be one or more numbers of members, as"):
        network.of_members(members, example(network)[0])


def test_members_that_are_not_there_or_parameters_that_do_not_fit():
    network = MEMBERS["heads"]
    theta = example(network)[0]
    with pytest.raises(SettingsError, match="there is no member 3: they are 0 to 2"):
        network.of_members([0, 3], theta)
    with pytest.raises(DataError, match="theta must have shape"):
        network.of_members([0], theta[1:])


def test_networks_that_were_trained_apart_are_members_of_one(case):
    """A network with members of its own is joined member by member."""
    network, theta, X, Y = case
    plain, at = alone(network, theta)[0]
    other = network.initial(np.random.default_rng(4))
    whole, joined = Network.joined([(plain, theta[at]), (network, other)])
    assert whole.members == 1 + network.members
    assert all(layer.own for layer in whole.layers)
    assert_rounded(
        whole.predict(joined, X),
        (plain.predict(theta[at], X) + network.members * network.predict(other, X)) / whole.members,
    )
    assert check_gradient(whole, joined, X, Y).ok
    alike, own = Network.joined([(plain, theta[at])])
    assert_rounded(alike.predict(own, X), plain.predict(theta[at], X, engine="reference"))


def test_networks_that_cannot_be_joined():
    one, theta = Network(2, [Layer(1, "identity")]), np.zeros(3)
    for other, message in (
        (Network(2, [Layer(1, "tanh")]), "network 1 of those to be joined has other layers than the first"),
        (Network(2, [Layer(1, "identity")], cost="huber"), "has other costs than the first"),
        (one.in_units(OwnUnits(1.0, 2.0)), "has other units than the first"),
    ):
        with pytest.raises(ArchitectureError, match=message):
            Network.joined([(one, theta), (other, theta)])
    with pytest.raises(ArchitectureError, match="has other inputs than the first"):
        Network.joined([(one, theta), (Network(1, [Layer(1, "identity")]), np.zeros(2))])
    with pytest.raises(DataError, match="network 1 of those to be joined: theta must have shape"):
        Network.joined([(one, theta), (one, theta[1:])])
    for wrong in ([], [one], None, [(theta, one)]):
        with pytest.raises(DataError, match="to be joined must be"):
            Network.joined(wrong)


def test_a_copy_of_a_member_is_that_member():
    network = MEMBERS["heads"]
    theta, X, _ = example(network)
    for member in (network, network.member(2)):
        again = pickle.loads(pickle.dumps(member))
        assert again == member
        np.testing.assert_array_equal(again.predict(theta, X), member.predict(theta, X))
