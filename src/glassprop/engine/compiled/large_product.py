"""Matrix products for large matrices: cut into blocks that fit the caches, with what is read again and again packed.

What a tile (``product_tile.py``) reads for every few rows of the result is a panel of x, as wide as a block of the result.
It is copied to where it lies without gaps: rows that are a power of two apart would push each other out of the cache.
What is read once, a few rows at a time, stays where it lies. Figures are in ``product_table.py``.
"""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, copy, part, pointer
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.product_tile import ADD, AS_IS
from glassprop.engine.compiled.tile_parts import call_product, product
from glassprop.engine.compiled.tile_shapes import blocks_of_products
from glassprop.engine.compiled.vector_width import WIDTH

# as ``tile_parts.product`` is handed them, between the places and where ``ROOM`` numbers may be kept
LARGE = Shape("P N I I N I N I I I I N I I I N", slots.LARGE_PRODUCT)
_call_large = LARGE.call
# bytes of a row of a panel: of the widest block of the result
_PANEL = blocks_of_products(WIDTH)[0][0] * WIDTH.bits // 8
_DEEP = 256  # terms of the sums that are made in one go: a panel of so many rows is in the first cache, or near it
_HIGH = 96  # rows of the result in one go: what belongs to them of w stays in the second cache, while panels change
_AT_ONCE = 128 * _DEEP  # numbers of x that are packed at once
_CROWDED = 4096  # bytes from row to row, or a multiple, that put every row into the same few places of the caches
ROOM = _AT_ONCE + _DEEP * _HIGH


@LARGE.part(calls=[product])
def large(places, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0, room):
    """``large_product`` on pointers."""
    itemsize, q = part(x, 0, 1).itemsize, 0
    columns = _PANEL // itemsize
    # w is read column by column, and more than twice
    packs_w = sp == 1 and sq * itemsize % _CROWDED == 0 and n_i > 2 * columns
    while q < n_q:
        deep = min(_DEEP, n_q - q)
        after, i = mask0 if q + deep == n_q else AS_IS, 0
        group = max(columns, _AT_ONCE // deep // columns * columns)
        while i < n_i:
            wide = min(group, n_i - i)
            _pack(pointer(x, q * ldx + i), ldx, deep, wide, columns, room)
            for p in range(0, n_p, _HIGH):
                high = min(_HIGH, n_p - p)
                start, k = ADD if q > 0 else bias0, 0
                block, by_q = pointer(w, p * sp + q * sq), sq
                if packs_w:
                    _pack(block, sq, deep, high, high, pointer(room, _AT_ONCE))
                    block, by_q = pointer(room, _AT_ONCE), high
                while k < wide:
                    narrow = min(columns, wide - k)
                    call_product(
                        places[slots.PRODUCT], block, sp, by_q, pointer(room, k * deep), narrow,
                        pointer(out, p * ldo + i + k), ldo, high, deep, narrow, pointer(bias, p if start >= 0 else 0),
                        start, to_mask, after,
                    )  # fmt: skip
                    k += columns
            i += group
        q += _DEEP


@njit(**OPTIONS)
def _pack(x, ldx, n_q, n_i, columns, room):
    """Copy a block of x to panels of so many columns, one after the other, each without gaps."""
    i = 0
    while i < n_i:
        wide = min(columns, n_i - i)
        for q in range(n_q):
            copy(part(x, q * ldx + i, wide), part(room, i * n_q + q * wide, wide))
        i += columns


@njit(**INLINE)
def large_product(
    places, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0, room, room0
):  # fmt: skip
    """As ``tile_parts.tile_product``. room: where ``ROOM`` numbers may be kept, from entry ``room0`` on."""
    _call_large(
        places[slots.LARGE_PRODUCT], places, pointer(w, w0), sp, sq, pointer(x, x0), ldx, pointer(out, out0), ldo, n_p,
        n_q, n_i, pointer(bias, max(bias0, 0)), bias0, mask0 - out0 if mask0 >= 0 else 0, mask0, pointer(room, room0),
    )  # fmt: skip
