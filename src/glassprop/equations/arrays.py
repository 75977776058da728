"""Whose arrays these are: the one place that asks, so that the equations fit any array library."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any  # whatever follows the array API standard; NumPy's ndarray in the base install


def namespace(x: Array) -> Any:
    """Return the module whose functions work on ``x``, as the array API standard has it."""
    ask = getattr(x, "__array_namespace__", None)
    return np if ask is None else ask()


def tiny(x: Array) -> float:
    """Return the smallest normal number of ``x``'s dtype: a floor that keeps 1/x finite."""
    return float(namespace(x).finfo(x.dtype).tiny)
