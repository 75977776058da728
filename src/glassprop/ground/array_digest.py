"""A digest of numbers, whichever way they lie in memory; sparse matrices too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

_AT_ONCE = 1 << 24  # bytes


def digest_of(arrays: Iterable[Any], *facts: object) -> str:
    """Of arrays (CSR matrices among them), in their order, and of facts by what they are written as."""
    digest = hashlib.blake2b(repr(facts).encode(), digest_size=16)
    for array in arrays:
        is_csr = hasattr(array, "indptr")
        parts = (array.data, array.indices.astype("<i8"), array.indptr.astype("<i8")) if is_csr else (array,)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        for part in parts:
            rows = max(1, _AT_ONCE // max(1, part[:1].nbytes))
            for start in range(0, len(part), rows):
                some = np.ascontiguousarray(part[start : start + rows])
                digest.update(some.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
