"""Speed against scikit-learn, PyTorch and JAX in one interleaved run: `python -m bench.run [--quick] [--json FILE]`."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import time
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.cases import CASES, Case
from bench.competitors.base import Competitor, training_cost
from bench.competitors.glassprop_ import Glassprop
from bench.competitors.jax_ import Jax
from bench.competitors.sklearn_ import Sklearn
from bench.competitors.torch_ import Torch
from glassprop.ground.json_values import to_json

_TOLERANCE = 0.15  # how far a competitor's training cost may lie from the middle of all, as a part of it
_SLICE = 0.15  # seconds that a competitor is timed for at a stretch, at least
_BEHIND = 1.3  # in a quick run, who is so many times as slow as the best peer is not timed again


def field(quick: bool) -> dict[str, tuple[type[Competitor], dict[str, Any]]]:
    """Who takes part, under which name, with which options."""
    competitors: dict[str, tuple[type[Competitor], dict[str, Any]]] = {
        "glassprop": (Glassprop, {}),
        "scikit-learn": (Sklearn, {}),
        "torch": (Torch, {"threads": 2}),
        "torch, 1 thread": (Torch, {"threads": 1}),
        "jax": (Jax, {}),
    }
    if not quick:
        competitors["torch, compiled"] = (Torch, {"threads": 2, "compiled": True})
    return competitors


def measure(case: Case, quick: bool, engine_threads: str | None = None) -> dict[str, Any]:
    """Least milliseconds an epoch of every competitor, from rounds in which each has its turn."""
    entrants: dict[str, Competitor] = {}
    epochs: dict[str, int] = {}
    for name, (kind, options) in field(quick).items():
        entrants[name] = kind(case, **options)
        took = timed(entrants[name], 1)  # compiles, warms caches
        if took < 3:  # else one epoch is long enough, whatever the compiling took
            took = timed(entrants[name], 1)
        epochs[name] = max(1, int(_SLICE / max(took, 1e-6)))
    best = dict.fromkeys(entrants, float("inf"))
    gc.collect()
    end = time.perf_counter() + (4 if quick else 60)
    for turn in range(5 if quick else 10):
        if turn > 1 and time.perf_counter() > end:
            break
        first = min(best[name] for name in best if name != "glassprop")
        for name, entrant in entrants.items():
            if quick and turn and name != "glassprop" and best[name] > _BEHIND * first:
                continue
            best[name] = min(best[name], timed(entrant, epochs[name]) / epochs[name] * 1e3)
    return {"milliseconds": best, "costs": costs(case, quick)}


def timed(entrant: Competitor, epochs: int) -> float:
    """Seconds that some epochs take."""
    start = time.perf_counter()
    entrant.epochs(epochs)
    return time.perf_counter() - start


def costs(case: Case, quick: bool) -> dict[str, float]:
    """Training cost after the same number of epochs from the same start."""
    n = max(1 if quick else 2, min(40, 40_000 // case.rows))
    if quick and case.parameters > 100_000:
        n = 1
    found = {}
    for name, (kind, options) in field(True).items():
        entrant = kind(case, **options)
        entrant.epochs(n)
        found[name] = training_cost(case, entrant.weights())
    return found


def row(case: Case, quick: bool, bytes_a_second: float) -> dict[str, Any]:
    """All figures of one case."""
    from bench.floor import floor

    result = measure(case, quick)
    times, found = result["milliseconds"], sorted(result["costs"].values())
    middle = found[len(found) // 2]
    void = [name for name, cost in result["costs"].items() if abs(cost - middle) > _TOLERANCE * middle + 0.01]
    peer = min((name for name in times if name != "glassprop"), key=times.__getitem__)
    low = floor(case, bytes_a_second, 0.05 if quick else 0.3) * 1e3
    return {
        "case": asdict(case) | {"name": case.name},
        **result,
        "void": void,
        "peer": peer,
        "ratio": times[peer] / times["glassprop"],
        "floor_ms": low,
        "of_floor": low / times["glassprop"],
    }


def verdict(found: dict[str, Any]) -> str:
    """met, aim, or short, by the case's own figures."""
    case = found["case"]
    if found["void"]:
        return "void"
    if found["ratio"] < case["must"] or (case["of_floor"] and found["of_floor"] < case["of_floor"]):
        return "met (floor)" if found["of_floor"] >= 0.9 else "short"
    return "aim" if found["ratio"] >= case["aim"] else "met"


def table(rows: list[dict[str, Any]]) -> Table:
    """The figures for a terminal."""
    out = Table(title="Adam, float32: milliseconds an epoch", caption="ratio: best peer / glassprop")
    for column in ("network, batch (rows)", "glassprop", "best peer", "ratio", "must/aim", "of floor", ""):
        out.add_column(column, justify="left" if column in ("network, batch (rows)", "") else "right")
    for r in rows:
        case, times = r["case"], r["milliseconds"]
        out.add_row(
            case["name"],
            f"{times['glassprop']:.3g}",
            f"{times[r['peer']]:.3g} {r['peer']}",
            f"{r['ratio']:.2f}",
            f"{case['must']}/{case['aim']}",
            f"{r['of_floor']:.0%}",
            verdict(r),
        )
    return out


def machine() -> dict[str, Any]:
    """What the figures come from."""
    names = ("glassprop", "numpy", "scipy", "scikit-learn", "torch", "jax", "numba", "blis")
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    threads = {name: os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS") if name in os.environ}
    return {
        "date": date.today().isoformat(),
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
        "thread settings": threads or "none",
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Run the cases, print the table, write JSON and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no torch.compile")
    parser.add_argument("--json", default="build/bench.json", help="where the figures go")
    parser.add_argument("--plot", default="build/bench.svg", help="where the plot goes")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of cases, from 0")
    arguments = parser.parse_args()
    from bench.floor import bandwidth

    console = Console()
    about = machine()
    console.print_json(to_json(about))
    bytes_a_second = bandwidth()
    chosen = CASES if arguments.only is None else [CASES[i] for i in arguments.only]
    rows = [
        row(case, arguments.quick, bytes_a_second)
        for case in track(chosen, console=Console(stderr=True), description="cases")
    ]
    console.print(table(rows))
    Path(arguments.json).parent.mkdir(parents=True, exist_ok=True)
    Path(arguments.json).write_text(
        to_json({"machine": about, "bandwidth_gb_s": bytes_a_second / 1e9, "rows": rows}, indent=1)
    )
    from bench.plot import draw

    draw(rows, about, Path(arguments.plot))
    sys.exit(0)


if __name__ == "__main__":
    main()
