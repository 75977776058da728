"""Nested dicts and lists of numbers, texts and arrays as bytes, and back: to be handed to other processes.

JSON, in which an array stands as its number, after it the arrays' bytes. Nothing of it is ever run.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

_KINDS = ("<f8", "<i8")
_ARRAY = "\0array"  # a key that no dict of names has: cells are stripped of NUL


def to_bytes(value: Any) -> bytes:
    """Of dicts with texts as keys, lists, numbers, texts, None, and arrays of float64 and int64 of one axis."""
    arrays: list[np.ndarray] = []

    def spelled(array: Any) -> dict[str, Any]:
        kind = array.dtype.newbyteorder("<").str
        if kind not in _KINDS or array.ndim != 1:
            raise TypeError(f"arrays must be of float64 or int64 and have one axis, not {array.dtype} {array.shape}")
        arrays.append(array.astype(kind, copy=False))
        return {_ARRAY: [kind, len(array)]}

    head = json.dumps(value, default=spelled, separators=(",", ":")).encode("ascii")
    return b"".join([len(head).to_bytes(8, "little"), head, *(array.tobytes() for array in arrays)])


def of_bytes(given: bytes) -> Any:
    """What `to_bytes` was given."""
    start = 8 + int.from_bytes(given[:8], "little")

    def unspelled(found: dict[str, Any]) -> Any:
        nonlocal start
        if _ARRAY not in found:
            return found
        kind, length = found[_ARRAY]
        array = np.frombuffer(given, kind, length, start)
        start += array.nbytes
        return array.astype(array.dtype.newbyteorder("="))

    return json.loads(given[8:start], object_hook=unspelled)


def as_numbers(parts: list[bytes]) -> np.ndarray:
    """Several bytes as one vector of float64, of which the bits alone count."""
    head = np.array([len(parts), *map(len, parts)], "<i8").tobytes()
    whole = b"".join([head, *parts])
    return np.frombuffer(whole + b"\0" * (-len(whole) % 8), np.float64)


def of_numbers(vector: np.ndarray) -> list[bytes]:
    """What `as_numbers` was given."""
    whole = np.ascontiguousarray(vector).tobytes()
    count = int.from_bytes(whole[:8], "little")
    ends = np.cumsum([8 * (count + 1), *np.frombuffer(whole, "<i8", count, 8).tolist()])
    return [whole[start:stop] for start, stop in pairwise(ends.tolist())]
