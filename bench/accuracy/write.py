"""The report where it belongs: in build/ after every run, in bench/README.md and docs/img if that is asked for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bench.accuracy.extremes import EXTREMES
from bench.accuracy.report import markdown
from bench.accuracy.results import Result, newest
from bench.accuracy.summary import Summary
from bench.accuracy.tables import REPORTED

BEGIN, END = "<!-- accuracy: written by `python -m bench.accuracy --docs` -->", "<!-- end of accuracy -->"
_KEPT = ("table", "seed", "model", "machine", "version", "train", "test", "error", "fit_s", "fit_cpu_s", "predict_s",
         "predict_1000_s", "load", "failed")  # fmt: skip


def write(results: list[Result], root: Path, *, docs: bool) -> int:
    """Write it; 1 if there is nothing to write."""
    if not results:
        print("no results yet")
        return 1
    page, summary = markdown(results, EXTREMES), Summary(newest(results), [table.name for table in REPORTED])
    build = root / "build" / "accuracy"
    build.mkdir(parents=True, exist_ok=True)
    (build / "report.md").write_text(page)
    print(page)
    _draw(summary, build / "accuracy.svg")
    if docs:
        readme = root / "bench" / "README.md"
        readme.write_text(between(readme.read_text(), page))
        (root / "bench" / "accuracy" / "results.csv").write_text(as_csv(newest(results)))
        _draw(summary, root / "docs" / "img" / "accuracy.svg")
    return 0


def _draw(summary: Summary, target: Path) -> None:
    try:
        from bench.accuracy.picture import draw
    except ImportError:
        print(f"{target.name} is not drawn: matplotlib is not installed (the extra [accuracy])")
        return
    draw(summary, target)


def between(text: str, page: str) -> str:
    """The text with the page between the two markers.

    Raises
    ------
    ValueError
        If they are not there, once each and in order.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"bench/README.md has no {BEGIN} with {END} after it")
    return f"{head}{BEGIN}\n\n{page}\n{END}{tail}"


def as_csv(results: list[Result]) -> str:
    """What is kept with the source: the figures of the report, without other scores."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _KEPT, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for result in sorted(results, key=lambda one: (one["table"], one["seed"], one["model"])):
        rounded = {key: float(f"{value:.5g}") for key, value in result.items() if isinstance(value, float)}
        writer.writerow(result | rounded)
    return text.getvalue()
