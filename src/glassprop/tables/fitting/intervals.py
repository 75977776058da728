"""How uncertain scores are that come from so many rows: around each an interval that holds what more rows would give.

Shares of rows have Wilson's interval, balanced accuracy one made of Wilson's (MOVER: Zou and Donner 2008), the area
under the curve that of Newcombe (2006, method 5). All three hold for few rows, and where every row is right. The other
scores are made of means, and bootstrapped. Rows with weights count as as many as are as uncertain (Kish's size).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, sqrt

import numpy as np

Interval = tuple[float, float]

LEVEL = 0.95
_Z = 1.959963984540054  # of the normal distribution, for LEVEL
_RESAMPLES = 1000
MOST_UNITS = 1000  # of what is resampled: rows, or random groups of rows where there are more
LEAST_ROWS = 5  # below, resampling rows tells nothing


def wilson(share: float, rows: float) -> Interval:
    """Of a share of independent rows; `rows` need not be whole.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(1.0, 20)]
    [0.839, 1.0]
    """
    middle, room = share + _Z**2 / (2 * rows), _Z * sqrt(share * (1 - share) / rows + _Z**2 / (4 * rows**2))
    low, high = ((middle + sign * room) / (1 + _Z**2 / rows) for sign in (-1, 1))
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def effective_rows(weights: np.ndarray | None, rows: int) -> float:
    """How many rows without weights are as good as these."""
    if weights is None:
        return float(rows)
    return float(weights.sum() ** 2 / (weights**2).sum())


def class_intervals(
    scores: Mapping[str, float], y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray,
    weights: np.ndarray | None, seed: int,
) -> dict[str, Interval]:  # fmt: skip
    """Of the scores that `class_scores` gives for the same rows."""
    of_true = probabilities[np.arange(len(y)), np.searchsorted(classes, y)] / probabilities.sum(axis=1)
    loss = -np.log(np.clip(of_true, np.finfo(np.float64).eps, 1.0))
    rng = np.random.default_rng(seed)
    sums = _sums_of_units([np.ones(len(y)), loss], weights, rng)
    shares, sizes = [], []
    if "roc_auc" in scores:
        sides = [y == label for label in classes]
        sizes = [effective_rows(None if weights is None else weights[side], int(side.sum())) for side in sides]
        right = classes[probabilities.argmax(axis=1)] == y
        shares = [float(np.average(right[side], weights=None if weights is None else weights[side])) for side in sides]
    return class_intervals_of(scores, effective_rows(weights, len(y)), shares, sizes, sums, rng)


def class_intervals_of(
    scores: Mapping[str, float], rows: float, shares: list[float], sizes: list[float],
    sums: np.ndarray | None, rng: np.random.Generator,
) -> dict[str, Interval]:  # fmt: skip
    """Of the scores of classes, from sums over rows.

    Parameters
    ----------
    scores : mapping
    rows : float
        Of as many without weights all are worth.
    shares, sizes : lists of float
        Of each of two classes: how many of its rows are right, and of how many it is. Empty for other classes.
    sums : array (n_units, 2) or None
        Of what is resampled: weights, and losses times weights. None where rows are too few for it.
    rng : numpy.random.Generator
    """
    found = {"accuracy": wilson(scores["accuracy"], rows)}
    found |= _bootstrapped({"log_loss": lambda drawn: drawn[:, 1] / drawn[:, 0]}, sums, rng)
    if "roc_auc" in scores:
        found["balanced_accuracy"] = _mean_of_shares(shares, sizes)
        found["roc_auc"] = _area(scores["roc_auc"], *sizes)
    return _in_order(found, scores)


def regression_intervals(
    scores: Mapping[str, float], y: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None, seed: int
) -> dict[str, Interval]:
    """Of the scores that `regression_scores` gives for the same rows."""
    errors, away = predicted - y, y - np.average(y, weights=weights)
    unit = float(max(abs(errors).max(), abs(away).max())) or 1.0  # squares of large numbers would be infinite
    errors, away = errors / unit, away / unit
    columns = [np.ones(len(y)), errors**2, abs(errors), away, away**2]
    rng = np.random.default_rng(seed)
    return regression_intervals_of(scores, _sums_of_units(columns, weights, rng), unit, rng)


def regression_intervals_of(
    scores: Mapping[str, float], sums: np.ndarray | None, unit: float, rng: np.random.Generator
) -> dict[str, Interval]:
    """Of the scores of amounts, from sums over rows.

    Parameters
    ----------
    scores : mapping
    sums : array (n_units, 5) or None
        Of what is resampled: weights, and times these squared errors, errors without sign, distances of the target from
        the mean of all, and their squares. None where rows are too few for it.
    unit : float
        In which errors and distances are.
    rng : numpy.random.Generator
    """

    def r2(sums: np.ndarray) -> np.ndarray:
        spread = sums[:, 4] - sums[:, 3] ** 2 / sums[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(spread > 1e-12 * sums[:, 0], 1 - sums[:, 1] / spread, np.nan)

    of_sums: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "r2": r2,
        "root_mean_squared_error": lambda sums: unit * np.sqrt(sums[:, 1] / sums[:, 0]),
        "mean_absolute_error": lambda sums: unit * sums[:, 2] / sums[:, 0],
    }
    return _in_order(_bootstrapped(of_sums, sums, rng), scores)


def _in_order(found: Mapping[str, Interval], scores: Mapping[str, float]) -> dict[str, Interval]:
    """Those that are finite, in the order of the scores."""
    return {name: found[name] for name in scores if name in found and all(map(isfinite, found[name]))}


def _mean_of_shares(shares: list[float], sizes: list[float]) -> Interval:
    """Of the mean of shares of different rows: distances to the ends of each one's interval, squared and added."""
    ends = [wilson(share, rows) for share, rows in zip(shares, sizes, strict=True)]
    mean = sum(shares) / len(shares)
    below = sqrt(sum((share - low) ** 2 for share, (low, _) in zip(shares, ends, strict=True))) / len(shares)
    above = sqrt(sum((high - share) ** 2 for share, (_, high) in zip(shares, ends, strict=True))) / len(shares)
    return max(0.0, mean - below), min(1.0, mean + above)


def _area(area: float, negative: float, positive: float) -> Interval:
    """The areas that differ from this one by as much as their own standard error (Hanley and McNeil's) allows."""
    more = (negative + positive) / 2 - 1

    def room(true: float) -> float:
        spread = true * (1 - true) * (1 + more * (1 - true) / (2 - true) + more * true / (1 + true))
        return _Z * sqrt(max(spread, 0.0) / (negative * positive))

    def end(outside: float) -> float:
        inside = area
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if abs(area - middle) <= room(middle) else (inside, middle)
        return inside

    return end(0.0), end(1.0)


def _sums_of_units(
    columns: list[np.ndarray], weights: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray | None:
    """Sums of columns (n_rows,) over what is resampled, (n_units, n_columns); None where rows are too few for it.

    Of many rows, random groups are drawn instead of single ones: their sums are as uncertain, and a million rows take
    no longer than a thousand.
    """
    rows = len(columns[0])
    if rows < LEAST_ROWS:
        return None
    weighted = columns if weights is None else [column * weights for column in columns]
    units = min(rows, MOST_UNITS)
    group = np.arange(rows) if rows == units else rng.permutation(rows) % units
    return np.stack([np.bincount(group, column, minlength=units) for column in weighted], axis=1)


def _bootstrapped(
    of_sums: Mapping[str, Callable[[np.ndarray], np.ndarray]], sums: np.ndarray | None, rng: np.random.Generator
) -> dict[str, Interval]:
    """The middle share LEVEL of what scores are on units drawn from these with replacement.

    Each score is a function of sums over rows (n_resamples, n_columns), the first of which are weights.
    """
    if sums is None:
        return {}
    units = len(sums)
    drawn = rng.multinomial(units, np.full(units, 1 / units), size=_RESAMPLES) @ sums
    drawn = drawn[drawn[:, 0] > 0]  # weights of 0 in all rows that were drawn
    ends = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    found = {}
    for name, score in of_sums.items():
        values = score(drawn)
        values = values[np.isfinite(values)]
        if len(values) > _RESAMPLES / 2:
            low, high = np.percentile(values, ends)
            found[name] = (float(low), float(high))
    return found
