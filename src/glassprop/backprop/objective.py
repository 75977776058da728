"""What training minimizes: the average cost of a batch plus L2, and its gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import fill_gradient, scale_rows
from glassprop.backprop.members import off_the_ends, sum_over_members
from glassprop.backprop.passes import Trace, backward, example_costs, forward, last_errors
from glassprop.backprop.ranks import BatchSums, LaneSums, Ranks
from glassprop.equations.arrays import Array, Rows, namespace


@dataclass(frozen=True)
class Objective:
    """The average cost plus ``½ l2 ‖w‖² / Σ sample_weight``: biases are left out, as scikit-learn's alpha has it.

    Parameters
    ----------
    l2 : float
        Strength of the L2 term.
    clip_norm : float or None
        If the gradient (L2 included) is longer than this, it is shortened to it.
    clip_probabilities : bool
        Report costs of probabilities kept off 0 and 1 by the dtype's epsilon, as scikit-learn reports its loss.
        Gradients do not know of it.

    Examples
    --------
    >>> from glassprop.settings import Objective, Settings
    >>> Settings(objective=Objective(l2=0.01, clip_norm=1.0)).objective.clip_norm
    1.0
    """

    l2: float = 0.0
    clip_norm: float | None = None
    clip_probabilities: bool = False


@dataclass(frozen=True, eq=False)
class Batch:
    """The examples of one step, and the dropout masks that they go through, by layer.

    outputs: where a of their last layer is written, (m, n_L), if somebody asks for it.
    """

    X: Rows
    Y: Array
    sample_weight: Array | None = None
    masks: Mapping[int, Array] = field(default_factory=dict)
    outputs: Array | None = None

    def rows(self, rows: slice) -> Batch:
        """Some of them."""
        weight, outputs = (None if part is None else part[rows] for part in (self.sample_weight, self.outputs))
        return Batch(self.X[rows], self.Y[rows], weight, {l: mask[rows] for l, mask in self.masks.items()}, outputs)


@dataclass(frozen=True)
class BatchCost:
    """The two parts of an objective's value on one batch, the sum of its examples' weights, and how many there are."""

    data: float
    penalty: float
    weight: float
    rows: int


def evaluate(
    architecture: Architecture,
    objective: Objective,
    theta: Array,
    batches: Sequence[Batch],
    out: Array,
    ranks: Ranks | None = None,
    shares: Sequence[slice] | None = None,
) -> BatchCost:
    """Forward, cost, backward: the objective on a batch, its gradient written into ``out`` (size,).

    There is one batch for all members, or one for each, of as many examples. The average is over the examples of all
    (E41), each with its weight; the weight and the rows that are told are those of a member, on average.

    With ``ranks`` these are the examples of one rank, and the batch is that of all: the sums over the examples here are
    made sums over all before they become averages, and before L2 and clipping; ``shares`` are the rows of each lane,
    where these are added up lane by lane.

    A batch whose weights sum to 0 has no average: its cost is 0 and so is its gradient.
    """
    if isinstance(ranks, LaneSums):
        cut, parts = [], np.empty((len(shares or ()), len(out)), out.dtype)
        for rows, part in zip(shares or (), parts, strict=True):
            cut.append(_sums(architecture, objective, theta, [batch.rows(rows) for batch in batches], part))
        sums = ranks.average(parts, cut, out)
    else:
        sums = _sums(architecture, objective, theta, batches, out)
        if ranks is not None:
            sums = ranks.average(out, sums, out)
    if sums.weight <= 0:
        return BatchCost(0.0, 0.0, sums.weight, sums.rows)
    strength = objective.l2 / sums.weight
    if strength:
        _add_l2_gradient(architecture, strength, theta, out)
    leave_out_untrained(architecture, out)
    if objective.clip_norm is not None:
        clip(out, objective.clip_norm)
    return BatchCost(sums.cost / sums.weight, penalty(architecture, strength, theta), sums.weight, sums.rows)


def _sums(
    architecture: Architecture, objective: Objective, theta: Array, batches: Sequence[Batch], out: Array
) -> BatchSums:
    """Both passes over some examples; ``out`` becomes the average of their gradients, or 0 where there is none."""
    members, xp = architecture.members, namespace(out)
    of = batches if len(batches) == members else [batches[0]] * members
    rows = int(of[0].X.shape[0])
    weights = [batch.sample_weight for batch in of]
    total = sum(float(rows) if weight is None else float(xp.sum(weight)) for weight in weights)
    if total <= 0:
        out[...] = 0
        return BatchSums(0.0, total / members, rows)
    costs: list[float] = []

    def fill(member: Architecture, number: int, out: Array) -> None:
        batch = of[number]
        trace = forward(member, theta, batch.X, batch.masks)
        if batch.outputs is not None:
            batch.outputs[...] = trace.a[-1]
        each = reported_costs(member, objective, trace, batch.Y)
        costs.append(float(xp.sum(each if batch.sample_weight is None else each * batch.sample_weight)))
        last = scale_rows(last_errors(member, trace, batch.Y), batch.sample_weight, total)
        fill_gradient(member, trace, backward(member, trace, last), out)

    sum_over_members(architecture, fill, out)
    return BatchSums(sum(costs) / members, total / members, rows)


def penalty(architecture: Architecture, strength: float, theta: Array) -> float:
    """``½ strength ‖w‖²``, over weights and not biases, each block with its factor."""
    squares = 0.0
    for block in architecture.layout.blocks:
        if block.decays and strength:
            w = theta[block.start : block.stop]
            squares += block.decay * float(w @ w)
    return 0.5 * strength * squares


def _add_l2_gradient(architecture: Architecture, strength: float, theta: Array, out: Array) -> None:
    """Add ``strength · w``, the gradient of the penalty."""
    for block in architecture.layout.blocks:
        if block.decays:
            out[block.start : block.stop] += (strength * block.decay) * theta[block.start : block.stop]


def leave_out_untrained(architecture: Architecture, out: Array) -> None:
    """No gradient where the rate is 0: such a block has no part in the step, and none in what clipping measures."""
    for block in architecture.layout.blocks:
        if not block.rate:
            out[block.start : block.stop] = 0


def clip(gradient: Array, norm: float) -> None:
    """Shorten a gradient in place to that norm if it is longer (Pascanu et al. 2013, arXiv 1211.5063)."""
    length = float(namespace(gradient).sqrt(gradient @ gradient))
    if length > norm:
        gradient *= norm / length


def reported_costs(architecture: Architecture, objective: Objective, trace: Trace, Y: Array) -> Array:
    """C_0 of every example as it is reported: probabilities clipped where the objective says so. -> (n,)."""
    kept = off_the_ends(architecture, trace.a[-1]) if objective.clip_probabilities else trace.a[-1]
    return example_costs(architecture, trace, Y) if kept is trace.a[-1] else architecture.cost_function(kept, Y)
