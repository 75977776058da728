"""Gradients of single examples, kept as the factors that they are made of, never built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from operator import index
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import by_activation_parameter, fill_gradient
from glassprop.backprop.members import sum_over_members
from glassprop.backprop.passes import Errors, Trace, backward, forward, last_errors, refuse_several
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import SettingsError
from glassprop.layers.layer_kind import PARAMETRIC, Factors

Last = Callable[[Architecture, Trace], tuple[Array, Array | None]]


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

    Only δ and a are kept, (n, n_l) a layer of each member; the n gradients of full size are never in memory at once.
    Of several members ∇C_i is the mean (E42, E43): where they share a layer, one is a sum of as many outer products.

    Attributes
    ----------
    architecture : Network
    traces : tuple of what the forward passes left, of each member
        ``traces[0].z[l]`` and ``traces[0].a[l]`` are those of layer l, (n, n_l).
    errors : tuple of what the backward passes left, of each member
        ``errors[0].delta[l]`` is δ of layer l, (n, n_l).

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
    traces: tuple[Trace, ...]
    errors: tuple[Errors, ...]

    @classmethod
    def of(cls, architecture: Architecture, theta: Array, X: Rows, Y: Array) -> ExampleGradients:
        """Run both passes of every member for these examples. X (n, n_inputs), Y (n, n_L).

        Raises
        ------
        SettingsError
            If a layer has no gradient of a single example; the message says why.
        """
        return cls.by_last(architecture, theta, X, lambda member, trace: last_errors(member, trace, Y))

    @classmethod
    def by_last(cls, architecture: Architecture, theta: Array, X: Rows, last: Last) -> ExampleGradients:
        """The same of whatever ``last`` says δ and ∂C/∂a of the last layer are, of each member in turn.

        Raises
        ------
        SettingsError
            As ``of``.
        """
        refuse_mixing(architecture)
        traces, errors = [], []
        for member in architecture.each_member:
            trace = forward(member, theta, X)
            traces.append(trace)
            errors.append(backward(member, trace, last(member, trace)))
        return cls(architecture, tuple(traces), tuple(errors))

    @property
    def deltas(self) -> list[Array]:
        """δ of every layer (n, n_l), by its number; index 0 is None.

        Raises
        ------
        SettingsError
            If there are several members.
        """
        refuse_several(self.architecture)
        return self.errors[0].delta

    def __len__(self) -> int:
        return int(self.errors[0].delta[-1].shape[0])

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
        return self._sum([trace.row(i) for trace in self.traces], [errors.row(i) for errors in self.errors])

    def mean(self) -> Array:
        """E11: the average over the examples. -> (size,)."""
        return self._sum(self.traces, self.errors) / len(self)

    def weighted_sum(self, weight: Array) -> Array:
        """Σ w_i ∇C_i, in the layout of θ. weight (n,) -> (size,)."""
        return self._sum(self.traces, [errors.weighted(weight) for errors in self.errors])

    def _sum(self, traces: Any, errors: Any) -> Array:
        """The sum over examples of the mean over members."""
        out = np.empty(self.architecture.layout.size, dtype=self.errors[0].delta[-1].dtype)
        sum_over_members(self.architecture, lambda one, m, part: fill_gradient(one, traces[m], errors[m], part), out)
        return out if len(self.traces) == 1 else out / len(self.traces)

    @cached_property
    def _by_parameter(self) -> list[list[Array | None]]:
        """∂C_0/∂a ∂a/∂p, by member and layer, where an activation's parameter is trained."""
        layers = range(1, self.architecture.depth + 1)
        return [
            [by_activation_parameter(self.architecture, trace, errors, l) for l in layers]
            for trace, errors in zip(self.traces, self.errors, strict=True)
        ]

    def squares(self) -> list[Array]:
        """‖∇C_i‖² of every example, of each layer: of a dense one ``‖δ‖² (‖a‖² + 1)``. -> arrays (n,).

        Where k members share a layer, that of a mean: ``Σ_m Σ_m' (δ·δ') (a·a' + 1) / k²``.
        """
        k, found = len(self.traces), []
        for l, layer in enumerate(self.architecture.layers, start=1):
            total: Any = sum(self._products(l, m, m) for m in range(k))
            if not layer.own:
                total = total + sum(2 * self._products(l, m, other) for m, other in combinations(range(k), 2))
            found.append(total if k == 1 else total / k**2)
        return found

    def _products(self, l: int, m: int, other: int) -> Array:
        """Of every example, the dot product of what two members, or one with itself, give a layer. -> (n,)."""
        layer, (mine, its) = self.architecture.layer(l), (self._factors(l, each) for each in (m, other))
        found = layer.squares(mine) if m == other else layer.products(mine, its)
        p, p_other = self._by_parameter[m][l - 1], self._by_parameter[other][l - 1]
        return found if p is None or p_other is None else found + (p * p_other).sum(axis=1)

    def _factors(self, l: int, m: int) -> Factors:
        """Of a layer, in a member."""
        trace = self.traces[m]
        parameters = self.architecture.each_member[m].layout.of_layer(trace.theta, l)
        return Factors(parameters, self.errors[m].delta[l], trace.out(l - 1))

    def norms(self) -> Array:
        """‖∇C_i‖ of every example: the root of the sum over layers of ``squares``. -> (n,)."""
        return sum(self.squares()) ** 0.5

    def dot(self, other: ExampleGradients) -> Array:
        """∇C_i · ∇C'_j of every pair: of a dense layer ``(δ·δ') (a·a' + 1)``, summed over layers. -> (n, n').

        Raises
        ------
        SettingsError
            If the other ones are of a network of another number of members.
        """
        k = len(self.traces)
        if len(other.traces) != k:
            raise SettingsError(
                f"gradients of a network of {k} members have no product with those of one of {len(other.traces)}"
            )
        total: Any = 0.0
        for l, layer in enumerate(self.architecture.layers, start=1):
            for m, its in [(m, m) for m in range(k)] if layer.own else product(range(k), repeat=2):
                total = total + layer.dots(self._factors(l, m), other._factors(l, its))
                mine, others = self._by_parameter[m][l - 1], other._by_parameter[its][l - 1]
                if mine is not None and others is not None:
                    total = total + mine @ others.T
        return total if k == 1 else total / k**2

    def along(self, vector: Array) -> Array:
        """∇C_i · v of every example, its slope along ``vector``, (size,) in the layout of θ. -> (n,)."""
        total: Any = 0.0
        for m, member in enumerate(self.architecture.each_member):
            for l, layer in enumerate(self.architecture.layers, start=1):
                blocks = member.layout.of_layer(vector, l)
                total = total + layer.along(self._factors(l, m), blocks)
                by_parameter = self._by_parameter[m][l - 1]
                if by_parameter is not None:
                    total = total + by_parameter @ blocks[PARAMETRIC]
        return total if len(self.traces) == 1 else total / len(self.traces)
