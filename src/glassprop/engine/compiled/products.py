"""Matrix products: our own tiles where matrices are small, BLIS where they are large.

A BLAS copies its operands into packed panels first, which costs more than the product itself for the matrices of a
small network (BLIS: about 2 µs a call). The two tiles here read their operands where they lie. They are written as
LLVM code, since no loop in Python makes the compiler keep a block of the result in registers. Measured in GFLOP/s on
one core of an AMD EPYC (Zen 1, AVX2), November 2026, own / BLIS: 64×20 by 20×32: 37 / 9; 64×64 by 64×64: 38 / 22;
256×256 by 256×128: 38 / 35; 1024×1024 by 1024×256: 27 / 36.
"""

from __future__ import annotations

import ctypes
from typing import Any

import blis.cy
import llvmlite.binding
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from glassprop.engine.compiled.low_level import data_pointer, pointer

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_FAST = ("fast",)


def lanes(kind: Any) -> int:
    """How many numbers of this kind a 256-bit vector holds."""
    return 8 if kind == types.float32 else 4


def _const(n: int) -> Any:
    return ir.Constant(_I64, n)


class _Loop:
    """IR: ``for i in range(start, stop - step + 1, step)``, with values carried from pass to pass."""

    def __init__(self, builder: Any, start: Any, stop: Any, step: int, carried: Any = ()) -> None:
        self.builder = builder
        function, before = builder.function, builder.block
        self._head, body, self._end = (function.append_basic_block(name) for name in ("head", "body", "end"))
        builder.branch(self._head)
        builder.position_at_end(self._head)
        self.i = builder.phi(_I64)
        self.i.add_incoming(start, before)
        self.carried = [builder.phi(value.type) for value in carried]
        for phi, value in zip(self.carried, carried, strict=True):
            phi.add_incoming(value, before)
        self._next = builder.add(self.i, _const(step))
        builder.cbranch(builder.icmp_signed("<=", self._next, stop), body, self._end)
        builder.position_at_end(body)

    def close(self, carried: Any = ()) -> Any:
        """End the body; returns the first index not done, and the carried values as they ended."""
        self.i.add_incoming(self._next, self.builder.block)
        for phi, value in zip(self.carried, carried, strict=True):
            phi.add_incoming(value, self.builder.block)
        self.builder.branch(self._head)
        self.builder.position_at_end(self._end)
        return self.i, self.carried


class _Vectors:
    """IR for vectors of one kind of number."""

    def __init__(self, builder: Any, kind: Any) -> None:
        self.builder, self.n = builder, lanes(kind)
        self.type = ir.VectorType(ir.FloatType() if kind == types.float32 else ir.DoubleType(), self.n)
        self.align = 4 if kind == types.float32 else 8
        self.zero = ir.Constant(self.type, [0.0] * self.n)

    def load(self, place: Any) -> Any:
        return self.builder.load(self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def store(self, value: Any, place: Any) -> None:
        self.builder.store(value, self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def splat(self, scalar: Any) -> Any:
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(_I32, 0))
        return self.builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_I32, self.n), [0] * self.n))

    def multiply_add(self, x: Any, y: Any, total: Any) -> Any:
        return self.builder.fadd(total, self.builder.fmul(x, y, flags=_FAST), flags=_FAST)

    def transposed(self, rows: list[Any]) -> list[Any]:
        """The columns of a square tile, by rounds of shuffles."""
        for pairs, masks in _TRANSPOSE[self.n]:
            results: list[Any] = [None] * self.n
            for number, (first, second) in enumerate(pairs):
                for half, mask in enumerate(masks):
                    constant = ir.Constant(ir.VectorType(_I32, self.n), list(mask))
                    results[2 * number + half] = self.builder.shuffle_vector(rows[first], rows[second], constant)
            rows = results
        half = self.n // 2  # the last round leaves column k + h n/2 in place 2 k + h
        return [rows[2 * (column % half) + column // half] for column in range(self.n)]

    def total(self, vector: Any) -> Any:
        """The sum of the lanes."""
        element, name = self.type.element, f"llvm.vector.reduce.fadd.v{self.n}f{32 if self.n == 8 else 64}"
        signature = ir.FunctionType(element, [element, self.type])
        function = cgutils.get_or_insert_function(self.builder.module, signature, name)
        return self.builder.call(function, [ir.Constant(element, 0.0), vector], fastmath=_FAST)


@intrinsic
def tile_product(typingctx, w, w0, sp, sq, x, x0, ldx, out, out0, ldo, n_p, n_q, n_i, bias, bias0):
    """``out[p, i] = bias[p] + Σ_q w[p sp + q sq] x[q, i]``; with ``bias0`` -1 without bias, -2 added to ``out``.

    Blocks of up to 6 rows by 2 vectors of the result stay in registers while q runs. ``n_i`` must be a multiple of
    the vector's lanes. Arrays are flat, with the entry they start at and their leading dimension.
    """
    kind, i64 = w.dtype, types.int64
    signature = types.void(w, i64, i64, i64, x, i64, i64, out, i64, i64, i64, i64, i64, bias, i64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w_, w0_, sp_, sq_, x_, x0_, ldx_, out_, out0_, ldo_, n_p_, n_q_, n_i_, bias_, bias0_ = args
        v = _Vectors(builder, kind)
        has_bias = builder.icmp_signed(">=", bias0_, _const(0))
        adds = builder.icmp_signed("==", bias0_, _const(-2))
        first_bias = builder.select(has_bias, bias0_, _const(0))
        w_at = data_pointer(context, builder, sig.args[0], w_, w0_)
        x_at = data_pointer(context, builder, sig.args[4], x_, x0_)
        out_at = data_pointer(context, builder, sig.args[7], out_, out0_)
        bias_at = data_pointer(context, builder, sig.args[13], bias_, first_bias)

        def block(p: Any, rows: int, i: Any, vectors: int) -> None:
            start = []
            for m in range(rows):
                place = builder.gep(bias_at, [builder.select(has_bias, builder.add(p, _const(m)), _const(0))])
                value = builder.select(has_bias, builder.load(place), ir.Constant(v.type.element, 0.0))
                out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, _const(m)), ldo_), i)])
                for c in range(vectors):
                    there = v.load(builder.gep(out_row, [_const(c * v.n)]))
                    start.append(builder.select(adds, there, v.splat(value)))
            w_rows = [builder.gep(w_at, [builder.mul(builder.add(p, _const(m)), sp_)]) for m in range(rows)]
            x_column = builder.gep(x_at, [i])
            over_q = _Loop(builder, _const(0), n_q_, 1, start)
            x_row = builder.gep(x_column, [builder.mul(over_q.i, ldx_)])
            xs = [v.load(builder.gep(x_row, [_const(c * v.n)])) for c in range(vectors)]
            along = builder.mul(over_q.i, sq_)
            sums = []
            for m in range(rows):
                weight = v.splat(builder.load(builder.gep(w_rows[m], [along])))
                sums += [v.multiply_add(weight, xs[c], over_q.carried[m * vectors + c]) for c in range(vectors)]
            _, result = over_q.close(sums)
            for m in range(rows):
                out_row = builder.gep(out_at, [builder.add(builder.mul(builder.add(p, _const(m)), ldo_), i)])
                for c in range(vectors):
                    v.store(result[m * vectors + c], builder.gep(out_row, [_const(c * v.n)]))

        i = _const(0)
        for vectors in (2, 1):
            over_i = _Loop(builder, i, n_i_, vectors * v.n)
            p = _const(0)
            for rows in (6, 4, 2, 1):
                over_p = _Loop(builder, p, n_p_, rows)
                block(over_p.i, rows, over_i.i, vectors)
                p, _ = over_p.close()
            i, _ = over_i.close()
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def tile_outer(typingctx, d, d0, ldd, x, x0, ldx, g, g0, ldg, n_p, n_q, n_i):
    """``g[p, q] += Σ_i d[p, i] x[q, i]``: blocks of 4 by 3 sums stay in registers while i runs."""
    kind, i64 = d.dtype, types.int64
    signature = types.void(d, i64, i64, x, i64, i64, g, i64, i64, i64, i64, i64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        d_, d0_, ldd_, x_, x0_, ldx_, g_, g0_, ldg_, n_p_, n_q_, n_i_ = args
        v = _Vectors(builder, kind)
        d_at = data_pointer(context, builder, sig.args[0], d_, d0_)
        x_at = data_pointer(context, builder, sig.args[3], x_, x0_)
        g_at = data_pointer(context, builder, sig.args[6], g_, g0_)

        def block(p: Any, rows: int, q: Any, columns: int) -> None:
            d_rows = [builder.gep(d_at, [builder.mul(builder.add(p, _const(m)), ldd_)]) for m in range(rows)]
            x_rows = [builder.gep(x_at, [builder.mul(builder.add(q, _const(c)), ldx_)]) for c in range(columns)]
            over_i = _Loop(builder, _const(0), n_i_, v.n, [v.zero] * (rows * columns))
            ds = [v.load(builder.gep(row, [over_i.i])) for row in d_rows]
            xs = [v.load(builder.gep(row, [over_i.i])) for row in x_rows]
            carried = over_i.carried
            sums = [v.multiply_add(ds[m], xs[c], carried[m * columns + c]) for m in range(rows) for c in range(columns)]
            _, result = over_i.close(sums)
            for m in range(rows):
                g_row = builder.gep(g_at, [builder.add(builder.mul(builder.add(p, _const(m)), ldg_), q)])
                for c in range(columns):
                    place = builder.gep(g_row, [_const(c)])
                    builder.store(builder.fadd(builder.load(place), v.total(result[m * columns + c])), place)

        p = _const(0)
        for rows in (4, 1):
            over_p = _Loop(builder, p, n_p_, rows)
            q = _const(0)
            for columns in (3, 1):
                over_q = _Loop(builder, q, n_q_, columns)
                block(over_p.i, rows, over_q.i, columns)
                q, _ = over_q.close()
            p, _ = over_p.close()
        return context.get_dummy_value()

    return signature, codegen


_TRANSPOSE = {  # rounds of two-operand shuffles: (which vectors are paired, masks of the two results)
    8: (
        (((0, 1), (2, 3), (4, 5), (6, 7)), ((0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15))),
        (((0, 2), (1, 3), (4, 6), (5, 7)), ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15))),
        (((0, 4), (1, 5), (2, 6), (3, 7)), ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15))),
    ),
    4: (
        (((0, 1), (2, 3)), ((0, 4, 2, 6), (1, 5, 3, 7))),
        (((0, 2), (1, 3)), ((0, 1, 4, 5), (2, 3, 6, 7))),
    ),
}


@intrinsic
def tile_transpose(typingctx, x, x0, ldx, out, out0, ldo, n_p, n_i):
    """``out[i, p] = x[p, i]`` for whole tiles of p; ``n_p`` and ``n_i`` are multiples of the vector's lanes."""
    kind, i64 = x.dtype, types.int64
    signature = types.void(x, i64, i64, out, i64, i64, i64, i64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x_, x0_, ldx_, out_, out0_, ldo_, n_p_, n_i_ = args
        v = _Vectors(builder, kind)
        x_at = data_pointer(context, builder, sig.args[0], x_, x0_)
        out_at = data_pointer(context, builder, sig.args[3], out_, out0_)

        def place(at: Any, row: Any, m: int, ld: Any, column: Any) -> Any:
            return builder.gep(at, [builder.add(builder.mul(builder.add(row, _const(m)), ld), column)])

        over_p = _Loop(builder, _const(0), n_p_, v.n)
        over_i = _Loop(builder, _const(0), n_i_, v.n)
        rows = [v.load(place(x_at, over_p.i, m, ldx_, over_i.i)) for m in range(v.n)]
        for row, column in enumerate(v.transposed(rows)):
            v.store(column, place(out_at, over_i.i, row, ldo_, over_p.i))
        over_i.close()
        over_p.close()
        return context.get_dummy_value()

    return signature, codegen


def _register(symbol: str, name: str) -> None:
    """Give BLIS's function a name that compiled code, fresh or from the cache, finds it by."""
    capsule = blis.cy.__pyx_capi__[name]
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    llvmlite.binding.add_symbol(symbol, get_pointer(capsule, get_name(capsule)))


def _external(symbol: str, kind: Any) -> Any:
    i32, at = types.int32, types.CPointer(kind)
    return types.ExternalFunction(symbol, types.void(i32, i32, i32, i32, i32, kind, at, i32, at, i32, kind, at, i32))


_register("glassprop_sgemm", "sgemm")
_register("glassprop_dgemm", "dgemm")
_sgemm = _external("glassprop_sgemm", types.float32)
_dgemm = _external("glassprop_dgemm", types.float64)


def _gemm(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k):
    """``c = op(a) op(b) + beta c`` by BLIS, (m, k) by (k, n), in whichever precision the arrays have."""
    raise NotImplementedError


def _gemm_for(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k):
    function, kind = (_sgemm, types.float32) if a.dtype == types.float32 else (_dgemm, types.float64)
    i32 = types.int32

    def call(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k):
        function(
            i32(transpose_a), i32(transpose_b), i32(m), i32(n), i32(k), kind(1), pointer(a, a0), i32(lda),
            pointer(b, b0), i32(ldb), kind(beta), pointer(c, c0), i32(ldc),
        )  # fmt: skip

    return call


from numba.extending import overload  # noqa: E402

overload(_gemm, jit_options={"nogil": True})(_gemm_for)


@njit(nogil=True)
def gemm(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k):
    """``c = op(a) op(b) + beta c`` by BLIS; flat arrays with the entry they start at and their row length."""
    _gemm(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k)
