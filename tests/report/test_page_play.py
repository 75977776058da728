"""What people do with the live page: change a number, take steps, play, go back; beside Python doing the same."""

import re

import numpy as np
import pytest
from report.page_cases import explained, from_table
from report.page_reader import choose, each, look_up, panel, press
from waiting import wait_for

from glassprop import Layer, Network
from glassprop.insight.explanation import Explanation, explain
from glassprop.report.page import page

STEP, PLAY, UNDO = ('[data-control="take-step"]', '[data-control="play"]', '[data-control="undo"]')
RESET, UNTRAINED = ('[data-control="reset"]', '[data-control="untrained"]')


def xor(hidden: int = 3) -> Explanation:
    """Four rows, two inputs, weights that have learned nothing, and no optimizer: plain gradient descent."""
    network = Network(2, [Layer(hidden, "tanh"), Layer(1, "sigmoid")], "half_squared_error")
    X, Y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    return explain(network, network.initial(np.random.default_rng(5)), X, Y)


def opened(look, e: Explanation, **options):
    """The page at the last step of the walk, where all is known."""
    shown = look(page(e.to_dict()), **options)
    press(shown, '[data-control="last"]')
    return shown


def again(e: Explanation, **changed: np.ndarray) -> Explanation:
    """The same with other parameters, inputs or targets."""
    given = {"theta": e.view.theta, "X": e.view.X, "Y": e.view.Y} | changed
    return explain(e.architecture, given["theta"], given["X"], given["Y"], training=e.training)


def with_weight(e: Explanation, layer: int, j: int, k: int, value: float) -> Explanation:
    """The same with another weight, or bias (k = -1)."""
    theta = e.view.theta.copy()
    blocks = e.architecture.layout.of_layer(theta, layer)
    if k < 0:
        blocks["b"][j] = value
    else:
        blocks["w"][j, k] = value
    return again(e, theta=theta)


def close(shown, true, scale=1e-12):
    """Equal to the digits that a sum of such terms has, which is more than the page shows."""
    return abs(shown - true) <= 1e-9 * max(abs(true), scale)


def said(shown, box: str) -> dict[str, float]:
    """The numbers in a part of the page, by name."""
    return dict(each(shown, f"{box} .num", "[n.dataset.name, Number(n.dataset.value)]"))


def mean_cost(e: Explanation) -> float:
    return float(e.view.costs.mean())


def descended(e: Explanation, steps: int, rate: float) -> Explanation:
    """After so many steps downhill on all rows."""
    theta = e.view.theta.copy()
    network = e.architecture
    for _ in range(steps):
        theta -= rate * Network.gradient(network, theta, e.view.X, e.view.Y)
    return again(e, theta=theta)


# what the drawing holds in two of its views
DRAWN = """() => ["activation", "gradient"].map((view) => {
  document.querySelector(`input[value="${view}"]`).click();
  const of = (n) => n.dataset[view === "gradient" ? "weight" : "neuron"];
  return [...document.querySelectorAll(view === "gradient" ? "[data-weight]" : "[data-neuron]")]
    .map((n) => [of(n), Number(n.dataset.value)]);
})"""


def check_everything(shown, e: Explanation) -> None:
    """The drawing, the panel of every step, and C₀: of today's numbers."""
    activations, gradient = shown.evaluate(DRAWN)
    for at, value in activations:
        layer, n = map(int, at.split(":"))
        assert close(value, e.a(layer)[n])
    for at, value in gradient:
        layer, j, k = map(int, at.split(":"))
        assert close(value, (e.bias(layer, j) if k < 0 else e.weight(layer, j, k)).value, 1e-3)
    assert close(said(shown, "#facts")["cost"], e.cost)


# --- nudges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "j", "k"), [(1, 2, 1), (2, 0, 3), (3, 1, None)])
def test_a_weight_or_bias_that_is_typed_is_followed_by_all(look, layer, j, k):
    e = explained("softmax, cross-entropy")
    shown = opened(look, e)
    before = look_up(shown, layer, j, k)["named"]
    shown.fill("[data-typed]", "0.75")
    moved = with_weight(e, layer, j, -1 if k is None else k, 0.75)
    check_everything(shown, moved)
    nudge = said(shown, "#nudge")
    derivative = (e.bias(layer, j) if k is None else e.weight(layer, j, k)).value
    assert close(nudge["slope"], derivative)
    assert close(nudge["nudge"], 0.75 - before["parameter"], 1.0)
    assert close(nudge["first"], derivative * (0.75 - before["parameter"]), 1.0)
    assert close(nudge["change"], moved.cost - e.cost, 1.0)
    assert close(nudge["gap"], nudge["change"] - nudge["first"], 1.0)
    now = panel(shown)["named"]
    assert close(now["parameter"], 0.75)
    true = (moved.bias(layer, j) if k is None else moved.weight(layer, j, k)).value
    assert close(now["value"], true)
    shown.click("[data-put-back]")
    assert close(said(shown, "#facts")["cost"], e.cost)


def test_an_input_and_a_target_can_be_changed_too(look):
    e = explained("sigmoid, squared error")
    shown = opened(look, e)
    choose(shown, "input:1")
    shown.fill('[data-typed="x:1"]', "-0.4")
    X = e.view.X.copy()
    X[0, 1] = -0.4
    moved = again(e, X=X)
    check_everything(shown, moved)
    assert close(said(shown, "#nudge")["slope"], e.by_a(0)[1])
    choose(shown, "neuron:2:1")
    shown.fill('[data-typed="y:1"]', "0.25")
    Y = e.view.Y.copy()
    Y[0, 1] = 0.25
    final = again(e, X=X, Y=Y)
    check_everything(shown, final)
    found = said(shown, "#nudge")
    by_y = -2 * (moved.a(2)[1] - e.view.Y[0, 1])  # of Σ (a - y)²
    assert abs(found["slope"] - by_y) < 1e-9
    assert close(found["change"], final.cost - moved.cost, 1.0)
    shown.fill('[data-typed="b:2:1:-1"]', "1")  # both at once: what the derivatives say together
    both = with_weight(final, 2, 1, -1, 1.0)
    together = said(shown, "#nudge p")
    assert close(together["change"], both.cost - moved.cost, 1.0)
    slope_of_bias = moved.bias(2, 1).value * (1 - e.view.b(2)[1])
    assert abs(together["first"] - (slope_of_bias + by_y * (0.25 - e.view.Y[0, 1]))) < 1e-9


def test_a_slider_moves_a_weight_by_mouse_and_by_keyboard(look):
    e = explained("sigmoid, squared error")
    shown = opened(look, e)
    look_up(shown, 2, 0, 1)
    shown.locator("[data-nudge]").scroll_into_view_if_needed()
    box = shown.locator("[data-nudge]").bounding_box()
    middle = box["y"] + box["height"] / 2
    shown.mouse.move(box["x"] + box["width"] / 2, middle)
    shown.mouse.down()
    for share in (0.55, 0.7, 0.8):
        shown.mouse.move(box["x"] + box["width"] * share, middle)
    shown.mouse.up()
    now = panel(shown)["named"]["parameter"]
    assert now > e.view.w(2, 0)[0, 1] + 0.5
    check_everything(shown, with_weight(e, 2, 0, 1, now))
    shown.focus("[data-nudge]")
    shown.keyboard.press("ArrowLeft")
    assert shown.evaluate("document.activeElement.dataset.nudge") == "w:2:0:1"
    less = panel(shown)["named"]["parameter"]
    assert less < now
    check_everything(shown, with_weight(e, 2, 0, 1, less))
    shown.click(UNDO)  # a drag and what follows on the same number is one deed
    check_everything(shown, e)


def test_a_line_and_a_circle_of_the_drawing_can_be_dragged(look):
    e = explained("sigmoid, squared error")
    shown = opened(look, e)
    shown.locator("#network-box").scroll_into_view_if_needed()
    circle = shown.locator('[data-neuron="0:2"] .fill').bounding_box()
    x, y = circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2
    shown.mouse.move(x, y)
    shown.mouse.down()
    shown.mouse.move(x, y - 10)
    shown.mouse.move(x, y - 40)
    shown.mouse.up()
    found = panel(shown)
    assert found["of"] == {"kind": "input", "k": "2"}
    assert found["named"]["x"] > e.a(0)[2] + 0.05
    X = e.view.X.copy()
    X[0, 2] = found["named"]["x"]
    check_everything(shown, again(e, X=X))


def test_what_is_no_number_changes_nothing(look):
    e = explained("one layer")
    shown = opened(look, e)
    look_up(shown, 1, 0, 0)
    for text in ("", "1e999", "0.5"):
        shown.fill("[data-typed]", text)
    assert close(panel(shown)["named"]["parameter"], 0.5)
    shown.fill("[data-typed]", "")
    assert close(panel(shown)["named"]["parameter"], 0.5)


def test_a_switch_of_category_shows_the_true_change_beside_the_first_order(look):
    e = from_table()
    shown = opened(look, e)
    choose(shown, "input:3")
    found = panel(shown)["of"]
    assert found["kind"] == "input"
    rows = each(
        shown,
        "#nudge tr[data-term]",
        "Object.fromEntries([...n.querySelectorAll('.num')].map((m) => [m.dataset.name, Number(m.dataset.value)]))",
    )
    switches, by_x = e.input("contract").switches, e.by_a(0)[2:]
    for n, (row, name) in enumerate(zip(rows, ("monthly", "yearly", "two years"), strict=True)):
        X = e.view.X.copy()
        X[0, 2:] = np.eye(3)[n]
        assert close(row["change"], switches[name], 1.0)
        assert close(row["change"], again(e, X=X).cost - e.cost, 1.0)
        assert close(row["first"], by_x @ (np.eye(3)[n] - e.view.X[0, 2:]), 1.0)
        assert close(row["gap"], row["change"] - row["first"], 1.0)
    shown.click('[data-switch="1"]')
    X = e.view.X.copy()
    X[0, 2:] = [0, 1, 0]
    assert close(said(shown, "#facts")["cost"], again(e, X=X).cost)
    assert shown.get_attribute('[data-switch="1"]', "aria-pressed") == "true"
    assert shown.evaluate("document.activeElement.dataset.switch") == "1"


# --- steps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_a_step_moves_as_the_optimizer_does(look, optimizer):
    e = explained("sigmoid, squared error", optimizer)
    shown = opened(look, e)
    shown.click(STEP)
    moved = {
        at: {name: float(value) for name, value in numbers}
        for at, numbers in each(
            shown,
            "#moved-box tr[data-term]",
            "[n.dataset.term, [...n.querySelectorAll('.num')].map((m) => [m.dataset.name, m.dataset.value])]",
        )
    }
    every = [(l, j, k) for l in (1, 2) for j in range((4, 2)[l - 1]) for k in (-1, *range((3, 4)[l - 1]))]
    true = {(l, j, k): e.step(l, j, None if k < 0 else k) for l, j, k in every}
    largest = sorted(every, key=lambda at: -abs(true[at].change))[:5]
    assert {tuple(map(int, at.split(":"))) for at in moved} == set(largest)
    for at, row in moved.items():
        step = true[tuple(map(int, at.split(":")))]
        assert close(row["from"], step.before["w"])
        assert close(row["to"], step.after["w"])
    theta = e.view.theta.copy()
    for (l, j, k), step in true.items():
        block = e.architecture.layout.of_layer(theta, l)
        if k < 0:
            block["b"][j] = step.after["w"]
        else:
            block["w"][j, k] = step.after["w"]
    after = again(e, theta=theta)
    step_said = said(shown, "#step-said")
    assert close(step_said["before"], mean_cost(e))
    assert close(step_said["after"], mean_cost(after))
    check_everything(shown, after)


def test_the_rate_is_chosen_by_slider_and_typed(look):
    e = xor()
    shown = opened(look, e)
    trained = float(shown.input_value("#rate-typed"))
    shown.fill("#rate-typed", "2")
    shown.click(STEP)
    check_everything(shown, descended(e, 1, 2.0))
    assert float(shown.input_value("#rate")) == pytest.approx(np.log10(2 / trained), abs=0.03)
    shown.focus("#rate")
    shown.keyboard.press("Home")
    assert float(shown.input_value("#rate-typed")) == pytest.approx(trained / 1000)
    shown.click('[data-control="rate-trained"]')
    assert float(shown.input_value("#rate-typed")) == trained
    shown.select_option("#step-rows", "one")
    shown.fill("#rate-typed", "0.5")
    shown.click(RESET)
    shown.click(STEP)
    theta = e.view.theta - 0.5 * Network.gradient(e.architecture, e.view.theta, e.view.X[:1], e.view.Y[:1])
    check_everything(shown, again(e, theta=theta))


def test_play_goes_on_with_steps_and_draws_the_cost_as_it_falls(look):
    e = xor()
    shown = opened(look, e)
    shown.fill("#rate-typed", "1")
    shown.select_option("#pace", "10")
    shown.click(PLAY)
    assert shown.inner_text(PLAY) == "Pause"
    wait_for(
        lambda: shown.locator("[data-trail]").count() and int(shown.get_attribute("[data-trail]", "data-trail")) > 6
    )
    shown.click(PLAY)
    assert shown.inner_text(PLAY) == "Play"
    points = int(shown.get_attribute("[data-trail]", "data-trail"))
    steps = 10 * (points - 1)
    assert f"{steps} steps" in shown.inner_text("#step-said")
    learned = descended(e, steps, 1.0)
    assert close(said(shown, "#step-said")["after"], mean_cost(learned), 1e-3)
    heights = [float(p.split(",")[1]) for p in shown.get_attribute("[data-trail]", "points").split()]
    assert heights == sorted(heights)  # the cost falls, which on the screen is down
    check_everything(shown, learned)
    shown.click(UNDO)
    check_everything(shown, e)


def test_a_change_by_hand_ends_play(look):
    """Where it stands then: what follows counts from there."""
    e = xor()
    shown = opened(look, e)
    shown.fill("#rate-typed", "1")
    look_up(shown, 2, 0, 1)
    before = e
    for by in ("typing", "slider", "drag"):
        start = points_of(shown)
        shown.click(PLAY)
        wait_for(lambda start=start: points_of(shown) > start + 4)
        if by == "typing":
            shown.fill("[data-typed]", "0.5")
        elif by == "slider":
            shown.focus("[data-nudge]")
            shown.keyboard.press("End")
        else:
            shown.locator("#network-box").scroll_into_view_if_needed()
            circle = shown.locator('[data-neuron="2:0"] .fill').bounding_box()
            shown.mouse.move(circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2)
            shown.mouse.down()
            shown.mouse.move(circle["x"] + circle["width"] / 2, circle["y"] - 20)
            shown.mouse.up()
        assert shown.inner_text(PLAY) == "Play"
        steps = int(re.search(r"(\d+) steps", shown.inner_text("#step-said"))[1])
        learned = descended(before, steps, 1.0)
        k, held = (-1, "[data-typed='b:2:0:-1']") if by == "drag" else (1, "[data-typed]")
        before = with_weight(learned, 2, 0, k, float(shown.input_value(held)))
        check_everything(shown, before)


def points_of(shown) -> int:
    """How many costs are drawn."""
    return sum(map(int, each(shown, "[data-trail]", "n.dataset.trail")))


def test_where_the_rate_comes_from_is_said(look):
    e = explained("sigmoid, squared error", "Adam")
    trained, asked, plain = (opened(look, one) for one in (e, e.at_rate(0.5), xor()))
    button = '[data-control="rate-trained"]'
    assert trained.inner_text(button) == "as trained"
    assert "Adam, at the rate with which training ended" in trained.inner_text("#rate-said")
    assert asked.inner_text(button) == "as asked for"
    assert said(asked, "#rate-said") == {"rate": 0.5, "trained_rate": e.training.rate}
    assert float(asked.input_value("#rate-typed")) == 0.5
    assert plain.inner_text(button) == "as at first"
    assert "plain gradient descent" in plain.inner_text("#rate-said")


def test_play_without_animation_jumps(look):
    e = xor()
    shown = opened(look, e, reduced_motion="reduce")
    shown.fill("#rate-typed", "1")
    shown.click(PLAY)
    assert shown.inner_text(PLAY) == "Play"
    assert "100 steps" in shown.inner_text("#step-said")
    check_everything(shown, descended(e, 100, 1.0))


def test_back_undoes_one_deed_after_the_other_and_reset_returns(look):
    e = explained("sigmoid, squared error", "Adam")
    shown = opened(look, e)
    assert shown.get_attribute(UNDO, "aria-disabled") == "true"
    shown.click(STEP)
    first = said(shown, "#facts")["cost"]
    shown.click(STEP)
    second = said(shown, "#facts")["cost"]
    look_up(shown, 1, 0, 0)
    shown.fill("[data-typed]", "3")
    shown.click(UNTRAINED)
    untrained = said(shown, "#facts")["cost"]
    costs = []
    for _ in range(4):
        shown.click(UNDO)
        costs.append(said(shown, "#facts")["cost"])
    assert untrained not in (e.cost, first, second)
    assert costs[1:3] == [second, first]
    assert close(costs[3], e.cost)
    shown.click(STEP)  # the optimizer's memory went back, too
    assert said(shown, "#facts")["cost"] == first
    shown.click(STEP)
    shown.click(RESET)
    check_everything(shown, e)
    shown.click(STEP)
    assert said(shown, "#facts")["cost"] == first


def test_a_rate_that_is_too_large_ends_play_and_says_so(look):
    e = explained("one layer", "SGD")
    shown = opened(look, e)
    shown.fill("#rate-typed", "1e6")
    shown.select_option("#pace", "100")
    shown.click(PLAY)
    wait_for(lambda: "too large" in shown.inner_text("#step-said"))
    assert shown.inner_text(PLAY) == "Play"
    shown.click(UNDO)
    assert close(said(shown, "#facts")["cost"], e.cost)


def test_a_step_that_leaves_the_cost_says_whether_a_larger_rate_would_help(look):
    """Where relu is 0 for all rows, every derivative is 0."""
    network = Network(1, [Layer(1, "relu"), Layer(1, "identity")], "half_squared_error")
    X, Y = np.array([[1.0]]), np.array([[0.5]])
    dead = explain(network, np.array([-1.0, -0.5, 2.0, 0.5]), X, Y)
    shown = opened(look, dead)
    shown.click(STEP)
    assert "every derivative is 0" in shown.inner_text("#step-said")
    alive = explain(network, np.array([1.0, 0.5, 2.0, 0.5]), X, Y)
    shown = opened(look, alive)
    shown.fill("#rate-typed", "1e-300")
    shown.click(STEP)
    assert "larger rate" in shown.inner_text("#step-said")
