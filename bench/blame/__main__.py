"""``python -m bench.blame``: how far scores of training rows agree with training without them, and what they cost.

    python -m bench.blame [--quick] [--part PART …] [--half A] [--results FILE] [--redo] [--report] [--docs]

Parts: "datamodeling", "leave one out", "times", and "labels", how well wrong labels are found, which needs cleanlab.
Results are kept in build/blame/results.jsonl, a line each, by version of the code: a run that was ended goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from bench.accuracy.__main__ import machine_of
from bench.accuracy.ours import version_of_ours
from bench.accuracy.results import keep
from bench.blame import datamodeling, leave_one_out, times
from bench.blame.report import LABELS, tables, written

_ROOT = Path(__file__).resolve().parents[2]
_RESULTS = _ROOT / "build" / "blame" / "results.jsonl"
_PAGE = _ROOT / "docs" / "blame-bench.md"
PARTS = (datamodeling.PART, leave_one_out.PART, times.PART, LABELS)
Job = tuple[dict[str, Any], Callable[[], dict[str, Any]]]


def main(arguments: list[str] | None = None) -> int:
    """Do what was not done yet, and report."""
    options = _options(arguments)
    warnings.simplefilter("ignore")
    version = version_of_ours()
    about = {"version": version, "machine": machine_of("cpu"), "date": date.today().isoformat()}
    known = [] if options.redo else [result for result in read(options.results) if result["version"] == version]
    if not options.report:
        for key, work in _jobs(options):
            if not any(key.items() <= result.items() for result in known):
                _keep(options.results, key, work, about)
    done = read(options.results)
    wanted = [result for result in done if result["part"] in options.part and result["quick"] == options.quick]
    found = tables(wanted, _labels(options) if LABELS in options.part else None)
    print("\n\n".join(f"## {part}\n\n{table}" for part, table in found.items()) or "no results yet")
    if options.docs:
        written(_PAGE, found)
    return 0 if found else 1


def read(path: Path) -> list[dict[str, Any]]:
    """What was done, the last of each; half a line is passed over."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            result = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[tuple(result.get(name) for name in ("part", "table", "asked", "seed", "quick"))] = result
    return list(found.values())


def _jobs(options: argparse.Namespace) -> Iterator[Job]:
    quick = options.quick
    if times.PART in options.part:
        yield {"part": times.PART, "quick": quick}, partial(times.result, quick=quick)
    for table, way, seed in datamodeling.jobs(quick=quick, half=options.half):
        if datamodeling.PART in options.part:
            key = {"part": datamodeling.PART, "table": table, "asked": way, "seed": seed, "quick": quick}
            yield key, partial(datamodeling.result, table, way, seed, quick=quick)
    for table, way, seed in leave_one_out.jobs(quick=quick):
        if leave_one_out.PART in options.part:
            key = {"part": leave_one_out.PART, "table": table, "asked": way, "seed": seed, "quick": quick}
            yield key, partial(leave_one_out.result, table, way, seed)


def _keep(path: Path, key: dict[str, Any], work: Callable[[], dict[str, Any]], about: dict[str, str]) -> None:
    print(", ".join(str(value) for value in key.values()), file=sys.stderr, flush=True)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    if key["part"] == times.PART:
        found = work()
    else:
        with threadpool_limits(1):  # small networks: more threads would only wait for each other
            found = work()
    keep(path, key | found | about | {"load": load})


def _labels(options: argparse.Namespace) -> str | None:
    """The table of wrong labels, where cleanlab is there."""
    try:
        from bench.blame import labels
    except ImportError as error:
        print(f"left out: {LABELS} ({error})", file=sys.stderr)
        return None
    asked = [*(["--quick"] if options.quick else []), *(["--show"] if options.report else [])]
    found: str = labels.main(asked)
    return found


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.blame", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="one table of each part, in less than three minutes")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="which parts; by default all")
    parser.add_argument("--half", choices=("A", "B"), default="B", help="tables of datamodeling: A, those chosen on")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FILE", help="where results are kept")
    parser.add_argument("--redo", action="store_true", help="do again what was done")
    parser.add_argument("--report", action="store_true", help="do nothing, report what there is")
    parser.add_argument("--docs", action="store_true", help=f"write into {_PAGE.relative_to(_ROOT)}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
