"""Arrays that need no more looking at. scikit-learn's checks take longer than a small call; they get all the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

_ROWS = (np.float64, np.float32)
_NUMBERS = (np.float64, np.float32, np.int64, np.int32)


def are_plain_rows(X: Any, n_features: int) -> bool:
    """Whether this is an array of rows, so wide, of finite numbers."""
    if type(X) is not np.ndarray or X.ndim != 2 or X.dtype not in _ROWS or not len(X) or X.shape[1] != n_features:
        return False
    return _has_a_sum(X)


def are_plain_numbers(y: Any, n: int) -> bool:
    """Whether this is an array of n finite numbers, or of n rows of several."""
    if type(y) is not np.ndarray or y.dtype not in _NUMBERS or y.ndim not in (1, 2) or len(y) != n:
        return False
    return (y.ndim == 1 or y.shape[1] > 1) and _has_a_sum(y)


def _has_a_sum(array: Any) -> bool:
    """Only finite numbers have a finite one; some add up to more than there is, and are looked at then."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))
