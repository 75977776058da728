"""A group of processes in one, for tests: threads, which hand over their vectors at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from waiting import HANG

from glassprop.backprop.ranks import Group


class _Member(Group):
    """What one thread sees of the group."""

    def __init__(self, rank: int, size: int, meeting: threading.Barrier, places: list[Any]) -> None:
        self.rank, self.size, self._meeting, self._places = rank, size, meeting, places
        self.handed_over: list[int] = []

    def everyone(self, vector: np.ndarray) -> list[np.ndarray]:
        assert vector.dtype == np.float64
        assert vector.flags.c_contiguous
        self.handed_over.append(vector.size)
        self._places[self.rank] = vector.copy()
        self._meeting.wait(HANG)
        found = [place.copy() for place in self._places]
        self._meeting.wait(HANG)  # nobody hands over anew before all have looked
        return found


def together(size: int, work: Callable[[int, Group], Any]) -> list[Any]:
    """``work(rank, group)`` in a thread for each rank: what came of each. Raises what the first to fail has raised."""
    results: list[Any] = [None] * size
    errors: list[BaseException] = []
    meeting, places = threading.Barrier(size), [None] * size

    def of(rank: int) -> None:
        try:
            results[rank] = work(rank, _Member(rank, size, meeting, places))
        except threading.BrokenBarrierError:
            results[rank] = "left alone"
        except BaseException as error:  # for the test to look at
            results[rank] = error
            errors.append(error)
            meeting.abort()

    threads = [threading.Thread(target=of, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    assert "left alone" not in [result for result in results if isinstance(result, str)]
    return results
