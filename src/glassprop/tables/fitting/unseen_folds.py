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

from glassprop.tables.fitting.small_tables import SURE, as_judged, losses_of, outputs_of, smoothed

_FLATTERED_ROWS = 2_000  # with more, one epoch of many no longer suits a fold by chance,
_ROWS_OF_INPUT = 5  # nor, with more for each input, is a network sure of them before it has learned what there is
_AGREED = 1.5  # standard errors of what is gained on the guess
LEAST_SURE = 1e-3  # not 0: a network all of whose predictions are the same has nothing to explain


def are_few(rows: int, inputs: int) -> bool:
    """Whether networks of so many rows and inputs are judged epoch by epoch."""
    return rows < max(_FLATTERED_ROWS, _ROWS_OF_INPUT * inputs)


@dataclass(frozen=True)
class Judged:
    """The rows of a fold that a network is judged by, and what it has learned from.

    Attributes
    ----------
    y, counted : array (n_rows,)
        Of all rows, and how much each counts.
    train, kept : array of int
    classification : bool
    """

    y: np.ndarray
    counted: np.ndarray
    train: np.ndarray
    kept: np.ndarray
    classification: bool

    def lost(self, said: np.ndarray) -> np.ndarray:
        """Of what is said of the rows kept apart, (n_kept, n_outputs), by how sure it is meant. (n_sure,)"""
        return self._losses(said)[0][0]

    def guess(self) -> float:
        """Of what predictions are drawn towards."""
        if not self.classification:  # standardized amounts are drawn towards the mean of all, which is 0
            return float(self.y[self.kept] ** 2 @ self.counted[self.kept])
        return self._losses(np.zeros((len(self.kept), len(np.unique(self.y[self.train])))))[1]

    def _losses(self, said: np.ndarray) -> tuple[np.ndarray, float]:
        classes = np.unique(self.y[self.train]) if self.classification else None
        return losses_of(said[None], self.y, self.counted, self.train, self.kept, classes)


class Heard:
    """A callback that works out after each epoch what is lost on some rows.

    Parameters
    ----------
    X : array or CSR matrix (n_rows, n_inputs)
    judged : Judged
        The same rows.
    """

    def __init__(self, X: Any, judged: Judged) -> None:
        self._X, self._judged = X, judged
        self.curve: list[np.ndarray] = []

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is not None:
            self.curve.append(self._judged.lost(outputs_of(estimator, self._X)))

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""

    def least(self) -> float:
        """As the epoch that ended is judged by it."""
        return float(as_judged(self.curve[-1], tempered=self._judged.classification))


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


def unseen(folds: Sequence[FoldLoss], *, tempered: bool) -> np.ndarray:
    """The loss of each fold after the epoch that is best on the others, as `as_judged` says. (n_folds, n_sure)"""
    epochs = max(len(fold.curve) for fold in folds)
    curves = np.stack([np.pad(fold.curve, ((0, epochs - len(fold.curve)), (0, 0)), mode="edge") for fold in folds])
    if len(folds) == 1:  # there is no other to go by
        return curves[:, int(np.argmin(smoothed(as_judged(curves[0], tempered=tempered))))]
    found = []
    for fold, curve in enumerate(curves):
        others = np.delete(curves, fold, axis=0).sum(axis=0)
        found.append(curve[int(np.argmin(smoothed(as_judged(others, tempered=tempered))))])
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
