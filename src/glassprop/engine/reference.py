"""The plain engine: an epoch as the equations have it. The specification for any faster one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import cost_of_prediction
from glassprop.backprop.members import mean_over_members
from glassprop.backprop.objective import Batch, BatchCost, Objective, evaluate
from glassprop.backprop.ranks import Ranks, asked_among, cost_over_all
from glassprop.engine.midway import Midway, StepCosts
from glassprop.engine.pieces import pieces
from glassprop.engine.plan import Data, EpochCost, EpochPlan, Examples
from glassprop.equations.arrays import Array, like, namespace
from glassprop.equations.dropout import dropout_mask
from glassprop.optimizer import Optimizer, OptimizerState


class ReferenceEngine:
    """Runs epochs with the functions of ``backprop`` and ``optimizer``, a batch at a time."""

    name = "reference"
    works = True

    def __init__(
        self, architecture: Architecture, objective: Objective, optimizer: Optimizer, ranks: Ranks | None = None
    ) -> None:
        self.architecture, self.objective, self.optimizer, self.ranks = architecture, objective, optimizer, ranks

    def epoch(
        self, theta: Array, state: OptimizerState, rows: Examples, plan: EpochPlan, midway: Midway | None = None
    ) -> EpochCost:
        """Gather, forward, cost, backward, sum over ranks, clip, step, batch by batch; θ and the state change in place.

        Stops before the step of a batch whose cost is NaN or infinite. A batch whose weights sum to 0 makes no step.
        """
        if plan.seen is None:
            return self._epoch(theta, state, rows, plan, midway)
        outputs = np.full((self.architecture.members, *plan.seen.Y.shape), np.nan, theta.dtype)
        cost = self._epoch(theta, state, rows, plan, midway, outputs)
        plan.seen.take(mean_over_members(list(outputs)))
        return cost

    def _epoch(
        self,
        theta: Array,
        state: OptimizerState,
        rows: Examples,
        plan: EpochPlan,
        midway: Midway | None,
        outputs: Array | None = None,
    ) -> EpochCost:
        """outputs (members, n, n_L): where a of the last layer is written, if somebody asks."""
        gradient = namespace(theta).empty_like(theta)
        decays = like(self.architecture.layout.decay_factors, theta)
        made: list[BatchCost] = [] if midway is None else _batches(midway.before, self.objective.l2)
        for data, part in pieces(rows, plan):
            for number, (start, stop) in enumerate(pairwise(part.edges)):
                batches = self._batches(data, theta, part, number)
                cost = self._evaluate(theta, batches, gradient, part, number)
                if outputs is not None:
                    _hand_out(batches, part, start, stop, outputs)
                if not np.isfinite(cost.data + cost.penalty):
                    failed = part.first_step - plan.first_step + number
                    return EpochCost(np.nan, np.nan, failed, data.rows(examples_of(part, start, stop)))
                made.append(cost)
                if cost.weight > 0:
                    factors = decays if part.decays is None else decays * float(part.decays[number])
                    self._step(theta, gradient, state, float(part.rates[number]), factors)
                if midway is not None and asked_among(self.ranks, part.first_step + number, midway.due):
                    midway.keep(_step_costs(made))
        return _averaged(made)

    def _evaluate(self, theta: Array, batches: list[Batch], gradient: Array, plan: EpochPlan, number: int) -> BatchCost:
        shares = _shares(plan, number)
        return evaluate(self.architecture, self.objective, theta, batches, gradient, self.ranks, shares)

    def _batches(self, data: Data, theta: Array, plan: EpochPlan, number: int) -> list[Batch]:
        """The examples of a step, once for each member: with masks of its own, and perhaps others than its siblings."""
        start, stop = plan.edges[number : number + 2]
        found: list[Batch] = []
        for member in range(self.architecture.members):
            if member == 0 or plan.orders is not None:
                batch = data.rows(plan.taken_by(member)[start:stop])
            masks = self._masks(len(batch), theta, plan, number, member)
            outputs = None if plan.seen is None else np.full_like(batch.Y, np.nan)
            found.append(Batch(batch.X, batch.Y, batch.sample_weight, masks, outputs))
        return found

    def _step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        """The optimizer's step: on θ whole, or where blocks have rates of their own on each that is trained."""
        layout = self.architecture.layout
        if layout.one_rate:
            self.optimizer.step(theta, gradient, state, rate, decays)
            return
        t = state.t
        for block in layout.blocks:
            if block.rate > 0:
                own = slice(block.start, block.stop)
                part = OptimizerState(tuple(vector[own] for vector in state.vectors), t, state.kind)
                self.optimizer.step(theta[own], gradient[own], part, rate * block.rate, decays[own])
        state.t = t + 1

    def cost(self, theta: Array, data: Data, edges: Array | None = None) -> float:
        """The plain (weighted) average cost of what is predicted of some examples: no L2, no smoothing, no dropout.

        edges: where the examples of each lane begin, and the last ones end, where sums are made lane by lane.
        """

        def of(rows: slice) -> float:
            part = data if edges is None else data.rows(rows)
            return cost_of_prediction(self.architecture, theta, part.X, part.Y, part.sample_weight)

        return cost_over_all(self.ranks, of, data.sample_weight, len(data), edges)

    def _masks(self, n: int, theta: Array, plan: EpochPlan, number: int, member: int) -> dict[int, Array]:
        """By layer: those of the rows that are this member's, if a batch were the examples of one after another's."""
        factor = 1.0 if plan.dropouts is None else float(plan.dropouts[number])
        step = plan.first_step + number
        whole = n if plan.shares is None else int(plan.shares.totals[number])
        first = member * whole + (0 if plan.shares is None else int(plan.shares.firsts[number, 0]))
        return {
            l: dropout_mask(plan.dropout_key, step, l, (n, layer.n), factor * layer.dropout, theta.dtype, first, theta)
            for l, layer in enumerate(self.architecture.layers, start=1)
            if layer.dropout
        }


def _hand_out(batches: list[Batch], plan: EpochPlan, start: int, stop: int, outputs: Array) -> None:
    """What a step's forward passes gave, to where somebody wants it of each row."""
    for member, batch in enumerate(batches):
        outputs[member, plan.taken_by(member)[start:stop]] = batch.outputs


def examples_of(plan: EpochPlan, start: int, stop: int) -> NDArray[np.integer]:
    """Those of a step, of all members, each once."""
    if plan.orders is None:
        return plan.order[start:stop]
    return np.unique(plan.orders[:, start:stop])


def _shares(plan: EpochPlan, number: int) -> list[slice] | None:
    """The rows of each lane in a batch, where sums are made lane by lane."""
    if plan.shares is None:
        return None
    ends = np.cumsum(plan.shares.rows[number])
    return [slice(int(end - n), int(end)) for end, n in zip(ends, plan.shares.rows[number], strict=True)]


def _averaged(made: list[BatchCost]) -> EpochCost:
    """Over batches, with their rows as weights; those whose weights sum to 0 do not count."""
    data_cost = penalty = 0.0
    seen = 0
    for cost in made:
        if cost.weight > 0:
            seen += cost.rows
            data_cost += cost.data * cost.rows
            penalty += cost.penalty * cost.rows
    return EpochCost(data_cost / max(seen, 1), penalty / max(seen, 1))


def _step_costs(made: list[BatchCost]) -> StepCosts:
    """Costs of batches as arrays."""
    numbers = np.array([(cost.data, cost.penalty, cost.weight) for cost in made], dtype=np.float64).reshape(-1, 3)
    rows = np.array([cost.rows for cost in made], dtype=np.int64)
    return StepCosts(numbers[:, :1].copy(), numbers[:, 1:2].copy(), rows, numbers[:, 2].copy(), True)


def _batches(given: StepCosts | None, l2: float) -> list[BatchCost]:
    """Undo ``_step_costs``."""
    if given is None:
        return []
    costs = given.as_averages(l2)
    columns = costs.costs[:, 0], costs.squares[:, 0], costs.totals, costs.rows
    return [BatchCost(*numbers) for numbers in zip(*(column.tolist() for column in columns), strict=True)]
