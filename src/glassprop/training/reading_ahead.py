"""Reading ahead: a thread that gets the next things ready while the caller is busy with one."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 2  # things that wait to be taken


class Ahead(Generic[T]):
    """An iterator over what a generator gives, which runs in a thread of its own, a few things ahead.

    What it raises is raised where the next thing is asked for. It is closed in that thread, at the end or by ``close``.

    Attributes
    ----------
    waited : float
        Seconds for which the caller had to wait.
    """

    def __init__(self, things: Callable[[Callable[[], bool]], Generator[T, None, None]]) -> None:
        """things: makes the generator; it is handed a function that says whether anybody still wants what comes."""
        self.waited = 0.0
        self._ready: deque[T] = deque()
        self._changed = threading.Condition()
        self._over = self._closed = False
        self._error: BaseException | None = None
        self._things = things(lambda: not self._closed)
        self._thread = threading.Thread(target=self._fetch, name="glassprop reading", daemon=True)
        self._thread.start()

    def __iter__(self) -> Ahead[T]:
        return self

    def __next__(self) -> T:
        with self._changed:
            if not self._ready and not self._over:
                began = time.perf_counter()
                try:
                    self._changed.wait_for(lambda: self._ready or self._over)
                finally:
                    self.waited += time.perf_counter() - began
            if self._ready:
                self._changed.notify_all()
                return self._ready.popleft()
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self) -> None:
        """Stop reading, and wait until that has ended."""
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._changed.notify_all()
        self._thread.join()

    def _fetch(self) -> None:
        try:
            for thing in self._things:
                with self._changed:
                    self._changed.wait_for(lambda: len(self._ready) < MOST or self._closed)
                    if self._closed:
                        break
                    self._ready.append(thing)
                    self._changed.notify_all()
                del thing  # so that nothing is held here while the next is read
        except BaseException as error:  # whatever it is, whoever waits must hear of it
            self._error = error
        try:
            self._things.close()
        except BaseException as error:
            self._error = self._error or error
        with self._changed:
            self._over = True
            self._changed.notify_all()
