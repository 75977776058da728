"""A prediction of a number in the place of its cost: so products of gradients say which rows raised it."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.members import predicted
from glassprop.equations.arrays import Array, Rows
from glassprop.insight.as_cost import with_predictions
from glassprop.insight.prediction import Prediction


def with_prediction_as_cost(network: Architecture, theta: Array, X: Rows) -> tuple[Architecture, Array]:
    """The network whose cost is -f(x) to first order, and what it has for targets of X (n, n_inputs). -> (n, 1).

    f is the one output, in the target's own units; of several members that of their mean. What lowers this cost raises
    the prediction. Where units are bent, a step counts as it does at these weights.
    """
    asked = Prediction(network.each_member, theta, 0, "amount", "output")
    found, _, _, _ = with_predictions(network, theta, np.empty((1, network.n_inputs)), (asked,))
    a = predicted(network, theta, X)
    return found, -np.ones_like(a) if network.units is None else -network.units.slope(a)
