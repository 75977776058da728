"""Whether a sparse matrix is what it says: what reads its entries, here and in SciPy, takes sizes at their word."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.equations.arrays import Rows
from glassprop.errors import DataError


def faults_of_compressed(name: str, X: Rows) -> list[str]:
    """What is wrong with the structure of a CSR, CSC, BSR or COO matrix, in words; nothing for any other X."""
    form = getattr(X, "format", None)
    if form not in ("csr", "csc", "bsr", "coo") or getattr(X, "ndim", 2) != 2:
        return []
    (n, width), wish = X.shape if form != "csc" else X.shape[::-1], f"; {name}.check_format() must pass"
    if form == "coo":
        fault, wish = _fault_of_places(X.row, X.col, X.data, n, width), ""
    elif form == "bsr":
        fault = _fault_of_blocks(X, n, width)
    else:
        fault = _fault(X.indptr, X.indices, X.data, n, width)
    return [f"{name} is a broken {form.upper()} matrix: {fault}{wish}"] if fault else []


def refuse_broken(X: Rows) -> None:
    """Refuse a CSR, CSC, BSR or COO matrix that is not what it says.

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


def _fault_of_blocks(X: Any, n: int, width: int) -> str:
    """Of a BSR matrix: that of the CSR matrix of its blocks."""
    high, wide = X.blocksize
    if not isinstance(X.data, np.ndarray) or X.data.ndim != 3 or not high * wide:
        return f"data must be blocks, got {_told(X.data)}"
    return _fault(X.indptr, X.indices, X.data[:, 0, 0], n // high, width // wide)


def _fault_of_places(rows: Any, columns: Any, values: Any, n: int, width: int) -> str:
    for title, array, end in (("row", rows, n), ("col", columns, width)):
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind not in "iu":
            return f"{title} must be a vector of whole numbers, got {_told(array)}"
        if array.shape != values.shape:
            return f"{title} must have an entry for each of data, got {len(array)} for {len(values)}"
        if len(array) and not (array.min() >= 0 and array.max() < end):
            return f"{title} must be from 0 to {end - 1}, got {array.min()} to {array.max()}"
    return ""


def _told(array: Any) -> str:
    return f"shape {array.shape}" if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
