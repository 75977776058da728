"""Whole columns of notations, from file to network: what they are taken for, and that every table reads them alike."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time, timedelta

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.pipeline import Pipeline

from glassprop import load, save
from glassprop.errors import TableError
from glassprop.tables import FitOptions, fit_table, predict_table, read_table, text_columns
from glassprop.tables.encoding.columns import inputs_of
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.read_column import part_names, read_column
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.schema.recognize import Words, recognize
from glassprop.tables.schema.target import decide
from glassprop.tables.values.file_mark import file_mark

N = 60
RNG = np.random.default_rng(0)
AMOUNTS = RNG.normal(size=N) * 900
DAYS = [date(2015, 1, 1) + timedelta(days=17 * k) for k in range(N)]
MINUTES = RNG.integers(0, 24 * 60, N)


def accounted(value: float) -> str:
    return f"({-value:.2f})" if value < 0 else f"{value:.2f}"


def continental(value: float) -> str:
    return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def days(pattern: str) -> list[str]:
    return [day.strftime(pattern) for day in DAYS]


CASES = [
    # name, values, role, part of the reason
    ("gain", [accounted(v) for v in AMOUNTS], "number", "numbers as text"),
    ("gain", [f"{-v:.2f}-" if v < 0 else f"{v:.2f}" for v in AMOUNTS], "number", "numbers as text"),
    ("price", [f"USD {abs(v):,.2f}" for v in AMOUNTS], "number", "numbers as text"),
    ("price", [f"R$ {continental(abs(v))}" for v in AMOUNTS], "number", "decimal comma"),
    ("price", [f"{k + 1},23,456" for k in range(N)], "number", "numbers as text"),
    ("size", [f"{k % 7} CUP" for k in range(N)], "category", "7 different texts"),
    ("rank", [f"TOP {k % 7}" for k in range(N)], "category", "7 different texts"),
    ("at", [f"{m // 60}:{m % 60:02d}" for m in MINUTES], "time of day", "times of day"),
    ("at", [time(m // 60, m % 60).strftime("%I:%M %p") for m in MINUTES.tolist()], "time of day", "times of day"),
    ("at", ["noon", *[f"{m // 60}:{m % 60:02d}:30" for m in MINUTES[1:]]], "time of day", "count as missing ('noon')"),
    ("at", [time(m // 60, m % 60) for m in MINUTES.tolist()], "time of day", "times of day"),
    ("took", [f"{k * 7}:{k % 60:02d}" for k in range(N)], "dropped", "free text"),
    ("lap time", [f"{m // 60}:{m % 60:02d}" for m in MINUTES], "dropped", "free text"),
    ("goals", [f"{k % 3}:{k % 4}" for k in range(N)], "category", "different texts"),
    ("result", [f"{k % 3 + 10}:{k % 4 + 10}" for k in range(N)], "category", "different texts"),
    ("month", days("%Y-%m"), "date", "dates such as '2015-01'"),
    ("month", days("%m/%Y"), "date", "dates such as '01/2015'"),
    ("month", days("%b %Y"), "date", "dates such as 'Jan 2015'"),
    ("month", days("%b-%y"), "date", "dates such as 'Jan-15'"),
    ("day", days("%d.%m.%y"), "date", "day/month/year"),
    ("day", days("%a, %d %b %Y %H:%M:%S +0100"), "date", "with time of day"),
    ("day", days("%Y-W%V"), "date", "dates such as '2015-W01'"),
    ("quarter", [f"{day.year}Q{(day.month + 2) // 3}" for day in DAYS], "date", "dates such as '2015Q1'"),
    ("day", [int(text) for text in days("%Y%m%d")], "date", "dates as whole numbers such as 20150101"),
    ("day", days("%Y%m%d"), "date", "dates as whole numbers such as 20150101"),
    ("day", [0, *[int(text) for text in days("%Y%m%d")[1:]]], "date", "1 that are no dates count as missing (0)"),
    ("version", [f"1.{k % 12}.{k % 30 + 10}" for k in range(N)], "dropped", "free text"),
    ("code", [20150101, 20150102, 20150103] * 20, "category", "codes, by its name"),
    ("share", ["007", *map(str, RNG.integers(1, 10**6, N - 1))], "number", "numbers as text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "role", "reason"), CASES, ids=[f"{c[0]}-{k}" for k, c in enumerate(CASES)])
def test_role_of_a_column(name, values, role, reason):
    frame = nw.from_native(pl.DataFrame({name: values}), eager_only=True)
    (found,), schema = recognize(frame, {})
    assert (found.role, reason in found.reason) == (role, True), found
    assert (len(schema) == 1) is (role != "dropped")


# --- every table reads them alike -------------------------------------------------------------------------------

NOTED = pl.DataFrame(
    {
        "gain": [accounted(v) for v in AMOUNTS],
        "price": [f"R$ {continental(abs(v))}" for v in AMOUNTS],
        "at": [f"{m // 60}:{m % 60:02d}" for m in MINUTES],
        "ends": [time(m // 60, m % 60) for m in MINUTES.tolist()],
        "month": days("%b-%y"),
        "day": [int(text) for text in days("%Y%m%d")],
        "sent": days("%a, %d %b %Y %H:%M:%S +0100"),
        "y": AMOUNTS / 100 + np.sin(MINUTES * 2 * np.pi / 1440),
    }
)


def csv(frame: pl.DataFrame, path, **how):
    frame.write_csv(path, **how)
    return str(path)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    table = read_table(csv(NOTED, tmp_path_factory.mktemp("noted") / "noted.csv"))
    return fit_table(table, FitOptions(target="y", epochs=3))


def test_each_row_alone_in_any_container_gives_the_same_inputs_to_the_bit(outcome, tmp_path):
    before = outcome.pipeline[:-1]
    as_text = text_columns(outcome.pipeline, outcome.record)
    expected = before.transform(NOTED)
    assert np.isfinite(expected).all()
    order = RNG.permutation(N)
    for X in (NOTED.to_pandas(), NOTED.to_arrow(), NOTED.with_columns(pl.col("gain").cast(pl.Categorical))):
        np.testing.assert_array_equal(before.transform(X), expected)
    np.testing.assert_array_equal(before.transform(NOTED[order]), expected[order])
    NOTED.write_parquet(tmp_path / "noted.parquet")
    np.testing.assert_array_equal(before.transform(read_table(str(tmp_path / "noted.parquet")).frame), expected)
    for k in range(0, N, 7):
        one = read_table(csv(NOTED[k : k + 1], tmp_path / "one.csv"), as_text=as_text).frame
        np.testing.assert_array_equal(before.transform(one), expected[k : k + 1])
        np.testing.assert_array_equal(before.transform(NOTED[k : k + 1].to_pandas()), expected[k : k + 1])


def test_a_model_with_times_is_saved_and_loaded(outcome, tmp_path):
    path = tmp_path / "model.glassprop"
    save(outcome.pipeline, path)
    loaded = load(path)
    assert loaded[0].schema == outcome.pipeline[0].schema
    np.testing.assert_array_equal(loaded.predict(NOTED), outcome.pipeline.predict(NOTED))


def test_long_tables_of_times_and_dates_go_in_blocks_to_the_same_bits():
    schema = Schema.of([Reading("at", "time"), Reading("day", "date", order="ymd"), Reading("gain", "number")])
    frame = pl.concat([NOTED.select("at", "day", "gain")] * 80)
    frame = frame.with_columns(at=pl.when(pl.int_range(pl.len()) % 11 == 0).then(None).otherwise("at"))
    assert len(frame) > 4096
    blocks = TablePipeline(encoder(schema, Defaults(), "float32").steps)
    whole = Pipeline(encoder(schema, Defaults(), "float32").steps)
    fitted = blocks.fit_transform(frame)
    np.testing.assert_array_equal(fitted, whole.fit_transform(frame))
    np.testing.assert_array_equal(blocks.transform(frame), whole.transform(frame))


# --- times as inputs --------------------------------------------------------------------------------------------


def test_a_time_is_hours_and_a_point_on_the_circle_of_a_day():
    frame = nw.from_native(pl.DataFrame({"at": ["00:00", "6:00", "18:00", "24:00", "x", None]}), eager_only=True)
    findings = []
    parts = read_column(frame["at"], Reading("at", "time"), findings)
    assert part_names(Reading("at", "time")) == ["at [hours]", "at [day sin]", "at [day cos]"]
    nan = np.nan
    np.testing.assert_allclose(
        parts, [[0, 6, 18, 24, nan, nan], [0, 1, -1, 0, nan, nan], [1, 0, 0, 1, nan, nan]], atol=1e-12
    )
    assert [finding.note() for finding in findings] == [
        "column 'at': 1 value(s) are no times of day and count as missing, the first 'x'"
    ]
    moments = nw.from_native(pl.DataFrame({"at": [datetime(2020, 1, 1, 12)]}), eager_only=True)
    assert np.isnan(read_column(moments["at"], Reading("at", "time"), findings)).all()
    assert findings[-1].note() == "column 'at' holds no times of day: all of it counts as missing"


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("at", [time(12, 30), None, time(23, 59, 59, 500_000)]),
        pd.Series([time(12, 30), None, time(23, 59, 59, 500_000)], name="at"),
        pd.Series(["12:30", None, "11:59:59.5 pm"], name="at"),
        pa.table({"at": pa.array([45_000_000, None, 86_399_500], pa.time32("ms"))})["at"],
        pa.table({"at": pa.array([45_000 * 10**9, None, 86_399_500 * 10**6], pa.time64("ns"))})["at"],
    ],
)
def test_times_read_the_same_from_every_library(column):
    frame = nw.from_native(column.to_frame() if hasattr(column, "to_frame") else pa.table({"at": column}))
    hours, _, _ = read_column(frame["at"], Reading("at", "time"), [])
    np.testing.assert_array_equal(hours, [12.5, np.nan, 86399.5 / 3600])


def test_inputs_move_with_a_time_by_the_hour_as_differences_say():
    schema = Schema.of([Reading("at", "time"), Reading("x", "number")])
    seconds = RNG.integers(100, 86000, 50)

    def frame(shift: int) -> nw.DataFrame:
        at = [str(timedelta(seconds=int(s) + shift)) for s in seconds]
        return nw.from_native(pl.DataFrame({"at": at, "x": np.arange(50.0)}), eager_only=True)

    steps = encoder(schema, Defaults(), "float64").fit(frame(0).to_native())
    column = next(c for c in inputs_of(steps, frame(0)).columns if c.name == "at")
    up, down = (inputs_of(steps, frame(shift)).X[:, list(column.parts)] for shift in (30, -30))
    assert column.unit == "hour"
    np.testing.assert_allclose(column.slopes, (up - down) * 60, atol=1e-4)


def test_numbers_in_a_column_of_dates_are_dates_where_they_look_like_one():
    frame = nw.from_native(pl.DataFrame({"day": [20151227, 5, None, 201512]}), eager_only=True)
    findings = []
    parts = read_column(frame["day"], Reading("day", "date", order="dmy"), findings)
    np.testing.assert_array_equal(parts[0], [16796, np.nan, np.nan, 16770])
    assert [finding.note() for finding in findings] == [
        "column 'day': 1 value(s) are no dates and count as missing, the first '5'"
    ]


# --- the marks of a file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("rows", [N, 3000])
def test_a_file_with_decimal_commas_has_groups_with_points(separator, rows, tmp_path):
    whole = RNG.integers(100, 9999, rows)
    whole[:2] = 4733, 950
    data = pl.DataFrame(
        {
            "a": [f"{v:.1f}".replace(".", ",") for v in whole / 7],
            "people": [f"{v:,}".replace(",", ".") for v in whole],
            "y": [f"{v:,}".replace(",", ".") for v in whole],
        }
    )
    path = csv(data, tmp_path / ("t.tsv" if separator == "\t" else "t.csv"), separator=separator)
    table = read_table(path)
    outcome = fit_table(table, FitOptions(target="y", epochs=1))
    assert outcome.record["target_reading"]["mark"] == ","
    reading = next(r for r in outcome.pipeline[0].schema if r.name == "people")
    assert reading.decimal == ","
    # and of later files of any other marks
    one = csv(data.select("a", "people")[:1], tmp_path / "one.csv", separator=";")
    one = read_table(one, as_text=text_columns(outcome.pipeline, outcome.record)).frame
    (people,) = read_column(nw.from_native(one)["people"], reading, [])
    np.testing.assert_array_equal(people, [4733])
    typed = pl.DataFrame({"people": [4733.0]})
    np.testing.assert_array_equal(read_column(nw.from_native(typed)["people"], reading, []), [[4733]])


def test_points_stay_points_where_as_many_columns_have_them(tmp_path):
    data = pl.DataFrame({"a": ["1,5", "2,25"], "x": ["4.733", "950"], "b": ["0.5", "0.25"]})
    frame = read_table(csv(data, tmp_path / "t.csv", separator=";")).frame
    assert frame["x"].to_list() == [4.733, 950]
    frame = nw.from_native(frame)
    assert file_mark(frame, typed=False) is None
    assert file_mark(frame, typed=True) == ","  # of a Parquet file, say: its numbers were never text


def test_text_of_which_few_are_numbers_says_nothing_of_the_mark():
    frame = nw.from_native(pl.DataFrame({"a": ["1,5", "x", "y"], "b": ["1.5", "2.5", "-"], "c": [None, None, "NA"]}))
    assert file_mark(frame, typed=False) == "."
    assert file_mark(frame[:0], typed=False) is None
    assert file_mark(frame.select("c"), typed=False) is None


def test_what_the_file_decided_is_told():
    frame = nw.from_native(pl.DataFrame({"people": ["4.733", "950", "1.250"]}), eager_only=True)
    (role,), schema = recognize(frame, {}, Words(mark=","))
    assert role.reason.endswith(
        "1.234 could be read two ways and is read as 1234, as other columns have decimal commas"
    )
    assert [reading.decimal for reading in schema] == [","]


# --- targets ----------------------------------------------------------------------------------------------------


def test_a_target_of_accountants_keeps_its_negatives():
    data = NOTED.with_columns(y=pl.Series([accounted(v) for v in AMOUNTS]), x=AMOUNTS)
    outcome = fit_table(Table(data, "gains"), FitOptions(target="y", epochs=1))
    assert outcome.task == "regression"
    assert sum(outcome.rows.values()) == N
    scale = outcome.record["target_scale"]
    assert abs(scale["mean"] - AMOUNTS.mean()) < 300
    assert predict_table(outcome.pipeline, outcome.record, Table(data, "gains")).height == N


@pytest.mark.parametrize(
    ("values", "task", "kind"),
    [
        ([accounted(v) for v in AMOUNTS], "regression", "number"),
        (["007", *[f"{v:.0f}" for v in np.abs(AMOUNTS[1:]) * 1000]], "regression", "number"),
        (["0123", *[accounted(v) for v in AMOUNTS[1:]]], "regression", "number"),
        (["n/a", "-", *[f"€ {v:.2f}" for v in AMOUNTS[2:]]], "regression", "number"),
        ([f"{k % 4:02d}" for k in range(N)], "classification", "text"),
        ([f"{k % 12 + 1:02d}" for k in range(N)], "classification", "text"),
        ([("01", "2", "3")[k % 3] for k in range(N)], "classification", "text"),
    ],
)
def test_a_target_that_is_nearly_all_amounts_is_an_amount(values, task, kind):
    target = decide("y", nw.from_native(pl.DataFrame({"y": values}), eager_only=True)["y"], None)
    assert (target.task, target.kind) == (task, kind)


def test_a_split_may_go_by_the_time_of_day():
    times = FitOptions(target="y", time="at", epochs=1, validation=0.2)
    outcome = fit_table(Table(NOTED, "noted"), times)
    held = NOTED["at"].to_list()
    late = sorted(range(N), key=lambda row: MINUTES[row])[-outcome.rows["held_out"] :]
    found = {held[row] for row in outcome.parts.held_out.rows}
    assert {held[row] for row in late} <= found | {held[late[0]]}
    with pytest.raises(TableError, match="holds neither dates, times nor numbers"):
        fit_table(Table(NOTED.with_columns(at=pl.lit("soon")), "noted"), times)


def test_standard_input_knows_the_marks_of_its_file():
    text = "a;people;y\n" + "".join(f"{k},5;1.{k + 100};{k}\n" for k in range(N))
    frame = read_table("-", stdin=io.BytesIO(text.encode())).frame
    assert frame.schema["people"] == pl.String
    assert recognize(nw.from_native(frame), {}, Words(mark=file_mark(nw.from_native(frame), typed=False)))[1]


def test_times_far_from_those_of_training_are_told_as_times():
    early = NOTED.with_columns(at=pl.Series([f"{8 + k % 2}:{k % 60:02d}" for k in range(N)]))
    outcome = fit_table(Table(early, "early"), FitOptions(target="y", epochs=1))
    said = []
    late = early.with_columns(at=pl.Series(["23:30", *early["at"][1:]]))
    predict_table(outcome.pipeline, outcome.record, Table(late, "late"), on_message=said.append)
    (note,) = said
    assert note.kind == "new-range"
    assert re.search(r"the range seen in training, 8:\d\d to 9:5\d, the first '23:30'$", note)
