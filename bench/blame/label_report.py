"""The bench of wrong labels as tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from bench.blame.label_cases import BY_CLEANLAB, RESIDUALS, SELF, UNWATCHED, WATCHED, Case
from glassprop.influence.suspects import LABEL, ROW


def report(cases: Sequence[Case]) -> str:
    """All tables of which there are cases."""
    parts = [
        _of(cases, "labels", _labels), _of(cases, "labels", _decided), _of(cases, "numbers", _numbers),
        _of(cases, "unusual", _unusual), _of(cases, "retraining", _retraining), _seconds(cases),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _of(cases: Sequence[Case], what: str, table: Callable[[list[Case]], str]) -> str:
    some = [case for case in cases if case["what"] == what]
    return table(some) if some else ""


def _labels(cases: list[Case]) -> str:
    ways = (WATCHED, UNWATCHED, SELF, *BY_CLEANLAB)
    return "\n".join(
        [
            "Area under the ROC curve / precision at the true number:", "",
            *_head("table", *ways),
            *(_row(table, [_pair(some, "found", way) for way in ways]) for table, some in _by_table(cases)),
            *(_row(f"all, {how}, {share:.0%}", [_pair(some, "found", way) for way in ways]) for (how, share), some in
              _groups(cases, lambda case: (case["how"], case["share"]))),
            _row("**mean**", [_pair(cases, "found", way) for way in ways]),
        ]
    )  # fmt: skip


def _decided(cases: list[Case]) -> str:
    ways = (WATCHED, UNWATCHED, "cleanlab")
    return "\n".join(
        [
            "Suspected labels: precision / recall / their number as a multiple of the true number; and, as \"right "
            "label\", the share of the wrong labels for which the suggested label is the true one:", "",
            *_head("table", *ways, "right label"),
            *(
                _row(table, [*(_pair(some, "decided", way) for way in ways), _mean(some, "right instead")])
                for table, some in [*_by_table(cases), ("**mean**", cases)]
            ),
        ]
    )  # fmt: skip


def _numbers(cases: list[Case]) -> str:
    ways = (WATCHED, SELF, RESIDUALS)
    return "\n".join(
        [
            "Regression: area under the ROC curve / precision at the true number; and for suspected targets precision "
            "/ recall / their number as a multiple of the true number:", "",
            *_head("table", *ways, "suspected"),
            *(
                _row(table, [*(_pair(some, "found", way) for way in ways), _pair(some, "decided", WATCHED)])
                for table, some in [*_by_table(cases), ("**mean**", cases)]
            ),
        ]
    )  # fmt: skip


def _unusual(cases: list[Case]) -> str:
    groups = tuple(cases[0]["kinds"])
    return "\n".join(
        [
            f"Share of rows called “{LABEL}” (a wrong label) / “{ROW}” (unusual), by what they are:", "",
            *_head("planted", *groups),
            *(
                _row(f"{how}, {table}", [_shares([case["kinds"][group] for case in some]) for group in groups])
                for (how, table), some in [
                    *_groups(cases, lambda case: (case["how"], case["table"])),
                    *(((how, "**mean**"), some) for how, some in _groups(cases, lambda case: case["how"])),
                ]
            ),
        ]
    )  # fmt: skip


def _retraining(cases: list[Case]) -> str:
    said, true = ("before", "after", "before all", "after all"), ("with", "without suspected", "without wrong")
    columns = [*(("said", key) for key in said), *(("true", key) for key in true)]
    return "\n".join(
        [
            "Accuracy by five folds: as `retrained` reports it (on the rows that are not suspected, and on all), and "
            "by the true labels, after training with all rows, without the suspected ones, and without the wrong "
            "ones:", "",
            *_head("table", *said, *(f"true, {way}" for way in true)),
            *(
                _row(table, [_mean([case[part] for case in some], key) for part, key in columns])
                for table, some in [*_by_table(cases), ("**mean**", cases)]
            ),
        ]
    )  # fmt: skip


def _seconds(cases: Sequence[Case]) -> str:
    timed = [case["seconds"] for case in cases if "seconds" in case]
    if not timed:
        return ""
    one, five = ([each[key] / each["training"] for each in timed] for key in ("suspects", "five folds"))
    total = {key: sum(each[key] for each in timed) for key in timed[0]}
    sums = total["suspects"] / total["training"]
    return (
        f"CPU seconds as a multiple of those of one training run: {np.median(one):.2f} in the median "
        f"({np.min(one):.2f} to {np.max(one):.2f}; of the sums {sums:.2f}), five folds {np.median(five):.2f}."
    )


# --- cells ----------------------------------------------------------------------------------------------------


def _head(*names: str) -> list[str]:
    return [_row(names[0], names[1:]), "|---" * len(names) + "|"]


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _pair(cases: Sequence[Case], part: str, way: str) -> str:
    """The mean over tables of the mean over their cases."""
    tables = [np.nanmean([case[part][way] for case in some], axis=0) for _, some in _by_table(cases)]
    return " / ".join(f"{value:.3f}" for value in np.nanmean(tables, axis=0))


def _mean(cases: Sequence[Any], key: str) -> str:
    values = np.array([case[key] for case in cases], dtype=float)
    return f"{np.nanmean(values):.3f}" if np.isfinite(values).any() else "–"


def _shares(each: list[dict[str, float]]) -> str:
    return " / ".join(f"{np.mean([shares[kind] for shares in each]):.2f}" for kind in (LABEL, ROW))


def _by_table(cases: Sequence[Case]) -> list[tuple[Any, list[Case]]]:
    return _groups(cases, lambda case: case["table"])


def _groups(cases: Sequence[Case], key: Callable[[Case], Any]) -> list[tuple[Any, list[Case]]]:
    found: dict[Any, list[Case]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case)
    return list(found.items())
