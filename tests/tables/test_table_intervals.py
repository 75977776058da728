"""Intervals of scores: those that SciPy gives, the coverage they claim, and little time for many rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from glassprop.tables.fitting.intervals import class_intervals, effective_rows, regression_intervals, wilson
from glassprop.tables.fitting.scores import class_scores, regression_scores

CLASSES = np.array(["no", "yes"])


def _of_classes(y, chance, weights=None, seed=0):
    """chance: probabilities of "yes"."""
    probabilities = np.stack([1 - chance, chance], axis=1)
    scores = class_scores(y, probabilities, CLASSES, weights)
    return scores, class_intervals(scores, y, probabilities, CLASSES, weights, seed)


def _of_amounts(y, predicted, weights=None, seed=0):
    scores = regression_scores(y, predicted, weights)
    return scores, regression_intervals(scores, y, predicted, weights, seed)


@pytest.mark.parametrize(("right", "rows"), [(0, 7), (15, 15), (9, 15), (730, 1000)])
def test_a_share_has_wilsons_interval(right, rows):
    theirs = stats.binomtest(right, rows).proportion_ci(method="wilson")
    assert wilson(right / rows, rows) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_equal_weights_are_no_weights_and_rows_of_weight_0_are_no_rows():
    assert effective_rows(np.full(40, 3.0), 40) == pytest.approx(40)
    assert effective_rows(np.array([1.0, 0.0, 1.0, 0.0]), 4) == pytest.approx(2)


def test_means_have_the_interval_of_scipys_bootstrap():
    rng = np.random.default_rng(0)
    y = rng.exponential(size=300)
    predicted = y + rng.exponential(size=300) - 1
    _, found = _of_amounts(y, predicted)
    for name, score in (("r2", metrics.r2_score), ("root_mean_squared_error", metrics.root_mean_squared_error)):
        theirs = stats.bootstrap(
            (y, predicted), score, paired=True, vectorized=False, n_resamples=2000, method="percentile", rng=1
        ).confidence_interval
        width = theirs.high - theirs.low
        assert found[name] == pytest.approx((theirs.low, theirs.high), abs=0.15 * width)


def test_the_mean_loss_of_many_rows_is_as_uncertain_as_its_standard_error_says():
    rng = np.random.default_rng(1)
    chance = rng.uniform(0.05, 0.95, 50_000)
    y = np.where(rng.random(50_000) < chance, "yes", "no")
    _, found = _of_classes(y, chance)
    losses = -np.log(np.where(y == "yes", chance, 1 - chance))
    error = losses.std() / np.sqrt(len(losses))
    assert found["log_loss"] == pytest.approx(
        (losses.mean() - 1.96 * error, losses.mean() + 1.96 * error), abs=error / 2
    )


@pytest.mark.parametrize("rows", [25, 150])
def test_intervals_hold_what_they_claim(rows):
    """Each misses the score of endlessly many such rows in some 5 of 100 tables; bootstraps of few rows in more."""
    rng = np.random.default_rng(rows)
    noise, gain = 0.8, 2.0
    far = rng.normal(size=200_000)
    truth = far + noise * rng.normal(size=far.size) > 0
    known, _ = _of_classes(np.where(truth, "yes", "no"), 1 / (1 + np.exp(-gain * far)))
    del known["expected_calibration_error"]  # which has none
    held = dict.fromkeys(known, 0)
    for _ in range(120):
        x = rng.normal(size=rows)
        y = np.where(x + noise * rng.normal(size=rows) > 0, "yes", "no")
        _, found = _of_classes(y, 1 / (1 + np.exp(-gain * x)))
        for name, (low, high) in found.items():
            held[name] += low <= known[name] <= high
    assert held.keys() == {"accuracy", "log_loss", "balanced_accuracy", "roc_auc"}
    assert min(held.values()) >= (100 if rows == 25 else 105)  # of 120; 95 % are 114, by chance 109 or more


def test_perfect_scores_of_few_rows_are_not_certain():
    y = np.array(["no"] * 6 + ["yes"] * 6)
    _, found = _of_classes(y, np.where(y == "yes", 0.9, 0.1))
    assert all(found[name][1] == 1 and found[name][0] < 0.9 for name in ("accuracy", "balanced_accuracy", "roc_auc"))


def test_the_seed_says_which_rows_are_drawn():
    rng = np.random.default_rng(2)
    y, predicted = rng.normal(size=(2, 5000))
    assert _of_amounts(y, predicted, seed=3) == _of_amounts(y, predicted, seed=3)
    assert _of_amounts(y, predicted, seed=3)[1] != _of_amounts(y, predicted, seed=4)[1]


def test_weights_count_in_intervals_as_in_scores():
    rng = np.random.default_rng(3)
    y, predicted = rng.normal(size=(2, 60))
    twice = rng.integers(0, 3, 60).astype(float)
    scores, found = _of_amounts(y, predicted, weights=twice)
    for name, (low, high) in found.items():
        assert low < scores[name] < high
    only = twice > 0
    plain = _of_amounts(y[only], predicted[only])[0]
    assert scores["mean_absolute_error"] != pytest.approx(plain["mean_absolute_error"])


@pytest.mark.parametrize("unit", [1e-140, 1.0, 1e140])
def test_units_of_the_target_do_not_matter(unit):
    rng = np.random.default_rng(4)
    y, predicted = rng.normal(size=(2, 80))
    (_, plain), (_, found) = _of_amounts(y, predicted), _of_amounts(unit * y, unit * predicted)
    assert found["r2"] == pytest.approx(plain["r2"])
    assert np.array(found["mean_absolute_error"]) / unit == pytest.approx(np.array(plain["mean_absolute_error"]))


def test_too_few_rows_and_targets_all_alike_have_no_bootstrap():
    assert _of_amounts(np.arange(3.0), np.zeros(3))[1] == {}
    _, found = _of_amounts(np.ones(20), np.linspace(0, 1, 20))
    assert set(found) == {"root_mean_squared_error", "mean_absolute_error"}
    assert set(_of_classes(np.array(["yes"]), np.array([0.7]))[1]) == {"accuracy"}
