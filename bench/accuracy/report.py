"""The report as Markdown: errors and times over all tables, what was asked, each table, and the worst of them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from bench.accuracy.ours import MEMBERS, OURS, PLAIN, SINGLE
from bench.accuracy.peers import PEERS
from bench.accuracy.results import Result, newest
from bench.accuracy.summary import Difference, Ratio, Summary
from bench.accuracy.tables import AMOUNTS, BY_NAME, CHOOSING, CLASSES, REPORTED, SEEN

MODELS = (*OURS, *PEERS)
BASE = "scikit-learn MLP"
_MANY, _SOME_COLUMNS = 3_000, range(10, 31)  # rows and columns like "10,000 rows of 20 columns"
# Model, peer, at most so many times its error, at most so many times its time.
ASKED = (
    (SINGLE, "RealMLP-TD-S", 0.97, 1 / 4), (SINGLE, "RealMLP-TD", 0.97, 1 / 5), (MEMBERS, "RealMLP-TD", 0.92, None),
    (MEMBERS, "TabM", 1.0, 1 / 8), (MEMBERS, "LightGBM", 0.97, None), (MEMBERS, "CatBoost", 1.0, None),
)  # fmt: skip


def markdown(results: Iterable[Result], extremes: Iterable[str] = ()) -> str:
    """All of the report that stands on results which are there."""
    now = newest(results)
    reported = Summary(now, [table.name for table in REPORTED])
    lines = []
    if reported.tables:
        lines += [*_about(reported), *_overall(reported), *_asked(reported), *_by_table(reported, "Tables reported")]
        lines += _worst(reported, "the tables reported")
    of_sizes = Summary(now, list(extremes))
    if of_sizes.tables:
        lines += _worst(of_sizes, f"{len(of_sizes.tables)} tables from 20 rows to 500,000, and 2 columns to 5,000")
        lines += [*_about(of_sizes), *_overall(of_sizes)]
    choosing = Summary(now, [table.name for table in CHOOSING])
    if choosing.tables:
        lines += ["### Tables that the recipe was chosen on (not counted above)", "", *_overall(choosing)]
    return "\n".join([*lines, *_failures([reported, of_sizes, choosing])]).rstrip() + "\n"


def _about(summary: Summary) -> list[str]:
    results = [result for model in summary.models() for result in summary.results(model)]
    timed = [result for result in results if result["machine"] == summary.cpu]
    versions = sorted({result["version"] for result in results})
    days = sorted({result["date"] for result in results}) or ["never"]
    load = sorted(result["load"] for result in timed) or [0.0]
    threads = sorted({str(result["threads"]) for result in timed})
    said = f"{days[0]} to {days[-1]}" if days[0] != days[-1] else days[0]
    lines = [
        f"{said}, {summary.cpu or 'no CPU'}; {' and '.join(threads)} threads per model, load average {load[0]:g} to "
        f"{load[-1]:g} before a run (median {load[len(load) // 2]:g}); {', '.join(versions)}. {len(results)} results "
        f"on {len(summary.tables)} tables.",
        "",
    ]
    elsewhere = [result for result in results if result["machine"] != summary.cpu]
    if elsewhere:
        where = ", ".join(sorted({result["machine"] for result in elsewhere}))
        models = ", ".join(sorted({result["model"] for result in elsewhere}))
        lines += [f"Errors of {models} are partly from another machine ({where}); times are of the CPU alone.", ""]
    return lines


def _overall(summary: Summary) -> list[str]:
    """A line a model; errors and times of training in times of scikit-learn's network, on the same tables."""
    new = [name for name in summary.tables if name not in SEEN]
    two = [name for name in summary.tables if _classes(summary, name) == 2]
    more = [name for name in summary.tables if _classes(summary, name) > 2]
    amounts = [name for name in summary.tables if _classes(summary, name) == 0]
    heads = ("model", "error, all", "never seen", "two classes", "more classes", "regression", "tables (runs)",
             "fit, wall, × scikit-learn", "fit, CPU, × scikit-learn", "tables timed",
             "predict 1,000 rows, ms")  # fmt: skip
    rows = []
    for model in in_order(summary):
        whole = summary.error_ratio(model, BASE)
        parts = [summary.error_ratio(model, BASE, part) for part in (new, two, more, amounts)]
        wall, cpu = (summary.time_ratio(model, BASE, what) for what in ("fit_s", "fit_cpu_s"))
        predict = _number(1e3 * summary.typical_time(model, "predict_1000_s"))
        rows.append([model, _ratio(whole), *map(_ratio, parts), f"{whole.tables} ({whole.runs})", _ratio(wall, 2),
                     _ratio(cpu, 2), str(wall.tables), predict])  # fmt: skip
    return [*_table(heads, rows), ""]


def _classes(summary: Summary, table: str) -> int:
    for model in summary.models():
        for result in summary.results(model):
            if result["table"] == table:
                return int(result["classes"])
    return -1


def _asked(summary: Summary) -> list[str]:
    heads = ("", "peer", "error", "never seen", "goal", "time", "CPU time", "goal", "tables")
    new = [name for name in summary.tables if name not in SEEN]
    rows = []
    for model, peer, most, longest in ASKED:
        error, wall = summary.error_ratio(model, peer), summary.time_ratio(model, peer)
        cpu = summary.time_ratio(model, peer, "fit_cpu_s")
        unseen = summary.error_ratio(model, peer, new)
        errors = [_met(error, most), _met(unseen, most), f"≤ {most:.2f}"]
        times = [_met(wall, longest), _met(cpu, longest), f"≤ {longest:.2f}" if longest else ""]
        rows.append([model, peer, *errors, *times, f"{error.tables} (timed {wall.tables})"])
    return [
        "Goals of this project, as geometric means of ratios to a peer:",
        "",
        *_table(heads, rows),
        "",
        *_of_10_000_rows(summary),
    ]


def _of_10_000_rows(summary: Summary) -> list[str]:
    """How long members take, where rows and columns are like those that were asked for."""
    rates = sorted(
        (result["fit_s"] * 10_000 / result["train"], result["fit_cpu_s"] * 10_000 / result["train"], result["table"])
        for result in summary.timed(MEMBERS)
        if result["train"] >= _MANY and result["columns"] in _SOME_COLUMNS
    )
    if not rates:
        return []
    (wall, cpu, _), (longest, _, table) = rates[len(rates) // 2], rates[-1]
    like = f"at least {_MANY:,} rows and {_SOME_COLUMNS.start} to {_SOME_COLUMNS.stop - 1} columns"
    return [
        f"Eight networks (members) train in {wall:.0f} s per 10,000 rows (CPU {cpu:.0f} s), in the median of "
        f"{len(rates)} runs on tables of {like}, and in {longest:.0f} s at most ({table}); the goal was 60 s on two "
        "cores.",
        "",
    ]


def _met(ratio: Ratio, most: float | None) -> str:
    if not ratio.tables:
        return "not run"
    if most is None:
        return f"{ratio.value:.2f}"
    return f"{ratio.value:.2f} {'met' if ratio.value <= most else '**missed**'}"


def _by_table(summary: Summary, title: str) -> list[str]:
    models = in_order(summary)
    rows = []
    for table in summary.tables:
        errors = [summary.error(model, table) for model in models]
        least = min((error for error in errors if error is not None), default=math.nan)
        cells = ["" if error is None else _bold(f"{error:.4f}", error <= least * 1.0005) for error in errors]
        known = BY_NAME[table]
        kind = {CLASSES: "classes", AMOUNTS: "regression"}[known.source.task]
        rows.append([f"{table} ¹" if table in SEEN else table, kind, known.traits, *cells])
    note = ["¹ Used in choosing the rules that turn columns into inputs; the others were not.", ""]
    return [f"### {title}: mean error over seeds", "", *_table(("table", "", "", *models), rows), "", *note]


def _bold(text: str, yes: bool) -> str:
    return f"**{text}**" if yes else text


def _worst(summary: Summary, where: str) -> list[str]:
    lines = [f"### The worst of {where}", ""]
    for model in (SINGLE, MEMBERS, PLAIN):
        for other in (BASE, "constant"):
            found = summary.differences(model, other)
            if found:
                lines += [*_worse(model, other, found), ""]
    return lines if len(lines) > 2 else []


def _worse(model: str, other: str, found: list[Difference]) -> list[str]:
    worse = [one for one in found if one.worse]
    words = "; ".join(f"{one.table} (+{one.mean:.4f} ± {one.standard_error:.4f}, {one.seeds} seeds)" for one in worse)
    first = found[0]
    near = f"nearest: {first.table}, {first.mean:+.4f} ± {first.standard_error:.4f}"
    return [f"* **{model}** is worse than {other} on {len(worse)} of {len(found)}: {words or near}"]


def _failures(summaries: list[Summary]) -> list[str]:
    failures = [failure for summary in summaries for failure in summary.failures]
    left = [failure for failure in failures if "NotThereError" not in failure["failed"]]
    if not left:
        return []
    said = [f"* {one['model']} on {one['table']}, seed {one['seed']}: {one['failed']}" for one in left]
    return ["### Not done", "", *said, ""]


def in_order(summary: Summary) -> list[str]:
    """Ours first, then the peers from the plainest on."""
    return [model for model in MODELS if model in summary.models()]


def _ratio(ratio: Ratio, digits: int = 3) -> str:
    return f"{ratio.value:.{digits}f}" if ratio.tables else ""


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{float(f'{value:.3g}'):g}"


def _table(heads: Iterable[str], rows: list[list[str]]) -> list[str]:
    heads = list(heads)
    return [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *(f"| {' | '.join(row)} |" for row in rows)]
