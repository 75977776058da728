"""The optimizers' steps as kernels on a segment of θ, together with the sum of the chunks' gradients and L2."""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled.elementary import expm1
from glassprop.engine.compiled.low_level import OPTIONS, SUMS, fill, part, product
from glassprop.engine.compiled.row import DECAY_FACTOR, RATE_FACTOR, START, STOP

CODES = {name: code for code, name in enumerate(("SGD", "Momentum", "Nesterov", "Adam", "AdamW"))}
SGD, MOMENTUM, NESTEROV, ADAM, ADAMW = range(len(CODES))
_PIECE = 1024  # entries of θ: with the gradients of some chunks, and the optimizer's vectors, well within 32 KiB


# Every loop runs from 0 over a `part`: with another start, the compiler cannot know that an index is not negative,
# which would count from the end, and makes no vector code of the loop.


@njit(**OPTIONS)
def add_up(gradients, chunks, theta, blocks, factors, one_rate, strength, low, high):
    """Sum the chunks' gradients into the first, in their order, and add L2; on [low, high) of θ.

    Blocks with a rate of 0 have no gradient, unless ``one_rate``: then none is looked for. Returns Σ decay factor · θ²,
    where there is L2.
    """
    size, n = theta.shape[0], high - low
    total = part(gradients, low, n)
    for chunk in range(1, chunks):
        other = part(gradients, chunk * size + low, n)
        for i in range(n):
            total[i] += other[i]
    squares = 0.0
    if strength > 0:
        for block in range(blocks.shape[0]):
            start, stop, decay = (
                max(low, blocks[block, START]),
                min(high, blocks[block, STOP]),
                factors[block, DECAY_FACTOR],
            )
            if decay > 0 and start < stop:
                factor = theta.dtype.type(strength * decay)
                g, w = part(gradients, start, stop - start), part(theta, start, stop - start)
                for i in range(stop - start):
                    g[i] += factor * w[i]
                squares += decay * squared_length(w)
    if not one_rate:
        for block in range(blocks.shape[0]):
            start, stop = max(low, blocks[block, START]), min(high, blocks[block, STOP])
            if factors[block, RATE_FACTOR] == 0 and start < stop:
                fill(part(gradients, start, stop - start), 0)
    return squares


@njit(**SUMS)
def squared_length(x):
    """Σ x², in float64."""
    total = 0.0
    for i in range(x.shape[0]):
        total += np.float64(x[i]) * np.float64(x[i])
    return total


@njit(**OPTIONS)
def steps_along(
    chunks, strength, code, settings, rate, decay, t, scale, theta, gradients, m, v, blocks, factors, one_rate, low, high
):  # fmt: skip
    """``add_up`` (unless chunks is 0: then that is done) and ``step`` on [low, high), in pieces that fit the cache.

    decay: what the optimizer's weight decay is multiplied by in this step. one_rate: whether the rate of all blocks is
    that of the step, so that a piece need not be cut where one ends.
    """
    squares, parts = 0.0, 1 if one_rate else blocks.shape[0]
    eta = _corrected(rate, settings, t) if code == ADAM or code == ADAMW else rate  # noqa: SIM109
    for start in range(low, high, _PIECE):
        stop = min(high, start + _PIECE)
        if chunks > 0:
            squares += add_up(gradients, chunks, theta, blocks, factors, one_rate, strength, start, stop)
        for block in range(parts):
            first, last, factor = start, stop, 1.0
            if not one_rate:
                first, last = max(start, blocks[block, START]), min(stop, blocks[block, STOP])
                factor = factors[block, RATE_FACTOR]
            if factor > 0 and first < last:
                step(
                    code, settings, rate * factor, eta * factor, decay, scale, theta, gradients, m, v, blocks, factors, first, last
                )  # fmt: skip
    return squares


@njit(**OPTIONS)
def _corrected(rate, settings, t):
    """The rate with Adam's bias correction: η √(1 - β₂^t) / (1 - β₁^t)."""
    return rate * np.sqrt(-expm1(t * settings[6])) / -expm1(t * settings[5])


@njit(**OPTIONS)
def step(code, settings, rate, eta, decay, scale, theta, gradients, m, v, blocks, factors, low, high):
    """One optimizer step on [low, high) of θ.

    settings: momentum, β₁, β₂, ε, decay, ln β₁, ln β₂. eta: the rate with Adam's bias correction. decay, scale: what the decay
    is multiplied by in this step, and by clipping the gradient.
    """
    kind, n = theta.dtype.type, high - low
    w, g, m, v = part(theta, low, n), part(gradients, low, n), part(m, low, n), part(v, low, n)
    if scale != 1.0:
        for i in range(n):
            g[i] *= kind(scale)
    if code == ADAMW:
        _decay(rate * settings[4] * decay, theta, blocks, factors, low, high)
    if code == ADAM or code == ADAMW:  # noqa: SIM109  two comparisons compile to less than a tuple
        c1, c2 = kind(1 - settings[1]), kind(1 - settings[2])
        _adam(w, g, m, v, kind(settings[1]), kind(settings[2]), c1, c2, kind(settings[3]), kind(eta))
        return
    plain, mu = kind(rate), kind(settings[0])
    if code == SGD:
        for i in range(n):
            w[i] -= plain * g[i]
    elif code == MOMENTUM:
        for i in range(n):
            m[i] = mu * m[i] - product(plain, g[i])
            w[i] += m[i]
    else:
        for i in range(n):
            m[i] = mu * m[i] - product(plain, g[i])
            w[i] += mu * m[i] - product(plain, g[i])


@njit(**OPTIONS)
def _adam(w, g, m, v, b1, b2, c1, c2, eps, eta):
    for i in range(w.shape[0]):
        m[i] = b1 * m[i] + product(c1, g[i])
        v[i] = b2 * v[i] + product(c2, g[i] * g[i])
        w[i] -= eta * m[i] / (np.sqrt(v[i]) + eps)


@njit(**OPTIONS)
def _decay(strength, theta, blocks, factors, low, high):
    """AdamW's decay: w ← w - η λ w, λ times the factor of each block."""
    for block in range(blocks.shape[0]):
        start, stop = max(low, blocks[block, START]), min(high, blocks[block, STOP])
        if factors[block, DECAY_FACTOR] > 0 and start < stop:
            w, factor = part(theta, start, stop - start), theta.dtype.type(strength * factors[block, DECAY_FACTOR])
            for i in range(stop - start):
                w[i] -= factor * w[i]
