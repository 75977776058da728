"""What answers are worth: recall and precision of findings and of remedies, and healthy runs without a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.doctor.case import Case

Answer = Mapping[str, Any]


def kinds_found(answer: Answer) -> list[str]:
    """The kinds of its findings, each once: one in three layers is one finding."""
    return list(dict.fromkeys(finding["kind"] for finding in answer["findings"]))


def roots_found(answer: Answer) -> list[str]:
    """Those that are said to follow from no other."""
    return list(dict.fromkeys(finding["kind"] for finding in answer["findings"] if not finding["follows_from"]))


def advised(answer: Answer) -> list[str]:
    """The remedies advised, each once: those tried that made the cost less, and those that cannot be tried; of a pair
    that was tried both."""
    remedies = [remedy for finding in answer["findings"] for remedy in finding["remedies"]]
    return list(dict.fromkeys(name for one in remedies if _helped(one) for name in one["name"].split(" + ")))


def _helped(remedy: Mapping[str, Any]) -> bool:
    before, after = remedy["before"], remedy["after"]
    return after is None or before is None or after < before


@dataclass
class Tally:
    """So many of so many."""

    right: int = 0
    all: int = 0

    def add(self, right: int, of: int = 1) -> None:
        """Count some more."""
        self.right += right
        self.all += of

    @property
    def share(self) -> float:
        """NaN where there are none."""
        return self.right / self.all if self.all else float("nan")


@dataclass
class Scores:
    """All that is counted.

    Attributes
    ----------
    found, mended : Tally
        Faulty runs with an accepted finding; with an accepted remedy.
    kinds, roots, remedies : Tally
        Findings on faulty runs that are accepted; of those that follow from no other; remedies advised there.
    silent : Tally
        Healthy runs without a finding.
    by_kind : mapping
        Of each kind, how often it was found where it is the fault itself or accepted, and how often where it is not.
    seconds : float
        Of the processor, in diagnoses.
    failed : int
        Diagnoses that ended in an error.
    """

    found: Tally = field(default_factory=Tally)
    mended: Tally = field(default_factory=Tally)
    kinds: Tally = field(default_factory=Tally)
    roots: Tally = field(default_factory=Tally)
    remedies: Tally = field(default_factory=Tally)
    silent: Tally = field(default_factory=Tally)
    by_kind: dict[str, Tally] = field(default_factory=dict)
    seconds: float = 0.0
    failed: int = 0


def scores(answers: Iterable[tuple[Case, Answer]]) -> Scores:
    """Count over cases and what was said of them."""
    total = Scores()
    for case, answer in answers:
        total.seconds += answer["seconds"]
        total.failed += "failed" in answer
        found = kinds_found(answer)
        for kind in found:
            total.by_kind.setdefault(kind, Tally()).add(kind in case.kinds)
        if case.healthy:
            total.silent.add(not found and "failed" not in answer)
            continue
        _of_fault(total, case, answer)
    return total


def _of_fault(total: Scores, case: Case, answer: Answer) -> None:
    found, roots, remedies = set(kinds_found(answer)), set(roots_found(answer)), set(advised(answer))
    total.found.add(bool(found & case.kinds))
    total.mended.add(bool(remedies & case.remedies))
    total.kinds.add(len(found & case.kinds), len(found))
    total.roots.add(len(roots & case.kinds), len(roots))
    total.remedies.add(len(remedies & case.remedies), len(remedies))
