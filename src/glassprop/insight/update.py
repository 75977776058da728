"""*Update, and again*: one step of the optimizer for all parameters at once, and what the cost is after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import average_gradient
from glassprop.backprop.objective import clip, leave_out_untrained
from glassprop.backprop.passes import example_costs, forward
from glassprop.equations.arrays import Array
from glassprop.insight.step import Training
from glassprop.optimizer import SGD, OptimizerState

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained

PLAIN_RATE = 0.1  # of gradient descent, for parameters that came without an optimizer


@dataclass(frozen=True, eq=False)
class Update:
    """What a step on these examples makes of θ.

    Attributes
    ----------
    training : Training
        The optimizer as it stood before.
    assumed : bool
        Whether none came with the parameters, so that plain gradient descent is shown.
    theta : array (size,)
        After the step.
    costs : array (n,)
        C₀ of each example after it.
    """

    training: Training
    assumed: bool
    theta: Array
    costs: Array


def update_of(explanation: Explained) -> Update | None:
    """The step; None of several networks as one, whose parameters follow from all of them."""
    if explanation.members is not None:
        return None
    view, known = explanation.view, explanation.training
    architecture, theta = view.architecture, view.theta.copy()
    training = Training(SGD(), SGD().start(theta), PLAIN_RATE) if known is None else known
    gradient = average_gradient(architecture, theta, view.X, view.Y)
    if training.l2:
        gradient += training.l2 / len(view.X) * theta * architecture.layout.decay_factors
    leave_out_untrained(architecture, gradient)
    if training.clip_norm is not None:
        clip(gradient, training.clip_norm)
    _step(architecture, training, theta, gradient)
    return Update(
        training, known is None, theta, example_costs(architecture, forward(architecture, theta, view.X), view.Y)
    )


def _step(architecture: Architecture, training: Training, theta: Array, gradient: Array) -> None:
    """θ moves in place; the optimizer's memory stays as it was. Block by block, which may have rates of their own."""
    for block in architecture.layout.blocks:
        if block.rate:
            own = slice(block.start, block.stop)
            memory = tuple(np.array(vector[own], np.float64) for vector in training.state.vectors)
            state = OptimizerState(memory, training.state.t, training.state.kind)
            decays = architecture.layout.decay_factors[own]
            training.optimizer.step(theta[own], gradient[own], state, training.rate * block.rate, decays)
