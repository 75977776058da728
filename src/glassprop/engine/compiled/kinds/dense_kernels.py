"""The dense layer: z = W x + b, and the products that lead back (E16, E17, E18). See ``opcodes.py`` for what a kind gives."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.large_product import ROOM, large_product
from glassprop.engine.compiled.low_level import INLINE, OPTIONS
from glassprop.engine.compiled.places import LANES, PANEL_AT, ROWS_AT, SCRATCH_AT
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU
from glassprop.engine.compiled.row import (
    A_AT,
    BACK_MASKED,
    BLOCK_1,
    BLOCK_2,
    FREE,
    IN_AT,
    N_IN,
    N_OUT,
    RELU_DONE,
    WAYS,
)
from glassprop.engine.compiled.tiles import tile_outer, tile_product, tile_sums, tile_transpose
from glassprop.layers.layer_kind import LayerKind

OPCODE = 0
W, B = BLOCK_1, BLOCK_2
# whether its products are large; whether the gradient by W is made from activations turned row by row
LARGE, OUTER_TURNED = FREE, FREE << 1
LARGE_FROM = 40_000  # entries of W from which on it is worth while to cut products into blocks
_ROWS = 256  # examples of a block for large products: the gradient is read and written once for each block


def multiplications(n_in: int, n_out: int) -> int:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return n_in * n_out


def ways(layer: LayerKind, before: LayerKind | None, n_in: int) -> int:
    """Bits of WAYS: which product goes which way, and what is done in the same go. before: None for the first layer."""
    found = RELU_DONE * (layer.activation.name == "relu") | LARGE * (n_in * layer.n >= LARGE_FROM)
    if before is not None and before.activation.name == "relu" and not (before.dropout or before.residual):
        found |= BACK_MASKED
    return found | OUTER_TURNED * (n_in >= LANES)


def needs(ways: int) -> tuple[int, int]:
    """Examples of a block, beyond those that fit the cache, and room to pack numbers in."""
    return (_ROWS, ROOM) if ways & LARGE else (0, 0)


@njit(**INLINE)
def weigh(layers, l, places, theta, work, base, ld):
    """E1, E14: z = W x + b, into its place."""
    n_in, n_out, w, b = layers[l, N_IN], layers[l, N_OUT], layers[l, W], layers[l, B]
    x, z = base + layers[l, IN_AT], base + layers[l, A_AT]
    after = RELU if layers[l, WAYS] & RELU_DONE else AS_IS
    _product(
        layers, l, places, theta, w, n_in, 1, work, x, ld, work, z, ld, n_out, n_in, ld, theta, b, after, work, base
    )


@njit(**INLINE)
def by_input(layers, l, places, theta, work, base, d, g, ld, adds):
    """E18: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``."""
    n_in, n_out, w = layers[l, N_IN], layers[l, N_OUT], layers[l, W]
    start = ADD if adds else NO_BIAS
    mask = base + layers[l - 1, A_AT] if layers[l, WAYS] & BACK_MASKED else AS_IS
    _product(
        layers, l, places, theta, w, 1, n_in, work, d, ld, work, g, ld, n_in, n_out, ld, theta, start, mask, work, base
    )


@njit(**INLINE)
def fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh):
    """E16, E17: ``Σ_examples δ_j x_k`` and ``Σ_examples δ_j``, added to the gradient, or in its place if ``fresh``."""
    n_in, n_out, w = layers[l, N_IN], layers[l, N_OUT], layers[l, W]
    x = base + layers[l, IN_AT]
    turned = n_in // LANES * LANES if layers[l, WAYS] & OUTER_TURNED else 0
    if turned:
        rows, width = base + places[ROWS_AT], n_in
        if l > 0:
            rows, width = base + places[SCRATCH_AT], turned
            tile_transpose(work, x, ld, work, rows, width, turned, ld)
        start = NO_BIAS if fresh else ADD
        _product(
            layers, l, places, work, d, ld, 1, work, rows, width, gradient, w, n_in, n_out, ld, turned,
            theta, start, AS_IS, work, base,
        )  # fmt: skip
    if turned < n_in:
        left = n_in - turned
        tile_outer(work, d, ld, work, x + turned * ld, ld, gradient, w + turned, n_in, n_out, left, ld, not fresh)
    tile_sums(work, d, ld, gradient, layers[l, B], n_out, ld, not fresh)


@njit(**OPTIONS)
def _product(
    layers, l, places, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0, work, base
):  # fmt: skip
    """``tile_product``, or in blocks where it is large."""
    if layers[l, WAYS] & LARGE:
        room0 = base + places[PANEL_AT]
        large_product(w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0, work, room0)
    else:
        tile_product(w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0)
