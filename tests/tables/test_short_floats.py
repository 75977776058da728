"""Numbers of single and half precision are the decimals that libraries write for them."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, read_table, text_columns
from glassprop.tables.values.short_floats import half_doubles, written_doubles

QUICK = Defaults(hidden=(4,), epochs=1, early_stopping_rows=10**6)
RNG = np.random.default_rng(1)
BITS = RNG.integers(0, 2**32, 5000, dtype=np.uint64).astype(np.uint32).view(np.float32)


@pytest.mark.parametrize(
    "values",
    [
        BITS[np.isfinite(BITS)],
        RNG.normal(size=5000),
        RNG.integers(-99999, 99999, 5000) / 100,
        RNG.integers(0, 256, 500) / 255,
        RNG.integers(-(2**31), 2**31, 2000),
        10.0 ** RNG.uniform(-45, 38, 5000),
        [0.0, np.inf, -np.inf, 1e-45, 3.4e38, 2.0**24, 2.0**24 + 2, 9.999999e-5, 0.001],
    ],
)
def test_the_shortest_decimal_is_read(values):
    single = np.asarray(values).astype(np.float32)
    expected = [float(str(one)) for one in single]  # NumPy writes the shortest
    np.testing.assert_array_equal(written_doubles(single), expected)


def test_half_precision_and_missing_ones():
    np.testing.assert_array_equal(half_doubles(np.array([0.1, np.nan, 2.5])), [0.1, np.nan, 2.5])
    np.testing.assert_array_equal(written_doubles(np.array([0.1, np.nan], dtype=np.float32)), [0.1, np.nan])


def trained(kind):
    values = [0.1, 0.25, 1.3, 1e-7] * 15
    frame = pl.DataFrame({"x": pl.Series(values, dtype=kind), "c": pl.Series(values, dtype=kind), "y": ["a", "b"] * 30})
    outcome = fit_table(Table(frame, "t"), FitOptions(target="y", category=["c"], seed=1), defaults=QUICK)
    return outcome, frame.drop("y").head(4)


@pytest.mark.parametrize("kind", [pl.Float32, pl.Float64])
def test_a_row_gives_the_same_inputs_in_either_precision_and_as_text(kind, tmp_path):
    outcome, frame = trained(kind)
    expected = outcome.pipeline[:-1].transform(frame)
    single = frame.with_columns(pl.all().cast(pl.Float32))
    if kind is pl.Float32:
        frame = frame.with_columns(pl.all().cast(pl.String).cast(pl.Float64))
    others = [
        single,
        frame,
        single.to_pandas(),
        *(frame.to_pandas().astype(object).map(kind) for kind in (float, np.float64, np.float32)),
        pa.table({name: pa.array(np.asarray(single[name])) for name in frame.columns}),
    ]
    for other in others:
        np.testing.assert_array_equal(outcome.pipeline[:-1].transform(other), expected)
    for number, write in enumerate((single.write_csv, lambda path: single.to_pandas().to_csv(path, index=False))):
        buffer = io.StringIO()
        write(buffer)
        path = tmp_path / f"{number}.csv"
        path.write_text(buffer.getvalue())
        table = read_table(str(path), as_text=text_columns(outcome.pipeline, outcome.record))
        np.testing.assert_array_equal(outcome.pipeline[:-1].transform(table.frame), expected)


def test_classes_of_single_precision_have_short_names():
    frame = pl.DataFrame({"x": [k % 7 for k in range(40)], "y": pl.Series([0.1, 0.2] * 20, dtype=pl.Float32)})
    outcome = fit_table(Table(frame, "t"), FitOptions(target="y"), defaults=QUICK)
    predicted = predict_table(outcome.pipeline, outcome.record, Table(frame, "t"))
    assert predicted.columns == ["prediction", "probability_0.1", "probability_0.2"]
    assert set(predicted["prediction"]) <= {"0.1", "0.2"}
