"""How well wrong labels are found by one training, beside cleanlab with five folds: ``python -m bench.blame.labels``.

On real tables with planted wrong labels, 5 % and 10 % of them, of any class and by class, five seeds; scikit-learn's
default network. Half of the tables are those that the score was chosen on, the other half is reported. It writes a line
for each case to `build/blame/labels.jsonl`, where a run that was ended goes on, and prints tables in Markdown. It needs
cleanlab (``pip install 'cleanlab>=2.9,<3'``). Seconds are those of the processor: with ``NUMBA_NUM_THREADS=1
OPENBLAS_NUM_THREADS=1`` they are those of one thread.
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
    parser.add_argument(
        "--redo", action="store_true", help="forget what is written down; else a run that ended goes on"
    )
    parser.add_argument("--show", action="store_true", help="print what was written down, and run nothing")
    options = parser.parse_args(arguments)
    cases = read() if options.show else run(options)
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
        classes, numbers = (tuple(each for each in names if each != name) for names in (classes, numbers))
    listed = [job for job in jobs(classes, numbers, options) if options.only in (None, job[0].__name__[3:])]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    known = {} if options.redo or not FILE.exists() else {key_of(case): case for case in read()}
    keys = [(work.__name__[3:], *asked) for work, asked in listed]
    with FILE.open("w" if options.redo else "a") as file:
        for key, (work, asked) in track(list(zip(keys, listed, strict=True)), "planted wrong labels"):
            if key not in known:
                known[key] = json.loads(json.dumps(work(*asked)))
                print(json.dumps(known[key]), file=file, flush=True)
    return [known[key] for key in sorted(keys, key=lambda key: (classes + numbers).index(key[1]))]


def read() -> list[Case]:
    """What was written down; a line that a killed run left unfinished is no case."""
    lines = FILE.read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def key_of(case: Case) -> tuple[Any, ...]:
    """What it was made of, as in ``jobs``."""
    return (case["what"], *(case[name] for name in ("table", "how", "share", "seed") if name in case))


def jobs(classes: Sequence[str], numbers: Sequence[str], options: Namespace) -> Iterator[Job]:
    """What is to be run, and of what: the first seeds of all tables come first."""
    for seed in range(options.seeds):
        for name in classes:
            yield from ((of_labels, (name, how, share, seed)) for how in FLIPS for share in SHARES)
            yield from ((of_unusual, (name, how, 0.05, seed)) for how in UNUSUAL)
        yield from ((of_numbers, (name, share, seed)) for name in numbers for share in SHARES)
    yield from ((of_retraining, (name, 0.1, 0)) for name in classes)


if __name__ == "__main__":
    main()
