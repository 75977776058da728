"""Tiles for the entries of one example of a sparse X: rows of a matrix, each times an entry, added up; or the other way."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import OPTIONS
from glassprop.engine.compiled.vector_width import Width
from glassprop.engine.compiled.vectors import Loop, Vectors, const

_MOST = 8  # vectors of sums that stay in registers


class _Shorter(Vectors):
    """Vectors of fewer numbers than the CPU's have."""

    def __init__(self, whole: Vectors, n: int) -> None:
        self.builder, self.n, self.align = whole.builder, n, whole.align
        self.type = ir.VectorType(whole.type.element, n)
        self.zero = ir.Constant(self.type, [0.0] * n)


def _cuts(whole: Vectors) -> list[tuple[Vectors, int]]:
    """How a row of any length is cut: blocks of vectors, largest first, and at its end ever shorter ones."""
    cuts: list[tuple[Vectors, int]] = [(whole, vectors) for vectors in (_MOST, _MOST // 2, 2, 1)]
    n = whole.n
    while n > 1:
        n //= 2
        cuts.append((_Shorter(whole, n), 1))
    return cuts


def _over_blocks(whole: Vectors, n: Any, block: Any) -> None:
    """IR: ``block(v, steps, j)`` for blocks of a row of n numbers, each once; steps: where its vectors begin, from j on."""
    j = const(0)
    for v, vectors in _cuts(whole):
        over_j = Loop(whole.builder, j, n, vectors * v.n)
        block(v, [const(c * v.n) for c in range(vectors)], over_j.i)
        j, _ = over_j.close()


def _entry(v: Vectors, values: Any, columns: Any, e: Any, n: Any) -> tuple[Any, Any]:
    """An entry's number in every lane, and where the row of its column begins."""
    column = v.builder.sext(v.builder.load(v.builder.gep(columns, [e])), ir.IntType(64))
    return v.splat(v.builder.load(v.builder.gep(values, [e]))), v.builder.mul(column, n)


def rows_tile(width: Width) -> Any:
    """``out[j] = bias[j] + Σ_e values[e] w[columns[e] n + j]`` for j < n and ``count`` entries, of pointers."""

    @intrinsic
    def _rows_tile(typingctx, values, columns, count, w, n, bias, out):
        i64 = types.int64
        signature = types.void(values, columns, i64, w, i64, bias, out)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            values_at, columns_at, count_, w_at, n_, bias_at, out_at = args

            def block(v: Vectors, steps: list[Any], j: Any) -> None:
                from_j = builder.gep(bias_at, [j])
                over_e = Loop(builder, const(0), count_, 1, [v.load(builder.gep(from_j, [step])) for step in steps])
                value, row = _entry(v, values_at, columns_at, over_e.i, n_)
                from_j = builder.gep(w_at, [builder.add(row, j)])
                sums = [
                    v.multiply_add(value, v.load(builder.gep(from_j, [step])), total)
                    for step, total in zip(steps, over_e.carried, strict=True)
                ]
                _, result = over_e.close(sums)
                to_j = builder.gep(out_at, [j])
                for step, total in zip(steps, result, strict=True):
                    v.store(total, builder.gep(to_j, [step]))

            _over_blocks(Vectors(builder, w.dtype, width), n_, block)
            return context.get_dummy_value()

        return signature, codegen

    @njit(**OPTIONS)
    def rows(values, columns, count, w, n, bias, out):
        _rows_tile(values, columns, count, w, n, bias, out)

    return rows


def rows_outer_tile(width: Width) -> Any:
    """``g[columns[e] n + j] += values[e] d[j]`` for j < n and ``count`` entries, of pointers."""

    @intrinsic
    def _rows_outer_tile(typingctx, values, columns, count, d, n, g):
        i64 = types.int64
        signature = types.void(values, columns, i64, d, i64, g)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            values_at, columns_at, count_, d_at, n_, g_at = args

            def block(v: Vectors, steps: list[Any], j: Any) -> None:
                from_j = builder.gep(d_at, [j])
                deltas = [v.load(builder.gep(from_j, [step])) for step in steps]
                over_e = Loop(builder, const(0), count_, 1)
                value, row = _entry(v, values_at, columns_at, over_e.i, n_)
                to_j = builder.gep(g_at, [builder.add(row, j)])
                for step, delta in zip(steps, deltas, strict=True):
                    place = builder.gep(to_j, [step])
                    v.store(v.multiply_add(value, delta, v.load(place)), place)
                over_e.close()

            _over_blocks(Vectors(builder, d.dtype, width), n_, block)
            return context.get_dummy_value()

        return signature, codegen

    @njit(**OPTIONS)
    def rows_outer(values, columns, count, d, n, g):
        _rows_outer_tile(values, columns, count, d, n, g)

    return rows_outer
