"""The averaged ∇C (E11, E12), and the averages of costs that it is of."""

from __future__ import annotations

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.members import (
    costs_of_members,
    costs_of_prediction,
    mean_over_members,
    sum_over_members,
)
from glassprop.backprop.passes import Errors, Trace, backward, by_layer_before, forward, last_errors
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.errors import DataError

_ROWS_AT_ONCE = 4096  # so that memory does not grow with the examples


def fill_gradient(architecture: Architecture, trace: Trace, errors: Errors, out: Array) -> Array:
    """E12: write the sums over examples of ∂C_0 by every parameter of every layer into ``out`` (size,)."""
    for l, layer in enumerate(architecture.layers, start=1):
        blocks, parameters = (architecture.layout.of_layer(vector, l) for vector in (out, trace.theta))
        by_parameter = by_activation_parameter(architecture, trace, errors, l)
        layer.fill(blocks, parameters, errors.delta[l], trace.out(l - 1), by_parameter)
    return out


def by_activation_parameter(architecture: Architecture, trace: Trace, errors: Errors, l: int) -> Array | None:
    """∂C/∂a ∂a/∂p of a layer whose activation's parameter is trained, by example (n, n_l)."""
    if not architecture.layer(l).parametric:
        return None
    sigma = trace.sigma[l]
    return errors.by_a[l] * sigma.by_parameter(trace.z[l], trace.s[l], *sigma.parameters)


def average_cost(
    architecture: Architecture, theta: Array, X: Rows, Y: Array, sample_weight: Array | None = None
) -> float:
    """The (weighted) average of C_0 over examples, block by block. X (n, n_inputs), Y (n, n_L), sample_weight (n,)."""
    costs = [costs_of_members(architecture, theta, X[rows, :], Y[rows, :]) for rows in blocks_of(X)]
    return average(namespace(costs[0]).concat(costs), sample_weight)


def cost_of_prediction(
    architecture: Architecture, theta: Array, X: Rows, Y: Array, sample_weight: Array | None = None
) -> float:
    """The same of what is predicted, which of several members is their mean: what examples held out are judged by."""
    costs = [costs_of_prediction(architecture, theta, X[rows, :], Y[rows, :]) for rows in blocks_of(X)]
    return average(namespace(costs[0]).concat(costs), sample_weight)


def blocks_of(X: Rows) -> list[slice]:
    """The rows of X in blocks: one at least, be it empty."""
    n = int(X.shape[0])
    return [slice(start, min(start + _ROWS_AT_ONCE, n)) for start in range(0, max(n, 1), _ROWS_AT_ONCE)]


def average(costs: Array, sample_weight: Array | None) -> float:
    """The (weighted) average of the costs of examples. costs, sample_weight (n,)."""
    xp = namespace(costs)
    if sample_weight is None:
        return float(xp.mean(costs))
    return float(xp.sum(costs * sample_weight) / total_weight(sample_weight))


def average_gradient(
    architecture: Architecture, theta: Array, X: Rows, Y: Array, sample_weight: Array | None = None
) -> Array:
    """E11: ∇C, the (weighted) average over examples and members, in the layout of θ. -> (size,)."""
    total = X.shape[0] if sample_weight is None else total_weight(sample_weight)

    def fill(member: Architecture, _: int, out: Array) -> None:
        trace = forward(member, theta, X)
        last = scale_rows(last_errors(member, trace, Y), sample_weight, total * architecture.members)
        fill_gradient(member, trace, backward(member, trace, last), out)

    return sum_over_members(architecture, fill, namespace(theta).empty_like(theta))


def scale_rows(
    last: tuple[Array, Array | None], sample_weight: Array | None, total: float
) -> tuple[Array, Array | None]:
    """Turn the errors of examples into their shares in the average. Two of (n, n_L); sample_weight (n,) or None.

    total: the weight of all examples of all members.
    """
    delta, by_a = last
    if sample_weight is None:
        return delta / total, None if by_a is None else by_a / total
    share = namespace(delta).astype(sample_weight / total, delta.dtype)[:, None]
    return delta * share, None if by_a is None else by_a * share


def total_weight(sample_weight: Array) -> float:
    """The sum of the weights of examples.

    Raises
    ------
    DataError
        If it is 0: there is no average to take.
    """
    total = float(namespace(sample_weight).sum(sample_weight))
    if total <= 0:
        raise DataError(
            f"the weights of the examples sum to {total:g}, so there is no average to take; give at least one "
            "example a weight above 0"
        )
    return total


def input_gradient(architecture: Architecture, theta: Array, X: Rows, Y: Array) -> Array:
    """E18, E33 at the first layer: ∂C_0/∂x of every example, the mean over members. -> (n, n_inputs)."""

    def of(member: Architecture) -> Array:
        trace = forward(member, theta, X)
        errors = backward(member, trace, last_errors(member, trace, Y))
        return by_layer_before(member, trace, errors, 1)

    return mean_over_members([of(member) for member in architecture.each_member])
