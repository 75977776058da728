"""Scores of rows that come in blocks: those of the same rows in memory, and within the bound where bins make them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn import metrics

from glassprop.tables.fitting.assess import Guess, assessed
from glassprop.tables.fitting.examples import of_mean_one
from glassprop.tables.streaming.ranked_bins import BINS, RankedBins, bin_of
from glassprop.tables.streaming.stream_scores import StreamScores, together

ROWS, FEW = 20_000, 500  # rows; those that are kept, so that the others go to sums
TWO, THREE = np.array(["no", "yes"]), np.array([1, 2, 5])
EXACT = 1e-9  # of a score: sums of 20,000 numbers, each rounded to 1e-16, and means of them


def _probabilities(rng, rows, classes, dtype=np.float32):
    logits = rng.normal(0, 3, (rows, classes))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (raised / raised.sum(axis=1, keepdims=True)).astype(dtype)


def _classes(rng, probabilities):
    return (probabilities.cumsum(axis=1) > rng.random((len(probabilities), 1))).argmax(axis=1)


def _weights(rng, weighted):
    return rng.choice([0.0, 0.5, 1.0, 3.0, 1e-3], ROWS) * weighted if weighted else None


def _streamed(classes, guess, y, outputs, weights, sizes, most=FEW):
    scores, first = StreamScores(classes, guess, 0, most), 0
    for size in sizes:
        rows = slice(first, first + size)
        scores.add(y[rows], outputs[rows], None if weights is None else weights[rows], np.arange(ROWS)[rows])
        first += size
    assert first == len(y)
    return scores


def _sizes(rng, rows=ROWS):
    edges = np.unique([0, rows, *rng.integers(0, rows, 9)])
    return np.diff(edges).tolist()


def _near(found, true, within):
    """Scores are alike but for rounding, or as far apart as is said; intervals by a tenth of their width."""
    assert found.rows == true.rows
    assert found.scores.keys() == true.scores.keys()
    assert found.intervals.keys() == true.intervals.keys()
    for name, score in true.scores.items():
        assert found.scores[name] == pytest.approx(score, rel=EXACT, abs=EXACT + within.get(name, 0.0)), name
    for name, (low, high) in true.intervals.items():
        assert found.intervals[name] == pytest.approx((low, high), abs=0.15 * (high - low)), name
    assert found.baseline == pytest.approx(true.baseline, rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("weighted", [0, 1, 1e130, 1e-130], ids=lambda by: f"weights {by}")
@pytest.mark.parametrize("classes", [TWO, THREE], ids=["two", "three"])
def test_scores_of_classes_are_those_of_rows_in_memory(classes, weighted):
    rng = np.random.default_rng(1)
    outputs = _probabilities(rng, ROWS, len(classes))
    y, weights = _classes(rng, outputs), _weights(rng, weighted)
    guess = Guess(shares=np.arange(1.0, len(classes) + 1) / np.arange(1, len(classes) + 1).sum())
    found, within = _streamed(classes, guess, y, outputs, weights, _sizes(rng)).assessment()
    true = assessed(classes, classes[y], outputs, None if weights is None else of_mean_one(weights), guess, 0)
    assert within.keys() == ({"roc_auc"} if len(classes) == 2 else set())
    assert within.get("roc_auc", 1e-12) < 1e-4
    _near(found, true, within)
    assert within.get("roc_auc", 0) == 0 or found.scores["roc_auc"] != true.scores["roc_auc"]  # bins were at work


@pytest.mark.parametrize("weighted", [0, 1], ids=["plain", "weighted"])
@pytest.mark.parametrize(("middle", "width"), [(0.0, 1.0), (1e9, 1e-1), (-3e-7, 1e-9), (0.0, 1e148)])
def test_scores_of_amounts_are_those_of_rows_in_memory(middle, width, weighted):
    rng = np.random.default_rng(2)
    y = middle + width * rng.standard_t(5, ROWS)
    predicted, weights = y + width * rng.normal(0, 0.5, ROWS), _weights(rng, weighted)
    guess = Guess(mean=middle + width / 3)
    found, within = _streamed(None, guess, y, predicted, weights, _sizes(rng)).assessment()
    scaled = None if weights is None else of_mean_one(weights)
    true = assessed(None, y, predicted, scaled, guess, 0)
    assert not within
    _near(found, true, within)


def test_far_amounts_keep_their_digits():
    """The spread by exact whole numbers; a difference of large squares would have none of its digits."""
    y = 2.0**40 + np.arange(ROWS) % 7
    found, _ = _streamed(None, None, y, y + 1.0, None, [999] * 20 + [20]).assessment()
    whole = [int(value) for value in y]
    spread = (ROWS * sum(value**2 for value in whole) - sum(whole) ** 2) / ROWS
    assert found.scores["r2"] == pytest.approx(1 - ROWS / spread, rel=1e-12)


def test_few_rows_have_the_very_scores_of_rows_in_memory():
    rng = np.random.default_rng(3)
    outputs = _probabilities(rng, ROWS, 2)
    y, weights = _classes(rng, outputs), _weights(rng, 1)
    found, within = _streamed(TWO, None, y, outputs, weights, _sizes(rng), most=ROWS).assessment()
    assert found == assessed(TWO, TWO[y], outputs, of_mean_one(weights), None, 0)
    assert not within


@pytest.mark.parametrize("kept", [FEW, ROWS], ids=["summed", "kept"])
@pytest.mark.parametrize("task", ["classes", "amounts"])
def test_lanes_that_others_added_to_give_the_same_bits(task, kept):
    """Whoever adds to a lane, and sends it as plain arrays, what they are together has the same bits."""
    rng = np.random.default_rng(4)
    outputs = _probabilities(rng, ROWS, 2) if task == "classes" else rng.normal(size=ROWS)
    y = _classes(rng, outputs) if task == "classes" else rng.normal(size=ROWS)
    weights, classes = rng.uniform(0, 9, ROWS), TWO if task == "classes" else None
    numbers, edges = np.arange(ROWS), [0, 300, 350, 9000, 9001, 15_000, ROWS]

    def lanes(sent):
        found = []
        for first, stop in pairwise(edges):
            lane = StreamScores(classes, None, 0, kept)
            for start in range(first, stop, 700):
                rows = slice(start, min(start + 700, stop))
                lane.add(y[rows], outputs[rows], weights[rows], numbers[rows])
            found.append(StreamScores(classes, None, 0, kept).taken(lane.arrays()) if sent else lane)
        return together(found)

    assert lanes(sent=True).assessment() == lanes(sent=False).assessment()
    found, within = lanes(sent=True).assessment()
    labels = y if classes is None else classes[y]
    _near(found, assessed(classes, labels, outputs, of_mean_one(weights), None, 0), within)


def test_one_class_alone_has_no_area_and_rows_of_weight_0_count_for_nothing():
    rng = np.random.default_rng(5)
    outputs = _probabilities(rng, ROWS, 2)
    y = np.zeros(ROWS, dtype=np.intp)
    found, _ = _streamed(TWO, Guess(shares=np.array([0.5, 0.5])), y, outputs, None, _sizes(rng)).assessment()
    assert found.scores.keys() == {"accuracy", "log_loss", "expected_calibration_error"}
    assert found.baseline == pytest.approx({"accuracy": 1.0, "log_loss": np.log(2)})
    y[:50], weights = 1, np.ones(ROWS)
    weights[:50] = 0
    found, _ = _streamed(TWO, None, y, outputs, weights, _sizes(rng)).assessment()
    assert found.scores.keys() == {"accuracy", "log_loss", "expected_calibration_error"}


def test_targets_that_are_all_the_same_have_the_rule_of_scikit_learn():
    y = np.full(ROWS, 0.1)
    right, _ = _streamed(None, None, y, y.copy(), None, [ROWS]).assessment()
    wrong, _ = _streamed(None, None, y, y + 1, None, [3000, 7000, 10_000]).assessment()
    assert right.scores["r2"] == metrics.r2_score([2, 2], [2, 2]) == 1.0
    assert wrong.scores["r2"] == metrics.r2_score([2, 2], [3, 3]) == 0.0


def test_bins_are_in_the_order_of_their_scores():
    rng = np.random.default_rng(6)
    from_ends = [0.0, 5e-324, 1e-45, 1e-20, 2.0**-64, 0.5, np.nextafter(0.5, 0), np.nextafter(1, 0), 1.0]
    scores = np.sort([*from_ends, *rng.random(2000), *(1 - 10.0 ** rng.uniform(-17, 0, 500))])
    bins = bin_of(scores)
    assert (np.diff(bins) >= 0).all()
    assert bins.min() >= 0
    assert bins.max() < BINS
    middle = (scores > 1e-18) & (scores < 0.5)
    assert len(np.unique(bins[middle])) > 0.8 * middle.sum()


@pytest.mark.parametrize("kind", ["smooth", "crowded", "few values", "saturated"])
def test_the_area_lies_within_its_bound(kind):
    rng = np.random.default_rng(7)
    scores = {
        "smooth": rng.beta(2, 3, ROWS),
        "crowded": 0.4 + 1e-4 * rng.random(ROWS),
        "few values": rng.choice([0.1, 0.100000001, 0.3, 0.9], ROWS),
        "saturated": 1 - 10.0 ** rng.uniform(-16, -5, ROWS),
    }[kind]
    positive = rng.random(ROWS) < scores.argsort().argsort() / ROWS
    weights = rng.uniform(0, 2, ROWS)
    parts = [RankedBins(), RankedBins()]
    for part, rows in zip(parts, (slice(0, 7000), slice(7000, ROWS)), strict=True):
        part.add(positive[rows], scores[rows], weights[rows])
    parts[0].merge(RankedBins.of(parts[1].arrays()))
    area, within = parts[0].area()
    assert abs(area - metrics.roc_auc_score(positive, scores, sample_weight=weights)) <= within + 1e-12
    assert within < {"crowded": 0.4, "few values": 0.3}.get(kind, 1e-3)


def test_ties_alone_are_exact():
    rng = np.random.default_rng(8)
    scores = rng.choice([0.0, 0.25, 0.5, 0.9, 1.0], ROWS)
    positive = rng.random(ROWS) < 0.2 + 0.5 * scores
    bins = RankedBins()
    bins.add(positive, scores, np.ones(ROWS))
    assert bins.area() == (pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-14), 0.0)
