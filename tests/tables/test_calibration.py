"""The expected calibration error: by hand, bin by bin, in memory and from sums of blocks."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop.tables.fitting.assess import Guess, assessed
from glassprop.tables.fitting.scores import class_scores
from glassprop.tables.fitting.verdict import Circumstances, worse_than_guessing
from glassprop.tables.streaming.stream_scores import StreamScores

CLASSES = np.array(["a", "b", "c"])
NAME = "expected_calibration_error"


def by_hand(y: np.ndarray, p: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Rows one by one: 15 bins of the largest probability, in each how often it is right against how sure it is."""
    weights = np.ones(len(y)) if weights is None else weights
    found = 0.0
    for b in range(15):
        rows = [i for i in range(len(y)) if b / 15 <= p[i].max() < (b + 1) / 15 or (b == 14 and p[i].max() == 1)]
        if not rows or not weights[rows].sum():
            continue
        right = np.average([CLASSES[p[i].argmax()] == y[i] for i in rows], weights=weights[rows])
        sure = np.average([p[i].max() for i in rows], weights=weights[rows])
        found += weights[rows].sum() / weights.sum() * abs(right - sure)
    return found


def rows(n: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    p = rng.dirichlet([0.5, 0.7, 0.3], n)
    y = CLASSES[(p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)]
    return y, p, rng.choice([0.0, 0.5, 3.0], n)


@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_that_of_the_definition(weighted: bool) -> None:
    y, p, weights = rows()
    given = weights if weighted else None
    assert class_scores(y, p, CLASSES, given)[NAME] == pytest.approx(by_hand(y, p, given), rel=1e-9)
    hot = p**3 / (p**3).sum(axis=1, keepdims=True)  # three times as sure
    assert class_scores(y, hot, CLASSES, given)[NAME] > 0.1 > 2 * class_scores(y, p, CLASSES, given)[NAME]


def test_of_two_numbers() -> None:
    """Two rows at .9, one of them right: |½ - .9|."""
    p = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0]])
    assert class_scores(np.array(["a", "b"]), p, CLASSES, None)[NAME] == pytest.approx(0.4)
    sure = np.eye(3)
    assert class_scores(CLASSES, sure, CLASSES, None)[NAME] == 0
    assert class_scores(CLASSES[::-1], sure, CLASSES, None)[NAME] == pytest.approx(2 / 3)


def test_from_sums_of_blocks() -> None:
    y, p, weights = rows()
    numbers = np.searchsorted(CLASSES, y)
    scores = StreamScores(CLASSES, None, 0, most=100)
    for start in range(0, len(y), 700):
        part = slice(start, start + 700)
        scores.add(numbers[part], p[part], 1e9 * weights[part], np.arange(len(y))[part])
    found, within = scores.assessment()
    assert found.scores[NAME] == pytest.approx(by_hand(y, p, weights), rel=1e-9)
    assert not within


def test_a_guess_is_not_better_for_being_calibrated() -> None:
    """It says the shares of the classes, of all rows, and is right so often: that is no reason to take it."""
    y, p, _ = rows()
    sure = 0.5 * p + 0.5 * np.eye(3)[np.searchsorted(CLASSES, y)]  # right more often than it says
    found = assessed(CLASSES, y, sure, None, Guess(shares=np.array([0.4, 0.4, 0.2])), 0)
    assert found.scores[NAME] > 0.1
    assert NAME not in found.baseline
    assert NAME not in found.intervals
    assert worse_than_guessing(found, Circumstances(rows=len(y))) is None
    wrong = np.roll(np.eye(3)[np.searchsorted(CLASSES, y)], 1, axis=1) * 0.9 + 0.1 / 3
    note = worse_than_guessing(
        assessed(CLASSES, y, wrong, None, Guess(shares=np.full(3, 1 / 3)), 0), Circumstances(rows=9)
    )
    assert note is not None
    assert "other scores are not" not in str(note)
