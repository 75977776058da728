"""``make soak``: forged model files and odd tables by the thousand, for as long as told.

    python -m forging.soak [--seconds N] [--cases N] [--seed N] [--jobs N] [--case N]

``--case N`` does one case again, and says what came of it. What failed lies in ``build/soak/`` as files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from forging.cases import Case, Forger
from forging.good import write_good_files
from forging.odd_tables import table_case
from forging.pool import Tally, reader
from forging.traces import good_trace, trace_case

_EVERY = 10.0  # seconds between lines of progress
_TABLES, _TRACES = 20, 15  # one case in so many is an odd table, or a forged trace
_KEPT = Path("build") / "soak"


class Soak:
    """Hands out cases to threads, each with a worker process of its own, and counts what comes of them."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self.tally, self._lock = Tally(), threading.Lock()
        self._forger, self._trace, self._next = Forger(folder, options.seed), good_trace(folder), 0
        self._start = self._told = time.monotonic()

    def case(self, number: int) -> Case:
        """The case of that number: a forged file, an odd table, or a forged trace."""
        if number % _TRACES == _TRACES - 2:
            return trace_case(self._trace, number, self.options.seed)
        if number % _TABLES == _TABLES - 1:
            return table_case(number, self.options.seed)
        return self._forger.case(number)

    def run(self) -> Tally:
        """Until time, or cases, are at an end."""
        with ThreadPoolExecutor(self.options.jobs) as threads:
            for done in [threads.submit(self._work) for _ in range(self.options.jobs)]:
                done.result()
        return self.tally

    def _work(self) -> None:
        with reader(self.folder) as worker:
            for case in self._cases():
                answer = worker.tried(case)
                with self._lock:
                    self.tally.add(case, answer)
                    if answer["faults"]:
                        _keep(case, answer["faults"], self.options.seed)
                    self._tell()

    def _cases(self) -> Iterator[Case]:
        while True:
            with self._lock:
                number = self._next
                self._next += 1
                case = self.case(number) if not self._over(number) else None
            if case is None:
                return
            yield case

    def _over(self, number: int) -> bool:
        if self.options.seconds is None:
            return number >= self.options.cases
        return time.monotonic() - self._start > self.options.seconds or number >= (self.options.cases or number + 1)

    def _tell(self) -> None:
        if time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            tally = self.tally
            print(f"{self._told - self._start:6.0f} s  {tally.cases:7,} cases  {len(tally.faults)} failed", flush=True)


def _keep(case: Case, faults: list[str], seed: int) -> None:
    """A file that failed, and how to do it again."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    path = _KEPT / f"case-{seed}-{case.number}"
    path.write_bytes(case.data)
    print(f"FAILED  case {case.number} (--seed {seed} --case {case.number}): {case.name}, {case.how}; kept as {path}")
    for fault in faults:
        print(f"        {fault}", flush=True)


def _summary(tally: Tally, seconds: float) -> str:
    kinds = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.outcomes.items()))
    return (
        f"{tally.cases:,} cases in {seconds:,.0f} s: {len(tally.faults)} failed; {tally.loaded:,} were models all the "
        f"same, and were used in {tally.uses:,} ways.\nAt most {max(tally.most_taken, 0) / 2**20:.1f} MiB above twice "
        f"the file were taken while reading.\n{kinds}."
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="forging.soak", description="Reads forged model files and odd tables.")
    kinds: dict[str, Callable[[str], Any]] = {"seconds": float, "cases": int, "seed": int, "jobs": int, "case": int}
    for name, kind in kinds.items():
        parser.add_argument(f"--{name}", type=kind)
    options = parser.parse_args(arguments)
    options.seed, options.jobs = options.seed or 0, options.jobs or 2
    if options.seconds is None and options.cases is None:
        options.cases = 10_000
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run; 1 if something failed."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_good_files(folder)
        soak = Soak(folder, options)
        if options.case is not None:
            with reader(folder) as worker:
                case = soak.case(options.case)
                print(case.name, case.format, case.how, worker.tried(case), sep="\n")
            return 0
        start = time.monotonic()
        tally = soak.run()
        print(_summary(tally, time.monotonic() - start))
        return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
