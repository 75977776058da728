"""Whether a sparse matrix is what it says: what reads its entries, here and in SciPy, takes sizes at their word."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from glassprop.equations.arrays import Rows
from glassprop.errors import DataError

_MOST_IN_32_BITS = 2**31 - 1


def faults_of_compressed(name: str, X: Rows) -> list[str]:
    """What is wrong with the structure of one of SciPy's sparse matrices, in words; nothing for any other X.

    Those of keys (DOK) have none that could be broken without SciPy noticing.
    """
    form = getattr(X, "format", None)
    if form not in _FAULTS or getattr(X, "ndim", 2) != 2:
        return []
    fault = _FAULTS[form](X, *X.shape)
    wish = f"; {name}.check_format() must pass" if hasattr(X, "check_format") else ""
    return [f"{name} is a broken {form.upper()} matrix: {fault}{wish}"] if fault else []


def refuse_broken(X: Rows) -> None:
    """Refuse a sparse matrix that is not what it says.

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


def _fault_of_lists(X: Any, n: int, width: int) -> str:
    """Of a LIL matrix: two lists for each row, of columns and of numbers."""
    for title, lists in (("rows", X.rows), ("data", X.data)):
        if not isinstance(lists, np.ndarray) or lists.shape != (n,) or not all(isinstance(row, list) for row in lists):
            return f"{title} must be a vector of {n} lists, got {_told(lists)}"
    for number, (row, values) in enumerate(zip(X.rows, X.data, strict=True)):
        if len(row) != len(values):
            return f"row {number} must have a column for each number, got {len(row)} for {len(values)}"
    try:
        columns = np.array(list(chain.from_iterable(X.rows)))
    except ValueError:  # lists in lists
        return "rows must hold whole numbers"
    if len(columns) and (columns.ndim != 1 or columns.dtype.kind not in "iu"):
        return "rows must hold whole numbers"
    if len(columns) and not (columns.min() >= 0 and columns.max() < width):
        return f"rows must hold columns from 0 to {width - 1}, got {columns.min()} to {columns.max()}"
    return ""


def _fault_of_diagonals(X: Any, n: int, width: int) -> str:
    """Of a DIA matrix: a row of data for each offset. Offsets beyond the matrix hold nothing."""
    if not isinstance(X.data, np.ndarray) or X.data.ndim != 2:
        return f"data must have a row for each diagonal, got {_told(X.data)}"
    offsets = X.offsets
    if not isinstance(offsets, np.ndarray) or offsets.ndim != 1 or offsets.dtype.kind not in "iu":
        return f"offsets must be a vector of whole numbers, got {_told(offsets)}"
    if len(offsets) != len(X.data):
        return f"offsets must have an entry for each row of data, got {len(offsets)} for {len(X.data)}"
    if len(np.unique(offsets)) < len(offsets):
        return "offsets must differ from each other"
    most = max(n, width, _MOST_IN_32_BITS)  # SciPy counts in 32 bits where the matrix is not larger than that
    if len(offsets) and not (offsets.min() >= -most and offsets.max() <= most):
        return f"offsets must be from {-most} to {most}, got {offsets.min()} to {offsets.max()}"
    return ""


_FAULTS: dict[str, Callable[[Any, int, int], str]] = {
    "csr": lambda X, n, width: _fault(X.indptr, X.indices, X.data, n, width),
    "csc": lambda X, n, width: _fault(X.indptr, X.indices, X.data, width, n),
    "bsr": _fault_of_blocks,
    "coo": lambda X, n, width: _fault_of_places(X.row, X.col, X.data, n, width),
    "lil": _fault_of_lists,
    "dia": _fault_of_diagonals,
}


def _told(array: Any) -> str:
    return f"{array.dtype} of shape {array.shape}" if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
