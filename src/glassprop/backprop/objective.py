"""What training minimizes: the average cost of a batch plus L2, and its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.backprop.gradient import fill_gradient, scale_rows
from glassprop.backprop.passes import Trace, backward, example_costs, forward, last_errors
from glassprop.equations.arrays import Array
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN


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
    """

    l2: float = 0.0
    clip_norm: float | None = None
    clip_probabilities: bool = False


@dataclass(frozen=True)
class BatchCost:
    """The two parts of an objective's value on one batch, and the sum of its examples' weights."""

    data: float
    penalty: float
    weight: float


def evaluate(
    architecture: Architecture,
    objective: Objective,
    theta: Array,
    X: Array,
    Y: Array,
    sample_weight: Array | None,
    masks: Mapping[int, Array] | None,
    out: Array,
) -> BatchCost:
    """Forward, cost, backward: the objective on a batch, its gradient written into ``out`` (size,).

    A batch whose weights sum to 0 has no average: its cost is 0 and so is its gradient.
    """
    total = float(X.shape[0]) if sample_weight is None else float(sample_weight.sum())
    if total <= 0:
        out[...] = 0
        return BatchCost(0.0, 0.0, total)
    trace = forward(architecture, theta, X, masks)
    costs = reported_costs(architecture, objective, trace, Y)
    data = float(costs.sum() if sample_weight is None else (costs * sample_weight).sum()) / total
    last = scale_rows(last_errors(architecture, trace, Y), sample_weight)
    fill_gradient(architecture, trace, backward(architecture, theta, trace, last), out)
    strength = objective.l2 / total
    if strength:
        _add_l2_gradient(architecture, strength, theta, out)
    leave_out_untrained(architecture, out)
    if objective.clip_norm is not None:
        clip(out, objective.clip_norm)
    return BatchCost(data, penalty(architecture, strength, theta), total)


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
    length = float(np.sqrt(gradient @ gradient))
    if length > norm:
        gradient *= norm / length


def reported_costs(architecture: Architecture, objective: Objective, trace: Trace, Y: Array) -> Array:
    """C_0 of every example as it is reported: probabilities clipped where the objective says so. -> (n,)."""
    if objective.clip_probabilities and architecture.cost_function.outputs in (UNIT_OPEN, SIMPLEX_OPEN):
        a = trace.a[-1]
        epsilon = np.finfo(a.dtype).eps
        return architecture.cost_function(np.clip(a, epsilon, 1 - epsilon), Y)
    return example_costs(architecture, trace, Y)
