"""Who calls the compiled kernels: the caller, helper threads as there are cores to spare, and nobody while Python ends.

Kernels release the GIL and share their work as tasks, so a helper only has to call the same kernel. The number of
callers at work is counted: two fits in two threads on two cores get no helpers, one fit gets one. How helpers and the
caller find each other is in ``control.py``.

Helpers are daemon threads: Python waits for all others before it ends, those of ``concurrent.futures`` included, and a
helper of a fit that goes on in a daemon thread has no end. Yet a thread that were inside a BLAS while the process is torn
down would abort it. So when Python ends, ``ThreadPool.close`` makes every call of a kernel stop, and waits until they have.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from glassprop.engine.compiled.control import ALLOWED, FAILED, MOST_THREADS, PRESENT
from glassprop.engine.thread_limit import usable_cores
from glassprop.equations.arrays import Array

Kernel = Callable[[int], Any]
_LONGEST_WAIT = 10.0  # seconds: far more than what lies between two looks of a kernel at whether it has to stop


class ThreadPool:
    """Helper threads, started when first needed and made anew after a fork; ``closed`` once Python is about to end."""

    def __init__(self) -> None:
        self.closed = False
        self._closes_before: set[str] = set()
        self._start_over()

    def _start_over(self) -> None:
        self._lock, self._pid = threading.Lock(), os.getpid()
        self._calls: SimpleQueue[tuple[Kernel, int] | None] = SimpleQueue()
        self._helpers = self._callers = 0
        self._inside: dict[int, Array] = {}  # the control of the kernel that each thread is calling
        weakref.finalize(self, self._calls.put, None).atexit = False

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
            self.run_alone(kernel, control)
        finally:
            with self._lock:
                self._callers -= 1

    def run_alone(self, kernel: Kernel, control: Array) -> None:
        """Call ``kernel(0)`` here, without helpers.

        Raises
        ------
        SystemExit
            In a daemon thread while Python ends: the work is not done, and nothing that it left may be used.
        """
        me = threading.get_ident()
        self._inside[me] = control
        try:
            self._leave_if_closed()
            kernel(0)
            self._leave_if_closed()
        finally:
            self._inside.pop(me, None)

    def close_before(self, what: str) -> None:
        """When Python ends, close before what has been loaded until now: what is registered last goes first.

        A library that multiplies for kernels may end itself then (BLIS does), and abort whoever is inside. what: its name;
        each is told once.
        """
        if what not in self._closes_before:
            self._closes_before.add(what)
            atexit.register(self.close)

    def close(self) -> None:
        """Make all calls of kernels stop, and let no other thread begin one. For when Python ends.

        Only daemon threads are left by then, and this one, which may still want to predict: without kernels, since
        Numba ends next, and a kernel that runs after it crashes.
        """
        self.closed = True
        last = time.monotonic() + _LONGEST_WAIT
        while (inside := list(self._inside.values())) and time.monotonic() < last:
            for control in inside:
                control[FAILED] = 1
            time.sleep(0.001)

    def _leave_if_closed(self) -> None:
        if self.closed and threading.current_thread() is not threading.main_thread():
            raise SystemExit  # which ends a thread without a word

    def _call_in(self, kernel: Kernel, control: Array, number: int, cores: int) -> None:
        if self._helpers < max(cores - 1, 1):
            helper = threading.Thread(target=_help, args=(self._calls,), name="glassprop", daemon=True)
            try:
                helper.start()
            except RuntimeError:  # Python is shutting down, or there are too many threads: the caller does it all
                if not self._helpers:
                    return
            else:
                self._helpers += 1
        control[PRESENT + number] = 1
        self._calls.put((kernel, number))


def _help(calls: SimpleQueue[tuple[Kernel, int] | None]) -> None:
    """What a helper thread does: answer calls until there is a None, which is left for the other helpers."""
    while (call := calls.get()) is not None:
        kernel, number = call
        kernel(number)
        del call, kernel  # and with them the arrays of the training
    calls.put(None)
