"""The drawing tells the walk: what is known at each step, what is lit, terms of the cost, ways of a weight, update."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from report.page_cases import explained, from_table
from report.page_reader import as_number, choose, each, look_up, panel, press
from report.test_page_numbers import close

from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding
from glassprop.backprop.passes import example_costs, forward
from glassprop.optimizer import SGD
from glassprop.report.page import page

DERIVATION = Path(__file__).parents[2] / "docs/derivation.md"
DRAWN = """() => {
  const box = document.querySelector("#network-box");
  const of = (selector, what) => Object.fromEntries([...box.querySelectorAll(selector)].map(what));
  const text = (node, inner) => node.querySelector(inner)?.textContent ?? "";
  return {
    inside: of("[data-neuron]", (n) => [n.dataset.neuron, [n.dataset.value, text(n, ".inside")]]),
    delta: of("[data-neuron]", (n) => [n.dataset.neuron, n.querySelector(".delta")?.dataset.delta ?? ""]),
    cost: document.querySelector("#network-box .cost").dataset.cost,
    y: of("[data-y]", (n) => [n.dataset.y, n.querySelector("text").textContent]),
    terms: of(".to-cost", (n) => [n.dataset.output, n.dataset.value]),
    lines: [...document.querySelectorAll("#network-box .line.summed")].map((n) => n.dataset.weight),
    lit: [...document.querySelectorAll("#network-box .neuron.summed")].map((n) => n.dataset.neuron),
    spot: [...document.querySelectorAll("#network-box .neuron.spot")].map((n) => n.dataset.neuron),
  };
}"""


def embeddings():
    layers = [PeriodicEmbedding([0], n=3, frequencies=4, sigma=0.7), CategoryEmbedding([1], [4], 2)]
    network = Network(3, [*layers, Layer(3, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=(2, 2)), [1, 3]])
    return network.explain(network.initial(rng), X, np.eye(2))


CASES = {
    "2-2-1": lambda: Network(2, [Layer(2, "relu"), Layer(1, "identity")], cost="squared_error").explain(
        [1.0, -1.0, 1.0, 1.0, 0.0, -1.0, 2.0, -1.0, 1.0], [3.0, 1.0], [1.0]
    ),
    "softmax, cross-entropy": lambda: explained("softmax, cross-entropy"),
    "softmax within": lambda: explained("softmax within"),
    "kinds": lambda: explained("kinds"),
    "embeddings": embeddings,
}


def number(text):
    return None if text == "" else float(text)


@pytest.mark.parametrize("name", CASES)
def test_values_appear_when_they_are_computed(look, name):
    e = CASES[name]()
    depth, shown = e.architecture.depth, look(page(e.to_dict()))
    steps = [("all", 0), ("input", 0), *(("forward", l) for l in range(1, depth + 1)), ("cost", depth)]
    steps += [*(("backward", l) for l in range(depth, 0, -1)), ("inputs", 0), ("update", 0)]
    for kind, l in steps:
        assert panel(shown)["of"]["kind"] == kind
        known = l if kind in ("all", "input", "forward") else depth
        back = {"backward": l, "inputs": 0, "update": 0}.get(kind, depth + 1)
        drawn = shown.evaluate(DRAWN)
        for at, (value, text) in drawn["inside"].items():
            layer, n = map(int, at.split(":"))
            assert (text != "") == (value != "") == (layer <= known), (kind, l, at)
            assert value == "" or close(float(value), e.a(layer)[n])
            delta = drawn["delta"][at]
            assert (delta != "") == (layer >= back), (kind, l, at)
            assert delta == "" or close(float(delta), e.delta(layer)[n] if layer else e.by_a(0)[n])
        reached = kind in ("cost", "backward", "inputs", "update")
        assert (drawn["cost"] != "") == reached
        assert all((text != "y") == reached for text in drawn["y"].values())
        assert (shown.locator("#facts [data-name=cost]").count() == 1) == reached
        shown.dispatch_event('[data-control="next"]', "click")


def test_before_the_forward_pass_nothing_tells_what_will_come_out(look):
    e = from_table()
    shown = look(page(e.to_dict()))
    for _ in range(2):
        said = shown.inner_text("body") + " ".join(each(shown, "option", "n.textContent"))
        assert "predicted" not in said
        assert (
            shown.locator("[data-name=cost], [data-name=mean], [data-name=a], [data-name=value], [data-size]").count()
            == 0
        )
        shown.keyboard.press("ArrowRight")
    for _ in range(2):
        shown.keyboard.press("ArrowRight")
    assert "predicted" in shown.inner_text("#facts")


def test_a_class_is_guessed_before_and_told_after(look):
    e = from_table()
    shown = look(page(e.to_dict()))
    best = int(np.argmax(e.a(2)))
    for guess, said in ((best, "You guessed it"), ((best + 1) % 3, "You guessed ")):
        shown.dispatch_event('[data-control="first"]', "click")
        shown.select_option("#guess", str(guess))
        for _ in range(3):
            shown.click('[data-control="next"]')
        assert said in shown.inner_text('[data-part="guessed"]')
        assert close(panel(shown)["named"]["guessed"], e.a(2)[best])


def test_a_number_is_guessed_too(look):
    e = CASES["2-2-1"]()
    shown = look(page(e.to_dict()))
    shown.fill("#guess", "2.5")
    shown.click('[data-control="next"]')
    for _ in range(3):
        shown.click('[data-control="next"]')
    found = panel(shown)["named"]
    assert close(found["guessed"], e.a(2)[0])
    assert close(found["off"], e.a(2)[0] - 2.5)


@pytest.mark.parametrize("name", ["softmax, cross-entropy", "sigmoid, squared error"])
def test_the_cost_shows_its_terms(look, name):
    e = explained(name)
    depth, shown = e.architecture.depth, look(page(e.to_dict()))
    a, y = e.a(depth), e.view.Y[0]
    terms = -y * np.log(a) if "cross" in name else (a - y) ** 2
    for _ in range(depth + 2):
        shown.keyboard.press("ArrowRight")
    rows = panel(shown)["tables"]["terms"]
    drawn = shown.evaluate(DRAWN)["terms"]
    for n, term in enumerate(terms):
        assert abs(rows[str(n)]["term"] - term) < 1e-7
        assert abs(float(drawn[str(n)]) - term) < 1e-7
    assert close(rows["total"]["term"], e.cost)
    shown.keyboard.press("ArrowRight")  # on the way back ∂C₀/∂a stands at the same lines
    assert all(close(float(v), e.by_a(depth)[int(n)]) for n, v in shown.evaluate(DRAWN)["terms"].items())


def test_what_is_being_summed_is_lit(look):
    e = explained("softmax, cross-entropy")
    shown = look(page(e.to_dict()))
    sizes, depth = e.architecture.sizes, 3
    for _ in range(2):
        shown.keyboard.press("ArrowRight")
    for l in range(1, depth + 1):
        drawn = shown.evaluate(DRAWN)
        (spot,) = drawn["spot"]
        j = int(spot.split(":")[1])
        assert spot.startswith(f"{l}:")
        assert set(drawn["lines"]) == {f"{l}:{j}:{k}" for k in range(-1, sizes[l - 1])}
        assert set(drawn["lit"]) == {f"{l - 1}:{k}" for k in range(sizes[l - 1])}
        assert panel(shown)["tables"]["z"]["total"]
        shown.keyboard.press("ArrowRight")
    for l in range(depth, 0, -1):  # from the cost on
        shown.keyboard.press("ArrowRight")
        drawn = shown.evaluate(DRAWN)
        j = int(drawn["spot"][0].split(":")[1])
        after = sizes[l + 1] if l < depth else 0
        assert set(drawn["lines"]) == {f"{l + 1}:{i}:{j}" for i in range(after)}
        assert set(drawn["lit"]) == {f"{l + 1}:{i}" for i in range(after)}
        if l < depth:
            assert set(panel(shown)["tables"]["by_a"]) == {*map(str, range(after)), "total"}


@pytest.mark.parametrize("name", ["softmax, cross-entropy", "softmax within", "kinds", "embeddings"])
def test_a_chosen_weight_lights_its_ways_the_largest_first(look, name):
    e = CASES[name]()
    shown = look(page(e.to_dict()))
    layer = {"embeddings": 3, "kinds": 2}.get(name, 1)
    found = look_up(shown, layer, 1, 0)["tables"]["ways"]
    into = e.a(layer - 1)[0]
    best = sorted((p for p in ways(e, layer, 1) if p), key=abs, reverse=True)[: len(found)]
    assert len(found) == min(5, len(ways(e, layer, 1)))
    for i, product in enumerate(best):
        assert close(found[str(i)]["product"], product * into, abs(best[0] * into))
    ranks = dict(each(shown, "#network-box [data-way]", "[n.dataset.weight, Number(n.dataset.way)]"))
    assert ranks
    assert 1 in ranks.values()
    assert all(int(at.split(":")[0]) > layer for at in ranks)


def ways(e, layer, j):
    """The products of all ways from z of a neuron, by enumeration, that end at z of the last layer."""
    view, depth, i = e.view, e.architecture.depth, e.focus

    def from_z(l, n):
        if l == depth:
            return [e.delta(l)[n]]
        J = e.jacobian(l)[:, n]
        return [J[m] * rest for m in range(len(J)) if J[m] for rest in from_a(l, m)]

    def from_a(l, m):
        if l == depth:
            return [e.by_a(l)[m]]
        w = view.w(l + 1, i)[:, m]
        found = [w[n] * rest for n in range(len(w)) if w[n] for rest in from_z(l + 1, n)]
        return found + (from_a(l + 1, m) if e.architecture.layer(l + 1).residual else [])

    return from_z(layer, j)


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_the_last_step_is_the_update_with_the_cost_before_and_after(look, optimizer):
    e = explained("sigmoid, squared error", optimizer, clip_norm=0.05)
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    found = panel(shown)
    assert found["of"]["kind"] == "update"
    theta = e.view.theta.copy()
    for block in e.architecture.layout.blocks:  # parameter by parameter
        for at in np.ndindex(block.shape):
            k = at[1] if block.name == "w" else None
            theta[block.start + np.ravel_multi_index(at, block.shape)] = e.step(block.layer, at[0], k).after["w"]
    costs = example_costs(e.architecture, forward(e.architecture, theta, e.view.X), e.view.Y)
    rows = found["tables"]["costs"]
    assert close(rows["example"]["before"], e.cost)
    assert close(rows["example"]["after"], costs[0])
    assert close(rows["all"]["before"], e.view.costs.mean())
    assert close(rows["all"]["after"], costs.mean())
    moved = found["tables"]["moved"]["0"]
    assert close(abs(moved["to"] - moved["from"]), np.abs(theta - e.view.theta).max(), 1.0)


def test_without_an_optimizer_the_update_is_plain_gradient_descent(look):
    e = CASES["2-2-1"]()
    record = e.to_dict()
    network = Network(2, [Layer(2, "relu"), Layer(1, "identity")], cost="squared_error")
    theta = e.view.theta.copy()
    gradient = network.gradient(theta, e.view.X, e.view.Y)
    SGD().step(theta, gradient, SGD().start(theta), record["update"]["rate"], np.zeros(theta.size))
    assert record["update"]["assumed"]
    assert np.isclose(record["update"]["after"], network.cost(theta, e.view.X, e.view.Y))
    shown = look(page(record))
    press(shown, '[data-control="last"]')
    assert "came without an optimizer" in shown.inner_text("#panel")
    assert close(panel(shown)["tables"]["costs"]["example"]["after"], record["update"]["after"])


def test_every_panel_names_an_equation_and_links_to_it(look):
    text = DERIVATION.read_text(encoding="utf-8")
    e = explained("kinds")
    shown = look(page(e.to_dict()), at="#example=1")
    named = set()
    for _ in range(2 * e.architecture.depth + 5):
        here = each(shown, "#panel [data-equation]", "n.dataset.equation")
        assert here, panel(shown)["of"]
        named |= set(here)
        shown.keyboard.press("ArrowRight")
    for what in ("neuron:1:0", "neuron:3:1", "input:0"):
        choose(shown, what)
        named |= set(each(shown, "#panel [data-equation]", "n.dataset.equation"))
    look_up(shown, 3, 0, 0)
    address = shown.url
    link = shown.locator("#panel [data-equation=E16]").first
    link.click()
    assert shown.locator("#E16").is_visible()
    assert shown.evaluate("document.activeElement.id") == "E16"
    assert shown.url == address  # it holds what is shown
    assert {"E4", "E14", "E15", "E16", "E26", "E29", "E33"} <= named
    entries = set(each(shown, ".equation", "n.id"))
    assert named <= entries
    assert all(f"**{name}.**" in text for name in entries)


# --- what the drawing says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "line", "bias", "circle", "entry"),
    [
        ("weight", "weight w from x0 to neuron 1 of layer 1", "bias b of", "activation a", "value x"),
        ("activation", "w a, what flows from x0 to neuron 1 of layer 1", "bias b of", "activation a", "value x"),
        (
            "gradient",
            "derivative ∂C₀/∂w by the weight from x0 to",
            "derivative ∂C₀/∂b by the bias",
            "error δ",
            "derivative ∂C₀/∂x",
        ),
    ],
)
def test_labels_say_what_they_show_in_each_view(look, mode, line, bias, circle, entry):
    e = explained("softmax, cross-entropy")
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    press(shown, f'input[value="{mode}"]')

    def said(selector):
        node = shown.locator(f"#network-box {selector}").first
        label = node.get_attribute("aria-label")
        assert label == node.locator("title").text_content()
        value = float(node.get_attribute("data-value"))
        return label, value

    for selector, words in (
        ('[data-weight="1:1:0"]', line), ('[data-weight="1:1:-1"]', bias),
        ('[data-neuron="1:1"]', f"neuron 1 of layer 1: {circle}"), ('[data-neuron="0:0"]', f"input x0: {entry}"),
    ):  # fmt: skip
        label, value = said(selector)
        assert words in label
        told = as_number(
            re.search(
                r"[-−\d.]+(·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?",
                label.split(": ")[1].split(" ")[-1 if "neuron" not in selector else 2].rstrip(","),
            )[0]
        )
        assert abs(told - value) <= 1e-3 * abs(value), (label, value)


def test_numbers_keep_significant_digits_however_small(look):
    network = Network(3, [Layer(4, "tanh"), Layer(2, "identity")], cost="half_squared_error")
    rng = np.random.default_rng(5)
    theta = network.initial(rng)
    x = rng.normal(size=3)
    for scale in (1e-3, 1e-6, 1e-12, 1e5):  # a fitted row: what is left of the error is this small
        y = network.predict(theta, x[None]) + scale * rng.normal(size=(1, 2))
        shown = look(page(network.explain(theta, x, y[0]).to_dict()))
        press(shown, '[data-control="last"]')
        press(shown, 'input[value="gradient"]')
        for value, text in each(
            shown, "#network-box [data-neuron]", "[Number(n.dataset.value), n.querySelector('.inside').textContent]"
        ):
            assert abs(as_number(text) - value) <= 0.051 * abs(value), (text, value)
