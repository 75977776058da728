"""Roles that the user says: columns are taken as asked, in every container, or refused with what is there."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassprop.errors import SettingsError, TableError
from glassprop.tables import FitOptions, Table, fit_table, read_table
from glassprop.tables.schema.request import check_options

N = 60
RNG = np.random.default_rng(5)
Y = RNG.normal(size=N)


def _fit(column: object, **asked: object):
    frame = pl.DataFrame({"c": pl.Series(column, strict=False), "d": RNG.normal(size=N), "y": Y})
    return fit_table(Table(frame, "t"), FitOptions(target="y", epochs=1, hidden=(2,), **asked))


def _reading(column: object, **asked: object):
    found = [reading for reading in _fit(column, **asked).pipeline[0].schema if reading.name == "c"]
    return found[0] if found else None


def _repeat(*values: object) -> list[object]:
    return [values[k % len(values)] for k in range(N)]


DAYS = [date(2020, 1, 1) + timedelta(days=9 * k) for k in range(N)]
TAKEN = [
    # values, what is asked, kind, decimal, order
    (_repeat(1, 2, 3, 4), "category", "category", ".", ""),
    (RNG.normal(size=N), "category", "category", ".", ""),
    (DAYS, "category", "category", ".", ""),
    (_repeat(True, False), "number", "number", ".", ""),
    (_repeat(True, False, None), "category", "category", ".", ""),
    ([*["low", "high"] * 10, *[f"{k},5" for k in range(N - 20)]], "number", "number", ",", ""),
    (["04.03.2021", "someday"] * 30, "date", "date", ".", "dmy"),
    ([f"{20200101 + k % 20}" for k in range(N)], "date", "date", ".", "ymd"),
    ([20200101 + k % 20 for k in range(N)], "date", "date", ".", "ymd"),
    (_repeat("12:30", "13:45"), "date", "time", ".", ""),
    (_repeat("007", "7"), "number", "number", ".", ""),
    (np.arange(N), "keep", "number", ".", ""),
    ([f"person {k}" for k in range(N)], "keep", "category", ".", ""),
    (RNG.normal(size=N), "keep", "number", ".", ""),
]


@pytest.mark.parametrize(("values", "role", "kind", "decimal", "order"), TAKEN)
def test_a_column_is_taken_as_asked(values, role, kind, decimal, order):
    reading = _reading(values, **{role: ("c",)})
    assert (reading.kind, reading.decimal, reading.order) == (kind, decimal, order)


REFUSED = [
    (_repeat("Ulm", "Bern", "7"), "number", "40 of 60 values that cannot be read as such ('Ulm', 'Bern')"),
    (_repeat("Ulm", "Bern"), "date", "60 of 60 values that cannot be read as such"),
    (RNG.normal(size=N), "date", "it holds numbers"),
    (DAYS, "number", "it holds dates"),
    ([[1, 2]] * N, "category", "a type that holds no numbers, text or dates"),
    (_repeat("-", "unknown"), "number", "every value is missing"),
    ([3] * N, "keep", "constant: every value is 3"),
    ([None] * N, "keep", "every value is missing"),
]


@pytest.mark.parametrize(("values", "role", "said"), REFUSED)
def test_a_role_that_cannot_be_is_refused_with_what_is_there(values, role, said):
    with pytest.raises(TableError) as refused:
        _fit(values, **{role: ("c",)})
    assert said in str(refused.value)
    assert "column 'c'" in str(refused.value)


def test_all_faults_are_told_at_once():
    frame = pl.DataFrame({"town": _repeat("Ulm", "Bern"), "when": Y, "y": Y})
    with pytest.raises(TableError) as refused:
        fit_table(Table(frame, "t"), FitOptions(target="y", number=("town",), date=("when",)))
    assert "'town' cannot be a number" in str(refused.value)
    assert "'when' cannot be a date" in str(refused.value)
    options = FitOptions(
        target="y",
        number=("town", "twon"),
        category=("town",),
        drop=("when",),
        keep=("when",),
        missing_in={"w": ("-",)},
    )
    with pytest.raises(TableError) as refused:
        fit_table(Table(frame, "t"), options)
    for said in ("did you mean 'town'", "'town' cannot be number and category", "'when' cannot be keep and drop"):
        assert said in str(refused.value)
    assert "'w' for missing" in str(refused.value)


def test_settings_that_mean_nothing_are_refused():
    for asked, said in (({"target_scale": "lgo"}, "did you mean log"), ({"missing": (" ",)}, "empty word")):
        with pytest.raises(SettingsError, match=said):
            _fit(Y, **asked)


def _containers(columns: dict[str, list[object]]):
    frame = pl.DataFrame({name: pl.Series(values, strict=False) for name, values in columns.items()})
    yield frame
    yield frame.to_pandas()
    yield frame.to_arrow()
    yield pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("values", "asked", "gone"),
    [
        ([*[-9999] * 6, *range(54)], {"missing": (-9999,)}, [-9999, -9999.0]),
        ([*[-9999.0] * 6, *np.arange(54) / 7], {"missing": ("-9999",)}, [-9999, -9999.0]),
        ([*["broken"] * 6, *map(str, range(54))], {"missing_in": {"c": ("Broken",)}}, ["broken", "BROKEN"]),
        ([*["-9999,0"] * 6, *[f"{k},5" for k in range(54)]], {"missing": ("-9999",)}, ["-9999", "-9999,00"]),
        ([*["NA"] * 6, *["DE", "FR", "GB"] * 18], {"missing": ("na",)}, ["NA", "Na"]),
        ([*[99] * 6, *[1, 2, 3] * 18], {"missing": ("99",), "category": ("c",)}, [99, "99", 99.0]),
        ([*[date(1900, 1, 1)] * 6, *DAYS[:54]], {"missing": ("1900-01-01",)}, [date(1900, 1, 1)]),
    ],
)
def test_what_the_user_calls_missing_is_missing_in_every_container(values, asked, gone):
    outcome = _fit(values, **asked)
    assert outcome.pipeline[0].schema.readings
    encode = outcome.pipeline[:-1]
    nothing = np.asarray(encode.transform(pl.DataFrame({"c": [None], "d": [0.5]})))
    some = np.asarray(encode.transform(pl.DataFrame({"c": [values[-1]], "d": [0.5]})))
    assert not np.array_equal(nothing, some)
    for value in gone:
        for frame in _containers({"c": [value], "d": [0.5]}):
            assert np.array_equal(np.asarray(encode.transform(frame)), nothing), (value, type(frame))


def test_words_for_missing_count_in_the_target():
    y = np.where(np.arange(N) % 6 == 0, -1.0, np.abs(Y) + 0.1)
    notes: list[str] = []
    frame = pl.DataFrame({"a": Y, "y": y})
    options = FitOptions(target="y", epochs=1, hidden=(2,), missing_in={"y": (-1,)})
    outcome = fit_table(Table(frame, "t"), options, on_message=notes.append)
    assert sum(outcome.rows.values()) == 50
    assert any("10 of 60 rows have no target" in note for note in notes)


def test_words_of_the_file_stay_values_in_typed_tables(write):
    """Only what the user names is missing there, too."""
    lines = [f"{['NA', 'DE', 'FR', 'none'][k % 4]},{Y[k]}" for k in range(N)]
    table = read_table(write("c,y\n" + "\n".join(lines)))
    outcome = fit_table(table, FitOptions(target="y", epochs=1, hidden=(2,), missing=("none",)))
    (reading,) = outcome.pipeline[0].schema
    assert reading.absent == ("none",)
    assert "na" in reading.missing
    words = outcome.pipeline[0].transform(pa.table({"c": ["NA", "none", "DE"]}))
    assert words.column("c").to_pylist() == ["NA", "", "DE"]


@pytest.mark.parametrize("asked", [{"number": ("c",)}, {"keep": ("c",)}, {"schema": True}])
def test_marks_for_no_data_are_told_of_columns_that_are_said_as_well(asked):
    notes: list = []
    if "schema" in asked:
        asked = {"schema": {"format": "glassprop schema 1", "columns": [{"name": "c", "kind": "number"}]}}
    values = np.where(np.arange(N) % 9 == 0, -9999.0, Y)
    for c in (pl.Series(values), pl.Series([f"{value:g}" for value in values])):
        frame = pl.DataFrame({"c": c, "d": Y[::-1], "y": Y})
        notes.clear()
        fit_table(Table(frame, "t"), FitOptions(target="y", epochs=1, hidden=(2,), **asked), on_message=notes.append)
        (mark,) = [note for note in notes if note.kind == "no-data-mark"]
        assert "--missing c=-9999" in mark


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"missing": ("w" * 101,)}, "more than 100 characters"),
        ({"missing_in": {"x": tuple(map(str, range(1001)))}}, "1,001 words for a column: give 1,000 at most"),
        ({"missing": tuple("abc"), "missing_in": {"x": tuple(map(str, range(998)))}}, "1,001 words for a column"),
    ],
)
def test_more_words_than_a_model_keeps_are_refused_before_training(asked, words):
    with pytest.raises(SettingsError, match=words):
        check_options(FitOptions("y", **asked))
