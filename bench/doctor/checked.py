"""Measures of cases, before the doctor is asked: that faults hurt, and that healthy runs are near the best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bench.doctor.case import Case
from bench.doctor.hurts import Outcome, good_enough, hurts, outcome

SPLITS = 3


def check(cases: Sequence[Case], splits: int = SPLITS) -> int:
    """A line for each; 1 if one is not what it is called."""
    wrong = 0
    for case in cases:
        holds, words = measured(case, splits)
        wrong += not holds
        print(f"{'holds' if holds else 'FAILS'}  {case.table}: {case.name}: {words}", flush=True)
    print(f"{len(cases) - wrong} of {len(cases)} hold")
    return int(wrong > 0)


def measured(case: Case, splits: int = SPLITS) -> tuple[bool, str]:
    """Whether it is what it is called, and its held-out cost and errors beside the other's."""
    found = outcome(case, splits)
    other = usual(case.table, splits) if case.healthy else outcome(case.counterpart, splits)
    holds = good_enough(found, other) if case.healthy else hurts(found, other)
    return (
        holds,
        f"cost {found.cost:.3f}, beside {other.cost:.3f}; errors {found.errors:.3f}, beside {other.errors:.3f}",
    )


@cache
def usual(table: str, splits: int = SPLITS) -> Outcome:
    """What the table's own arguments reach."""
    return outcome(Case("usual", table, ""), splits)
