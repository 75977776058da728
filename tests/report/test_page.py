"""The explanation page as a document: closed to the outside, safe with any text, small, and usable by everyone."""

import json
import re

import numpy as np
import pytest
from report.page_cases import HOSTILE, explained, from_table, picture
from report.page_reader import choose, contrasts, each, look_up, panel, press

from glassprop import Layer, Network
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.errors import DataError
from glassprop.ground.text import visible
from glassprop.insight.explanation import explain
from glassprop.report.page import page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# at every step of the walk
_OVERFLOWS = f"""() => {{
  const next = document.querySelector('[data-control="next"]'), found = [{OVERFLOW}];
  while (next.ariaDisabled !== "true") {{
    next.click();
    found.push({OVERFLOW});
  }}
  return found;
}}"""
ELEMENTS = "document.querySelectorAll('img,iframe,object,embed,link,script:not([type]):not(:last-of-type),b b').length"

# --- what the file holds ------------------------------------------------------------------------------------------


def held(document):
    """The record within a page."""
    return json.loads(re.search(r'<script type="application/json" id="record">(.*?)</script>', document, re.S)[1])


def test_the_page_asks_for_nothing_outside_itself():
    document = page(explained("one layer").to_dict())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', document)[1]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'")
    assert "unsafe" not in policy
    outside = re.sub(r"<(script|style).*?</\1>", "", document, flags=re.S)
    assert re.findall(r"(?:src|href)\s*=\s*\S+", outside) == ['href="#panel">Skip']
    assert "@import" not in document
    assert "url(" not in document


def test_the_page_has_no_activation_and_no_cost_of_its_own():
    script = page(explained("one layer").to_dict()).rpartition("<script>")[2]
    names = set(re.findall(r"\w+", script))
    known = {"identity", "exp", "tanh", "softmax"}  # functions of JavaScript, and a word of the derivation
    own = {*ACTIVATIONS, *COSTS} - known
    assert not names & own
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|fetch\(|XMLHttp|import\(", script)
    assert not re.search(r"\beval\b|\bFunction\b", script)


def test_rows_of_the_table_can_be_left_out():
    e = from_table(("a-secret", "b-secret", "c-secret"))
    document = page(e.to_dict(rows=False))
    assert document.count("70.35") == 0
    full = page(e.to_dict())
    assert "70.35" in full
    closed = held(page(e.to_dict(), rows=False))
    assert all(example["target"] is None for example in closed["examples"])
    assert all(c["shown"] is None and c["by_column"] is None for x in closed["examples"] for c in x["columns"])


def test_the_note_says_that_rows_are_in_it(look):
    assert "holds 4 rows of the table" in look(page(from_table().to_dict())).inner_text("#rows-note")
    shown = look(page(from_table().to_dict(rows=False), rows=False))
    assert not shown.is_visible("#rows-note")
    assert "left out" in choose(shown, "input:0")["text"]


def test_a_record_of_another_kind_is_refused_in_one_line():
    with pytest.raises(DataError, match=r"format 1, got kind None, format None") as caught:
        page({})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("hidden", "side"), [((100,), 8), ((256, 128), 28)])
def test_a_page_with_20_examples_stays_small(look, hidden, side):
    e = picture(hidden, side, 20)
    document = page(e.to_dict())
    assert len(document.encode()) < 1_000_000
    shown = look(document)
    press(shown, '[data-control="last"]')
    assert shown.locator("#pictures-box svg").count() == 2
    pixels = each(shown, "#pictures-box svg", "[...n.querySelectorAll('g')].map((g) => Number(g.dataset.value))")
    assert np.allclose(pixels[0], e.a(0), rtol=1e-3)
    assert np.allclose(pixels[1], e.by_a(0), rtol=1e-3)


# --- whatever is in a name stays text -----------------------------------------------------------------------------


def test_hostile_names_stay_text_everywhere(look):
    e = from_table(HOSTILE)
    document = page(e.to_dict(), title=HOSTILE[1])
    raw = re.search(r'id="record">(.*)</script>\n<script>', document, re.S)[1]
    assert not set("<>&\u2028\u2029") & set(raw)
    shown = look(document)
    assert shown.title() == HOSTILE[1]
    texts = [shown.inner_text("body")]
    for step in range(9):
        texts.append(panel(shown)["text"])
        shown.keyboard.press("ArrowRight")
        assert step < 9
    texts.extend(choose(shown, what)["text"] for what in ("input:1", "input:2", "column:2", "neuron:2:0"))
    shown.click('[data-neuron="2:1"]')
    assert shown.evaluate(ELEMENTS) == 0
    for name in HOSTILE:
        assert any(name.replace("\u2028", "").split()[0][:12] in text for text in texts)
    assert held(document)["outputs"] == [visible(name) for name in HOSTILE]


# --- by mouse, by keyboard ----------------------------------------------------------------------------------------


# a point of a line where it meets no other
_NEAR_ITS_START = """(selector) => {
  const line = document.querySelector(selector), point = line.ownerSVGElement.createSVGPoint();
  const [x1, x2, y1, y2] = ["x1", "x2", "y1", "y2"].map((name) => Number(line.getAttribute(name)));
  Object.assign(point, { x: x1 + 0.1 * (x2 - x1), y: y1 + 0.1 * (y2 - y1) });
  const at = point.matrixTransform(line.getScreenCTM());
  return [at.x, at.y];
}"""


def test_a_click_on_a_line_and_on_a_circle_chooses_it(look):
    e = explained("sigmoid, squared error")
    shown = look(page(e.to_dict()))
    shown.locator('[data-neuron="1:2"]').click()
    assert panel(shown)["of"] == {"kind": "neuron", "l": "1", "j": "2"}
    start = shown.evaluate(_NEAR_ITS_START, '[data-weight="2:0:0"] .stroke')
    shown.mouse.click(*start)
    found = panel(shown)
    assert found["of"] == {"kind": "weight", "l": "2", "j": "0", "k": "0"}
    assert abs(found["named"]["value"] - e.weight(2, 0, 0).value) < 1e-8
    assert shown.locator(".line.chosen").count() == 1
    shown.locator('[data-neuron="0:1"]').click()
    assert panel(shown)["of"] == {"kind": "input", "k": "1"}


_FOCUS = """(() => {
  const node = document.activeElement, { neuron, weight, control } = node.dataset;
  return neuron || weight || control || node.id || node.value;
})()"""


def test_everything_can_be_reached_by_keyboard_alone(look):
    e = explained("softmax, cross-entropy")
    shown = look(page(e.to_dict()))
    order = []
    while not (order and ":" in str(order[-1])):
        shown.keyboard.press("Tab")
        order.append(shown.evaluate(_FOCUS))
        assert len(order) < 20
    assert {"example", "next", "weight"} <= set(order)
    seen = {order[-1]}  # the lines come first in the drawing
    for _ in range(3):
        shown.keyboard.press("ArrowDown")
        seen.add(shown.evaluate(_FOCUS))
    assert len(seen) == 4
    shown.keyboard.press("Enter")
    layer, j, k = map(int, shown.evaluate(_FOCUS).split(":"))
    while k < 0:  # a bias lies among the lines too
        shown.keyboard.press("ArrowDown")
        shown.keyboard.press("Enter")
        layer, j, k = map(int, shown.evaluate(_FOCUS).split(":"))
    found = panel(shown)
    assert found["of"] == {"kind": "weight", "l": str(layer), "j": str(j), "k": str(k)}
    assert abs(found["named"]["value"] - e.weight(layer, j, k).value) < 1e-8
    shown.keyboard.press("Tab")
    assert shown.evaluate(_FOCUS) == "0:0"
    for key, at in (("ArrowDown", "0:1"), ("ArrowRight", "1:1"), ("ArrowRight", "2:1"), ("ArrowUp", "2:0")):
        shown.keyboard.press(key)
        assert shown.evaluate(_FOCUS) == at
    shown.keyboard.press(" ")
    assert panel(shown)["of"] == {"kind": "neuron", "l": "2", "j": "0"}
    assert shown.evaluate(_FOCUS) == "2:0"


def test_arrows_walk_and_leave_fields_alone(look):
    shown = look(page(explained("sigmoid, squared error").to_dict()))
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("ArrowRight")
    assert panel(shown)["of"] == {"kind": "forward", "l": "1"}
    assert shown.locator('[data-gap="1"].active').count() == 1
    assert shown.locator('[data-gap="2"].dim').count() == 1
    shown.keyboard.press("ArrowLeft")
    assert panel(shown)["of"] == {"kind": "input"}
    shown.focus("#find-j")
    shown.keyboard.press("ArrowRight")
    shown.focus("#example")
    shown.keyboard.press("ArrowRight")
    assert panel(shown)["of"] == {"kind": "input"}


def test_the_focus_is_visible_and_every_control_has_a_name(look):
    shown = look(page(explained("sigmoid, squared error").to_dict()))
    for selector in ("[data-control='next']", "#example", "#find-j", "summary"):
        shown.focus("[data-control='first']")
        shown.keyboard.press("Tab")
        shown.focus(selector)
        assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    name = "n.innerText || n.ariaLabel || n.getAttribute('aria-labelledby') || (n.labels && n.labels.length)"
    named = each(shown, "button,select,input,[role=button],section", f"Boolean({name})")
    assert len(named) > 20
    assert all(named)


def test_layers_with_many_neurons_unfold(look):
    e = picture((100,), 8, 2)
    shown = look(page(e.to_dict()))
    assert shown.locator('[data-neuron^="1:"]').count() == 10
    weighs = np.abs(e.a(1) * e.by_a(1))
    drawn = {int(n.split(":")[1]) for n in each(shown, '[data-neuron^="1:"]', "n.dataset.neuron")}
    assert drawn == set(np.argsort(-weighs, kind="stable")[:10].tolist())
    more = shown.locator('[data-more="1"]')
    assert more.text_content().strip() == "… 90 more"
    more.click()
    assert shown.locator('[data-neuron^="1:"]').count() == 30
    for _ in range(4):
        shown.keyboard.press("Enter")
    assert shown.locator('[data-neuron^="1:"]').count() == 100
    shown.keyboard.press("Enter")
    assert shown.locator('[data-neuron^="1:"]').count() == 10
    hidden = next(j for j in range(100) if j not in drawn)
    look_up(shown, 1, hidden, 0)
    assert shown.locator(f'[data-neuron="1:{hidden}"]').count() == 1
    assert shown.locator(f'[data-weight="1:{hidden}:0"].chosen').count() == 1


def test_examples_are_chosen_by_the_select_and_by_the_address(look):
    e = from_table()
    shown = look(page(e.to_dict()), at="#example=2")
    assert "row 25" in shown.inner_text("#facts")
    shown.select_option("#example", "1")
    assert "row 17" in shown.inner_text("#facts")
    press(shown, '[data-control="last"]')
    assert abs(float(shown.get_attribute("#facts [data-name=cost]", "data-value")) - e.of(1).cost) < 1e-8


# --- wide and narrow, light and dark ------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1600])
def test_nothing_is_wider_than_the_window(look, width):
    for e in (from_table(("x" * 60, "y" * 60, "a b " * 20)), picture((100,), 8, 2)):
        shown = look(page(e.to_dict()), width=width)
        assert max(shown.evaluate(_OVERFLOWS)) <= 0
        for what in ("input:1", "neuron:1:0"):
            choose(shown, what)
            assert shown.evaluate(OVERFLOW) <= 0
        look_up(shown, 2, 0, 0)
        assert shown.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(look, scheme):
    shown = look(page(from_table().to_dict()), scheme=scheme)
    grounds = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", grounds)[0]) < 60) == (scheme == "dark")
    look_up(shown, 2, 0, 0)
    found = contrasts(shown)
    assert len(found) > 60
    assert found[0][0] >= 4.5, found[:5]


def test_a_network_without_optimizer_history_or_names_has_a_page_too(look):
    network = Network(1, [Layer(1, "identity")])
    e = explain(network, np.array([0.5, 0.1]), np.array([2.0]), np.array([1.0]))
    shown = look(page(e.to_dict()))
    assert not shown.is_visible("#history")
    assert not shown.is_visible("#pictures")
    assert look_up(shown, 1, 0, 0)["named"]["value"] == pytest.approx(2 * (1.1 - 1) * 2)
