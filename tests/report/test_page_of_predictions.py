"""The waterfall of every page, and the page of rows without a target: numbers, words, what is not there."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from report.page_reader import panel, press

from glassprop import CategoryEmbedding, Layer, Network
from glassprop.insight.explanation import explain
from glassprop.insight.names import Column, Names
from glassprop.report.page import page

_TABLE = """() => Object.fromEntries([...document.querySelectorAll("#waterfall tr[data-term]")].map((row) =>
  [row.dataset.term, Object.fromEntries([...row.querySelectorAll(".num")].map((n) =>
    [n.dataset.name, Number(n.dataset.value)]))]))"""
_BARS = """() => [...document.querySelectorAll("#waterfall tr[data-term] rect")].map((bar) =>
  ["x", "width"].map((name) => Number(bar.getAttribute(name))).concat(bar.classList.contains("minus") ? -1 : 1))"""


@pytest.fixture
def network():
    layers = [CategoryEmbedding([1], [3], 2), Layer(4, "tanh"), Layer(3, "softmax")]
    network = Network(3, layers, cost="cross_entropy")
    return network, network.initial(np.random.default_rng(4)) * 1.5


@pytest.fixture
def X():
    return np.array([[0.4, 2.0, -1.0], [1.0, 0.0, 0.7]])


def names(network, n):
    shown = tuple(f"cell {i}" for i in range(n))
    columns = (
        Column("the cost of C₀", (0, 2), shown=shown, slopes=np.array([[2.0, 0.5]] * n)),
        Column("<b>kind</b>", (1,), shown=shown, categories=("a", "b", "c")),
    )
    return Names.numbered(network, n, inputs=["u", "code", "v"], columns=columns, outputs=["no", "yes", "both"])


def test_the_waterfall_is_that_of_the_explanation(look, network, X):
    net, theta = network
    for with_target in (True, False):
        Y = {"Y": np.eye(3)[[0, 1]]} if with_target else {}
        e = explain(net, theta, X, names=names(net, 2), **Y)
        shown = look(page(e.to_dict()))
        for i in range(2):
            shown.select_option("#example", str(i))
            if shown.get_attribute('[data-control="last"]', "aria-disabled") != "true":
                press(shown, '[data-control="last"]')
            found, told = e.of(i).contributions(), shown.evaluate(_TABLE)
            expected = {column.name: column.value for column in found.columns}
            assert set(told) == {"baseline", *expected, "rest", "prediction"}
            level = found.baseline
            assert told["baseline"]["level"] == pytest.approx(level, rel=1e-8)
            for name, value in expected.items():
                level += value
                assert told[name]["adds"] == pytest.approx(value, rel=1e-8)
                assert told[name]["level"] == pytest.approx(level, rel=1e-7)
            assert told["prediction"]["level"] == pytest.approx(found.prediction, rel=1e-8)
            moved = told["the cost of C₀"]["derivative"]
            p = found.prediction
            nudged = X[i : i + 1] + 1e-6 * np.array([2.0, 0.0, 0.5])
            output = e.of(i).prediction().predictions[i].output if with_target else e.predictions[i].output
            assert moved == pytest.approx((net.predict(theta, nudged)[0, output] - p) / 1e-6, rel=1e-4)
            assert "cell" in shown.inner_text("#waterfall")


def test_bars_go_from_where_the_step_before_has_left_it(look, network, X):
    net, theta = network
    e = explain(net, theta, X, names=names(net, 2))
    shown = look(page(e.to_dict()))
    bars, told = shown.evaluate(_BARS), shown.evaluate(_TABLE)
    levels = [0.0, *(row["level"] for row in told.values())]
    low, high = min(0, *levels), max(levels)
    spans = [*pairwise(levels[:-1]), (0.0, levels[-1])]
    for (x, width, sign), (before, after) in zip(bars, spans, strict=True):
        left, right = sorted((160 * (before - low) / (high - low), 160 * (after - low) / (high - low)))
        assert x == pytest.approx(left, abs=1e-3)
        assert width == pytest.approx(max(1, right - left), abs=1e-3)
        assert sign == (-1 if after < before else 1)


def test_without_a_target_there_is_no_cost(look, network, X):
    net, theta = network
    e = explain(net, theta, X, names=names(net, 2))
    shown = look(page(e.to_dict()))
    assert "no cost" in shown.inner_text("#asked-note")
    assert not shown.is_visible(".target")
    ours = "the cost of C₀", "<b>kind</b>"
    while True:
        text = shown.inner_text("main")
        for name in ours:
            text = text.replace(name, "")
        assert "C₀" not in text
        assert not re.search(r"[Tt]he cost\b|Update, and again|optimizer", text), re.findall(r".*[Tt]he cost.*", text)
        if shown.get_attribute('[data-control="next"]', "aria-disabled") == "true":
            break
        shown.click('[data-control="next"]')
    shown.check('#colors [value="gradient"]')
    assert "∂ŷ/∂w" in shown.inner_text("#legend")
    assert "C₀" not in shown.inner_text("#legend")
    labels = shown.evaluate(
        "() => [...document.querySelectorAll('[aria-label],title')].map((n) => "
        "n.getAttribute('aria-label') ?? n.textContent).join('|')"
    )
    assert "C₀" not in labels
    assert shown.evaluate("() => document.getElementById('facts').textContent").count("C₀") == 0
    assert "<b>kind</b>" in shown.inner_text("#waterfall")


def test_derivatives_of_weights_are_those_of_the_prediction(look, network, X):
    net, theta = network
    e = explain(net, theta, X, names=names(net, 2))
    shown = look(page(e.to_dict(), opens=(2, 1, 3)))
    told = panel(shown)
    place = net.layout.block(2, "w").start + 1 * net.sizes[1] + 3
    up, down = theta.copy(), theta.copy()
    up[place] += 1e-6
    down[place] -= 1e-6
    output = e.predictions[0].output
    expected = (net.predict(up, X)[0, output] - net.predict(down, X)[0, output]) / 2e-6
    assert told["of"] == {"kind": "weight", "l": "2", "j": "1", "k": "3"}
    assert told["named"]["value"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("opens", "of"),
    [
        ((2, 0, None), {"kind": "weight", "l": "2", "j": "0", "k": "-1"}),
        ((3, 2, 1), {"kind": "weight", "l": "3", "j": "2", "k": "1"}),
        ("the cost of C₀", {"kind": "column", "number": "0"}),
        ("v", {"kind": "input", "k": "2"}),
    ],
)
def test_a_page_opens_with_what_was_chosen_unless_its_address_says_more(look, network, X, opens, of):
    net, theta = network
    document = page(net.explain(theta, X, np.eye(3)[[0, 1]], names=names(net, 2)).to_dict(), opens=opens)
    assert panel(look(document))["of"] == of
    assert panel(look(document, at="#example=1"))["of"]["kind"] == "all"


def test_rows_are_left_out_of_the_waterfall(network, X):
    net, theta = network
    e = explain(net, theta, X, names=names(net, 2))
    for document in (page(e.to_dict(rows=False), rows=False), page(e.to_dict(), rows=False)):
        assert "cell 0" not in document


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_it_fits(look, network, X, width):
    net, theta = network
    shown = look(page(explain(net, theta, X, names=names(net, 2)).to_dict()), width=width)
    assert shown.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
