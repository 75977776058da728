"""Matrix products for small matrices: tiles that read their operands where they lie.

A BLAS copies its operands into packed panels first, which costs more than the product itself for the matrices of a
small network (BLIS: about 2 µs a call). The tiles are written as LLVM code, since no loop in Python makes the compiler
keep a block of the result in registers. Measured in GFLOP/s on
one core of an AMD EPYC (Zen 1, AVX2), November 2026, own / BLIS: 64×20 by 20×32: 37 / 9; 64×64 by 64×64: 38 / 22;
256×256 by 256×128: 38 / 35; 1024×1024 by 1024×256: 27 / 36.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import INLINE, OPTIONS, data_pointer, pointer
from glassprop.engine.compiled.vectors import Loop, Vectors, const

NO_BIAS, ADD = -1, -2  # in place of where a bias starts
AS_IS, RELU = -1, -2  # in place of where a mask starts


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


# The tiles themselves are functions of pointers, one copy each in the machine code: they are long to compile.


@njit(**OPTIONS)
def _product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
    _product_tile(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0)


@njit(**OPTIONS)
def _outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
    _outer_tile(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds)


@njit(**OPTIONS)
def _sums(d, ldd, g, n_p, n_i, adds):
    _sums_tile(d, ldd, g, n_p, n_i, adds)


@njit(**OPTIONS)
def _transpose(x, ldx, out, ldo, n_p, n_i):
    _transpose_tile(x, ldx, out, ldo, n_p, n_i)


@intrinsic
def _product_tile(typingctx, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
    """Blocks of up to 6 rows by 2 vectors of the result stay in registers while q runs."""
    kind, i64 = w.dtype, types.int64
    signature = types.void(w, i64, i64, x, i64, out, i64, i64, i64, i64, bias, i64, i64, i64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w_at, sp_, sq_, x_at, ldx_, out_at, ldo_, n_p_, n_q_, n_i_, bias_at, bias0_, to_mask, mask0_ = args
        v = Vectors(builder, kind)
        has_bias = builder.icmp_signed(">=", bias0_, const(0))
        adds = builder.icmp_signed("==", bias0_, const(ADD))
        masked = builder.icmp_signed(">=", mask0_, const(0))
        relu = builder.icmp_signed("==", mask0_, const(RELU))
        lowest, zero = ir.Constant(v.type.element, float("-inf")), ir.Constant(v.type.element, 0.0)
        floor = v.splat(builder.select(relu, zero, lowest))

        def block(p: Any, rows: int, i: Any, vectors: int) -> None:
            start = []
            for m in range(rows):
                place = builder.gep(bias_at, [builder.select(has_bias, builder.add(p, const(m)), const(0))])
                value = builder.select(has_bias, builder.load(place), ir.Constant(v.type.element, 0.0))
                out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, const(m)), ldo_), i)])
                for c in range(vectors):
                    there = v.load(builder.gep(out_row, [const(c * v.n)]))
                    start.append(builder.select(adds, there, v.splat(value)))
            w_rows = [builder.gep(w_at, [builder.mul(builder.add(p, const(m)), sp_)]) for m in range(rows)]
            x_column = builder.gep(x_at, [i])
            over_q = Loop(builder, const(0), n_q_, 1, start)
            x_row = builder.gep(x_column, [builder.mul(over_q.i, ldx_)])
            xs = [v.load(builder.gep(x_row, [const(c * v.n)])) for c in range(vectors)]
            along = builder.mul(over_q.i, sq_)
            sums = []
            for m in range(rows):
                weight = v.splat(builder.load(builder.gep(w_rows[m], [along])))
                sums += [v.multiply_add(weight, xs[c], over_q.carried[m * vectors + c]) for c in range(vectors)]
            _, result = over_q.close(sums)
            places = []
            for m in range(rows):
                out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, const(m)), ldo_), i)])
                places += [builder.gep(out_row, [const(c * v.n)]) for c in range(vectors)]
            with builder.if_else(masked) as (keep_some, keep_all):
                with keep_some:
                    for value, place in zip(result, places, strict=True):
                        mask = builder.fcmp_ordered(">", v.load(builder.gep(place, [to_mask])), v.zero)
                        v.store(builder.select(mask, value, v.zero), place)
                with keep_all:
                    for value, place in zip(result, places, strict=True):
                        below = builder.fcmp_ordered("<=", value, floor)
                        v.store(builder.select(below, floor, value), place)

        i = const(0)
        for vectors in (2, 1):
            over_i = Loop(builder, i, n_i_, vectors * v.n)
            p = const(0)
            for rows in (6, 4, 2, 1):
                over_p = Loop(builder, p, n_p_, rows)
                block(over_p.i, rows, over_i.i, vectors)
                p, _ = over_p.close()
            i, _ = over_i.close()
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _outer_tile(typingctx, d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
    kind, i64 = d.dtype, types.int64
    signature = types.void(d, i64, x, i64, g, i64, i64, i64, i64, types.boolean)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        d_at, ldd_, x_at, ldx_, g_at, ldg_, n_p_, n_q_, n_i_, adds_ = args
        v = Vectors(builder, kind)

        def rows_of(at: Any, first: Any, number: int, ld: Any) -> list[Any]:
            return [builder.gep(at, [builder.mul(builder.add(first, const(m)), ld)]) for m in range(number)]

        def block(p: Any, rows: int, q: Any, columns: int) -> None:
            d_rows, x_rows = rows_of(d_at, p, rows, ldd_), rows_of(x_at, q, columns, ldx_)
            g_rows = rows_of(builder.gep(g_at, [q]), p, rows, ldg_)
            over_i = Loop(builder, const(0), n_i_, v.n, [v.zero] * (rows * columns))
            ds = [v.load(builder.gep(row, [over_i.i])) for row in d_rows]
            xs = [v.load(builder.gep(row, [over_i.i])) for row in x_rows]
            pairs = [(d, x) for d in ds for x in xs]
            _, result = over_i.close([v.multiply_add(*pair, s) for pair, s in zip(pairs, over_i.carried, strict=True)])
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


@intrinsic
def _sums_tile(typingctx, d, ldd, g, n_p, n_i, adds):
    kind, i64 = d.dtype, types.int64
    signature = types.void(d, i64, g, i64, i64, types.boolean)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        d_at, ldd_, g_at, n_p_, n_i_, adds_ = args
        v = Vectors(builder, kind)
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


@intrinsic
def _transpose_tile(typingctx, x, ldx, out, ldo, n_p, n_i):
    kind, i64 = x.dtype, types.int64
    signature = types.void(x, i64, out, i64, i64, i64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x_at, ldx_, out_at, ldo_, n_p_, n_i_ = args
        v = Vectors(builder, kind)

        def place(at: Any, row: Any, m: int, ld: Any, column: Any) -> Any:
            return builder.gep(at, [builder.add(builder.mul(builder.add(row, const(m)), ld), column)])

        over_p = Loop(builder, const(0), n_p_, v.n)
        over_i = Loop(builder, const(0), n_i_, v.n)
        rows = [v.load(place(x_at, over_p.i, m, ldx_, over_i.i)) for m in range(v.n)]
        for row, column in enumerate(v.transposed(rows)):
            v.store(column, place(out_at, over_i.i, row, ldo_, over_p.i))
        over_i.close()
        over_p.close()
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def gather_columns(typingctx, x, order, start, used, ld, out, out0, pads):
    """``out[k, i] = x[order[start + i], k]`` for i < used; from there to ld the first example again, or 0 if not ``pads``.

    One number at a time, for few columns: the compiler's own gathers of a loop take several times as long.
    """
    i64 = types.int64
    signature = types.void(x, order, i64, i64, i64, out, i64, types.boolean)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x_, order_, start_, used_, ld_, out_, out0_, pads_ = args
        n = builder.extract_value(context.make_array(sig.args[0])(context, builder, x_).shape, 1)
        x_at = data_pointer(context, builder, sig.args[0], x_, const(0))
        order_at = data_pointer(context, builder, sig.args[1], order_, start_)
        out_at = data_pointer(context, builder, sig.args[5], out_, out0_)
        kind = x_at.type.pointee

        def row(i: Any) -> Any:
            return builder.gep(x_at, [builder.mul(builder.load(builder.gep(order_at, [i])), n)])

        def place(k: Any, i: Any) -> Any:
            return builder.gep(out_at, [builder.add(builder.mul(k, ld_), i)])

        over_i = Loop(builder, const(0), used_, 1)
        from_row = row(over_i.i)
        over_k = Loop(builder, const(0), n, 1)
        builder.store(builder.load(builder.gep(from_row, [over_k.i])), place(over_k.i, over_i.i))
        over_k.close()
        over_i.close()
        first = row(const(0))
        over_k = Loop(builder, const(0), n, 1)
        value = builder.load(builder.gep(first, [over_k.i]))
        value = builder.select(pads_, value, ir.Constant(kind, 0.0))
        over_i = Loop(builder, used_, ld_, 1)
        builder.store(value, place(over_k.i, over_i.i))
        over_i.close()
        over_k.close()
        return context.get_dummy_value()

    return signature, codegen
