"""The map of two inputs, slices of the cost, links that open where one was, and who can use all of it."""

import re

import numpy as np
import pytest
from report.page_cases import HOSTILE, explained, from_table, picture
from report.page_reader import choose, contrasts, each, look_up, panel, press
from report.test_page import ELEMENTS, OVERFLOW
from report.test_page_play import STEP, UNTRAINED, close, said, xor

from glassprop import Layer, Network
from glassprop.insight.explanation import explain
from glassprop.insight.names import Names
from glassprop.report.page import page

# the colors of a canvas, row by row from above
_CANVAS = """(selector) => {
  const canvas = document.querySelector(selector), n = canvas.width, all = [...Array(n).keys()];
  const { data } = canvas.getContext("2d").getImageData(0, 0, n, n);
  return all.map((row) => all.map((column) => [0, 1, 2].map((c) => data[4 * (row * n + column) + c])));
}"""
# how much wider than its box something is
_WIDER = "(selector) => { const box = document.querySelector(selector); return box.scrollWidth - box.clientWidth; }"
_CONTROLS = (
    "#live button,#live input,#learn button,#learn input,#learn select,#map select,#map-box,#slice button,#slice input"
)
_NAME = "n.ariaLabel || n.textContent.trim() || n.labels?.[0]?.textContent || n.getAttribute('aria-labelledby')"


def two_inputs(names: tuple[str, str] = ("width", "height"), outputs: tuple[str, ...] = ("a", "b", "c")):
    """A network with two inputs and three classes, and a few rows."""
    network, rng = Network(2, [Layer(5, "tanh"), Layer(3, "softmax")], "cross_entropy"), np.random.default_rng(4)
    theta = network.initial(rng) * 3
    X, Y = rng.normal(size=(6, 2)), np.eye(3)[[0, 1, 2, 0, 1, 2]]
    return explain(network, theta, X, Y, names=Names.numbered(network, 6, inputs=names, outputs=outputs))


# --- the map ------------------------------------------------------------------------------------------------------


def test_the_map_shows_the_output_over_the_plane(look):
    e = two_inputs()
    shown = look(page(e.to_dict()))
    shown.select_option("#map-output", "1")
    shown.focus("#map-box")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowUp"):
        shown.keyboard.press(key)
        found = said(shown, "#map-said")
        true = Network.forward(e.architecture, e.view.theta, [[found["map-x"], found["map-y"]]]).a[-1][0, 1]
        assert close(found["map-output"], true)
    pixels = np.array(shown.evaluate(_CANVAS, "#map-box canvas"), float)
    blue = pixels[..., 2] - pixels[..., 0]
    ticks = np.array(each(shown, "#map-box svg text", "Number(n.textContent.replace('−', '-'))"))
    assert len(ticks) > 6
    n = len(pixels)
    low, high = _corners(shown)
    xs, ys = (low[i] + (np.arange(n) + 0.5) / n * (high[i] - low[i]) for i in (0, 1))
    plane = np.array([[x, y] for y in ys[::-1] for x in xs])
    outputs = Network.forward(e.architecture, e.view.theta, plane).a[-1][:, 1].reshape(n, n)
    assert np.all(blue[outputs > 0.52] > 0)
    assert np.all(blue[outputs < 0.48] < 0)
    assert np.corrcoef(blue.ravel(), outputs.ravel())[0, 1] > 0.95


def _corners(shown):
    """From where to where the map goes: its corners, by arrows."""
    found = []
    for keys in (("ArrowLeft", "ArrowDown"), ("ArrowRight", "ArrowUp")):
        for key in keys:
            for _ in range(60):
                shown.keyboard.press(key)
        at = said(shown, "#map-said")
        found.append((at["map-x"], at["map-y"]))
    return found


def test_rows_lie_on_the_map_and_can_be_chosen_there(look):
    e = two_inputs()
    shown = look(page(e.to_dict()))
    marks = each(shown, "[data-row]", "[n.dataset.row, n.dataset.target, n.querySelector('rect') ? 'square' : 'round']")
    for row, target, shape in marks:
        assert float(target) == e.view.Y[int(row), 0]
        assert shape == ("round" if e.view.Y[int(row), 0] else "square")
    x = np.array(each(shown, "[data-row]", "n.getBoundingClientRect().x + n.getBoundingClientRect().width / 2"))
    assert np.corrcoef(x, e.view.X[:, 0])[0, 1] > 0.999999
    shown.locator('[data-row="3"] .shape').click()
    assert shown.input_value("#example") == "3"
    assert shown.locator('[data-row="3"].here').count() == 1


def test_the_map_follows_what_is_learned(look):
    e = xor()
    shown = look(page(e.to_dict()))
    before = shown.evaluate(_CANVAS, "#map-box canvas")
    shown.fill("#rate-typed", "3")
    shown.click(STEP)
    assert shown.evaluate(_CANVAS, "#map-box canvas") != before
    assert each(shown, "#map-box .level", "n.getAttribute('d').length > 10") == [True]


def test_only_two_inputs_have_a_map(look):
    assert not look(page(from_table().to_dict())).is_visible("#map")


# --- slices -------------------------------------------------------------------------------------------------------


def _points(shown, name):
    """A curve, in places on the screen."""
    points = shown.get_attribute(f"[data-slice={name}]", "points").split()
    return np.array([list(map(float, point.split(","))) for point in points])


def _cost_along(e, layer, j, k, values):
    costs = []
    for value in values:
        theta = e.view.theta.copy()
        block = e.architecture.layout.of_layer(theta, layer)
        block["w"][j, k] = value
        costs.append(explain(e.architecture, theta, e.view.X, e.view.Y).view.costs)
    return np.array(costs)


def test_the_slice_goes_through_todays_weight_and_its_tangent_is_the_derivative(look):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    look_up(shown, 1, 2, 0)
    for typed in (None, "0.4"):
        if typed:
            shown.fill("[data-typed]", typed)
        w = e.view.w(1, 0)[2, 0] if typed is None else 0.4
        start = e.view.w(1, 0)[2, 0]
        values = np.linspace(start - 2, start + 2, 61)
        true = _cost_along(e, 1, 2, 0, values)
        for name, costs in (("one", true[:, 0]), ("mean", true.mean(axis=1))):
            curve = _points(shown, name)
            assert len(curve) == 61
            scale = np.polyfit(true[:, 0], _points(shown, "one")[:, 1], 1)  # from costs to places
            assert np.abs(np.polyval(scale, costs) - curve[:, 1]).max() < 0.3
            assert np.allclose(np.diff(curve[:, 0]), np.diff(curve[:, 0])[0], atol=0.11)
        slope = float(shown.get_attribute("[data-tangent]", "data-tangent"))
        theta = e.view.theta.copy()
        e.architecture.layout.of_layer(theta, 1)["w"][2, 0] = w
        derivative = explain(e.architecture, theta, e.view.X, e.view.Y).weight(1, 2, 0).value
        assert close(slope, derivative)
        x1, x2, y1, y2 = (float(shown.get_attribute("[data-tangent]", at)) for at in ("x1", "x2", "y1", "y2"))
        wide = np.polyfit(values, curve[:, 0], 1)
        assert (y2 - y1) / (x2 - x1) == pytest.approx(derivative * scale[0] / wide[0], rel=2e-2)
        today = float(shown.get_attribute("[data-today]", "cx")), float(shown.get_attribute("[data-today]", "cy"))
        assert today[0] == pytest.approx(np.polyval(wide, w), abs=0.3)
        cost = _cost_along(e, 1, 2, 0, [w])[0, 0]
        assert today[1] == pytest.approx(np.polyval(scale, cost), abs=0.3)


def test_a_pair_of_weights_has_a_plane_and_an_arrow_downhill(look):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    look_up(shown, 2, 0, 1)
    shown.click('[data-control="hold"]')
    look_up(shown, 2, 0, 3)
    found = said(shown, "#slice-box")
    assert close(found["slope-held"], e.weight(2, 0, 1).value)
    assert close(found["slope"], e.weight(2, 0, 3).value)
    x1, x2, y1, y2 = (float(shown.get_attribute(".downhill line", at)) for at in ("x1", "x2", "y1", "y2"))
    assert np.sign(x2 - x1) == -np.sign(found["slope-held"])
    assert np.sign(y2 - y1) == np.sign(found["slope"])  # up on the screen is more
    pixels = np.array(shown.evaluate(_CANVAS, "#slice-box canvas"), float)
    assert np.ptp(pixels[..., 2] - pixels[..., 0]) > 100
    shown.click('[data-control="hold"]')
    assert shown.locator("[data-tangent]").count() == 1


def test_how_far_a_slice_goes_can_be_chosen(look):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    look_up(shown, 2, 0, 1)
    off = []
    for key in ("Home", "End"):
        shown.focus("#reach")
        shown.keyboard.press(key)
        x1, x2, y1, y2 = (float(shown.get_attribute("[data-tangent]", at)) for at in ("x1", "x2", "y1", "y2"))
        curve = _points(shown, "one")
        off.append(np.abs(curve[:, 1] - (y1 + (curve[:, 0] - x1) * (y2 - y1) / (x2 - x1))).max())
    assert off[0] < 2 < 40 < off[1]  # close by, the curve is its tangent


# no chart has a place for a number that is not one
@pytest.mark.parametrize("typed", ["1e16", "1e17", "1e30", "-1e155", "1e308", "1e-310"])
def test_charts_bear_numbers_of_any_size(look, typed):
    """Ticks that are one number in rounding never came to an end, and a range without width had NaN for places."""
    network = Network(2, [Layer(3, "softmax")], "cross_entropy")
    X, Y = np.array([[1.0, 2.0]]), np.array([[0.0, 1, 0]])
    shown = look(page(explain(network, network.initial(np.random.default_rng(1)), X, Y).to_dict()))
    press(shown, '[data-control="last"]')
    for chosen in ("1:0:0", "1:1:-1", "hold", "1:2:1"):
        if chosen == "hold":
            press(shown, '[data-control="hold"]')
            continue
        layer, j, k = map(int, chosen.split(":"))
        look_up(shown, layer, j, k if k >= 0 else None)
        shown.fill("[data-typed]", typed)
    choose(shown, "input:0")
    shown.fill('[data-typed="x:0"]', typed)
    press(shown, STEP)
    marks = shown.evaluate(
        "[...document.querySelectorAll('svg *')].flatMap((e) => [...e.attributes].map((a) => a.value)).join(' ')"
    )
    assert "NaN" not in marks
    assert "Infinity" not in marks


def test_the_slice_of_a_large_weight_goes_as_far_as_one_sees(look):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    look_up(shown, 1, 2, 0)
    shown.fill("[data-typed]", "1e16")
    across = _points(shown, "one")[:, 0]
    assert (np.diff(across) > 0).all()
    texts = shown.locator("#slice-box svg text").all_text_contents()
    ticks = {text for text in texts if "16" in text or "0000" in text}
    assert len(ticks) >= 2


# --- the address --------------------------------------------------------------------------------------------------


def test_a_link_opens_where_one_was(look):
    e = explained("softmax, cross-entropy")
    document = page(e.to_dict())
    shown = look(document)
    shown.select_option("#example", "2")
    for _ in range(3):
        shown.click('[data-control="next"]')
    look_up(shown, 2, 1, None)
    press(shown, 'input[value="gradient"]')
    at = "#" + shown.url.partition("#")[2]
    assert at == "#example=2&step=3&choice=weight:2:1:-1&view=gradient"
    other = look(document, at=at)
    for one in (shown, other):
        assert panel(one)["of"] == {"kind": "weight", "l": "2", "j": "1", "k": "-1"}
        assert one.input_value("#example") == "2"
        assert one.is_checked('input[value="gradient"]')
        assert one.inner_text("#step-name").startswith("4/11")
    assert close(panel(other)["named"]["value"], e.of(2).bias(2, 1).value)
    other.click('[data-control="next"]')
    assert "choice" not in other.url
    assert "step=4" in other.url


@pytest.mark.parametrize("what", ["neuron:1:2", "input:1", "weight:3:2:0"])
def test_whatever_is_chosen_has_a_link(look, what):
    shown = look(page(explained("softmax, cross-entropy").to_dict()), at=f"#choice={what}")
    kind, *numbers = what.split(":")
    assert list(panel(shown)["of"].values()) == [kind, *numbers]
    assert shown.url.endswith(f"#choice={what}")


@pytest.mark.parametrize(
    "hash_",
    [
        "#example=99",
        "#example=-1&step=x",
        "#choice=weight:9:0:0",
        "#choice=weight:1:0",
        "#choice=neuron:0:0",
        "#choice=weight:1:0:99",
        "#choice=column:7&view=none",
        "#choice=__proto__:1",
        "#%3Cimg%3E",
        "#choice=<img src=x onerror=alert(1)>",
    ],
)
def test_an_address_that_asks_for_what_there_is_not_opens_the_start(look, hash_):
    shown = look(page(explained("sigmoid, squared error").to_dict()), at=hash_)
    assert panel(shown)["of"] == {"kind": "all"}
    assert shown.evaluate(ELEMENTS) == 0
    assert shown.input_value("#example") == "0"


# --- for everyone -------------------------------------------------------------------------------------------------


def test_by_keyboard_alone_a_weight_is_chosen_changed_and_trained(look):
    e = xor()
    shown = look(page(e.to_dict()))

    def tab_to(selector):
        for _ in range(60):
            shown.keyboard.press("Tab")
            if shown.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(selector)

    tab_to("[data-weight]")
    shown.keyboard.press("Enter")
    of = panel(shown)["of"]
    before = panel(shown)["named"]["parameter"]
    shown.keyboard.press("Shift+Tab")
    while not shown.evaluate("document.activeElement.matches('[data-nudge]')"):
        shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("ArrowRight")
    assert panel(shown)["of"] == of
    assert panel(shown)["named"]["parameter"] > before
    while not shown.evaluate("document.activeElement.matches('[data-control=take-step]')"):
        shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("Enter")
    assert "one step" in shown.inner_text("#step-said")
    assert shown.evaluate("document.activeElement.dataset.control") == "take-step"
    tab_to('[data-control="undo"]')
    shown.keyboard.press("Enter")
    shown.keyboard.press("Enter")
    assert close(panel(shown)["named"]["parameter"], before)
    tab_to("#map-box")
    shown.keyboard.press("ArrowUp")
    assert "output" in shown.inner_text("#map-said")


def test_every_control_has_a_name_and_the_cost_is_announced(look):
    shown = look(page(two_inputs().to_dict()))
    choose(shown, "neuron:2:1")
    names = each(shown, _CONTROLS, _NAME)
    assert len(names) > 15
    assert all(names)
    assert shown.get_attribute("#step-said", "role") == "status"
    tree = shown.locator("#live").aria_snapshot()
    for name in ("Take a step", "Play", "Back: nothing to undo", "bias of output b", "target of output b"):
        assert name in tree
    assert re.search(r'slider "bias of output b"', tree)


@pytest.mark.parametrize("width", [360, 768, 1024, 1600])
def test_what_moves_fits_into_the_window(look, width):
    names = ("x" * 60, "a b " * 20)
    shown = look(page(two_inputs(names, ("y" * 60, "b", "c")).to_dict()), width=width)
    shown.click(STEP)
    for what in ("input:1", "neuron:2:0", "neuron:1:0"):
        choose(shown, what)
        assert shown.evaluate(OVERFLOW) <= 0
    look_up(shown, 1, 0, 0)
    press(shown, '[data-control="hold"]')
    look_up(shown, 1, 1, 0)
    assert shown.evaluate(OVERFLOW) <= 0
    for box in ("#map-box", "#slice-box", "#trail-box"):
        assert shown.evaluate(_WIDER, box) <= 1
    table = look(page(from_table((*names, "c")).to_dict()), width=width)
    choose(table, "input:2")
    assert table.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_moves_is_read_in_light_and_dark(look, scheme):
    shown = look(page(two_inputs().to_dict()), scheme=scheme)
    choose(shown, "neuron:2:0")
    shown.click(STEP)
    found = contrasts(shown)
    assert found[0][0] >= 4.5, found[:5]
    pixels = np.array(shown.evaluate(_CANVAS, "#map-box canvas"), float)
    flat = pixels.reshape(-1, 3)
    middle = flat[np.abs(flat[:, 2] - flat[:, 0]).argmin()]  # neither orange nor blue
    assert (middle.mean() < 128) == (scheme == "dark")


def test_names_stay_text_where_numbers_are_changed(look):
    shown = look(page(two_inputs((HOSTILE[0], HOSTILE[2]), HOSTILE).to_dict()))
    for what in ("input:0", "input:1", "neuron:2:0", "neuron:2:2"):
        choose(shown, what)
    shown.select_option("#map-output", "1")
    shown.focus("#map-box")
    shown.keyboard.press("ArrowUp")
    shown.click(UNTRAINED)
    assert shown.evaluate(ELEMENTS) == 0
    assert "<img" in shown.inner_text("#map-said")


def test_a_page_that_stays_still_says_why_and_has_no_controls(look):
    shown = look(page(picture((512,), 28, 1).to_dict()))
    assert not shown.is_visible("#live")
    assert not shown.is_visible("#learn")
    assert "does not compute" in shown.inner_text("#model-note")
    moving = look(page(xor().to_dict()))
    assert "holds the model" in moving.inner_text("#model-note")
