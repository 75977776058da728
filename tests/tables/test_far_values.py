"""What looks like a mark for "no data", what merely lies far out, and what is neither."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.schema.far_values import far_values

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=300)
AGES = RNG.integers(18, 91, 500).astype(float)
WHOLE = np.arange(41.0)


def with_marks(values, *marks):
    return np.concatenate([values, *(np.full(rows, number) for number, rows in marks)])


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        (NORMAL, [(-9999.0, 6)]),
        (NORMAL, [(-9999.0, 2)]),
        (NORMAL, [(-9999.0, 200)]),
        (NORMAL, [(9.96921e36, 4)]),
        (NORMAL, [(-9999.0, 5), (-8888.0, 3)]),
        (NORMAL, [(-9999.0, 5), (1e20, 3)]),
        (NORMAL, [(-32768.0, 4)]),
        (NORMAL, [(-555.0, 4)]),
        (AGES, [(999.0, 5)]),
        (AGES, [(99.9, 5)]),
        (AGES, [(999.0, 5), (-1.0, 4)]),
        (WHOLE, [(-1.0, 3)]),
        (WHOLE, [(99.0, 9)]),
        (WHOLE, [(99.0, 9), (88.0, 3)]),
        (WHOLE * 1e5, [(-1.0, 3)]),
        (RNG.integers(0, 2, 99).astype(float), [(9.0, 3)]),
        (RNG.integers(1, 6, 99).astype(float), [(99.0, 3)]),
        (RNG.integers(0, 2, 99).astype(float), [(-9999.0, 2)]),
    ],
)
def test_marks_are_found(values, marks):
    found = far_values(RNG.permutation(with_marks(values, *marks)))
    assert sorted((value.number, value.rows) for value in found.marks) == sorted(marks)
    assert found.others == ()
    assert (found.low, found.high) == (values.min(), values.max())


@pytest.mark.parametrize(
    ("values", "far"),
    [(np.linspace(60, 75, 50), [(10000.0, 1)]), (NORMAL, [(-300.0, 1), (5e4, 2)]), (AGES, [(1980.0, 1)])],
)
def test_others_that_lie_far_out_are_no_marks(values, far):
    found = far_values(with_marks(values, *far))
    assert found.marks == ()
    assert sorted((value.number, value.rows) for value in found.others) == sorted(far)


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        AGES,
        np.r_[WHOLE, -1.0, -1.0],  # twice, and near
        np.r_[np.linspace(-0.5, 40, 60), -1.0, -1.0, -1.0],  # others are negative too
        np.repeat(np.arange(100.0), 3),  # 99 is the next after 98
        np.repeat([-1.0, 0.0, 1.0], 30),
        np.repeat([36.0, 60.0, 360.0], 30),
        np.repeat([0.0, 9.0], 30),
        np.r_[np.zeros(95), 1.0, 2.0, 3.0, 3.0, 3.0],
        RNG.lognormal(0, 2, 500),
        np.full(50, -9999.0),
        np.sin(np.arange(60.0)),
    ],
)
def test_what_is_neither(values):
    assert far_values(values) is None


def test_marks_are_bounded():
    values = with_marks(NORMAL, *((float(k), 3) for k in (-1e20, -1e21, -1e22, 1e20, 1e21, 1e22)))
    found = far_values(values)
    assert len(found.marks) == 6
    assert found.high < 5


def test_half_a_flag_is_no_mark():
    assert far_values(np.r_[np.zeros(80), np.linspace(0.01, 0.2, 8), np.ones(12)]) is None


def _notes(frame, target="y", **options):
    told = []
    settings = Defaults(hidden=(2,), epochs=1)
    fit_table(Table(frame, "t"), FitOptions(target=target, **options), defaults=settings, on_message=told.append)
    return [note for note in told if note.kind in ("no-data-mark", "far-values", "target-outliers")]


def _frame(**columns):
    rng = np.random.default_rng(3)
    rows = len(next(iter(columns.values()), np.empty(300)))
    return pl.DataFrame({"x": rng.normal(size=rows), **columns, "y": rng.normal(10, 1, rows)})


def test_each_is_told_once_as_data():
    marked, typed = with_marks(NORMAL, (-9999.0, 4)), np.r_[np.linspace(60, 75, 303), 10000.0]
    texts = [f"{number:g}" for number in marked]
    mark, text, far = _notes(_frame(mark=marked, text=texts, typed=typed))
    assert (mark.kind, mark.column, mark.number, mark.examples) == ("no-data-mark", "mark", 4, ("-9999",))
    assert "--missing mark=-9999" in mark
    assert (text.kind, text.column, text.number) == ("no-data-mark", "text", 4)
    assert (far.kind, far.column, far.number, far.examples) == ("far-values", "typed", 1, ("10000",))
    assert "from 60 to 75" in far
    assert _notes(_frame(fine=NORMAL)) == []


def test_what_the_note_asks_for_is_what_ends_it():
    marked = with_marks(NORMAL, (-9999.0, 4), (-8888.0, 3))
    frame = _frame(mark=marked, text=[f"{number:g}" for number in marked])
    assert "--missing mark=-9999,-8888 would" in _notes(frame)[0]
    assert _notes(frame, missing_in={"mark": (-9999, -8888), "text": ("-9999", "-8888")}) == []


def test_many_columns_share_a_line():
    columns = {f"c{k}": np.r_[RNG.normal(size=300), [[1e6 + k] + [0.5] * 3, [-9999.0] * 4][k % 2]] for k in range(40)}
    marks, far = _notes(_frame(**columns))
    assert (marks.kind, marks.number, far.kind, far.number) == ("no-data-mark", 20, "far-values", 20)
    assert len(marks) < 300
    assert "'c1' (-9999)" in marks
    assert "and 14 more" in far


@pytest.mark.parametrize("extra", [[], [5e4]])
def test_a_total_in_the_target_is_told(extra):
    rng = np.random.default_rng(3)
    y = np.r_[extra, rng.uniform(3, 98, 200)]
    y = np.r_[y, y.sum()]
    (note,) = _notes(pl.DataFrame({"x": rng.normal(size=len(y)), "y": y}))
    assert (note.kind, note.column, note.number) == ("target-outliers", "y", 1 + len(extra))
    assert "a total" in note
    assert f"row {0 if extra else 200} (counted" in note


def test_rows_without_a_target_are_counted_too():
    y = [None, None, *np.linspace(1, 2, 100).tolist(), 900.5, 1.25]
    (note,) = _notes(pl.DataFrame({"x": np.arange(104.0) ** 0.5, "y": y}))
    assert "row 102 (counted from 0)" in note
    assert "total" not in note


def test_classes_have_no_far_targets():
    assert (
        _notes(_frame(label=np.r_[np.repeat([0.0, 1.0], 149), 9999.0, 9999.0]), target="label", task="classification")
        == []
    )
