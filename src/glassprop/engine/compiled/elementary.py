"""exp, log, tanh and their like as straight-line arithmetic, so that loops over them become vector instructions.

The C library's are calls, one number at a time: for narrow tanh layers they cost more than the products. Here exp is
2^n e^r with |r| ≤ ½ ln 2 and e^r - 1 by its Taylor series, to below one rounding: 7 terms in float32, 13 in float64.
log is n ln 2 + 2 artanh s by the series in s², with |s| ≤ 0.172: 5 terms in float32, 11 in float64.
gelu is from the normal distribution's Φ(-y) e^(y²/2), a quotient of polynomials with positive coefficients: nothing cancels.
Tests hold them to 2 ulp (exp, expm1, log, log1p), 4 ulp (tanh, sigmoid) and 8 ulp (gelu; near 0 and above it, 4), gelu's
slope to 4 ulp of what is added up in it.
"""

from __future__ import annotations

from math import factorial, pi, sqrt

import numpy as np
from numba import njit, types
from numba.extending import overload

from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    exponent_and_fraction,
    power_of_two,
    round_to_even,
    upper_half,
)
from glassprop.engine.compiled.polynomials import polynomial
from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE

# ln 2 in two parts: n times the first is exact for every exponent n there is
_LN2_HIGH_32, _LN2_LOW_32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LN2_HIGH_64, _LN2_LOW_64 = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# (e^r - 1 - r) / r², by Taylor's series
_beyond_first_order = polynomial(*([1 / factorial(k) for k in range(2, last + 1)] for last in (7, 13)))


@njit(**OPTIONS)
def _expm1_reduced(r):
    """e^r - 1 for |r| ≤ ½ ln 2."""
    return r + r * r * _beyond_first_order(r)


def _reduce(x):
    """n and r of x = n ln 2 + r."""
    raise NotImplementedError


@overload(_reduce, jit_options=OPTIONS)
def _reduce_for(x):
    single = x == types.float32
    high, low = (_LN2_HIGH_32, _LN2_LOW_32) if single else (_LN2_HIGH_64, _LN2_LOW_64)
    least, most, factor = (-110.0, 89.0, 1 / np.log(2)) if single else (-770.0, 710.0, 1 / np.log(2))
    kind = np.float32 if single else np.float64
    least, most, factor = kind(least), kind(most), kind(factor)

    def reduce(x):
        x = min(max(x, least), most)  # in this order NaN stays NaN, and so does r, and all that is made of it
        n = round_to_even(x * factor)
        return n, (x - n * high) - n * low

    return reduce


@njit(**OPTIONS)
def _halves(n):
    """Two factors whose product is 2^n, which may itself be beyond the range of normal numbers."""
    half = round_to_even(n * type(n)(0.5))
    return power_of_two(half, n), power_of_two(n - half, n)


@njit(**OPTIONS)
def exp(x):
    """e^x: infinite above the range, 0 below it, NaN of NaN."""
    n, r = _reduce(x)
    half, rest = _halves(n)
    return (type(x)(1) + _expm1_reduced(r)) * half * rest


@njit(**OPTIONS)
def expm1(x):
    """e^x - 1 for x ≤ 0, exact near 0."""
    n, r = _reduce(x)
    scale = power_of_two(max(n, type(x)(-126)), x)
    return scale * _expm1_reduced(r) + (scale - type(x)(1))


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


# 2 artanh s / s is 2 + t times this, for t = s²
_artanh_series = polynomial(*([2 / (2 * k + 1) for k in range(1, last + 1)] for last in (5, 11)))


@njit(**OPTIONS)
def log(x):
    """ln x for normal x above 0; infinity and NaN as they are."""
    n, f = exponent_and_fraction(x)
    r = f - type(x)(1)  # exact
    s = r / (type(x)(2) + r)
    # 2 artanh s = r - s (r - the rest of the series): r is the exact part of it
    tail = s * (r - s * s * _artanh_series(s * s))
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


@njit(**INLINE)
def selu(x):
    """SELU, its slope, and what it is more than x."""
    zero, scale, low = type(x)(0), type(x)(SELU_SCALE), type(x)(SELU_SCALE * SELU_ALPHA)
    below = low * expm1(min(x, zero))
    more = (scale - type(x)(1)) * x
    return (scale * x, scale, more) if x > zero else (below, below + low, below - x)


@njit(**INLINE)
def mish(x):
    """x tanh(ln(1 + e^x)), its slope, and what it is more than x, of one exponential and one division.

    With n = e^x (e^x + 2), the tanh is t = n / (n + 2), and (1 - t²) σ(x) = 4 e^x (e^x + 1) / (n + 2)². From 40 on t and the
    slope are 1, and it is x, to rounding; NaN stays NaN.
    """
    one, two = type(x)(1), type(x)(2)
    within = min(x, type(x)(40))
    e = exp(within)
    n = e * (e + two)
    part = one / (n + two)
    t = n * part
    slope = t + within * ((type(x)(4) * e * part) * ((e + one) * part))
    return x * t, slope, -two * within * part


# Φ(-y) e^(y²/2), which is Mills' ratio / √(2π), for y from 0 to 14.75 (float32) and to 39 (float64) as a quotient: the one that agrees
# with it at as many points as it has coefficients, Chebyshev's in (y - k) / (y + k) with k = 3 and 4. Off by at most 7.7e-9
# and 1.7e-18 of it; a test solves the equations again.
MILLS_ABOVE = (
    (0.500000002, 0.438140879, 0.183075883, 0.0405663934, 0.00410265719),
    (
        0.5, 0.82643901167628244, 0.67723330520669396, 0.35547108497401329, 0.13110713751106682, 0.035341074639996771,
        0.007041273528835195, 0.001025071569350438, 1.0474310614534725e-4, 6.8301227250702239e-6, 2.1841939157224646e-7,
    ),
)  # fmt: skip
MILLS_BELOW = (
    (1.0, 1.67416665, 1.20193945, 0.469038903, 0.101691184, 0.0102837206),
    (
        1.0, 2.4507625841554303, 2.8098922385043354, 1.9934920327604, 0.97465321348953005, 0.34576707665724712,
        0.091122169470986539, 0.017911312346517042, 0.0025865939582046201, 2.630995276560322e-4, 1.7120578741890867e-5,
        5.4749622264256447e-7,
    ),
)  # fmt: skip
_far = polynomial((14.7,), (39.0,))  # from -y on down, value and slope are less than the least number there is
_mills_above, _mills_below = polynomial(*MILLS_ABOVE), polynomial(*MILLS_BELOW)


@njit(**INLINE)
def gelu(x):
    """x Φ(x) and its slope, Φ(x) + x φ(x), from those of -|x|, with e^(-y²/2) for both.

    For y = |x| they are -y Φ(-y) and Φ(-y) - y φ(y): what x has beside them is x and 1 if it is not negative, else nothing.
    y² is rounded by as much as moves its exponential by many ulp, so the square of the upper half of y's digits, which is
    exact, goes into the exponent, and the rest of y² into what is reduced.
    """
    one, half = type(x)(1), type(x)(0.5)
    y, far = abs(x), _far(x)
    y = far if y > far else y
    high = upper_half(y)
    n, r = _reduce(-half * high * high)
    e = one + _expm1_reduced(r - half * (y - high) * (y + high))
    mills = _mills_above(y) / _mills_below(y)
    first, rest = _halves(n)
    value = y * (e * mills) * first * rest
    slope = e * (mills - y * type(x)(1 / sqrt(2 * pi))) * first * rest
    finite = x - x  # 0, and NaN at -inf, where the formula is -inf times 0
    return (x - value, one - slope) if x >= type(x)(0) else (finite - value, finite + slope)
