"""Mean and spread of a long column, kept apart by the size of its numbers: what is far from all others can be left out.

Numbers from 4^k up to 4^(k+1), and those below 0 likewise, have a mean and a sum of squared distances from it of their
own; two sets of numbers are merged by Chan's formulas. No square of a large number is made on the way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.tables.values.cells import SMALLEST

_FINEST = -250  # 4^-250 is below all that is not 0 in a table
_POWERS = 4.0 ** np.arange(_FINEST, 251)
_EDGES = np.concatenate([-_POWERS[::-1], _POWERS])  # the middle one, from -4^-250 to 4^-250, holds the zeros


class MomentsBySize:
    """Of numbers.

    Attributes
    ----------
    places : array (n,) of int
        Of those edges that there are numbers above, rising; 0 for those below all of them.
    rows, means, squares : arrays (n,) of float64
        How many numbers there are from this edge to the next, their mean, and the sum of squared distances from it.
        The latter two in units of the larger edge.
    """

    def __init__(self) -> None:
        self.places = np.empty(0, np.int64)
        self.rows, self.means, self.squares = np.empty(0), np.empty(0), np.empty(0)

    def add(self, values: np.ndarray, counts: np.ndarray | None = None) -> None:
        """Take in numbers that rise, each so many times (once by default)."""
        if len(values):
            self._join(*_moments_of(values, counts))

    def merge(self, other: MomentsBySize) -> None:
        """Take in what another has seen."""
        self._join(other.places, other.rows, other.means, other.squares)

    def of_places(self, first: int, last: int) -> MomentsBySize:
        """The parts of it from one place to another, both included."""
        some = (self.places >= first) & (self.places <= last)
        found = MomentsBySize()
        found.places, found.rows = self.places[some], self.rows[some]
        found.means, found.squares = self.means[some], self.squares[some]
        return found

    def mean_and_deviation(self, low: float, high: float) -> tuple[float, float]:
        """Of all of it; low, high: the smallest and the largest number."""
        units = _unit(self.places)
        means, rows = self.means * units, self.rows
        mean = float((rows * (means / rows.sum())).sum())
        widest = max(high - mean, mean - low)
        if widest < SMALLEST or low == high:
            return (low if low == high else mean), 0.0
        squares = self.squares * (units / widest) ** 2 + rows * ((means - mean) / widest) ** 2
        return mean, widest * float(np.sqrt(squares.sum() / rows.sum()))

    def plain(self) -> dict[str, Any]:
        """Arrays, of which `of_plain` makes the same."""
        return {name: getattr(self, name) for name in ("places", "rows", "means", "squares")}

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> MomentsBySize:
        """What `plain` gave."""
        made = cls()
        vars(made).update(found)
        return made

    def _join(self, places: np.ndarray, rows: np.ndarray, means: np.ndarray, squares: np.ndarray) -> None:
        every = np.union1d(self.places, places)
        ours, theirs = np.searchsorted(every, self.places), np.searchsorted(every, places)
        kept = np.zeros((3, len(every)))
        more = np.zeros((3, len(every)))
        kept[:, ours] = self.rows, self.means, self.squares
        more[:, theirs] = rows, means, squares
        total = kept[0] + more[0]
        apart, share = more[1] - kept[1], more[0] / total
        self.places, self.rows = every, total
        self.means = np.where(kept[0] == 0, more[1], kept[1] + apart * share)
        self.squares = kept[2] + more[2] + apart * apart * (kept[0] * share)


_LAST = len(_EDGES) - 1


def places_of(values: np.ndarray) -> np.ndarray:
    """Of which part each of some numbers is, (n,)."""
    return np.searchsorted(_EDGES, values, side="right")


def _unit(places: np.ndarray) -> np.ndarray:
    """The larger edge, by which numbers between two are divided."""
    return np.maximum(np.abs(_EDGES[np.minimum(places, _LAST)]), np.abs(_EDGES[np.maximum(places - 1, 0)]))


def _moments_of(values: np.ndarray, counts: np.ndarray | None) -> tuple[np.ndarray, ...]:
    first, last = places_of(values[[0, -1]])
    places = np.arange(first, last + 1)
    ends = np.append(np.searchsorted(values, _EDGES[first:last], side="left"), len(values))
    starts = np.append(0, ends[:-1])
    some = ends > starts
    places, units = places[some], _unit(places[some])
    found = np.empty((3, len(places)))
    for number, (start, end, unit) in enumerate(zip(starts[some], ends[some], units, strict=True)):
        part = values[start:end] / unit
        if counts is None:
            mean = part.mean()
            part -= mean
            found[:, number] = end - start, mean, (part * part).sum()
        else:
            rows = counts[start:end]
            mean = (part * rows).sum() / rows.sum()
            found[:, number] = rows.sum(), mean, ((part - mean) ** 2 * rows).sum()
    return places, *found
