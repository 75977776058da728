"""How threads that share the tasks of a call find each other: counters, who takes what, who may still come in."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from glassprop.engine.compiled.low_level import (
    OPTIONS,
    atomic_read,
    compare_and_swap,
    fetch_add,
    pause,
    wait_until,
    yield_processor,
)

# entries of `control`, on cache lines of their own where threads write them; one line a track from NEXT on
DONE, FAILED, CALL, INSIDE, FROM, TO, ALLOWED, LINE = 0, 16, 32, 48, 64, 65, 66, 16
# from PRESENT on: whether there is a helper of this number, or one is on its way
PRESENT, MOST_THREADS, NEXT = 80, 16, 96
LINGER = 200_000  # turns, some tenths of a millisecond: longer than what Python does between two epochs


def control_for(tracks: int) -> NDArray[np.int64]:
    """The counters of calls whose work is on so many tracks."""
    return np.zeros(NEXT + LINE * tracks, dtype=np.int64)


@njit(**OPTIONS)
def take(control, tracks, last, thread):
    """Take a task for this thread: (phase, track); waits for one to be ready. Phase -1: there are no more.

    A phase may begin when all tasks of those before it are done. Threads with even numbers look through the tracks from
    the first on, those with odd numbers from the last.
    """
    if tracks == 1:  # one thread: nobody to agree with
        phase = control[NEXT]
        control[NEXT] = phase + 1
        return (phase, 0) if phase < last else (-1, 0)
    spins = 0
    while True:
        done, over = atomic_read(control, DONE), True
        for k in range(tracks):
            turn = (thread >> 1) + k
            while turn >= tracks:
                turn -= tracks
            track = turn if thread % 2 == 0 else tracks - 1 - turn
            phase = atomic_read(control, NEXT + LINE * track)
            if phase < last:
                over = False
                if phase * tracks <= done and compare_and_swap(control, NEXT + LINE * track, phase, phase + 1):
                    return phase, track
        if over:
            return -1, 0
        spins = pause(spins)


@njit(**OPTIONS)
def opened(control, thread, seen, patience):
    """Wait for a call that this helper has not seen; returns its number, or -1 if none comes.

    CALL is odd while thread 0 is at work in a call. A helper announces itself before it looks again whether the call
    is still open; thread 0 closes it before it looks whether anybody is inside. So when thread 0 has returned, no
    helper touches anything but ``control``, however late it comes.
    """
    turn = 0
    while True:
        call = atomic_read(control, CALL)
        if call % 2 == 1 and call != seen and thread < control[ALLOWED]:
            fetch_add(control, INSIDE, 1)
            if atomic_read(control, CALL) == call:
                return call
            fetch_add(control, INSIDE, -1)
        turn += 1
        if turn > patience:
            fetch_add(control, PRESENT + thread, -1)
            return -1
        if turn % 4096 == 0:  # seldom: on a busy machine each takes as long as others want
            yield_processor()


@njit(**OPTIONS)
def close(control, tasks):
    """Thread 0's end of a call: wait for what others are at, and see them out."""
    wait_until(control, DONE, tasks)
    fetch_add(control, CALL, 1)
    spins = 0
    while atomic_read(control, INSIDE) > 0:
        spins = pause(spins)
