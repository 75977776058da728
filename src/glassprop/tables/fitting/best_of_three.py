"""The epoch after which a network does best on rows kept apart, averaged over three epochs."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np


class BestOfThree:
    """A callback that finds the epoch where the loss on rows kept apart, averaged over three epochs, is least.

    Parameters
    ----------
    lost : callable () -> float, optional
        What is lost after the epoch that ended, where it is not what the network is watched by.
    patience : float
        Training ends after so many epochs without a better one.
    """

    def __init__(self, lost: Callable[[], float] | None = None, patience: float = inf) -> None:
        self._lost, self._patience = lost, patience
        self._losses: list[float] = []
        self._thetas: list[np.ndarray] = []  # of the epoch that ended, and of the one before
        self._best: tuple[float, int, np.ndarray] | None = None

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        if context.parent is None:
            return False
        self._losses.append(estimator.validation_curve_[-1] if self._lost is None else self._lost())
        self._thetas = [*self._thetas[-1:], estimator.theta_.copy()]
        if len(self._losses) > 1:
            self._judge(len(self._losses) - 1, self._losses[-1], self._thetas[0])
        return self._best is not None and len(self._losses) - self._best[1] > self._patience

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""

    def _judge(self, epoch: int, after: float, theta: np.ndarray) -> None:
        """An epoch (from 1), with the loss after the one that follows it; before the first it is that of the first."""
        loss = float(np.mean([self._losses[max(epoch - 2, 0)], self._losses[epoch - 1], after]))
        if np.isfinite(loss) and (self._best is None or loss < self._best[0]):
            self._best = loss, epoch, theta

    def go_back(self, estimator: Any) -> None:
        """Give a fitted estimator the weights of that epoch."""
        if self._losses:
            self._judge(len(self._losses), self._losses[-1], self._thetas[-1])
        if self._best is not None:
            _, epoch, theta = self._best
            estimator.be_as_after(epoch, theta)
