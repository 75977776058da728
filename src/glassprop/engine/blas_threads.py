"""NumPy's products on one thread while training needs it: OpenBLAS and MKL cut them by threads, and so their sums."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture

_NEVER_SHARED = 4096  # multiplications that no BLAS shares among threads: to hold them would take longer
# The same of the OpenBLAS in NumPy's wheels, of two matrices, and where one factor is a vector: its sources (gemm.c,
# gemv.c, dot.c of 0.3.28) have 262,144, its later ones 125,000 on Arm's Neoverse V2; from 9,216 on; and 10,000.
_MATRICES, _VECTOR = 100_000, 8192
_Before = list[tuple[Any, int]]


class OneThread:
    """Context in which the BLAS libraries of this process use one thread each; threads may enter together, and twice.

    The setting of most belongs to the whole process. So whoever enters first notes what it was and sets it to one, and
    whoever leaves last puts it back. While one training runs, other threads' products run on one thread too. OpenBLAS
    over OpenMP has a setting for each thread, which each that enters changes for itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: dict[int, int] = {}  # how many times each thread has entered
        self._before: _Before = []
        self._mine = threading.local()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._go_on_in_child)

    def __enter__(self) -> None:
        me = threading.get_ident()
        of_process, of_thread = _libraries("scipy.linalg" in sys.modules)
        with self._lock:
            if not self._inside:
                self._before = _set_to_one(of_process)
            if me not in self._inside:
                self._mine.before = _set_to_one(of_thread)
            self._inside[me] = self._inside.get(me, 0) + 1

    def __exit__(self, *_: object) -> None:
        me = threading.get_ident()
        with self._lock:
            self._inside[me] -= 1
            if not self._inside[me]:
                del self._inside[me]
                _put_back(self._mine.before)
            self._let_out()

    @contextmanager
    def of_helper(self) -> Iterator[None]:
        """The same for a helper of a thread that is inside: only what belongs to a thread is set.

        A helper may come, or go, after the thread that it helps has left: the process's setting is others' by then.
        """
        _, of_thread = _libraries("scipy.linalg" in sys.modules)
        before = _set_to_one(of_thread)
        try:
            yield
        finally:
            _put_back(before)

    def _let_out(self) -> None:
        if not self._inside:
            before, self._before = self._before, []
            _put_back(before)

    def _go_on_in_child(self) -> None:
        """Of the threads that were inside, a forked child has only the one that forked."""
        me = threading.get_ident()
        self._lock = threading.Lock()
        self._inside = {me: self._inside[me]} if me in self._inside else {}
        self._let_out()


ONE_THREAD = OneThread()


def may_be_shared(architecture: Architecture, rows: int, *, with_others: bool = False) -> bool:
    """Whether BLAS may share products among threads, in passes over at most so many rows, and of θ with itself.

    Then their bits depend on threads. with_others: whether functions that are not ours multiply, too.
    """
    size = architecture.layout.size
    if rows * size <= _NEVER_SHARED:
        return False
    if with_others or architecture.own_functions or not _is_numpys_own_openblas():
        return True
    if size > _VECTOR:  # a batch may have one row
        return True
    pairs = pairwise(architecture.sizes)
    return any(rows * n_in * n_out > (_VECTOR if 1 in (n_in, n_out) else _MATRICES) for n_in, n_out in pairs)


@lru_cache(maxsize=1)
def _is_numpys_own_openblas() -> bool:
    """Whether NumPy came with the library that it multiplies by, so that nobody can put another in its place."""
    built: Any = np.show_config(mode="dicts")
    return built.get("Build Dependencies", {}).get("blas", {}).get("name") == "scipy-openblas"


class _Setting:
    """The number of threads of one library, as threadpoolctl reads and sets it."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def get(self) -> int:
        return int(self._library.num_threads)

    def set(self, number: int) -> None:
        self._release()
        self._library.set_num_threads(number)
        self._release()

    def _release(self) -> None:
        """threadpoolctl 3.8 lets only the thread that came first change OpenBLAS; here they agree among themselves."""
        release = getattr(self._library, "clear_controlling_thread", None)
        if release is not None:
            release(force=True)


class _SettingOfOpenBLAS(_Setting):
    """The same by the library's own functions, in a tenth of the time, which a small fit would notice."""

    def __init__(self, library: Any, get: Any, set_: Any) -> None:
        super().__init__(library)
        self.get, self.set = get, set_  # type: ignore[method-assign]


def _setting(library: Any) -> _Setting:
    if library.internal_api == "openblas" and library.threading_layer != "openmp":
        for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
            names = (f"{prefix}openblas_{verb}_num_threads{suffix}" for verb in ("get", "set"))
            get, set_ = (getattr(library.dynlib, name, None) for name in names)
            if get is not None and set_ is not None:
                return _SettingOfOpenBLAS(library, get, set_)
    return _Setting(library)


@lru_cache(maxsize=2)
def _libraries(with_scipys: bool) -> tuple[list[_Setting], list[_Setting]]:
    """The BLAS libraries that are loaded: those with a setting for the process, and those with one for each thread.

    SciPy brings one of its own. To look for them takes some milliseconds.
    """
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    of_thread = [lib for lib in found if lib.internal_api == "openblas" and lib.threading_layer == "openmp"]
    return [_setting(lib) for lib in found if lib not in of_thread], [_setting(lib) for lib in of_thread]


def _set_to_one(settings: list[_Setting]) -> _Before:
    """Returns what was set before."""
    before = [(setting, setting.get()) for setting in settings]
    for setting in settings:
        setting.set(1)
    return before


def _put_back(before: _Before) -> None:
    for setting, number in before:
        setting.set(number)
