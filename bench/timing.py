"""Timing calls and processes that take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# not getrusage, whose peak a process inherits from the one that started it
_PEAK = "\nprint(int([l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1]) / 1024)"


def alternately(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Least seconds of one call of each, taking turns."""
    for call in calls.values():
        call()
    best = dict.fromkeys(calls, float("inf"))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def medians(calls: dict[str, Callable[[], float]], turns: int) -> dict[str, float]:
    """The median of what each returns, taking turns, after one that does not count."""
    for call in calls.values():
        call()
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            found[name].append(call())
    return {name: statistics.median(values) for name, values in found.items()}


@dataclass(frozen=True)
class Ran:
    """What a process took: seconds by the clock, seconds of CPU in all its threads, and MiB at its peak."""

    seconds: float
    cpu: float
    peak: float
    said: str


def python(code: str, **environment: str) -> Ran:
    """Run code in a fresh process, and measure it."""
    before, start = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + _PEAK], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"a process that was to be measured has failed:\n{code}\n{done.stderr}")
    *said, peak = done.stdout.splitlines()
    return Ran(took, _cpu_of_children() - before, float(peak), "\n".join(said))


def _cpu_of_children() -> float:
    if resource is None:
        return float("nan")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
