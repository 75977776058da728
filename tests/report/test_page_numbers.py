"""Every number of the explanation page against the explanation it was made from, in Chromium."""

from math import isnan

import numpy as np
import pytest
from report.page_cases import NETWORKS, OPTIMIZERS, explained, from_table
from report.page_reader import choose, each, look_up, panel, press

from glassprop import Layer, Network
from glassprop.insight.explanation import explain
from glassprop.report.page import page


def close(shown, true, scale=0.0):
    """To the nine digits that the page holds; of a sum, relative to its largest term."""
    if true is None or isnan(true) or np.isinf(true):
        return shown is None
    return shown is not None and abs(shown - true) <= 2e-8 * max(abs(true), scale) + 1e-300


def check_sum(rows, terms, total, rest=0.0):
    """A table of terms (n, one, other) against what they are."""
    scale = max([abs(one * other) for _, one, other in terms] + [abs(total)])
    for n, one, other in terms:
        row = rows[str(n)]
        assert close(row["one"], one)
        assert close(row["other"], other)
        assert close(row["product"], one * other)
    assert close(rows["total"]["product"], total, scale)
    summed = sum(row["product"] for term, row in rows.items() if term != "total")
    assert close(summed, total, 10 * scale)
    if rest:
        assert close(rows["rest"]["product"], rest, scale)


def check_chain(found, e, layer, j):
    """The sum that ∂C₀/∂a came from, the column of the Jacobian, the collapse."""
    depth, view, i = e.architecture.depth, e.view, e.focus
    if layer < depth and "by_a" in found["tables"]:
        W, delta = view.w(layer + 1, i), view.deltas[layer + 1][i]
        terms = [(m, W[m, j], delta[m]) for m in range(len(delta)) if view.joins(layer + 1)[m, j]]
        check_sum(found["tables"]["by_a"], terms, e.by_a(layer)[j])
    if layer and not e.architecture.layer(layer).activation.elementwise:
        J, by_a = e.jacobian(layer), e.by_a(layer)
        check_sum(found["tables"]["column"], [(m, by_a[m], J[m, j]) for m in range(len(by_a))], e.delta(layer)[j])
    collapses = layer == depth and view.collapses
    assert ("collapses to a difference" in found["text"]) == collapses
    if layer == depth:
        assert close(found["named"]["y"], e.view.Y[i, j])


def check_weight(found, e, layer, j, k):
    """The panel of a weight or bias."""
    d = e.bias(layer, j) if k is None else e.weight(layer, j, k)
    factors = {row: numbers[row] for row, numbers in found["tables"]["factors"].items()}
    assert len(factors) == len(d.factors)
    for shown, true in zip(factors.values(), d.factors.values(), strict=True):
        assert close(shown, true)
    assert close(np.prod(list(factors.values())), d.value, abs(d.value) * 3)
    assert close(found["named"]["value"], d.value)
    assert close(found["named"]["parameter"], e.view.b(layer)[j] if k is None else e.view.w(layer, e.focus)[j, k])
    if not d.kink:
        assert close(found["named"]["difference"], d.by_difference, abs(d.by_difference) + 1e-9)
    check_chain(found, e, layer, j)
    pulls = e.examples(layer, j, k)
    rows = found["tables"]["batch"]
    for i, value in enumerate(pulls.values):
        assert close(rows[str(i)]["value"], value)
    assert close(rows["average"]["average"], pulls.average, max(map(abs, pulls.values)))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_weight_and_bias_shows_the_numbers_of_the_explanation(look, name):
    e = explained(name)
    shown = look(page(e.to_dict()))
    for layer in range(1, e.architecture.depth + 1):
        n, m = e.architecture.sizes[layer], e.architecture.sizes[layer - 1]
        for j, k in {(0, 0), (n - 1, m - 1), (n // 2, 0), (n - 1, None)}:
            if not (e.view.has_biases(layer) if k is None else e.view.joins(layer)[j, k]):
                continue
            check_weight(look_up(shown, layer, j, k), e, layer, j, k)
    shown.select_option("#example", "2")
    check_weight(look_up(shown, 1, 0, 0), e.of(2), 1, 0, 0)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_neuron_shows_its_sum_and_its_error(look, name):
    e = explained(name).of(0)
    shown = look(page(e.to_dict()))
    for layer in range(1, e.architecture.depth + 1):
        for j in range(e.architecture.sizes[layer]):
            found = choose(shown, f"neuron:{layer}:{j}")
            assert (found["of"]["kind"], found["of"]["l"], found["of"]["j"]) == ("neuron", str(layer), str(j))
            W, a = e.view.w(layer, e.focus), e.a(layer - 1)
            terms = [(k, W[j, k], a[k]) for k in range(len(a)) if e.view.joins(layer)[j, k]]
            check_sum(found["tables"]["z"], terms, e.z(layer)[j])
            if e.view.has_biases(layer):
                assert close(found["tables"]["z"]["bias"]["product"], e.view.b(layer)[j])
            for number, true in (("z", e.z(layer)[j]), ("a", e.a(layer)[j]), ("delta", e.delta(layer)[j])):
                assert close(found["named"][number], true)
            check_chain(found, e, layer, j)
            for k, row in found["tables"]["weights"].items():
                true = e.bias(layer, j).value if k == "-1" else e.weight(layer, j, int(k)).value
                assert close(row["value"], true)


def test_inputs_and_columns_are_told_in_the_terms_of_the_table(look):
    e = from_table()
    shown = look(page(e.to_dict()))
    for i in (0, 2):
        shown.select_option("#example", str(i))
        now = e.of(i)
        for k in range(5):
            found = choose(shown, f"input:{k}")
            assert close(found["named"]["x"], now.a(0)[k])
            assert close(found["named"]["difference"], now.by_a(0)[k], 1e-3)
            check_chain(found, now, 0, k)
        for number, name in enumerate(("age", "charges monthly")):
            choose(shown, f"input:{number}")
            found, true = choose(shown, f"column:{number}"), now.input(name)
            assert found["of"] == {"kind": "column", "number": str(number)}
            row = found["tables"]["column"][str(number)]
            assert close(row["by_x"], true.parts[0].by_x)
            assert close(row["by_column"], true.parts[0].by_column)
            assert close(row["product"], true.value)
            assert close(found["named"]["value"], true.value)
            assert f"In the table stands {true.shown}." in found["text"]
        found = choose(shown, "input:3")
        assert "In the table stands " + ("monthly" if i == 0 else "two years") in found["text"]
        for place, change in enumerate(now.input("contract").switches.values()):
            assert close(found["tables"]["switches"][str(place)].get("switch"), change, 1.0)


@pytest.mark.parametrize(
    ("optimizer", "clip_norm"), [*((name, 0.01) for name in OPTIMIZERS), ("SGD", None), ("Adam", None)]
)
def test_a_step_of_the_optimizer_is_worked_out_as_the_optimizer_does(look, optimizer, clip_norm):
    check_steps(look, explained("sigmoid, squared error", optimizer, clip_norm=clip_norm), clip_norm, (2, 1))


@pytest.mark.parametrize("optimizer", ["Momentum", "AdamW"])
def test_factors_of_rate_and_decay_act_in_a_step(look, optimizer):
    e = explained("kinds", optimizer)
    layers = e.to_dict()["network"]["layers"]
    assert [layer["factors"]["edge"] for layer in layers] == [[1, 0.5], [3, 1], [1, 1]]
    check_steps(look, e, None, (1, 1))


def check_steps(look, e, clip_norm, first):
    shown = look(page(e.to_dict()))
    for layer, j, k in ((1, *first), (2, 0, 2), (2, 1, None)):
        panel = look_up(shown, layer, j, k)
        found, true = panel["tables"], e.step(layer, j, k)
        assert " ".join(true.formula.split()) in panel["text"]
        said = {"data": true.data, "l2": true.l2, "g": true.gradient}
        if clip_norm:
            assert true.clipping < 1
            said["clipping"] = true.clipping
        for name, value in said.items():
            assert close(found["gradient"][name][name], value, abs(true.data) + abs(true.l2))
        for name in true.before:
            row = found["step"][f"after-{name}"]
            assert close(row["before"], true.before[name])
            assert close(row["after"], true.after[name])


def test_a_step_from_memory_that_is_not_finite_is_not_finite(look):
    """null in the record: it must not count as 0."""
    e = explained("one layer", "Momentum")
    e.training.state.vectors[0][1] = np.nan  # of w_01
    record = e.to_dict()
    assert record["training"]["memory"]["v"]["w"][1][0][1] is None
    shown = look(page(record))
    row = look_up(shown, 1, 0, 1)["tables"]["step"]["after-v"]
    assert (row["before"], row["after"]) == (None, None)
    row = look_up(shown, 1, 0, 0)["tables"]["step"]["after-v"]
    assert None not in (row["before"], row["after"])


def test_what_is_left_out_stands_in_every_sum_as_one_number(look):
    e = explained("softmax, cross-entropy")
    record = e.to_dict(most_weights=10, most_neurons=2)
    assert record["left_out"] == [2, 3, 2, 1]
    shown = look(page(record))
    assert "2 of the inputs, 3 of the neurons of layer 1" in shown.inner_text("#left-note")
    for layer in (1, 2):
        j = record["shown"][layer][0]
        found = choose(shown, f"neuron:{layer}:{j}")
        W, a, here = e.view.w(layer, e.focus), e.a(layer - 1), record["shown"][layer - 1]
        rest = sum(W[j, k] * a[k] for k in range(len(a)) if k not in here)
        check_sum(found["tables"]["z"], [(k, W[j, k], a[k]) for k in here], e.z(layer)[j], rest)
        W, delta, here = e.view.w(layer + 1, e.focus), e.delta(layer + 1), record["shown"][layer + 1]
        rest = sum(W[m, j] * delta[m] for m in range(len(delta)) if m not in here)
        check_sum(found["tables"]["by_a"], [(m, W[m, j], delta[m]) for m in here], e.by_a(layer)[j], rest)
    out = next(j for j in range(5) if j not in record["shown"][1])
    shown.fill("#find-j", str(out))
    shown.click("#find button")
    assert f"j = {out} is one of the neurons of layer 1 left out of this page" in shown.inner_text("#find-said")
    shown.fill("#find-j", "99")
    shown.click("#find button")
    assert "j = 99: the neurons of layer 1 count from 0 to 4" in shown.inner_text("#find-said")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_walk_shows_each_layer_forward_and_back(look, name):
    e = explained(name)
    depth, shown = e.architecture.depth, look(page(e.to_dict()))
    kinds = ["all", "input", *["forward"] * depth, "cost", *["backward"] * depth, "inputs", "update"]
    layers = iter([*range(1, depth + 1), *range(depth, 0, -1)])
    for step, kind in enumerate(kinds):
        found = panel(shown)
        assert found["of"]["kind"] == kind
        l = next(layers) if kind in ("forward", "backward") else {"input": 0, "inputs": 0}.get(kind, depth)
        columns = {
            "input": {"x": e.a(0)},
            "inputs": {"x": e.a(0), "by_a": e.by_a(0)},
            "forward": {"z": l and e.z(l), "a": e.a(l)},
            "cost": {"a": e.a(l), "y": e.view.Y[0], "by_a": e.by_a(l)},
            "backward": {"by_a": e.by_a(l), "delta": l and e.delta(l)},
        }.get(kind, {})
        if kind == "backward" and not e.architecture.layer(l).activation.elementwise:
            for m, row in enumerate(e.jacobian(l)):
                assert close(found["tables"]["jacobian"][str(m)]["entry"], row[-1])
        for column, true in columns.items():
            rows = found["tables"]["layer"]
            assert len(rows) == len(true)
            assert all(close(rows[str(n)][column], value) for n, value in enumerate(true))
        shown.dispatch_event('[data-control="next"]', "click")  # at the end it says that it is of no use
        assert shown.inner_text("#step-name").startswith(f"{min(step + 2, len(kinds))}/{len(kinds)}")
    press(shown, '[data-control="first"]')
    assert panel(shown)["of"]["kind"] == "all"


@pytest.mark.parametrize("mode", ["weight", "activation", "gradient"])
def test_the_drawing_shows_weights_activations_or_the_gradient(look, mode):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    press(shown, f'input[value="{mode}"]')
    press(shown, '[data-control="last"]')
    dash = "getComputedStyle(n.querySelector('.stroke')).strokeDasharray"
    lines = each(shown, "[data-weight]:not(.bias)", f"[n.dataset.weight, Number(n.dataset.value), {dash}]")
    assert len(lines) == 3 * 4 + 4 * 2
    for at, value, dashes in lines:
        layer, j, k = map(int, at.split(":"))
        w, a = e.view.w(layer, e.focus)[j, k], e.a(layer - 1)[k]
        assert close(value, {"weight": w, "activation": w * a, "gradient": e.weight(layer, j, k).value}[mode])
        assert (dashes != "none") == (value < 0)
    biases = each(shown, ".bias", "[n.dataset.weight, Number(n.dataset.value), n.textContent]")
    assert len(biases) == 4 + 2
    for at, value, _ in biases:
        layer, j, _ = map(int, at.split(":"))
        assert close(value, e.bias(layer, j).value if mode == "gradient" else e.view.b(layer)[j])
    circles = each(shown, "[data-neuron]", "[n.dataset.neuron, Number(n.dataset.value)]")
    assert len(circles) == 3 + 4 + 2
    for at, value in circles:
        layer, j = map(int, at.split(":"))
        back = e.delta(layer)[j] if layer else e.by_a(0)[j]
        assert close(value, back if mode == "gradient" else e.a(layer)[j])


def test_the_charts_hold_gradient_sizes_and_history(look):
    e = explained("softmax, cross-entropy")
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    for i in (0, 1):
        shown.select_option("#example", str(i))
        bars, now = each(shown, "[data-size]", "Number(n.dataset.value)"), e.of(i)
        norms = [np.linalg.norm(np.outer(now.delta(l), [*now.a(l - 1), 1])) for l in (1, 2, 3)]
        assert all(close(bar, norm) for bar, norm in zip(bars, norms, strict=True))
    assert each(shown, "polyline[data-run]", "[n.dataset.run, n.points.length]") == [
        ["cost", 3],
        ["validation_cost", 3],
    ]
    named = each(shown, "#history-box [data-named]", "[n.dataset.named, n.getBBox().y]")
    assert [name for name, _ in named] == ["cost", "validation_cost"]
    top = min(each(shown, "#history-box .grid", "n.getBBox().y"))
    assert max(y for _, y in named) < top, "the names of the curves lie where curves go"
    assert shown.get_attribute("[data-kept]", "data-kept") == "2"
    assert "the weights of epoch 2 were kept" in shown.text_content("#history-box")
    assert "epoch" in shown.text_content("#history-box")


def test_where_an_output_has_rounded_to_0_only_the_collapsed_form_is_shown(look):
    network = Network(1, [Layer(3, "softmax")], "cross_entropy")
    theta = np.array([0.0, 900.0, 1.0, 0, 0, 0])
    e = explain(network, theta, np.array([[1.0]]), np.array([[1.0, 0, 0]]))
    assert not e.view.long_way_holds[0]
    found = look_up(look(page(e.to_dict())), 1, 0, 0)
    assert set(found["tables"]["factors"]) == {"by_w", "delta"}
    assert found["named"]["value"] == -1
    assert "have lost digits" in found["text"]
