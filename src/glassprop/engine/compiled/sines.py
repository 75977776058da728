"""sin and cos as straight-line arithmetic, both of one number at once, so that loops over them become vector instructions.

x is n π/2 + r with |r| ≤ π/4, by π/2 in parts of so few digits that n times each is exact; then their Taylor series, to below
one rounding. That holds up to ``NEAR``. Beyond, where hardly anybody asks, it is the C library, number by number.
Tests hold both to 2 ulp.
"""

from __future__ import annotations

import math
from math import factorial

import numpy as np
from numba import njit, types
from numba.extending import overload

from glassprop.engine.compiled.low_level import INLINE, OPTIONS, SUMS_INLINE, round_to_even
from glassprop.engine.compiled.polynomials import polynomial

# π/2 as a sum: n times each part but the last is exact for n up to 2^13 (parts of 11 digits), and up to 2^20 (of 33)
_HALF_PI_32 = (1.5703125, 4.8375129699707031e-4, 7.5495336204767227e-8, 2.5633440755505337e-12)
_HALF_PI_64 = (1.5707963267341256, 6.0771005063039660e-11, 2.0222662487959506e-21, 0.0)
NEAR = {"float32": 12_800.0, "float64": 1.6e6}
# (sin r - r) / r³ and (½ - (1 - cos r) / r²) / r², by Taylor's series in r²
_sine_series = polynomial(*([(-1) ** k / factorial(2 * k + 1) for k in range(1, last)] for last in (5, 9)))
_cosine_series = polynomial(*([(-1) ** k / factorial(2 * k) for k in range(2, last)] for last in (6, 9)))


def _reduce(x):
    """n and r of x = n π/2 + r."""
    raise NotImplementedError


@overload(_reduce, jit_options=OPTIONS)
def _reduce_for(x):
    kind, parts = (np.float32, _HALF_PI_32) if x == types.float32 else (np.float64, _HALF_PI_64)
    first, second, third, fourth = (kind(part) for part in parts)
    factor = kind(2 / math.pi)

    def reduce(x):
        n = round_to_even(x * factor)
        return n, (((x - n * first) - n * second) - n * third) - n * fourth

    return reduce


@njit(**INLINE)
def sine_and_cosine(x):
    """sin x and cos x for |x| up to ``NEAR``; NaN of what is not finite."""
    one, half, step = type(x)(1), type(x)(0.5), type(x)(1.5)
    n, r = _reduce(x)
    square = r * r
    sine = r + r * square * _sine_series(square)
    cosine = one - square * (half - square * _cosine_series(square))
    quarter = n - type(x)(4) * round_to_even(n * type(x)(0.25))  # from -2 to 2
    if abs(quarter) == one:
        sine, cosine = cosine, sine
    below, left = quarter < -half or quarter > step, quarter > half or quarter < -step
    return -sine if below else sine, -cosine if left else cosine


def _near(x):
    """How far ``sine_and_cosine`` reaches."""
    raise NotImplementedError


@overload(_near, jit_options=OPTIONS)
def _near_for(x):
    most = np.float32(NEAR["float32"]) if x == types.float32 else NEAR["float64"]
    return lambda x: most


@njit(**SUMS_INLINE)
def _some_are_far(x, most):
    count = most - most
    for i in range(x.shape[0]):
        count += most if abs(x[i]) > most else most - most
    return count > 0


@njit(**INLINE)
def cosines(x, sines):
    """x become their cosines, and ``sines`` their sines, wherever they lie."""
    if x.shape[0] == 0:
        return
    most = _near(x[0])
    if _some_are_far(x, most):
        for i in range(x.shape[0]):
            if abs(x[i]) > most:
                sines[i], x[i] = math.sin(x[i]), math.cos(x[i])
            else:
                sines[i], x[i] = sine_and_cosine(x[i])
        return
    for i in range(x.shape[0]):
        sines[i], x[i] = sine_and_cosine(x[i])
