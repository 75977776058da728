"""The tiles of sums along examples: of products of two rows, and of rows themselves."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import WRITTEN_OUT
from glassprop.engine.compiled.vector_width import Width
from glassprop.engine.compiled.vectors import Loop, Vectors, const


def outer_tile(width: Width) -> Any:
    """The kernel of ``tile_parts.tile_outer`` on pointers, for vectors of this width."""

    @intrinsic
    def _outer_tile(typingctx, d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
        kind, i64 = d.dtype, types.int64
        signature = types.void(d, i64, x, i64, g, i64, i64, i64, i64, types.boolean)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            d_at, ldd_, x_at, ldx_, g_at, ldg_, n_p_, n_q_, n_i_, adds_ = args
            v = Vectors(builder, kind, width)

            def rows_of(at: Any, first: Any, number: int, ld: Any) -> list[Any]:
                return [builder.gep(at, [builder.mul(builder.add(first, const(m)), ld)]) for m in range(number)]

            def block(p: Any, rows: int, q: Any, columns: int) -> None:
                d_rows, x_rows = rows_of(d_at, p, rows, ldd_), rows_of(x_at, q, columns, ldx_)
                g_rows = rows_of(builder.gep(g_at, [q]), p, rows, ldg_)
                over_i = Loop(builder, const(0), n_i_, v.n, [v.zero] * (rows * columns))
                ds = [v.load(builder.gep(row, [over_i.i])) for row in d_rows]
                xs = [v.load(builder.gep(row, [over_i.i])) for row in x_rows]
                pairs = [(d, x) for d in ds for x in xs]
                _, result = over_i.close(
                    [v.multiply_add(*pair, s) for pair, s in zip(pairs, over_i.carried, strict=True)]
                )
                if columns == 1:
                    _write(v, v.four_totals([*result, *[v.zero] * (4 - rows)]), g_rows, adds_)
                else:
                    for m in range(rows):
                        _write_row(v, v.four_totals(result[4 * m : 4 * m + 4]), g_rows[m], adds_)

            q = const(0)
            for columns in (4, 1):
                over_q = Loop(builder, q, n_q_, columns)
                p = const(0)
                for rows in (3 if columns == 4 else 4, 1):
                    over_p = Loop(builder, p, n_p_, rows)
                    block(over_p.i, rows, over_q.i, columns)
                    p, _ = over_p.close()
                q, _ = over_q.close()
            return context.get_dummy_value()

        return signature, codegen

    @njit(**WRITTEN_OUT)
    def outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
        _outer_tile(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds)

    return outer


def sums_tile(width: Width) -> Any:
    """The kernel of ``tile_parts.tile_sums`` on pointers, for vectors of this width."""

    @intrinsic
    def _sums_tile(typingctx, d, ldd, g, n_p, n_i, adds):
        kind, i64 = d.dtype, types.int64
        signature = types.void(d, i64, g, i64, i64, types.boolean)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            d_at, ldd_, g_at, n_p_, n_i_, adds_ = args
            v = Vectors(builder, kind, width)
            p = const(0)
            for rows in (4, 1):
                over_p = Loop(builder, p, n_p_, rows)
                at = [builder.gep(d_at, [builder.mul(builder.add(over_p.i, const(m)), ldd_)]) for m in range(rows)]
                over_i = Loop(builder, const(0), n_i_, v.n, [v.zero] * rows)
                sums = [
                    builder.fadd(s, v.load(builder.gep(r, [over_i.i]))) for s, r in zip(over_i.carried, at, strict=True)
                ]
                _, result = over_i.close(sums)
                totals = v.four_totals([*result, *[v.zero] * (4 - rows)])
                _write(v, totals, [builder.gep(g_at, [builder.add(over_p.i, const(m))]) for m in range(rows)], adds_)
                p, _ = over_p.close()
            return context.get_dummy_value()

        return signature, codegen

    @njit(**WRITTEN_OUT)
    def sums(d, ldd, g, n_p, n_i, adds):
        _sums_tile(d, ldd, g, n_p, n_i, adds)

    return sums


def _write(v: Vectors, totals: Any, places: list[Any], adds: Any) -> None:
    """Write the lanes of a vector of four to one place each; added to what is there if ``adds``."""
    for lane, place in enumerate(places):
        before = v.builder.select(adds, v.builder.load(place), ir.Constant(v.type.element, 0.0))
        value = v.builder.extract_element(totals, ir.Constant(ir.IntType(32), lane))
        v.builder.store(v.builder.fadd(before, value), place)


def _write_row(v: Vectors, totals: Any, place: Any, adds: Any) -> None:
    """Write a vector of four from one place on; added to what is there if ``adds``."""
    at = v.builder.bitcast(place, totals.type.as_pointer())
    before = v.builder.select(adds, v.builder.load(at, align=v.align), ir.Constant(totals.type, [0.0] * 4))
    v.builder.store(v.builder.fadd(before, totals), at, align=v.align)
