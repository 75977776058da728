"""A frozen network as a small table of integers and one of numbers, which the compiled passes walk.

Also decides, from shapes alone, how a batch is cut: into chunks (each has a gradient of its own, and may run on a
thread of its own) and blocks (as many examples as fit the cache). The bits of a run follow from these and not from how
many threads there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled.kinds.kernels_of_kinds import kernels_of
from glassprop.engine.compiled.libraries import Library
from glassprop.engine.compiled.parts_of import activation_kernels
from glassprop.engine.compiled.places import LANES, PLACES
from glassprop.engine.compiled.row import (
    BLOCK_1,
    BLOCK_2,
    BY_ENTRIES,
    COLUMNS,
    DROPS,
    FACTS,
    FIRST,
    KEEPS,
    OUT_AT,
    OWN,
    RESIDUAL,
    TRAINS,
    WAYS,
    WEIGH,
    P,
)
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.layers.layer_kind import PARAMETRIC

_PAD = max(16, LANES)  # examples of a block, and numbers of a place: a cache line of float32, and whole vectors
# bytes of activations that a block may take: well within a core's L2
_CACHE = (384 if WIDTH.bits == 512 else 192) * 1024
_DTYPE_OF = {4: "float32", 8: "float64"}
_MOST_ROWS = 1024
_CHUNK_WORK = 5e5  # multiplications a step above which it is cut into two chunks: some 30 µs of work
_AN_ENTRY, _A_PARAMETER = 5, 8  # what an entry of a sparse X, and an optimizer's step, take in multiplications
_WIDE = 2048  # rows of a batch from which on more than two chunks pay


@dataclass(frozen=True)
class Lowered:
    """The tables for one architecture and the largest batch it will see.

    Attributes
    ----------
    members : int
    layers : int64 (members · L, 16)
        A row a layer: see ``row.py``; without the addresses of parts. Those of a member one after another, who all use the
        same places in turn. What rows lead to lies behind them in the same piece of memory, which lives as long as this does.
    numbers : float64 (L, 2)
    blocks : int64 (number of parameter blocks, 2)
        Start and stop.
    factors : float64 (number of parameter blocks, 2)
        What decay (and L2) and the rate are multiplied by.
    rows : int
        Examples of one block, a multiple of 16.
    x_at, y_at, share_at, delta_at, other_at, scratch_at, work_size : int
        Where in a thread's workspace things lie, and how long it is.
    rows_at : int
        Where the examples of a block lie as they are in X, row by row; columns are made from them at ``x_at``.
    kept_at : int
        Where ∂C/∂a of a layer stays while δ is made of it, where it is needed again.
    panel_at : int
        Where large products pack what they read again and again.
    called : tuple
        The address of a library's product, and how it is called; 0 where own tiles make it.
    """

    members: int
    layers: NDArray[np.int64]
    numbers: NDArray[np.float64]
    blocks: NDArray[np.int64]
    factors: NDArray[np.float64]
    rows: int
    x_at: int
    y_at: int
    share_at: int
    delta_at: int
    other_at: int
    scratch_at: int
    work_size: int
    rows_at: int
    kept_at: int
    panel_at: int
    called: tuple[int, int]
    collapses: bool
    cost_parameter: float
    size: int

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The offsets in the order that the kernels read them, and room for the addresses of parts."""
        offsets = [
            self.x_at, self.y_at, self.share_at, self.delta_at, self.other_at, self.scratch_at, self.work_size,
            self.rows, self.collapses, self.rows_at, self.kept_at, self.panel_at, *self.called, self.members,
        ]  # fmt: skip
        return np.array([*offsets, *[0] * (PLACES - len(offsets))], dtype=np.int64)

    @cached_property
    def ways(self) -> tuple[int, ...]:
        """The bits of ``WAYS`` of every layer."""
        return tuple(int(way) for way in self.layers[: self.depth, WAYS])

    @property
    def depth(self) -> int:
        """How many layers a member has."""
        return len(self.layers) // self.members


def multiplications(architecture: Architecture, entries: float | None = None) -> float:
    """How many multiplications one example costs, forward and backward, of all members.

    entries: those of a sparse X that it has.
    """
    widths = zip(architecture.layers, _sizes_seen(architecture, entries)[:-1], strict=True)
    products = [kernels_of(layer).multiplications(layer, n_in) for layer, n_in in widths]
    return architecture.members * (3 * sum(products) - products[0])


def _sizes_seen(architecture: Architecture, entries: float | None) -> list[float]:
    sizes = architecture.sizes
    return [*sizes] if entries is None else [min(sizes[0], _AN_ENTRY * entries), *sizes[1:]]


def chunks_for(architecture: Architecture, rows: int, entries: float | None = None) -> int:
    """Into how many chunks a batch of so many rows is cut: by what these cost, and where X is sparse by the step as well."""
    work = multiplications(architecture, entries) * rows
    if entries is not None:
        work += _A_PARAMETER * architecture.layout.size
    if rows < 32 or work < _CHUNK_WORK:
        return 1
    return 4 if rows >= _WIDE else 2


class _Space:
    """The workspace while it is handed out: a place after the other, each for so many numbers of every example."""

    def __init__(self, rows: int) -> None:
        self.rows, self.size = rows, 0

    def room(self, n: int) -> int:
        return self.numbers(n * self.rows)

    def numbers(self, n: int) -> int:
        """A place for so many numbers, however many examples there are."""
        start = self.size
        self.size += -(-n // _PAD) * _PAD
        return start


def _ways(architecture: Architecture, number: int, first: int, by_library: bool) -> int:
    """The bits of ``WAYS`` for the layer of that number, from 1. first: as for ``lower``. by_library: whether there is one."""
    layer, before = architecture.layer(number), architecture.layer(number - 1) if number > 1 else None
    ways = first if number == 1 else 0
    if not ways & BY_ENTRIES:
        ways |= int(kernels_of(layer).ways(layer, before, architecture.sizes[number - 1], by_library))
    ways |= OWN * (layer.own and architecture.members > 1)
    ways |= FIRST * (number == 1) | RESIDUAL * layer.residual | DROPS * bool(layer.dropout) | TRAINS * layer.parametric
    needed_for_x = layer.residual and number > 1
    needed_for_p = layer.parametric and number == architecture.depth  # of others it is used before it becomes δ
    return ways | KEEPS * (needed_for_x or needed_for_p)


def _rows(sizes: list[int], needed: int, batch_rows: int, itemsize: int) -> int:
    """How many examples a block has: so many that its activations, of these sizes, fit the cache, or as large products need."""
    per_row = itemsize * (sum(sizes) * 2 + 2 * max(sizes))
    most = max(min(max(_CACHE // per_row, 64), _MOST_ROWS), needed)
    rows = -(-batch_rows // -(-batch_rows // most))  # of as many blocks as there must be, all alike
    return -(-rows // _PAD) * _PAD


def _row(architecture: Architecture, number: int, ways: int, in_at: int, space: _Space) -> tuple[int, ...]:
    """The row of one layer, in the order of ``row.py``, but for where its parameters are; hands out its places."""
    layer = architecture.layer(number)
    a_at = space.room(layer.n)
    keeps_slope = activation_kernels(layer).keeps_slope
    slope_at = space.room(layer.n * (1 + layer.parametric)) if keeps_slope else a_at
    out_at = space.room(layer.n) if ways & (DROPS | RESIDUAL) else a_at
    return (
        architecture.sizes[number - 1], layer.n, 0, 0, 0, ways, in_at, a_at, slope_at, out_at,
        *[0] * (COLUMNS - WEIGH),
    )  # fmt: skip


def _starts(member: Architecture, number: int) -> tuple[list[int], int]:
    """Where in θ the blocks of a layer's kind start, and its activation's."""
    blocks = {block.name: block.start for block in member.layout.by_layer[number]}
    p = blocks.pop(PARAMETRIC, 0)
    return [*blocks.values()], p


def _of_all_members(architecture: Architecture, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of every member, made of those of one: they differ in where parameters start. With what they lead to."""
    every = np.tile(rows, (architecture.members, 1))
    each = [(member, number) for member in architecture.each_member for number in range(1, architecture.depth + 1)]
    facts = []
    for row, (member, number) in zip(every, each, strict=True):
        layer, (starts, p) = member.layer(number), _starts(member, number)
        row[[BLOCK_1, BLOCK_2, P]] = *[*starts, 0, 0][:2], p
        facts.append(list(kernels_of(layer).facts(layer, member.sizes[number - 1], starts)))
    return _before_facts(every, facts)


def _before_facts(rows: NDArray[np.int64], facts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """The table of layers with what its rows lead to behind it: as far from each row as this says then."""
    whole = np.zeros(rows.size + sum(map(len, facts)), dtype=np.int64)
    table, stop = whole[: rows.size].reshape(rows.shape), rows.size
    table[...] = rows
    for number, found in enumerate(facts):
        whole[stop : stop + len(found)] = found
        table[number, FACTS] = stop - number * COLUMNS
        stop += len(found)
    return table


def lower(
    architecture: Architecture, batch_rows: int, itemsize: int, first: int = 0, library: Library | None = None
) -> Lowered:
    """Lay out the workspace and decide the way of each product.

    batch_rows: the most a chunk will see. first: the bits of WAYS of a first layer with a sparse X. Where it is
    read by entries, inputs take no room, but the rows of the first layer's outputs do. library: who makes large products;
    None: own tiles.
    """
    layout, numbers = architecture.layout, range(1, architecture.depth + 1)
    sizes = [*architecture.sizes]
    ways = [_ways(architecture, number, first, library is not None) for number in numbers]
    needs = [kernels_of(layer).needs(way) for way, layer in zip(ways, architecture.layers, strict=True)]
    rows_needed, panel = (max(numbers) for numbers in zip(*needs, strict=True))
    if first & BY_ENTRIES:
        sizes[0] = sizes[1]
    space = _Space(_rows(sizes, rows_needed, batch_rows, itemsize))
    room = space.room
    x_at, rows_at = room(sizes[0]), room(sizes[0])
    layers, in_at = np.zeros((architecture.depth, COLUMNS), dtype=np.int64), x_at
    for number in numbers:
        layers[number - 1] = _row(architecture, number, ways[number - 1], in_at, space)
        in_at = int(layers[number - 1, OUT_AT])
    layers = _of_all_members(architecture, layers)
    y_at, share_at = room(sizes[-1]), room(1)
    delta_at, other_at = room(max(sizes[1:])), room(max(sizes[1:]))
    of_kinds = (kernels_of(layer).scratch(layer) for layer in architecture.layers)
    scratch_at = room(max(4, max(sizes[:-1]) + LANES, *of_kinds))
    kept_at = room(
        max((layer.n for layer, way in zip(architecture.layers, ways, strict=True) if way & KEEPS), default=0)
    )
    panel_at = space.numbers(panel)
    cost = architecture.cost_function
    return Lowered(
        members=architecture.members,
        layers=layers,
        numbers=np.array(
            [((layer.activation.parameters or (0.0,))[0], layer.dropout) for layer in architecture.layers]
        ),
        blocks=np.array([(block.start, block.stop) for block in layout.blocks], dtype=np.int64),
        factors=np.array([(block.decay, block.rate) for block in layout.blocks], dtype=np.float64),
        rows=space.rows,
        x_at=x_at,
        y_at=y_at,
        share_at=share_at,
        delta_at=delta_at,
        other_at=other_at,
        scratch_at=scratch_at,
        work_size=space.size,
        rows_at=rows_at,
        kept_at=kept_at,
        panel_at=panel_at,
        called=(0, 0) if library is None else (library.addresses[_DTYPE_OF[itemsize]], library.convention),
        collapses=architecture.pair is not None,
        cost_parameter=(cost.parameters or (0.0,))[0],
        size=layout.size,
    )
