"""How a matrix lies in memory: products of matrices round differently where it lies differently, so a file keeps that.

Beside the name of an array stand, where they are so: ``order`` "F", the matrix is the transpose of what the file has;
``flipped`` true, its rows stand in the reverse order; ``apart``, its rows begin so many numbers apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.schema.misfit import Misfit

KEYS = frozenset({"order", "flipped", "apart"})
_GAPS = 65_536  # numbers that gaps may take beyond those of the array


def taken_apart(array: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """The array as the file has it, and what must be known of the way it lies."""
    known: dict[str, Any] = {}
    if array.ndim != 2 or array.flags.c_contiguous:
        return array, known
    if abs(array.strides[0]) < abs(array.strides[1]):
        array, known["order"] = array.T, "F"
    if array.strides[0] < 0:
        array, known["flipped"] = array[::-1], True
    apart, rest = divmod(array.strides[0], array.itemsize)
    if array.strides[1] == array.itemsize and not rest and _may_lie(array, apart):
        known["apart"] = apart
    return array, known


def put_together(array: np.ndarray, known: dict[str, Any], at: str) -> np.ndarray:
    """The array as it lay.

    Raises
    ------
    Misfit
    """
    if (known and array.ndim != 2) or known.get("order", "F") != "F" or known.get("flipped", True) is not True:
        raise Misfit(at, "it cannot lie like that")
    if "apart" in known:
        if type(known["apart"]) is not int or not _may_lie(array, known["apart"]):
            raise Misfit(at, "its rows cannot lie so far apart")
        room = np.zeros((len(array), known["apart"]), dtype=array.dtype)
        room[:, : array.shape[1]] = array
        array = room[:, : array.shape[1]]
    if "flipped" in known:
        array = array[::-1]
    return array.T if "order" in known else array


def _may_lie(array: np.ndarray, apart: int) -> bool:
    rows, length = array.shape
    return length < apart and rows * (apart - length) <= array.size + _GAPS
