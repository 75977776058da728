"""What other programs write for the same category, or for true and false in a column of numbers, is read alike."""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table, read_table, text_columns
from glassprop.tables.values.spellings import aliases_of

QUICK = Defaults(hidden=(4,), epochs=1, min_rows_of_category=1, early_stopping_rows=10**6)
ROWS = 42


def trained(values, **asked):
    """On a column `c` of a typed table, or of texts, and noise."""
    cells = [values[k % len(values)] for k in range(ROWS)]
    frame = pl.DataFrame({"c": cells, "n": np.linspace(0, 1, ROWS), "y": ["a", "b", "b"] * (ROWS // 3)})
    return fit_table(Table(frame, "t"), FitOptions(target="y", seed=1, **asked), defaults=QUICK)


def inputs(outcome, frame) -> np.ndarray:
    return np.asarray(outcome.pipeline[:-1].transform(frame))


def of_text(outcome, folder, text: str) -> np.ndarray:
    path = folder / "one.csv"
    path.write_text(f'c,n\n"{text}",0.5\n' if "," in text else f"c,n\n{text},0.5\n", encoding="utf-8")
    table = read_table(str(path), as_text=text_columns(outcome.pipeline, outcome.record))
    return inputs(outcome, table.frame)


def of_value(outcome, value) -> np.ndarray:
    return inputs(outcome, pl.DataFrame({"c": [value], "n": [0.5]}))


MORNING, NIGHT = datetime(2020, 1, 1, 5), datetime(2020, 1, 1)


@pytest.mark.parametrize(
    ("values", "one", "written"),
    [
        ([1e-7, 1e22, 0.5], 1e-7, ["1e-07", "1e-7", "1E-7", "1.0E-7", "0.0000001"]),
        ([1e-7, 1e22, 0.5], 1e22, ["1e22", "1e+22", "1E22", "1.0e+22", "10000000000000000000000"]),
        ([-2.5e-9, 2.5e-9], -2.5e-9, ["-2.5e-9", "-2.5E-09", "-0.0000000025"]),
        ([NIGHT, MORNING], NIGHT, ["2020-01-01", "2020-01-01 00:00:00", "2020-01-01T00:00:00.000000"]),
        ([NIGHT, MORNING], MORNING, ["2020-01-01 05:00", "2020-01-01T05:00:00", "2020-01-01 05:00:00.000000"]),
        ([date(2020, 1, 1), date(2020, 1, 2)], date(2020, 1, 1), ["2020-01-01", "2020-01-01 00:00:00"]),
        ([time(10), time(9, 30)], time(10), ["10:00", "10:00:00", "10:00:00.000000000"]),
    ],
)
def test_a_category_with_a_type_is_known_by_all_that_programs_write_for_it(values, one, written, tmp_path):
    outcome = trained(values, category=["c"])
    expected = of_value(outcome, one)
    assert expected[0, 1:].sum() == 1
    for text in written:
        np.testing.assert_array_equal(of_text(outcome, tmp_path, text), expected, text)


def test_a_category_of_text_is_known_by_its_value_in_a_table_with_types():
    for texts, values in [
        (["2020-01-01 00:00:00", "2020-01-01 05:00:00"], [NIGHT, MORNING]),
        (["9:30", "10:00"], [time(9, 30), time(10)]),
        (["1e-7", "1E22"], [1e-7, 1e22]),
        (["ja", "nein"], [True, False]),
        (["WAHR", "FALSCH"], [True, False]),
    ]:
        outcome = trained(texts, category=["c"])
        for text, value in zip(texts, values, strict=True):
            np.testing.assert_array_equal(of_value(outcome, value), of_value(outcome, text), text)


def test_spellings_that_are_categories_of_their_own_stay_so():
    outcome = trained(["10:00", "10:00:00", "1e-07", "1e-7"], category=["c"])
    alone = [of_value(outcome, text)[0].tolist() for text in ("10:00", "10:00:00", "1e-07", "1e-7")]
    assert len({tuple(row) for row in alone}) == 4


@pytest.mark.parametrize("truths", [("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), (True, False)])
def test_truths_that_are_asked_for_as_numbers_are_1_and_0(truths, tmp_path):
    outcome = trained(truths, number=["c"])
    one, zero = of_value(outcome, 1), of_value(outcome, 0)
    assert one[0, 0] > 0 > zero[0, 0]
    for value, expected in ((True, one), (False, zero)):
        np.testing.assert_array_equal(of_value(outcome, value), expected)
        np.testing.assert_array_equal(of_text(outcome, tmp_path, str(value)), expected)
    for text, expected in zip(truths, (one, zero), strict=True):
        np.testing.assert_array_equal(of_text(outcome, tmp_path, str(text)), expected)


def test_a_column_of_1_and_0_takes_true_and_false_however_they_come(tmp_path):
    outcome = trained([0, 1, 1])
    arrow = pl.DataFrame({"c": [True], "n": [0.5]}).to_arrow()
    frames = [
        pd.DataFrame({"c": [True], "n": [0.5]}),
        pd.DataFrame({"c": pd.Categorical([True]), "n": [0.5]}),
        arrow.set_column(0, "c", arrow["c"].dictionary_encode()),
    ]
    for frame in frames:
        np.testing.assert_array_equal(inputs(outcome, frame), of_value(outcome, 1))
    np.testing.assert_array_equal(of_text(outcome, tmp_path, "True"), of_value(outcome, 1))


@pytest.mark.parametrize(
    "values", [[12, 54, None], [0.5, 1.5, None], [True, False, None], [date(2020, 1, 1), NIGHT.date(), None]]
)
def test_text_files_have_words_for_what_is_missing_in_a_category_with_a_type(values, tmp_path):
    outcome = trained([*values, date(2021, 1, 1)] if isinstance(values[0], date) else values, category=["c"])
    missing = inputs(outcome, pl.DataFrame({"c": [None], "n": [0.5]}))
    assert missing[0, 1:].sum() == 1
    for word in ("", "NA", "NaN", "null"):
        np.testing.assert_array_equal(of_text(outcome, tmp_path, word), missing, word)


def test_what_text_says_in_a_table_with_types_it_says_in_a_text_file_too(tmp_path):
    outcome = trained(["NA", "US", None], category=["c"])
    np.testing.assert_array_equal(of_text(outcome, tmp_path, "NA"), of_value(outcome, "NA"))
    assert of_value(outcome, "NA")[0].tolist() != of_value(outcome, None)[0].tolist()


def test_spellings_of_very_many_categories_do_not_fill_a_model():
    assert len(aliases_of([f"{k}e-09" for k in range(1, 10)])) == 72
    assert aliases_of([f"{k / 1e4 + 1!r}e-09" for k in range(1, 6_000)]) == {"2e-09": "2.0e-09"}
