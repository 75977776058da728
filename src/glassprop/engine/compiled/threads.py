"""Helper threads for the compiled kernels: as many as the machine has cores to spare at the moment.

Kernels release the GIL and share their work as tasks, so a helper only has to call the same kernel. The number of
callers at work is counted: two fits in two threads on two cores get no helpers, one fit gets one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any


def usable_cores() -> int:
    """Cores this process may use: its affinity, or less where OMP_NUM_THREADS or GLASSPROP_NUM_THREADS say so."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    for name in ("GLASSPROP_NUM_THREADS", "OMP_NUM_THREADS"):
        wish = os.environ.get(name, "")
        if wish.isdigit() and int(wish) > 0:
            return min(int(wish), cores) if name == "OMP_NUM_THREADS" else int(wish)
    return cores


class Crew:
    """A pool of helper threads, started when first needed and made anew after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._pid = 0
        self._callers = 0

    def run(self, kernel: Callable[[int], Any], most: int) -> None:
        """Call ``kernel(0)`` here and ``kernel(1)``, … in up to ``most - 1`` helpers; return when all are done."""
        cores = usable_cores() if most > 1 else 1
        if os.getpid() != self._pid:  # first use, or a forked child: threads do not survive a fork
            self._lock, self._pool, self._callers, self._pid = threading.Lock(), None, 0, os.getpid()
        with self._lock:
            self._callers += 1
            helpers = max(0, min(most, cores - self._callers + 1) - 1)
            if helpers and self._pool is None:
                self._pool = ThreadPoolExecutor(max(cores - 1, helpers), thread_name_prefix="glassprop")
        futures: list[Future[Any]] = []
        try:
            if helpers and self._pool is not None:
                futures = _submit(self._pool, kernel, helpers)
            kernel(0)
        finally:
            try:
                _wait(futures)
            finally:
                with self._lock:
                    self._callers -= 1


def _submit(pool: ThreadPoolExecutor, kernel: Callable[[int], Any], helpers: int) -> list[Future[Any]]:
    try:
        return [pool.submit(kernel, number) for number in range(1, helpers + 1)]
    except RuntimeError:  # Python is shutting down, and takes no more work: the caller does it all
        return []


def _wait(futures: list[Future[Any]]) -> None:
    """Wait for helpers at work, through Ctrl-C too: they write to arrays of the caller's."""
    interrupt: KeyboardInterrupt | None = None
    for future in futures:
        while not (future.cancel() or future.done()):
            try:
                wait([future])
            except KeyboardInterrupt as pressed:
                interrupt = pressed
    for future in futures:
        if not future.cancelled():
            future.result()
    if interrupt is not None:
        raise interrupt
