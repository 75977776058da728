"""What stands on the page stands clear: numbers of names and of each other, bars where they can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from report.page_reader import press

from glassprop import Layer, Network
from glassprop.architecture.own_units import OwnUnits
from glassprop.insight.baseline import Baseline
from glassprop.insight.explanation import explain
from glassprop.insight.names import Column, Names
from glassprop.report.page import page

_OVERLAPS = """(selectors) => {
  const found = selectors.flatMap((s) => [...document.querySelectorAll(`#network-box ${s}`)]);
  const boxes = found.map((n) => [n.textContent, n.getBBox()]);
  const over = [];
  boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
    const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const tall = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
    if (wide > 1 && tall > 4) over.push([one, other]);
  }));
  return over;
}"""
_BARS = """() => [...document.querySelectorAll("#waterfall tr[data-term] rect")]
  .map((bar) => Number(bar.getAttribute("width")))"""


def regression(units: OwnUnits | None = None):
    network = Network(10, [Layer(6, "relu"), Layer(1, "identity")], "half_squared_error", units=units)
    rng = np.random.default_rng(1)
    names = Names.numbered(network, 2, inputs=[f"s{k}" for k in range(10)], outputs=["progression"])
    theta, X = network.initial(rng), rng.normal(size=(2, 10))
    return explain(network, theta, X, [[0.5], [0.25]], names=names, baseline=Baseline(np.zeros(10)))


@pytest.mark.parametrize("width", [360, 768, 1024, 1600])
def test_numbers_on_lines_stand_clear_of_names_and_of_each_other(look, width):
    shown = look(page(regression().to_dict()), width=width)
    press(shown, '[data-control="last"]')
    outer = [".name.after", ".cost-number"] if width >= 1000 else [".cost-number", ".target text", ".delta"]
    assert shown.evaluate(_OVERLAPS, outer) == []
    if width == 360:
        assert shown.evaluate(_OVERLAPS, [".line-number"]) == []


def test_steps_of_a_waterfall_far_from_0_can_be_seen(look):
    e = regression(OwnUnits(1000.0, 5.0))
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    found = e.contributions()
    assert abs(found.prediction - found.baseline) < 0.05 * found.baseline
    assert max(shown.evaluate(_BARS)[1:-1]) > 30  # of 160
    assert "Bars begin at" in shown.inner_text("#waterfall")
    begins = float(shown.get_attribute('#waterfall [data-name="from"]', "data-value"))
    levels = [found.baseline]
    for column in found.columns:
        levels.append(levels[-1] + column.value)
    assert 0 < begins < min(levels)


def test_cells_of_a_waterfall_are_short_numbers_and_whole_words(look):
    network = Network(2, [Layer(1, "identity")], "half_squared_error")
    columns = (
        Column("amount", (0,), ("-0.0366560810750123",), np.ones((1, 1))),
        Column("code", (1,), ("0123456789",), None, ("0123456789",)),
    )
    names = Names.numbered(network, 1, columns=columns)
    shown = look(page(explain(network, [1.0, 2.0, 0.0], [-0.0366560810750123, 1.0], [1.0], names=names).to_dict()))
    press(shown, '[data-control="last"]')
    text = shown.inner_text("#waterfall")
    assert "−0.0366561" in text
    assert "0123456789" in text
