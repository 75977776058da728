"""Matrix products by a library (``libraries.py``): its function is called by its address, whichever library it is."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from glassprop.engine.compiled.large_product import LARGE
from glassprop.engine.compiled.libraries import CBLAS, CBLAS_64
from glassprop.engine.compiled.low_level import OPTIONS, fill, part
from glassprop.engine.compiled.places import CONVENTION, LIBRARY
from glassprop.engine.compiled.product_tile import AS_IS, NO_BIAS, RELU

_ROW_MAJOR, _AS_IT_LIES = 101, 111  # CBLAS's codes; that of a transpose is one more


def _caller(bits: int, *, cblas: bool) -> Any:
    """An intrinsic that calls the function at an address, whose sizes have so many bits: CBLAS's, or BLIS's for Cython."""
    size, code = ir.IntType(bits), ir.IntType(32)

    @intrinsic
    def call(typingctx, address, turns_a, turns_b, m, n, k, a, lda, b, ldb, beta, c, ldc):
        i64, f64 = types.int64, types.float64
        signature = types.void(i64, i64, i64, i64, i64, i64, a, i64, a, i64, f64, a, i64)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            at, *turns, m_, n_, k_, a_, lda_, b_, ldb_, beta_, c_, ldc_ = args
            number = context.get_value_type(a.dtype)

            def whole(value: Any) -> Any:
                return builder.trunc(value, size) if bits < 64 else value

            def turned(value: Any) -> Any:
                value = builder.trunc(value, code)
                return builder.add(value, ir.Constant(code, _AS_IT_LIES)) if cblas else value

            beta_here = beta_ if number == beta_.type else builder.fptrunc(beta_, number)
            handed = [
                *([ir.Constant(code, _ROW_MAJOR)] if cblas else []), *map(turned, turns), whole(m_), whole(n_), whole(k_),
                ir.Constant(number, 1.0), a_, whole(lda_), b_, whole(ldb_), beta_here, c_, whole(ldc_),
            ]  # fmt: skip
            kind = ir.FunctionType(ir.VoidType(), [value.type for value in handed])
            builder.call(builder.inttoptr(at, kind.as_pointer()), handed)
            return context.get_dummy_value()

        return signature, codegen

    return call


_by_cblas, _by_cblas_64, _by_blis = _caller(32, cblas=True), _caller(64, cblas=True), _caller(32, cblas=False)


@njit(**OPTIONS)
def gemm(address, convention, a, lda, turns_a, b, ldb, turns_b, beta, c, ldc, m, n, k):
    """``c = op(a) op(b) + beta c`` by the library's function at an address, which is called in its convention.

    Pointers, with the length of a row; op turns rows into columns, or nothing.
    """
    if convention == CBLAS:
        _by_cblas(address, turns_a, turns_b, m, n, k, a, lda, b, ldb, beta, c, ldc)
    elif convention == CBLAS_64:
        _by_cblas_64(address, turns_a, turns_b, m, n, k, a, lda, b, ldb, beta, c, ldc)
    else:
        _by_blis(address, turns_a, turns_b, m, n, k, a, lda, b, ldb, beta, c, ldc)


@LARGE.part(name="by_library")
def by_library(places, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, to_mask, mask0, room):
    """``large_product`` on pointers, by the library that stands among the places; what follows it is done afterwards."""
    if bias0 >= 0:
        for p in range(n_p):
            fill(part(out, p * ldo, n_i), part(bias, p, 1)[0])
    turned = sq != 1
    lda = max(sq, n_p) if turned else max(sp, n_q)  # of a single row the length does not matter, but it must be one
    beta = 0.0 if bias0 == NO_BIAS else 1.0
    gemm(places[LIBRARY], places[CONVENTION], w, lda, turned, x, ldx, 0, beta, out, ldo, n_p, n_i, n_q)
    if mask0 == AS_IS:
        return
    for p in range(n_p):
        row = part(out, p * ldo, n_i)
        if mask0 == RELU:
            for i in range(n_i):
                row[i] = 0 if row[i] <= 0 else row[i]
        else:
            mask = part(out, p * ldo + to_mask, n_i)
            for i in range(n_i):
                row[i] = row[i] if mask[i] > 0 else 0
