"""One column of the benchmark, in the process that it is run in: prints a line of JSON for each thing that is found.

`bench.run` starts it, once for each column, with the environment of the column. Lines: ``{"about": …}`` first, then for
each case ``{"at": name}`` and ``{"row": …}``.
"""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import asdict, dataclass
from typing import Any

from bench.cases import MAIN, MORE, Case
from bench.competitors.base import Competitor, training_cost
from bench.competitors.glassprop_ import Glassprop
from bench.competitors.jax_ import Jax
from bench.competitors.sklearn_ import Sklearn
from bench.competitors.torch_ import Torch
from bench.facts import kernels, machine
from bench.floor import bandwidth, floor
from bench.limits import AS_FOUND, columns
from bench.peak import peak
from bench.products import CORES, speeds
from glassprop.ground.json_values import to_json

OURS = "glassprop"
_TOLERANCE = 0.15  # how far a competitor's training cost may lie from the middle of all, as a part of it
_SLICE = 0.15  # seconds that a competitor is timed for at a stretch, at least
_BEHIND = 1.3  # in a quick run, who is so many times as slow as the best peer is not timed again


@dataclass(frozen=True)
class Effort:
    """How long a case is measured.

    seconds, turns: of rounds, at most. on_products: seconds for each product of the floor. compiled: with
    torch.compile, which takes its time before the first epoch. all_again: whether those far behind are timed in every
    round.
    """

    seconds: float
    turns: int
    on_products: float
    compiled: bool = False
    all_again: bool = True


_QUICK, _MAIN, _MORE = Effort(4, 5, 0.03, all_again=False), Effort(18, 8, 0.08, compiled=True), Effort(5, 6, 0.04)


def field(case: Case, compiled: bool) -> dict[str, tuple[type[Competitor], dict[str, Any]]]:
    """Who can take part in a case, under which name, with which options."""
    competitors: dict[str, tuple[type[Competitor], dict[str, Any]]] = {
        OURS: (Glassprop, {}),
        "scikit-learn": (Sklearn, {}),
        "torch": (Torch, {"threads": CORES}),
        "torch, 1 thread": (Torch, {"threads": 1}),
        "jax": (Jax, {}),
    }
    if compiled:
        competitors["torch, compiled"] = (Torch, {"threads": CORES, "compiled": True})
    return {name: entry for name, entry in competitors.items() if not entry[0].obstacle(case)}


def measure(case: Case, effort: Effort) -> dict[str, float]:
    """Least milliseconds an epoch of every competitor, from rounds in which each has its turn."""
    entrants: dict[str, Competitor] = {}
    epochs: dict[str, int] = {}
    for name, (kind, options) in field(case, effort.compiled).items():
        entrants[name] = kind(case, **options)
        took = timed(entrants[name], 1)  # compiles, warms caches
        if took < 20:  # else one epoch is long enough, whatever the compiling took
            took = timed(entrants[name], 1)
        epochs[name] = max(1, int(_SLICE / max(took, 1e-6)))
    best = dict.fromkeys(entrants, float("inf"))
    gc.collect()
    end = time.perf_counter() + effort.seconds
    for turn in range(effort.turns):
        if turn > 1 and time.perf_counter() > end:
            break
        first = min(best[name] for name in best if name != OURS)
        for name, entrant in entrants.items():
            if turn and not effort.all_again and name != OURS and best[name] > _BEHIND * first:
                continue
            best[name] = min(best[name], timed(entrant, epochs[name]) / epochs[name] * 1e3)
    return best


def timed(entrant: Competitor, epochs: int) -> float:
    """Seconds that some epochs take."""
    start = time.perf_counter()
    entrant.epochs(epochs)
    return time.perf_counter() - start


def costs(case: Case, effort: Effort) -> dict[str, float]:
    """Training cost after the same number of epochs from the same start."""
    least = 1 if effort is _QUICK else 2
    n = max(least, min(40, 40_000 // case.rows)) if case.parameters < 100_000 else least
    found = {}
    for name, (kind, options) in field(case, compiled=False).items():
        entrant = kind(case, **options)
        entrant.epochs(n)
        found[name] = training_cost(case, entrant.weights())
    return found


def row(case: Case, effort: Effort, peaks: dict[str, float], bytes_a_second: float, level: str) -> dict[str, Any]:
    """All figures of one case."""
    times, found = measure(case, effort), costs(case, effort)
    middle = sorted(found.values())[len(found) // 2]
    peer = min((name for name in times if name != OURS), key=times.__getitem__)
    low = floor(case, bytes_a_second, effort.on_products)
    return {
        "case": asdict(case) | {"name": case.name},
        "milliseconds": times,
        "costs": found,
        "void": [name for name, cost in found.items() if abs(cost - middle) > _TOLERANCE * middle + 0.01],
        "peer": peer,
        "ratio": times[peer] / times[OURS],
        "must": case.must.at(level) if case.must else None,
        "floor": low,
        "of_floor": low["milliseconds"] / times[OURS] if low else None,
        "of_peak": {name: case.operations / (took * 1e6) / peaks[case.dtype] for name, took in times.items()},
    }


def about(column: str) -> dict[str, Any]:
    """The machine, its peaks, which kernels run, and how fast each library's product is."""
    peaks = {dtype: peak(dtype) for dtype in ("float32", "float64")}
    return {
        "column": column,
        "level": columns()[column],
        "machine": machine(),
        "kernels": kernels(column),
        "peak_gflops": peaks,
        "product_gflops": speeds(),
        "bandwidth_gb_s": bandwidth() / 1e9,
    }


def main() -> None:
    """Run the cases of one column."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--column", default=AS_FOUND)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cases", nargs="*", default=[], help="names")
    arguments = parser.parse_args()
    found = about(arguments.column)
    say({"about": found})
    peaks = {dtype: max(by_width.values()) for dtype, by_width in found["peak_gflops"].items()}
    for case in (*MAIN, *MORE):
        if case.name in arguments.cases:
            say({"at": case.name})
            effort = _QUICK if arguments.quick else _MAIN if case in MAIN else _MORE
            say({"row": row(case, effort, peaks, found["bandwidth_gb_s"] * 1e9, found["level"])})


def say(found: dict[str, Any]) -> None:
    """One line."""
    print(to_json(found), flush=True)


if __name__ == "__main__":
    main()
