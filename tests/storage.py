"""Arrays stored otherwise than NumPy stores them by itself."""

from __future__ import annotations

from typing import Any

import numpy as np


def misaligned(array: Any) -> Any:
    found = np.empty(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    found[...] = array
    return found


def read_only(array: Any) -> Any:
    array = array.copy()
    array.flags.writeable = False
    return array
