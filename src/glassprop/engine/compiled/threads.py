"""Helper threads for the compiled kernels: as many as the machine has cores to spare at the moment.

Kernels release the GIL and share their work as tasks, so a helper only has to call the same kernel. The number of
callers at work is counted: two fits in two threads on two cores get no helpers, one fit gets one. How helpers and the
caller find each other is in ``control.py``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from glassprop.engine.compiled.control import ALLOWED, MOST_THREADS, PRESENT
from glassprop.equations.arrays import Array

Kernel = Callable[[int], Any]


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
        self._start_over()

    def _start_over(self) -> None:
        self._lock, self._pid = threading.Lock(), os.getpid()
        self._pool: ThreadPoolExecutor | None = None
        self._callers = 0

    def run(self, kernel: Kernel, control: Array, most: int) -> None:
        """Call ``kernel(0)`` here, which returns when all the work is done, with up to ``most - 1`` helpers to share it.

        Helpers are at ``kernel(1)``, …; those that ``control`` has from an earlier call are not called again.
        """
        cores = usable_cores() if most > 1 else 1
        if os.getpid() != self._pid:  # a forked child: threads do not survive a fork
            self._start_over()
        with self._lock:
            self._callers += 1
        try:
            with self._lock:
                allowed = max(1, min(most, cores // self._callers, MOST_THREADS))
                control[ALLOWED] = allowed
                for number in range(1, allowed):
                    if not control[PRESENT + number]:
                        self._call_in(kernel, control, number, cores)
            kernel(0)
        finally:
            with self._lock:
                self._callers -= 1

    def _call_in(self, kernel: Kernel, control: Array, number: int, cores: int) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max(cores - 1, 1), thread_name_prefix="glassprop")
        control[PRESENT + number] = 1
        # An error: Python is shutting down, or no thread can be started, and the caller does it all. The task may be
        # queued all the same, and run later: its number, and with it its workspace, stays taken.
        with suppress(RuntimeError):
            self._pool.submit(kernel, number)
