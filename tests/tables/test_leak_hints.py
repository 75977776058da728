"""Hints that a column tells the target in a way that new rows will not: planted ones are found, chance is none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from glassprop.tables import FitOptions, Table, fit_table, read_table

N = 300


def _hints(frame: pl.DataFrame, **asked: object):
    notes: list = []
    options = FitOptions(target="y", epochs=1, hidden=(2,), **asked)
    fit_table(Table(frame, "t"), options, on_message=notes.append)
    return [note for note in notes if note.kind == "leak-hint"]


def _frame(y: np.ndarray, seed: int = 0, **columns: object) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    noise = {name: rng.normal(size=len(y)) for name in ("a", "b")}
    return pl.DataFrame({**noise, **columns, "y": y})


RNG = np.random.default_rng(1)
AMOUNTS = RNG.lognormal(2, 2, N)
CLASSES = RNG.choice(["no", "yes"], N)
WALK = np.cumsum(np.cumsum(RNG.normal(size=N)))
DAYS = [date(2020, 1, 1) + timedelta(days=k) for k in range(N)]
SOLD = np.where(CLASSES == "yes", RNG.normal(10, 1, N), np.nan)
PLANTED = [
    ("copy of amounts", AMOUNTS, AMOUNTS, "is a copy of the target", "--drop c"),
    ("copy of classes", CLASSES, CLASSES, "is a copy of the target", "--drop c"),
    ("in other units", AMOUNTS, AMOUNTS * 1.19 + 3, "alone predicts", "--drop c"),
    ("falling", AMOUNTS, -np.log(AMOUNTS), "alone predicts", "--drop c"),
    ("not monotone", np.sin(np.linspace(0, 7, N)), np.linspace(0, 7, N) ** 2, "alone predicts", "--drop c"),
    ("nearly", AMOUNTS, AMOUNTS * RNG.lognormal(0, 0.05, N), "alone predicts", "--drop c"),
    ("classes renamed", CLASSES, np.where(CLASSES == "yes", "ja", "nein"), "alone predicts", "--drop c"),
    ("missing where no", CLASSES, SOLD, "alone predicts", "--drop c"),
    ("time", WALK, DAYS, "rows near each other in time are alike", "--time c"),
    ("groups", np.repeat(RNG.normal(size=50), 6), np.repeat([f"p{k}" for k in range(50)], 6), "share it", "--group c"),
]


@pytest.mark.parametrize(("y", "column", "said", "option"), [case[1:] for case in PLANTED], ids=[c[0] for c in PLANTED])
def test_a_planted_leak_is_told_with_its_option(y, column, said, option):
    hints = _hints(_frame(y, c=column))
    assert [hint.column for hint in hints] == ["c"]
    assert option in hints[0]
    assert said.replace("share it", "share a value of it") in hints[0]


def test_chance_and_honest_columns_are_no_leak():
    """In small tables with many columns some column is nearly the target by chance."""
    for rows, columns in ((20, 200), (45, 300), (60, 300)):
        rng = np.random.default_rng(rows)
        many = {f"c{k}": rng.choice(["u", "v"], rows) if k % 2 else rng.normal(size=rows) for k in range(columns)}
        y = rng.permutation(np.repeat(["no", "yes"], [rows - rows // 6, rows // 6]))
        assert _hints(_frame(y, **many)) == []
        assert _hints(_frame(rng.normal(size=rows), **many)) == []
    useful = 3 * RNG.normal(size=N)
    assert _hints(_frame(useful + RNG.normal(size=N), c=useful)) == []


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_no_hint_for_known_data(name):
    notes: list = []
    fit_table(read_table(name), FitOptions(epochs=1, hidden=(2,)), on_message=notes.append)
    assert "leak-hint" not in [note.kind for note in notes]


def test_more_leaks_than_are_told_one_by_one():
    hints = _hints(_frame(AMOUNTS, **{f"c{k}": AMOUNTS * (k + 2) for k in range(7)}))
    assert len(hints) == 4
    assert hints[-1].number == 4
    assert hints[-1].column is None


def _visits(persons: int = 60, each: int = 5, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    person = np.repeat(rng.permutation(10**5)[:persons], each)
    of_person = {name: np.repeat(rng.normal(size=persons), each) for name in ("height", "weight", "age")}
    y = of_person["age"] + rng.normal(size=persons * each)
    frame = pl.DataFrame({"person": person, **of_person, "day": rng.normal(size=persons * each), "y": y})
    return frame.sample(fraction=1.0, shuffle=True, seed=seed)


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("name", ["person", "person_id"])
def test_rows_of_one_person_are_to_stay_on_one_side(name, as_text):
    frame = _visits().rename({"person": name})
    if as_text:
        frame = frame.with_columns(pl.format("p{}", pl.col(name)).alias(name))
    (hint,) = _hints(frame)
    assert hint.column == name
    assert f"--group {name}" in hint
    assert set(hint.examples) == {"height", "weight", "age"}
    assert _hints(frame, group=name) == []


def test_columns_that_repeat_are_no_groups():
    rng = np.random.default_rng(3)
    columns = {
        "town": rng.choice([f"t{k}" for k in range(30)], N),
        "age": rng.integers(20, 60, N),
        "sex": rng.integers(0, 2, N),
    }
    assert _hints(_frame(rng.normal(size=N), **columns)) == []
    # a zip code says the state, and nothing of the rest
    code = rng.integers(0, 40, N)
    assert _hints(_frame(rng.normal(size=N), zip=code, state=[f"s{k // 4}" for k in code], c=rng.normal(size=N))) == []
    # columns that are nearly constant are so within any groups
    flags = {f"f{k}": rng.random(N) < 0.004 for k in range(6)}
    assert _hints(_frame(rng.normal(size=N), zip=code, **flags)) == []


def _patients(effect: float) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    patient = np.repeat(rng.permutation(9000)[:60], 5)
    of_patient = np.repeat(rng.normal(size=60), 5)
    return _frame(effect * of_patient + rng.normal(size=N), patient_id=patient)


def test_a_column_of_names_that_tells_much_of_the_target_is_told():
    (hint,) = _hints(_patients(1.0))
    assert hint.column == "patient_id"
    assert "--group patient_id" in hint
    assert _hints(_patients(0.0)) == []
    assert _hints(_patients(1.0).rename({"patient_id": "town"})) == []  # it may be what the rows are about


def test_one_column_is_enough_to_know_a_person_by():
    rng = np.random.default_rng(7)
    born = np.repeat(rng.normal(size=60), 5)
    more = {f"v{k}": rng.normal(size=N) for k in range(5)}
    frame = _frame(rng.normal(size=N), person_id=np.repeat(np.arange(60), 5), born=born, **more)
    (hint,) = _hints(frame)
    assert (hint.column, hint.examples) == ("person_id", ("born",))


def test_rows_that_follow_each_other_are_alike_for_other_reasons():
    """A file sorted by genre: neighbors with the same key have the same genre."""
    rng = np.random.default_rng(3)
    genre = np.repeat([f"g{k}" for k in range(8)], 1000)
    frame = _frame(rng.normal(size=8000), key=rng.integers(0, 12, 8000), genre=genre)
    assert _hints(frame) == []
