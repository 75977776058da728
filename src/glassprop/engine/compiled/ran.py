"""What steps of an epoch have cost, as kernels count it: by chunk, put together where an epoch is made in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glassprop.engine.midway import Midway, StepCosts
from glassprop.engine.plan import EpochCost, EpochPlan
from glassprop.equations.arrays import Array


class Ran(NamedTuple):
    """What steps have left behind.

    costs, squares (steps, chunks): Σ weight · C_0 and Σ w² by chunk and segment. n: examples. rows, totals (steps,):
    those of each batch, and their weights; None where no example has one and no batch is empty. weighted: whether
    examples have weights: else a batch's weight is its rows, and they cancel.
    """

    costs: Array
    squares: Array
    n: int
    rows: Array | None = None
    totals: Array | None = None
    weighted: bool = False

    def kept(self) -> Ran:
        """The same, with numbers of its own, which the next steps do not write over."""
        return self._replace(costs=self.costs.copy(), squares=self.squares.copy())

    def until(self, step: int, plan: EpochPlan) -> Ran:
        """Of the first steps of the plan alone, each with its rows and weight."""
        rows = (np.diff(plan.edges) if self.rows is None else self.rows)[:step].astype(np.int64)
        totals = rows.astype(np.float64) if self.totals is None else self.totals[:step]
        return Ran(self.costs[:step], self.squares[:step], int(rows.sum()), rows, totals, self.weighted)

    def cost(self, l2: float) -> EpochCost:
        """Average over batches with their rows as weights, as the reference does."""
        if self.totals is None or self.rows is None or (self.rows.all() and not self.weighted):
            data_cost = float(self.costs.sum()) / self.n
            return EpochCost(data_cost, 0.5 * l2 * float(self.squares.sum()) / self.n if l2 else 0.0)
        counts = self.totals > 0  # a batch of weight 0 has no cost
        if not counts.any():
            return EpochCost(0.0, 0.0)
        rows, totals = self.rows[counts], self.totals[counts]
        data_costs = self.costs[counts].sum(axis=1) / totals
        penalties = 0.5 * l2 * self.squares[counts].sum(axis=1) / totals
        # Sums, not @: BLAS may share a long product among threads, and round it by their number.
        data_cost, penalty = float((data_costs * rows).sum()), float((penalties * rows).sum())
        n = int(rows.sum())
        return EpochCost(data_cost / n, penalty / n)


class Leaving(NamedTuple):
    """Who may want to keep an epoch in its middle. before: what earlier steps of it have left behind."""

    midway: Midway
    before: list[Ran]

    def keep(self, ran: Ran) -> None:
        """Hand on the costs of all steps until now."""
        costs, squares, _, rows, totals, _ = together([*self.before, ran])
        self.midway.keep(StepCosts(costs, squares, np.asarray(rows), np.asarray(totals), averaged=False))


def together(ran: list[Ran]) -> Ran:
    """Steps that were made piece by piece, as those of one epoch; whether they have weights is the last one's to say."""
    rows, totals = (np.concatenate([getattr(each, name) for each in ran]) for name in ("rows", "totals"))
    parts = [[getattr(each, name) for each in ran] for name in ("costs", "squares")]
    widest = max(each.shape[1] for part in parts for each in part)
    costs, squares = (_in_columns(part, widest) for part in parts)
    return Ran(costs, squares, int(rows.sum()), rows, totals, ran[-1].weighted)


def _in_columns(numbers: Sequence[Array], columns: int) -> Array:
    """One below the other, with zeros for the chunks that there were not: of steps that other kernels made."""
    return np.concatenate([np.pad(each, ((0, 0), (0, columns - each.shape[1]))) for each in numbers])


def made_before(midway: Midway | None, l2: float) -> list[Ran]:
    """Of the steps that were made before the epoch was left."""
    if midway is None or midway.before is None:
        return []
    made = midway.before.as_sums(l2)
    return [Ran(made.costs, made.squares, int(made.rows.sum()), made.rows, made.totals)]
