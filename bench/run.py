"""Speed against scikit-learn, PyTorch and JAX in interleaved runs, as the CPU is and limited to AVX2.

`python -m bench.run` runs all cases in both columns, a process for each; `--quick` the main cases in the first.
`--columns`, `--more` and `--only` choose otherwise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.cases import MAIN, MORE, Case
from bench.limits import AS_FOUND, columns, environment, set_aside
from bench.plot import draw
from bench.tables import of_column, of_kernels
from glassprop.ground.json_values import to_json

Column = dict[str, Any]  # "about" and "rows", as `bench.column` tells them


def main() -> int:
    """Run the columns, print their tables, write JSON and the plot."""
    arguments = _parser().parse_args()
    there = columns()
    wanted = arguments.columns or ([AS_FOUND] if arguments.quick else list(there))
    chosen = [
        case
        for case in (*MAIN, *(MORE if arguments.more or not arguments.quick else ()))
        if not arguments.only or any(part in case.name for part in arguments.only)
    ]
    console, found = Console(), []
    for name in wanted:
        if name not in there:
            console.print(f"not run: {name} (this CPU has {there[AS_FOUND]})")
    with _progress() as progress:
        for name in filter(there.__contains__, wanted):
            found.append(run(name, chosen, arguments.quick, progress))
            console.print(of_kernels(found[-1]["about"]), of_column(found[-1]))
    target = Path(arguments.json)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_json({"columns": found}, indent=1))
    draw(found, Path(arguments.plot))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the main cases as the CPU is, fewer rounds")
    parser.add_argument("--columns", nargs="+", help=f"which of {', '.join(map(repr, columns()))}")
    parser.add_argument("--more", action="store_true", help="the other cases too, in a quick run")
    parser.add_argument("--only", nargs="+", help="cases with one of these in their names")
    parser.add_argument("--json", default="build/bench.json", help="where the figures go")
    parser.add_argument("--plot", default="build/bench.svg", help="where the plot goes")
    return parser


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True))


def run(column: str, cases: list[Case], quick: bool, progress: Progress) -> Column:
    """One column, in a process of its own."""
    command = [sys.executable, "-m", "bench.column", "--column", column, "--cases", *(case.name for case in cases)]
    task = progress.add_task(f"{column}: kernels and peaks", total=len(cases))
    found: Column = {"rows": []}
    with _lines(command + ["--quick"] * quick, environment(column)) as lines:
        for line in lines:
            if "about" in line:
                found["about"] = line["about"] | {"set_aside": set_aside()}
            elif "at" in line:
                progress.update(task, description=f"{column}: {line['at']}")
            else:
                found["rows"].append(line["row"])
                progress.advance(task)
    progress.update(task, description=column)
    return found


@contextmanager
def _lines(command: list[str], variables: dict[str, str]) -> Iterator[Iterator[dict[str, Any]]]:
    """Context that gives what a process tells, as it tells it, and ends it; what is no JSON is another library's."""
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield (json.loads(line) for line in process.stdout if line.startswith("{"))
        if process.wait():
            raise SystemExit(f"{' '.join(command[:5])} ended with exit code {process.returncode}")
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
