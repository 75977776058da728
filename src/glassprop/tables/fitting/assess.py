"""How well a model does on some rows: scores, how uncertain they are, and those of a guess that knows no columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.intervals import Interval, class_intervals, regression_intervals
from glassprop.tables.fitting.scores import class_scores, guess_scores, regression_scores


@dataclass(frozen=True)
class Guess:
    """All that is known of a target without columns: the shares of its classes (n_classes,), or its mean."""

    shares: np.ndarray | None = None
    mean: float | None = None

    @classmethod
    def of(cls, train: Examples) -> Guess:
        """What the rows trained on say."""
        classes = train.classes()
        if not classes:
            return cls(mean=float(np.average(train.y, weights=train.weights)))
        counts = np.array([one.weight for one in classes])
        return cls(shares=counts / counts.sum())

    @classmethod
    def from_dict(cls, found: Mapping[str, Any] | None, classes: int | None) -> Guess | None:
        """What `to_dict` gave; None where there is none, or not one for so many classes (None: for amounts)."""
        shares, mean = (None, None) if found is None else (found.get("shares"), found.get("mean"))
        if classes is None:
            return None if mean is None else cls(mean=mean)
        if shares is None or len(shares) != classes or abs(sum(shares) - 1) > 1e-6:
            return None
        return cls(shares=np.array(shares, dtype=np.float64))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"shares": None if self.shares is None else self.shares.tolist(), "mean": self.mean}

    def cost(self) -> float:
        """The network's cost, if it said this in every row trained on: cross entropy, or half a variance of 1."""
        if self.shares is None:
            return 0.5
        return float(-sum(share * np.log(share) for share in self.shares if share > 0))

    def outputs(self, rows: int) -> np.ndarray:
        """The same for each of so many rows: probabilities (n_rows, n_classes), or amounts (n_rows,)."""
        if self.shares is None:
            return np.full(rows, self.mean)
        return np.tile(self.shares, (rows, 1))


@dataclass(frozen=True)
class Assessment:
    """Scores under scikit-learn's names; intervals for those that have one; a guess's scores, where it is known.

    `rows` is how many rows are scored.
    """

    rows: int
    scores: dict[str, float]
    intervals: dict[str, Interval]
    baseline: dict[str, float]


def assess(model: Any, X: Any, y: np.ndarray, weights: np.ndarray | None, guess: Guess | None, seed: int) -> Assessment:
    """Score a fitted classifier or regressor on some rows. The seed is for drawing rows anew, for the intervals."""
    classes = getattr(model, "classes_", None)
    outputs = model.predict(X) if classes is None else model.predict_proba(X)
    return assessed(classes, y, np.asarray(outputs), weights, guess, seed)


def assessed(
    classes: np.ndarray | None,
    y: np.ndarray,
    outputs: np.ndarray,
    weights: np.ndarray | None,
    guess: Guess | None,
    seed: int,
) -> Assessment:
    """Score what a model says of some rows: probabilities of `classes` (n_rows, n_classes), or amounts (n_rows,)."""
    if classes is None:
        predicted = outputs.astype(np.float64)
        scores = regression_scores(y, predicted, weights)
        found = regression_intervals(scores, y, predicted, weights, seed)
        other = {} if guess is None else regression_scores(y, guess.outputs(len(y)), weights)
        return Assessment(len(y), scores, found, other)
    scores = class_scores(y, outputs, classes, weights)
    found = class_intervals(scores, y, outputs.astype(np.float64), classes, weights, seed)
    other = {} if guess is None else guess_scores(y, guess.outputs(len(y)), classes, weights)
    return Assessment(len(y), scores, found, other)
