"""Counts of the names in a long column, in bounded room: exact while there are few different ones.

The counters of Misra and Gries, of whole blocks of rows: where there are more names than room, all counts are lowered
by that of the first name that has no place, and those at 0 are let go. A count is never too high, and too low by
`error` at most, which is no more than rows / (most + 1): what is more frequent than that is always there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_ROOM = 200_000  # names of all columns together, but for the fewest and the most
_FEWEST, _MOST = 2_048, 16_384


def most_names(columns: int) -> int:
    """How many names each of so many columns of categories may have."""
    return max(_FEWEST, min(_MOST, _ROOM // max(columns, 1)))


class HeavyHitters:
    """The most frequent names.

    Parameters
    ----------
    most : int
        So many are kept.

    Attributes
    ----------
    counts : dict of str to int
        In the order in which they first came.
    rows, missing : int
        With a name, and without one.
    error : int
        By so much a count may be too low. 0: all names are there, with their counts.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.counts: dict[str, int] = {}
        self.rows = self.missing = self.error = 0

    def add(self, counts: Mapping[str, int], missing: int = 0) -> None:
        """Take in names, each in so many rows, and rows without one."""
        mine = self.counts
        for name, count in counts.items():
            mine[name] = mine.get(name, 0) + count
        self.rows += sum(counts.values())
        self.missing += missing
        self._fit()

    def merge(self, other: HeavyHitters) -> None:
        """Take in what another of the same size has seen."""
        rows = self.rows + other.rows
        self.error += other.error
        self.add(other.counts, other.missing)
        self.rows = rows

    def plain(self) -> dict[str, Any]:
        """Lists and numbers, of which `of_plain` makes the same."""
        counts = np.fromiter(self.counts.values(), np.int64, len(self.counts))
        numbers = {name: getattr(self, name) for name in ("most", "rows", "missing", "error")}
        return {"names": list(self.counts), "counts": counts, **numbers}

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> HeavyHitters:
        """What `plain` gave."""
        made = cls(found["most"])
        made.counts = dict(zip(found["names"], found["counts"].tolist(), strict=True))
        made.rows, made.missing, made.error = found["rows"], found["missing"], found["error"]
        return made

    def _fit(self) -> None:
        if len(self.counts) <= self.most:
            return
        counts = np.fromiter(self.counts.values(), np.int64, len(self.counts))
        first_without = len(counts) - self.most - 1
        lower = int(np.partition(counts, first_without)[first_without])
        self.counts = {name: count - lower for name, count in self.counts.items() if count > lower}
        self.error += lower
