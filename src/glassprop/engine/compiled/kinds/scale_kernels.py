"""The layer of factors: z_k = s_k x_k, and its derivatives (E29, E30, E31). See ``opcodes.py`` for what a kind gives."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import OPTIONS, part
from glassprop.engine.compiled.row import A_AT, BLOCK_1, IN_AT, N_OUT
from glassprop.engine.compiled.tiles import tile_outer
from glassprop.layers.kind import LayerKind

OPCODE = 1
S = BLOCK_1
LONG_ROWS = 0


def multiplications(n_in: int, n_out: int) -> int:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return n_out


def ways(layer: LayerKind, before: LayerKind | None, n_in: int) -> int:
    """Bits of WAYS: there is one way only, and nothing else is done on it."""
    return 0


@njit(**OPTIONS)
def weigh(layers, l, places, theta, work, base, ld):
    """E29: z = s ∘ x, into its place."""
    x, z = base + layers[l, IN_AT], base + layers[l, A_AT]
    for k in range(layers[l, N_OUT]):
        _times(theta[layers[l, S] + k], part(work, x + k * ld, ld), part(work, z + k * ld, ld))


@njit(**OPTIONS)
def by_input(layers, l, theta, work, base, d, g, ld, adds):
    """E31: δ at ``d`` to ∂C/∂x, at ``g``. A layer of factors is never residual, so there is nothing to be added to."""
    for k in range(layers[l, N_OUT]):
        _times(theta[layers[l, S] + k], part(work, d + k * ld, ld), part(work, g + k * ld, ld))


@njit(**OPTIONS)
def _times(factor, row, target):
    for i in range(target.shape[0]):
        target[i] = factor * row[i]


@njit(**OPTIONS)
def fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh):
    """E30: ``Σ_examples δ_k x_k``, added to the gradient, or in its place if ``fresh``."""
    x, s = base + layers[l, IN_AT], layers[l, S]
    for k in range(layers[l, N_OUT]):
        tile_outer(work, d + k * ld, ld, work, x + k * ld, ld, gradient, s + k, 1, 1, 1, ld, not fresh)
