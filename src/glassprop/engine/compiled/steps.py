"""The optimizers' steps as parts on a segment of θ, together with the sum of the chunks' gradients and L2."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.elementary import expm1
from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    ROOM,
    SUMS,
    WRITTEN_OUT,
    fill,
    part,
    plus,
    pointer,
    product,
    room_on_the_stack,
)
from glassprop.engine.compiled.part import Part, Shape
from glassprop.engine.compiled.row import DECAY_FACTOR, OF_BLOCK, RATE_FACTOR, START, STOP

_PIECE = ROOM  # entries of θ: with the gradients of some chunks, and the optimizer's vectors, well within 32 KiB
# settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high: a step on [low, high) of θ.
# settings: momentum, β₁, β₂, ε, decay, ln β₁, ln β₂. eta: the rate with Adam's bias correction. decay: what the
# optimizer's own is multiplied by in this step
STEP = Shape("D F F F N N N N P D I I I", slots.STEP)
_step = STEP.call


class Kernels(NamedTuple):
    """The step of an optimizer, and whether its rate is corrected for the bias of its first steps, as Adam's is."""

    step: Part
    corrects: bool = False


# Every loop runs from 0 over a `part`: with another start, the compiler cannot know that an index is not negative,
# which would count from the end, and makes no vector code of the loop.


@njit(**INLINE)
def _of_block(blocks, factors, block, low, high):
    """What of [low, high) is in a block, and the factors of its decay and rate."""
    at = block * OF_BLOCK
    start, stop = max(low, blocks[at + START]), min(high, blocks[at + STOP])
    return start, stop, factors[at + DECAY_FACTOR], factors[at + RATE_FACTOR]


@njit(**OPTIONS)
def add_up(
    gradients, chunks, added, sums, apart, theta, size, blocks, factors, n_blocks, one_rate, strength, low, high
):
    """Sum the chunks' gradients, in their order, and add L2; on [low, high) of θ.

    added: before which entry of θ the first holds the sum already. sums: where to, counted as θ is: the first, unless
    they are kept ``apart``; then low is not before ``added``. Blocks with a rate of 0 have no gradient, unless
    ``one_rate``: then none is looked for. Returns Σ decay factor · θ², where there is L2.
    """
    begin = max(low, added)
    n = max(high - begin, 0)
    total, first = part(sums, begin, n), 1
    if apart and chunks > 1:
        plus(part(gradients, begin, n), part(gradients, size + begin, n), total)
        first = 2
    for chunk in range(first, chunks):
        other = part(gradients, chunk * size + begin, n)
        for i in range(n):
            total[i] += other[i]
    squares = 0.0
    if strength > 0:
        for block in range(n_blocks):
            start, stop, decay, _ = _of_block(blocks, factors, block, low, high)
            if decay > 0 and start < stop:
                factor = total.dtype.type(strength * decay)
                g, w = part(sums, start, stop - start), part(theta, start, stop - start)
                for i in range(stop - start):
                    g[i] += factor * w[i]
                squares += decay * squared_length(theta, start, stop - start)
    if not one_rate:
        for block in range(n_blocks):
            start, stop, _, rate = _of_block(blocks, factors, block, low, high)
            if rate == 0 and start < stop:
                fill(part(sums, start, stop - start), 0)
    return squares


@njit(**SUMS)
def squared_length(numbers, start, size):
    """Σ x² of so many numbers from one on, in float64."""
    total, x = 0.0, part(numbers, start, size)
    for i in range(size):
        total += np.float64(x[i]) * np.float64(x[i])
    return total


@njit(**WRITTEN_OUT)
def steps_along(
    chunks, added, strength, step, corrects, settings, rate, decay, t, scale, theta, size, gradients, m, v, blocks, factors, n_blocks, one_rate, low, high
):  # fmt: skip
    """``add_up`` (unless chunks is 0: then that is done) and a step on [low, high), in pieces that fit the cache.

    step: the address of the optimizer's. scale: what clipping multiplies the gradient by. decay: what the optimizer's
    weight decay is multiplied by in this step. one_rate: whether the rate of all blocks is that of the step, so that a
    piece need not be cut where one ends.
    """
    squares, parts, sums = 0.0, 1 if one_rate else n_blocks, gradients
    room = room_on_the_stack(gradients)
    eta = _corrected(rate, settings, t) if corrects else rate
    stop = low
    while stop < high:
        start, stop = stop, min(high, stop + _PIECE)
        apart = chunks > 1 and start >= added  # not into a gradient: its lines would go from core to core
        sums = pointer(room, -start) if apart else gradients
        if chunks > 0:
            squares += add_up(
                gradients, chunks, added, sums, apart, theta, size, blocks, factors, n_blocks, one_rate, strength, start, stop
            )  # fmt: skip
        for block in range(parts):
            first, last, factor = start, stop, 1.0
            if not one_rate:
                first, last, _, factor = _of_block(blocks, factors, block, start, stop)
            if factor > 0 and first < last:
                if scale != 1.0:
                    g = part(sums, first, last - first)
                    by = g.dtype.type(scale)
                    for i in range(last - first):
                        g[i] *= by
                _step(
                    step, settings, rate * factor, eta * factor, decay, theta, sums, m, v, blocks, factors, n_blocks,
                    first, last,
                )  # fmt: skip
    return squares


@njit(**OPTIONS)
def _corrected(rate, settings, t):
    """The rate with Adam's bias correction: η √(1 - β₂^t) / (1 - β₁^t)."""
    return rate * np.sqrt(-expm1(t * settings[6])) / -expm1(t * settings[5])


@STEP.part()
def sgd(settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high):
    """w ← w - η g."""
    w, g = part(theta, low, high - low), part(gradients, low, high - low)
    plain = w.dtype.type(rate)
    for i in range(high - low):
        w[i] -= plain * g[i]


@STEP.part()
def momentum(settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high):
    """SGD with momentum."""
    n = high - low
    w, g, m = part(theta, low, n), part(gradients, low, n), part(m, low, n)
    plain, mu = w.dtype.type(rate), w.dtype.type(settings[0])
    for i in range(n):
        m[i] = mu * m[i] - product(plain, g[i])
        w[i] += m[i]


@STEP.part()
def nesterov(settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high):
    """SGD with Nesterov's momentum."""
    n = high - low
    w, g, m = part(theta, low, n), part(gradients, low, n), part(m, low, n)
    plain, mu = w.dtype.type(rate), w.dtype.type(settings[0])
    for i in range(n):
        m[i] = mu * m[i] - product(plain, g[i])
        w[i] += mu * m[i] - product(plain, g[i])


@STEP.part()
def adam(settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high):
    """Adam, with the bias correction in its rate."""
    n = high - low
    _adam(part(theta, low, n), part(gradients, low, n), part(m, low, n), part(v, low, n), settings, eta)


@STEP.part()
def adamw(settings, rate, eta, decay, theta, gradients, m, v, blocks, factors, n_blocks, low, high):
    """AdamW: w ← w - η λ w, λ times the factor of each block, then Adam."""
    for block in range(n_blocks):
        start, stop, share, _ = _of_block(blocks, factors, block, low, high)
        if share > 0 and start < stop:
            w = part(theta, start, stop - start)
            factor = w.dtype.type(rate * settings[4] * decay * share)
            for i in range(stop - start):
                w[i] -= factor * w[i]
    n = high - low
    _adam(part(theta, low, n), part(gradients, low, n), part(m, low, n), part(v, low, n), settings, eta)


@njit(**INLINE)
def _adam(w, g, m, v, settings, eta):
    kind = w.dtype.type
    b1, b2, c1, c2 = kind(settings[1]), kind(settings[2]), kind(1 - settings[1]), kind(1 - settings[2])
    eps, eta = kind(settings[3]), kind(eta)
    for i in range(w.shape[0]):
        m[i] = b1 * m[i] + product(c1, g[i])
        v[i] = b2 * v[i] + product(c2, g[i] * g[i])
        w[i] -= eta * m[i] / (np.sqrt(v[i]) + eps)


KERNELS: dict[str, Kernels] = {
    "SGD": Kernels(sgd),
    "Momentum": Kernels(momentum),
    "Nesterov": Kernels(nesterov),
    "Adam": Kernels(adam, corrects=True),
    "AdamW": Kernels(adamw, corrects=True),
}
