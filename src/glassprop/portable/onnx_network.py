"""Networks as ONNX nodes: every kind of layer, and the members of a model beside each other in one product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.equations.periodic import TURN
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.layer_kind import PARAMETRIC, LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.portable.onnx_formulas import written_activation
from glassprop.portable.onnx_graph import Graph

Networks = Sequence[tuple[Architecture, Array]]


def written_networks(graph: Graph, networks: Networks, x: str, elem_type: str) -> str:
    """The mean over networks of a of their last layers. x (n, n_inputs), of elem_type -> (n, n_outputs).

    networks: one a member, each with the θ that its blocks lie in.

    Raises
    ------
    ExportError
        If a function in them is user-defined.
    """
    groups = [list(alike) for _, alike in groupby(networks, key=lambda pair: _shape(pair[0]))]
    sums = [_Members(graph, alike, x, elem_type).written() for alike in groups]
    total = sums[0]
    for other in sums[1:]:
        total = graph.node("Add", total, other)
    if len(networks) == 1:
        return total
    return graph.node("Div", total, graph.constant(np.array(len(networks), elem_type)))


def _shape(architecture: Architecture) -> tuple[Any, ...]:
    """What networks that are written as one product have in common."""
    return architecture.n_inputs, tuple(layer.owned(False) for layer in architecture.layers)


@dataclass(frozen=True)
class Blocks:
    """A layer's parameters by name: of all members, where each has its own, before the block's axes.

    Attributes
    ----------
    own : bool
        Whether each member has its own: then arrays have one axis more, the first.
    """

    arrays: Mapping[str, Array]
    own: bool

    def of(self, name: str, axes: int) -> Array:
        """A block that meets values of so many axes: (…, *its own axes), with 1 for the axes between."""
        array = self.arrays[name]
        if not self.own:
            return array
        ones = (1,) * (axes - array.ndim + 1)
        return array.reshape(array.shape[0], *ones, *array.shape[1:])


@dataclass(frozen=True)
class Seen:
    """What a layer sees: values (n, n_in), or (members, n, n_in) once members differ; and the codes behind them."""

    x: str
    of_members: bool
    layer: int
    n_in: int
    code_of: Callable[[str], str]  # the codes that a table is looked up by, (n,), from its name


class _Members:
    """Networks of the same layers: what all share is computed once, and what is each one's own in one product."""

    def __init__(self, graph: Graph, networks: Networks, x: str, elem_type: str) -> None:
        self.graph, self.networks, self.inputs, self.elem_type = graph, networks, x, elem_type
        self.architecture = networks[0][0]

    def written(self) -> str:
        """The sum over members of a of the last layer. -> (n, n_outputs)."""
        graph, a, of_members = self.graph, self.inputs, False
        for number, (layer, n_in) in enumerate(
            zip(self.architecture.layers, self.architecture.sizes, strict=False), start=1
        ):
            blocks = self._blocks(number)
            if blocks.own and not of_members:
                a = self._spread(a)
            of_members = of_members or blocks.own
            seen = Seen(a, of_members, number, n_in, self._code_of(number))
            a = self._layer(layer, blocks, seen)
        if not of_members:
            count = len(self.networks)
            return a if count == 1 else graph.node("Mul", a, graph.constant(np.array(count, self.elem_type)))
        total = graph.reduce("ReduceSum", a, 0)
        return graph.node("Squeeze", total, graph.constant(np.array([0], np.int64)))

    def _layer(self, layer: LayerKind, blocks: Blocks, seen: Seen) -> str:
        """a of one layer."""
        z = LAYERS[layer.kind](self, layer, blocks, seen)
        p = self.constant(blocks.of(PARAMETRIC, 2)) if layer.parametric else None
        s = written_activation(self.graph, layer.activation, z, self.elem_type, p)
        return self.graph.node("Add", s, seen.x) if layer.residual else s

    def _blocks(self, layer: int) -> Blocks:
        """The parameters of a layer: once, where all members have the same ones at the same place."""
        each = [(architecture.layout.by_layer.get(layer, ()), theta) for architecture, theta in self.networks]
        first, theta = each[0]
        shared = all(vector is theta and [b.start for b in of] == [b.start for b in first] for of, vector in each)
        if shared:
            return Blocks({block.name: block.view(theta) for block in first}, own=False)
        names = [block.name for block in first]
        stacks = {
            name: np.stack([block.view(vector) for of, vector in each for block in of if block.name == name])
            for name in names
        }
        return Blocks(stacks, own=True)

    def _spread(self, x: str) -> str:
        """The same for every member: (n, k) -> (members, n, k)."""
        shape = np.array([len(self.networks), 1, 1], np.int64)
        return self.graph.node("Expand", x, self.graph.constant(shape))

    def _code_of(self, layer: int) -> Callable[[str], str]:
        inputs = {name: (where, size) for number, name, where, size in self.architecture.lookups if number == layer}

        def codes(name: str) -> str:
            graph, (where, size) = self.graph, inputs[name]
            x = graph.node("Gather", self.inputs, graph.constant(np.array(where, np.int64)), axis=1)
            code = graph.cast(x, "int64")
            below = graph.node("Less", code, graph.constant(np.int64(0)))  # which would count from the end of the table
            return graph.node("Where", below, graph.constant(np.int64(size)), code)

        return codes

    # --- what kinds of layer use --------------------------------------------------------------------------------

    def constant(self, array: Array) -> str:
        """Parameters, in the precision that is computed in."""
        return self.graph.constant(np.asarray(array, self.elem_type))

    def columns(self, x: str, which: Sequence[int]) -> str:
        """Some of the numbers of each example."""
        return self.graph.node("Gather", x, self.graph.constant(np.array(which, np.int64)), axis=-1)

    def turned(self, x: str, rank: int) -> str:
        """The last two axes exchanged."""
        return self.graph.node("Transpose", x, perm=[*range(rank - 2), rank - 1, rank - 2])


# --- kinds of layer: each writes z --------------------------------------------------------------------------------


def _dense(of: _Members, layer: LayerKind, blocks: Blocks, seen: Seen) -> str:
    """E1, E14: ``z = x Wᵀ + b``."""
    w = np.swapaxes(blocks.arrays["w"], -1, -2)
    product = of.graph.node("MatMul", seen.x, of.constant(np.ascontiguousarray(w)))
    return of.graph.node("Add", product, of.constant(blocks.of("b", 2)))


def _scale(of: _Members, layer: LayerKind, blocks: Blocks, seen: Seen) -> str:
    """E29: ``z = s ∘ x``."""
    return of.graph.node("Mul", seen.x, of.constant(blocks.of("s", 2)))


def _periodic(of: _Members, layer: LayerKind, blocks: Blocks, seen: Seen) -> str:
    """E35, column by column: ``[x, W cos(2π f x + c) + e]`` behind the numbers that are not embedded."""
    assert isinstance(layer, PeriodicEmbedding)
    graph, columns, rank = of.graph, layer.columns_among(seen.n_in), 2 + seen.of_members
    own = of.turned(of.columns(seen.x, columns.columns), rank)  # (…, k, n)
    x = graph.node("Unsqueeze", own, graph.constant(np.array([-1], np.int64)))  # (…, k, n, 1)
    f, c, w, e = (blocks.arrays[name] for name in "fcwe")
    turns = of.constant((TURN * f)[..., None, :])  # (…, k, 1, q)
    u = graph.node("Add", graph.node("Mul", x, turns), of.constant(c[..., None, :]))
    cosines = graph.cosine(u, of.elem_type)
    waves = graph.node("MatMul", cosines, of.constant(np.ascontiguousarray(np.swapaxes(w, -1, -2))))
    sums = graph.node("Add", waves, of.constant(e[..., None, :]))
    z = graph.node("Concat", x, sums, axis=-1)  # (…, k, n, each)
    by_example = [*range(rank - 2), rank - 1, rank - 2, rank]
    z = graph.node("Transpose", z, perm=by_example)
    width = len(columns.columns) * layer.each
    flat = [len(of.networks)] * seen.of_members + [-1, width]
    z = graph.node("Reshape", z, graph.constant(np.array(flat, np.int64)))
    return _behind(of, seen, columns.other_columns, [z])


def _category(of: _Members, layer: LayerKind, blocks: Blocks, seen: Seen) -> str:
    """E39: the row of each table that a code names, behind the numbers that are not embedded."""
    assert isinstance(layer, CategoryEmbedding)
    rows = []
    for name, table in blocks.arrays.items():
        row = of.graph.node("Gather", of.constant(table), seen.code_of(name), axis=int(blocks.own))
        rows.append(of._spread(row) if seen.of_members and not blocks.own else row)
    return _behind(of, seen, layer.columns_among(seen.n_in).other_columns, rows)


def _behind(of: _Members, seen: Seen, others: Sequence[int], parts: list[str]) -> str:
    parts = [of.columns(seen.x, others), *parts] if others else parts
    return of.graph.node("Concat", *parts, axis=-1) if len(parts) > 1 else parts[0]


LAYERS: dict[str, Callable[[_Members, LayerKind, Blocks, Seen], str]] = {
    "dense": _dense,
    "scale": _scale,
    "periodic": _periodic,
    "category": _category,
}
