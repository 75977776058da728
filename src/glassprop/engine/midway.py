"""An epoch left in its middle, or gone on with there: what its steps have cost until then, and who keeps that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StepCosts:
    """What steps have cost, as the engine that made them counts it: an epoch's cost follows from those of its steps.

    Attributes
    ----------
    costs, squares : arrays (steps, parts), float64
        Σ weight · C_0 and Σ w², in as many parts as the engine has; of the reference engine their averages, C_0 and
        ½ l2 Σ w² / Σ weight.
    rows, totals : arrays (steps,), int64 and float64
        Examples of each batch, and their weights.
    averaged : bool
        Whether they are averages.
    """

    costs: NDArray[np.float64]
    squares: NDArray[np.float64]
    rows: NDArray[np.int64]
    totals: NDArray[np.float64]
    averaged: bool

    def __len__(self) -> int:
        return len(self.rows)

    def as_averages(self, l2: float) -> StepCosts:
        """As the reference engine has them."""
        if self.averaged:
            return self
        each = np.where(self.totals > 0, self.totals, 1.0)[:, None]
        data = self.costs.sum(axis=1, keepdims=True) / each
        penalty = 0.5 * l2 * self.squares.sum(axis=1, keepdims=True) / each
        return StepCosts(data, penalty, self.rows, self.totals, True)

    def as_sums(self, l2: float) -> StepCosts:
        """As machine code has them."""
        if not self.averaged:
            return self
        squares = 2 * self.squares * self.totals[:, None] / l2 if l2 else np.zeros_like(self.squares)
        return StepCosts(self.costs * self.totals[:, None], squares, self.rows, self.totals, False)


@dataclass(frozen=True)
class Midway:
    """An epoch that is begun in its middle, or that somebody may want to keep there.

    Attributes
    ----------
    before : StepCosts or None
        Of the steps that were made before the plan's first.
    due : callable () -> bool
        Asked between steps, as often as an engine can leave off; it must be quick.
    keep : callable (StepCosts)
        Called where it is due, when θ and the optimizer's memory are those after the last step; with the costs of all
        steps of the epoch until then. What it raises ends the epoch.
    """

    before: StepCosts | None
    due: Callable[[], bool]
    keep: Callable[[StepCosts], None]
