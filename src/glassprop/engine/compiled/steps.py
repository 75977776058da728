"""The optimizers' steps as kernels on a segment of θ, together with the sum of the chunks' gradients and L2."""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled.functions import OPTIONS
from glassprop.engine.compiled.low_level import part

CODES = {name: code for code, name in enumerate(("SGD", "Momentum", "Nesterov", "Adam", "AdamW"))}
SGD, MOMENTUM, NESTEROV, ADAM, ADAMW = range(len(CODES))


@njit(**OPTIONS)
def add_up(gradients, chunks, theta, blocks, strength, low, high):
    """Sum the chunks' gradients into the first, in their order, and add L2; on [low, high) of θ.

    Returns the segment's Σ g² and, over the entries that decay, Σ θ².
    """
    size = theta.shape[0]
    total = part(gradients, 0, size)
    for chunk in range(1, chunks):
        other = part(gradients, chunk * size, size)
        for i in range(low, high):
            total[i] += other[i]
    squares = 0.0
    if strength > 0:
        factor = total.dtype.type(strength)
        for block in range(blocks.shape[0]):
            start, stop = max(low, blocks[block, 0]), min(high, blocks[block, 1])
            if blocks[block, 2] == 1:
                for i in range(start, stop):
                    total[i] += factor * theta[i]
                for i in range(start, stop):
                    squares += np.float64(theta[i]) * np.float64(theta[i])
    return squares


@njit(nogil=True, error_model="numpy", fastmath=True)
def squared_length(g, low, high):
    """Σ g² of a segment."""
    total = 0.0
    for i in range(low, high):
        total += np.float64(g[i]) * np.float64(g[i])
    return total


@njit(**OPTIONS)
def step(code, settings, rate, eta, scale, theta, g, m, v, blocks, low, high):
    """One optimizer step on [low, high) of θ.

    settings: momentum, β₁, β₂, ε, decay. eta: the rate with Adam's bias correction. scale: what clipping multiplies g by.
    """
    kind = theta.dtype.type
    if scale != 1.0:
        for i in range(low, high):
            g[i] *= kind(scale)
    if code == ADAMW:
        for block in range(blocks.shape[0]):
            if blocks[block, 2] == 1:
                for i in range(max(low, blocks[block, 0]), min(high, blocks[block, 1])):
                    theta[i] -= kind(rate * settings[4]) * theta[i]
    if code == ADAM or code == ADAMW:  # noqa: SIM109  two comparisons compile to less than a tuple
        b1, b2, eps = kind(settings[1]), kind(settings[2]), kind(settings[3])
        c1, c2 = kind(1 - settings[1]), kind(1 - settings[2])
        corrected = kind(eta)
        for i in range(low, high):
            m[i] = b1 * m[i] + c1 * g[i]
            v[i] = b2 * v[i] + c2 * (g[i] * g[i])
            theta[i] -= corrected * m[i] / (kind(np.sqrt(v[i])) + eps)
        return
    plain, mu = kind(rate), kind(settings[0])
    if code == SGD:
        for i in range(low, high):
            theta[i] -= plain * g[i]
    elif code == MOMENTUM:
        for i in range(low, high):
            m[i] = mu * m[i] - plain * g[i]
            theta[i] += m[i]
    else:
        for i in range(low, high):
            m[i] = mu * m[i] - plain * g[i]
            theta[i] += mu * m[i] - plain * g[i]
