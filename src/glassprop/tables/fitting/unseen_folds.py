"""What networks of folds lose on rows that have told them nothing, not even when to stop.

Each network keeps the epoch that is best on its own fold. Of few rows that flatters it: among many epochs there is one
that happens to suit them, even where there is nothing to learn. So of each fold the loss counts after that epoch which
is best on all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.tables.fitting.small_tables import SURE, losses_of, outputs_of, smoothed

FLATTERED_ROWS = 2_000  # with more, one epoch of many no longer suits a fold by chance
_AGREED = 1.5  # standard errors of what is gained on the guess
LEAST_SURE = 1e-3  # not 0: a network all of whose predictions are the same has nothing to explain


class Heard:
    """A callback that keeps what a network says of some rows after each epoch."""

    def __init__(self, X: Any) -> None:
        self._X = X
        self.said: list[np.ndarray] = []

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is not None:
            self.said.append(outputs_of(estimator, self._X))

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""


@dataclass(frozen=True)
class FoldLoss:
    """Sums over a fold's rows.

    Attributes
    ----------
    curve : array (n_epochs, n_sure)
        After each epoch; or one row, of the network as it is kept.
    guess : float
        Of what knows no columns: what predictions are drawn towards.
    """

    curve: np.ndarray
    guess: float


def fold_loss(
    said: Sequence[np.ndarray],
    y: np.ndarray,
    counted: np.ndarray,
    train: np.ndarray,
    kept: np.ndarray,
    classes: np.ndarray | None,
) -> FoldLoss:
    """Of what was said of the rows kept apart."""
    curve, guess = losses_of(np.stack(said), y, counted, train, kept, classes)
    if classes is None:  # standardized amounts are drawn towards the mean of all, which is 0
        guess = float(y[kept] ** 2 @ counted[kept])
    return FoldLoss(curve, guess)


def unseen(folds: Sequence[FoldLoss]) -> np.ndarray:
    """The loss of each fold after the epoch that is best on the others. (n_folds, n_sure)"""
    epochs = max(len(fold.curve) for fold in folds)
    curves = np.stack([np.pad(fold.curve, ((0, epochs - len(fold.curve)), (0, 0)), mode="edge") for fold in folds])
    if len(folds) == 1:  # there is no other to go by
        return curves[:, int(np.argmin(smoothed(curves[0, :, -1])))]
    found = []
    for fold, curve in enumerate(curves):
        others = np.delete(curves[:, :, -1], fold, axis=0).sum(axis=0)
        found.append(curve[int(np.argmin(smoothed(others)))])
    return np.stack(found)


def sure_of(folds: Sequence[FoldLoss], lost: np.ndarray) -> float:
    """How sure the mean of networks may be, by what each loses (n_folds, n_sure) beside the guess.

    A mean is less sure than its parts: it goes half of the way that would be best for these. Where the folds do not
    agree that anything is to be known at all, it is the guess, but for a trace.
    """
    total = lost.sum(axis=0)
    place = len(SURE) - 1 - int(np.argmin(total[::-1]))  # of equals, the surest
    sure = float(SURE[place])
    if len(folds) == 1:
        return sure
    gained = np.array([fold.guess for fold in folds]) - lost[:, place]
    if gained.sum() <= _AGREED * np.sqrt(len(gained)) * gained.std(ddof=1):
        return LEAST_SURE
    return (1 + sure) / 2
