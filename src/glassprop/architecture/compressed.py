"""Whether a sparse matrix is what it says: what reads its entries, here and in SciPy, takes sizes at their word."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.equations.arrays import Rows
from glassprop.errors import DataError


def faults_of_compressed(name: str, X: Rows) -> list[str]:
    """What is wrong with the structure of a CSR, CSC, BSR or COO matrix, in words; nothing for any other X."""
    kind = getattr(X, "format", None)
    if kind in ("csr", "csc", "bsr") and hasattr(X, "indptr"):
        rows, columns = X.blocksize if kind == "bsr" else (1, 1)
        n, width = X.shape[0] // rows, X.shape[1] // columns
        if kind == "csc":
            n, width = width, n
        fault = _fault(X.indptr, X.indices, X.data, n, width, dimensions=3 if kind == "bsr" else 1)
    elif kind == "coo" and hasattr(X, "coords"):
        fault = _fault_of_places(X)
    else:
        return []
    cure = "its entries must lie inside its shape" if kind == "coo" else f"{name}.check_format() must pass"
    return [f"{name} is a broken {str(kind).upper()} matrix: {fault}; {cure}"] if fault else []


def refuse_broken(X: Rows) -> None:
    """Refuse a sparse matrix that is not what it says.

    Raises
    ------
    DataError
    """
    if faults := faults_of_compressed("X", X):
        raise DataError(faults[0])


def _fault_of_places(X: Any) -> str:
    if len({len(X.data), *map(len, X.coords)}) > 1:
        return f"row, col and data must be as long as each other, got {[*map(len, X.coords), len(X.data)]}"
    for title, places, most in zip(("row", "col"), X.coords, X.shape, strict=False):
        if len(places) and not (places.min() >= 0 and places.max() < most):
            return f"{title} must be from 0 to {most - 1}, got {places.min()} to {places.max()}"
    return ""


def _fault(starts: Any, indices: Any, values: Any, n: int, width: int, dimensions: int) -> str:
    for title, array, ndim in (("indptr", starts, 1), ("indices", indices, 1), ("data", values, dimensions)):
        if not isinstance(array, np.ndarray) or array.ndim != ndim:
            return f"{title} must be {'a vector' if ndim == 1 else 'blocks'}, got {_told(array)}"
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
