"""NumPy's products on one thread while training needs it: OpenBLAS and MKL cut them by threads, and so their sums."""

from __future__ import annotations

import os
import sys
import threading
from functools import lru_cache
from typing import Any

NEVER_SHARED = 4096  # multiplications that no BLAS shares among threads: to hold them would take longer
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


@lru_cache(maxsize=2)
def _libraries(with_scipys: bool) -> tuple[list[Any], list[Any]]:
    """The BLAS libraries that are loaded: those with a setting for the process, and those with one for each thread.

    SciPy brings one of its own. To look for them takes some milliseconds.
    """
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    of_thread = [lib for lib in found if lib.internal_api == "openblas" and lib.threading_layer == "openmp"]
    return [lib for lib in found if lib not in of_thread], of_thread


def _set_to_one(libraries: list[Any]) -> _Before:
    """Returns what was set before."""
    before = [(library, library.num_threads) for library in libraries]
    _put_back([(library, 1) for library in libraries])
    return before


def _put_back(before: _Before) -> None:
    for library, number in before:
        _release(library)
        library.set_num_threads(number)
        _release(library)


def _release(library: Any) -> None:
    """threadpoolctl 3.8 lets only the thread that came first change OpenBLAS; here threads agree among themselves."""
    release = getattr(library, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)
