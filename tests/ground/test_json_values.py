"""Values as strict JSON."""

from __future__ import annotations

import datetime
import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from glassprop.ground.json_values import spelled, to_json, to_plain, unspelled


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (np.bool_(True), True),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.float64(2), 2.0),
        (float("nan"), None),
        (np.float64("inf"), None),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        (("a", 1), ["a", 1]),
        (OrderedDict(a={1: (2,)}), {"a": {"1": [2]}}),
        (Path("a/b"), "a/b"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
    ],
)
def test_values_become_json(value, expected):
    plain = to_plain(value)
    assert plain == expected
    assert type(plain) is type(expected)
    assert json.loads(to_json(value)) == expected


def test_text_is_kept_as_it_is():
    assert to_json("Größe") == '"Größe"'


@pytest.mark.parametrize(
    "value", [np.inf, -np.inf, np.nan, 0.1, np.float32(0.5), np.int64(3), True, None, "nearly", [1]]
)
def test_what_is_read_back_is_the_same(value):
    again = unspelled(json.loads(json.dumps(spelled(value), allow_nan=False)))
    assert again == value or (np.isnan(again) and np.isnan(value))
