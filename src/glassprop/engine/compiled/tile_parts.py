"""The tiles as parts: one copy each in the machine code, called by the address among the places."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places, tiles
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, pointer
from glassprop.engine.compiled.part import Shape

_PRODUCT = Shape("N I I N I N I I I I N I I I", places.PRODUCT)
_OUTER = Shape("N I N I N I I I I I", places.OUTER)
_SUMS = Shape("N I N I I I", places.SUMS)
_TRANSPOSE = Shape("N I N I I I", places.TRANSPOSE)
call_product, _call_outer, _call_sums, _call_transpose = _PRODUCT.call, _OUTER.call, _SUMS.call, _TRANSPOSE.call


@_PRODUCT.part()
def product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
    """``tiles.tile_product`` on pointers."""
    tiles._product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0)


@_OUTER.part()
def outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
    """``tiles.tile_outer`` on pointers."""
    tiles._outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds != 0)


@_SUMS.part()
def sums(d, ldd, g, n_p, n_i, adds):
    """``tiles.tile_sums`` on pointers."""
    tiles._sums(d, ldd, g, n_p, n_i, adds != 0)


@_TRANSPOSE.part()
def transpose(x, ldx, out, ldo, n_p, n_i):
    """``tiles.tile_transpose`` on pointers."""
    tiles._transpose(x, ldx, out, ldo, n_p, n_i)


# What kernels call: the same as in ``tiles.py``, with the places first.


@njit(**INLINE)
def tile_product(places_, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    """See ``tiles.tile_product``."""
    call_product(
        places_[places.PRODUCT], pointer(w, w0), sp, sq, pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_q, n_i,
        pointer(bias, max(bias0, 0)), bias0, mask0 - out0 if mask0 >= 0 else 0, mask0,
    )  # fmt: skip


@njit(**INLINE)
def tile_outer(places_, d, d0, ldd, x, x0, ldx, g, g0, ldg, n_p, n_q, n_i, adds):
    """See ``tiles.tile_outer``."""
    _call_outer(
        places_[places.OUTER], pointer(d, d0), ldd, pointer(x, x0), ldx, pointer(g, g0), ldg, n_p, n_q, n_i, adds
    )


@njit(**INLINE)
def tile_sums(places_, d, d0, ldd, g, g0, n_p, n_i, adds):
    """See ``tiles.tile_sums``."""
    _call_sums(places_[places.SUMS], pointer(d, d0), ldd, pointer(g, g0), n_p, n_i, adds)


@njit(**OPTIONS)
def tile_dots(places_, d, d0, x, x0, ld, g, g0, n, adds):
    """See ``tiles.tile_dots``."""
    for k in range(n):
        tile_outer(places_, d, d0 + k * ld, ld, x, x0 + k * ld, ld, g, g0 + k, 1, 1, 1, ld, adds)


@njit(**INLINE)
def tile_transpose(places_, x, x0, ldx, out, out0, ldo, n_p, n_i):
    """See ``tiles.tile_transpose``."""
    _call_transpose(places_[places.TRANSPOSE], pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_i)
