"""What the forward passes of an epoch give of each row, to those who want to know: added up by row, or as it is.

First all that follows from outputs, block by block, in vectors that are in the cache; then the sums of each row, which lie
wherever the row's are, without a branch that would wait for them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled.elementary import exp, log
from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    bring_near,
    doubles_at,
    fill,
    integers_at,
    part,
    pointer,
    pointer_like,
)
from glassprop.engine.compiled.places import SCRATCH_AT
from glassprop.engine.seen_sums import (
    BEFORE,
    CONFIDENCE,
    COUNT,
    EPSILON,
    FORGOTTEN,
    LAST_WRONG,
    LEAST,
    MARGIN,
    OUTPUTS,
    SCALE,
    SQUARE,
    TASK,
    WRONG,
)

_LINE = 8  # numbers of a cache line


@njit(**OPTIONS)
def make_ready(handed, order, first, used):
    """Have the sums of a block's rows brought near, while its passes run: they lie wherever, and would be waited for."""
    sums, size = doubles_at(handed[of.SEEN]), OUTPUTS + handed[of.N_OUT]
    for i in range(used):
        start = order[first + i] * size
        for line in range(start, start + size, _LINE):
            bring_near(sums, line)
        bring_near(sums, start + size - 1)


@njit(**OPTIONS)
def show(theta, handed, places, a, order, first, used, ld, work, member):
    """Of a block whose a of the last layer is at ``a``, output by output. The scratch is free by then."""
    n, Y = handed[of.N_OUT], pointer_like(theta, handed[of.Y])
    if handed[of.SEEN] == 0:
        out = pointer(pointer_like(theta, handed[of.OUT]), member * handed[of.N_ROWS] * n)
        for i in range(used):
            for j in range(n):
                out[order[first + i] * n + j] = a[j * ld + i]
        return
    judged, scratch, own = doubles_at(handed[of.JUDGED]), pointer(work, places[SCRATCH_AT]), pointer(order, first)
    margin, confidence = part(scratch, 0, used), part(scratch, ld, used)
    square, wrong = part(scratch, 2 * ld, used), part(scratch, 3 * ld, used)
    if judged[TASK] == 0.0:
        _classes(a, integers_at(handed[of.GIVEN]), own, n, ld, judged[LEAST], margin, confidence, square, wrong)
    elif judged[TASK] == 1.0:
        _labels(a, Y, own, n, ld, judged[EPSILON], margin, confidence, square, wrong)
    else:
        _numbers(a, Y, own, n, ld, judged[SCALE], margin, confidence, square, wrong)
    _unseen(a, n, ld, margin)
    _add_up(doubles_at(handed[of.SEEN]), a, own, n, ld, judged[BEFORE], margin, confidence, square, wrong)


@njit(**INLINE)
def _classes(a, given, order, n, ld, least, margin, confidence, square, wrong):
    small, top, second = margin.dtype.type(least), margin, square
    fill(top, -np.inf)
    fill(second, -np.inf)
    for j in range(n):
        _two_largest(part(a, j * ld, margin.shape[0]), top, second)
    for i in range(margin.shape[0]):
        own = a[given[order[i]] * ld + i]
        other = second[i] if own == top[i] else top[i]
        confidence[i], wrong[i] = own, own <= other
        margin[i] = max(own, small) / max(other, small)
    _logarithms(margin)
    _squares(confidence, square)


@njit(**OPTIONS)
def _two_largest(outputs, top, second):
    for i in range(top.shape[0]):
        second[i] = max(second[i], min(top[i], outputs[i]))
    for i in range(top.shape[0]):
        top[i] = max(top[i], outputs[i])


@njit(**INLINE)
def _labels(a, Y, order, n, ld, epsilon, margin, confidence, square, wrong):
    one, low = margin.dtype.type(1), margin.dtype.type(epsilon)
    for i in range(margin.shape[0]):
        y, least = pointer(Y, order[i] * n), one
        for j in range(n):
            own = a[j * ld + i]
            least = min(least, own if y[j] > 0.5 else one - own)
        confidence[i] = min(max(least, low), one - low)
    for i in range(margin.shape[0]):
        margin[i] = confidence[i] / (one - confidence[i])
        wrong[i] = confidence[i] <= 0.5
    _logarithms(margin)
    _squares(confidence, square)


@njit(**INLINE)
def _numbers(a, Y, order, n, ld, scale, margin, confidence, square, wrong):
    factor = margin.dtype.type(-0.5 / scale)
    for i in range(margin.shape[0]):
        y, total = pointer(Y, order[i] * n), margin.dtype.type(0)
        for j in range(n):
            residual = a[j * ld + i] - y[j]
            total += residual * residual
        square[i] = total
    for i in range(margin.shape[0]):
        margin[i] = -np.sqrt(square[i])
        confidence[i] = exp(factor * square[i])
        wrong[i] = square[i] > scale


@njit(**OPTIONS)
def _logarithms(numbers):
    for i in range(numbers.shape[0]):
        numbers[i] = log(numbers[i])


@njit(**INLINE)
def _squares(numbers, square):
    for i in range(numbers.shape[0]):
        square[i] = numbers[i] * numbers[i]


@njit(**INLINE)
def _unseen(a, n, ld, margin):
    """Rows with outputs that are not finite do not count: their margin is NaN."""
    for j in range(n):
        _spoil(part(a, j * ld, margin.shape[0]), margin)


@njit(**OPTIONS)
def _spoil(outputs, margin):
    nothing = margin.dtype.type(0)
    for i in range(margin.shape[0]):
        margin[i] += outputs[i] * nothing


@njit(**INLINE)
def _add_up(sums, a, order, n, ld, before, margin, confidence, square, wrong):
    for i in range(margin.shape[0]):
        if margin[i] != margin[i]:
            continue
        own, now = pointer(sums, order[i] * (OUTPUTS + n)), np.float64(wrong[i])
        was = own[WRONG]
        own[COUNT] += 1.0
        own[MARGIN] += margin[i]
        own[CONFIDENCE] += confidence[i]
        own[SQUARE] += square[i]
        own[FORGOTTEN] += now * (1.0 - was)
        own[LAST_WRONG] += was * (1.0 - now) * (before - own[LAST_WRONG])
        own[WRONG] = now
        for j in range(n):
            own[OUTPUTS + j] += a[j * ld + i]
