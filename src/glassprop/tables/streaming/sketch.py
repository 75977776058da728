"""A sketch of the quantiles of a long column: values that stand for many, in room that hardly grows, without chance.

It is the compactor of Munro and Paterson, in the form that Karnin, Lang and Liberty gave it (KLL), without their coin.
Values lie in levels; one of level h stands for 2^h rows. A level that is full is sorted, and of each pair of neighbors
one goes up: the lower and the upper one in turns. Each such step moves the rank of any value by 2^h at most, up in one
turn and down in the next, so the sketch knows how far off it may be: `error`. Of n rows that is about
n · log2(n / size) / (3.5 · size), for any values in any order. The outermost values of a level stay there, so that the
ends of a column, where its tail is, are known the better the further out they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_ROOM = 64 << 20  # bytes that the sketches of all columns may take, but for the least sizes
_LEVELS = 12  # that are filled in a long table
_LEAST, _MOST = 256, 4096
_OUTER = 8  # so large a part of the size are the values that stay in a level, on each side


def size_for(columns: int) -> int:
    """Of the sketches of so many columns: a power of two, as the room for all of them allows."""
    size = _MOST
    while size > _LEAST and columns * size * 8 * _LEVELS > _ROOM:
        size //= 2
    return size


class QuantileSketch:
    """Of numbers.

    Parameters
    ----------
    size : int
        Even. A level has less than twice so many values.

    Attributes
    ----------
    rows : int
    low, high : float
        The smallest and the largest value, exactly.
    error : int
        At most by so many rows is the rank of any value wrong.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.rows = 0
        self.low, self.high = np.inf, -np.inf
        self._levels: list[np.ndarray] = []
        self._upper: list[bool] = []  # by level, whether it is the upper ones' turn to go up
        self._over = self._under = 0

    @property
    def error(self) -> int:
        """See the class; the one row is that of a smallest value that is put in its place."""
        return max(self._over, self._under) + (self._over + self._under > 0)

    def add(self, values: np.ndarray) -> None:
        """Take in values that rise, none of them NaN."""
        if len(values):
            self._reach(len(values), values[0], values[-1])
            self._put(values, 0)

    def add_counted(self, known: np.ndarray, counts: np.ndarray) -> None:
        """Take in different values that rise, each so many times: exactly, by the binary digits of the counts."""
        if not len(known):
            return
        self._reach(int(counts.sum()), known[0], known[-1])
        for level in range(int(counts.max()).bit_length()):
            self._put(known[(counts >> level) & 1 == 1], level)

    def merge(self, other: QuantileSketch) -> None:
        """Take in what another of the same size has seen."""
        self._reach(other.rows, other.low, other.high)
        self._over += other._over
        self._under += other._under
        for level, values in enumerate(other._levels):
            self._put(np.sort(values), level)

    def counted(self) -> tuple[np.ndarray, np.ndarray]:
        """Different values, rising, and how many rows each stands for; the smallest and the largest are among them."""
        if not self.rows:
            return np.empty(0), np.empty(0, np.int64)
        values = np.concatenate(self._levels)
        rows = np.repeat(1 << np.arange(len(self._levels)), [len(level) for level in self._levels])
        order = np.argsort(values, kind="stable")
        known, counts = summed(values[order], rows[order])
        if known[0] != self.low:
            known, counts = np.append(self.low, known), np.append(1, _one_less(counts, 0))
        if known[-1] != self.high:
            known, counts = np.append(known, self.high), np.append(_one_less(counts, -1), 1)
        return known, counts

    def plain(self) -> dict[str, Any]:
        """Arrays and numbers, of which `of_plain` makes the same sketch."""
        return {
            "size": self.size,
            "rows": self.rows,
            "ends": np.array([self.low, self.high]),
            "values": np.concatenate([np.sort(level) for level in self._levels] or [np.empty(0)]),
            "levels": [len(level) for level in self._levels],
            "upper": [int(turn) for turn in self._upper],
            "off": [self._over, self._under],
        }

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> QuantileSketch:
        """What `plain` gave."""
        made = cls(found["size"])
        made.rows, (made.low, made.high) = found["rows"], found["ends"].tolist()
        made._levels = np.split(found["values"], np.cumsum(found["levels"])[:-1]) if found["levels"] else []
        made._upper = [bool(turn) for turn in found["upper"]]
        made._over, made._under = found["off"]
        return made

    def _reach(self, rows: int, low: float, high: float) -> None:
        self.rows += rows
        self.low, self.high = min(self.low, float(low)), max(self.high, float(high))

    def _put(self, values: np.ndarray, level: int) -> None:
        """Values that rise, each of which stands for 2^level rows."""
        full = 2 * self.size
        while True:
            self._make(level)
            if len(values) >= full:  # so many go up by themselves, at the cost of a single step
                outer, values = self._step(values, level)
                self._put(outer, level)
            else:
                values = np.concatenate([self._levels[level], values])
                if len(values) < full:
                    self._levels[level] = values
                    return
                self._levels[level], values = self._step(np.sort(values), level)
            level += 1

    def _make(self, level: int) -> None:
        while len(self._levels) <= level:
            self._levels.append(np.empty(0))
            self._upper.append(False)

    def _step(self, values: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
        """The values that stay in a level, the outermost ones, and those that go up: one of each pair of the others."""
        low = self.size // _OUTER
        high = len(values) - low - len(values) % 2
        upper = self._upper[level]
        self._upper[level] = not upper
        if upper:
            self._under += 1 << level
        else:
            self._over += 1 << level
        return np.concatenate([values[:low], values[high:]]), values[low + int(upper) : high : 2]


def summed(values: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different ones of values that rise, and the sums of their counts."""
    new = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    return values[starts], np.add.reduceat(counts, starts) if len(starts) else counts[:0]


def _one_less(counts: np.ndarray, end: int) -> np.ndarray:
    """With one row less of the value nearest to an end that stands for several."""
    counts = counts.copy()
    counts[np.flatnonzero(counts > 1)[end]] -= 1
    return counts
