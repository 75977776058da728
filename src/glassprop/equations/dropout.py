"""Dropout masks from a counter, not a stream: the same (key, step, layer) gives the same mask in any engine.

Srivastava et al. 2014 ("inverted": kept activations are divided by the probability of keeping them).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0x9E3779B9  # 2^32 over the golden ratio: spreads consecutive counters


def _mix(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Scramble 32-bit numbers (Wellons' low-bias hash: two multiplications, three shifts)."""
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def mask_key(key: int, step: int, layer: int) -> int:
    """The 32-bit seed of one layer's mask in one optimizer step. key: 32-bit; layer from 1."""
    words = np.array([key & 0xFFFFFFFF, step & 0xFFFFFFFF, (step >> 32) & 0xFFFFFFFF, layer], dtype=np.uint32)
    seed = np.zeros(1, dtype=np.uint32)
    for word in words:
        seed = _mix((seed ^ word) * np.uint32(5) + np.uint32(_GOLDEN))
    return int(seed[0])


def dropout_mask(
    key: int, step: int, layer: int, shape: tuple[int, int], rate: float, dtype: np.dtype[np.floating], first: int = 0
) -> NDArray[np.floating]:
    """Return the mask of one layer: 0 with probability ``rate``, else 1 / (1 - rate). shape (n, n_l).

    first: the number of its first row in the batch, where others have the rows before it.
    """
    counter = np.arange(shape[0] * shape[1], dtype=np.uint32) + np.uint32(first * shape[1] % 2**32)
    bits = _mix(_mix(counter) ^ np.uint32(mask_key(key, step, layer)))
    keep = bits >= np.uint32(min(round(rate * 2**32), 2**32 - 1))
    return (keep.reshape(shape) / (1 - rate)).astype(dtype)
