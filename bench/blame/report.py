"""The figures as tables in Markdown, and where they stand in the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.blame import datamodeling, leave_one_out, times
from bench.blame.scored import (
    DAMPED,
    FEWER,
    FINAL,
    FIVE,
    LAST,
    LAST_DAMPED,
    MORE,
    RANDOM,
    TRACE,
    TRACE_DAMPED,
    TRACE_FEWER,
    TRACE_FIVE,
    TRACE_MORE,
)

Results = Sequence[Mapping[str, Any]]
LABELS = "labels"
_MAIN = (RANDOM, LAST, LAST_DAMPED, FINAL, TRACE, DAMPED, TRACE_DAMPED)


def tables(results: Results, labels: str | None) -> dict[str, str]:
    """Part -> what is to stand there; of parts without results nothing."""
    found = {}
    for part, table in _TABLES.items():
        some = [result for result in results if result["part"] == part]
        if some:
            found[part] = f"{_about(some)}\n\n{table(some)}"
    return found | ({LABELS: labels} if labels else {})


def written(page: Path, parts: Mapping[str, str]) -> None:
    """Put each between its markers.

    Raises
    ------
    ValueError
        If the page has no such markers.
    """
    text = page.read_text()
    for part, table in parts.items():
        begin, end = (f"<!-- {which}: {part} -->\n" for which in ("begin", "end"))
        before, found, rest = text.partition(begin)
        _, ends, after = rest.partition(end)
        if not (found and ends):
            raise ValueError(f"{page} has no markers {begin.strip()} and {end.strip()}")
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    page.write_text(text)


def _about(results: Results) -> str:
    said = (", ".join(sorted({result[name] for result in results})) for name in ("date", "machine", "version"))
    return "; ".join(said) + "."


def _of_scores(*names: str, ceiling: bool = False) -> Callable[[Results], str]:
    """A row for each table and way of training, the mean over seeds; and the mean over all."""

    def table(results: Results) -> str:
        head = ["table", "training", *names, *(["at most"] if ceiling else [])]
        lines = [_line(*head), "|---" * len(head) + "|"]
        rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for result in results:
            rows.setdefault((result["table"], result["way"]), []).append(result)
        for (table, way), some in rows.items():
            lines.append(_line(table, way, *_cells(some, names, ceiling)))
        means = [_mean(some) for some in rows.values()]
        return "\n".join([*lines, _line("**mean**", "", *_cells(means, names, ceiling))])

    return table


def _mean(results: Results) -> dict[str, Any]:
    figures = {name: float(np.mean([of["figures"][name] for of in results])) for name in results[0]["figures"]}
    return {"figures": figures, "ceiling": float(np.mean([of.get("ceiling", np.nan) for of in results]))}


def _cells(results: Results, names: Sequence[str], ceiling: bool) -> list[str]:
    mean = _mean(results)
    cells = [f"{mean['figures'][name]:.2f}" if name in mean["figures"] else "" for name in names]
    return cells + ([f"{mean['ceiling']:.2f}"] if ceiling else [])


def _of_datamodeling(results: Results) -> str:
    more = (FEWER, DAMPED, MORE, TRACE_FEWER, TRACE_DAMPED, TRACE_MORE, FIVE, TRACE_FIVE)
    return (
        f"{_of_scores(*_MAIN, ceiling=True)(results)}\n\nWith less damping, with more, and averaged over five "
        f"trainings from other seeds:\n\n{_of_scores(*more)(results)}"
    )


def _of_times(results: Results) -> str:
    last = results[-1]
    lines = [_line("", "seconds", "CPU seconds"), "|---" * 3 + "|"]
    for name, words in (("final", "without a trace"), ("trace", f"with a trace of {last['kept']} snapshots")):
        lines.append(_line(words, *(f"{last[name][of]:.2f}" for of in ("seconds", "processor seconds"))))
    return "\n".join(lines) + (
        f"\n\n{last['rows']:,} rows of 50 inputs, hidden layers of 64 and 64, float32; the minimum of {times.TIMES}, "
        f"load of the machine {last['load']:.1f}. On top of X, which takes {last['MB of X']:.0f} MB, at most "
        f"{last['MB']:.0f} MB are used."
    )


_TABLES = {
    datamodeling.PART: _of_datamodeling,
    leave_one_out.PART: _of_scores(*_MAIN),
    times.PART: _of_times,
}


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
