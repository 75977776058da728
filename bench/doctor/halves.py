"""The cases in three sets. Thresholds are fixed on A; figures come from B, and, since findings were changed, C."""

from __future__ import annotations

from importlib import import_module

from bench.doctor.case import Case

HALVES = ("A", "B", "C")


def cases_of(half: str) -> tuple[Case, ...]:
    """The faults and healthy runs of a half."""
    return import_module(f"bench.doctor.half_{half.lower()}").CASES


def key_of(half: str, case: Case) -> str:
    """What a case is called over both halves."""
    return f"{half}: {case.table}: {case.name}"
