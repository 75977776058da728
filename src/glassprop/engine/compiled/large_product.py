"""Matrix products for large matrices: cut into blocks that fit the caches, with what is read again and again packed.

What a tile (``product_tile.py``) reads for every few rows of the result is a panel of x, as wide as a block of the result.
It is copied to where it lies without gaps: rows that are a power of two apart would push each other out of the cache.
What is read once, a few rows at a time, stays where it lies. GFLOP/s on one core of an AMD EPYC (Zen 5), November 2026,
forward / back / outer, own tiles · OpenBLAS with its kernels for AVX-512 (SkylakeX); peak about 270:
64×784×512: 250 / 245 / 250 · 197 / 174 / 195.
"""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places
from glassprop.engine.compiled.low_level import OPTIONS, copy, part, pointer
from glassprop.engine.compiled.product_tile import ADD, AS_IS, VECTORS
from glassprop.engine.compiled.tile_parts import LARGE_PRODUCT, PRODUCT_SHAPE, product
from glassprop.engine.compiled.vector_width import WIDTH

_PANEL = VECTORS[WIDTH.registers][0] * WIDTH.bits // 8  # bytes of a row of a panel: of the widest block of the result
_DEEP = 256  # terms of the sums that are made in one go: a panel of so many rows is in the first cache, or near it
_HIGH = 96  # rows of the result in one go: what belongs to them of w stays in the second cache, while panels change
ROOM = 128 * _DEEP  # numbers of x that are packed at once
_call_product = PRODUCT_SHAPE.call


@LARGE_PRODUCT.part(calls=[product])
def large_product(
    places_, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0, room
):  # fmt: skip
    """As ``tile_parts.product``. room: where ``ROOM`` numbers may be kept."""
    columns = _PANEL // part(x, 0, 1).itemsize
    for q in range(0, n_q, _DEEP):
        deep = min(_DEEP, n_q - q)
        after = mask0 if q + deep == n_q else AS_IS
        group = max(columns, ROOM // deep // columns * columns)
        for i in range(0, n_i, group):
            wide = min(group, n_i - i)
            _pack(pointer(x, q * ldx + i), ldx, deep, wide, columns, room)
            for p in range(0, n_p, _HIGH):
                high = min(_HIGH, n_p - p)
                start = ADD if q > 0 else bias0
                for k in range(0, wide, columns):
                    narrow = min(columns, wide - k)
                    _call_product(
                        places_[places.PRODUCT], pointer(w, p * sp + q * sq), sp, sq, pointer(room, k * deep), narrow,
                        pointer(out, p * ldo + i + k), ldo, high, deep, narrow, pointer(bias, p if start >= 0 else 0),
                        start, to_mask, after,
                    )  # fmt: skip


@njit(**OPTIONS)
def _pack(x, ldx, n_q, n_i, columns, room):
    """Copy a block of x to panels of so many columns, one after the other, each without gaps."""
    for i in range(0, n_i, columns):
        wide = min(columns, n_i - i)
        for q in range(n_q):
            copy(part(x, q * ldx + i, wide), part(room, i * n_q + q * wide, wide))
