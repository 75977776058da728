"""The epoch after which a network does best on rows kept apart, averaged over three epochs."""

from __future__ import annotations

from typing import Any

import numpy as np


class BestOfThree:
    """A callback that finds the epoch where the loss on rows kept apart, averaged over three epochs, is least."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._thetas: list[np.ndarray] = []  # of the epoch that ended, and of the one before
        self._best: tuple[float, int, np.ndarray] | None = None

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is None:
            return
        self._losses.append(estimator.validation_curve_[-1])
        self._thetas = [*self._thetas[-1:], estimator.theta_.copy()]
        if len(self._losses) > 1:
            self._judge(len(self._losses) - 1, self._losses[-1], self._thetas[0])

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
