"""Matrix products for large matrices: BLIS, called from compiled code."""

from __future__ import annotations

import ctypes
from typing import Any

import blis.cy
import llvmlite.binding
from numba import njit, types
from numba.extending import overload

from glassprop.engine.compiled.low_level import OPTIONS, pointer


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


overload(_gemm, jit_options={"nogil": True})(_gemm_for)


@njit(**OPTIONS)
def gemm(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k):
    """``c = op(a) op(b) + beta c`` by BLIS; flat arrays with the entry they start at and their row length."""
    _gemm(a, a0, lda, transpose_a, b, b0, ldb, transpose_b, beta, c, c0, ldc, m, n, k)
