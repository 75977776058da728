"""A column of many categories gets the inputs that its training rows show to be worth it."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.many_categories import with_inputs
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.schema.readings import Reading, Schema


def _countries(rows: int, many: int, effect: float, noise: float = 0.1, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    country = rng.integers(0, many, rows)
    x = rng.normal(size=rows)
    y = effect * rng.normal(size=many)[country] + x + noise * rng.normal(size=rows)
    return Table(pl.DataFrame({"country": [f"c{k}" for k in country], "x": x, "y": y}), "t")


def _inputs(table: Table, **changes: object) -> tuple[int, list]:
    notes: list = []
    options = FitOptions(target="y", epochs=1, hidden=(2,))
    outcome = fit_table(table, options, defaults=replace(Defaults(), **changes), on_message=notes.append)
    return outcome.record["defaults"]["max_categories"], [note for note in notes if note.kind == "shared-categories"]


@pytest.mark.parametrize(
    ("rows", "many", "effect", "inputs"),
    [(2000, 200, 1.0, 256), (2000, 200, 0.0, 32), (3000, 600, 1.0, 512), (600, 20, 1.0, 32), (30, 25, 1.0, 32)],
)
def test_inputs_are_what_the_rows_show_to_be_worth_it(rows, many, effect, inputs):
    assert _inputs(_countries(rows, many, effect))[0] == inputs


def test_classes_count_as_amounts_do():
    table = _countries(2000, 200, 1.0)
    classes = replace(
        table,
        frame=table.frame.with_columns(pl.when(pl.col("y") > 0).then(pl.lit("up")).otherwise(pl.lit("no")).alias("y")),
    )
    assert _inputs(classes)[0] == 256


def test_settings_bound_it():
    assert _inputs(_countries(2000, 200, 1.0), most_categories=64)[0] == 64
    assert _inputs(_countries(2000, 200, 1.0), max_categories=8, most_categories=8)[0] == 8


def test_many_countries_are_learned():
    """With 32 inputs R² is about 1/3: only x, and the share of the countries that have an input, are explained."""
    scores = {}
    for most in (32, 1024):
        defaults = replace(Defaults(), most_categories=most)
        outcome = fit_table(_countries(3000, 200, 3.0), FitOptions(target="y", seed=1, epochs=30), defaults=defaults)
        scores[most] = outcome.scores["r2"]
    assert scores[32] < 0.5
    assert scores[1024] > 0.95


def test_those_that_share_an_input_are_told():
    _, (note,) = _inputs(_countries(2000, 200, 0.0))
    assert note.column == "country"
    assert note.number == 200 - 31  # the shared input is one of the 32
    assert "169 of 200 categories, the rarest, share one input" in note
    _, none = _inputs(_countries(2000, 200, 1.0))
    assert none == []


def test_counts_of_more_rows_say_which_are_frequent():
    """Of 200 countries, those that tell something are the rarest in these rows, and the most frequent of all rows."""
    rng = np.random.default_rng(0)
    country = np.where(rng.random(4_000) < 0.3, rng.integers(0, 30, 4_000), rng.integers(30, 200, 4_000))
    country = np.where(rng.random(4_000) < 0.5, rng.integers(150, 200, 4_000), country)
    y = np.where(country < 30, rng.normal(size=30)[country % 30], 0.0) * 5
    frame = nw.from_native(pl.DataFrame({"country": [f"c{k}" for k in country], "y": y}), eager_only=True)
    train = Examples(frame, y, None, SplitKeys(), np.arange(4_000))
    schema = Schema.of([Reading("country", "category")])
    settings = replace(Defaults(), max_categories=32)
    assert with_inputs(settings, train, schema, 0).max_categories > 32
    counts = {"country": {f"c{k}": 10_000 if k < 30 else 10 for k in range(200)}}
    assert with_inputs(settings, train, schema, 0, counts).max_categories == 32
