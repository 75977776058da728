"""The tile of a product: blocks of the result stay in registers while the sums run, and read operands where they lie."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import WRITTEN_OUT
from glassprop.engine.compiled.tile_shapes import blocks_of_products
from glassprop.engine.compiled.vector_width import Width
from glassprop.engine.compiled.vectors import Loop, Vectors, const

NO_BIAS, ADD = -1, -2  # in place of where a bias starts
AS_IS, RELU = -1, -2  # in place of where a mask starts


def product_tile(width: Width) -> Any:
    """The kernel on pointers, for vectors of this width; what its arguments are is said in ``tile_parts.tile_product``."""

    @intrinsic
    def _product_tile(typingctx, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
        """Blocks of some rows by some vectors of the result stay in registers while q runs."""
        kind, i64 = w.dtype, types.int64
        signature = types.void(w, i64, i64, x, i64, out, i64, i64, i64, i64, bias, i64, i64, i64)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            w_at, sp_, sq_, x_at, ldx_, out_at, ldo_, n_p_, n_q_, n_i_, bias_at, bias0_, to_mask, mask0_ = args
            v = Vectors(builder, kind, width)
            has_bias = builder.icmp_signed(">=", bias0_, const(0))
            adds = builder.icmp_signed("==", bias0_, const(ADD))
            masked = builder.icmp_signed(">=", mask0_, const(0))
            relu = builder.icmp_signed("==", mask0_, const(RELU))
            lowest, zero = ir.Constant(v.type.element, float("-inf")), ir.Constant(v.type.element, 0.0)
            floor = v.splat(builder.select(relu, zero, lowest))

            def fetch_ahead(p: Any, rows: int, i: Any, vectors: int) -> None:
                """What the next block adds to may be far away: a gradient is larger than the caches."""
                for m in range(rows, 2 * rows):
                    out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, const(m)), ldo_), i)])
                    for c in range(vectors):
                        v.fetch(builder.gep(out_row, [const(c * v.n)]))

            def block(p: Any, rows: int, i: Any, vectors: int) -> None:
                start = []
                for m in range(rows):
                    place = builder.gep(bias_at, [builder.select(has_bias, builder.add(p, const(m)), const(0))])
                    value = builder.select(has_bias, builder.load(place), ir.Constant(v.type.element, 0.0))
                    out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, const(m)), ldo_), i)])
                    for c in range(vectors):
                        there = v.load(builder.gep(out_row, [const(c * v.n)]))
                        start.append(builder.select(adds, there, v.splat(value)))
                with builder.if_then(adds):
                    fetch_ahead(p, rows, i, vectors)
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
            for vectors, heights in blocks_of_products(width):
                over_i = Loop(builder, i, n_i_, vectors * v.n)
                p = const(0)
                for rows in heights:
                    over_p = Loop(builder, p, n_p_, rows)
                    block(over_p.i, rows, over_i.i, vectors)
                    p, _ = over_p.close()
                i, _ = over_i.close()
            return context.get_dummy_value()

        return signature, codegen

    @njit(**WRITTEN_OUT)
    def product(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0):
        _product_tile(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0)

    return product
