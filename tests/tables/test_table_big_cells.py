"""Cells and names of many thousand characters: read in one pass, and never quoted whole."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import glassprop
from glassprop.errors import GlasspropError, TableError
from glassprop.ground.text import LONGEST, LONGEST_LINE
from glassprop.tables import FitOptions, explain_table, fit_table, predict_table, read_table, score_table
from glassprop.tables.reading.header import column_names
from glassprop.tables.reading.table import Table
from glassprop.tables.values.numbers import parse_number

HUGE = 200_000
LONG = 100_000  # characters
TIMEOUT = 300  # seconds for what takes three, and would take a minute for each run if work grew with the square of LONG
# What each pattern could try again and again: a run that it takes, and then something that it does not.
RUNS = [
    "1",
    " ",
    "1 ",
    "1.",
    "1,",
    ",000",
    "'000",
    "$ ",
    "jan",
    "pix",
    "px1",
    "(",
    "()",
    "[1",
    "0",
    "-",
    "e1",
    "a",
    "a ",
    "\t",
    "_",
]
STARTS = ["", "1", "1e", "1.", "2020-01-01 10:00", "2020-01-01", "1/", "jan", "relu", "relu(", "pix", "$", "x1", "["]


def patterns() -> dict[str, re.Pattern[str]]:
    found = {}
    for module in pkgutil.walk_packages(glassprop.__path__, "glassprop."):
        if any(part in module.name for part in ("compiled", "__main__", "torch_modules")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    return found


def test_every_pattern_reads_any_text_in_one_pass() -> None:
    """All that are compiled in the package, on runs of 100,000 characters that do not match in the end."""
    assert len(patterns()) > 15
    done = subprocess.run([sys.executable, __file__], timeout=TIMEOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _match_all() -> None:
    for name, pattern in patterns().items():
        if not isinstance(pattern.pattern, str):
            continue
        for run in RUNS:
            for start in STARTS:
                text = start + run * (LONG // len(run)) + "\x00"
                pattern.match(text)
                pattern.fullmatch(text)
        if name.endswith(SEARCHED):
            for run in RUNS:
                pattern.search(run * (LONG // len(run)) + "\x00")


SEARCHED = (
    "_DIGITS",
    "_SAYS_DATE",
    "_DURATION_NAME",
    "_ID_NAME",
    "_CAMEL_ID",
    "_CODE_NAME",
    "_SAYS_SO",
    "_OF_PIXELS",
    "_EXAMPLES",
    "_BEYOND_ASCII",
)


def test_functions_read_cells_of_megabytes_in_one_pass() -> None:
    code = """
        from glassprop.insight.image import find_picture
        from glassprop.tables.values.category_names import category_name
        from glassprop.tables.values.spellings import aliases_of
        from glassprop.tables.values.dates import date_order, parse_date
        from glassprop.tables.values.decimal_marks import decimal_mark, votes_of
        from glassprop.tables.values.numbers import parse_number
        from glassprop.tables.values.times import parse_time
        from glassprop.equations.entry_names import find
        from glassprop.equations.activation import ACTIVATIONS
        from glassprop.errors import ArchitectureError
        from glassprop.ground.text import without_formulas, one_line
        n = 300_000
        runs = ["9", " ", ",000", ".000", "'000", "0", "jan", "-", "$", "\\t=", "pix"]
        for run in runs:
            long = run * (n // len(run))
            for text in (long + "x", "1" + long + "x", "$1" + long + "%"):
                for mark in ".,":
                    parse_number(text, mark)
                for order in ("ymd", "mdy", "dmy"):
                    parse_date("2020-01-01 10:00" + text, order)
                decimal_mark([text]), votes_of([text]), date_order([text]), parse_time(text)
                category_name(text), aliases_of([text]), without_formulas(text), one_line(text)
                find_picture([text] * 20)
                try:
                    find("activation", "relu" + text, ACTIVATIONS, {})
                except ArchitectureError as error:
                    assert len(str(error)) < 2000
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], timeout=TIMEOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("$ 1,234.50", ".", 1234.5),
        ("-€5", ".", -5.0),
        ("- $ 5", ".", -5.0),
        ("12 %", ".", 12.0),
        ("1.234,5 €", ",", 1234.5),
        ("1 234 567", ".", 1234567.0),
        ("1,234", ",", 1.234),
        ("0" * 1000 + "7", ".", 7.0),
        ("." + "0" * 200 + "1", ".", 0.0),
    ],
)
def test_what_was_a_number_still_is(text: str, mark: str, value: float) -> None:
    assert parse_number(text, mark) == value


# --- messages ---------------------------------------------------------------------------------------------------


def huge(letter: str, end: object = "") -> str:
    return letter * HUGE + str(end)


def odd_tables() -> dict[str, tuple[pl.DataFrame, FitOptions]]:
    """Tables with something huge in each place, 40 rows each."""
    x = [(7 * k % 40) / 3 for k in range(40)]
    y = ["p", "q"] * 20
    options = FitOptions(target="y", hidden=(2,), epochs=1)
    return {
        "class": (pl.DataFrame({"x": x, "y": [huge("c", k % 2) for k in range(40)]}), options),
        "category": (pl.DataFrame({"x": x, "c": [huge("k", k % 3) for k in range(40)], "y": y}), options),
        "constant": (pl.DataFrame({"x": x, "c": [huge("k")] * 40, "y": y}), options),
        "numbers": (pl.DataFrame({"x": [*map(str, x[1:]), huge("9", "x")], "y": y}), options),
        "dates": (
            pl.DataFrame({"x": x, "d": [*["2020-01-01", "2020-03-05"] * 19, huge("j"), "2021-01-01"], "y": y}),
            options,
        ),
        "names": (
            pl.DataFrame({huge("n", 1): x, huge("n", 2): ["u", "v"] * 20, huge("n", 3): [None] * 40, "y": y}),
            options,
        ),
        "target": (pl.DataFrame({"x": x, huge("t"): y}), FitOptions(target=huge("t"), hidden=(2,), epochs=1)),
        "unknown": (pl.DataFrame({"x": x, huge("t"): y}), FitOptions(target=huge("u"))),
        "alone": (pl.DataFrame({huge("a"): [huge("b")] * 40, "y": y}), options),
        "one class": (pl.DataFrame({"x": x, "y": [huge("c")] * 40}), options),
    }


@pytest.mark.parametrize("name", odd_tables())
def test_no_message_quotes_anything_whole(name: str) -> None:
    frame, options = odd_tables()[name]
    said: list[str] = []
    table = Table(frame, "t")
    try:
        outcome = fit_table(table, options, on_message=said.append)
        said += [column.reason for column in outcome.columns]
        other = Table(frame.rename({column: f"{column}!" for column in frame.columns}), "other")
        for attempt in (score_table, predict_table):
            said += refused(attempt, outcome.pipeline, outcome.record, other)
        strange = frame.with_columns(pl.lit(huge("s")).alias(options.target or "y"))
        if outcome.task == "classification":
            said += refused(score_table, outcome.pipeline, outcome.record, Table(strange, "strange"))
        found = explain_table(outcome.pipeline, outcome.record, table, [0], on_message=said.append)
        said += [cell for column in found.names.columns for cell in column.shown]
        said += refused(found.input, huge("z"))
        assert name not in ("unknown", "alone", "one class")
    except TableError as error:
        assert name in ("unknown", "alone", "one class")
        said.append(str(error))
    assert said
    assert max(map(len, said)) <= LONGEST_LINE
    assert all("\n" not in line for line in said)


def refused(function: Any, *arguments: Any) -> list[str]:
    with pytest.raises(GlasspropError) as caught:
        function(*arguments)
    return [str(caught.value)]


def test_class_names_that_would_fill_memory_are_refused() -> None:
    frame = pl.DataFrame({"x": range(2000), "y": [huge("c") if k == 7 else f"d{k % 3}" for k in range(2000)]})
    with pytest.raises(
        TableError, match=r"'y' has a class name of 200,000 characters, too long for .* [12],\d{3} rows"
    ):
        fit_table(Table(frame, "t"), FitOptions(target="y"))


def test_ten_thousand_names_are_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["same", ""] * 5_000) + "\n" + ",".join(["1"] * 10_000) + "\n")
    table = read_table(str(path))
    assert len(table.notes) < 25
    assert "4,991 more columns with the name of another got one of their own" in table.notes[-1]
    assert table.frame.columns[:5] == ["same", "column_2", "same_2", "column_4", "same_3"]
    with pytest.raises(TableError, match="and 9,988 more") as caught:
        fit_table(table, FitOptions())
    assert len(str(caught.value)) < 2000
    frame = pl.DataFrame({f"c{k}": [f"v{k}"] * 20 for k in range(300)} | {"y": ["p", "q"] * 10})
    with pytest.raises(TableError, match=r"no column left to learn from .* and 292 more"):
        fit_table(Table(frame, "t"), FitOptions(target="y"))


def test_names_of_their_own_are_found_without_trying_all() -> None:
    names = column_names(["a"] * 20_000 + ["a_3"], "f", [])
    assert len(set(names)) == len(names)
    assert names[:3] == ["a", "a_2", "a_4"]
    assert names[-1] == "a_3"


def test_the_file_s_own_name_is_shortened() -> None:
    for source in (huge("f"), huge("f", ".csv"), "x/" * 300 + "end.csv"):
        with pytest.raises(TableError) as caught:
            read_table(source)
        assert len(str(caught.value)) < 4 * LONGEST


@pytest.mark.parametrize("text", ['a,y\n"{}",1\n', 'a,y\n1,2\n"{}\n3,4\n', "a,y\n{},1\n2\n"])
def test_a_cell_too_long_for_the_careful_way_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "long.csv"
    path.write_text(text.format(huge("c")))
    with pytest.raises(TableError, match="not closed within 131,072 characters, or a cell is longer"):
        read_table(str(path))
    path.write_text(f"a,y\n{huge('c')},1\n2,3\n")
    assert read_table(str(path)).frame["a"].to_list() == [huge("c"), "2"]


if __name__ == "__main__":
    _match_all()
