"""What ranks do in tests of several processes: ``python parts_of_ranks.py NAME ARGUMENTS...``, under mpiexec."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import numpy as np
from ranks_at_work import found

from glassprop.distributed.mpi_group import together
from glassprop.errors import DistributedError


def roots_of(rank: int, size: int, counts: list[int]) -> np.ndarray:
    """Some vectors of a rank's, whose sum depends on the order of adds; those of all ranks have numbers in a row."""
    first = sum(counts[:rank])
    every = np.random.default_rng(size).normal(size=(sum(counts), size)) * 10.0 ** np.arange(sum(counts))[:, None]
    return every[first : first + counts[rank]]


def sums(world: Any) -> None:
    """All operations of a group."""
    with together(world) as group:
        ranks = list(range(world.size))
        alike = [len(each) for each in group.everyone(np.arange(3.0 + world.rank))]
        long = group.everyone(np.full(100 * world.rank, world.rank, dtype=float))
        counts = [rank % 3 for rank in ranks] if world.size > 1 else [2]
        adds = [(0, each) for each in range(1, sum(counts))]
        combined = {size: group.combined(roots_of(world.rank, size, counts), adds).tolist() for size in (1, 5, 5000)}
        again = group.combined(roots_of(world.rank, 5000, counts), adds).tolist()
        vector = np.array([1.0, world.rank])
        group.summed(vector)
        told = group.told({"rank": world.rank, "names": ["ä", None]})
        rows = [np.full((world.rank, 2), 10 * world.rank + other, dtype=np.float32) for other in ranks]
        exchanged = [part.tolist() for part in group.exchanged(rows)]
        found(world.rank, {
            "alike": alike, "long": [each.tolist() for each in long], "combined": combined, "again": again,
            "summed": vector.tolist(), "told": told, "exchanged": exchanged, "counts": counts,
        })  # fmt: skip


def one_fails(world: Any, how: str) -> None:
    """The last rank fails, or leaves, while the others wait for it, in the middle of a long sum."""
    vector = np.ones(300_000)
    try:
        with together(world) as group:
            group.combined(vector[None], [(0, rank) for rank in range(1, world.size)])
            if world.rank == world.size - 1:
                _fail(how)
            group.combined(vector[None], [(0, rank) for rank in range(1, world.size)])
    except (ValueError, DistributedError, KeyboardInterrupt) as error:
        found(world.rank, f"{type(error).__name__}: {error}")
        raise SystemExit(3) from None


def _fail(how: str) -> None:
    if how == "error":
        raise ValueError("this file cannot be read\nmore about it")
    if how == "long error":
        raise ValueError("ü" * 5000)
    if how == "interrupt":
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)
    if how == "exit":
        sys.exit(0)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from glassprop.distributed.needs_mpi import world as all_ranks

    globals()[sys.argv[1]](all_ranks(), *sys.argv[2:])
