"""The averaged ∇C (E11, E12), and gradients of single examples kept as factors, never built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.members import (
    costs_of_members,
    costs_of_prediction,
    mean_over_members,
    sum_over_members,
)
from glassprop.backprop.passes import Errors, Trace, backward, by_layer_before, forward, last_errors
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.errors import DataError, SettingsError

_ROWS_AT_ONCE = 4096  # so that memory does not grow with the examples


def fill_gradient(architecture: Architecture, trace: Trace, errors: Errors, out: Array) -> Array:
    """E12: write the sums over examples of ∂C_0 by every parameter of every layer into ``out`` (size,)."""
    for l, layer in enumerate(architecture.layers, start=1):
        blocks, parameters = (architecture.layout.of_layer(vector, l) for vector in (out, trace.theta))
        by_parameter = _by_activation_parameter(architecture, trace, errors, l)
        layer.fill(blocks, parameters, errors.delta[l], trace.out(l - 1), by_parameter)
    return out


def _by_activation_parameter(architecture: Architecture, trace: Trace, errors: Errors, l: int) -> Array | None:
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


def refuse_mixing(architecture: Architecture) -> None:
    """Refuse a network in which examples depend on each other.

    Raises
    ------
    SettingsError
        Naming the layer, and why it has no gradient of a single example.
    """
    for number, layer in enumerate(architecture.layers, start=1):
        if layer.mixes_examples:
            raise SettingsError(f"layer {number} has no gradient of a single example: {layer.mixes_examples}")


@dataclass(frozen=True, eq=False)
class ExampleGradients:
    """∇C_i of single examples, as the factors they are made of: for a dense layer an outer product δ_j a_k.

    Only δ and a are kept, (n, n_l) a layer; the n gradients of full size are never in memory at once.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> rng = np.random.default_rng(0)
    >>> theta = network.initial(rng)
    >>> X, Y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    >>> each = network.example_gradients(theta, X, Y)
    >>> bool(np.allclose(each.mean(), network.gradient(theta, X, Y)))
    True
    >>> bool(np.allclose(each.norms()[3], np.linalg.norm(each[3])))
    True
    """

    architecture: Architecture
    trace: Trace
    errors: Errors

    @classmethod
    def of(cls, architecture: Architecture, theta: Array, X: Rows, Y: Array) -> ExampleGradients:
        """Run both passes for these examples. X (n, n_inputs), Y (n, n_L).

        Raises
        ------
        SettingsError
            If a layer has no gradient of a single example; the message says why.
        """
        refuse_mixing(architecture)
        trace = forward(architecture, theta, X)
        return cls(architecture, trace, backward(architecture, trace, last_errors(architecture, trace, Y)))

    @property
    def deltas(self) -> list[Array]:
        """δ of every layer (n, n_l), by its number; index 0 is None."""
        return self.errors.delta

    def __len__(self) -> int:
        return int(self.errors.delta[-1].shape[0])

    def __getitem__(self, i: int) -> Array:
        """∇C_i of example i in full, in the layout of θ. -> (size,)."""
        try:
            i = index(i)
        except TypeError:
            raise TypeError(
                f"gradients of examples are built one at a time: ask for a whole number, got a {type(i).__name__}"
            ) from None
        if not -len(self) <= i < len(self):
            raise IndexError(f"example {i} was asked for; there are {len(self)}, counted from 0")
        i = i % len(self)
        return fill_gradient(self.architecture, self.trace.row(i), self.errors.row(i), self._empty())

    def _empty(self) -> Array:
        return np.empty(self.architecture.layout.size, dtype=self.errors.delta[-1].dtype)

    @cached_property
    def _by_parameter(self) -> list[Array | None]:
        """∂C_0/∂a ∂a/∂p, by layer, where an activation's parameter is trained."""
        depth = self.architecture.depth
        return [_by_activation_parameter(self.architecture, self.trace, self.errors, l) for l in range(1, depth + 1)]

    def _parameters(self, l: int) -> dict[str, Array]:
        return self.architecture.layout.of_layer(self.trace.theta, l)

    def squares(self) -> list[Array]:
        """‖∇C_i‖² of every example, of each layer: of a dense one ``‖δ‖² (‖a‖² + 1)``. -> arrays (n,)."""
        found = []
        for l, layer in enumerate(self.architecture.layers, start=1):
            square = layer.squares(self._parameters(l), self.errors.delta[l], self.trace.out(l - 1))
            by_parameter = self._by_parameter[l - 1]
            found.append(square if by_parameter is None else square + (by_parameter**2).sum(axis=1))
        return found

    def norms(self) -> Array:
        """‖∇C_i‖ of every example: the root of the sum over layers of ``squares``. -> (n,)."""
        return sum(self.squares()) ** 0.5

    def dot(self, other: ExampleGradients) -> Array:
        """∇C_i · ∇C'_j of every pair: of a dense layer ``(δ·δ') (a·a' + 1)``, summed over layers. -> (n, n')."""
        total: Any = 0.0
        for l, layer in enumerate(self.architecture.layers, start=1):
            mine, others = self.trace.out(l - 1), other.trace.out(l - 1)
            here, there = (self._parameters(l), self.errors.delta[l]), (other._parameters(l), other.errors.delta[l])
            total = total + layer.dots(*here, mine, *there, others)
            by_mine, by_others = self._by_parameter[l - 1], other._by_parameter[l - 1]
            if by_mine is not None and by_others is not None:
                total = total + by_mine @ by_others.T
        return total

    def mean(self) -> Array:
        """E11: the average over the examples. -> (size,)."""
        return fill_gradient(self.architecture, self.trace, self.errors, self._empty()) / len(self)
