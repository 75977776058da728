"""The task is decided by the rules as documented, and targets that cannot be learned are refused."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from glassprop.errors import TableError
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
        (list(range(11)) * 10, "regression", "number"),  # too many values
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
