"""What training did not see is told at predict and score: a note a column, with its kind, its number and examples."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassprop.ground.note import NewsWarning
from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, score_table
from glassprop.tables.encoding import table_pipeline

QUICK = Defaults(hidden=(4,), epochs=2, early_stopping_rows=10**6)
RNG = np.random.default_rng(0)
ROWS = 80
FRAME = pl.DataFrame(
    {
        "x": RNG.uniform(10, 20, ROWS),
        "town": RNG.choice(["Bern", "Ulm", "Graz"], ROWS),
        "day": pl.Series(np.datetime64("2020-01-01") + RNG.integers(0, 300, ROWS)),
        "truth": RNG.choice(["True", "False"], ROWS),
        "y": RNG.choice(["a", "b"], ROWS),
    }
)


@pytest.fixture(scope="module")
def outcome():
    return fit_table(Table(FRAME, "t"), FitOptions(target="y"), defaults=QUICK)


def notes(outcome, frame):
    said = []
    predict_table(outcome.pipeline, outcome.record, Table(frame, "new"), on_message=said.append)
    return {(note.kind, note.column): note for note in said}


def test_a_table_like_the_one_trained_on_has_no_news(outcome):
    assert notes(outcome, FRAME) == {}
    assert notes(outcome, FRAME.with_columns(truth=pl.col("truth") == "True")) == {}
    assert notes(outcome, FRAME[[0]].with_columns(x=pl.lit(None, pl.Float64))) == {}  # one row may well lack something


@pytest.mark.parametrize("blocks", [False, True])
def test_new_categories_are_counted_and_named(outcome, monkeypatch, blocks):
    if blocks:
        monkeypatch.setattr(table_pipeline, "SHORT", 16)
    town = [f"new {k % 7}" if k % 2 else "Bern" for k in range(ROWS)]
    note = notes(outcome, FRAME.with_columns(town=pl.Series(town)))["new-categories", "town"]
    assert note.number == ROWS // 2
    assert note.examples == tuple(f"new {k % 7}" for k in range(1, 15, 2))
    assert "7 new one(s), 'new 1', 'new 3', 'new 5', …" in note


def test_numbers_and_dates_far_outside_are_told_with_what_training_saw(outcome):
    frame = FRAME.with_columns(x=pl.Series([1e6] * 3 + [15.0] * (ROWS - 3)), day=pl.lit(date(1950, 3, 1)))
    found = notes(outcome, frame)
    assert found["new-range", "x"].number == 3
    assert found["new-range", "x"].examples == ("1000000",)
    assert "2020-" in found["new-range", "day"]
    assert "the first '1950-03-01'" in found["new-range", "day"]


def test_numbers_a_little_outside_are_no_news(outcome):
    assert notes(outcome, FRAME.with_columns(x=pl.lit(25.0))) == {}


def test_a_column_of_nothing_and_one_of_another_type_are_told(outcome):
    frame = FRAME.with_columns(x=pl.lit(None, pl.Float64), town=pl.Series(np.arange(ROWS)))
    found = notes(outcome, frame)
    assert found["wholly-missing", "x"] == f"column 'x' has no value in any of {ROWS} rows; training had some"
    assert found["new-type", "town"] == "column 'town' has numbers here, and had text in training"


def test_scoring_tells_the_same_and_python_warns(outcome):
    frame = FRAME.with_columns(town=pl.lit("Rom"))
    said = []
    score_table(outcome.pipeline, outcome.record, Table(frame, "new"), on_message=said.append)
    assert [note.kind for note in said] == ["new-categories"]
    with pytest.warns(NewsWarning, match="'Rom'"):
        outcome.pipeline.predict(frame.to_pandas())


def test_many_columns_with_the_same_news_share_a_line():
    names = [f"c{k}" for k in range(30)]
    frame = pl.DataFrame({name: RNG.choice(["u", "v"], ROWS) for name in names} | {"y": FRAME["y"]})
    outcome = fit_table(Table(frame, "t"), FitOptions(target="y"), defaults=QUICK)
    said = []
    new = pd.DataFrame({name: ["w"] * 5 for name in names})
    predict_table(outcome.pipeline, outcome.record, Table(pl.from_pandas(new), "new"), on_message=said.append)
    assert len(said) == 1
    assert "29 more columns like it" in said[0]


def test_a_model_that_was_read_from_its_file_tells_the_same(outcome, tmp_path):
    from glassprop.export.model_file import load_with_record, save

    save(outcome.pipeline, tmp_path / "m", record=outcome.record)
    pipeline, record = load_with_record(tmp_path / "m")
    said = []
    frame = FRAME.with_columns(x=pl.lit(1e6), town=pl.lit("Rom"))
    predict_table(pipeline, record, Table(frame, "new"), on_message=said.append)
    assert {note.kind for note in said} == {"new-range", "new-categories"}
