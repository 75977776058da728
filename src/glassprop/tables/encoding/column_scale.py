"""How one column of numbers is scaled, decided from the rows trained on: the rule of docs/tables.md, "Scaling".

A column is centered and divided by its spread. A few values that lie far from all others do not count for either; a
column with a heavy tail also gets an input by rank, in which neither its tail nor its many small values run together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from glassprop.tables.values.apart import together, typical_distance
from glassprop.tables.values.cells import SMALLEST

Scaling = Literal["auto", "standard", "robust", "quantile", "quartiles", "shape"]
SCALINGS: tuple[Scaling, ...] = ("auto", "standard", "robust", "quantile", "quartiles", "shape")
# "both": the column is scaled as under "standard", "robust" or "quartiles", and has an input by rank beside that.
# "log": by quartiles, after it was bent. "two": by quartiles, with two different values. "constant": 0, whatever it is
# later.
FORMS = ("standard", "robust", "quantile", "both", "quartiles", "log", "two", "constant")

HEAVY = 2.0  # a standard deviation of so many typical distances from the median is a heavy tail,
REACH = 5.0  # where something is so many standard deviations from the mean
ENOUGH_VALUES = 10  # and there are more different values than this.
KNOTS = 129  # at most, of an input by rank
NEAR_ZERO = 0.05  # of the median of what is above 0: below it numbers bent from 0 are nearly as they were


@dataclass(frozen=True)
class ColumnScale:
    """The scale of one column.

    Attributes
    ----------
    form : one of `FORMS`
    center, spread : float
        What is subtracted, and what the rest is divided by; of the bent numbers, where they are bent.
    at, to : array (n_knots,)
        An input by rank is piecewise linear between these and flat beyond; empty where there is none.
    bend : Bend or None
    """

    form: str
    center: float
    spread: float
    at: np.ndarray = field(default_factory=lambda: np.empty(0))
    to: np.ndarray = field(default_factory=lambda: np.empty(0))
    bend: Bend | None = None


@dataclass(frozen=True)
class Bend:
    """asinh((x − origin) / 2 unit): far from the origin the logarithm of the distance in units, near it a line."""

    origin: float
    unit: float

    def of(self, values: np.ndarray) -> np.ndarray:
        """Bent numbers."""
        return np.arcsinh((values - self.origin) / (2 * self.unit))


class Column(Protocol):
    """A column of numbers, none of them missing, as its scale is decided by: its values, however they are kept.

    Attributes
    ----------
    known : array (n_known,)
        The different ones, rising.
    counts : array (n_known,) of int
        In how many rows each of them stands.
    """

    known: np.ndarray
    counts: np.ndarray

    def median(self) -> float:
        """Of all rows."""

    def moments(self, low: int, high: int) -> tuple[float, float]:
        """Mean and standard deviation of the rows with known[low:high]; exactly 0 where they are all the same."""

    def typical_distance(self, low: int, high: int) -> float:
        """As the function of that name, of these rows."""


class ColumnInMemory:
    """A column whose rows are all at hand: (n_rows,), float64."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values
        self.known, self.counts = np.unique(values, return_counts=True)

    def median(self) -> float:
        """As `Column` has it."""
        return float(np.median(self._values))

    def moments(self, low: int, high: int) -> tuple[float, float]:
        """As `Column` has it; no square of a large number is made on the way."""
        values = self._between(low, high)
        mean = float(np.mean(values))
        distances = values - mean
        widest = float(np.abs(distances).max())
        if widest < SMALLEST or self.known[low] == self.known[high - 1]:
            return mean, 0.0
        return mean, widest * float(np.sqrt(np.mean((distances / widest) ** 2)))

    def typical_distance(self, low: int, high: int) -> float:
        """As `Column` has it."""
        return typical_distance(self._between(low, high))

    def _between(self, low: int, high: int) -> np.ndarray:
        if (low, high) == (0, len(self.known)):
            return self._values
        return self._values[(self._values >= self.known[low]) & (self._values <= self.known[high - 1])]


def scale_of(column: Column, scaling: str) -> ColumnScale:
    """Decide by the values of the rows trained on."""
    known, counts, every = column.known, column.counts, (0, len(column.known))
    if scaling in ("quartiles", "shape"):
        low, high = together(known, counts)
        bend = _bend(column, low, high) if scaling == "shape" and _is_heavy(column, low, high) else None
        return _by_quartiles(known, counts, bend)
    if scaling == "quantile" and len(known) > 1:
        return ColumnScale("quantile", 0.0, 1.0, *_knots(known, counts))
    if scaling == "robust":
        return ColumnScale("robust", column.median(), _usable(column.typical_distance(*every)))
    low, high = together(known, counts) if scaling == "auto" else every
    center, deviation = column.moments(low, high)
    spread = _usable(deviation)
    if scaling == "auto" and _is_heavy(column, low, high):
        return ColumnScale("both", center, spread, *_knots(known, counts))
    return ColumnScale("standard" if (low, high) == every else "robust", center, spread)


def _is_heavy(column: Column, low: int, high: int) -> bool:
    """Whether what is not apart, known[low:high], has a heavy tail."""
    if high - low <= ENOUGH_VALUES:
        return False
    known, (center, deviation) = column.known, column.moments(low, high)
    reach = max(float(known[high - 1]) - center, center - float(known[low]))
    return reach > REACH * deviation and deviation > HEAVY * column.typical_distance(low, high)


def _bend(column: Column, low: int, high: int) -> Bend:
    """From 0 where there are no numbers below, else from the median."""
    known, counts = column.known[low:high], column.counts[low:high]
    if known[0] > 0:
        return Bend(0.0, _usable(float(known[0]) / 2))
    if known[0] == 0:
        (middle,) = quantiles_of(known[1:], counts[1:], (0.5,))
        return Bend(0.0, _usable(NEAR_ZERO * middle))
    below, origin, above = quantiles_of(known, counts, (0.25, 0.5, 0.75))
    distance = above - below
    return Bend(origin, _usable((distance if distance >= SMALLEST else column.typical_distance(low, high)) / 4))


def _by_quartiles(known: np.ndarray, counts: np.ndarray, bend: Bend | None = None) -> ColumnScale:
    """By the median and the distance of the quartiles, after it was bent; where that is 0, by half the range.

    What is apart counts only where all else is the same.
    """
    if len(known) < 2:
        return ColumnScale("constant", float(known[0]), 1.0)
    form = "log" if bend is not None else "two" if len(known) == 2 else "quartiles"
    if bend is not None:
        known = bend.of(known)
    low, high = together(known, counts)
    below, center, above = quantiles_of(known[low:high], counts[low:high], (0.25, 0.5, 0.75))
    for spread in (above - below, (known[high - 1] - known[low]) / 2, (known[-1] - known[0]) / 2):
        if spread >= SMALLEST:
            return ColumnScale(form, center, float(spread), bend=bend)
    return ColumnScale(form, center, 1.0, bend=bend)


def squeezed(values: np.ndarray, limit: float | None) -> np.ndarray:
    """x / sqrt(1 + (x / limit)²): within ±limit, and nearly x where that is small."""
    return values if limit is None else values / np.hypot(1.0, values / limit)


def quantiles_of(known: np.ndarray, counts: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Of values that rise, each so many times: as NumPy has them of all of them."""
    rows = np.cumsum(counts)
    at = np.multiply(shares, rows[-1] - 1)
    below = known[np.searchsorted(rows, np.floor(at), side="right")]
    above = known[np.searchsorted(rows, np.ceil(at), side="right")]
    return (below + (above - below) * (at % 1)).tolist()


def _usable(spread: float) -> float:
    """Of a column that does not vary: 1."""
    return spread if spread >= SMALLEST else 1.0


def _knots(known: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and the normal scores of their ranks (the middle one where a value stands in several rows)."""
    ranks = (np.cumsum(counts) - counts / 2) / counts.sum()
    scores = ndtri(ranks)
    if len(known) > KNOTS:  # even in the scores, so that tails have some
        wanted = ndtr(np.linspace(scores[0], scores[-1], KNOTS))
        chosen = np.unique(np.rint(np.interp(wanted, ranks, np.arange(len(known)))).astype(int))
        known, scores = known[chosen], scores[chosen]
    return known, scores
