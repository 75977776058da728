"""The task is decided by the rules as documented, and targets that cannot be learned are refused."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from glassprop.errors import TableError
from glassprop.tables.schema.recognize import Words
from glassprop.tables.schema.target import Target, decide, there

RNG = np.random.default_rng(0)


def _series(values) -> nw.Series:
    return nw.from_native(pl.Series("y", values, strict=False), series_only=True)


@pytest.mark.parametrize(
    ("values", "task", "kind"),
    [
        (["yes", "no"] * 10, "classification", "text"),
        ([True, False] * 10, "classification", "text"),
        ([0, 1] * 10, "classification", "integer"),
        ([0.0, 1.0] * 10, "classification", "integer"),
        ([0.5, 1.5] * 10, "classification", "text"),
        (["0", "1"] * 10, "classification", "integer"),
        (["01", "02"] * 10, "classification", "text"),
        ([3, 4, 5, 6, 7, 8] * 10, "classification", "integer"),  # quality of wine
        ([3, 4, 5, 6, 7, 8], "regression", "number"),  # too few rows a value
        (list(range(11)) * 10, "classification", "integer"),  # labels, all as frequent
        (list(range(11)) * 4, "regression", "number"),  # too few rows a value
        (list(range(21)) * 10, "regression", "number"),  # too many values
        (RNG.normal(size=50), "regression", "number"),
        ([f"{k},5" for k in range(30)], "regression", "number"),
        (["1.5", "oops", *[str(k / 3) for k in range(30)]], "regression", "number"),
        (["none", "mild", "severe"] * 10, "classification", "text"),
        ([1.0, 2.0, None, np.nan, np.inf] * 10, "classification", "integer"),
    ],
)
def test_task_and_kind(values, task, kind):
    target = decide("y", _series(values), None)
    assert (target.task, target.kind) == (task, kind)
    assert Target.from_dict(target.to_dict()) == target


def _spread(rows: int, **shares: float) -> list[int]:
    """Whole numbers, so many rows, in these shares: _spread(10, _3=0.4, _4=0.6)."""
    return [int(name[1:]) for name, share in shares.items() for _ in range(round(rows * share))]


@pytest.mark.parametrize(
    ("name", "values", "task", "why"),
    [
        ("y", RNG.poisson(0.9, 800), "regression", "thin out like counts"),
        ("y", RNG.poisson(2.0, 800), "regression", "counts|in 800 rows"),
        ("y", RNG.poisson(4.0, 3000), "regression", "in 3000 rows"),
        ("y", 1 + RNG.poisson(1.3, 500), "regression", "thin out like counts"),
        ("y", RNG.negative_binomial(1, 0.4, 1000).clip(0, 8), "regression", "thin out like counts"),
        ("y", RNG.integers(0, 10, 1500), "classification", "are classes"),  # digits
        ("y", RNG.integers(0, 11, 600), "classification", "equally frequent"),
        ("y", RNG.integers(1, 16, 900), "classification", "equally frequent"),
        ("y", RNG.integers(0, 40, 5000), "regression", "in 5000 rows"),
        ("y", _spread(1000, _3=0.01, _4=0.03, _5=0.4, _6=0.4, _7=0.12, _8=0.04), "classification", "are classes"),
        ("y", _spread(300, _1=0.05, _2=0.05, _3=0.1, _4=0.3, _5=0.5), "classification", "are classes"),  # stars
        ("y", _spread(300, _0=0.54, _1=0.18, _2=0.12, _3=0.12, _4=0.04), "classification", "are classes"),  # severity
        ("y", _spread(300, _1=0.2, _2=0.2, _5=0.2, _10=0.2, _50=0.2), "classification", "are classes"),  # gaps
        ("y", RNG.integers(18, 90, 900), "regression", "in 900 rows"),  # ages
        ("y", RNG.integers(2012, 2021, 900), "regression", "look like years"),
        ("year", RNG.integers(1, 6, 900), "regression", "under this name"),
        ("number_of_rooms", RNG.integers(2, 8, 900), "regression", "under this name"),
        ("numVisits", RNG.integers(0, 4, 900), "regression", "under this name"),
        ("letter class", 1 + RNG.poisson(6, 5000), "classification", "under this name"),
        ("age group", RNG.integers(1, 7, 900), "classification", "under this name|are classes"),
        ("quality", RNG.integers(3, 9, 900), "classification", "under this name"),
    ],
)
def test_whole_numbers_are_classes_or_amounts_by_name_number_and_spread(name, values, task, why):
    target = decide(name, _series(np.asarray(values)), None)
    assert target.task == task
    assert any(part in target.reason for part in why.split("|"))
    other = {"classification": "regression", "regression": "classification"}[task]
    assert target.reason.endswith(f"if not, ask for --task {other}")


@pytest.mark.parametrize(
    ("values", "wanted", "kind"),
    [
        ([3, 4, 5, 6, 7, 8] * 10, "regression", "number"),
        (list(range(11)) * 3, "classification", "integer"),
        ([0.1, 0.2, 0.3] * 5, "classification", "text"),
        ([0, 1] * 10, "regression", "number"),
    ],
)
def test_the_users_word_goes_before_the_rules(values, wanted, kind):
    target = decide("y", _series(values), wanted)
    assert (target.task, target.kind) == (wanted, kind)


@pytest.mark.parametrize(
    ("values", "wanted", "message"),
    [
        ([None] * 5, None, "no value in any of 5 rows"),
        ([np.nan, np.inf], None, "no value in any of 2 rows"),
        (["", " "], None, "no value in any of 2 rows"),
        (["a"] * 5, None, "'a' in all 5 rows"),
        ([7] * 5, None, "7 in all 5 rows"),
        ([2.5] * 5, "regression", "2.5 in all 5 rows"),
        (["a", None, None], None, "in one row only"),
        ([1.5], None, "in one row only"),
        (["a", "b"] * 5, "regression", "ask for classification"),
        ([f"name {k}" for k in range(30)], None, "30 different texts in 30 rows"),
        ([date(2020, 1, k) for k in range(1, 20)], None, "neither number nor text"),
        ([f"2020-01-{k:02}" for k in range(1, 20)], None, "neither number nor text"),
        ([f"Q{k % 4 + 1} 2020" for k in range(20)], None, "holds dates.*ask for classification"),
        ([[1], [2]], None, "neither number nor text"),
    ],
)
def test_targets_that_cannot_be_learned(values, wanted, message):
    with pytest.raises(TableError, match=message) as caught:
        decide("y", _series(values), wanted)
    assert "\n" not in str(caught.value)
    assert "'y'" in str(caught.value)


def test_values_and_labels():
    target = decide("y", _series([2, 1, 2, 1]), None)
    texts = target.values(_series([1.0, None, 2.0]))
    assert texts.array("").tolist() == ["1", "", "2"]
    assert there(texts).tolist() == [True, False, True]
    assert target.labels(texts.of(there(texts))).tolist() == [1, 2]
    assert target.values(_series(["1", "2.0"])).array().tolist() == ["1", "2"]
    priced = decide("y", _series(["$3", "$4"] * 5), None)
    assert priced.values(_series(["$3", "4", "oops"])).array("").tolist() == ["3", "4", ""]
    amounts = decide("y", _series(["1,5", "2,5", "3,25"]), None)
    np.testing.assert_equal(amounts.values(_series(["1,5", "x", "2"])), [1.5, np.nan, 2.0])


def test_a_target_that_can_be_read_two_ways_says_how_it_was():
    assert "read as 1234" in decide("y", _series([f"{k},{k + 100}" for k in range(1, 30)]), None).reason
    assert "read as" not in decide("y", _series([f"{k},{k}5" for k in range(1, 30)]), None).reason


def test_dates_are_classes_where_that_is_asked_for():
    for values in ([date(2020, 1, 1), date(2020, 1, 2)] * 5, ["2020-01-01", "2020-01-02"] * 5):
        target = decide("y", _series(values), "classification")
        assert target.values(_series(values)).known == ["2020-01-01", "2020-01-02"]
        assert target.values(_series(["2020-01-02 00:00:00"])).known == ["2020-01-02"]


def test_whole_classes_keep_the_marks_they_are_written_with():
    target = decide("y", _series(["4.733", "950", "1.200", "2.100"] * 10), None, Words(mark=","))
    assert target.kind == "integer"
    found = target.values(_series(["2.100", "4.733", "950,0", "950"]))
    assert target.labels(found).tolist() == [2100, 4733, 950, 950]


def test_whole_classes_and_amounts_take_true_and_false_as_1_and_0():
    classes, amounts = decide("y", _series([0, 1] * 5), None), decide("y", _series([0, 1] * 5), "regression")
    for values in ([True, False], ["True", "False"], ["TRUE", "false"]):
        assert classes.values(_series(values)).known == ["1", "0"]
        assert amounts.values(_series(values)).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("turn", [int, str])
def test_the_reason_counts_classes_that_floats_do_not_tell_apart(turn):
    target = decide("y", _series([turn(2**53 + k % 2) for k in range(20)]), None)
    assert target.reason == "2 different values are classes"
