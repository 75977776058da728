"""Text to numbers and dates, value by value, against values written down by hand or Python's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassprop.ground.number_text import shortest
from glassprop.tables.values import cells
from glassprop.tables.values.category_names import category_name
from glassprop.tables.values.cells import cells_of, texts_of
from glassprop.tables.values.circles import date_parts
from glassprop.tables.values.dates import date_order, parse_date
from glassprop.tables.values.decimal_marks import decimal_mark
from glassprop.tables.values.numbers import parse_number

NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "dot", "comma"),
    [
        ("12", 12, 12),
        ("-1.5", -1.5, -1.5),
        ("1,5", 1.5, 1.5),
        ("+2e3", 2000, 2000),
        (",5", 0.5, 0.5),
        ("1,234", 1234, 1.234),
        ("1.234", 1.234, 1234),
        ("0,123", 0.123, 0.123),
        ("0.123", 0.123, 0.123),
        ("1,234.50", 1234.5, 1234.5),
        ("1.234,50", 1234.5, 1234.5),
        ("1,234,567", 1234567, 1234567),
        ("1.234.567", 1234567, 1234567),
        ("1 234 567,8", 1234567.8, 1234567.8),
        ("1\u202f234.5", 1234.5, 1234.5),
        ("1'234", 1234, 1234),
        ("12,34", 12.34, 12.34),
        ("1234,567", 1234.567, 1234.567),
        ("$1,234", 1234, 1.234),
        ("-$12.50", -12.5, -12.5),
        ("€ 5", 5, 5),
        ("5 €", 5, 5),
        ("12%", 12, 12),
        ("\u22125", -5, -5),
        ("1,23,456", 123456, 123456),
        ("1.2.3", NAN, NAN),
        ("abc", NAN, NAN),
        ("1_000", NAN, NAN),
        ("0x10", NAN, NAN),
        ("12 apples", NAN, NAN),
        ("$", NAN, NAN),
        ("1e999", NAN, NAN),
        ("nan", NAN, NAN),
        ("inf", NAN, NAN),
        ("", NAN, NAN),
    ],
)
def test_parse_number(text, dot, comma):
    np.testing.assert_equal((parse_number(text, "."), parse_number(text, ",")), (float(dot), float(comma)))


@pytest.mark.parametrize(
    ("texts", "mark", "ambiguous"),
    [
        (["1,5", "2,25", "3"], ",", False),
        (["1.5", "2.25"], ".", False),
        (["1,234", "5,678"], ".", True),
        (["1,234", "5,5"], ",", False),
        (["1,234", "5.5"], ".", False),
        (["1,234,567", "1,234"], ".", False),
        (["1.234.567", "1.234"], ",", False),
        (["1.234,5", "1.234"], ",", False),
        (["1,234.5", "1,234"], ".", False),
        (["1", "2"], ".", False),
        (["1.234", "5.678"], ".", False),
        (["x", "0,125"], ",", False),
    ],
)
def test_decimal_mark(texts, mark, ambiguous):
    found = decimal_mark(texts)
    assert (found.mark, bool(found.told())) == (mark, ambiguous)


def test_a_decimal_mark_is_voted_for_by_rows():
    assert decimal_mark(["1,5", "2.5"]).mark == "."
    assert decimal_mark(["1,5", "2.5"], [3, 2]).mark == ","


def _utc(*parts: int) -> float:
    return (datetime(*parts, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


@pytest.mark.parametrize(
    ("text", "order", "seconds"),
    [
        ("2020-02-29", "ymd", _utc(2020, 2, 29)),
        ("2020/2/9", "ymd", _utc(2020, 2, 9)),
        ("2020-02-29 13:45", "ymd", _utc(2020, 2, 29, 13, 45)),
        ("2020-02-29T13:45:10", "ymd", _utc(2020, 2, 29, 13, 45, 10)),
        ("2020-02-29T13:45:10.5Z", "ymd", _utc(2020, 2, 29, 13, 45, 10) + 0.5),
        ("2020-02-29 13:45:10+02:00", "ymd", _utc(2020, 2, 29, 11, 45, 10)),
        ("2020-02-29 13:45:10-0530", "ymd", _utc(2020, 2, 29, 19, 15, 10)),
        ("29.02.2020", "dmy", _utc(2020, 2, 29)),
        ("29. 2. 2020", "dmy", _utc(2020, 2, 29)),
        ("02/29/2020", "mdy", _utc(2020, 2, 29)),
        ("2/29/20", "mdy", _utc(2020, 2, 29)),
        ("12/31/99", "mdy", _utc(1999, 12, 31)),
        ("02/29/2020 1:05 PM", "mdy", _utc(2020, 2, 29, 13, 5)),
        ("02/29/2020 12:05 am", "mdy", _utc(2020, 2, 29, 0, 5)),
        ("29-Feb-2020", "dmy", _utc(2020, 2, 29)),
        ("29 February 2020", "dmy", _utc(2020, 2, 29)),
        ("Feb 29, 2020", "mdy", _utc(2020, 2, 29)),
        ("1950-01-01", "ymd", _utc(1950, 1, 1)),
        ("2021-02-29", "ymd", NAN),
        ("2020-13-01", "ymd", NAN),
        ("1.2.3", "dmy", NAN),
        ("10.12.14", "dmy", _utc(2014, 12, 10)),
        ("2020-02-29 25:00", "ymd", NAN),
        ("2020-02-29", "dmy", _utc(2020, 2, 29)),
        ("today", "ymd", NAN),
        ("", "ymd", NAN),
        ("12:30", "ymd", NAN),
        ("2021/3/4 24:00", "ymd", _utc(2021, 3, 5)),
        ("2021/3/4 24:59", "ymd", NAN),
        ("2021/3/4 25:00", "ymd", NAN),
        ("2021/3/4 00:00:99", "ymd", NAN),
        ("2021/3/4 23:59:59.5", "ymd", _utc(2021, 3, 4, 23, 59) + 59.5),
        ("2021/3/4 13:00 am", "ymd", NAN),
        ("2021/3/4 12:00 +99:99", "ymd", NAN),
    ],
)
def test_parse_date(text, order, seconds):
    np.testing.assert_equal(parse_date(text, order), seconds)


@pytest.mark.parametrize(
    ("texts", "order", "ambiguous"),
    [
        (["2020-01-02", "2020-03-04"], "ymd", False),
        (["01/02/2020", "13/02/2020"], "dmy", False),
        (["01/02/2020", "02/13/2020"], "mdy", False),
        (["01/02/2020", "03/04/2020"], "mdy", True),
        (["01.02.2020", "03.04.2020"], "dmy", True),
    ],
)
def test_date_order(texts, order, ambiguous):
    assert date_order(texts) == (order, 1.0, ambiguous)


def test_parts_of_a_date_are_days_and_points_on_circles():
    moments = np.array([_utc(1970, 1, 1), _utc(1970, 1, 8, 6), NAN])
    parts = date_parts(moments, clock=True)
    np.testing.assert_allclose(parts["days"], [0, 7.25, NAN])
    np.testing.assert_allclose(parts["day sin"], [0, 1, NAN], atol=1e-9)  # six o'clock is a quarter turn
    np.testing.assert_allclose(parts["week cos"], [1, np.cos(2 * np.pi * 0.25 / 7), NAN], atol=1e-9)
    for name in ("year", "week", "day"):
        np.testing.assert_allclose(parts[f"{name} sin"] ** 2 + parts[f"{name} cos"] ** 2, [1, 1, NAN])
    whole = date_parts(moments, clock=False)
    np.testing.assert_allclose(whole["days"], [0, 7, NAN])
    assert "day sin" not in whole


@pytest.mark.parametrize("clock", [True, False])
def test_one_weekday_and_one_time_of_day_are_one_point(clock):
    """Not points that rounding sets apart: a scaler would make inputs of the difference."""
    weekly = _utc(1931, 3, 2, 9) + 20 * 60 + 7 * 86_400.0 * np.arange(7_000)
    parts = date_parts(weekly, clock=clock)
    for name in ("week sin", "week cos", *(("day sin", "day cos") if clock else ())):
        assert len(np.unique(parts[name])) == 1
    np.testing.assert_allclose(parts["week sin"][0], np.sin(2 * np.pi * (4 + (9 + 1 / 3) / 24 * clock) / 7))  # a Monday


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True),
        ("1.50", "1.5", True),
        ("01", "1", False),
        ("0", "0.0", True),
        ("a", "A", False),
        ("1e3", "1000", False),
        ("00", "0", False),
        (".5", "0.5", True),
        ("-1", "-1.0", True),
        ("--1", "--2", False),
        ("9" * 400, "8" * 400, False),  # beyond any float
        ("12345678901234567890", "12345678901234567891", False),  # one float
    ],
)
def test_equal_numbers_are_one_category(one, other, same):
    assert (category_name(one) == category_name(other)) is same


@pytest.mark.parametrize(("value", "text"), [(5.0, "5"), (-0.0, "0"), (0.1, "0.1"), (1e20, "100000000000000000000")])
def test_number_text(value, text):
    assert shortest(value) == text


@pytest.mark.parametrize("as_text", [False, True])
def test_numbers_at_the_ends_of_floats_are_missing_or_zero(as_text):
    values = [1e150, -1e150, 1.7976931348623157e308, -1e151, np.inf, 1e-150, 1e-200, -1e-310, 0.0]
    expected = [1e150, -1e150, NAN, NAN, NAN, 1e-150, 0, 0, 0]
    if as_text:
        found = np.array([parse_number(repr(value), ".") for value in values])
    else:
        cells = cells_of(nw.from_native(pl.Series(values), series_only=True))
        found = cells.values
        assert cells.infinite == 3
    np.testing.assert_equal(found, expected)


_LIBRARIES = {
    "polars": lambda values: pl.Series("c", values),
    "pandas": lambda values: pd.Series(values, name="c"),
    "arrow": lambda values: pa.table({"c": values}).column("c"),
}


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 2, None], "number", [1, 2, NAN]),
        ([1.5, float("inf"), None], "number", [1.5, NAN, NAN]),
        ([" a", "NA", None], "text", ["a", "NA", None]),
        ([True, False, None], "text", ["true", "false", None]),
        ([date(2020, 1, 2), None], "date", [_utc(2020, 1, 2), NAN]),
        ([datetime(2020, 1, 2, 3, 4, 5, 678000), None], "date", [_utc(2020, 1, 2, 3, 4, 5) + 0.678, NAN]),
        (
            [datetime(2020, 1, 2, 3, tzinfo=timezone(timedelta(hours=0))), None],
            "date",
            [_utc(2020, 1, 2, 3), NAN],
        ),
        ([timedelta(minutes=1), None], "number", [60, NAN]),
        ([[1], [2, 3]], "other", [NAN, NAN]),
    ],
)
@pytest.mark.parametrize("library", sorted(_LIBRARIES))
def test_a_column_reads_the_same_from_every_library(values, kind, expected, library):
    cells = cells_of(nw.from_native(_LIBRARIES[library](values), series_only=True))
    if library == "pandas" and type(values[0]) is list:
        # pandas has no such type of its own: a column of objects, read as text.
        assert cells.values.tolist() == [None if value is None else str(value) for value in values]
        return
    assert cells.kind == kind
    if kind == "text":
        assert cells.values.tolist() == expected
    else:
        np.testing.assert_allclose(cells.values, expected)


def test_mixed_objects_and_categories_of_pandas():
    mixed = pd.Series([1, 2.0, "x", None, True], dtype=object)
    assert cells_of(nw.from_native(mixed, series_only=True)).values.tolist() == ["1", "2", "x", None, "true"]
    codes = pd.Series([1, 2, None], dtype="Int64")
    np.testing.assert_equal(cells_of(nw.from_native(codes, series_only=True)).values, [1, 2, NAN])
    grades = pd.Series(["a", "b", None], dtype="category")
    assert cells_of(nw.from_native(grades, series_only=True)).values.tolist() == ["a", "b", None]


def test_what_fields_are_filled_up_with_is_no_part_of_them():
    """NumPy's texts lose a NUL at their end, so "1" and "1" with one would be two classes that are one."""
    found = texts_of(["a", "a\0", "\0 a\0\0", " \t\0", "a\0b", None])
    assert found.array().tolist() == ["a", "a", "a", None, "a\0b", None]
    assert {chr(code) for code in range(0x110000) if chr(code).isspace()} | {"\0"} == set(cells.BLANK)


@pytest.mark.parametrize("span", [1, 30, 399, 100_000])
def test_the_parts_of_days_that_rows_share_are_those_of_each_row(span):
    rng = np.random.default_rng(0)
    moments = 86_400 * rng.integers(-span, span + 1, 400) + rng.uniform(0, 86_399, 400)
    moments[::9] = np.nan
    found = date_parts(moments, clock=False)
    single = [date_parts(moment[None], clock=False) for moment in moments]
    for name, part in found.items():
        np.testing.assert_array_equal(part, np.concatenate([of[name] for of in single]))
    assert np.isnan(date_parts(np.full(3, np.nan), clock=False)["week sin"]).all()
