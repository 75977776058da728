"""exp, log, tanh and their like as straight-line arithmetic, so that loops over them become vector instructions.

The C library's are calls, one number at a time: for narrow tanh layers they cost more than the products. Here exp is
2^n e^r with |r| ≤ ½ ln 2 and e^r - 1 by its Taylor series, to below one rounding: 7 terms in float32, 13 in float64.
log is n ln 2 + 2 artanh s by the series in s², with |s| ≤ 0.172: 5 terms in float32, 11 in float64.
Tests hold them to 2 ulp (exp, expm1, log, log1p) and 4 ulp (tanh, sigmoid).
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import overload

from glassprop.engine.compiled.low_level import OPTIONS, exponent_and_fraction, power_of_two, round_to_even

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


def _artanh_series(t):
    """Σ t^k / (2k + 1) from k = 1 on, times 2: what 2 artanh s / s has beyond 2, for t = s²."""
    raise NotImplementedError


@overload(_artanh_series, jit_options=OPTIONS)
def _artanh_series_for(t):
    if t == types.float32:
        c1, c2, c3, c4, c5 = (np.float32(2 / (2 * k + 1)) for k in range(1, 6))

        def series(t):
            return t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))

        return series
    d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11 = (2 / (2 * k + 1) for k in range(1, 12))

    def series64(t):
        high = d7 + t * (d8 + t * (d9 + t * (d10 + t * d11)))
        return t * (d1 + t * (d2 + t * (d3 + t * (d4 + t * (d5 + t * (d6 + t * high))))))

    return series64


@njit(**OPTIONS)
def log(x):
    """ln x for normal x above 0; infinity and NaN as they are."""
    n, f = exponent_and_fraction(x)
    r = f - type(x)(1)  # exact
    s = r / (type(x)(2) + r)
    # 2 artanh s = r - s (r - the rest of the series): r is the exact part of it
    tail = s * (r - _artanh_series(s * s))
    high, low = _ln2(x)
    value = n * high + (r - (tail - n * low))
    return value if x < type(x)(np.inf) else x


def _ln2(x):
    """ln 2 in two parts."""
    raise NotImplementedError


@overload(_ln2, jit_options=OPTIONS)
def _ln2_for(x):
    high, low = (_LN2_HIGH_32, _LN2_LOW_32) if x == types.float32 else (_LN2_HIGH_64, _LN2_LOW_64)
    return lambda x: (high, low)


@njit(**OPTIONS)
def log1p(x):
    """ln(1 + x) for x from 0 to 1: the logarithm of the rounded sum, and what the rounding took."""
    whole = type(x)(1) + x
    return log(whole) + (x - (whole - type(x)(1))) / whole
