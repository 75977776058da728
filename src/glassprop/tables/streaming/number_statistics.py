"""What is known of a long column of numbers: its values and their counts while these are few, else a sketch of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.tables.streaming.moments_by_size import MomentsBySize, places_of
from glassprop.tables.streaming.sketch import QuantileSketch, summed
from glassprop.tables.values.apart import OF_NORMAL
from glassprop.tables.values.cells import SMALLEST

_EXACT = 2  # times the size of a sketch: so many different values are kept with their counts


class NumberStatistics:
    """Of the numbers of a column, some of which may be missing.

    Parameters
    ----------
    size : int
        Of the sketch.

    Attributes
    ----------
    rows, missing : int
        With a number, and without one.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.rows = self.missing = 0
        self._known: np.ndarray = np.empty(0)
        self._counts: np.ndarray = np.empty(0, np.int64)
        self._sketch: QuantileSketch | None = None
        self._moments = MomentsBySize()

    @property
    def exact(self) -> bool:
        """Whether all values are known, each with its count."""
        return self._sketch is None

    @property
    def error(self) -> int:
        """By so many rows at most is the rank of a value wrong."""
        return 0 if self._sketch is None else self._sketch.error

    def add(self, values: np.ndarray) -> None:
        """Take in (n,) numbers, NaN where missing."""
        values = np.sort(values)  # NaN come last
        rows = len(values)
        if rows and values[-1] != values[-1]:
            rows = int(np.searchsorted(values, np.nan))
        self.rows += rows
        self.missing += len(values) - rows
        values = values[:rows]
        if self._sketch is None:
            self._count(*summed(values, np.ones(rows, np.int64)))
        else:
            self._sketch.add(values)
            self._moments.add(values)

    def merge(self, other: NumberStatistics) -> None:
        """Take in what another has seen; the sizes must be the same."""
        self.rows += other.rows
        self.missing += other.missing
        if other._sketch is None and self._sketch is None:
            self._count(other._known, other._counts)
            return
        mine, theirs = self._sketched(), other._sketched()
        mine[0].merge(theirs[0])
        mine[1].merge(theirs[1])
        self._sketch, self._moments = mine

    def column(self, fill: float = np.nan, times: int = 0) -> KeptColumn:
        """As the scale of a column is decided by; `fill` stands in so many more rows."""
        known, counts = self.counted()
        moments = MomentsBySize()
        moments.merge(self._moments if self._sketch is not None else _moments_of(known, counts))
        if times:
            known, counts = np.append(known, fill), np.append(counts, times)
            order = np.argsort(known, kind="stable")
            known, counts = summed(known[order], counts[order])
            moments.add(np.array([fill]), np.array([times]))
        return KeptColumn(known, counts, moments if self._sketch is not None else None)

    def counted(self) -> tuple[np.ndarray, np.ndarray]:
        """Different values, rising, and how many rows each stands for."""
        return (self._known, self._counts) if self._sketch is None else self._sketch.counted()

    def ends(self) -> tuple[float, float]:
        """The smallest and the largest number, exactly; there must be one."""
        if self._sketch is not None:
            return self._sketch.low, self._sketch.high
        return float(self._known[0]), float(self._known[-1])

    def plain(self) -> dict[str, Any]:
        """Arrays and numbers, of which `of_plain` makes the same."""
        return {
            "size": self.size,
            "rows": self.rows,
            "missing": self.missing,
            "known": self._known,
            "counts": self._counts,
            "sketch": None if self._sketch is None else self._sketch.plain(),
            "moments": self._moments.plain(),
        }

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> NumberStatistics:
        """What `plain` gave."""
        made = cls(found["size"])
        made.rows, made.missing = found["rows"], found["missing"]
        made._known, made._counts = found["known"], found["counts"]
        made._sketch = None if found["sketch"] is None else QuantileSketch.of_plain(found["sketch"])
        made._moments = MomentsBySize.of_plain(found["moments"])
        return made

    def _count(self, known: np.ndarray, counts: np.ndarray) -> None:
        """Different values that rise, with their counts; once they are too many, they go into a sketch."""
        if len(self._known):
            known, counts = np.append(self._known, known), np.append(self._counts, counts)
            order = np.argsort(known, kind="stable")
            known, counts = summed(known[order], counts[order])
        self._known, self._counts = known, counts
        if len(known) > _EXACT * self.size:
            self._sketch, self._moments = self._sketched()
            self._known, self._counts = known[:0], counts[:0]

    def _sketched(self) -> tuple[QuantileSketch, MomentsBySize]:
        if self._sketch is not None:
            return self._sketch, self._moments
        sketch = QuantileSketch(self.size)
        sketch.add_counted(self._known, self._counts)
        return sketch, _moments_of(self._known, self._counts)


class KeptColumn:
    """A `Column` of different values and their counts, which may stand for others beside them.

    Parameters
    ----------
    known, counts : arrays (n,)
    moments : MomentsBySize or None
        Of all rows, where the values stand for others; None where there are no others.
    """

    def __init__(self, known: np.ndarray, counts: np.ndarray, moments: MomentsBySize | None = None) -> None:
        self.known, self.counts = known, counts
        self._moments = moments

    def median(self) -> float:
        """Of all rows."""
        return median_of(self.known, self.counts)

    def moments(self, low: int, high: int) -> tuple[float, float]:
        """Mean and standard deviation of the rows with known[low:high].

        Where values stand for others, all rows whose numbers are of sizes that only this range has are counted, and no
        more than the others' are made up of values.
        """
        known, counts = self.known[low:high], self.counts[low:high]
        if self._moments is None:
            return _mean_and_deviation(known, counts)
        places = places_of(self.known)
        first, last = places[low], places[high - 1]
        first += low > 0 and places[low - 1] == first
        last -= high < len(places) and places[high] == last
        found = self._moments.of_places(first, last)
        rest = (places[low:high] < first) | (places[low:high] > last)
        found.add(known[rest], counts[rest])
        return found.mean_and_deviation(float(known[0]), float(known[-1]))

    def typical_distance(self, low: int, high: int) -> float:
        """Of the rows with known[low:high]."""
        known, counts = self.known[low:high], self.counts[low:high]
        distances = np.abs(known - median_of(known, counts))
        order = np.argsort(distances, kind="stable")
        order = order[distances[order] > 0]
        return OF_NORMAL * median_of(distances[order], counts[order]) if len(order) else 0.0


def median_of(known: np.ndarray, counts: np.ndarray) -> float:
    """Of values that rise, each so many times: as NumPy has it of all of them."""
    rows = np.cumsum(counts)
    middle = known[np.searchsorted(rows, [(rows[-1] - 1) // 2, rows[-1] // 2], side="right")]
    return float(np.mean(middle))


def _mean_and_deviation(known: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """No square of a large number is made on the way, and no mean lies beyond a constant."""
    shares = counts / counts.sum()
    mean = float((known * shares).sum()) if len(known) > 1 else float(known[0])
    distances = known - mean
    widest = float(np.abs(distances).max())
    if widest < SMALLEST or len(known) == 1:
        return mean, 0.0
    return mean, widest * float(np.sqrt(((distances / widest) ** 2 * shares).sum()))


def _moments_of(known: np.ndarray, counts: np.ndarray) -> MomentsBySize:
    found = MomentsBySize()
    found.add(known, counts)
    return found
