"""The dense layer: z = W x + b, and the products that lead back (E16, E17, E18). See ``kernels_of_kinds.py`` for what a kind gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba import njit

from glassprop.engine.compiled.blas import by_library
from glassprop.engine.compiled.kinds.shapes import BY_INPUT, FILL_GRADIENT, WEIGH
from glassprop.engine.compiled.large_product import ROOM, large, large_product
from glassprop.engine.compiled.low_level import INLINE
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.places import LANES, PANEL_AT, ROWS_AT, SCRATCH_AT
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU
from glassprop.engine.compiled.row import (
    A_AT,
    BACK_MASKED,
    BLOCK_1,
    BLOCK_2,
    BY_ENTRIES,
    FIRST,
    FREE,
    IN_AT,
    N_IN,
    N_OUT,
    RELU_DONE,
    WAYS,
)
from glassprop.engine.compiled.tile_parts import (
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
# whether its products are large; whether the gradient by W is made from activations turned row by row; whether a library
# makes what is large
LARGE, OUTER_TURNED, BY_LIBRARY = FREE, FREE << 1, FREE << 2
LARGE_FROM = 40_000  # entries of W from which on it is worth while to cut products into blocks
_ROWS = 256  # examples of a block for large products: the gradient is read and written once for each block


def facts(layer: LayerKind, n_in: int, starts: Sequence[int]) -> list[int]:
    """What the kernels read of a layer beyond its row: nothing."""
    return []


def multiplications(layer: LayerKind, n_in: float) -> float:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return n_in * layer.n


def ways(layer: LayerKind, before: LayerKind | None, n_in: int, by_library: bool) -> int:
    """Bits of WAYS: which product goes which way, and what is done in the same go. before: None for the first layer."""
    found = RELU_DONE * (layer.activation.name == "relu")
    if n_in * layer.n >= LARGE_FROM:
        found |= LARGE | BY_LIBRARY * by_library
    if before is not None and before.activation.name == "relu" and not (before.dropout or before.residual):
        found |= BACK_MASKED
    return found | OUTER_TURNED * (n_in >= LANES)


def needs(ways: int) -> tuple[int, int]:
    """Examples of a block, beyond those that fit the cache, and room to pack numbers in."""
    return (_ROWS, ROOM) if ways & LARGE and not ways & BY_ENTRIES else (0, 0)


def scratch(layer: LayerKind) -> int:
    """Numbers of each example that a call needs room for, beyond the scratch that any network has."""
    return 0


def _made(suffix: str, times: Any, calls: list[Part], *, written_out: bool) -> tuple[Part, Part, Part]:
    """The three kernels, with a way to multiply, ``_small`` or ``_large``, and the parts that this calls."""

    @WEIGH.part(calls=calls, name=f"weigh{suffix}", written_out=written_out)
    def weigh(row, places, theta, work, ld):
        """E1, E14: z = W x + b, into its place."""
        n_in, x, z = row[N_IN], row[IN_AT], row[A_AT]
        after = RELU if row[WAYS] & RELU_DONE else AS_IS
        times(
            places, work, theta, row[W], n_in, 1, work, x, ld, work, z, ld, row[N_OUT], n_in, ld, theta, row[B], after
        )

    @BY_INPUT.part(calls=calls, name=f"by_input{suffix}", written_out=written_out)
    def by_input(row, places, theta, work, d, g, ld, adds):
        """E18: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``.

        BACK_MASKED: only where a of the layer before, which it sees, is above 0.
        """
        n_in, start = row[N_IN], ADD if adds else NO_BIAS
        mask = row[IN_AT] if row[WAYS] & BACK_MASKED else AS_IS
        times(places, work, theta, row[W], 1, n_in, work, d, ld, work, g, ld, n_in, row[N_OUT], ld, theta, start, mask)

    @FILL_GRADIENT.part(calls=[*calls, outer, transpose, sums], name=f"fill_gradient{suffix}", written_out=written_out)
    def fill_gradient(row, places, theta, gradient, work, d, ld, fresh):
        """E16, E17: ``Σ_examples δ_j x_k`` and ``Σ_examples δ_j``, added to the gradient, or in its place if ``fresh``."""
        n_in, n_out, w, x = row[N_IN], row[N_OUT], row[W], row[IN_AT]
        turned = n_in // LANES * LANES if row[WAYS] & OUTER_TURNED else 0
        if turned:
            rows, width = places[ROWS_AT], n_in
            if not row[WAYS] & FIRST:
                # rows a power of two apart would share a few places of the cache
                rows, width = places[SCRATCH_AT], turned + LANES
                tile_transpose(places, work, x, ld, work, rows, width, turned, ld)
            start = NO_BIAS if fresh else ADD
            times(
                places, work, work, d, ld, 1, work, rows, width, gradient, w, n_in, n_out, ld, turned, theta, start, AS_IS
            )  # fmt: skip
        if turned < n_in:
            left = n_in - turned
            tile_outer(
                places, work, d, ld, work, x + turned * ld, ld, gradient, w + turned, n_in, n_out, left, ld, not fresh
            )
        tile_sums(places, work, d, ld, gradient, row[B], n_out, ld, not fresh)

    return weigh, by_input, fill_gradient


@njit(**INLINE)
def _small(places, work, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    tile_product(places, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0)


@njit(**INLINE)
def _large(places, work, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    room = places[PANEL_AT]
    large_product(places, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0, work, room)


SMALL = _made("", _small, [product], written_out=True)
_LARGE_PARTS = _made("_large", _large, [large], written_out=False)
_LIBRARY_PARTS = _made("_by_library", _large, [by_library], written_out=False)


@WEIGH.part()
def weighed(row, places, theta, work, ld):
    """Of the entries of a sparse X: z is there."""


@FILL_GRADIENT.part(calls=[sums])
def fill_biases(row, places, theta, gradient, work, d, ld, fresh):
    """E17 alone: the gradient by W is made of the entries of a sparse X."""
    tile_sums(places, work, d, ld, gradient, row[B], row[N_OUT], ld, not fresh)


def parts(ways: int) -> tuple[Part, Part, Part]:
    """Those that weigh, lead back to the input, and fill the gradient, for these bits of WAYS."""
    if ways & BY_ENTRIES:
        return weighed, SMALL[1], fill_biases
    if ways & BY_LIBRARY:
        return _LIBRARY_PARTS
    return _LARGE_PARTS if ways & LARGE else SMALL
