"""From a frame to the matrix: what training saw rules how any later frame is read, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from rounding import OF_A_FUNCTION, assert_rounded

from glassprop.errors import TableError
from glassprop.tables.encoding.encode import Bounded, TypedColumns, encoder
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Reading, Schema


def schema(**kinds):
    """Of columns by kind; a kind may say more: number_comma, date_dmy."""
    more = {"comma": {"decimal": ","}, "dmy": {"order": "dmy"}, "ymd": {"order": "ymd"}, "": {}}
    made = []
    for kind, names in kinds.items():
        kind, _, how = kind.partition("_")
        made += [Reading(name, kind, **more[how]) for name in names]
    return Schema.of(made)


PLAN = schema(number=["x"], number_comma=["z"], category=["town"], date_ymd=["day"])
FRAME = pl.DataFrame(
    {
        "x": [1.0, 2.0, None, 4.0],
        "z": ["1,5", "2,5", "3,5", "NA"],
        "town": ["Bern", "Ulm", None, "Bern"],
        "day": ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-05"],
    }
)
PLAIN = Defaults(limit=None, min_rows_of_category=1)


def test_numbers_are_filled_with_the_median_marked_and_scaled():
    steps = encoder(PLAN, PLAIN, "float64")
    X = steps.fit_transform(FRAME)
    names = steps.get_feature_names_out().tolist()
    filled = np.array([1, 2, 2, 4])
    np.testing.assert_allclose(X[:, names.index("numbers__x")], (filled - filled.mean()) / filled.std())
    marks = np.array([0, 0, 1, 0])
    np.testing.assert_allclose(X[:, names.index("numbers__missingindicator_x")], (marks - marks.mean()) / marks.std())
    z = np.array([1.5, 2.5, 3.5, 2.5])
    np.testing.assert_allclose(X[:, names.index("numbers__z")], (z - z.mean()) / z.std())


def test_a_missing_category_is_a_category():
    steps = encoder(PLAN, PLAIN, "float64")
    X = steps.fit_transform(FRAME)
    names = steps.get_feature_names_out().tolist()
    columns = [names.index(f"categories__town_{town}") for town in ("Bern", "Ulm", "")]
    np.testing.assert_array_equal(X[:, columns], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize("convert", [lambda f: f, lambda f: f.to_pandas(), lambda f: f.to_arrow()])
def test_every_library_gives_the_same_matrix(convert):
    steps = encoder(PLAN, PLAIN, "float64")
    expected = steps.fit_transform(FRAME)
    np.testing.assert_array_equal(steps.transform(convert(FRAME)), expected)
    np.testing.assert_array_equal(encoder(PLAN, PLAIN, "float64").fit_transform(convert(FRAME)), expected)


def test_order_and_further_columns_do_not_matter():
    steps = encoder(PLAN, PLAIN, "float64")
    expected = steps.fit_transform(FRAME)
    other = FRAME.select("day", "town", pl.lit(7).alias("more"), "z", "x")
    np.testing.assert_array_equal(steps.transform(other), expected)


def test_all_missing_columns_are_named():
    steps = encoder(PLAN, PLAIN, "float64").fit(FRAME)
    with pytest.raises(TableError, match=r"lacks 2 column.*'x', 'town'"):
        steps.transform(FRAME.drop("x", "town"))


@pytest.mark.parametrize("rows", [np.zeros((2, 4)), [[1, 2]], None])
def test_what_is_no_table_is_refused(rows):
    steps = encoder(PLAN, PLAIN, "float64").fit(FRAME)
    with pytest.raises(TableError, match="named columns is needed"):
        steps.transform(rows)


def test_each_row_is_read_by_itself():
    steps = encoder(PLAN, Defaults(), "float32").fit(FRAME)
    whole = steps.transform(FRAME)
    for row in range(len(FRAME)):
        assert_rounded(steps.transform(FRAME[[row]]), whole[[row]], np.abs(whole[[row]]), OF_A_FUNCTION, whole.dtype)


def test_unseen_categories_go_with_the_rare_ones_or_are_nothing():
    frame = pl.DataFrame({"town": ["a"] * 5 + ["b"] * 5 + ["c", "d"]})
    plan = schema(category=["town"])
    shared = encoder(plan, Defaults(min_rows_of_category=2), "float64").fit(frame)
    rare, new = shared.transform(pl.DataFrame({"town": ["c", "never seen"]}))
    np.testing.assert_array_equal(rare, new)
    assert rare.sum() == 1
    alone = encoder(plan, Defaults(min_rows_of_category=1), "float64").fit(frame)
    assert alone.transform(pl.DataFrame({"town": ["never seen"]})).sum() == 0


def test_categories_are_capped():
    frame = pl.DataFrame({"town": [f"t{k}" for k in range(50) for _ in range(k + 1)]})
    X = encoder(schema(category=["town"]), Defaults(max_categories=8), "float64").fit_transform(frame)
    assert X.shape[1] == 8
    np.testing.assert_array_equal(X.sum(axis=1), 1)


def test_codes_are_one_category_as_text_and_as_number():
    typed = TypedColumns(schema(category=["zip"]))
    frames = [pl.DataFrame({"zip": values}) for values in ([1, 2], [1.0, 2.0], ["1", "2.0"], [" 1", "2"])]
    assert {tuple(typed.transform(frame)["zip"].to_list()) for frame in frames} == {("1", "2")}
    assert typed.transform(pl.DataFrame({"zip": [True, None]}))["zip"].to_list() == ["true", ""]


def test_text_that_is_no_number_counts_as_missing_with_a_warning():
    typed = TypedColumns(schema(number=["x"], date_dmy=["d"]))
    frame = pl.DataFrame({"x": ["1.5", "oops", "none"], "d": ["1.2.2020", "3.4.2020", "soon"]})
    with pytest.warns(UserWarning, match="count as missing") as caught:
        out = typed.transform(frame)
    assert sorted(str(w.message) for w in caught) == [
        "column 'd': 1 value(s) are no dates and count as missing, the first 'soon'",
        "column 'x': 1 value(s) are no numbers and count as missing, the first 'oops'",
    ]
    np.testing.assert_equal(out["x"].to_numpy(), [1.5, np.nan, np.nan])
    np.testing.assert_equal(out["d [days]"].to_numpy(), [18293, 18355, np.nan])


def test_a_column_of_another_kind_counts_as_missing_with_a_warning():
    typed = TypedColumns(schema(number=["x"]))
    with pytest.warns(UserWarning, match="'x' holds no numbers"):
        out = typed.transform(pl.DataFrame({"x": [[1], [2]]}))
    assert np.isnan(out["x"].to_numpy()).all()


def test_dates_of_any_type_are_the_same_date():
    typed = TypedColumns(schema(date=["d"]))
    text = pl.DataFrame({"d": ["2020-03-01"]})
    frames = [
        text,
        text.with_columns(pl.col("d").str.to_date()),
        pl.DataFrame({"d": [pd.Timestamp("2020-03-01")]}),
    ]
    frames.append(pd.DataFrame({"d": pd.to_datetime(["2020-03-01"])}))
    frames.append(pa.table({"d": pd.to_datetime(["2020-03-01"])}))
    days = [float(np.asarray(typed.transform(frame)["d [days]"])[0]) for frame in frames]
    assert days == [18322.0] * 5


def test_infinite_values_are_filled_like_missing_ones():
    plan = schema(number=["x"])
    steps = encoder(plan, PLAIN, "float64").fit(pl.DataFrame({"x": [1.0, 2.0, 6.0, None]}))
    with pytest.warns(UserWarning, match=r"'x': 3 value\(s\) are infinite or beyond 1e150 and count as missing"):
        new = steps.transform(pl.DataFrame({"x": [np.inf, -np.inf, 1e200, np.nan, None]}))
    assert np.isfinite(new).all()
    assert (new == new[0]).all()


def test_a_column_without_any_training_value_does_no_harm():
    frame = pl.DataFrame({"x": [None, None], "y": [1.0, 2.0]}, schema={"x": pl.Float64, "y": pl.Float64})
    X = encoder(schema(number=["x", "y"]), Defaults(), "float32").fit_transform(frame)
    assert np.isfinite(X).all()
    assert X.dtype == np.float32


def test_bounded_is_smooth_odd_and_within_its_limit():
    X = np.array([[-1e300], [-3.0], [0.0], [1e-3], [3.0], [np.finfo(float).max]])
    out = Bounded(3.0).fit_transform(X)
    np.testing.assert_allclose(out[:, 0], [-3, -3 / 2**0.5, 0, 1e-3, 3 / 2**0.5, 3], rtol=1e-6)
    assert Bounded(None, "float32").fit_transform(X[1:5]).dtype == np.float32


@pytest.mark.parametrize("scaling", ["auto", "standard", "robust", "quantile"])
def test_every_scaling_gives_finite_numbers(scaling):
    frame = pl.DataFrame({"x": np.random.default_rng(0).lognormal(size=200), "c": [1.0] * 199 + [2.0]})
    plan = schema(number=["x", "c"])
    X = encoder(plan, Defaults(scaling=scaling), "float64").fit_transform(frame)
    assert np.isfinite(X).all()
    assert X[:, 0].std() > 0.3
