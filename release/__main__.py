"""Builds sdist and wheel, checks what is in them, and tries them in fresh environments: ``python -m release``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from release.built import ROOT, Built, Failed, build, check_straight_wheel, check_with_tools
from release.contents import faults_of_sdist, faults_of_wheel
from release.environments import EXTRAS, PLATFORMS, Tried, requirements, resolved, trials, tried
from release.pythons import Python, at_hand, further
from release.tried_table import in_columns, page_part, write_page


def arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("--python", action="append", metavar="3.12", help="this one alone; may be given several times")
    parser.add_argument("--quick", action="store_true", help="one wheel, one environment, the newest versions")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/installing.md")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="make environments in this folder, and leave the last one"
    )
    return parser.parse_args()


def say(text: str) -> None:
    """A line for whoever waits."""
    print(text, flush=True)


def made(work: Path, *, quick: bool) -> Built:
    """sdist and wheel, checked.

    Raises
    ------
    Failed
    """
    say("building sdist and wheel")
    built = build(ROOT / "dist", work)
    check_with_tools(built)
    faults = [*faults_of_wheel(built.wheel, built.source), *faults_of_sdist(built.sdist, built.source)]
    if faults:
        raise Failed("\n".join(faults))
    if not quick:
        check_straight_wheel(built, work)
    for file in (built.sdist, built.wheel):
        say(f"  {file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
    return built


def pythons(wanted: list[str] | None, *, quick: bool) -> list[Python]:
    """Those that are asked for, or at hand.

    Raises
    ------
    Failed
        If one that is asked for is not at hand.
    """
    there = at_hand()
    missing = set(wanted or ()) - {python.minor for python in there}
    if missing:
        raise Failed(f"not at hand: Python {', '.join(sorted(missing))}; at hand: {', '.join(p.minor for p in there)}")
    if quick and not wanted:  # the one that runs this
        wanted = [f"{sys.version_info[0]}.{sys.version_info[1]}"]
    return [python for python in there if not wanted or python.minor in wanted]


def resolve_others(built: Built, tried_ones: list[Python]) -> dict[str, list[str]]:
    """For which platforms there are versions with wheels, oldest and newest, with all extras: by Python.

    Raises
    ------
    Failed
    """
    found: dict[str, list[str]] = {}
    for python in sorted({*further(tried_ones), *(each.minor for each in tried_ones)}):
        for name, target in PLATFORMS.items():
            system = {"macOS": "Darwin"}.get(name.split(",")[0], name.split(",")[0])
            needs = requirements(built.wheel, EXTRAS, python, system)
            for which in ("oldest", "newest"):
                resolved(needs, which, python, target)
            found.setdefault(python, []).append(name)
        say(f"resolved for Python {python}: {'; '.join(found[python])}")
    return found


def run(asked: argparse.Namespace, work: Path) -> bool:
    """Whether all went well.

    Raises
    ------
    Failed
    """
    built = made(work, quick=asked.quick)
    there = pythons(asked.python, quick=asked.quick)
    planned = trials(there, quick=asked.quick)

    def try_one(number: int) -> Tried:
        trial = planned[number]
        mark = f"[{number + 1}/{len(planned)}]"
        say(f"{mark} {trial.name}")
        folder = (asked.keep or work).resolve() / (f"Ümgebung {number}" if trial.of_sdist else str(number))
        outcome = tried(trial, built, folder, lambda part: say(f"{mark}   {part}"))
        say(f"{mark} FAILED: {outcome.fault}" if outcome.fault else f"{mark} passed in {outcome.seconds:.0f} s")
        return outcome

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ended = list(pool.map(try_one, range(len(planned))))
    say("\n" + in_columns(ended))
    others = {} if asked.quick else resolve_others(built, there)
    if asked.docs:
        write_page(page_part(ended, others, built))
    return not any(each.fault for each in ended)


def main() -> int:
    """The exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="glassprop-release-") as work:
        try:
            well = run(arguments(), Path(work))
        except Failed as error:
            say(f"release: {error}")
            return 1
    say(f"{'all passed' if well else 'not all passed'}, {time.monotonic() - began:.0f} s")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
