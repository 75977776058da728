"""The plain engine: an epoch as the equations have it, in NumPy. The specification for any faster one."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.backprop.gradient import average_cost
from glassprop.backprop.objective import Objective, evaluate
from glassprop.engine.plan import Data, EpochCost, EpochPlan
from glassprop.equations.arrays import Array
from glassprop.equations.dropout import dropout_mask
from glassprop.optimizer import Optimizer, OptimizerState


class ReferenceEngine:
    """Runs epochs with the functions of ``backprop`` and ``optimizer``, a batch at a time."""

    name = "reference"

    def __init__(self, architecture: Architecture, objective: Objective, optimizer: Optimizer) -> None:
        self.architecture, self.objective, self.optimizer = architecture, objective, optimizer

    def epoch(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan) -> EpochCost:
        """Gather, forward, cost, backward, clip, step, batch by batch; θ and the state change in place.

        Stops before the step of a batch whose cost is NaN or infinite. A batch whose weights sum to 0 makes no step.
        """
        gradient = np.empty_like(theta)
        decays = self.architecture.layout.decay_mask
        data_cost = penalty = 0.0
        rows = 0
        for number, start in enumerate(range(0, len(plan.order), plan.batch_size)):
            batch = data.rows(plan.order[start : start + plan.batch_size])
            masks = self._masks(len(batch), theta.dtype, plan, number)
            cost = evaluate(
                self.architecture,
                self.objective,
                theta,
                batch.X,
                batch.Y,
                batch.sample_weight,
                masks,
                gradient,
            )
            if not np.isfinite(cost.data + cost.penalty):
                return EpochCost(np.nan, np.nan, failed=number)
            if batch.sample_weight is not None and batch.sample_weight.sum() <= 0:
                continue
            rows += len(batch)
            data_cost += cost.data * len(batch)
            penalty += cost.penalty * len(batch)
            self.optimizer.step(theta, gradient, state, float(plan.rates[number]), decays)
        return EpochCost(data_cost / max(rows, 1), penalty / max(rows, 1))

    def cost(self, theta: Array, data: Data) -> float:
        """The plain (weighted) average cost of some examples: no L2, no smoothing, no dropout."""
        return average_cost(self.architecture, theta, data.X, data.Y, data.sample_weight)

    def _masks(self, n: int, dtype: np.dtype, plan: EpochPlan, number: int) -> dict[int, Array]:
        return {
            l: dropout_mask(plan.dropout_key, plan.first_step + number, l, (n, layer.n), layer.dropout, dtype)
            for l, layer in enumerate(self.architecture.layers, start=1)
            if layer.dropout
        }
