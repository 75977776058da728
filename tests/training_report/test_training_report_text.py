"""The report of a training as a document: names from a table stay text, rows stay out, a browser has no complaint."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from training_report.report_cases import HOSTILE, amounts, flowers, hostile, reported, trained
from training_report.report_reader import Reader

from glassprop.ground.number_text import amount
from glassprop.tables import FitOptions, Table, diagnose, fit_table
from glassprop.training_report import charts


@pytest.fixture(scope="module")
def classes():
    return trained(flowers(), "kind")


@pytest.fixture(scope="module")
def numbers():
    return trained(amounts(), "rent")


# --- text stays text ------------------------------------------------------------------------------------------------


def test_names_and_labels_stay_text():
    frame = hostile()
    outcome = fit_table(Table(frame, HOSTILE[0]), FitOptions(HOSTILE[1] + "!", hidden=(4,), epochs=2))
    _, document = reported(outcome, model=HOSTILE[3], page="./" + "x.html")
    reader = Reader(document)
    assert not {"script", "img", "iframe", "object", "link"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on") or name == "style"]
    assert reader.tables["confusion"][0][0][1:4] == sorted(HOSTILE[:3])
    assert "\x1b" not in document
    assert "\u202e" not in document
    assert r"a\x1b[31m\u202eb" in reader.texts["columns"]
    assert "49" not in reader.tables["confusion"][0][0]


def test_it_loads_nothing(classes):
    _, document = reported(classes, page="./r-rows.html")
    reader = Reader(document)
    assert all(link.startswith("./r-rows.html#example=") for link in reader.links())
    assert [link[-1] for link in reader.links()] == [str(i) for i in range(len(reader.links()))]
    policy = next(value for _, name, value in reader.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"https?://|url\(|@import", document)


def test_no_rows_leaves_values_of_rows_out():
    frame = amounts().with_columns(
        pl.Series("note", ["secret-odd" if i == 3 else str(i * 1.5) for i in range(400)]), same=pl.lit("secret-same")
    )
    outcome = trained(frame, "rent")
    told, full = reported(outcome)
    assert "secret-odd" in full
    assert "secret-same" in full
    assert "points" in told["residuals"]
    data, document = reported(outcome, rows=False)
    text = json.dumps(data)
    assert "secret" not in document + text
    assert 'class="point"' not in document
    spread = data["amounts"]["spread"]
    for entry in diagnose(outcome)["telling"]:
        assert amount(entry["true"], spread) in full
        assert amount(entry["true"], spread) not in document
        assert amount(entry["predicted"], spread) not in document
    assert f"row {entry['row']}" in document


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (360, "light"), (1600, "light"), (1600, "dark")])
def test_names_stay_text_in_a_browser(look, width, scheme):
    """`look` fails on any dialog, request, error or word on the console; a refused style would be one."""
    frame = hostile()
    outcome = fit_table(Table(frame, HOSTILE[0]), FitOptions(HOSTILE[1] + "!", hidden=(4,), epochs=2))
    shown = look(reported(outcome, page="./r.html")[1], width=width, scheme=scheme)
    assert shown.title() == f"Training on {HOSTILE[0]}"
    assert shown.locator("#confusion thead th").all_inner_texts()[:3] == sorted(HOSTILE[:3])
    assert shown.locator("img, script, iframe").count() == 0
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(look, numbers, classes, scheme):
    """The style is applied, and what is written can be read: 4.5 to 1, as WCAG 2 asks for."""
    for outcome in (numbers, classes):
        shown = look(reported(outcome, page="./r.html")[1], scheme=scheme)
        ground = color(shown, "body", "backgroundColor")
        inks = [color(shown, selector, "color") for selector in ("h1", ".note", "a", "summary", "figcaption")]
        for ink in inks:
            light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


def color(shown, selector, kind):
    """Red, green and blue of the first such element."""
    found = shown.evaluate(
        "([selector, kind]) => getComputedStyle(document.querySelector(selector))[kind]", [selector, kind]
    )
    return np.array(re.findall(r"[\d.]+", found)[:3], float)


def luminance(color):
    """As WCAG 2 defines it, of red, green and blue up to 255."""
    share = color / 255
    return np.where(share <= 0.03928, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_charts_are_seen_and_fit(look, numbers):
    shown = look(reported(numbers)[1], width=360)
    for i in range(shown.locator("svg").count()):
        box = shown.locator("svg").nth(i).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] > 30  # two bars
    assert shown.locator("svg .training").evaluate("e => getComputedStyle(e).stroke") != "none"


def test_the_template_has_no_style_of_its_own():
    """The policy allows the style sheet by its hash, and nothing else."""
    template = (Path(charts.__file__).parent / "static" / "report_training.html").read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<script|\son\w+=", template)
