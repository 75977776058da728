"""How well wrong labels are found by one training, beside cleanlab with five folds: ``python -m bench.blame.labels``.

On real tables with planted wrong labels, 5 % and 10 % of them, of any class and by class, five seeds; scikit-learn's
default network. Half of the tables are those that the score was chosen on, the other half is reported. It writes a line
for each case to `build/blame/labels.jsonl`, and prints tables in Markdown. It needs cleanlab (``pip install
'cleanlab>=2.9,<3'``). Seconds are those of the processor: with ``NUMBA_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1`` they
are those of one thread.
"""

from __future__ import annotations

import json
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from bench.blame.label_cases import Case, of_labels, of_numbers, of_retraining, of_unusual
from bench.blame.label_report import report
from bench.blame.label_tables import (
    CHOOSING,
    FLIPS,
    NUMBERS_CHOOSING,
    NUMBERS_REPORTED,
    REPORTED,
    fetch,
)

FILE = Path(__file__).resolve().parents[2] / "build" / "blame" / "labels.jsonl"
SHARES = (0.05, 0.1)
UNUSUAL = ("columns mixed", "noise")
Job = tuple[Callable[..., Case], tuple[Any, ...]]


def main(arguments: Sequence[str] | None = None) -> str:
    """Run what is asked for, write it down, print it as Markdown and return that."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("A", "B"), default="B", help="A: what was chosen on; B: what is reported")
    parser.add_argument("--quick", action="store_true", help="three tables, one seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=("labels", "numbers", "unusual", "retraining"))
    parser.add_argument("--show", action="store_true", help="print what was written down, and run nothing")
    options = parser.parse_args(arguments)
    cases = [json.loads(line) for line in FILE.read_text().splitlines()] if options.show else run(options)
    text = report(cases)
    print(text)
    return text


def run(options: Namespace) -> list[Case]:
    """The cases, in order."""
    warnings.simplefilter("ignore")
    classes, numbers = (CHOOSING, NUMBERS_CHOOSING) if options.half == "A" else (REPORTED, NUMBERS_REPORTED)
    if options.quick:
        classes, numbers, options.seeds = classes[:3], numbers[:1], 1
    for name, why in fetch((*classes, *numbers)).items():
        print(f"left out: {name} ({why})")
        classes, numbers = ([each for each in names if each != name] for names in (classes, numbers))
    listed = [job for job in jobs(classes, numbers, options) if options.only in (None, job[0].__name__[3:])]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    cases: list[Case] = []
    with FILE.open("w") as file:
        for work, asked in track(listed, "planted wrong labels"):
            cases.append(json.loads(json.dumps(work(*asked))))
            print(json.dumps(cases[-1]), file=file, flush=True)
    return cases


def jobs(classes: Sequence[str], numbers: Sequence[str], options: Namespace) -> Iterator[Job]:
    """What is to be run, and of what."""
    seeds = range(options.seeds)
    for name in classes:
        yield from ((of_labels, (name, how, share, seed)) for how in FLIPS for share in SHARES for seed in seeds)
        yield from ((of_unusual, (name, how, 0.05, seed)) for how in UNUSUAL for seed in seeds)
        yield of_retraining, (name, 0.1, 0)
    for name in numbers:
        yield from ((of_numbers, (name, share, seed)) for share in SHARES for seed in seeds)


if __name__ == "__main__":
    main()
