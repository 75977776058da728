"""Which pages compute and which stand still, what they say of it, and what they hold for it."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from core_cases import dense
from layer_cases import MEMBERS, example
from report.live_page import ask, open_live
from report.page_cases import explained, from_table, training

import glassprop
from glassprop import CategoryEmbedding, Layer, Network
from glassprop.architecture.own_units import OwnUnits
from glassprop.equations.activation import Activation
from glassprop.insight.live_record import MOST_PARAMETERS, MOST_ROW_NUMBERS, live_of
from glassprop.insight.names import Names
from glassprop.insight.step import Training
from glassprop.optimizer import Optimizer
from glassprop.report.page import embedded, page

HELD = "This page computes, and so it holds the model"


class OwnOptimizer(Optimizer):
    """One that no table has."""

    def step(self, theta, gradient, state, rate, decays):
        theta -= rate * np.sign(gradient)


def still_of(e, **options):
    record = e.to_dict(**options)
    assert record["live"] is None
    return record["still"]


def of_network(network, n=1, **options):
    rng = np.random.default_rng(0)
    theta = rng.normal(size=network.layout.size) * 0.1
    return network.explain(
        theta, rng.normal(size=(n, network.sizes[0])), np.full((n, network.sizes[-1]), 0.5), **options
    )


def test_a_page_that_computes_says_that_it_holds_the_model(look):
    shown = look(page(explained("one layer").to_dict()))
    assert HELD in shown.inner_text("#model-note")


def test_a_page_of_a_large_network_stands_still_and_says_why(look):
    at_most = dense(99, (100, "relu"), (0 + 1, "identity"))
    assert at_most.layout.size > MOST_PARAMETERS
    said = still_of(of_network(at_most))
    assert said.startswith("This page does not compute: ")
    assert said.endswith("networks of up to 10,000 weights and biases, and this one has 10,101.")
    document = page(of_network(at_most).to_dict())
    assert "class Live" not in document
    shown = look(document)
    assert said in shown.inner_text("#model-note")
    assert of_network(dense(98, (100, "relu"), (1, "identity"))).to_dict()["live"] is None  # 10,001
    assert of_network(dense(97, (100, "relu"), (1, "identity"))).to_dict()["live"] is not None


def test_what_an_optimizer_remembers_takes_few_digits_where_a_page_stands_still():
    """It is the largest part of such a page."""
    network = dense(99, (100, "relu"), (1, "identity"))
    theta = np.random.default_rng(0).normal(size=network.layout.size)
    record = network.explain(theta, np.ones(99), [1.0], training=training(theta)).to_dict()
    small = json.loads(embedded(record))["training"]["memory"]
    for name in ("m", "v"):
        held, given = small[name]["w"][1], record["training"]["memory"][name]["w"][1]
        assert all(float(f"{x:.6g}") == x for row in held for x in row)
        np.testing.assert_allclose(held, given, rtol=1e-5)


def test_why_else_a_page_stands_still():
    cube = Activation("cube", lambda z: z**3, lambda z, a: 3 * z**2)
    own = of_network(Network(2, [Layer(2, cube), Layer(1, "identity")]))
    assert "none of cube" in still_of(own)
    e = explained("one layer")
    by_lbfgs = glassprop.insight.explanation.explain(
        e.architecture, e.view.theta, e.view.X, e.view.Y, history={"cost": [1.0, 0.5]}
    )
    assert "L-BFGS" in still_of(by_lbfgs)
    theta = e.view.theta
    unknown = Training(OwnOptimizer(), OwnOptimizer().start(theta), 0.1)
    assert "none of OwnOptimizer" in still_of(e.architecture.explain(theta, e.view.X, e.view.Y, training=unknown))
    many = of_network(dense(100, (2, "tanh"), (1, "identity")), n=1 + MOST_ROW_NUMBERS // 101)
    assert f"more than the {MOST_ROW_NUMBERS:,}" in still_of(many)
    theta, X, _ = example(MEMBERS["heads"])
    predicted = glassprop.insight.explanation.explain(MEMBERS["heads"], theta, X)
    assert "several networks" in still_of(predicted)
    units = OwnUnits(1.0, 2.0, "log", knots=(0.5, 9.0))
    bent = Network(2, [Layer(2, "tanh"), Layer(1, "identity")], units=units)
    assert "nonlinear scale" in still_of(bent.explain(np.ones(bent.layout.size), [1.0, 2.0]))
    for said in (still_of(own), still_of(by_lbfgs), still_of(many), still_of(predicted)):
        assert said.startswith("This page does not compute: ")
        assert "\n" not in said


def test_without_rows_nothing_of_them_is_there_to_compute_with():
    e = from_table()
    assert "without the values of rows" in still_of(e, rows=False)
    closed = json.loads(embedded(e.to_dict(), rows=False))
    assert closed["live"] is None
    assert "without the values of rows" in closed["still"]
    assert e.to_dict(live=False)["live"] is None


def test_what_a_page_computes_with_is_bounded_in_size():
    """As large as a page gets that computes: all parameters, Adam's memory of them, all rows."""
    network = dense(99, (99, "tanh"), (1, "identity"))
    theta = np.random.default_rng(0).normal(size=network.layout.size)
    rng, n = np.random.default_rng(1), MOST_ROW_NUMBERS // 100
    assert 9_990 <= theta.size <= MOST_PARAMETERS
    e = network.explain(theta, rng.normal(size=(n, 99)), rng.normal(size=(n, 1)), training=training(theta))
    live, _ = live_of(e, rows=True, most_differences=64)
    assert len(json.dumps(live)) < 700_000


def test_scripts_are_whole_without_their_comments():
    document = page(explained("one layer").to_dict())
    script = document.rpartition("<script>")[2]
    assert not re.search(r"^\s*(//|/\*\*|\* )", script, re.MULTILINE)
    assert "class Live" in script


# --- what stands beside the numbers -----------------------------------------------------------------------------------


def test_what_is_predicted_and_what_stands_in_the_table_follow(look):
    e = from_table()
    found, names = ask(
        open_live(look),
        e.to_dict(),
        "(live.setInput(0, 0, live.xs[0][0] + 1), live.setInput(0, 2, 0), live.setInput(0, 4, 1),"
        " live.setTarget(0, 0, 0), live.setTarget(0, 1, 1), [live.example(0), record.outputs])",
    )
    a = e.architecture.forward(e.view.theta, np.array([[e.view.X[0, 0] + 1, e.view.X[0, 1], 0, 0, 1]])).a[-1][0]
    assert found["target"] == names[1]
    before = e.to_dict()["examples"][0]
    assert e.to_dict()["live"]["predicts"] is None  # the names of this case are of no network's
    assert (before["prediction"], found["prediction"]) == ("monthly", None)
    spread = np.std([41.0, 29.0, 63.0, 17.0])
    assert [cell["shown"] for cell in found["columns"]] == [f"{41 + spread:.6g}", "70.35", "two years"]
    np.testing.assert_allclose(found["a"][-1], a, rtol=1e-12)


@pytest.mark.parametrize(
    ("outputs", "cost", "said", "then"),
    [
        (["no", "yes", "perhaps"], "cross_entropy", lambda a: ["no", "yes", "perhaps"][int(np.argmax(a))], "largest"),
        (["yes"], "binary_cross_entropy", lambda a: "yes" if a[0] > 0.5 else "no", "half"),
        (["price"], "squared_error", lambda a: f"{a[0]:.6g}", "number"),
    ],
)
def test_a_prediction_is_told_in_the_words_of_the_table(look, outputs, cost, said, then):
    activation = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "squared_error": "identity"}[cost]
    network = dense(2, (3, "tanh"), (len(outputs), activation), cost=cost)
    rng = np.random.default_rng(5)
    theta, X = rng.normal(size=network.layout.size) * 2, rng.normal(size=(6, 2))
    a, Y = network.predict(theta, X), np.eye(len(outputs))[[0] * 6]
    names = Names.numbered(
        network, 6, outputs=outputs, predictions=[said(row) for row in a], targets=[said(row) for row in a]
    )
    record = network.explain(theta, X, Y, names=names).to_dict()
    assert record["live"]["predicts"]["kind"] == then
    moved = X + np.array([3.0, -3.0])
    do = "".join(f"live.setInput({i}, {k}, {moved[i, k]}), " for i in range(6) for k in range(2))
    found = ask(open_live(look), record, f"({do} live.xs.map((_, i) => live.example(i).prediction))")
    assert found == [said(row) for row in network.predict(theta, moved)]
    if len(outputs) > 1:
        assert len({*found, *names.predictions}) > 1


def test_targets_and_codes_stay_what_they_may_be(look):
    network = Network(2, [CategoryEmbedding([1], [3], 2), Layer(1, "sigmoid")], "binary_cross_entropy")
    e = network.explain(np.linspace(-1, 1, network.layout.size), [0.5, 1.0], [1.0])
    do = "(live.setTarget(0, 0, 3), live.setInput(0, 1, {}), [live.ys[0][0], live.xs[0][1], live.cost(0)])"
    page = open_live(look)
    for code, kept in ((1.6, 2), (7, 2), (-1, 0)):
        expected = network.explain(e.view.theta, [0.5, float(kept)], [1.0]).cost
        found = ask(page, e.to_dict(), do.format(code))
        assert found[:2] == [1, kept]
        np.testing.assert_allclose(found[2], expected, rtol=1e-12)


def test_another_category_by_a_pass_forward(look):
    e = from_table()
    x = np.array([*e.view.X[1, :2], 1, 0, 0])
    other = e.architecture.explain(e.view.theta, x, e.view.Y[1])
    found = ask(open_live(look), e.to_dict(), "[live.switched(1, 2, 0), live.cost(1), live.xs[1]]")
    np.testing.assert_allclose(found[0], other.cost - e.of(1).cost, rtol=1e-10)
    np.testing.assert_allclose(found[1], e.of(1).cost, rtol=1e-12)
