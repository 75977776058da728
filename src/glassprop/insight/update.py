"""*Update, and again*: one step of the optimizer for all parameters at once, and what the cost is after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.backprop.passes import example_costs, forward
from glassprop.equations.arrays import Array
from glassprop.insight.step import Training, plain_descent
from glassprop.optimizer import OptimizerState

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained


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
    training = plain_descent(theta) if known is None else known
    gradient = np.empty_like(theta)
    evaluate(architecture, Objective(training.l2, training.clip_norm), theta, [Batch(view.X, view.Y)], gradient)
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
