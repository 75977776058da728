"""Matrix products for small matrices: tiles that read their operands where they lie.

A BLAS copies its operands into packed panels first, which costs more than the product itself for the matrices of a
small network (BLIS: about 2 µs a call). The tiles are written as LLVM code, since no loop in Python makes the compiler
keep a block of the result in registers. Measured in GFLOP/s on
one core of an AMD EPYC (Zen 1, AVX2), November 2026, own / BLIS: 64×20 by 20×32: 37 / 9; 64×64 by 64×64: 38 / 22;
256×256 by 256×128: 38 / 35; 1024×1024 by 1024×256: 27 / 36.
"""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import INLINE, OPTIONS, pointer
from glassprop.engine.compiled.moving_tiles import transpose_tile
from glassprop.engine.compiled.product_tile import product_tile
from glassprop.engine.compiled.sum_tiles import outer_tile, sums_tile
from glassprop.engine.compiled.vector_width import WIDTH

# Functions of pointers, one copy each in the machine code: they are long to compile.
_product, _outer, _sums, _transpose = (make(WIDTH) for make in (product_tile, outer_tile, sums_tile, transpose_tile))


@njit(**INLINE)
def tile_product(w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    """``out[p, i] = bias[p] + Σ_q w[p sp + q sq] x[q, i]``, and what follows it while it is still in registers.

    bias0: where the biases start, or ``NO_BIAS``, or ``ADD`` to add to what ``out`` holds. mask0: ``AS_IS``, ``RELU``
    to write max(0, result), or an entry of ``out``'s array from which on a block of the same layout lies: results are
    kept where it is above 0, and 0 elsewhere, which is the pullback of a relu. ``n_i`` must be a multiple of the
    vector's lanes. Arrays are flat, with the entry they start at and their leading dimension.
    """
    _product(
        pointer(w, w0), sp, sq, pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_q, n_i,
        pointer(bias, max(bias0, 0)), bias0, mask0 - out0 if mask0 >= 0 else 0, mask0,
    )  # fmt: skip


@njit(**INLINE)
def tile_outer(d, d0, ldd, x, x0, ldx, g, g0, ldg, n_p, n_q, n_i, adds):
    """``g[p, q] = Σ_i d[p, i] x[q, i]``, added to what is there if ``adds``; sums of blocks stay in registers."""
    _outer(pointer(d, d0), ldd, pointer(x, x0), ldx, pointer(g, g0), ldg, n_p, n_q, n_i, adds)


@njit(**INLINE)
def tile_sums(d, d0, ldd, g, g0, n_p, n_i, adds):
    """``g[p] = Σ_i d[p, i]``, added to what is there if ``adds``."""
    _sums(pointer(d, d0), ldd, pointer(g, g0), n_p, n_i, adds)


@njit(**OPTIONS)
def tile_dots(d, d0, x, x0, ld, g, g0, n, adds):
    """``g[k] = Σ_i d[k, i] x[k, i]``, added to what is there if ``adds``: a tile of one row by one column each."""
    for k in range(n):
        tile_outer(d, d0 + k * ld, ld, x, x0 + k * ld, ld, g, g0 + k, 1, 1, 1, ld, adds)


@njit(**INLINE)
def tile_transpose(x, x0, ldx, out, out0, ldo, n_p, n_i):
    """``out[i, p] = x[p, i]`` for whole tiles of p; ``n_p`` and ``n_i`` are multiples of the vector's lanes."""
    _transpose(pointer(x, x0), ldx, pointer(out, out0), ldo, n_p, n_i)
