"""The page tells predictions anew as Python does: of other inputs and weights, with and without targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from core_cases import dense
from layer_cases import CASES, example
from report.live_page import ask, open_live
from report.page_reader import choose, each, look_up, panel, press
from report.test_live import ALL, assert_alike, parted
from report.test_page_play import DRAWN, said
from waiting import wait_for

from glassprop import Layer, Network
from glassprop.architecture.own_units import OwnUnits
from glassprop.insight.baseline import Baseline
from glassprop.insight.explanation import Explanation, explain
from glassprop.insight.names import Column, Names
from glassprop.report.page import page

CLOSE = 1e-9


def from_somewhere(network: Network) -> Baseline:
    rng = np.random.default_rng(5)
    return Baseline(rng.normal(size=network.n_inputs), {k: rng.dirichlet(np.ones(n)) for k, n in network.codes})


def by_name(predictions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns by their names: those that add as much stand in an order that rounding may change."""
    return [told | {"columns": {one["name"]: one for one in told["columns"]}} for told in predictions]


def changed_to(e: Explanation, theta: np.ndarray, X: np.ndarray) -> str:
    """What a page does for other weights and inputs."""
    own = np.concatenate([theta[block.start : block.stop] for block in e.architecture.layout.blocks])
    rows = ", ".join(f"live.xs[{i}].set({x.tolist()})" for i, x in enumerate(X))
    return f"(live.passes.theta.set({own.tolist()}), {rows}, live.renew(), live.record)"


def moved(network: Network, theta: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    theta, X = theta + 0.2 * rng.normal(size=theta.size), X + 0.3 * rng.normal(size=X.shape)
    for k, size in network.codes:
        X[:, k] = rng.integers(size, size=len(X))
    return theta, X


def test_every_kind_of_layer(look):
    shown = open_live(look)
    for n, network in enumerate(CASES.values()):
        theta, X, Y = example(network)
        if network.members > 1:
            continue
        (other, Z), baseline = moved(network, theta, X), from_somewhere(network)
        e = explain(network, theta, X, Y, baseline=baseline)
        found = ask(shown, e.to_dict(), changed_to(e, other, Z))
        expected = explain(network, other, Z, Y, baseline=baseline).to_dict()
        assert_alike(by_name(found["predictions"]), by_name(expected["predictions"]), CLOSE)
        of = (None, "score")[n % 2]  # which the last layer alone knows of
        e = explain(network, theta, X, of=of, baseline=baseline)
        found = ask(shown, e.to_dict(), changed_to(e, other[: e.view.theta.size], Z))
        asked = [prediction.output for prediction in e.predictions]
        for i, output in enumerate(asked):  # it stays what it was, whatever is likeliest now
            one = explain(network, other, Z[i], output=output, of=of, baseline=baseline).to_dict()
            assert_alike(by_name([found["predictions"][i]]), by_name(one["predictions"]), CLOSE)


def test_a_page_of_predictions_computes_its_examples(look):
    shown = open_live(look)
    for n, network in enumerate(CASES.values()):
        if network.members > 1:
            continue
        theta, X, _ = example(network)
        record = explain(network, theta, X, of=("score", None)[n % 2]).to_dict()
        assert_alike(parted(ask(shown, record, ALL)), parted(record["examples"]))


def names_of_two() -> Names:
    network = dense(2, (3, "tanh"), (1, "sigmoid"))
    columns = (
        Column("age", (0,), ("41", "29"), np.array([[0.1], [0.1]])),
        Column("bent", (1,), ("7", "8"), np.array([[2.0], [0.5]])),
    )
    return Names.numbered(network, 2, columns=columns, outputs=["yes"])


def test_one_output_for_two_classes_and_an_amount_in_its_own_units(look):
    shown, rng = open_live(look), np.random.default_rng(2)
    two = dense(2, (3, "tanh"), (1, "sigmoid"), cost="binary_cross_entropy")
    amount = Network(2, [Layer(3, "relu"), Layer(1, "identity")], "squared_error", units=OwnUnits(20.0, 5.0))
    for network, classes in ((two, ["no", "yes"]), (amount, None)):
        theta = rng.normal(size=network.layout.size)
        X, Z = np.array([[1.0, -2.0], [-1.0, 2.0]]), np.array([[-1.5, 1.0], [1.5, -1.0]])
        options = {"names": names_of_two(), "classes": classes}
        for Y in (np.ones((2, 1)), None):
            e = explain(network, theta, X, Y, **options)
            found = ask(shown, e.to_dict(), changed_to(e, -theta, Z))["predictions"]
            now = explain(network, -theta, Z, Y, **options)
            if Y is None and classes:
                assert {p.opposite for p in e.predictions} == {True, False}
                asked = [classes[not p.opposite] for p in e.predictions]
                for i, output in enumerate(asked):
                    one = now.prediction(output).of(i).contributions()
                    assert found[i]["output"] == output
                    assert found[i]["value"] == pytest.approx(one.prediction, rel=CLOSE)
                continue
            expected = by_name(now.to_dict()["predictions"])
            for told in (*expected, *by_name(found)):
                for column in told["columns"].values():
                    column["shown"] = None  # of other inputs the page says what it knows
            assert_alike(by_name(found), expected, CLOSE)


# --- in the page --------------------------------------------------------------------------------------------------

_TABLE = """() => Object.fromEntries([...document.querySelectorAll("#waterfall tr[data-term]")].map((row) =>
  [row.dataset.term, Object.fromEntries([...row.querySelectorAll(".num")].map((n) =>
    [n.dataset.name, Number(n.dataset.value)]))]))"""


def check_waterfall(shown, e: Explanation) -> None:
    wait_for(lambda: shown.locator("#waterfall-box[aria-busy]").count() == 0)
    found, told = e.contributions(), shown.evaluate(_TABLE)
    assert told["prediction"]["level"] == pytest.approx(found.prediction, rel=CLOSE)
    for column in found.columns:
        assert told[column.name]["adds"] == pytest.approx(column.value, rel=CLOSE, abs=1e-12)


def iris(Y: bool) -> Explanation:
    network = dense(3, (4, "relu"), (3, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(3)
    X = rng.normal(size=(3, 3))
    return explain(network, network.initial(rng) * 2, X, np.eye(3) if Y else None)


@pytest.mark.parametrize("with_target", [True, False])
def test_the_waterfall_follows_what_is_changed(look, with_target):
    e = iris(with_target)
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    choose(shown, "input:1")
    shown.fill("[data-typed]", "1.25")
    X = e.view.X.copy()
    X[0, 1] = 1.25
    Y = {"Y": e.view.Y} if with_target else {"output": e.predictions[0].output}
    check_waterfall(shown, explain(e.architecture if with_target else network_of(), e.view.theta, X, **Y))
    assert "this page came with" not in shown.inner_text("#waterfall")
    shown.click('[data-control="reset"]')
    check_waterfall(shown, e)


def network_of() -> Network:
    return dense(3, (4, "relu"), (3, "softmax"), cost="cross_entropy")


def test_a_page_of_predictions_is_moved_by_hand(look):
    e = iris(False)
    shown = look(page(e.to_dict()), at="#example=1&choice=input:2")
    network, output = network_of(), e.predictions[1].output
    assert panel(shown)["of"] == {"kind": "input", "k": "2"}
    before = e.of(1).contributions().prediction
    slope = e.of(1).input("x2").value
    shown.fill("[data-typed]", "0.5")
    X = e.view.X.copy()
    X[1, 2] = 0.5
    after = float(network.predict(e.view.theta, X)[1, output])
    nudge = said(shown, "#nudge")
    assert nudge["slope"] == pytest.approx(slope, rel=1e-8)
    assert nudge["change"] == pytest.approx(after - before, rel=1e-8)
    moved = explain(network, e.view.theta, X, output=output).of(1)
    check_everything_of(shown, moved)
    look_up(shown, 2, 1, 0)
    shown.fill("[data-typed]", "-0.75")
    theta = e.view.theta.copy()
    network.layout.w(theta, 2)[1, 0] = -0.75
    check_everything_of(shown, explain(network, theta, X, output=output).of(1))
    for words in ("C₀", "the cost", "optimizer", "target is"):
        assert words not in shown.inner_text("main")
    choose(shown, "neuron:2:1")
    assert each(shown, "#nudge [data-typed]", "n.dataset.typed") == ["b:2:1:-1"]  # there is no target
    assert not shown.is_visible('[data-control="take-step"]')
    assert not shown.is_visible("#learn")
    shown.click('[data-control="undo"]')
    shown.click('[data-control="undo"]')
    check_everything_of(shown, e.of(1))


def check_everything_of(shown, e: Explanation) -> None:
    """Of one example in focus; facts have no cost."""
    activations, gradient = shown.evaluate(DRAWN)
    for at, value in activations:
        layer, n = map(int, at.split(":"))
        assert value == pytest.approx(e.a(layer)[n], rel=1e-8, abs=1e-12)
    for at, value in gradient:
        layer, j, k = map(int, at.split(":"))
        true = (e.bias(layer, j) if k < 0 else e.weight(layer, j, k)).value
        assert value == pytest.approx(true, rel=1e-8, abs=1e-11)
