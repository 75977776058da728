"""Contributions to a prediction, and its derivatives, against finite differences, for every kind of layer."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from layer_cases import CASES, MEMBERS, example

from glassprop import Layer, Network
from glassprop.architecture.own_units import OwnUnits
from glassprop.document.blocks import Section
from glassprop.errors import SettingsError
from glassprop.insight.baseline import ALL_ZERO, Baseline
from glassprop.insight.contributions import Contribution, Contributions
from glassprop.insight.explanation import explain
from glassprop.insight.names import Column, Names
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of

ALL = CASES | MEMBERS
_PIECES, _H = 150, 1e-5


@pytest.fixture(params=ALL, ids=list(ALL))
def case(request):
    network = ALL[request.param]
    theta, X, _ = example(network)
    rng = np.random.default_rng(5)
    shares = {k: rng.dirichlet(np.ones(size)) for k, size in network.codes}
    begin = rng.normal(size=network.n_inputs)
    begin[list(shares)] = X[0, list(shares)]  # where waves see a code, too: it stays what it is
    return network, theta, X, Baseline(begin, shares)


def rows_on_the_way(network, theta, x, baseline, t):
    """θ in which the rows of this example's codes lie on the way from the mean row; and these rows at both ends."""
    theta, ends = theta.copy(), []
    for layer, block, k, size in network.lookups:
        table = network.layout.block(layer, block).view(theta)
        tables = table.reshape(-1, size, table.shape[-1])  # of each member
        begin, end = np.einsum("s,mse->me", baseline.shares[k], tables), tables[:, int(x[k])].copy()
        tables[:, int(x[k])] = begin + t * (end - begin)
        ends.append((layer, block, k, end - begin))
    return theta, ends


def by_differences(network, theta, x, baseline, output):
    """∫ ∂f/∂u du by the midpoint rule, with central differences of what is predicted. (n_inputs,)"""
    found = np.zeros(network.n_inputs)
    others = [k for k in range(network.n_inputs) if k not in dict(network.codes)]
    for t in (np.arange(_PIECES) + 0.5) / _PIECES:
        at, ends = rows_on_the_way(network, theta, x, baseline, t)
        point = baseline.x + t * (x - baseline.x)
        nudges = np.concatenate([point + _H * np.eye(len(x))[others], point - _H * np.eye(len(x))[others]])
        f = network.predict(at, nudges, engine="reference")[:, output]
        found[others] += (f[: len(others)] - f[len(others) :]) / (2 * _H) * (x - baseline.x)[others] / _PIECES
        for layer, block, k, way in ends:
            values = []
            for sign in (1, -1):
                moved = at.copy()
                table = network.layout.block(layer, block).view(moved)
                table.reshape(len(way), -1, table.shape[-1])[:, int(x[k])] += sign * _H * way
                values.append(network.predict(moved, point[None, :], engine="reference")[0, output])
            found[k] += (values[0] - values[1]) / (2 * _H) / _PIECES
    return found


def test_contributions_are_the_integrals_of_finite_differences(case):
    network, theta, X, baseline = case
    output = network.sizes[-1] - 1
    e = explain(network, theta, X[:1], output=output, baseline=baseline)
    expected = by_differences(network, theta, X[0], baseline, output)
    found = e.contributions()
    by_name = {one.name: one.value for one in found.columns}
    values = np.array([by_name[name] for name in e.names.inputs])
    assert values == pytest.approx(expected, abs=4e-3 * np.abs(expected).sum())
    assert found.prediction == pytest.approx(network.predict(theta, X[:1], engine="reference")[0, output], rel=1e-12)
    assert found.baseline + values.sum() + found.rest == pytest.approx(found.prediction, rel=1e-12)
    assert abs(found.rest) <= 1e-3 * abs(found.prediction - found.baseline)


def test_derivatives_are_those_of_what_is_predicted(case):
    network, theta, X, baseline = case
    codes = dict(network.codes)
    for of in (None, "score"):
        e = explain(network, theta, X, of=of, baseline=baseline).of(1)
        for k, column in enumerate(e.names.columns):
            found = e.input(column.name)
            assert found.symbol == f"∂ŷ/∂{column.name}"
            if k in codes:
                now = e.contributions().prediction
                for code in range(codes[k]):
                    other = X[1].copy()
                    other[k] = code
                    changed = explain(network, theta, other[None, :], output=e.predictions[1].output, of=of)
                    change = changed.contributions().prediction - now
                    assert found.switches[str(code)] == pytest.approx(change, rel=1e-9, abs=1e-12)
            elif not found.kink:
                assert found.value == pytest.approx(found.by_difference, rel=1e-6, abs=1e-9)


def test_a_weight_moves_the_prediction_as_its_derivative_says(case):
    network, theta, X, _ = case
    e = explain(network, theta, X).of(2)
    prediction, x = e.predictions[2], X[2:3]
    for number in network.dense_layers:
        found = e.weight(number, 0, 0)
        block = e.architecture.layout.block(number, "w")
        up, down = theta.copy(), theta.copy()
        place = block.start
        if network.members > 1:
            place = e.view.architecture.layout.block(number, "w").start
        up[place] += _H
        down[place] -= _H
        walked = network.each_member[0 if e.members is None else e.members.walked]
        values = [Network.predict(*alone_of(walked, network, t), x, engine="reference") for t in (up, down)]
        difference = (values[0] - values[1])[0, prediction.output] / (2 * _H)
        assert found.symbol.startswith("∂ŷ/∂w")
        if not found.kink:
            assert found.value == pytest.approx(difference, rel=1e-5, abs=1e-8)


def alone_of(walked, network, theta):
    """One member as a network by itself, and its θ."""
    if network.members == 1:
        return network, theta
    return network.of_members([walked.part[0]], theta)


# --- classes, scores, units ---------------------------------------------------------------------------------------


@pytest.fixture
def binary():
    network = Network(2, [Layer(3, "tanh"), Layer(1, "sigmoid")], cost="binary_cross_entropy")
    theta = network.initial(np.random.default_rng(3)) * 3
    X = np.random.default_rng(1).normal(size=(8, 2)) * 2
    return network, theta, X


def test_one_output_of_two_classes_tells_both(binary):
    network, theta, X = binary
    p = network.predict(theta, X)[:, 0]
    assert 0 < (p > 0.5).sum() < len(X)  # both are likely somewhere
    classes = ("no", "yes")
    for i, likely in enumerate(p):
        e = explain(network, theta, X, classes=classes).of(i)
        found = e.contributions()
        assert e.predictions[i].name == classes[int(likely > 0.5)]
        assert found.prediction == pytest.approx(max(likely, 1 - likely))
        no, yes = (explain(network, theta, X, classes=classes, output=name).of(i).contributions() for name in classes)
        assert no.prediction + yes.prediction == pytest.approx(1)
        assert {c.name: -c.value for c in no.columns} == pytest.approx({c.name: c.value for c in yes.columns})
        score = explain(network, theta, X, classes=classes, output="no", of="score").of(i).contributions()
        assert score.prediction == pytest.approx(np.log((1 - likely) / likely))


def test_what_is_not_there_is_refused(binary):
    network, theta, X = binary
    for asked, words in (
        ({"output": "maybe"}, "there is no output 'maybe': give one of 'no', 'yes'"),
        ({"output": 2}, "its number from 0 to 1"),
        ({"output": "0"}, "give one of 'no', 'yes'$"),  # text is a name, as on the command line
        ({"of": "amount"}, "ask for of='probability'"),
        ({"of": "logit"}, "of must be one of probability, score, amount"),
    ):
        with pytest.raises(SettingsError, match=words):
            explain(network, theta, X, classes=("no", "yes"), **asked)
    with pytest.raises(SettingsError, match="leave the targets out"):
        explain(network, theta, X, np.ones((8, 1)), output=0)
    with pytest.raises(SettingsError, match="2 finite numbers"):
        explain(network, theta, X).prediction(baseline=[1.0])


UNITS = {
    "none": OwnUnits(20.0, 5.0),
    "log": OwnUnits(0.5, 0.8, "log", 1.0, 1.2, (0.1, 90.0)),
    "quantile": OwnUnits(0.1, 0.9, "quantile", 0.0, 1.0, (1.0, 2.0, 4.0, 5.0, 9.0)),
}


@pytest.mark.parametrize("units", UNITS.values(), ids=list(UNITS))
@pytest.mark.parametrize("members", [1, 3])
def test_an_amount_is_told_in_its_own_units(units, members):
    network = Network(
        3, [Layer(4, "tanh", own=members > 1), Layer(1, "identity", own=members > 1)], units=units, members=members
    )
    theta = network.initial(np.random.default_rng(8))
    x = np.array([[0.3, -0.6, 0.2]])
    e = explain(network, theta, x)
    found = e.contributions()
    assert found.prediction == pytest.approx(network.predict(theta, x)[0, 0], rel=1e-12)
    assert found.baseline == pytest.approx(network.predict(theta, np.zeros((1, 3)))[0, 0], rel=1e-12)
    assert found.from_ == ALL_ZERO
    assert abs(found.rest) <= 1e-3 * abs(found.prediction - found.baseline)
    for k in range(3):
        nudge = _H * np.eye(3)[k]
        up, down = (network.predict(theta, x + way * nudge)[0, 0] for way in (1, -1))
        assert e.input(f"x{k}").value == pytest.approx((up - down) / (2 * _H), rel=1e-5, abs=1e-8)


def test_columns_that_share_inputs_are_told_by_inputs():
    network = Network(3, [Layer(1, "identity")])
    theta, slopes = np.array([2.0, -1.0, 0.5, 0.0]), np.ones((1, 2))
    apart = (Column("day", (0, 1), slopes=slopes), Column("price", (2,), slopes=slopes[:, :1]))
    sharing = (Column("u", (0, 1), slopes=slopes), Column("v", (1, 2), slopes=slopes))
    told = {}
    for columns in (apart, sharing, apart[:1]):
        names = Names.numbered(network, 1, inputs=["a", "b", "c"], columns=columns)
        found = explain(network, theta, [[1.0, 1.0, 1.0]], names=names).contributions()
        told[columns] = {one.name: one.value for one in found.columns}
    assert told[apart] == pytest.approx({"day": 1.0, "price": 0.5})
    assert told[sharing] == pytest.approx({"a": 2.0, "b": -1.0, "c": 0.5})
    assert told[apart[:1]] == pytest.approx({"day": 1.0, "c": 0.5})


def test_contributions_of_a_row_with_a_target_are_those_of_its_prediction():
    network = Network(2, [Layer(3, "tanh"), Layer(3, "softmax")], cost="cross_entropy")
    theta, X = network.initial(np.random.default_rng(0)), np.array([[0.4, 2.0], [1.0, -1.0]])
    e = network.explain(theta, X, np.eye(3)[[0, 1]])
    for i in range(2):
        with_target, without = e.of(i).contributions(), explain(network, theta, X).of(i).contributions()
        assert with_target == without
    given = e.prediction("output 2", baseline=X[1]).of(1).contributions()
    assert given.prediction == given.baseline == pytest.approx(network.predict(theta, X)[1, 2])
    assert all(one.value == 0 for one in given.columns)


def test_a_record_tells_what_another_category_truly_changes():
    network = Network(4, [Layer(5, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
    theta, rng = network.initial(np.random.default_rng(8)) * 3, np.random.default_rng(9)
    X = np.column_stack([rng.normal(size=3), np.eye(3)])
    names = Names.numbered(network, 3, columns=(Column("kind", (1, 2, 3), categories=("a", "b", "c")),))
    e = explain(network, theta, X, names=names, output=1)
    for i, told_row in enumerate(e.to_dict()["examples"]):
        others = np.column_stack([np.full(3, X[i, 0]), np.eye(3)])
        changes = network.predict(theta, others)[:, 1] - network.predict(theta, X[[i]])[0, 1]
        told = e.of(i).input("kind")
        assert list(told_row["columns"][0]["switches"].values()) == pytest.approx(changes.tolist(), abs=1e-12)
        assert list(told.switches.values()) == pytest.approx(changes.tolist(), abs=1e-12)


def test_a_class_that_is_called_by_a_number_is_meant_by_it():
    """The class 1, wherever it stands; where none is called so, a number is a place."""
    network = Network(2, [Layer(3, "softmax")], cost="cross_entropy")
    theta, x = np.linspace(-1, 1, network.layout.size), [0.5, -1.0]

    def asked(outputs, output):
        names = Names.numbered(network, 1, outputs=outputs)
        return explain(network, theta, x, names=names, output=output).predictions[0]

    for output in (1, np.int64(1), "1"):
        assert (asked(["2", "3", "1"], output).output, asked(["2", "3", "1"], output).name) == (2, "1")
    assert asked(["a", "b", "c"], 1).name == "b"
    assert asked(["1", "2", "3"], 0).name == "1"  # none is called 0


def made(columns, rest=0.25, of="probability"):
    """Contributions to a prediction of 0.5 more than the baseline's."""
    return Contributions(1.0, 0.5, columns, rest, "nothing", 8, "yes", of)


def test_contributions_are_printed_as_a_table():
    """The largest ten one by one, and what the others add as one number; the bars go on where the last one ended."""
    columns = (Contribution("age", 1.0, "41"), Contribution("town", -0.5, "Ulm"))
    columns += tuple(Contribution(f"c{k}", -0.0625) for k in range(8)) + (Contribution("d", 0.125),) * 2
    text = str(made(columns))
    assert "What each column adds to the probability of yes, counted from nothing:" in text
    head, *lines = text[text.index("  here") :].splitlines()
    assert head.split() == ["here", "adds", "so", "far"]
    told = [line.split() for line in lines]
    assert told[0] == ["baseline", "0.5000", "#" * 7]  # of 20, from 0 to 1.5
    assert told[1] == ["age", "41", "1.0000", "1.5000", "#" * 13]
    assert told[2][:4] == ["town", "Ulm", "-0.5000", "1.0000"]
    assert told[11] == ["2", "more", "columns", "0.2500", "0.7500", "###"]
    assert [line[0] for line in told[12:]] == ["rest", "prediction"]
    bars = [re.search(r"[#-]+$", line).span() for line in lines]
    assert bars[1][0] == bars[0][1]
    assert bars[2][1] == bars[1][1]


def test_a_printed_table_is_80_columns_wide_and_shows_no_control_characters():
    wide = Contribution("東京" * 20, 0.25, "\x1b[31m" + "red and much more" * 3)
    text = str(made((wide, Contribution("a name of many words, " * 9, 1e-12, "x" * 99)), of="score"))
    assert "\x1b" not in text
    taken = [sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in text.splitlines()]
    assert max(taken) <= 80
    ends = [re.search(r"\d\.\d+ {2}(?= *[#-])", line) for line in text.splitlines()]
    assert "the score of yes" in text
    assert len([end for end in ends if end]) == 5
    assert str(made((), of="")).count("What each column adds, counted from") == 1


def test_bare_networks_tell_of_the_cost_alone():
    """Without a mean of the rows trained on, contributions from inputs that are all 0 are told where they are asked
    for."""
    network = Network(2, [Layer(2, "tanh"), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(0))
    for Y, there in (([[1.0]], False), (None, True)):
        document = document_of(explain(network, theta, [[1.0, 2.0]], Y), Asked())
        titles = [part.title for part in document.parts if isinstance(part, Section)]
        assert ("How the prediction came about" in titles) == there
