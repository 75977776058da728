"""Dates and times of day on the page: any of them, typed, as the table's own steps would make inputs of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest
from report.page_reader import each, press
from report.test_page_play import said

import glassprop
from glassprop.cli import main
from glassprop.report.page import page

ROWS = [3, 11, 40]
SINGLE = 2e-6  # the steps before the network give single precision, of numbers of a few tens
_INTO = {
    "day": (date(2024, 2, 29), "2024-02-29"),
    "moment": (datetime(2021, 7, 4, 17, 30), "2021-07-04T17:30"),
    "hour": (time(6, 45), "06:45"),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    rng, n = np.random.default_rng(0), 240
    days = rng.integers(0, 1400, size=n)
    hours = rng.integers(0, 24 * 60, size=n)
    table = pl.DataFrame(
        {
            "day": [date(2020, 1, 1) + timedelta(days=int(d)) for d in days],
            "moment": [datetime(2020, 1, 1) + timedelta(minutes=int(m)) for m in rng.integers(0, 2_000_000, size=n)],
            "hour": [time(int(m) // 60, int(m) % 60) for m in hours],
            "size": rng.normal(size=n),
        }
    )
    y = np.where(np.sin(2 * np.pi * days / 365.25) + (hours > 700) + 0.3 * rng.normal(size=n) > 0.6, "yes", "no")
    folder = tmp_path_factory.mktemp("dates")
    data, model = str(folder / "t.csv"), str(folder / "m.glassprop")
    table.with_columns(pl.Series("answer", y)).write_csv(data)
    asked = ["--target", "answer", "--recipe", "plain", "--hidden", "6", "--epochs", "10", "--seed", "0"]
    assert main(["train", data, *asked, "--model", model]) == 0
    return glassprop.load(model), table, y


def test_the_rule_of_a_date_makes_what_the_steps_make(trained):
    model, table, y = trained
    record = glassprop.explain(model, table, y, rows=ROWS).to_dict()
    assert len(record["live"]["dates"]) == 3
    for rule, name in zip(record["live"]["dates"], ("day", "moment", "hour"), strict=True):
        for other in (*table[name][5:9], _INTO[name][0]):
            rows = table[ROWS].with_columns(pl.lit(other, dtype=table[name].dtype).alias(name))
            X = glassprop.explain(model, rows, y[ROWS], rows=[0]).view.X[0]
            if name == "hour":
                value = other.hour + other.minute / 60
            elif name == "day":
                value = (other - date(1970, 1, 1)).days
            else:
                value = (other - datetime(1970, 1, 1)).total_seconds() / 86400
            for k, turn in zip(rule["parts"], rule["turns"], strict=True):
                assert X[k] == pytest.approx(by_rule(turn, value), rel=SINGLE, abs=SINGLE), (name, turn)


def by_rule(turn, value):
    angle = 2 * np.pi * value / turn["length"] if turn["length"] else 0.0
    u = {"line": value, "sin": np.sin(angle), "cos": np.cos(angle), "missing": 0.0}[turn["of"]]
    u = (u - turn["center"]) / turn["spread"]
    return u if turn["limit"] is None else u / np.sqrt(1 + (u / turn["limit"]) ** 2)


def test_any_date_is_typed(look, trained):
    model, table, y = trained
    e = glassprop.explain(model, table, y, rows=ROWS)
    shown = look(page(e.to_dict()))
    press(shown, '[data-control="last"]')
    names = [column.name for column in e.names.columns]
    for name in ("day", "moment", "hour"):
        into, text = _INTO[name]
        shown.evaluate("(to) => { location.hash = to; }", f"choice=column:{columns_of(shown).index(name)}")
        shown.wait_for_selector(f"[data-typed='date:{columns_of(shown).index(name)}']")
        slope = e.by_column(e.names.columns[names.index(name)]).value
        assert said(shown, "#nudge .nudge-row")["slope"] == pytest.approx(slope, rel=1e-8)
        shown.fill("[data-typed^='date:']", text)
        now = [into, *table[name][ROWS[1:]]]
        rows = table[ROWS].with_columns(pl.Series(name, now, dtype=table[name].dtype))
        moved = glassprop.explain(model, rows, y[ROWS], rows=[0, 1, 2])
        assert said(shown, "#facts")["cost"] == pytest.approx(moved.cost, rel=100 * SINGLE)
        assert said(shown, "#nudge .nudge-row")["change"] == pytest.approx(
            moved.cost - e.cost, abs=100 * SINGLE * (1 + e.cost)
        )
        shown.click('[data-control="undo"]')
        assert said(shown, "#facts")["cost"] == pytest.approx(e.cost, rel=1e-8)
    assert each(shown, "[data-typed^='date:']", "n.type") == ["time"]


def columns_of(shown):
    """Names of the page's columns, in its order."""
    return shown.evaluate("JSON.parse(document.getElementById('record').textContent).columns.map((c) => c.name)")
