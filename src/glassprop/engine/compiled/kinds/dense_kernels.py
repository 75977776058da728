"""The dense layer: z = W x + b, and the products that lead back (E16, E17, E18). See ``opcodes.py`` for what a kind gives."""

from __future__ import annotations

from glassprop.engine.compiled.kinds.shapes import BY_INPUT, FILL_GRADIENT, WEIGH
from glassprop.engine.compiled.low_level import fill, part
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.places import LANES, ROWS_AT, SCRATCH_AT
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU
from glassprop.engine.compiled.row import (
    A_AT,
    BACK_MASKED,
    BLOCK_1,
    BLOCK_2,
    FIRST,
    FREE,
    IN_AT,
    IN_ROWS,
    N_IN,
    N_OUT,
    RELU_DONE,
    WAYS,
)
from glassprop.engine.compiled.tile_parts import (
    gemm,
    large_product,
    outer,
    product,
    sums,
    tile_outer,
    tile_product,
    tile_sums,
    tile_transpose,
    transpose,
)
from glassprop.layers.layer_kind import LayerKind

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


@WEIGH.part(calls=[product])
def weigh(row, places, theta, work, ld):
    """E1, E14: z = W x + b, into its place."""
    n_in, x, z = row[N_IN], row[IN_AT], row[A_AT]
    after = RELU if row[WAYS] & RELU_DONE else AS_IS
    tile_product(places, theta, row[W], n_in, 1, work, x, ld, work, z, ld, row[N_OUT], n_in, ld, theta, row[B], after)


@WEIGH.part(calls=[gemm])
def weigh_large(row, places, theta, work, ld):
    """The same, where the product is large."""
    n_in, n_out, w, b, x, z = row[N_IN], row[N_OUT], row[W], row[B], row[IN_AT], row[A_AT]
    for j in range(n_out):
        fill(part(work, z + j * ld, ld), theta[b + j])
    in_rows = row[WAYS] & IN_ROWS != 0
    large_product(
        places, theta, w, n_in, 0, work, x, n_in if in_rows else ld, in_rows, 1.0, work, z, ld, n_out, ld, n_in
    )


@BY_INPUT.part(calls=[product])
def by_input(row, places, theta, work, d, g, ld, adds):
    """E18: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``.

    BACK_MASKED: only where a of the layer before, which it sees, is above 0.
    """
    n_in, start = row[N_IN], ADD if adds else NO_BIAS
    mask = row[IN_AT] if row[WAYS] & BACK_MASKED else AS_IS
    tile_product(places, theta, row[W], 1, n_in, work, d, ld, work, g, ld, n_in, row[N_OUT], ld, theta, start, mask)


@BY_INPUT.part(calls=[gemm])
def by_input_large(row, places, theta, work, d, g, ld, adds):
    """The same, where the product is large."""
    n_in, beta = row[N_IN], 1.0 if adds else 0.0
    large_product(places, theta, row[W], n_in, 1, work, d, ld, 0, beta, work, g, ld, n_in, ld, row[N_OUT])


@FILL_GRADIENT.part(calls=[product, outer, transpose, sums])
def fill_gradient(row, places, theta, gradient, work, d, ld, fresh):
    """E16, E17: ``Σ_examples δ_j x_k`` and ``Σ_examples δ_j``, added to the gradient, or in its place if ``fresh``."""
    n_in, n_out, w, x = row[N_IN], row[N_OUT], row[W], row[IN_AT]
    turned = n_in // LANES * LANES if row[WAYS] & OUTER_TURNED else 0
    if turned:
        rows, width = places[ROWS_AT], n_in
        if not row[WAYS] & FIRST:
            rows, width = places[SCRATCH_AT], turned
            tile_transpose(places, work, x, ld, work, rows, width, turned, ld)
        start = NO_BIAS if fresh else ADD
        tile_product(
            places, work, d, ld, 1, work, rows, width, gradient, w, n_in, n_out, ld, turned, theta, start, AS_IS
        )
    if turned < n_in:
        left = n_in - turned
        tile_outer(
            places, work, d, ld, work, x + turned * ld, ld, gradient, w + turned, n_in, n_out, left, ld, not fresh
        )
    tile_sums(places, work, d, ld, gradient, row[B], n_out, ld, not fresh)


@FILL_GRADIENT.part(calls=[gemm, sums])
def fill_gradient_large(row, places, theta, gradient, work, d, ld, fresh):
    """The same, where the product is large."""
    n_in, n_out, in_rows = row[N_IN], row[N_OUT], row[WAYS] & IN_ROWS != 0
    large_product(
        places, work, d, ld, 0, work, row[IN_AT], n_in if in_rows else ld, not in_rows, 0.0 if fresh else 1.0,
        gradient, row[W], n_in, n_out, n_in, ld,
    )  # fmt: skip
    tile_sums(places, work, d, ld, gradient, row[B], n_out, ld, not fresh)


def parts(ways: int) -> tuple[Part, Part, Part]:
    """Those that weigh, lead back to the input, and fill the gradient, for these bits of WAYS."""
    return (
        weigh_large if ways & FORWARD_BLIS else weigh,
        by_input_large if ways & BACK_BLIS else by_input,
        fill_gradient_large if ways & OUTER_BLIS else fill_gradient,
    )
