"""The bench of wrong labels: what it plants, what it counts, and what it prints."""

from __future__ import annotations

import numpy as np
import pytest

from bench.blame.label_cases import BY_CLEANLAB, SELF, UNWATCHED, WATCHED, decided, found
from bench.blame.label_report import report
from bench.blame.label_tables import CHOOSING, NUMBERS_CHOOSING, NUMBERS_REPORTED, REPORTED, clean, flipped, swapped
from bench.blame.labels import key_of


def test_no_table_is_in_both_halves():
    assert not {*CHOOSING, *NUMBERS_CHOOSING} & {*REPORTED, *NUMBERS_REPORTED}
    assert len(REPORTED) >= 7
    assert "digits" in REPORTED


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_what_is_planted(share):
    any_class, by_class = (flipped("iris", how, share, 0) for how in ("symmetric", "by class"))
    for planted in (any_class, by_class):
        assert planted.wrong.sum() == round(share * 150)
        np.testing.assert_array_equal(planted.true, clean("iris")[1])
    into = {(int(a), int(b)) for a, b in zip(by_class.true[by_class.wrong], by_class.y[by_class.wrong], strict=True)}
    assert len({a for a, _ in into}) == len(into) <= 2  # half of the classes, each into one other
    assert flipped("iris", "symmetric", share, 1).wrong.tolist() != any_class.wrong.tolist()
    numbers = swapped("diabetes", share, 0)
    assert numbers.wrong.sum() >= 0.9 * round(share * 442)  # some are the same as what they are exchanged with
    np.testing.assert_allclose(np.sort(numbers.y), np.sort(numbers.true))


def test_what_is_counted():
    wrong, scores = np.array([True, False, True, False, False]), np.array([0.9, 0.8, 0.7, 0.1, 0.2])
    area, precision = found(wrong, scores)
    assert (area, precision) == (pytest.approx(5 / 6), 0.5)
    assert decided(wrong, np.array([0, 1, 3])) == [pytest.approx(1 / 3), 0.5, 1.5]
    assert decided(wrong, np.array([], dtype=int)) == [0, 0, 0]


def test_what_is_printed():
    ways = WATCHED, UNWATCHED, SELF, *BY_CLEANLAB
    case = {
        "what": "labels", "table": "iris", "how": "symmetric", "share": 0.1, "seed": 0, "right instead": float("nan"),
        "found": {way: [0.9, 0.5] for way in ways},
        "decided": {way: [1.0, 0.25, 0.25] for way in (WATCHED, UNWATCHED, "cleanlab")},
        "seconds": {"training": 2.0, "suspects": 2.1, "five folds": 8.0},
    }  # fmt: skip
    other = case | {"seed": 1, "found": {way: [0.7, 0.7] for way in ways}}
    text = report([case, other])
    assert "| **mean** | " + " | ".join(["0.800 / 0.600"] * 6) + " |" in text
    assert "| iris | 1.000 / 0.250 / 0.250" in text
    assert "1.05 in the median" in text
    assert key_of(case) == ("labels", "iris", "symmetric", 0.1, 0)
