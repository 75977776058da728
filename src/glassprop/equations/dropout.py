"""Dropout masks from a counter, not a stream: the same (key, step, layer) gives the same mask in any engine.

Srivastava et al. 2014 ("inverted": kept activations are divided by the probability of keeping them).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.equations.arrays import Array, device, namespace

_GOLDEN = 0x9E3779B9  # 2^32 over the golden ratio: spreads consecutive counters
_SECOND = 0x846CA68B  # the second factor of ``_mix``
_LOW = 0xFFFFFFFF  # the lower 32 bits


def _mix(x: Any, second: int = _SECOND) -> Any:
    """Scramble 32-bit numbers (Wellons' low-bias hash: two multiplications, three shifts)."""
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & _LOW
    x = ((x ^ (x >> 15)) * second) & _LOW
    return x ^ (x >> 16)


def mask_key(key: int, step: int, layer: int) -> int:
    """The 32-bit seed of one layer's mask in one optimizer step. key: 32-bit; layer from 1."""
    seed = 0
    for word in (key & _LOW, step & _LOW, (step >> 32) & _LOW, layer):
        seed = _mix(((seed ^ word) * 5 + _GOLDEN) & _LOW)
    return seed


def dropout_mask(
    key: int,
    step: int,
    layer: int,
    shape: tuple[int, int],
    rate: float,
    dtype: Any,
    first: int = 0,
    beside: Any = None,
) -> Array:
    """Return the mask of one layer: 0 with probability ``rate``, else 1 / (1 - rate). shape (n, n_l).

    first: the number of its first row in the batch, where others have the rows before it. beside: an array of the
    library, and on the device, that the mask is made with; None is NumPy's.
    """
    xp: Any = np if beside is None or isinstance(beside, np.ndarray) else namespace(beside)
    n, begin, seed = shape[0] * shape[1], first * shape[1] & _LOW, mask_key(key, step, layer)
    if xp is np:
        bits = _mix(_mix(np.arange(n, dtype=np.uint32) + np.uint32(begin)) ^ seed)
    else:  # not all multiply uint32; less 2^32, the factor lets no int64 overflow, and the lower bits stay the same
        counter = (xp.arange(n, dtype=xp.int64, device=device(beside)) + begin) & _LOW
        bits = _mix(_mix(counter, _SECOND - 2**32) ^ seed, _SECOND - 2**32)
    keep = xp.reshape(bits >= min(round(rate * 2**32), 2**32 - 1), shape)
    return xp.astype(xp.astype(keep, xp.float64) / (1 - rate), dtype)
