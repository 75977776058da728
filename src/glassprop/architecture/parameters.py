"""θ and ∇C: one contiguous vector each (E12 taken literally), seen as W and b per layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array, namespace
from glassprop.layers.layer_kind import LayerKind


@dataclass(frozen=True)
class Block:
    """One parameter array of one layer, and where it lies in θ.

    A layer may own any blocks; dense layers own ``w`` and ``b``.

    Attributes
    ----------
    decay : float
        What weight decay and L2 are multiplied by here; 0: they do not apply.
    rate : float
        What the learning rate is multiplied by here; 0: the block is not trained, and nothing moves it.
    words : str
        What its entries are called, in the plural.
    members : int
        How many members have such an array each here: then these lie one after another, and ``shape`` begins with
        this number. 1: there is one array, which all share.
    """

    layer: int  # from 1
    name: str
    shape: tuple[int, ...]
    start: int
    decay: float = 1.0
    rate: float = 1.0
    words: str = ""
    members: int = 1

    @property
    def decays(self) -> bool:
        """Whether weight decay and L2 apply to it."""
        return self.decay > 0

    @property
    def stop(self) -> int:
        return self.start + prod(self.shape)

    def of_member(self, member: int) -> Block:
        """The part of that member (from 0): the whole block where all share it."""
        if self.members == 1:
            return self
        shape = self.shape[1:]
        return replace(self, shape=shape, start=self.start + member * prod(shape), members=1)

    def view(self, theta: Array) -> Array:
        """This block of θ (or of ∇C), shaped; no copy."""
        return namespace(theta).reshape(theta[self.start : self.stop], self.shape)

    def place(self, i: int) -> tuple[int, ...]:
        """The index within the block of entry ``i`` of θ: (j, k) of a weight, (j,) of a bias."""
        return tuple(int(n) for n in np.unravel_index(i - self.start, self.shape))


@dataclass(frozen=True)
class Layout:
    """Which entry of θ is which: layer by layer; of a dense layer W row by row (n_out × n_in), then b.

    Where members have parameters of their own, a block holds those of all of them, one member after another.

    Attributes
    ----------
    blocks : tuple of Block
    entries : int or None
        How many entries θ has, where the blocks are not all of it, as those of one member among others. None: they are.

    Examples
    --------
    >>> from glassprop import Layer
    >>> layout = Layout.of([Layer(3), Layer(1)], [2, 3, 1])
    >>> layout.size, [(block.layer, block.name, block.start) for block in layout.blocks]
    (13, [(1, 'w', 0), (1, 'b', 6), (2, 'w', 9), (2, 'b', 12)])
    """

    blocks: tuple[Block, ...]
    entries: int | None = None

    @classmethod
    def of(cls, layers: Iterable[LayerKind], sizes: Sequence[int], members: int = 1) -> Layout:
        """The layout of these layers; sizes: the number of inputs, then of neurons in each."""
        blocks: list[Block] = []
        start = 0
        for number, (layer, n_in) in enumerate(zip(layers, sizes, strict=False), start=1):
            count = members if layer.own else 1
            for one in layer.blocks(n_in):
                shape = one.shape if count == 1 else (count, *one.shape)
                blocks.append(Block(number, one.name, shape, start, one.decay, one.rate, one.words, count))
                start = blocks[-1].stop
        return cls(tuple(blocks))

    def member(self, member: int) -> Layout:
        """The layout of that member (from 0) in the same θ: what all share, and what is its own."""
        return Layout(tuple(block.of_member(member) for block in self.blocks), self.size)

    @cached_property
    def size(self) -> int:
        """How many entries θ has."""
        return self.blocks[-1].stop if self.entries is None else self.entries

    @cached_property
    def used(self) -> int:
        """How many of them are in the blocks: fewer in the layout of one member among others."""
        return sum(prod(block.shape) for block in self.blocks)

    @cached_property
    def _by_name(self) -> dict[tuple[int, str], Block]:
        return {(block.layer, block.name): block for block in self.blocks}

    def of_layer(self, array: Array, layer: int) -> dict[str, Array]:
        """A layer's blocks (from 1) of θ or ∇C by name: views, shaped."""
        return {block.name: block.view(array) for block in self.by_layer[layer]}

    @cached_property
    def by_layer(self) -> dict[int, tuple[Block, ...]]:
        """The blocks of each layer, by its number from 1."""
        found: dict[int, tuple[Block, ...]] = {}
        for block in self.blocks:
            found[block.layer] = (*found.get(block.layer, ()), block)
        return found

    def block(self, layer: int, name: str) -> Block:
        """The block of that layer (from 1) and name (``"w"``, ``"b"``, ``"s"`` or ``"p"``)."""
        return self._by_name[layer, name]

    def w(self, theta: Array, layer: int) -> Array:
        """W of a layer (from 1): a view of θ, (n_out, n_in)."""
        return self._by_name[layer, "w"].view(theta)

    def b(self, theta: Array, layer: int) -> Array:
        """b of a layer (from 1): a view of θ, (n_out,)."""
        return self._by_name[layer, "b"].view(theta)

    @cached_property
    def decay_factors(self) -> NDArray[np.float64]:
        """What weight decay is multiplied by, entry by entry: 0 for biases of dense layers. (size,)."""
        factors = np.zeros(self.size)
        for block in self.blocks:
            factors[block.start : block.stop] = block.decay
        return factors

    @cached_property
    def one_rate(self) -> bool:
        """Whether all blocks are trained at the same rate, which is that of the step."""
        return all(block.rate == 1 for block in self.blocks)
