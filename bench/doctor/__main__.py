"""``python -m bench.doctor``: ask the doctor about planted faults and healthy runs, and count what it gets right.

    python -m bench.doctor [--half A B C] [--only PART …] [--budget N] [--results FILE] [--redo] [--report] [--misses]
        [--json] [--check] [--overhead] [--docs]

Answers are kept in build/doctor/answers.jsonl, a line each, by case and version of the code: a run that was ended goes
on. ``--check`` asks nothing, and measures instead that faults hurt and healthy runs are healthy; ``--overhead``, what
watching a fit costs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import glassprop
from bench.accuracy.__main__ import machine_of
from bench.accuracy.ours import version_of_ours
from bench.accuracy.results import keep
from bench.doctor.asked import ask
from bench.doctor.case import Case
from bench.doctor.checked import check
from bench.doctor.halves import HALVES, cases_of, key_of
from bench.doctor.overhead import overheads
from bench.doctor.report import markdown, misses
from bench.doctor.scores import Answer, scores

_ROOT = Path(__file__).resolve().parents[2]
_RESULTS = _ROOT / "build" / "doctor" / "answers.jsonl"
_PAGE = _ROOT / "docs" / "doctor-bench.md"
WATCHED = "while training: "  # begins the keys of what watching costs


def main(arguments: list[str] | None = None) -> int:
    """Ask what was not asked yet, and report; 1 if there is nothing to report, or a check fails."""
    options = _options(arguments)
    wanted = {half: _wanted(half, options.only) for half in options.half}
    if options.check:
        return check([case for cases in wanted.values() for case in cases])
    version = version_of_ours()
    known = {} if options.redo else read(options.results, version)
    about = {"version": version, "machine": machine_of("cpu"), "date": date.today().isoformat()}
    if options.overhead:
        for name, share in overheads(glassprop.Doctor):
            keep(options.results, {"key": WATCHED + name, "share": share} | about)
    elif not options.report:
        for answer in _answers(wanted, known, options.budget):
            keep(options.results, answer | about)
    answers = read(options.results, version)
    halves = {
        half: [(case, answers[key_of(half, case)]) for case in cases if key_of(half, case) in answers]
        for half, cases in wanted.items()
    }
    watched = {key.removeprefix(WATCHED): told["share"] for key, told in answers.items() if key.startswith(WATCHED)}
    return _report({half: asked for half, asked in halves.items() if asked}, watched, options)


def read(path: Path, version: str) -> dict[str, dict[str, Any]]:
    """The last answer of each case that this version of the code gave; half a line is passed over."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            answer = json.loads(line)
        except json.JSONDecodeError:
            continue
        if answer["version"] == version:
            found[answer["key"]] = answer
    return found


def _wanted(half: str, only: list[str] | None) -> list[Case]:
    return [case for case in cases_of(half) if not only or any(part in key_of(half, case) for part in only)]


def _answers(wanted: Mapping[str, list[Case]], known: Mapping[str, Answer], budget: float) -> Iterator[dict[str, Any]]:
    for half, cases in wanted.items():
        for case in cases:
            if (key := key_of(half, case)) in known:
                continue
            answer = ask(case, budget=budget)
            kinds = ", ".join(finding["kind"] for finding in answer["findings"]) or "nothing"
            print(f"{key}: {answer.get('failed', kinds)}", file=sys.stderr, flush=True)
            yield {"key": key, **answer}


def _report(
    halves: Mapping[str, list[tuple[Case, Answer]]], watched: Mapping[str, float], options: argparse.Namespace
) -> int:
    if not halves:
        print("no answers yet")
        return 1
    page = markdown(halves, _about(halves), watched)
    if options.json:
        print(json.dumps({half: asdict(scores(asked)) for half, asked in halves.items()}, indent=1))
    elif options.misses:
        print("\n".join(line for half, asked in halves.items() for line in misses(half, asked)))
    else:
        print(page)
    if options.docs:
        _PAGE.write_text(page)
    return 0


def _about(halves: Mapping[str, list[tuple[Case, Answer]]]) -> str:
    """When, on what and by which code: of the answers, not of now."""
    said = [answer for asked in halves.values() for _, answer in asked]
    return "; ".join(", ".join(sorted({answer[name] for answer in said})) for name in ("date", "machine", "version"))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.doctor", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--half", nargs="+", choices=HALVES, default=list(HALVES), help="A, B, C, or several")
    parser.add_argument("--only", nargs="+", metavar="PART", help="cases with one of these in 'half: table: name'")
    parser.add_argument("--budget", type=float, default=1.0, help="for trying remedies, in trainings")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FILE", help="where answers are kept")
    parser.add_argument("--redo", action="store_true", help="ask again what was answered")
    parser.add_argument("--report", action="store_true", help="ask nothing, report what there is")
    parser.add_argument("--misses", action="store_true", help="a line for each case that was not got right")
    parser.add_argument("--json", action="store_true", help="the counts as JSON")
    parser.add_argument("--check", action="store_true", help="that faults hurt and healthy runs are healthy")
    parser.add_argument("--overhead", action="store_true", help="what the callback costs while a network is trained")
    parser.add_argument("--docs", action="store_true", help=f"write {_PAGE.relative_to(_ROOT)}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
