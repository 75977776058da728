"""A prediction of a number in the place of its cost: so products of gradients say which rows raised it."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.insight.as_cost import with_predictions
from glassprop.insight.prediction import Prediction


def with_prediction_as_cost(network: Architecture, theta: Array) -> tuple[Architecture, Array]:
    """The network whose cost is -f(x), and what it has for targets of one row, (1, n_L).

    f is the one output, in the target's own units; of several members the mean of theirs. What lowers this cost raises
    the prediction.
    """
    asked = Prediction(network.each_member, theta, 0, "amount", "output", units=network.units)
    found, _, _, targets = with_predictions(network, theta, np.empty((1, network.n_inputs)), (asked,))
    return found, -targets
