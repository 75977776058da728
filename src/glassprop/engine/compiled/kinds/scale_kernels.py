"""The layer of factors: z_k = s_k x_k, and its derivatives (E29, E30, E31). See ``kernels_of_kinds.py`` for what a kind gives."""

from __future__ import annotations

from collections.abc import Sequence

from numba import njit

from glassprop.engine.compiled.kinds.shapes import BY_INPUT, FILL_GRADIENT, WEIGH
from glassprop.engine.compiled.low_level import OPTIONS
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS
from glassprop.engine.compiled.row import A_AT, BLOCK_1, IN_AT, N_OUT
from glassprop.engine.compiled.tile_parts import outer, product, tile_dots, tile_product
from glassprop.layers.layer_kind import LayerKind

S = BLOCK_1


def facts(layer: LayerKind, n_in: int, starts: Sequence[int]) -> list[int]:
    """What the kernels read of a layer beyond its row: nothing."""
    return []


def multiplications(layer: LayerKind, n_in: float) -> float:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return layer.n


def ways(layer: LayerKind, before: LayerKind | None, n_in: int, by_library: bool) -> int:
    """Bits of WAYS: there is one way only, and nothing else is done on it."""
    return 0


def needs(ways: int) -> tuple[int, int]:
    """Examples of a block, beyond those that fit the cache, and room to pack numbers in: neither."""
    return 0, 0


def scratch(layer: LayerKind) -> int:
    """Numbers of each example that a call needs room for."""
    return 0


# A neuron at a time, by the tiles of products of one row and one column: there is no new loop to be compiled.


@WEIGH.part(calls=[product])
def weigh(row, places, theta, work, ld):
    """E29: z = s ∘ x, into its place."""
    _times(row, places, theta, work, row[IN_AT], row[A_AT], ld, NO_BIAS)


@BY_INPUT.part(calls=[product])
def by_input(row, places, theta, work, d, g, ld, adds):
    """E31: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``."""
    _times(row, places, theta, work, d, g, ld, ADD if adds else NO_BIAS)


@njit(**OPTIONS)
def _times(row, places, theta, work, x, out, ld, start):
    for k in range(row[N_OUT]):
        at, s = k * ld, row[S] + k
        tile_product(places, theta, s, 1, 1, work, x + at, ld, work, out + at, ld, 1, 1, ld, theta, start, AS_IS)


@FILL_GRADIENT.part(calls=[outer])
def fill_gradient(row, places, theta, gradient, work, d, ld, fresh):
    """E30: ``Σ_examples δ_k x_k``, added to the gradient, or in its place if ``fresh``."""
    tile_dots(places, work, d, work, row[IN_AT], ld, gradient, row[S], row[N_OUT], not fresh)


def parts(ways: int) -> tuple[Part, Part, Part]:
    """Those that weigh, lead back to the input, and fill the gradient, for these bits of WAYS."""
    return weigh, by_input, fill_gradient
