"""Sums over rows that come in blocks, from which their scores and intervals follow: of classes, and of amounts.

All sums are kept by group, of a thousand random ones, which the bootstrap of the intervals draws from. That takes
little room whatever the rows, and as few numbers are added to each, roundings stay small. Spreads are sums of squared
distances from each group's own mean, put together by Chan's formula: never a difference of large squares.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from glassprop.tables.fitting.assess import Assessment, Guess
from glassprop.tables.fitting.intervals import MOST_UNITS, class_intervals_of, regression_intervals_of
from glassprop.tables.fitting.scores import BINS, CALIBRATION, calibration_error, calibration_sums, guess_scores
from glassprop.tables.streaming.ranked_bins import RankedBins


class Sums(Protocol):
    """What the sums of both tasks can do. Weights are told in a unit that `rescale` changes."""

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of them, as plain arrays."""

    def add(self, y: np.ndarray, outputs: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> None:
        """More rows: what is true of them, what the model says, their weights and groups."""

    def merge(self, other: Sums) -> None:
        """The rows of another, whose weights are in the same unit."""

    def rescale(self, factor: float) -> None:
        """Multiply all weights by a power of two."""

    def assessment(self, rows: int, guess: Guess | None, seed: int) -> tuple[Assessment, dict[str, float]]:
        """Scores of so many rows with intervals, beside a guess's; and how far some of them may be off."""


class ClassSums:
    """Of rows with probabilities of classes; `y` (n_rows,) are the numbers of their classes, counted from 0."""

    def __init__(self, classes: np.ndarray, arrays: dict[str, np.ndarray] | None = None) -> None:
        self._classes = classes
        self._bins = None if len(classes) != 2 else RankedBins() if arrays is None else RankedBins.of(arrays)
        own = ("weight", "squared_weight", "right")
        self._sums = {name: np.zeros(len(classes)) for name in own} | {"losses": np.zeros((MOST_UNITS, 2))}
        self._sums["calibration"] = np.zeros((BINS, 3))
        if arrays is not None:
            self._sums = {name: arrays[name].copy() for name in self._sums}

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as plain arrays."""
        return self._sums | ({} if self._bins is None else self._bins.arrays())

    def add(self, y: np.ndarray, outputs: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> None:
        sums, classes = self._sums, len(self._classes)
        wide = outputs.astype(np.float64)  # float32 rows sum to 1 within 1e-7 only
        wide /= wide.sum(axis=1, keepdims=True)
        right = outputs.argmax(axis=1) == y
        epsilon = np.finfo(np.float64).eps
        losses = -np.log(np.clip(wide[np.arange(len(y)), y], epsilon, 1 - epsilon))
        sums["weight"] += np.bincount(y, weights, minlength=classes)
        sums["squared_weight"] += np.bincount(y, weights**2, minlength=classes)
        sums["right"] += np.bincount(y, weights * right, minlength=classes)
        for place, column in enumerate((weights, weights * losses)):
            sums["losses"][:, place] += np.bincount(groups, column, minlength=MOST_UNITS)
        sums["calibration"] += calibration_sums(wide, right, weights)
        if self._bins is not None:
            self._bins.add(y == 1, wide[:, 1], weights)

    def merge(self, other: Sums) -> None:
        assert isinstance(other, ClassSums)
        for name, sums in self._sums.items():
            sums += other._sums[name]
        if self._bins is not None and other._bins is not None:
            self._bins.merge(other._bins)

    def rescale(self, factor: float) -> None:
        for name, sums in self._sums.items():
            sums *= factor**2 if name == "squared_weight" else factor
        if self._bins is not None:
            self._bins.weights *= factor

    def assessment(self, rows: int, guess: Guess | None, seed: int) -> tuple[Assessment, dict[str, float]]:
        weight, right, losses = (self._sums[name] for name in ("weight", "right", "losses"))
        squared = self._sums["squared_weight"]
        scores = {"accuracy": right.sum() / weight.sum(), "log_loss": losses[:, 1].sum() / losses[:, 0].sum()}
        scores[CALIBRATION] = calibration_error(self._sums["calibration"])
        off = {}
        shares: list[float] = []
        if self._bins is not None and (weight > 0).all():
            shares = (right / weight).tolist()
            scores["balanced_accuracy"] = sum(shares) / 2
            scores["roc_auc"], off["roc_auc"] = self._bins.area()
        scores = {name: float(score) for name, score in scores.items()}
        sizes = (weight**2 / squared).tolist() if shares else []
        worth = float(weight.sum() ** 2 / squared.sum())
        found = class_intervals_of(scores, worth, shares, sizes, losses, np.random.default_rng(seed))
        return Assessment(rows, scores, found, self._baseline(guess)), {name: by for name, by in off.items() if by}

    def _baseline(self, guess: Guess | None) -> dict[str, float]:
        """The scores of a guess that says the same of all rows: those of one row a class, of the weight of all."""
        if guess is None:
            return {}
        there = np.flatnonzero(self._sums["weight"])
        labels, weights = self._classes[there], self._sums["weight"][there]
        return guess_scores(labels, guess.outputs(len(there)), self._classes, weights)


class AmountSums:
    """Of rows with predicted amounts. Means are told as distances from a number that is like those of the column.

    Parameters
    ----------
    guessed : float or None
        What a guess says of every row.
    """

    _NAMES = ("weight", "mean", "spread", "squared_error", "error", "guess_squared_error", "guess_error")

    def __init__(self, guessed: float | None, arrays: dict[str, np.ndarray] | None = None) -> None:
        self._guessed = guessed
        self._near: float | None = None if arrays is None else float(arrays["near"][0])
        self._sums = {name: np.zeros(MOST_UNITS) if arrays is None else arrays[name].copy() for name in self._NAMES}

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as plain arrays."""
        return self._sums | {"near": np.array([np.nan if self._near is None else self._near])}

    def add(self, y: np.ndarray, outputs: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> None:
        def by_group(column: np.ndarray) -> np.ndarray:
            return np.bincount(groups, column, minlength=MOST_UNITS)

        errors = np.asarray(outputs, dtype=np.float64) - y
        weight = by_group(weights)
        self._near = float(np.median(y)) if self._near is None else self._near
        away = y - self._near
        mean = _shares(by_group(weights * away), weight)
        self._more(weight, mean, by_group(weights * (away - mean[groups]) ** 2))
        self._sums["squared_error"] += by_group(weights * errors**2)
        self._sums["error"] += by_group(weights * abs(errors))
        if self._guessed is not None:
            self._sums["guess_squared_error"] += by_group(weights * (y - self._guessed) ** 2)
            self._sums["guess_error"] += by_group(weights * abs(y - self._guessed))

    def _more(self, weight: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> None:
        """Chan's formula, for each group."""
        own = self._sums
        total = own["weight"] + weight
        away, share = mean - own["mean"], _shares(weight, total)
        own["spread"] += spread + away**2 * own["weight"] * share
        own["mean"] += away * share
        own["weight"] = total

    def merge(self, other: Sums) -> None:
        assert isinstance(other, AmountSums)
        if other._near is None:
            return
        self._near = other._near if self._near is None else self._near
        theirs = other._sums
        self._more(theirs["weight"], theirs["mean"] + (other._near - self._near), theirs["spread"])
        for name in self._NAMES[3:]:
            self._sums[name] += theirs[name]

    def rescale(self, factor: float) -> None:
        for name in self._NAMES:
            if name != "mean":
                self._sums[name] *= factor

    def assessment(self, rows: int, guess: Guess | None, seed: int) -> tuple[Assessment, dict[str, float]]:
        weight, mean, spread, squared, error, squared_by_guess, by_guess = (self._sums[name] for name in self._NAMES)
        total = weight.sum()
        away = np.where(weight > 0, mean - (weight * mean).sum() / total, 0.0)
        spreads = spread + weight * away**2  # of each group, from the mean of all
        scores = _scores(rows, total, spreads.sum(), squared.sum(), error.sum())
        unit = float(np.sqrt(max(squared.max(), spreads.max()) / total)) or 1.0
        columns = [weight, squared / unit**2, error / unit, weight * away / unit, spreads / unit**2]
        found = regression_intervals_of(scores, np.stack(columns, axis=1), unit, np.random.default_rng(seed))
        other = {}
        if guess is not None and self._guessed is not None:
            other = _scores(rows, total, spreads.sum(), squared_by_guess.sum(), by_guess.sum())
        return Assessment(rows, scores, found, other), {}


def _shares(parts: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Parts divided by what they are of; 0 where that is 0."""
    return np.divide(parts, of, out=np.zeros_like(parts), where=of > 0)


def _scores(rows: int, weight: float, spread: float, squared: float, error: float) -> dict[str, float]:
    """As `regression_scores`, from sums."""
    scores = {}
    if rows > 1:  # where all are the same, scikit-learn's rule
        scores["r2"] = 1 - squared / spread if spread > 0 else float(squared == 0)
    scores["root_mean_squared_error"] = np.sqrt(squared / weight)
    scores["mean_absolute_error"] = error / weight
    return {name: float(score) for name, score in scores.items()}
