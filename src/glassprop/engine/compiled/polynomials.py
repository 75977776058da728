"""Polynomials with fixed coefficients, written out as straight-line arithmetic for each precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_CONTRACT = ("contract",)  # a product and a sum may be one step, as in what Numba compiles with OPTIONS


def polynomial(single: Sequence[float], double: Sequence[float]) -> Any:
    """x -> c_0 + x (c_1 + x (c_2 + …)), for the kernels; coefficients for float32 and for float64, from c_0 on."""

    @intrinsic
    def value(typingctx: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            chosen = single if sig.args[0] == types.float32 else double
            *others, total = [ir.Constant(args[0].type, float(c)) for c in chosen]
            for c in reversed(others):
                total = builder.fadd(c, builder.fmul(args[0], total, flags=_CONTRACT), flags=_CONTRACT)
            return total

        return x(x), codegen

    return value
