"""Reads a page in the browser: what its panel says, number by number."""

import json
from typing import Any

_READ = """() => {
  const panel = document.getElementById("panel");
  for (let more; (more = panel.querySelector('[data-fold="more"]')); ) more.click();
  const number = (text) => (Number.isFinite(Number(text)) ? Number(text) : text); // JSON would say null
  const value = (node) => (node.dataset.value === "" ? null : number(node.dataset.value));
  const numbers = (nodes) => nodes.map((node) => [node.dataset.name, value(node)]).filter(([name]) => name);
  const nums = [...panel.querySelectorAll(".num")];
  const tables = {};
  for (const table of panel.querySelectorAll("table[data-sum]"))
    tables[table.dataset.sum] = Object.fromEntries([...table.querySelectorAll("tr[data-term]")].map((row) =>
      [row.dataset.term, Object.fromEntries(numbers([...row.querySelectorAll(".num")]))]));
  return {
    of: { ...panel.dataset },
    named: numbers(nums.filter((node) => !node.closest("table"))),
    tables,
    texts: nums.map((node) => [node.textContent, value(node), node.dataset.name]),
    text: panel.innerText,
  };
}"""

_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


# by the form, as by hand: what is typed is heard, and the button is where the focus goes
_LOOK_UP = f"""([layer, j, k]) => {{
  const write = (id, value) => {{
    const field = document.getElementById(id);
    if (field.value === value) return;
    field.value = value;
    for (const heard of ["input", "change"]) field.dispatchEvent(new Event(heard, {{ bubbles: true }}));
  }};
  write("find-layer", layer);
  write("find-j", j);
  write("find-k", k);
  const button = document.querySelector("#find button");
  button.focus();
  button.click();
  return JSON.stringify(({_READ})());
}}"""

_CHOOSE = f"""async (what) => {{
  const lists = document.getElementById("lists"), box = document.getElementById("lists-box");
  lists.open = true;
  while (!document.querySelector("[data-list]")) await new Promise((done) => setTimeout(done));
  for (let more; (more = box.querySelector('[data-fold="more"]')); ) more.click();
  document.querySelector(`[data-choose="${{what}}"]`).click();
  return JSON.stringify(({_READ})());
}}"""


def panel(page: Any) -> dict[str, Any]:
    """What the panel holds: ``named`` numbers outside tables, ``tables`` by name and row, ``texts`` of all numbers."""
    return _checked(page.evaluate(f"() => JSON.stringify(({_READ})())"))


def _checked(told: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told)
    for text, value, name in found["texts"]:
        shown = as_number(text)
        if value is None:
            assert shown is None
        else:  # what is read is the number in the element, to the digits shown
            assert abs(shown - value) <= (0.6e-2 if name == "entry" else 0.6e-4) * abs(value), (text, value)
    found["named"] = dict(found["named"])
    return found


def as_number(text: str) -> float | None:
    """What a number on the page says; None where it says that there is none."""
    if text == "not finite":
        return None
    mantissa, _, power = text.replace("\u2212", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(_POWERS) or 0)


def look_up(page: Any, layer: int, j: int, k: int | None) -> dict[str, Any]:
    """Choose a weight (k None: a bias) by the form, and read its panel, in one visit to the browser."""
    return _checked(page.evaluate(_LOOK_UP, [str(layer), str(j), "" if k is None else str(k)]))


def choose(page: Any, what: str) -> dict[str, Any]:
    """Choose by a link of the lists below, or of the panel: "neuron:1:2", "input:0", "column:1"."""
    return _checked(page.evaluate(_CHOOSE, what))


def press(page: Any, selector: str) -> None:
    """A click that is only a way to what is tested: without the mouse, which waits for two frames to be painted."""
    page.dispatch_event(selector, "click")


def each(page: Any, selector: str, what: str) -> list[Any]:
    """Something of every element: a JavaScript expression of ``n``."""
    found: list[Any] = page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((n) => {what})")
    return found


def contrasts(page: Any) -> list[tuple[float, str]]:
    """How far text stands out from its ground (WCAG's ratio), the worst first."""
    found: list[tuple[float, str]] = page.evaluate(_CONTRASTS)
    return sorted(found)


_CONTRASTS = """() => {
  const part = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = part(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("p,td,th,h1,h2,h3,dt,dd,label,button,code,.num,.key,.link,svg text")) {
    if (!node.textContent.trim() || !node.getClientRects().length) continue;
    if (node.closest(".dim,[aria-disabled=true]")) continue;
    const style = getComputedStyle(node), drawing = node.ownerSVGElement;
    const one = light(part(drawing ? style.fill : style.color));
    const other = light(ground(drawing ? drawing.parentElement : node));
    found.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), node.textContent.slice(0, 30)]);
  }
  return found;
}"""
