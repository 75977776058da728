"""exp, tanh and their like as straight-line arithmetic, so that loops over them become vector instructions.

The C library's are calls, one number at a time: for narrow tanh layers they cost more than the products. Here exp is
2^n e^r with |r| ≤ ½ ln 2 and e^r - 1 by its Taylor series, to below one rounding: 7 terms in float32, 13 in float64.
Tests hold them to 2 ulp (exp, expm1) and 4 ulp (tanh, sigmoid).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from glassprop.engine.compiled.low_level import power_of_two, round_to_even

# no check of each division, which would keep loops from becoming vector code; a product and a sum may be one step
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}

# ln 2 in two parts: n times the first is exact for every exponent n there is
_LN2_HIGH_32, _LN2_LOW_32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LN2_HIGH_64, _LN2_LOW_64 = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def _expm1_reduced(r):
    """e^r - 1 for |r| ≤ ½ ln 2."""
    raise NotImplementedError


@overload(_expm1_reduced, jit_options=OPTIONS)
def _expm1_reduced_for(r):
    if r == types.float32:
        c2, c3, c4, c5, c6, c7 = (np.float32(1 / f) for f in (2, 6, 24, 120, 720, 5040))

        def series(r):
            return r + r * r * (c2 + r * (c3 + r * (c4 + r * (c5 + r * (c6 + r * c7)))))

        return series
    d2, d3, d4, d5, d6, d7 = (1 / f for f in (2, 6, 24, 120, 720, 5040))
    d8, d9, d10, d11, d12, d13 = (1 / f for f in (40320, 362880, 3628800, 39916800, 479001600, 6227020800))

    def series64(r):
        high = d8 + r * (d9 + r * (d10 + r * (d11 + r * (d12 + r * d13))))
        return r + r * r * (d2 + r * (d3 + r * (d4 + r * (d5 + r * (d6 + r * (d7 + r * high))))))

    return series64


def _reduce(x):
    """n and r of x = n ln 2 + r."""
    raise NotImplementedError


@overload(_reduce, jit_options=OPTIONS)
def _reduce_for(x):
    single = x == types.float32
    high, low = (_LN2_HIGH_32, _LN2_LOW_32) if single else (_LN2_HIGH_64, _LN2_LOW_64)
    least, most, factor = (-104.0, 89.0, 1 / np.log(2)) if single else (-746.0, 710.0, 1 / np.log(2))
    kind = np.float32 if single else np.float64
    least, most, factor = kind(least), kind(most), kind(factor)

    def reduce(x):
        x = min(max(x, least), most)
        n = round_to_even(x * factor)
        return n, (x - n * high) - n * low

    return reduce


@njit(**OPTIONS)
def exp(x):
    """e^x: infinite above the range, 0 below it, NaN of NaN."""
    n, r = _reduce(x)
    half = round_to_even(n * type(x)(0.5))
    value = (type(x)(1) + _expm1_reduced(r)) * power_of_two(half, x) * power_of_two(n - half, x)
    return value if x == x else x


@njit(**OPTIONS)
def expm1(x):
    """e^x - 1 for x ≤ 0, exact near 0."""
    n, r = _reduce(x)
    scale = power_of_two(max(n, type(x)(-126)), x)
    value = scale * _expm1_reduced(r) + (scale - type(x)(1))
    return value if x == x else x


@njit(**OPTIONS)
def tanh(x):
    """tanh x = -t / (2 + t) with t = e^(-2|x|) - 1, and the sign of x."""
    t = expm1(type(x)(-2) * abs(x))
    value = -t / (type(x)(2) + t)
    return value if x >= type(x)(0) else -value


@njit(**OPTIONS)
def sigmoid(x):
    """1 / (1 + e^-x), from e^-|x|."""
    e = exp(-abs(x))
    one = type(x)(1)
    return (one if x >= type(x)(0) else e) / (one + e)
