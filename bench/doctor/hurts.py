"""Whether a fault hurts, and a healthy run is healthy: held-out costs, as a part of what the constant has."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from bench.doctor.build import estimator_of
from bench.doctor.case import Case
from bench.doctor.planting import Rows, rows_for
from glassprop.errors import GlasspropError

WORST = 3.0  # what a fit that fails, or ends in nothing, is counted as
_LEAST = 1e-15


@dataclass(frozen=True)
class Outcome:
    """What came of training a case, over the constant's: 0 is perfect, 1 as good as knowing no column.

    Attributes
    ----------
    cost : float
        Log loss, or squared error.
    errors : float
        1 less the balanced accuracy, over the constant's; of amounts the cost again.
    """

    cost: float
    errors: float


def outcome(case: Case, seeds: int = 1) -> Outcome:
    """Train it on the first so many splits; the mean."""
    found = [_once(case, seed) for seed in range(seeds)]
    return Outcome(float(np.mean([one.cost for one in found])), float(np.mean([one.errors for one in found])))


def hurts(fault: Outcome, mended: Outcome) -> bool:
    """Whether the fault is clearly the worse: by a fifth, and by 5 of 100 of the constant's cost or errors."""
    pairs = (fault.cost, mended.cost), (fault.errors, mended.errors)
    return any(bad > good + 0.05 and bad > 1.2 * good for bad, good in pairs)


def good_enough(run: Outcome, best: Outcome) -> bool:
    """Whether a healthy run is near the best of its table: half a fifth, and 5 of 100 of the constant's cost."""
    return run.cost <= 1.1 * best.cost + 0.05


def _once(case: Case, seed: int) -> Outcome:
    rows = rows_for(case, seed)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = estimator_of(case, rows).fit(rows.X, rows.y)
            return judged(model, rows)
        except GlasspropError:
            return Outcome(WORST, WORST)


def judged(model: Any, rows: Rows) -> Outcome:
    """A fitted model on the rows held out."""
    predicted = model.predict(rows.X_test)
    if rows.amounts:
        cost = float(np.mean((predicted - rows.y_test) ** 2) / np.mean((rows.y.mean() - rows.y_test) ** 2))
        cost = min(cost, WORST) if np.isfinite(cost) else WORST
        return Outcome(cost, cost)
    classes, codes = np.unique(rows.y_test, return_inverse=True)
    given = model.predict_proba(rows.X_test)
    at = np.searchsorted(model.classes_, classes)[codes]
    shares = np.array([np.mean(rows.y_test == label) for label in classes])
    entropy = -float(shares @ np.log(shares))
    cost = -float(np.mean(np.log(np.maximum(given[np.arange(len(at)), at], _LEAST)))) / entropy
    errors = (1 - balanced_accuracy_score(rows.y_test, predicted)) / (1 - 1 / len(classes))
    return Outcome(min(cost, WORST) if np.isfinite(cost) else WORST, float(errors))
