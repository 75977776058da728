"""Whether a sparse matrix is what it says: what reads its entries, here and in SciPy, takes sizes at their word."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.equations.arrays import Rows
from glassprop.errors import DataError


def faults_of_compressed(name: str, X: Rows) -> list[str]:
    """What is wrong with the structure of a CSR or CSC matrix, in words; nothing for any other X."""
    if getattr(X, "format", None) not in ("csr", "csc") or not hasattr(X, "indptr"):
        return []
    title, (n, width) = X.format.upper(), X.shape if X.format == "csr" else X.shape[::-1]
    fault = _fault(X.indptr, X.indices, X.data, n, width)
    return [f"{name} is a broken {title} matrix: {fault}; {name}.check_format() must pass"] if fault else []


def refuse_broken(X: Rows) -> None:
    """Refuse a CSR or CSC matrix that is not what it says.

    Raises
    ------
    DataError
    """
    if faults := faults_of_compressed("X", X):
        raise DataError(faults[0])


def _fault(starts: Any, indices: Any, values: Any, n: int, width: int) -> str:
    for title, array in (("indptr", starts), ("indices", indices), ("data", values)):
        if not isinstance(array, np.ndarray) or array.ndim != 1:
            return f"{title} must be a vector, got {_told(array)}"
        if title != "data" and array.dtype.kind not in "iu":
            return f"{title} must hold whole numbers, got {array.dtype}"
    if len(starts) != n + 1:
        return f"indptr must have {n + 1} entries, got {len(starts)}"
    if starts[0] != 0 or (starts[1:] < starts[:-1]).any():
        return "indptr must begin with 0 and never fall"
    held = min(len(indices), len(values))
    if starts[-1] > held:
        return f"indptr ends with {starts[-1]}, and there are {held} entries"
    used = indices[: starts[-1]]
    if len(used) and not (used.min() >= 0 and used.max() < width):
        return f"indices must be from 0 to {width - 1}, got {used.min()} to {used.max()}"
    return ""


def _told(array: Any) -> str:
    return f"shape {array.shape}" if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
