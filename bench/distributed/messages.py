"""Latency and bandwidth between two processes, and how long the sums of a step take, by the length of θ.

    mpiexec -n 2 python -m bench.distributed.messages [--turns 200]

Prints one line of JSON: half a round trip of a byte in microseconds, bandwidth of 4 MB in GB/s, and for each length of
θ the median and the least milliseconds of the fixed tree's sum and of MPI's own.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from glassprop.backprop.ranks import LaneSums
from glassprop.distributed.mpi_group import MpiGroup, together
from glassprop.distributed.needs_mpi import world

LANES = 12
LENGTHS = (1_000, 10_000, 134_000, 1_000_000)


def round_trip(communicator: Any, n_bytes: int, turns: int) -> float:
    """The least seconds that a message takes from rank 0 to rank 1."""
    message, best = np.zeros(n_bytes, np.uint8), np.inf
    for _ in range(turns):
        start = time.perf_counter()
        if communicator.rank == 0:
            communicator.Send(message, 1)
            communicator.Recv(message, 1)
        elif communicator.rank == 1:
            communicator.Recv(message, 0)
            communicator.Send(message, 0)
        best = min(best, (time.perf_counter() - start) / 2)
    return float(best)


def sums(group: MpiGroup, length: int, turns: int) -> dict[str, Any]:
    """The median and the least milliseconds of a step's sums, and what goes out of a process in them."""
    lanes = LaneSums(group, LANES)
    roots, vector = np.ones((len(lanes.roots), length)), np.ones(length)
    found: dict[str, Any] = {"length": length, "roots": len(lanes.roots)}

    def timed(name: str, call: Callable[[], Any]) -> None:
        call()
        before = group.bytes_sent, group.messages
        seconds = []
        for _ in range(turns):
            group.meet()
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        found[f"{name}_ms"] = 1000 * float(np.median(seconds))
        found[f"{name}_least_ms"] = 1000 * min(seconds)
        found[f"{name}_bytes"] = (group.bytes_sent - before[0]) / turns
        found[f"{name}_operations"] = (group.messages - before[1]) / turns

    timed("tree", lambda: lanes.combined(roots))
    timed("fast", lambda: group.summed(vector))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200)
    turns = parser.parse_args().turns
    communicator = world()
    latency = round_trip(communicator, 1, 5 * turns)
    bandwidth = 4e6 / round_trip(communicator, 4_000_000, max(5, turns // 10))
    with together(communicator) as group:
        by_length = [sums(group, length, max(5, min(turns, turns * 100_000 // length))) for length in LENGTHS]
    if communicator.rank == 0:
        found = {"ranks": communicator.size, "latency_us": latency * 1e6, "bandwidth_GB_s": bandwidth / 1e9}
        print(json.dumps({**found, "sums": by_length}), flush=True)


if __name__ == "__main__":
    main()
