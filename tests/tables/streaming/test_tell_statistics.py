"""What the sample of a long table did not show is told, a note each: kinds, columns, numbers and examples."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop.tables import FitOptions, Table
from glassprop.tables.streaming import tally
from glassprop.tables.streaming.tell_statistics import tell_statistics
from glassprop.tables.streaming.uses import HELD_OUT, TRAINED

from .long_tables import Long, mixed

ROWS = 3_000
OPTIONS = FitOptions(target="y", drop=("amount",))
SAMPLE = 500


def notes(change, options=OPTIONS, frame=None):
    """Those of a table in which `change(rows that the sample lacks, their uses)` gives the values of columns."""
    frame = mixed(ROWS) if frame is None else frame
    before = Long(Table(frame, "mixed"), options, SAMPLE)
    unseen = np.setdiff1d(np.arange(ROWS), before.sample.rows)
    columns = []
    for name, (rows, values) in change(unseen, before.uses()).items():
        column = frame[name].to_list()
        for row, value in zip(rows, values, strict=True):
            column[row] = value
        columns.append(pl.Series(name, column, dtype=frame[name].dtype))
    long = Long(Table(frame.with_columns(columns), "mixed"), options, SAMPLE)
    said = []
    tell_statistics(long.statistics(), long.sample, said.append)
    documented = (Path(__file__).parents[3] / "docs" / "tables.md").read_text(encoding="utf-8")
    assert {note.kind for note in said} <= set(re.findall(r"`([a-z-]+)`", documented.split("## Notes\n")[1]))
    assert all("\n" not in note for note in said)
    return {(note.kind, note.column): note for note in said}


def nothing(unseen, uses):
    return {}


def of_use(unseen, uses, use, number):
    return unseen[uses[unseen] == use][:number].tolist()


def test_what_does_not_fit_is_counted_in_all_rows():
    found = notes(nothing)
    note = found["unread", "text_number"]
    assert (note.number, note.examples) == (ROWS // 50, ("none at all",))
    assert found["no-target", "y"].number == -(-ROWS // 53)
    assert "not-constant" not in {kind for kind, _ in found}


def test_categories_that_the_sample_did_not_have():
    def change(unseen, uses):
        rows = of_use(unseen, uses, TRAINED, 3)
        return {"town": (rows, ["Oz", "Oz", "Ur"]), "flag": ([], [])}

    before, note = notes(nothing)["beyond-sample", "town"], notes(change)["beyond-sample", "town"]
    assert note.number > before.number
    assert "the sample of 500 rows did not have" in note


def test_numbers_and_dates_beyond_the_sample():
    frame = mixed(ROWS).select("normal", "day", "y")

    def change(unseen, uses):
        row = of_use(unseen, uses, TRAINED, 1)
        return {"normal": (row, [1e6]), "day": (row, [date(1890, 1, 1)])}

    found = notes(change, FitOptions(target="y"), frame)
    said = found["beyond-sample", "normal"]
    assert re.search(r"column 'normal' reaches from -\S+ to 1000000, and in the sample of 500 rows only from -", said)
    said = found["beyond-sample", "day"]
    assert re.search(r"reaches from 1890-01-01 to 2021-05-1\d, and in the sample .* from 2020-01-0\d to 2021", said)
    assert notes(nothing, FitOptions(target="y"), frame).keys() == {("no-target", "y")}


def test_classes_are_learned_that_the_sample_did_not_have_and_those_never_trained_on_are_not():
    def change(unseen, uses):
        trained, held_out = of_use(unseen, uses, TRAINED, 2), of_use(unseen, uses, HELD_OUT, 3)
        return {"y": (trained + held_out, ["late", "late", "lost", "lost", "gone"])}

    found = notes(change)
    note = found["beyond-sample", "y"]
    assert (note.number, note.examples) == (1, ("late",))
    assert "late (2 row(s))" in note
    note = found["unseen-class", "y"]
    assert (note.number, sorted(note.examples)) == (3, ["gone", "lost"])


def test_columns_that_are_constant_or_empty_in_the_sample_alone():
    def change(unseen, uses):
        return {"constant": (unseen[:3].tolist(), ["other", "same", None]), "empty": (unseen[:2].tolist(), [1.5, 2.5])}

    found = notes(change)
    note = found["not-constant", "constant"]
    assert (note.number, note.examples) == (2, ("other",))
    assert "all the sample holds 'same'; 2 other row(s)" in note
    assert found["not-constant", "empty"].number == 2
    assert "it is empty in the sample" in found["not-constant", "empty"]
    asked = notes(change, FitOptions(target="y", drop=("amount", "constant", "empty")))
    assert not {("not-constant", "constant"), ("not-constant", "empty")} & set(asked)


def test_words_that_stand_for_missing_leave_a_column_empty():
    frame = mixed(ROWS).with_columns(empty=pl.lit(-9.0))
    options = FitOptions(target="y", drop=("amount",), missing=(-9,))
    assert ("not-constant", "empty") not in notes(nothing, options, frame)


def test_what_is_estimated_is_told_with_its_error(monkeypatch):
    frame, options = mixed(ROWS).select("normal", "town", "y"), FitOptions(target="y")
    assert "estimated" not in {kind for kind, _ in notes(nothing, options, frame)}
    monkeypatch.setattr(tally, "size_for", lambda columns: 64)
    monkeypatch.setattr(tally, "most_names", lambda columns: 30)
    found = notes(nothing, options, frame)
    assert re.search(r"off by at most \d\.\d\d% of the rows", found["estimated", "normal"])
    assert re.search(
        r"the \d\d most frequent are counted one by one,  their counts too low by .* \d", found["estimated", "town"]
    )


def test_rows_without_a_time_are_told():
    frame = mixed(ROWS).with_columns(day=pl.when(pl.int_range(ROWS) % 10 == 0).then(None).otherwise("day"))
    found = notes(nothing, FitOptions(target="y", drop=("amount",), time="day"), frame)
    assert found["no-time", "day"].number == sum(k % 10 == 0 and k % 53 != 0 for k in range(ROWS))


@pytest.mark.parametrize("target", ["amount"])
def test_amounts_have_no_classes(target):
    found = notes(nothing, FitOptions(target=target, drop=("y",)))
    assert not {("beyond-sample", target), ("unseen-class", target)} & set(found)
