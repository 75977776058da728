"""The layer of factors: z_k = s_k x_k, and its derivatives (E29, E30, E31). See ``opcodes.py`` for what a kind gives."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import INLINE, OPTIONS
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS
from glassprop.engine.compiled.row import A_AT, BLOCK_1, IN_AT, N_OUT
from glassprop.engine.compiled.tiles import tile_dots, tile_product
from glassprop.layers.layer_kind import LayerKind

OPCODE = 1
S = BLOCK_1
LONG_ROWS = 0


def multiplications(n_in: int, n_out: int) -> int:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return n_out


def ways(layer: LayerKind, before: LayerKind | None, n_in: int) -> int:
    """Bits of WAYS: there is one way only, and nothing else is done on it."""
    return 0


# A neuron at a time, by the tiles of products of one row and one column: there is no new loop to be compiled.


@njit(**INLINE)
def weigh(layers, l, places, theta, work, base, ld):
    """E29: z = s ∘ x, into its place."""
    _times(layers, l, theta, work, base + layers[l, IN_AT], base + layers[l, A_AT], ld, NO_BIAS)


@njit(**INLINE)
def by_input(layers, l, theta, work, base, d, g, ld, adds):
    """E31: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``."""
    _times(layers, l, theta, work, d, g, ld, ADD if adds else NO_BIAS)


@njit(**OPTIONS)
def _times(layers, l, theta, work, x, out, ld, start):
    for k in range(layers[l, N_OUT]):
        at = k * ld
        tile_product(theta, layers[l, S] + k, 1, 1, work, x + at, ld, work, out + at, ld, 1, 1, ld, theta, start, AS_IS)


@njit(**INLINE)
def fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh):
    """E30: ``Σ_examples δ_k x_k``, added to the gradient, or in its place if ``fresh``."""
    tile_dots(work, d, work, base + layers[l, IN_AT], ld, gradient, layers[l, S], layers[l, N_OUT], not fresh)
