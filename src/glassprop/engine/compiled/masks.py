"""Dropout's masks from a counter, as ``equations/dropout.py`` has them, bit for bit."""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled import places
from glassprop.engine.compiled.low_level import OPTIONS, part, round_to_even
from glassprop.engine.compiled.part import Shape

DROP = Shape("N I I I I I I F", places.DROP)  # numbers, key, step, layer, first_row, n, ld, rate


@njit(**OPTIONS)
def _mix(x):
    """The 32-bit hash of ``equations/dropout.py``."""
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D))
    x = np.uint32((x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@njit(**OPTIONS)
def mask_key(key, step, layer):
    """The seed of one layer's mask in one step; the same as ``equations.dropout.mask_key``."""
    seed = np.uint32(0)
    for number in range(4):
        word = np.uint32(key)
        if number == 1:
            word = np.uint32(step & 0xFFFFFFFF)
        elif number == 2:
            word = np.uint32((step >> 32) & 0xFFFFFFFF)
        elif number == 3:
            word = np.uint32(layer)
        seed = _mix(np.uint32((seed ^ word) * np.uint32(5) + np.uint32(0x9E3779B9)))
    return seed


@DROP.part()
def drop(numbers, key, step, layer, first_row, n, ld, rate):
    """Multiply by the mask, in place; the counter of an entry is its (row of the batch, neuron), as in the reference.

    With a source and a target that may be one, there would be no vector code for where they are.
    """
    seed = mask_key(key, step, layer)
    number = part(numbers, 0, ld).dtype.type
    kept, nothing = number(1 / (1 - rate)), number(0)
    limit = np.uint32(np.int64(min(round_to_even(rate * 4294967296.0), 4294967295.0)))
    width = np.uint32(n)
    for j in range(n):
        row = part(numbers, j * ld, ld)
        first = np.uint32(first_row * n + j)
        for i in range(ld):
            counter = np.uint32(first + np.uint32(i) * width)
            bits = _mix(np.uint32(_mix(counter) ^ seed))
            row[i] *= kept if bits >= limit else nothing
