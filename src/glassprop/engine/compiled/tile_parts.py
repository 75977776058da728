"""Matrix products for small matrices, as parts: tiles that read their operands where they lie.

A BLAS copies its operands into packed panels first, which costs more than the product itself for the matrices of a
small network (BLIS: about 2 µs a call). The tiles are written as LLVM code, since no loop in Python makes the compiler
keep a block of the result in registers. Measured in GFLOP/s on
one core of an AMD EPYC (Zen 1, AVX2), November 2026, own / BLIS: 64×20 by 20×32: 37 / 9; 64×64 by 64×64: 38 / 22;
256×256 by 256×128: 38 / 35. They are long to compile: there is one copy of each, called by the address among the places.
"""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, pointer
from glassprop.engine.compiled.moving_tiles import transpose_tile
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.product_tile import product_tile
from glassprop.engine.compiled.sum_tiles import outer_tile, sums_tile
from glassprop.engine.compiled.vector_width import WIDTH

_product, _outer, _sums, _transpose = (make(WIDTH) for make in (product_tile, outer_tile, sums_tile, transpose_tile))

_PRODUCT = Shape("N I I N I N I I I I N I I I", places.PRODUCT)
_OUTER = Shape("N I N I N I I I I I", places.OUTER)
_SUMS = Shape("N I N I I I", places.SUMS)
_TRANSPOSE = Shape("N I N I I I", places.TRANSPOSE)
call_product, _call_outer, _call_sums, _call_transpose = _PRODUCT.call, _OUTER.call, _SUMS.call, _TRANSPOSE.call


@_PRODUCT.part()
def product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
    """``tile_product`` on pointers."""
    _product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0)


@_OUTER.part()
def outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
    """``tile_outer`` on pointers."""
    _outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds != 0)


@_SUMS.part()
def sums(d, ldd, g, n_p, n_i, adds):
    """``tile_sums`` on pointers."""
    _sums(d, ldd, g, n_p, n_i, adds != 0)


@_TRANSPOSE.part()
def transpose(x, ldx, out, ldo, n_p, n_i):
    """``tile_transpose`` on pointers."""
    _transpose(x, ldx, out, ldo, n_p, n_i)


# What kernels call. Arrays are flat, with the entry they start at and their leading dimension.


@njit(**INLINE)
def tile_product(places_, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    """``out[p, i] = bias[p] + Σ_q w[p sp + q sq] x[q, i]``, and what follows it while it is still in registers.

    bias0: where the biases start, or ``NO_BIAS``, or ``ADD`` to add to what ``out`` holds. mask0: ``AS_IS``, ``RELU``
    to write max(0, result), or an entry of ``out``'s array from which on a block of the same layout lies: results are
    kept where it is above 0, and 0 elsewhere, which is the pullback of a relu. ``n_i`` must be a multiple of the
    vector's lanes.
    """
    call_product(
        places_[places.PRODUCT], pointer(w, w0), sp, sq, pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_q, n_i,
        pointer(bias, max(bias0, 0)), bias0, mask0 - out0 if mask0 >= 0 else 0, mask0,
    )  # fmt: skip


@njit(**INLINE)
def tile_outer(places_, d, d0, ldd, x, x0, ldx, g, g0, ldg, n_p, n_q, n_i, adds):
    """``g[p, q] = Σ_i d[p, i] x[q, i]``, added to what is there if ``adds``; sums of blocks stay in registers."""
    _call_outer(
        places_[places.OUTER], pointer(d, d0), ldd, pointer(x, x0), ldx, pointer(g, g0), ldg, n_p, n_q, n_i, adds
    )


@njit(**INLINE)
def tile_sums(places_, d, d0, ldd, g, g0, n_p, n_i, adds):
    """``g[p] = Σ_i d[p, i]``, added to what is there if ``adds``."""
    _call_sums(places_[places.SUMS], pointer(d, d0), ldd, pointer(g, g0), n_p, n_i, adds)


@njit(**OPTIONS)
def tile_dots(places_, d, d0, x, x0, ld, g, g0, n, adds):
    """``g[k] = Σ_i d[k, i] x[k, i]``, added to what is there if ``adds``: a tile of one row by one column each."""
    for k in range(n):
        tile_outer(places_, d, d0 + k * ld, ld, x, x0 + k * ld, ld, g, g0 + k, 1, 1, 1, ld, adds)


@njit(**INLINE)
def tile_transpose(places_, x, x0, ldx, out, out0, ldo, n_p, n_i):
    """``out[i, p] = x[p, i]`` for whole tiles of p; ``n_p`` and ``n_i`` are multiples of the vector's lanes."""
    _call_transpose(places_[places.TRANSPOSE], pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_i)
