"""The compiled entry points in each precision: compiled at first use, cached on disk for later processes."""

from __future__ import annotations

import warnings
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit, types
from numba.core.errors import NumbaWarning

from glassprop.engine.compiled import epoch
from glassprop.engine.compiled.low_level import ENTRY

_KINDS = {"float32": types.float32, "float64": types.float64}


def _array(kind: Any, dimensions: int, *, written: bool = False) -> Any:
    """A contiguous array; one that is only read may also be read-only (memory-mapped, say)."""
    return types.Array(kind, dimensions, "C", readonly=not written)


def _steps_signature(kind: Any) -> Any:
    f8, i8 = types.float64, types.int64
    vector, counts, doubles = _array(kind, 1, written=True), _array(i8, 1), _array(f8, 1)
    written, counters = _array(f8, 2, written=True), _array(i8, 1, written=True)
    return types.void(
        *(_array(kind, 2), _array(kind, 2), doubles, counts),  # X, Y, weight, order
        *(vector, vector, vector, doubles, doubles, vector),  # theta, m, v, rates, ts, gradients
        *(counts, doubles, _array(i8, 2), _array(f8, 2), _array(i8, 2), counts),  # plan, fixed, layers … places
        *(vector, _array(f8, 1, written=True), written, written, written),  # work, rooms, costs, squares, lengths
        *(counters, i8),  # control, thread
    )


def _predict_signature(kind: Any) -> Any:
    f8, i8, counters = types.float64, types.int64, _array(types.int64, 1, written=True)
    return types.void(
        *(_array(kind, 2), _array(kind, 2), _array(kind, 1)),  # X, Y, theta
        *(_array(kind, 2, written=True), _array(f8, 1, written=True)),  # out, costs
        *(_array(i8, 2), _array(f8, 2), _array(i8, 1), _array(f8, 1)),  # layers … fixed
        *(counters, _array(kind, 1, written=True), counters, i8),  # orders, work, control, thread
    )  # fmt: skip


def _digest() -> str:
    """A fingerprint of all that goes into the machine code: Numba's cache looks at one file, not at what it imports."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _compiled(which: int, signature: Any) -> Any:
    """Compile one entry point, or load it from the cache; without a folder to cache in, compile in every process."""
    function = epoch.entry_points(_digest())[which]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)
        try:
            return njit(signature, cache=True, **ENTRY)(function)
        except Exception:  # no folder to cache in, or a damaged file there: whatever Numba makes of it
            return njit(signature, **ENTRY)(function)


@cache
def run_steps(dtype: str) -> Any:
    """The compiled ``run_steps`` of ``epoch.entry_points`` for "float32" or "float64"."""
    return _compiled(0, _steps_signature(_KINDS[dtype]))


@cache
def predict_blocks(dtype: str) -> Any:
    """The compiled ``predict_blocks`` of ``epoch.entry_points`` for "float32" or "float64"."""
    return _compiled(1, _predict_signature(_KINDS[dtype]))
