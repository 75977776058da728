"""One pass forward and back over a few examples in float64, with every number of it kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.passes import Errors, Trace, backward, by_layer_before, example_costs, forward, last_errors
from glassprop.equations.arrays import Array

_LONG_WAY = 1e-11  # how far the long way may lie from the collapsed δ, relatively, and still be shown


@dataclass(frozen=True, eq=False)
class View:
    """The numbers of a pass forward and back. Layers count from 1 (0 is the input), neurons from 0.

    Attributes
    ----------
    theta : array (size,)
    X, Y : arrays (n, n_inputs), (n, n_L)
    """

    architecture: Architecture
    theta: Array
    X: Array
    Y: Array

    @cached_property
    def trace(self) -> Trace:
        """E1, E14: z and a of every layer."""
        return forward(self.architecture, self.theta, self.X)

    @cached_property
    def costs(self) -> Array:
        """C_0 of every example. (n,)"""
        return example_costs(self.architecture, self.trace, self.Y)

    @cached_property
    def errors(self) -> Errors:
        """δ = ∂C_0/∂z and ∂C_0/∂a of every layer, as the chain rule has them."""
        last = last_errors(self.architecture, self.trace, self.Y)
        return backward(self.architecture, self.trace, last)

    @property
    def deltas(self) -> list[Array]:
        """δ = ∂C_0/∂z of every layer, (n, n_l); index 0 is None."""
        return self.errors.delta

    @cached_property
    def by_output(self) -> list[Array]:
        """∂C_0/∂a of every layer, the input's included, (n, n_l): E7 for the last, E18 and E33 for the others."""
        last = self.architecture.cost_function.by_output(self.trace.a[-1], self.Y)
        return [by_layer_before(self.architecture, self.trace, self.errors, 1), *self.errors.by_a[1:-1], last]

    def w(self, layer: int, example: int) -> Array:
        """∂z_j/∂x_k of a layer for one example (n_l, n_in): W of a dense one; 0 where nothing leads from k to j."""
        return self.architecture.layer(layer).edges(self._blocks(layer, None), self.trace.a[layer - 1][example])

    def of_edges(self, layer: int, vector: Array | None = None) -> Array | None:
        """The parameters that lead from k to j (n_l, n_in), where all that leads does so by one; else None.

        vector (size,): another in the layout of θ, as what an optimizer remembers.
        """
        kind, n_in = self.architecture.layer(layer), self.architecture.sizes[layer - 1]
        return kind.edges(self._blocks(layer, vector), np.zeros(n_in)) if kind.linear else None

    def b(self, layer: int, vector: Array | None = None) -> Array:
        """b of a layer (n_l,); 0 where it has none."""
        return self._blocks(layer, vector).get("b", np.zeros(self.architecture.sizes[layer]))

    def _blocks(self, layer: int, vector: Array | None) -> dict[str, Array]:
        return self.architecture.layout.of_layer(self.theta if vector is None else vector, layer)

    def joins(self, layer: int) -> NDArray[np.bool_]:
        """Whether something leads from k to j, by pairs (n_l, n_in)."""
        return self.architecture.layer(layer).joins(self.architecture.sizes[layer - 1])

    def has_edges(self, layer: int) -> NDArray[np.bool_]:
        """Whether a parameter leads from k to j, by pairs (n_l, n_in)."""
        joins = self.joins(layer)
        return joins if self.architecture.layer(layer).linear else np.zeros_like(joins)

    def has_biases(self, layer: int) -> bool:
        """Whether the layer has biases."""
        return any(block.name == "b" for block in self.architecture.layout.by_layer[layer])

    def slopes(self, layer: int) -> Array | None:
        """σ'(z) of a layer (n, n_l), or None where its activation mixes neurons."""
        sigma, z = self.trace.sigma[layer], self.trace.z[layer]
        if sigma.slope is None:
            return None
        return sigma.slope(z, self.trace.s[layer], *sigma.parameters) + np.zeros(z.shape)

    def jacobian(self, layer: int, example: int) -> Array:
        """∂σ_m/∂z_j of a layer for one example (n_l, n_l): E23 for softmax, diagonal for elementwise activations."""
        z, s = self.trace.z[layer][example], self.trace.s[layer][example]
        n = len(z)
        one = np.eye(n)  # the pullback of the m-th unit vector is the m-th row
        return self.trace.sigma[layer].pullback(one, np.tile(z, (n, 1)), np.tile(s, (n, 1)))

    @cached_property
    def collapses(self) -> bool:
        """Whether output activation and cost are a pair whose derivatives collapse (E26)."""
        return self.architecture.pair is not None

    @cached_property
    def long_way_holds(self) -> Array:
        """Whether ∂C_0/∂a through the last activation gives δ, by example (n,).

        Not so where a has rounded to 0 or 1, or y and a all but cancel: there the collapsed form alone still has the
        number. Where nothing collapses, δ came that way.
        """
        depth = self.architecture.depth
        by_a, deltas = self.by_output[depth], self.deltas[depth]
        finite = np.logical_and(np.isfinite(by_a).all(axis=1), np.isfinite(deltas).all(axis=1))
        if not self.collapses:
            return finite
        slopes = self.slopes(depth)
        with np.errstate(all="ignore"):
            if slopes is not None:
                long, scale = by_a * slopes, np.abs(deltas)
            else:  # sums over the Jacobian's columns; their rounding goes by the sizes of the terms
                z, a = self.trace.z[depth], self.trace.a[depth]
                long = self.trace.sigma[depth].pullback(by_a, z, a)
                size = np.abs(by_a) * a  # of softmax, the one that mixes and collapses: E23, term by term
                scale = a * (np.abs(by_a) * (1 - a) + size.sum(axis=1, keepdims=True) - size)
            return finite & (np.abs(long - deltas) <= _LONG_WAY * scale).all(axis=1)
