"""The compiled entry points in each precision: compiled at first use, cached on disk for later processes."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import types
from numba.core.errors import NumbaWarning

from glassprop.engine.compiled import epoch
from glassprop.engine.compiled.cache import compiled
from glassprop.engine.compiled.vector_width import WIDTH

# what this process has compiled or loaded, by entry point and kind; what it has told of that
_READY: dict[tuple[int, str], Any] = {}
_TOLD: set[str] = set()
_LOCK = threading.Lock()
_NOTIFY: ContextVar[tuple[Callable[[str], None] | None, str]] = ContextVar("notify", default=(None, ""))
_KINDS = {"float32": types.float32, "float64": types.float64}


def _array(kind: Any, dimensions: int, *, written: bool = False) -> Any:
    """A contiguous array; one that is only read may also be read-only (memory-mapped, say)."""
    return types.Array(kind, dimensions, "C", readonly=not written)


def _steps_signature(kind: Any) -> Any:
    f8, i8 = types.float64, types.int64
    vector, counts, doubles, table = _array(kind, 1, written=True), _array(i8, 1), _array(f8, 1), _array(f8, 2)
    written, counters = _array(f8, 2, written=True), _array(i8, 1, written=True)
    return types.void(
        *(_array(kind, 2), _array(kind, 2), doubles, counts),  # X, Y, weight, order
        *(vector, vector, vector, table, counts, vector),  # theta, m, v, schedule, bounds, gradients
        *(counts, doubles, _array(i8, 2), table, _array(i8, 2), table, counts),  # plan, fixed, layers … places
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
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return sha256(b"".join([*(file.read_bytes() for file in files), repr(WIDTH).encode()])).hexdigest()


@contextmanager
def told_of_compiling(notify: Callable[[str], None] | None, instead: str = "") -> Iterator[None]:
    """Context in which ``notify`` is told if something has to be compiled. Each thing is said once in a process.

    instead: what else can be done, where every process has to compile.
    """
    before = _NOTIFY.set((notify, instead))
    try:
        yield
    finally:
        _NOTIFY.reset(before)


def _tell(message: str, again: bool = False) -> None:
    notify, instead = _NOTIFY.get()
    if notify is not None and message not in _TOLD:
        _TOLD.add(message)
        notify(f"{message}, {instead}" if again and instead else message)


def _entry_point(which: int, kind: str, signature: Any) -> Any:
    """Compile one entry point, or load it from the cache; one thread does it, others wait for it."""
    with _LOCK:
        if (which, kind) not in _READY:
            sources = _digest()
            function = epoch.entry_points(sources)[which]
            function.__qualname__ = f"{function.__name__}_{kind}"  # files of its own for each kind
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NumbaWarning)
                ready = compiled(function, signature, _tell, sources)
            ready.disable_compile()  # for arguments of other types
            _READY[which, kind] = ready
        return _READY[which, kind]


def run_steps(dtype: str) -> Any:
    """The compiled ``run_steps`` of ``epoch.entry_points`` for "float32" or "float64"."""
    return _READY.get((0, dtype)) or _entry_point(0, dtype, _steps_signature(_KINDS[dtype]))


def predict_blocks(dtype: str) -> Any:
    """The compiled ``predict_blocks`` of ``epoch.entry_points`` for "float32" or "float64"."""
    return _READY.get((1, dtype)) or _entry_point(1, dtype, _predict_signature(_KINDS[dtype]))
