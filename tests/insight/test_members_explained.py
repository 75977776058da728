"""Explanations of networks of several members: each and all, one walked through, columns and steps of all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from layer_cases import MEMBERS, example
from members_alone import alone, mean_of
from rounding import assert_rounded, size_of_gradient

from glassprop import Layer, Network, Scale
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.document.markdown_document import markdown_document
from glassprop.errors import SettingsError
from glassprop.insight.names import Column, Names
from glassprop.insight.step import Training
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.optimizer import Adam
from glassprop.report.page import page
from glassprop.worksheet.worksheet import worksheet_of


@pytest.fixture(params=MEMBERS, ids=list(MEMBERS))
def case(request):
    network = MEMBERS[request.param]
    return network, *example(network)


def told(e, **asked):
    return markdown_document(document_of(e, Asked(**asked)))


def test_each_and_all(case):
    network, theta, X, Y = case
    several = network.explain(theta, X, Y).members
    outputs = [plain.forward(theta[at], X).a[-1] for plain, at in alone(network, theta)]
    costs = [
        [plain.cost(theta[at], X[i : i + 1], Y[i : i + 1]) for i in range(4)] for plain, at in alone(network, theta)
    ]
    assert_rounded(several.outputs, outputs)
    assert_rounded(several.mean, network.predict(theta, X))
    assert_rounded(several.spread, np.std(outputs, axis=0))
    assert_rounded(several.costs, costs)
    assert_rounded(several.cost, np.mean(costs, axis=0))
    assert_rounded(several.cost_of_mean, network.cost_function(np.mean(outputs, axis=0), Y))


def test_the_one_nearest_to_the_mean_is_walked_through_unless_another_is_chosen(case):
    network, theta, X, Y = case
    e = network.explain(theta, X, Y)
    outputs = np.stack([plain.forward(theta[at], X).a[-1] for plain, at in alone(network, theta)])
    assert e.members.walked == np.argmin(np.sum((outputs - outputs.mean(axis=0)) ** 2, axis=(1, 2)))
    assert_rounded(e.predicted, outputs.mean(axis=0))
    for member, (plain, at) in enumerate(alone(network, theta)):
        chosen, known = e.of(1).member(member), plain.explain(theta[at], X, Y).of(1)
        assert (chosen.members.walked, chosen.focus) == (member, 1)
        assert chosen.cost == known.cost
        for l in range(1, network.depth + 1):
            np.testing.assert_array_equal(chosen.delta(l), known.delta(l))
            np.testing.assert_array_equal(chosen.by_a(l), known.by_a(l))
        places = range(network.layers[-1].n)
        assert [chosen.weight(network.depth, j, j).value for j in places[:1]] == [
            known.weight(network.depth, j, j).value for j in places[:1]
        ]


def test_no_such_member():
    network = MEMBERS["heads"]
    e = network.explain(*example(network))
    with pytest.raises(SettingsError, match="there is no member 3: they are 0 to 2"):
        e.member(3)
    plain = Network(2, [Layer(1, "identity")])
    alone_one = plain.explain(np.zeros(3), np.zeros(2), np.zeros(1))
    assert alone_one.member(0).members is None
    with pytest.raises(SettingsError, match="there is no member 1: there is one, 0"):
        alone_one.member(1)


def test_columns_are_of_the_mean(case):
    network, theta, X, Y = case
    categories = tuple(Column(f"c{k}", (k,), slopes=np.full((4, 1), 2.0)) for k in range(network.n_inputs))
    names = Names.numbered(network, 4, columns=categories)
    e = network.explain(theta, X, Y, names=names).of(2)
    known = mean_of(network, theta, lambda plain, own: plain.input_gradient(own, X, Y))[2]
    codes = dict(network.codes)
    for k, size in codes.items():
        rows = np.tile(X[2], (size, 1))
        rows[:, k] = range(size)
        costs = [network.cost(theta, row[None], Y[2:3]) for row in rows]
        found = e.by_column(e.names.columns[k]).switches
        assert_rounded(list(found.values()), np.array(costs) - network.cost(theta, X[2:3], Y[2:3]), 10)
    for k in set(range(network.n_inputs)) - set(codes):
        found = e.by_column(e.names.columns[k])
        assert_rounded(found.value, 2 * known[k], 1 + np.abs(known).max())
        assert_rounded(found.parts[0].by_x, known[k], 1 + np.abs(known).max())
        assert found.kink or abs(found.by_difference - found.value) <= 1e-6 * (1 + np.abs(known).max())
    record = e.to_dict()["members"]["examples"][2]
    assert_rounded(record["by_x"], known, 1 + np.abs(known).max())
    columns = [2 * known[k] for k in range(network.n_inputs) if k not in codes]
    assert_rounded([value for value in record["columns"] if value is not None], columns, 1 + np.abs(known).max())


def test_categories_are_switched_in_all_members():
    network = MEMBERS["heads"]
    theta, X, Y = example(network)
    X[:, :2] = [[1.0, 0.0]]
    names = Names.numbered(
        network,
        4,
        columns=(Column("kind", (0, 1), categories=("a", "b")), Column("x", (2,), slopes=np.ones((4, 1)))),
    )
    found = network.explain(theta, X, Y, names=names).by_column(names.columns[0])
    other = np.array([[0.0, 1.0, *X[0, 2:]]])
    change = network.cost(theta, other, Y[:1]) - network.cost(theta, X[:1], Y[:1])
    assert_rounded([found.switches["a"], found.switches["b"]], [0, change], 10)


@pytest.mark.parametrize(("l2", "clip_norm"), [(0.0, None), (0.3, None), (0.1, 1e-3)])
def test_a_step_is_the_optimizers_own_on_all_members(case, l2, clip_norm):
    network, theta, X, Y = case
    optimizer, rng = Adam(), np.random.default_rng(2)
    state = optimizer.start(theta)
    state.t = 6
    for vector in state.vectors:
        vector[...] = rng.random(len(theta))
    gradient, moved, own = np.empty_like(theta), theta.copy(), state.copy()
    evaluate(network, Objective(l2, clip_norm), theta, [Batch(X, Y)], gradient)
    e = network.explain(theta, X, Y, training=Training(optimizer, state, 0.02, l2, clip_norm))
    size = size_of_gradient(network, theta, X, Y) + l2 * np.abs(theta)
    for block in network.layout.blocks:
        rate = 0.02 * block.rate
        optimizer.step(moved, gradient, own.copy(), rate, network.layout.decay_factors)
        for member in range(network.members):
            chosen = e.member(member)
            part = block.of_member(member)
            index = (0,) * len(part.shape)
            step = chosen.step_of(part.layer, part.name, index)
            if part.name in ("w", "s") and network.layer(part.layer).linear:
                assert step == chosen.step(part.layer, 0, 0)
            at = part.start + int(np.ravel_multi_index(index, part.shape))
            assert_rounded(step.gradient, gradient[at], size[at])
            after = theta.copy()
            optimizer.step(after, gradient, own.copy(), rate, network.layout.decay_factors)
            assert abs(step.after["w"] - after[at]) <= 1e-9 * (1 + abs(after[at]))


def test_all_of_it_is_told(case):
    network, theta, X, Y = case
    e = network.explain(theta, X, Y)
    text = told(e, places=((network.depth, 0, 0),))
    member = e.members.walked
    assert f"Members: {network.members} networks as one" in text
    assert f"What follows walks through member {member}, the one nearest to the mean, and" in text
    assert "## The members" in text
    other = e.member(1 - min(member, 1))
    assert f"walks through member {other.members.walked}, and" in told(other)
    assert "the one nearest" not in told(other)
    training = Training(Adam(), Adam().start(theta), 0.01)
    stepped = told(network.explain(theta, X, Y, training=training), places=((network.depth, 0, 0),))
    assert "on these rows, by the mean over all members (E42, E43):" in stepped
    assert "How the cost, the mean over members, moves with a column" in text


def test_members_that_are_too_many_are_counted():
    network = Network(2, [Scale(own=True), Layer(1, "identity")], members=30)
    e = network.explain(*example(network)).member(29)
    text = told(e, top=3)
    assert "\n| … 26 more members |" in text
    rows = [line.split(" | ")[0] for line in text.partition("## The members")[2].partition("##")[0].splitlines()[4:]]
    assert rows[:6] == ["| 0", "| 1", "| 2", "| 29", "| … 26 more members", "| mean"]
    assert f"with a standard deviation of {e.members.spread[0, 0]:.6g}." in text


def test_the_record_and_the_page_say_whose_numbers_they_are(case):
    network, theta, X, Y = case
    training = Training(Adam(), Adam().start(theta), 0.01)
    e = network.explain(theta, X, Y, training=training)
    record = e.to_dict()
    assert record["members"]["count"] == network.members
    assert record["members"]["walked"] == e.members.walked
    assert record["members"]["parameters"] == len(theta)
    assert record["network"]["parameters"] == network.member(0).layout.used
    assert record["training"] is None
    one = record["members"]["examples"][1]
    assert_rounded(np.array(one["outputs"]), e.members.outputs[:, 1])
    assert_rounded(one["mean"], e.members.mean[1])
    assert_rounded(one["spread"], e.members.spread[1])
    assert_rounded(one["costs"], e.members.costs[:, 1])
    assert (one["cost"], one["cost_of_mean"]) == (e.members.cost[1], e.members.cost_of_mean[1])
    assert "members-note" in page(record)
    plain = network.member(0).explain(theta, X, Y).to_dict()
    assert plain["members"] is None


def test_a_worksheet_is_of_one_member():
    network = Network(2, [Layer(2, "tanh"), Layer(1, "identity", own=True)], members=2)
    theta, X, Y = example(network)
    e = network.explain(theta, X[:1], Y[:1]).member(1)
    plain, at = alone(network, theta)[1]
    said = "The model is the mean of 2 networks; this sheet is about one of them, number 1 (counted from 0).\n\n"
    assert worksheet_of(e).count(said) == 1
    assert worksheet_of(e).replace(said, "") == worksheet_of(plain.explain(theta[at], X[:1], Y[:1]))


def test_predictions_are_named_by_the_mean():
    network = MEMBERS["heads"]
    e = network.explain(*example(network))
    assert replace(e, members=None).predicted is not e.predicted
    assert repr(e).startswith(f"<Explanation of 4 example(s), network 3-3-4-2, member {e.members.walked} of 3, cost")
