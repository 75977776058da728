"""How many threads kernels may use: what the affinity, the environment and ``threadpoolctl`` allow.

``threadpoolctl.threadpool_limits`` sets a number in every thread pool that it knows of. It finds pools by the shared
libraries they live in. Ours live in none, so they are found by NumPy's, which is always loaded where we are. To
threadpoolctl they are threads of the kind "openmp", whose variable ``OMP_NUM_THREADS`` they obey too.
"""

from __future__ import annotations

import os

import threadpoolctl

NUM_THREADS = "GLASSPROP_NUM_THREADS"


def usable_cores() -> int:
    """Threads that a call may use: the affinity's cores, or as many as GLASSPROP_NUM_THREADS, OMP_NUM_THREADS say.

    No more than ``threadpoolctl`` allows.
    """
    allowed = _without_limit()
    return allowed if OwnThreads.most is None else min(allowed, OwnThreads.most)


def _without_limit() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    if wish := number_of_threads(os.environ.get(NUM_THREADS, "")):
        return wish
    return min(number_of_threads(os.environ.get("OMP_NUM_THREADS", "")) or cores, cores)


def number_of_threads(wish: str) -> int:
    """What a variable's value says; 0 if it is no number of threads."""
    return int(wish) if wish.isdecimal() else 0


class OwnThreads(threadpoolctl.LibController):
    """Our threads, as threadpoolctl sees them. The limit is one of the whole process; None: there is none."""

    user_api = "openmp"
    internal_api = "glassprop"
    filename_prefixes = ("_multiarray_umath",)
    most: int | None = None

    def get_num_threads(self) -> int:
        return usable_cores()

    def set_num_threads(self, num_threads: int) -> None:
        """Set the limit; one that limits nothing is none, as when threadpoolctl puts back what it found."""
        OwnThreads.most = None if num_threads >= _without_limit() else max(1, num_threads)

    def get_version(self) -> None:
        """They have none of their own."""


threadpoolctl.register(OwnThreads)
