"""What was tried, as lines for the terminal and as the table in docs/installing.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from release.built import ROOT, Built
from release.environments import SHOWN, Tried

PAGE = ROOT / "docs" / "installing.md"
BEGIN, END = "<!-- tried: written by make dist -->", "<!-- tried: end -->"
_HEAD = ("Python", "versions", "extras", "installed from", *SHOWN, "passed", "seconds")


def rows_of(all_tried: Sequence[Tried]) -> list[tuple[str, ...]]:
    """A row for each environment."""
    return [
        (
            tried.trial.python.full,
            tried.trial.which,
            "all" if len(tried.trial.extras) > 1 else ", ".join(tried.trial.extras) or "none",
            "sdist, by pip" if tried.trial.of_sdist else "wheel",
            *(tried.versions.get(name, "–") for name in SHOWN),
            "no" if tried.fault else "yes",
            f"{tried.seconds:.0f}",
        )
        for tried in all_tried
    ]


def page_part(all_tried: Sequence[Tried], resolved: Mapping[str, Sequence[str]], built: Built) -> str:
    """Markdown: sizes, the table of what ran, and what was only resolved.

    resolved: platforms by Python.
    """
    lines = [
        f"{datetime.now(UTC):%-d %B %Y}, {platform.system()} on {platform.machine()}, {_busy()}. "
        f"glassprop's wheel is {_size(built.wheel)}, its sdist {_size(built.sdist)}.",
        "Seconds are from the empty environment to the end of the test; most of it is compiling, done once.",
        "",
        *_markdown(_HEAD, rows_of(all_tried)),
        "",
        "**Only resolved, not run:** dependencies, oldest and newest with all extras, everything from wheels: "
        + ". ".join(f"Python {python}: {'; '.join(platforms)}" for python, platforms in resolved.items())
        + ".",
    ]
    return "\n".join(lines)


def write_page(part: str, page: Path = PAGE) -> None:
    """Replace what stands between the two marks."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{part}\n{END}{after}", encoding="utf-8")


def in_columns(all_tried: Sequence[Tried]) -> str:
    """For the terminal, within 80 columns: without the versions."""
    rows = [_HEAD[:4] + _HEAD[-2:], *((*row[:4], *row[-2:]) for row in rows_of(all_tried))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:.1f} MB"


def _busy() -> str:
    """How many cores there are, and how many would have found work: seconds are to be read by that."""
    return f"{os.cpu_count()} cores at a load average of {max(os.getloadavg()):.0f}"
