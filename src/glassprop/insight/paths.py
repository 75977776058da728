"""The paths from a neuron to the output (E15): the largest, found exactly by recursion and never by enumeration.

The derivative of a neuron is a sum over paths, each the product of the weights and slopes along it and of the
derivative at its end. The K largest continuations of a neuron are among the K largest of each neuron after it, so one
pass from the last layer to the first finds them, in steps that grow with the number of weights and not of paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.ground.in_notebook import InNotebook
from glassprop.insight.view import View


@dataclass(frozen=True)
class Step:
    """One step of a path: into the weighted sum of a neuron, and out of an activation; or past both (E33).

    layer, j : the neuron whose z is entered, through ``weight``. m : the neuron whose a is left by; m is j but where
    the activation mixes neurons. ``slope`` is ∂a_m/∂z_j, and None in the last layer where it mixes: there the path ends
    at z_j with ∂C_0/∂z_j. Past a residual layer both numbers are None: a_j of the layer before is a part of a_j itself.
    """

    layer: int
    j: int
    weight: float | None
    slope: float | None
    m: int

    @property
    def skips(self) -> bool:
        """Whether the step goes past the layer, which is residual."""
        return self.weight is None


@dataclass(frozen=True)
class Path:
    """A way from a neuron to the cost: its steps, the derivative at its end (by a, or by z), and the product of all."""

    steps: tuple[Step, ...]
    end: float
    product: float


@dataclass(frozen=True)
class Paths(InNotebook):
    """The sum over paths that makes ∂C_0/∂a of one neuron.

    Attributes
    ----------
    largest : tuple of Path
        By the size of their products; none that is 0.
    rest : float
        The sum of all others.
    total : float
        ∂C_0/∂a of the neuron.
    count : int
        How many paths there are, those that are 0 included.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> paths = explanation.paths(1, 0)
    >>> paths.count, paths.largest[0].product == paths.total
    (1, True)
    """

    largest: tuple[Path, ...]
    rest: float
    total: float
    count: int


class PathFinder:
    """The largest paths of one example, from any neuron."""

    def __init__(self, view: View, example: int, most: int) -> None:
        self.view, self.example, self.most = view, example, most
        self._continuations: dict[int, tuple[Array, Array]] = {}

    def paths(self, layer: int, j: int) -> Paths:
        """The paths from a of neuron j of a layer (0: an input) to the output."""
        total = float(self.view.by_output[layer][self.example, j])
        if layer == self.view.architecture.depth:
            return Paths((Path((), total, total),) if total else (), 0.0, total, 1)
        products = self._from_a(layer)[0]
        found = [self._follow(layer, j, rank) for rank in range(products.shape[0]) if products[rank, j] != 0]
        count = self._counts[layer][j]
        return Paths(tuple(found), self._rest(found, total, count), total, count)

    def _rest(self, found: list[Path], total: float, count: int) -> float:
        if len(found) == count or len(found) < self.most:  # all others are 0
            return 0.0
        return total - float(np.sum([path.product for path in found]))

    @cached_property
    def _counts(self) -> list[list[int]]:
        """How many paths lead to the output, from each neuron of each layer."""
        architecture, depth = self.view.architecture, self.view.architecture.depth
        found = [[1] * architecture.sizes[depth]]
        for l in range(depth, 0, -1):
            from_a, joins = found[0], self.view.joins(l)
            from_z = [sum(from_a)] * len(from_a) if self._mixes(l) and l < depth else from_a
            if joins.all():
                before = [sum(from_z)] * joins.shape[1]
            else:
                before = [sum(from_z[j] for j in np.flatnonzero(column)) for column in joins.T]
            if architecture.layer(l).residual:
                before = [one + past for one, past in zip(before, from_a, strict=True)]
            found.insert(0, before)
        return found

    def _mixes(self, layer: int) -> bool:
        return not self.view.architecture.layer(layer).activation.elementwise

    # Tables by rank (rank, neuron): the product of the rank-th largest continuation, and the entry of the next table,
    # counted as neuron · ranks + rank, that it goes on with; past a residual layer, -1 - rank in the table of its a.

    def _from_a(self, layer: int) -> tuple[Array, Array]:
        """Continuations from a of a layer: through the weights of the layer after, or past them."""
        if -layer - 1 not in self._continuations:
            self._continuations[-layer - 1] = self._make_from_a(layer)
        return self._continuations[-layer - 1]

    def _make_from_a(self, layer: int) -> tuple[Array, Array]:
        view = self.view
        if layer == view.architecture.depth:
            return view.by_output[layer][self.example][None, :], np.empty((0, 0), dtype=np.int64)
        products, entries = self._largest(view.w(layer + 1, self.example), self._from_z(layer + 1)[0])
        if not view.architecture.layer(layer + 1).residual:
            return products, entries
        past = self._from_a(layer + 1)[0]
        ranks = np.broadcast_to(-1 - np.arange(len(past))[:, None], past.shape)
        return self._first(np.concatenate([products, past]), np.concatenate([entries, ranks]))

    def _from_z(self, layer: int) -> tuple[Array, Array]:
        """Continuations from z of a layer: through its activation."""
        if layer not in self._continuations:
            self._continuations[layer] = self._make_from_z(layer)
        return self._continuations[layer]

    def _make_from_z(self, layer: int) -> tuple[Array, Array]:
        view, last = self.view, layer == self.view.architecture.depth
        if last:  # the derivative with respect to z: with elementwise activations the product of slope and ∂C_0/∂a
            return view.deltas[layer][self.example][None, :], np.empty((0, 0), dtype=np.int64)
        after = self._from_a(layer)[0]
        if self._mixes(layer):
            return self._largest(view.jacobian(layer, self.example), after)
        slopes = view.slopes(layer)
        assert slopes is not None
        n, ranks = after.shape[1], after.shape[0]
        same = np.arange(n)[None, :] * ranks + np.arange(ranks)[:, None]
        return after * slopes[self.example], same

    def _largest(self, edges: Array, after: Array) -> tuple[Array, Array]:
        """The largest products of an edge (next, here) and a continuation (rank, next). -> two of (rank, here)."""
        n_next, n_here = edges.shape
        first = np.abs(edges * after[0][:, None])
        most = min(self.most, n_next)
        # what is among the largest goes through one of the neurons whose own largest is among them
        chosen = np.argpartition(-first, most - 1, axis=0)[:most] if most < n_next else _all(n_next, n_here)
        products = edges[chosen, np.arange(n_here)] * after[:, chosen]  # (rank of the next, choice, here)
        ranks = after.shape[0]
        entries = chosen[None] * ranks + np.arange(ranks)[:, None, None]
        return self._first(products.reshape(-1, n_here), np.broadcast_to(entries, products.shape).reshape(-1, n_here))

    def _first(self, products: Array, entries: Array) -> tuple[Array, Array]:
        """The largest of these. -> two of (rank, here)."""
        order = np.argsort(-np.abs(products), axis=0, kind="stable")[: self.most]
        return np.take_along_axis(products, order, 0), np.take_along_axis(entries, order, 0)

    def _follow(self, layer: int, j: int, rank: int) -> Path:
        """Read one path off the tables."""
        view, depth, steps = self.view, self.view.architecture.depth, []
        product, here = float(self._from_a(layer)[0][rank, j]), j
        for l in range(layer + 1, depth + 1):
            entry = int(self._from_a(l - 1)[1][rank, here])
            if entry < 0:
                rank = -1 - entry
                steps.append(Step(l, here, None, None, here))
                continue
            into, rank = divmod(entry, self._from_z(l)[0].shape[0])
            weight = float(view.w(l, self.example)[into, here])
            slope, here, rank = self._through(l, into, rank)
            steps.append(Step(l, into, weight, slope, here))
        at_z = steps[-1].slope is None and not steps[-1].skips
        ends = view.deltas if at_z else view.by_output
        return Path(tuple(steps), float(ends[depth][self.example, here]), product)

    def _through(self, l: int, into: int, rank: int) -> tuple[float | None, int, int]:
        """Through an activation: ∂a_m/∂z_j, the neuron m, and the rank of what goes on from there."""
        view = self.view
        if l == view.architecture.depth:
            return self._last_slope(into), into, rank
        here, rank = divmod(int(self._from_z(l)[1][rank, into]), self._from_a(l)[0].shape[0])
        slopes = view.slopes(l)
        slope = view.jacobian(l, self.example)[here, into] if slopes is None else slopes[self.example, into]
        return float(slope), here, rank

    def _last_slope(self, j: int) -> float | None:
        slopes = self.view.slopes(self.view.architecture.depth)
        if slopes is None or not self.view.long_way_holds[self.example]:
            return None
        return float(slopes[self.example, j])


def _all(n_next: int, n_here: int) -> Array:
    return np.broadcast_to(np.arange(n_next)[:, None], (n_next, n_here))
