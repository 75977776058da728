"""The dense layer: z = W x + b, and the products that lead back (E16, E17, E18). See ``opcodes.py`` for what a kind gives."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.blas import gemm
from glassprop.engine.compiled.low_level import INLINE, fill, part
from glassprop.engine.compiled.places import LANES, ROWS_AT, SCRATCH_AT
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU
from glassprop.engine.compiled.row import (
    A_AT,
    BACK_MASKED,
    BLOCK_1,
    BLOCK_2,
    FREE,
    IN_AT,
    IN_ROWS,
    N_IN,
    N_OUT,
    RELU_DONE,
    WAYS,
)
from glassprop.engine.compiled.tiles import tile_outer, tile_product, tile_sums, tile_transpose
from glassprop.layers.layer_kind import LayerKind

OPCODE = 0
W, B = BLOCK_1, BLOCK_2
# which products go to BLIS; whether the gradient by W is made from activations turned row by row
FORWARD_BLIS, BACK_BLIS, OUTER_BLIS, OUTER_TURNED = (FREE << bit for bit in range(4))
LONG_ROWS = OUTER_BLIS  # a BLAS wants long rows more than it minds the cache
# Entries of W above which BLIS wins, from the measurements in `tiles.py`
FORWARD_OWN, BACK_OWN, OUTER_OWN = 520_000, 150_000, 150_000


def multiplications(n_in: int, n_out: int) -> int:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return n_in * n_out


def ways(layer: LayerKind, before: LayerKind | None, n_in: int) -> int:
    """Bits of WAYS: which product goes which way, and what is done in the same go. before: None for the first layer."""
    entries = n_in * layer.n
    found = FORWARD_BLIS if entries > FORWARD_OWN else RELU_DONE * (layer.activation.name == "relu")
    if entries > BACK_OWN:
        found |= BACK_BLIS
    elif before is not None and before.activation.name == "relu" and not (before.dropout or before.residual):
        found |= BACK_MASKED
    found |= OUTER_BLIS if entries > OUTER_OWN else OUTER_TURNED * (n_in >= LANES)
    in_rows = before is None and found & FORWARD_BLIS and found & OUTER_BLIS and not layer.residual
    return found | IN_ROWS * bool(in_rows)


@njit(**INLINE)
def weigh(layers, l, places, theta, work, base, ld):
    """E1, E14: z = W x + b, into its place."""
    n_in, n_out, w, b = layers[l, N_IN], layers[l, N_OUT], layers[l, W], layers[l, B]
    x, z = base + layers[l, IN_AT], base + layers[l, A_AT]
    if layers[l, WAYS] & FORWARD_BLIS:
        for j in range(n_out):
            fill(part(work, z + j * ld, ld), theta[b + j])
        if layers[l, WAYS] & IN_ROWS:
            gemm(theta, w, n_in, 0, work, x, n_in, 1, 1.0, work, z, ld, n_out, ld, n_in)
        else:
            gemm(theta, w, n_in, 0, work, x, ld, 0, 1.0, work, z, ld, n_out, ld, n_in)
    else:
        after = RELU if layers[l, WAYS] & RELU_DONE else AS_IS
        tile_product(theta, w, n_in, 1, work, x, ld, work, z, ld, n_out, n_in, ld, theta, b, after)


@njit(**INLINE)
def by_input(layers, l, theta, work, base, d, g, ld, adds):
    """E18: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``."""
    n_in, n_out, w = layers[l, N_IN], layers[l, N_OUT], layers[l, W]
    if layers[l, WAYS] & BACK_BLIS:
        gemm(theta, w, n_in, 1, work, d, ld, 0, 1.0 if adds else 0.0, work, g, ld, n_in, ld, n_out)
    else:
        start = ADD if adds else NO_BIAS
        mask = base + layers[l - 1, A_AT] if layers[l, WAYS] & BACK_MASKED else AS_IS
        tile_product(theta, w, 1, n_in, work, d, ld, work, g, ld, n_in, n_out, ld, theta, start, mask)


@njit(**INLINE)
def fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh):
    """E16, E17: ``Σ_examples δ_j x_k`` and ``Σ_examples δ_j``, added to the gradient, or in its place if ``fresh``."""
    n_in, n_out, w = layers[l, N_IN], layers[l, N_OUT], layers[l, W]
    x = base + layers[l, IN_AT]
    if layers[l, WAYS] & OUTER_BLIS:
        beta = 0.0 if fresh else 1.0
        if layers[l, WAYS] & IN_ROWS:
            gemm(work, d, ld, 0, work, x, n_in, 0, beta, gradient, w, n_in, n_out, n_in, ld)
        else:
            gemm(work, d, ld, 0, work, x, ld, 1, beta, gradient, w, n_in, n_out, n_in, ld)
    else:
        turned = n_in // LANES * LANES if layers[l, WAYS] & OUTER_TURNED else 0
        if turned:
            rows, width = base + places[ROWS_AT], n_in
            if l > 0:
                rows, width = base + places[SCRATCH_AT], turned
                tile_transpose(work, x, ld, work, rows, width, turned, ld)
            start = NO_BIAS if fresh else ADD
            tile_product(work, d, ld, 1, work, rows, width, gradient, w, n_in, n_out, ld, turned, theta, start, AS_IS)
        if turned < n_in:
            left = n_in - turned
            tile_outer(work, d, ld, work, x + turned * ld, ld, gradient, w + turned, n_in, n_out, left, ld, not fresh)
    tile_sums(work, d, ld, gradient, layers[l, B], n_out, ld, not fresh)
