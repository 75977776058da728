"""The averaged ∇C (E11, E12), and gradients of single examples kept as factors, never built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import index

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.backprop.passes import Trace, backward, example_costs, forward, last_delta
from glassprop.equations.affine import by_bias, by_input, by_weight
from glassprop.equations.arrays import Array
from glassprop.errors import DataError

_ROWS_AT_ONCE = 4096  # so that memory does not grow with the examples


def fill_gradient(architecture: Architecture, trace: Trace, deltas: list[Array], out: Array) -> Array:
    """E12: write ``Σ_examples δ_j a_k`` and ``Σ_examples δ_j`` of every layer into ``out`` (size,)."""
    for l in range(1, architecture.depth + 1):
        architecture.layout.w(out, l)[...] = by_weight(deltas[l], trace.out(l - 1))
        architecture.layout.b(out, l)[...] = by_bias(deltas[l])
    return out


def average_cost(
    architecture: Architecture, theta: Array, X: Array, Y: Array, sample_weight: Array | None = None
) -> float:
    """The (weighted) average of C_0 over examples, block by block. X (n, n_inputs), Y (n, n_L), sample_weight (n,)."""
    blocks = [slice(start, start + _ROWS_AT_ONCE) for start in range(0, max(X.shape[0], 1), _ROWS_AT_ONCE)]
    costs = [example_costs(architecture, forward(architecture, theta, X[rows]), Y[rows]) for rows in blocks]
    return average(np.concatenate(costs), sample_weight)


def average(costs: Array, sample_weight: Array | None) -> float:
    """The (weighted) average of the costs of examples. costs, sample_weight (n,)."""
    if sample_weight is None:
        return float(costs.mean())
    return float((costs * sample_weight).sum() / total_weight(sample_weight))


def average_gradient(
    architecture: Architecture, theta: Array, X: Array, Y: Array, sample_weight: Array | None = None
) -> Array:
    """E11: ∇C, the (weighted) average over examples, in the layout of θ. -> (size,)."""
    trace = forward(architecture, theta, X)
    delta = scale_rows(last_delta(architecture, trace, Y), sample_weight)
    return fill_gradient(architecture, trace, backward(architecture, theta, trace, delta), np.empty_like(theta))


def scale_rows(delta: Array, sample_weight: Array | None) -> Array:
    """Turn the δ of examples into their shares in the average. delta (n, n_L), sample_weight (n,) or None."""
    if sample_weight is None:
        return delta / delta.shape[0]
    return delta * (sample_weight / total_weight(sample_weight)).astype(delta.dtype)[:, None]


def total_weight(sample_weight: Array) -> float:
    """The sum of the weights of examples.

    Raises
    ------
    DataError
        If it is 0: there is no average to take.
    """
    total = float(sample_weight.sum())
    if total <= 0:
        raise DataError(
            f"the weights of the examples sum to {total:g}, so there is no average to take; give at least one "
            "example a weight above 0"
        )
    return total


def input_gradient(architecture: Architecture, theta: Array, X: Array, Y: Array) -> Array:
    """E18 at the first layer: ∂C_0/∂x of every example. -> (n, n_inputs)."""
    trace = forward(architecture, theta, X)
    deltas = backward(architecture, theta, trace, last_delta(architecture, trace, Y))
    return by_input(deltas[1], architecture.layout.w(theta, 1))


@dataclass(frozen=True, eq=False)
class ExampleGradients:
    """∇C_i of single examples, as the factors they are made of: an outer product δ_j a_k per layer.

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
    deltas: list[Array]

    @classmethod
    def of(cls, architecture: Architecture, theta: Array, X: Array, Y: Array) -> ExampleGradients:
        """Run both passes for these examples. X (n, n_inputs), Y (n, n_L)."""
        trace = forward(architecture, theta, X)
        return cls(architecture, trace, backward(architecture, theta, trace, last_delta(architecture, trace, Y)))

    def __len__(self) -> int:
        return int(self.deltas[-1].shape[0])

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
        row = slice(i, i + 1)
        trace = Trace(self.trace.z, [a[row] for a in self.trace.a])
        deltas = [None, *(delta[row] for delta in self.deltas[1:])]
        return fill_gradient(self.architecture, trace, deltas, self._empty())

    def _empty(self) -> Array:
        return np.empty(self.architecture.layout.size, dtype=self.deltas[-1].dtype)

    @cached_property
    def _squares(self) -> list[tuple[Array, Array]]:
        """‖δ‖² and ‖a‖² + 1 (the bias counted in) of every example, layer by layer."""
        return [
            (_row_dots(delta, delta), _row_dots(a, a) + 1)
            for delta, a in zip(self.deltas[1:], self.trace.a[:-1], strict=True)
        ]

    def norms(self) -> Array:
        """‖∇C_i‖ of every example: ``‖δ‖² (‖a‖² + 1)`` summed over layers, then the root. -> (n,)."""
        return sum(d * a for d, a in self._squares) ** 0.5

    def dot(self, other: ExampleGradients) -> Array:
        """∇C_i · ∇C'_j of every pair: ``Σ_layers (δ·δ') (a·a' + 1)``. -> (n, n')."""
        total: Array = 0.0
        for l in range(1, self.architecture.depth + 1):
            a_dots = self.trace.a[l - 1] @ other.trace.a[l - 1].T
            a_dots = a_dots.toarray() if hasattr(a_dots, "toarray") else a_dots
            total = total + (self.deltas[l] @ other.deltas[l].T) * (a_dots + 1)
        return total

    def mean(self) -> Array:
        """E11: the average over the examples. -> (size,)."""
        return fill_gradient(self.architecture, self.trace, self.deltas, self._empty()) / len(self)


def _row_dots(x: Array, y: Array) -> Array:
    """The dot product of each row of x with the same row of y; x may be sparse. -> (n,)."""
    if hasattr(x, "multiply"):
        return np.asarray(x.multiply(y).sum(axis=1)).ravel()
    return (x * y).sum(axis=1)
