"""Numbers as text, with all of their digits and little room."""

from __future__ import annotations

import base64

import numpy as np

from glassprop.equations.arrays import Array


def packed(numbers: Array) -> str:
    """ "f8:", or "f4:" where that many digits are exact, and their bytes in base64."""
    short = numbers.astype("<f4")
    with np.errstate(over="ignore"):
        exact = bool(np.array_equal(short.astype(np.float64), numbers))
    kind, of = ("f4", short) if exact else ("f8", numbers.astype("<f8"))
    return f"{kind}:{base64.b64encode(np.ascontiguousarray(of).tobytes()).decode('ascii')}"
