"""Dates and durations of any size, from every library: far out they count as missing, and nothing ever panics."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassprop.errors import TableError
from glassprop.tables import FitOptions, diagnose, explain_table, fit_table, predict_table, read_table, score_table
from glassprop.tables.encoding.columns import as_it_stands
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.recognize import recognize
from glassprop.tables.values.cells import cells_of, values_of
from glassprop.tables.values.dates import ORDERS, parse_date

MOST = {"D": 2**31 - 1, "s": 2**63 - 1, "ms": 2**63 - 1, "us": 2**63 - 1, "ns": 2**63 - 1}
ZONES = [None, "UTC", "Asia/Tokyo", "America/New_York"]
END = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)
START = datetime(1, 1, 1, 0, 30, tzinfo=UTC)


def as_polars(ticks: list[int | None], unit: str, zone: str | None) -> Any:
    if unit == "D":
        return pl.Series("x", ticks, dtype=pl.Int32).cast(pl.Date)
    plain = pl.Series("x", ticks, dtype=pl.Int64).cast(pl.Datetime(unit))  # type: ignore[arg-type]
    return plain if zone is None else plain.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)


def as_arrow(ticks: list[int | None], unit: str, zone: str | None) -> Any:
    if unit == "D":
        return pa.chunked_array([pa.array(ticks, pa.int32()).cast(pa.date32())])
    return pa.chunked_array([pa.array(ticks, pa.timestamp(unit, tz=zone))])


def as_pandas_arrow(ticks: list[int | None], unit: str, zone: str | None) -> Any:
    array = as_arrow(ticks, unit, zone)
    return pd.Series(array, dtype=pd.ArrowDtype(array.type), name="x")


def as_pandas(ticks: list[int | None], unit: str, zone: str | None) -> Any:
    whole = np.array([np.iinfo(np.int64).min if tick is None else tick for tick in ticks], dtype=np.int64)
    series = pd.Series(whole.view(f"datetime64[{unit}]"), name="x")
    return series if zone is None else series.dt.tz_localize("UTC").dt.tz_convert(zone)


MAKERS = [
    *((as_polars, unit) for unit in ("D", "ms", "us", "ns")),
    *((as_arrow, unit) for unit in ("D", "s", "ms", "us", "ns")),
    *((as_pandas_arrow, unit) for unit in ("D", "s", "ms", "us", "ns")),
    *((as_pandas, unit) for unit in ("s", "ms", "us", "ns")),
]
EACH = pytest.mark.parametrize(("make", "unit"), MAKERS, ids=lambda part: getattr(part, "__name__", part))


def series_of(native: Any) -> Any:
    return nw.from_native(native, series_only=True)


@EACH
@pytest.mark.parametrize("zone", ZONES)
def test_infinity_counts_as_missing_and_is_shown(make: Any, unit: str, zone: str | None) -> None:
    most = MOST[unit]
    series = series_of(make([most, -most, 0, None], unit, zone))
    cells = cells_of(series)
    assert cells.kind == "date"
    np.testing.assert_array_equal(cells.values, [np.nan, np.nan, 0.0, np.nan])
    assert (cells.infinite, cells.beyond) == (2, "infinite or beyond the years 1 to 9999")
    texts = as_it_stands(values_of(series))
    year = str(np.datetime64(most, unit)).split("-")[0]
    assert texts[0].startswith(year)
    assert texts[2].startswith(("1970-01-01", "1969-12-31"))
    assert texts[3] == ""
    assert not any("Na" in text for text in texts)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("make", [as_polars, as_arrow, as_pandas_arrow, as_pandas])
@pytest.mark.parametrize(("moment", "shown"), [(END, "9999-12-31 23:30:00"), (START, "0001-01-01 00:30:00")])
def test_the_ends_of_the_calendar_are_moments(make: Any, zone: str | None, moment: datetime, shown: str) -> None:
    seconds = int(moment.timestamp())
    series = series_of(make([seconds * 10**6, None], "us", zone))
    cells = cells_of(series)
    np.testing.assert_array_equal(cells.values, [seconds, np.nan])
    assert cells.infinite == 0
    assert as_it_stands(values_of(series))[0].startswith(shown)  # in UTC: the zone's own year may be 10000, or 0


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(MAKERS), st.sampled_from(ZONES))
def test_seconds_are_those_of_the_calendar(data: Any, made: tuple[Any, str], zone: str | None) -> None:
    """Against NumPy's calendar, which knows all years."""
    make, unit = made
    most = MOST[unit]
    near = int(np.datetime64("9999-12-31T23:59:59", "s").astype(np.int64) // (86400 if unit == "D" else 1))
    near *= {"ms": 10**3, "us": 10**6}.get(unit, 1)
    about = st.integers(max(-most + 1, -near - 5 * 10**6), min(most - 1, near + 5 * 10**6))
    ticks = data.draw(st.lists(st.none() | about | st.integers(-most + 1, most - 1), min_size=1, max_size=5))
    cells = cells_of(series_of(make(ticks, unit, zone)))
    if all(tick is None for tick in ticks):
        return
    beyond = 0
    for value, tick in zip(cells.values, ticks, strict=True):
        year = None if tick is None else int(np.datetime64(tick, unit).astype("datetime64[Y]").astype(np.int64)) + 1970
        inside = year is not None and 1 <= year <= 9999
        beyond += year is not None and not inside
        assert np.isnan(value) == (not inside)
        if inside and tick is not None:
            per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.get(unit)
            exact = tick * 86400 if per_second is None else tick / per_second
            assert value == pytest.approx(exact, rel=1e-15, abs=1.1e-6)  # nanoseconds are cut to microseconds
    assert cells.infinite == beyond


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_durations(unit: Any) -> None:
    most, per_second = 2**63 - 1, {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    ticks = [most, -most, -most - 1, most // 2, 5 * per_second, None]
    series = series_of(pl.Series("x", ticks, dtype=pl.Int64).cast(pl.Duration(unit)))
    cells = cells_of(series)
    assert (cells.kind, cells.infinite) == ("number", 3)
    np.testing.assert_allclose(cells.values, [np.nan] * 3 + [most // 2 / per_second, 5, np.nan], rtol=1e-15)
    assert as_it_stands(values_of(series))[4:] == ("0:00:05", "")


def table(rows: int = 80) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    days = rng.integers(15_000, 19_000, rows)
    moments = days * 86_400 * 10**6 + rng.integers(0, 86_400, rows) * 10**6
    days[::7], moments[::6], moments[4] = 2**31 - 1, 2**63 - 1, -(2**63)
    edge = np.where(np.arange(rows) % 3 == 0, int(END.timestamp()) * 10**6, moments // 10**6 % 10**9 * 10**6)
    x = rng.normal(size=rows)
    return pl.DataFrame(
        {
            "day": pl.Series(days).cast(pl.Int32).cast(pl.Date),
            "moment": pl.Series(moments).cast(pl.Datetime("us")),
            "edge": pl.Series(edge).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone("Asia/Tokyo"),
            "lasted": pl.Series(moments).cast(pl.Duration("us")),
            "x": x,
            "y": np.where(x > 0, "up", "down"),
        }
    )


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_from_a_file_to_predictions_scores_report_and_explanation(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"far.{ending}"
    frame = table()
    frame.write_parquet(path) if ending == "parquet" else frame.write_ipc(path)
    read = read_table(str(path))
    outcome = fit_table(read, FitOptions(target="y", hidden=(4,), epochs=3))
    reasons = {column.name: column.reason for column in outcome.columns}
    assert "; 12 infinite or beyond the years 1 to 9999 count as missing" in reasons["day"]
    assert "; 15 infinite or beyond the years 1 to 9999 count as missing" in reasons["moment"]
    assert "; 15 infinite or beyond 1e150 count as missing" in reasons["lasted"]
    assert reasons["edge"] == "dates with time of day"
    said: list[str] = []
    predictions = predict_table(outcome.pipeline, outcome.record, read, on_message=said.append)
    assert predictions.height == frame.height
    assert "column 'day': 12 value(s) are infinite or beyond the years 1 to 9999 and count as missing" in said
    assert score_table(outcome.pipeline, outcome.record, read, on_message=said.append)["rows"] == frame.height
    assert diagnose(outcome)["check"]["ok"]
    found = explain_table(outcome.pipeline, outcome.record, read, [0, 1, 4], on_message=said.append)
    shown = {column.name: column.shown for column in found.names.columns}
    assert shown["day"][0] == "5881580-07-11"
    assert shown["edge"][0].startswith("9999-12-31 23:30:00")
    assert shown["edge"][1].endswith("+09:00")
    missing = predictions_of(outcome, frame.with_columns(pl.lit(None, pl.Date).alias("day"))[:1])
    np.testing.assert_array_equal(predictions_of(outcome, frame[:1]), missing)


def predictions_of(outcome: Any, frame: pl.DataFrame) -> Any:
    found = predict_table(outcome.pipeline, outcome.record, Table(frame, "t"), on_message=lambda _: None)
    return found.select(pl.selectors.numeric()).to_numpy()


def test_rows_at_infinity_have_no_time_but_one_group() -> None:
    said: list[str] = []
    by_time = fit_table(
        Table(table(), "t"), FitOptions(target="y", time="moment", hidden=(2,), epochs=1), on_message=said.append
    )
    assert "15 rows have no time 'moment' (15 infinite or beyond the years 1 to 9999) and are left out" in said
    assert sum(by_time.rows.values()) == 65
    by_group = fit_table(Table(table(), "t"), FitOptions(target="y", group="day", hidden=(2,), epochs=1))
    far = {row for row in range(80) if row % 7 == 0}
    for part in (by_group.parts.train, by_group.parts.inner, by_group.parts.held_out):
        kept = far & set([] if part is None else part.rows.tolist())
        assert kept in (set(), far)


def write(columns: dict[str, Any], kind: str) -> bytes:
    table, buffer = pa.table(columns), io.BytesIO()
    if kind == "parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, buffer)
    else:
        with pa.ipc.new_file(buffer, table.schema) as writer:
            writer.write_table(table)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize(
    ("array", "words"),
    [
        (pa.array([0, 1], pa.timestamp("us", tz="+09:30")), "time zone"),
        (pa.array([0, 1], pa.timestamp("us", tz="Nowhere/City")), "in UTC, or in a zone with a name"),
        (pa.array([1, 2], pa.decimal256(76, 2)), "cannot be read"),
    ],
    ids=["offset", "unknown zone", "decimal256"],
)
def test_types_that_polars_panics_on_are_one_line(tmp_path: Path, array: Any, words: str, kind: str) -> None:
    path = tmp_path / f"odd.{kind}"
    path.write_bytes(write({"x": array}, kind))
    with pytest.raises(TableError, match=words) as caught:
        read_table(str(path))
    assert "\n" not in str(caught.value)


def test_odd_objects_are_text() -> None:
    class Silent:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    huge = 10**5000
    column = pd.DataFrame({"x": pd.Series([huge, -huge, Silent(), [1], None, END], dtype=object)})
    values = cells_of(nw.from_native(column, eager_only=True)["x"]).values.tolist()
    assert values == [hex(huge), hex(-huge), "<Silent>", "[1]", None, str(END)]
    assert max(map(len, as_it_stands(column["x"].tolist()))) == 200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("9999-12-31T23:30:00-09:00", 253402300800 + 9 * 3600 - 1800),
        ("0001-01-01T00:30:00+14:00", -62135596800 + 1800 - 14 * 3600),
        ("10000-01-01", None),
        ("0000-01-01", None),
        ("-0001-01-01", None),
        ("31/12/9999 23:59", 253402300740),
    ],
)
def test_dates_as_text_at_the_ends_of_the_calendar(text: str, seconds: float | None) -> None:
    values = [parse_date(text, order) for order in ORDERS]
    assert [value for value in values if not np.isnan(value)] == [] if seconds is None else seconds in values


def test_a_constant_date_is_told_as_a_date() -> None:
    frame = nw.from_native(pl.DataFrame({"d": pl.Series([18_000] * 3, dtype=pl.Int32).cast(pl.Date), "x": [1, 5, 3]}))
    roles, _ = recognize(frame, {})
    assert roles[0].reason == "constant: every value is 2019-04-14"
