"""Two faults may need two remedies at once: pairs of remedies of different findings, and when they are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

from glassprop.estimator.remedy_change import Change
from glassprop.estimator.short_run import Tried

MOST_PAIRS = 2  # that are tried
_MUCH = 2 / 3  # of the cost: a remedy that leaves less has brought much, and no pair is looked for
BOTH = " + "  # between the names of a pair


@dataclass(frozen=True)
class Pair:
    """Two remedies, and the kind of the finding that the first of them is for."""

    kind: str
    names: tuple[str, str]
    change: Change

    @property
    def name(self) -> str:
        """What it is called."""
        return BOTH.join(self.names)


def pairs_of(changes: Mapping[str, Mapping[str, Change]]) -> list[Pair]:
    """Of remedies by kind of finding, the likeliest first: pairs of two kinds that can be followed together.

    First those of remedies that stand at the head of their findings.
    """
    found: dict[frozenset[str], tuple[int, Pair]] = {}
    for (kind, mine), (_, others) in combinations(changes.items(), 2):
        for i, (name, change) in enumerate(mine.items()):
            for j, (other, with_it) in enumerate(others.items()):
                both = frozenset((name, other))
                if len(both) == 2 and _together(change, with_it) and (both not in found or found[both][0] > i + j):
                    found[both] = i + j, Pair(kind, (name, other), _both(change, with_it))
    return [pair for _, pair in sorted(found.values(), key=lambda one: one[0])]


def _together(one: Change, other: Change) -> bool:
    """Whether both can be tried, and neither undoes the other."""
    twice = one.inputs is not None and other.inputs is not None
    again = one.target is not None and other.target is not None
    return one.tried and other.tried and not (twice or again or set(one.arguments) & set(other.arguments))


def _both(one: Change, other: Change) -> Change:
    return Change(
        f"both together: {one.words}; and {other.words}",
        {**one.arguments, **other.arguments},
        one.inputs or other.inputs,
        one.target or other.target,
        work=one.work * other.work,
    )


def brought_little(unchanged: Tried, runs: Sequence[Tried], guess: float) -> bool:
    """Whether none of the remedies that were tried one by one brought much. guess: what a constant prediction costs."""
    before = unchanged.mean(by_class=False)
    least = min((one.mean(by_class=False) for one in runs), default=inf)
    return least > _MUCH * min(before, guess)
