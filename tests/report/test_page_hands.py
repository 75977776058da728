"""By hand: the drawing under mouse and keys, formula and drawing joined, and what is kept while it is drawn again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from report.page_cases import explained, from_table, picture
from report.page_reader import choose, each, look_up, panel, press
from report.test_page import _FOCUS, _NEAR_ITS_START
from report.test_page_fits import net

from glassprop import Layer, MLPRegressor, Network
from glassprop.architecture.own_units import OwnUnits
from glassprop.insight.explanation import explain
from glassprop.insight.names import Column, Names
from glassprop.report.page import page

_ANOTHER = """(i) => {
  const example = document.querySelector("#example");
  example.value = String(i);
  example.dispatchEvent(new Event("change"));
}"""
OUTLINES = """() => [document.activeElement, document.getElementById("panel")]
  .map((n) => n === document.body ? "none" : getComputedStyle(n).outlineStyle)"""


def lit(page, box):
    return set(each(page, f"{box} .lit", "n.dataset.at"))


def test_pointing_at_a_term_lights_it_in_the_drawing(look):
    shown = look(page(explained("softmax, cross-entropy").to_dict()))
    look_up(shown, 2, 1, 3)
    shown.locator('#panel [data-at="w:2:1:3"]').first.hover()
    assert lit(shown, "#network-box") == {"w:2:1:3"}
    shown.locator('#panel [data-at="n:2:1"]').first.hover()
    assert lit(shown, "#network-box") == {"n:2:1"}
    shown.locator('#panel tr[data-at="w:3:2:1 n:3:2"] td:last-child').first.hover()
    assert lit(shown, "#network-box") == {"w:3:2:1", "n:3:2"}
    shown.locator('#panel [data-at="C"]').first.hover()
    assert lit(shown, "#network-box") == {"C"}
    shown.mouse.move(5, 5)
    assert lit(shown, "#network-box") == set()


def test_pointing_at_the_drawing_lights_its_terms(look):
    shown = look(page(explained("softmax, cross-entropy").to_dict()))
    look_up(shown, 2, 1, 3)
    shown.locator('[data-neuron="3:0"] circle.fill').hover()
    assert "n:3:0" in " ".join(lit(shown, "#panel"))
    shown.dispatch_event('[data-weight="2:1:3"] .hit', "pointerover")
    assert "w:2:1:3" in lit(shown, "#panel")
    assert {"w:2:1:3"} == lit(shown, "#network-box")
    shown.mouse.move(5, 5)
    shown.keyboard.press("Tab")
    shown.focus('[data-neuron="3:2"]')  # by keys, too
    assert any("n:3:2" in at for at in lit(shown, "#panel"))


def test_a_click_draws_no_focus_box_and_keys_do(look):
    shown = look(page(explained("sigmoid, squared error").to_dict()))
    shown.locator('[data-neuron="1:2"]').click()
    assert shown.evaluate(OUTLINES) == ["none", "none"]
    shown.mouse.click(*shown.evaluate(_NEAR_ITS_START, '[data-weight="2:0:0"] .stroke'))
    assert panel(shown)["of"]["kind"] == "weight"
    assert shown.evaluate(OUTLINES) == ["none", "none"]
    shown.click('[data-control="next"]')
    assert shown.evaluate(OUTLINES)[0] == "none"
    shown.keyboard.press("Tab")
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize("by", ["mouse", "keys"])
def test_arrows_go_on_walking_after_a_view_was_chosen(look, by):
    shown = look(page(explained("sigmoid, squared error").to_dict()))
    if by == "mouse":
        shown.locator('input[value="activation"]').click()
    else:
        shown.focus('input[value="weight"]')
        shown.keyboard.press("ArrowDown")
    assert shown.is_checked('input[value="activation"]')
    for kind in ("input", "forward"):
        shown.keyboard.press("ArrowRight")
        assert panel(shown)["of"]["kind"] == kind
    assert shown.is_checked('input[value="activation"]')
    shown.locator('[data-neuron="1:2"]').click()  # and after something was chosen
    shown.keyboard.press("ArrowRight")
    assert panel(shown)["of"] == {"kind": "forward", "l": "2"}


def test_escape_leaves_the_drawing_and_what_is_chosen(look):
    shown = look(page(explained("sigmoid, squared error").to_dict()))
    shown.keyboard.press("ArrowRight")
    shown.focus('[data-neuron="1:2"]')
    shown.keyboard.press("Enter")
    assert panel(shown)["of"]["kind"] == "neuron"
    shown.keyboard.press("Escape")
    assert panel(shown)["of"] == {"kind": "input"}
    assert shown.evaluate("document.activeElement === document.body")
    shown.keyboard.press("ArrowRight")
    assert panel(shown)["of"]["kind"] == "forward"


@pytest.mark.parametrize("width", [1400, 360])
def test_among_lines_arrows_go_by_place(look, width):
    shown = look(page(net(3, 4, 2).to_dict()), width=width)
    along, across = ("y", "x") if width > 400 else ("x", "y")
    on, over = ("ArrowDown", "ArrowRight") if width > 400 else ("ArrowRight", "ArrowDown")
    middle = """(() => { const n = document.activeElement, h = n.querySelector(".hit") ?? n.querySelector("rect"),
      b = h.getBBox(); return { x: b.x + b.width / 2, y: b.y + b.height / 2, id: n.dataset.weight }; })()"""
    shown.focus('[data-weight][tabindex="0"]')
    seen = [shown.evaluate(middle)]
    for _ in range(15):  # three to four, and four biases
        shown.keyboard.press(on)
        seen.append(shown.evaluate(middle))
    assert len({at["id"] for at in seen}) == 16
    assert all(at["id"].startswith("1:") for at in seen)
    places = [at[along] for at in seen]
    assert all(one <= other + 1e-6 for one, other in pairwise(places))
    shown.keyboard.press(over)
    there = shown.evaluate(middle)
    assert there["id"].startswith("2:")
    assert there[across] > seen[-1][across]


def test_drawing_again_keeps_focus_scroll_and_what_is_open(look):
    shown = look(page(picture((100,), 8, 3).to_dict()), width=1200)
    look_up(shown, 2, 3, 0)
    choose(shown, "neuron:2:3")
    shown.evaluate("document.querySelector('#panel details') && (document.querySelector('#panel details').open = true)")
    assert shown.locator('#panel [data-fold="less"]').count() > 0  # unfolded, by whoever read the panel
    rows = shown.locator("#panel tr[data-term]").count()
    shown.evaluate("document.getElementById('panel').scrollTop = 200")
    shown.evaluate("document.getElementById('network-box').scrollTop = 60")
    shown.evaluate("document.querySelector('#panel .link').focus({ preventScroll: true })")
    before = shown.evaluate("document.activeElement.dataset.choose")
    for i in (1, 2):
        shown.evaluate(_ANOTHER, i)
        assert shown.locator("#panel tr[data-term]").count() == rows
        assert shown.evaluate("document.getElementById('panel').scrollTop") == 200
        assert shown.evaluate("document.getElementById('network-box').scrollTop") == 60
        assert shown.evaluate("document.activeElement.dataset.choose") == before
    shown.focus('[data-neuron="2:4"]')
    shown.evaluate(_ANOTHER, 0)
    assert shown.evaluate(_FOCUS) == "2:4"


_MARK = """() => { for (const node of document.querySelectorAll("#panel *, #network-box *")) node.marked = true; }"""
_FRESH = """() => [...document.querySelectorAll("#panel *, #network-box *")].filter((node) => !node.marked).length"""
_WATCH = """() => { window.touched = 0;
  const seen = new MutationObserver((all) => { window.touched += all.length; });
  for (const id of ["history", "derivation", "finder"]) seen.observe(document.getElementById(id),
    { subtree: true, childList: true, attributes: true, characterData: true }); }"""


def test_drawing_again_touches_only_what_has_changed(look):
    e = explained("softmax, cross-entropy")
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    look_up(shown, 2, 1, 3)
    shown.fill("[data-typed]", "0.3")  # what the first change opens stands there
    cost = shown.inner_text('#facts [data-name="cost"]')
    shown.evaluate(_MARK)
    shown.evaluate(_WATCH)
    shown.fill("[data-typed]", "0.31")
    assert shown.inner_text('#facts [data-name="cost"]') != cost
    assert shown.evaluate(_FRESH) == 0
    assert shown.evaluate("window.touched") == 0


def test_what_is_pressed_after_a_change_is_what_it_says(look):
    """Whatever stood there before: the order of terms is another then."""
    shown = look(page(picture((30,), 4, 2).to_dict()))
    press(shown, '[data-control="last"]')
    links = "#panel .link[data-choose]"
    choose(shown, "input:5")
    before = each(shown, links, "n.dataset.choose")
    shown.fill("[data-typed]", "-9")
    now = each(shown, links, "n.dataset.choose")
    assert now != before
    for choice in now[-4:]:
        shown.locator(f'{links}[data-choose="{choice}"]').last.click()
        of = panel(shown)["of"]
        assert ":".join(of[name] for name in ("kind", "l", "j", "k") if name in of) == choice
        choose(shown, "input:5")


def test_a_table_unfolds_with_the_numbers_of_now(look):
    e = picture((30,), 4, 2)
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    choose(shown, "neuron:2:3")
    shown.evaluate("for (const b of document.querySelectorAll('#panel [data-fold=less]')) b.click()")
    shown.fill('[data-typed="b:2:3:-1"]', "2.5")
    assert panel(shown)["tables"]["weights"]["-1"]["parameter"] == 2.5


# --- names, order, units, pictures --------------------------------------------------------------------------------


def test_small_networks_keep_their_own_order(look):
    e = net(4, 5, 3)
    shown = look(page(e.to_dict()))
    for _ in range(2):
        shown.keyboard.press("ArrowRight")
    for size in (5, 3):
        found = panel(shown)["tables"]
        assert list(found["layer"]) == [str(n) for n in range(size)]
        terms = [term for term in found["z"] if term.isdigit()]
        assert terms == sorted(terms)
        shown.keyboard.press("ArrowRight")
    press(shown, '[data-control="last"]')
    shown.locator('[data-neuron="1:2"]').click()
    order = each(shown, "#panel [data-sum=weights] tr[data-term]", "n.dataset.term")
    assert order == ["0", "1", "2", "3", "-1"]


def test_names_that_inputs_share_are_told_apart(look):
    network, rng = Network(4, [Layer(2, "tanh"), Layer(2, "softmax")], "cross_entropy"), np.random.default_rng(0)
    alike = ("size", "size", "measurement of the left side", "measurement of the right side")
    names = Names.numbered(network, 1, inputs=alike, outputs=("yes", "yes"))
    shown = look(
        page(explain(network, network.initial(rng), rng.normal(size=(1, 4)), np.eye(2)[:1], names=names).to_dict())
    )
    press(shown, '[data-control="last"]')
    labels = each(shown, "[data-neuron^='0:'],[data-neuron^='2:']", "n.getAttribute('aria-label').split(':')[0]")
    written = each(shown, ".name", "n.textContent")
    assert len(set(labels)) == len(labels) == 6
    assert len(set(written)) == len(written) == 6
    for k in range(4):
        choose(shown, f"input:{k}")
    heads = [choose(shown, f"input:{k}")["text"].splitlines()[0] for k in range(4)]
    assert len(set(heads)) == 4


def test_a_regression_says_its_units_and_that_it_was_standardized(look):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = 1000 + 300 * X[:, 0] + rng.normal(size=40)
    units = OwnUnits(float(y.mean()), float(y.std()))
    network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")], cost="half_squared_error", units=units)
    theta = network.initial(rng)
    e = network.explain(theta, X[:1], units.standard(y[:1]))
    shown = look(page(e.to_dict()))
    said = shown.inner_text("#units-note")
    assert "standardized" in said
    assert f"{units.mean:.2f}"[:5] in said
    assert f"{units.spread:.2f}"[:5] in said
    press(shown, '[data-control="last"]')
    shown.locator('[data-neuron="2:0"]').click()
    named = panel(shown)["named"]
    assert np.isclose(named["own"], units.own(e.a(2))[0], rtol=1e-6)
    assert np.isclose(named["own_y"], y[0], rtol=1e-6)
    assert not look(page(net(2, 2).to_dict())).is_visible("#units-note")
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, random_state=0).fit(X, y)
    assert model.explain(X, y, row=0).to_dict()["units"] is None  # this one speaks in the target's own


def test_digits_are_shown_as_they_were(look):
    network, rng = Network(64, [Layer(5, "relu"), Layer(10, "softmax")], "cross_entropy"), np.random.default_rng(0)
    raw = rng.integers(0, 17, size=(2, 64)).astype(float)
    raw[:, 0] = 0
    inputs = [f"pixel_{r}_{c}" for r in range(8) for c in range(8)]
    columns = tuple(
        Column(name, (k,), tuple(f"{v:g}" for v in raw[:, k]), np.full((2, 1), 0.2)) for k, name in enumerate(inputs)
    )
    names = Names.numbered(network, 2, inputs=inputs, columns=columns)
    e = explain(network, network.initial(rng), (raw - 5) * 0.2, np.eye(10)[:2], names=names)
    shade = "Number(g.querySelector('.over').getAttribute('fill-opacity'))"
    shades = f"[...n.querySelectorAll('g')].map((g) => [Number(g.dataset.value), {shade}])"
    for record in (e.to_dict(), e.to_dict(most_weights=10, most_neurons=20)):
        drawn = each(look(page(record)), "#pictures-box svg", shades)[0]
        assert [value for value, _ in drawn] == raw[0].tolist()
        assert drawn[0] == [0, 0]  # paper, not grey
        assert np.allclose([shade for _, shade in drawn], raw[0] / raw[0].max(), atol=1e-3)
    assert e.to_dict(rows=False)["as_it_was"] is None


def test_numbers_of_bars_stand_where_nothing_goes_through_them(look):
    shown = look(page(from_table().to_dict()))
    press(shown, '[data-control="last"]')
    crossed = shown.evaluate("""() => {
      const chart = document.querySelector("#sizes-box svg"), faults = [];
      for (const text of chart.querySelectorAll("text.value")) {
        const a = text.getBBox();
        for (const node of chart.querySelectorAll("line,rect,circle,text")) {
          const b = node.getBBox();
          const across = a.x < b.x + b.width && b.x < a.x + a.width;
          if (node !== text && across && a.y < b.y + b.height && b.y < a.y + a.height)
            faults.push([text.textContent, node.outerHTML]);
        }
      }
      return faults;
    }""")
    assert crossed == []
    assert shown.locator("#sizes-box text.value").count() == 2
