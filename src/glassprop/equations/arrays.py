"""Whose arrays these are: the one place that asks.

The equations are written in the style of the array API standard, so that another library's arrays can follow;
what runs and is tested today is NumPy's. (gelu takes SciPy's Φ, which the standard lacks, and domains ask NumPy.)
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]  # dense, of numbers; layouts and precision are checked where arrays come in
# Examples as rows: X, and what the first layer sees. An Array, or one of SciPy's sparse matrices, which have no types.
Rows: TypeAlias = Any


def namespace(x: Array) -> Any:
    """Return the module whose functions work on ``x``, as the array API standard has it."""
    ask = getattr(x, "__array_namespace__", None)
    return np if ask is None else ask()


def tiny(x: Array) -> float:
    """Return the smallest normal number of ``x``'s dtype: a floor that keeps 1/x finite."""
    return float(namespace(x).finfo(x.dtype).tiny)
