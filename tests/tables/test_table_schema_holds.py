"""One schema, learned in training: a row gives the same inputs alone and in company, in whatever kind of table."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, read_table, text_columns

ROWS = 48
QUICK = Defaults(hidden=(4,), epochs=2, min_rows_of_category=1, early_stopping_rows=10**6)
RNG = np.random.default_rng(3)


def some(*values):
    return [values[k] for k in RNG.integers(0, len(values), ROWS)]


DAYS = np.datetime64("2015-01-01") + RNG.integers(0, 4000, ROWS)
GAPS = [k % 7 == 0 for k in range(ROWS)]
# Of each column: its cells as text files have them, and as tables with types of their own have them.
COLUMNS = {
    "plain": (number := RNG.normal(size=ROWS).round(3).tolist(), None),
    "whole": (RNG.integers(-50, 50, ROWS).tolist(), None),
    "comma": (some("1,5", "2,25", "1.500", "1.234,5", "7", "12.000"), None),
    "points": (some("1,234", "1.5", "12,000.5", "800", "-3"), None),
    "with gaps": (["" if gap else value for gap, value in zip(GAPS, number, strict=True)],
                  [None if gap else value for gap, value in zip(GAPS, number, strict=True)]),
    "money": (some("$1,200", "$3", "$4.50", "$900"), None),
    "sci codes": (some("1E2", "B07", "2E2", "C11"), None),
    "only sci codes": (some("1E2", "01E2", "x1", "7E1"), None),
    "zeros": (some("01234", "00012", "99999", "00780"), None),
    "truth": (some("True", "False"), None),
    "shout": (some("TRUE", "FALSE", ""), None),
    "yes": (some("yes", "no"), None),
    "letter": (some("t", "f"), None),
    "big": (some("9007199254740993", "9007199254740992", "9007199254740995"), None),
    "town": (some("Bern", " Ulm ", "Köln", "", "Sankt Gallen; Ost"), None),
    "spelled": (some("yes", "Yes", "YES"), None),
    "mixed": (some("1", "1.0", "one", "1e0"), None),
    "day": (DAYS.astype(str).tolist(), None),
    "german day": ([f"{d.day:02}.{d.month:02}.{d.year}" for d in DAYS.tolist()], None),
    "accounts": (some("(12.50)", "3.75-", "800", "\u22124", "USD 1,234"), None),
    "whole day": ([int(str(d).replace("-", "")) for d in DAYS], None),
    "month": ([f"{d.year}Q{(d.month + 2) // 3}" for d in DAYS.tolist()], None),
    "clock": (some("12:30", "2:05 PM", "0:00:05", ""), None),
    "moment": ([f"{d} 10:{k:02}:30" for k, d in enumerate(DAYS)], None),
}  # fmt: skip
TYPED = {
    "truth": lambda text: {"True": True, "False": False}[text],
    "shout": lambda text: {"TRUE": True, "FALSE": False, "": None}[text],
    "yes": lambda text: text == "yes",
    "letter": lambda text: text == "t",
    "big": int,
    "zeros": int,
    "day": date.fromisoformat,
    "german day": lambda text: date.fromisoformat("-".join(reversed(text.split(".")))),
    "moment": datetime.fromisoformat,
    "clock": {"12:30": time(12, 30), "2:05 PM": time(14, 5), "0:00:05": time(0, 0, 5), "": None}.get,
}


def as_text(name: str) -> list:
    return COLUMNS[name][0]


def as_typed(name: str) -> list:
    """With types of their own where such tables have them, else the same text."""
    text, typed = COLUMNS[name]
    if typed is not None:
        return typed
    turn = TYPED.get(name)
    return [None if cell == "" else cell for cell in text] if turn is None else [turn(cell) for cell in text]


def csv(columns: dict[str, list]) -> str:
    out = io.StringIO()
    pd.DataFrame(columns).to_csv(out, index=False)
    return out.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model of all columns, trained on text; and the network's inputs of each row of the file as a whole."""
    path = tmp_path_factory.mktemp("tables") / "all.csv"
    y = ["a" if k % 3 else "b" for k in range(ROWS)]
    path.write_text(csv({**{name: as_text(name) for name in COLUMNS}, "y": y}), encoding="utf-8")
    outcome = fit_table(read_table(str(path)), FitOptions(target="y", seed=1), defaults=QUICK)
    return outcome, of_file(outcome, path)


def of_file(outcome, path) -> np.ndarray:
    table = read_table(str(path), as_text=text_columns(outcome.pipeline, outcome.record))
    return np.asarray(outcome.pipeline[:-1].transform(table.frame))


def test_every_column_is_learned_from(trained):
    outcome, _ = trained
    kinds = {reading.name: reading.kind for reading in outcome.pipeline[0].schema}
    assert sorted(kinds) == sorted(COLUMNS)
    assert kinds["big"] == kinds["zeros"] == kinds["truth"] == "category"


def test_a_line_alone_is_read_as_in_its_file(trained, tmp_path):
    outcome, whole = trained
    for row in range(ROWS):
        path = tmp_path / "one.csv"
        path.write_text(csv({name: [as_text(name)[row]] for name in COLUMNS}), encoding="utf-8")
        np.testing.assert_array_equal(of_file(outcome, path), whole[[row]], str(row))


def _polars(columns):
    return pl.DataFrame({name: pl.Series(name, cells, strict=False) for name, cells in columns.items()})


CONTAINERS = {
    "polars": _polars,
    "polars categorical": lambda columns: _polars(columns).with_columns(pl.col(pl.String).cast(pl.Categorical)),
    "pandas": pd.DataFrame,
    "pandas objects": lambda columns: pd.DataFrame(columns, dtype=object),
    "pandas best types": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "pandas categories": lambda columns: pd.DataFrame(columns).apply(
        lambda column: column.astype("category") if column.dtype == object else column
    ),
    "arrow": lambda columns: _polars(columns).to_arrow(),
    "arrow of pandas": lambda columns: pa.Table.from_pandas(pd.DataFrame(columns)),
    "parquet": lambda columns: _through_parquet(columns),
}


def _through_parquet(columns):
    buffer = io.BytesIO()
    _polars(columns).write_parquet(buffer)
    return pl.read_parquet(io.BytesIO(buffer.getvalue()))


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("cells", [as_text, as_typed])
def test_a_row_gives_the_same_inputs_in_any_container_and_order(trained, container, cells):
    outcome, whole = trained
    given = {name: cells(name) for name in COLUMNS}
    if cells is as_text:  # a typed table has null where a text file has nothing
        given = {name: [None if cell == "" else cell for cell in column] for name, column in given.items()}
    order = np.random.default_rng(5).permutation(ROWS)
    names = sorted(COLUMNS, reverse=True)
    frame = CONTAINERS[container]({name: [given[name][row] for row in order] for name in names})
    np.testing.assert_array_equal(outcome.pipeline[:-1].transform(frame), whole[order])
    for row in range(0, ROWS, 5):
        alone = CONTAINERS[container]({name: [given[name][row]] for name in names})
        np.testing.assert_array_equal(outcome.pipeline[:-1].transform(alone), whole[[row]], f"row {row}")


def test_a_row_alone_has_the_probabilities_that_it_has_in_company(trained):
    outcome, _ = trained
    frame = _polars({name: as_typed(name) for name in COLUMNS})
    whole = predict_table(outcome.pipeline, outcome.record, Table(frame, "all"))
    for row in range(ROWS):
        one = predict_table(outcome.pipeline, outcome.record, Table(frame[[row]], "one"))
        assert one["prediction"].to_list() == whole["prediction"][[row]].to_list()
        np.testing.assert_allclose(one["probability_a"], whole["probability_a"][[row]], rtol=0, atol=1e-6)
