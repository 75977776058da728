"""Ranks in one process, for tests: threads, whose reduce waits for all and adds up in the order of the ranks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from waiting import HANG


class Together:
    """So many ranks. ``run`` has each do its part, and gives what came of each: a result or an exception."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._changed = threading.Condition()
        self._vectors: dict[tuple[int, int], np.ndarray] = {}  # by round and rank
        self._left = False

    def reduce_of(self, rank: int) -> Callable[[np.ndarray], None]:
        """The reduce of a rank, in place, as an Allreduce is."""
        rounds = iter(range(10**9))

        def reduce(vector: np.ndarray) -> None:
            assert vector.dtype == np.float64
            assert vector.flags.c_contiguous
            now = next(rounds)
            with self._changed:
                self._vectors[now, rank] = vector.copy()
                self._vectors.pop((now - 2, rank), None)  # all have come as far as the round before
                self._changed.notify_all()
                assert self._changed.wait_for(lambda: self._complete(now) or self._left, HANG)
                assert self._complete(now), "another rank has left, and this one wants to add up more"
                total = sum(self._vectors[now, other] for other in range(1, self.number))
                vector[...] = self._vectors[now, 0] + total

        return reduce

    def _complete(self, now: int) -> bool:
        return all((now, rank) in self._vectors for rank in range(self.number))

    def run(self, work: Callable[[int, Callable], Any]) -> list[Any]:
        """``work(rank, reduce)`` in a thread for each rank."""
        results: list[Any] = [None] * self.number
        self._vectors, self._left = {}, False

        def of(rank: int) -> None:
            try:
                results[rank] = work(rank, self.reduce_of(rank))
            except BaseException as error:  # for the test to look at
                results[rank] = error
            with self._changed:
                self._left = True
                self._changed.notify_all()

        threads = [threading.Thread(target=of, args=(rank,)) for rank in range(self.number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results
