"""Steps of processes that train together, beside as many that train apart, side by side, each on its own rows.

    mpiexec -n 2 python -m bench.distributed.efficiency [--width 256] [--rows 1024] [--dtype float64] [--seconds 8]

Each process has one thread. "Apart" is plain training in one process, on ``rows`` examples a step; "together" is the
same number of examples a step and process, in lanes whose sums meet in the fixed tree; "fast" lets MPI add up. They
take turns; an epoch's time is the slowest process's, and the least of all turns counts. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("GLASSPROP_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from glassprop import Layer, Network
from glassprop.backprop.ranks import lanes_of_rank
from glassprop.distributed.mpi_group import together
from glassprop.distributed.needs_mpi import world
from glassprop.engine.plan import Data
from glassprop.settings import Settings, TrainState
from glassprop.training.lanes import ArrayLanes, lane_edges
from glassprop.training.loop import train

LANES, STEPS = 12, 10  # steps of an epoch


@dataclass(frozen=True)
class Case:
    """A network of two hidden layers as wide as its inputs, and how many rows a step and process."""

    width: int
    rows: int
    dtype: str

    def network(self) -> Network:
        layers = [Layer(self.width, "relu"), Layer(self.width, "relu"), Layer(10, "softmax")]
        return Network(self.width, layers, cost="cross_entropy")

    def data(self, rank: int, n: int) -> Data:
        rng = np.random.default_rng(rank)
        X = rng.normal(size=(n, self.width)).astype(self.dtype)
        return Data(X, np.eye(10, dtype=self.dtype)[rng.integers(0, 10, n)])


def epochs_of(case: Case, data: Any, batch_size: int, meet: Callable[[], Any], epochs: int, **more: Any) -> list[float]:
    """Seconds of each epoch but the first."""
    network, ends = case.network(), []

    def on_epoch(report: Any) -> bool:
        meet()
        ends.append(time.perf_counter())
        return False

    theta = network.initial(np.random.default_rng(1), case.dtype)
    settings = Settings(batch_size=batch_size, epochs=epochs, engine="compiled", patience=float("inf"))
    train(network, TrainState(theta), data, settings, rng=np.random.default_rng(2), on_epoch=on_epoch, **more)
    return np.diff(ends).tolist()


def measure(case: Case, seconds: float, communicator: Any) -> dict[str, Any]:
    """The least time of a step, apart, together and fast; seconds: for all turns."""
    size, rank = communicator.size, communicator.rank
    n = case.rows * STEPS
    mine = case.data(rank, n)
    edges = lane_edges(n * size, LANES)
    here = lanes_of_rank(LANES, rank, size)
    lanes = ArrayLanes(case.data(rank, int(edges[here.stop] - edges[here.start])), edges, 0, int(edges[here.start]))
    best: dict[str, float] = {}
    traffic: dict[str, Any] = {}
    end = time.perf_counter() + seconds
    with together(communicator) as group, together(communicator, fast_sums=True) as fast:

        def turn(name: str, of: Callable[[], list[float]]) -> None:
            slowest = np.max(group.told(of()), axis=0)
            best[name] = min(best.get(name, np.inf), float(slowest.min()) / STEPS)

        while bool(group.told(time.perf_counter() < end)[0]):
            turn("apart", lambda: epochs_of(case, mine, case.rows, lambda: group.meet(), 4))
            before = group.bytes_sent, group.messages
            turn("together", lambda: epochs_of(case, lanes, case.rows * size, lambda: None, 4, group=group))
            steps = 4 * STEPS
            traffic["bytes"] = (group.bytes_sent - before[0]) / steps
            traffic["operations"] = (group.messages - before[1]) / steps
            turn(
                "fast",
                lambda: epochs_of(case, lanes, case.rows * size, lambda: None, 4, group=fast, reduce=fast.reduce),
            )
    network = case.network()
    return {
        "ranks": size, "width": case.width, "rows": case.rows, "dtype": case.dtype, "parameters": network.layout.size,
        **{f"{name}_ms": 1000 * value for name, value in best.items()},
        "efficiency": best["apart"] / best["together"], "fast_efficiency": best["apart"] / best["fast"], **traffic,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, nargs="+", default=[256])
    parser.add_argument("--rows", type=int, nargs="+", default=[1024])
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--seconds", type=float, default=6)
    asked = parser.parse_args()
    communicator = world()
    for width in asked.width:
        for rows in asked.rows:
            found = measure(Case(width, rows, asked.dtype), asked.seconds, communicator)
            if communicator.rank == 0:
                print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
