"""``python -m bench.accuracy``: train every model on every table, keep what comes of it, and write the report.

    python -m bench.accuracy [--quick] [--extremes] [--only TABLE …] [--models NAME …] [--seeds N] [--results FILE …]
        [--threads N] [--jobs N] [--device cpu] [--seconds N] [--redo] [--report] [--docs]

Results are kept in build/accuracy/results.jsonl (or the first of ``--results``), by table, seed, model, processor and
version: what is there already is not run again, so that a run can be ended and gone on with. Models take turns on each
table and seed; times are compared where they ran on one processor. ``--docs`` puts the report into bench/README.md and
the plot into docs/img.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.accuracy.extremes import EXTREMES
from bench.accuracy.extremes import seeds as seeds_of
from bench.accuracy.one_model import MODELS, Job, version_of
from bench.accuracy.ours import OURS
from bench.accuracy.peers import FAST, SLOW, UNSMOOTHED
from bench.accuracy.prepared import fetched
from bench.accuracy.results import Result, keep, key_of, read
from bench.accuracy.runner import run_all
from bench.accuracy.tables import BY_NAME, CLASSES, QUICK, REPORTED
from bench.accuracy.write import write

_ROOT = Path(__file__).resolve().parents[2]
_RESULTS = _ROOT / "build" / "accuracy" / "results.jsonl"
_OF_EXTREMES = ("constant", "scikit-learn MLP", *OURS)
_LONGEST = 3 * 3600.0


def main(arguments: list[str] | None = None) -> int:
    """Run what is lacking, and report; 1 if a table could not be had or a model failed."""
    options = _options(arguments)
    path, *more = options.results or [_RESULTS]
    failed = 0 if options.report else _run(options, path, more)
    return write(read(*more, path), _ROOT, docs=options.docs) or int(failed > 0)


def _run(options: argparse.Namespace, path: Path, more: list[Path]) -> int:
    tables = _tables(options)
    machine = machine_of(options.device)
    there = _there(options.models)
    known = set() if options.redo else {key_of(result) for result in read(*more, path)}
    jobs = [job for job in _jobs(options, tables, there) if (*_key(job, machine), there[job.model]) not in known]
    failed = []
    about = {"machine": machine, "date": date.today().isoformat(), "threads": options.threads}

    def told(result: Result, load: float) -> None:
        keep(path, result | about | {"version": there[result["model"]], "load": round(load, 1)})
        words = f"error {result['error']:.4f}" if "error" in result else result["failed"]
        failed.extend([result] if "failed" in result else [])
        progress.console.print(f"{result['table']}, {result['seed']}, {result['model']}: {words}", highlight=False)
        progress.advance(task)

    with _progress() as progress:
        task = progress.add_task("training", total=len(jobs))
        run_all(jobs, options.threads, options.jobs, options.seconds, told)
    return len(failed)


def _tables(options: argparse.Namespace) -> list[str]:
    """Those that are wanted and can be had."""
    if options.extremes:
        wanted = [name for name in EXTREMES if not options.only or any(part in name for part in options.only)]
        sources = {name.partition(",")[0] for name in wanted} & set(BY_NAME)
    else:
        wanted = options.only or (list(QUICK) if options.quick else [table.name for table in REPORTED])
        sources = set(wanted)
    lacking = fetched([BY_NAME[name] for name in sorted(sources)])
    for name, fault in lacking.items():
        print(f"{name} is left out: {fault}", file=sys.stderr)
    return [name for name in wanted if name.partition(",")[0] not in lacking]


def _there(models: list[str]) -> dict[str, str]:
    """Model -> version, of those whose package is installed."""
    found = {}
    for model in models:
        try:
            found[model] = version_of(model)
        except PackageNotFoundError as error:
            print(f"{model} is left out: {error.name} is not installed (the extra [accuracy])", file=sys.stderr)
    return found


def _jobs(options: argparse.Namespace, tables: list[str], models: dict[str, str]) -> Iterator[Job]:
    """By seed, then by table, so that the models take turns on the same rows, and something whole is there soon."""
    for seed in range(max(options.seeds, seeds_of(0) if options.extremes else 0)):
        for table in tables:
            if options.extremes and seed >= seeds_of(EXTREMES_ROWS[table]):
                continue
            for model in models:
                if _meant(model, table):
                    yield Job(table, seed, model, options.threads, options.device)


EXTREMES_ROWS = {name: int(name.rpartition(" rows")[0].rpartition(", ")[2]) for name in EXTREMES}


def _meant(model: str, table: str) -> bool:
    """Large tables go without those that need PyTorch; smoothing is of classes."""
    known = BY_NAME.get(table)
    if known is None:
        return True
    return not (known.large and model in SLOW) and not (model == UNSMOOTHED and known.source.task != CLASSES)


def _key(job: Job, machine: str) -> tuple[str, int, str, str]:
    return job.table, job.seed, job.model, machine


def machine_of(device: str) -> str:
    """The processor that trains."""
    if device != "cpu":
        command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.accuracy", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="ten tables, one seed, the peers that are fast")
    parser.add_argument("--extremes", action="store_true", help="tables of all sizes, beside the weakest peers")
    parser.add_argument("--only", nargs="+", metavar="TABLE", help="these tables (of extremes: parts of their names)")
    parser.add_argument("--models", nargs="+", metavar="NAME", choices=MODELS, help=f"of {', '.join(MODELS)}")
    parser.add_argument("--seeds", type=int, help="how many (3; quick: 1)")
    parser.add_argument("--results", nargs="+", type=Path, metavar="FILE", help="the first is added to, all are read")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each model (all cores)")
    parser.add_argument("--jobs", type=int, default=1, help="models at a time: more than one spoils the times")
    parser.add_argument("--device", default="cpu", help="where the peers that need PyTorch train")
    parser.add_argument("--seconds", type=float, default=_LONGEST, help="a model that takes longer is ended")
    parser.add_argument("--redo", action="store_true", help="run again what is there")
    parser.add_argument("--report", action="store_true", help="run nothing, report what is there")
    parser.add_argument("--docs", action="store_true", help="write bench/README.md and the plot in docs/img")
    options = parser.parse_args(arguments)
    fast = [*OURS, *FAST]
    options.models = options.models or (list(_OF_EXTREMES) if options.extremes else fast if options.quick else MODELS)
    options.seeds = options.seeds or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    sys.exit(main())
