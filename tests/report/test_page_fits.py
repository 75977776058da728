"""The drawing fits narrow windows, wide ones and paper: nothing is cut off, no number is covered, no step lost."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from report.page_cases import from_table, picture
from report.page_reader import each
from report.test_page_walk import CASES

from glassprop import Layer, Network
from glassprop.report.page import page

BETWEEN = (768, 1024, 1400)  # in turn: every drawing is seen narrow, wide and at one of these
MEASURED = """(selector) => {
  const box = document.querySelector(selector), drawing = box.querySelector("svg");
  const frame = box.getBoundingClientRect(), faults = [];
  if (box.scrollWidth > box.clientWidth + 1) faults.push(`wider by ${box.scrollWidth - box.clientWidth}`);
  if (drawing.getBoundingClientRect().right > frame.right + 1) faults.push("the drawing leaves its box");
  const size = drawing.viewBox.baseVal;
  for (const node of drawing.querySelectorAll("text,circle,rect")) {
    const at = node.getBBox();
    if (at.x < -1 || at.y < -1 || at.x + at.width > size.width + 1 || at.y + at.height > size.height + 1)
      faults.push(`${node.tagName} ${node.textContent} leaves the drawing`);
  }
  const backs = [...drawing.querySelectorAll("circle.back")];
  const circles = backs.map((n) => [n.cx, n.cy, n.r].map((v) => v.baseVal.value));
  circles.forEach(([x, y, r], i) => circles.slice(i + 1).forEach(([u, v]) => {
    if (Math.hypot(x - u, y - v) < 2 * r + 2) faults.push("two circles meet");
  }));
  const texts = [...drawing.querySelectorAll(".inside,.delta,.bias-number,.name,.target text,.cost text,.head text")];
  const boxes = texts.map((node) => [node.getBBox(), node.textContent]);
  boxes.forEach(([a, one], i) => boxes.slice(i + 1).forEach(([b, other]) => {
    const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
    if (across > 2 && down > 4) faults.push(`"${one}" and "${other}" meet`);
  }));
  return faults;
}"""

# what is amiss at the start and at the end of the walk, and in another view
EVERYWHERE = f"""(box) => {{
  const faults = {{}};
  for (const [control, view] of [["first", "weight"], ["last", "weight"], ["last", "gradient"]]) {{
    document.querySelector(`[data-control="${{control}}"]`).click();
    document.querySelector(`input[value="${{view}}"]`).click();
    const found = ({MEASURED})(box);
    if (found.length) faults[`${{control}}, ${{view}}`] = found.slice(0, 6);
  }}
  return faults;
}}"""


def net(*sizes):
    rng = np.random.default_rng(sum(sizes))
    layers = [Layer(n, "tanh") for n in sizes[1:-1]] + [Layer(sizes[-1], "sigmoid")]
    network = Network(sizes[0], layers, cost="half_squared_error")
    theta = network.initial(rng) + rng.normal(size=network.layout.size) * 0.3
    return network.explain(theta, rng.normal(size=(2, sizes[0])), rng.random((2, sizes[-1])))


DRAWN = {
    "2-2-1": lambda: net(2, 2, 1),
    "2-2-2": lambda: net(2, 2, 2),
    "1-1": lambda: net(1, 1),
    "four hidden layers": lambda: net(3, 4, 3, 4, 3, 2),
    "seven hidden layers": lambda: net(2, 3, 3, 3, 3, 3, 3, 3, 1),
    "digits": lambda: picture((100,), 8, 2),
    "embeddings": CASES["embeddings"],
    "a table": from_table,
}


@cache
def document(name):
    return page(DRAWN[name]().to_dict())


@pytest.mark.parametrize("name", DRAWN)
def test_the_drawing_fits_and_no_number_covers_another(look, name):
    shown = look(document(name), width=1600)
    faults = {1600: shown.evaluate(EVERYWHERE, "#network-box")}
    for width in (BETWEEN[list(DRAWN).index(name) % len(BETWEEN)], 360):
        shown.set_viewport_size({"width": width, "height": 900})
        shown.reload()
        faults[width] = shown.evaluate(EVERYWHERE, "#network-box")
    assert not any(faults.values()), faults


@pytest.mark.parametrize("name", ["2-2-2", "four hidden layers", "digits"])
def test_paper_has_all_steps(look, name):
    e = DRAWN[name]()
    depth = e.architecture.depth
    shown = look(document(name), width=720)
    shown.emulate_media(media="print")
    shown.wait_for_selector('[data-printed="update"]')
    kinds = ["all", "input", *["forward"] * depth, "cost", *["backward"] * depth, "inputs", "update"]
    assert each(shown, "[data-printed]", "n.dataset.printed") == kinds
    assert not shown.is_visible("#network-box")
    assert not shown.is_visible('[data-control="next"]')
    for i in range(len(kinds)):
        assert not shown.evaluate(MEASURED, f"#printed > :nth-child({i + 1}) .drawn")
    inside = each(shown, "[data-printed]", "n.querySelectorAll('.inside').length")
    neurons = each(shown, "[data-printed]", "n.querySelectorAll('.neuron').length")
    assert inside[-1] == neurons[-1] > inside[1]
    said = shown.inner_text("#printed")
    assert all(f"{i + 1}/{len(kinds)}" in said for i in range(len(kinds)))
    shown.emulate_media(media="screen")
    shown.wait_for_selector('[data-printed="update"]', state="detached")


def test_a_printed_document_has_them_too(look):
    """The browser's own way to paper, which asks for no other medium before."""
    shown = look(document("2-2-2"))
    pdf = shown.pdf(format="A4")
    assert (
        pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/") >= 9 or b"/Count" in pdf
    )
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(each(shown, "[data-printed]", "1")) == 9
