"""Tiles that compute nothing: rows turned into columns, and examples fetched as columns, a number at a time."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import WRITTEN_OUT, data_pointer
from glassprop.engine.compiled.vector_width import Width
from glassprop.engine.compiled.vectors import Loop, Vectors, const


def transpose_tile(width: Width) -> Any:
    """The kernel of ``tile_parts.tile_transpose`` on pointers, for vectors of this width."""

    @intrinsic
    def _transpose_tile(typingctx, x, ldx, out, ldo, n_p, n_i):
        kind, i64 = x.dtype, types.int64
        signature = types.void(x, i64, out, i64, i64, i64)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            x_at, ldx_, out_at, ldo_, n_p_, n_i_ = args
            v = Vectors(builder, kind, width)

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

    @njit(**WRITTEN_OUT)
    def transpose(x, ldx, out, ldo, n_p, n_i):
        _transpose_tile(x, ldx, out, ldo, n_p, n_i)

    return transpose


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
