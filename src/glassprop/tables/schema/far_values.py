"""Numbers of a column that lie far from all others, and those among them that look like marks for "no data"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassprop.ground.number_text import shortest
from glassprop.tables.values.apart import FEW, together

# A value that lies apart is a mark if it stands in so many rows, yet few, and so many different values do not,
_REPEATED, _ENOUGH_OTHERS = 3, 5
# or in two rows if it is written like one. Such a value near the others is one in so many rows,
_TWICE = 2
# if there are more different ones than this, and its gap to them is this share of their width.
_MANY_OTHERS, _NEAR_GAP = 10, 0.1
_MOST = 3  # marks of one column: refused, not asked, unknown
_ENDS_OF_WHOLE_NUMBERS = {2.0**k - one for k in (15, 16, 31, 32) for one in (0, 1)}  # -32768, 65535, 2147483647
_BEYOND_MEASURE = 1e15  # whatever is so large and apart is no amount: 1e20, 9.97e36, 3.4e38


@dataclass(frozen=True)
class Value:
    """A number, and in how many rows it stands."""

    number: float
    rows: int


@dataclass(frozen=True)
class FarValues:
    """What lies far from all others.

    Attributes
    ----------
    marks : tuple of Value
        Those that look like marks for "no data".
    others : tuple of Value
        Those that do not.
    low, high : float
        Where all others lie.
    """

    marks: tuple[Value, ...]
    others: tuple[Value, ...]
    low: float
    high: float


def far_values(numbers: np.ndarray) -> FarValues | None:
    """Look at the numbers of a column, none of them missing; None where there is nothing to tell."""
    known, counts = np.unique(numbers, return_counts=True)
    if len(known) < 3:
        return None
    low, high = together(known, counts)
    apart = [Value(float(known[k]), int(counts[k])) for k in (*range(low), *range(high, len(known)))]
    marks = [value for value in apart if _looks_like_a_mark(value, high - low, len(numbers))]
    few = high - low >= _ENOUGH_OTHERS and sum(value.rows for value in apart) <= max(1, FEW * len(numbers))
    others = [value for value in apart if few and value not in marks]
    while len(marks) < _MOST and (near := _near_mark(known[low:high], counts[low:high])) is not None:
        marks.append(Value(float(known[low:high][near]), int(counts[low:high][near])))
        low, high = (low + 1, high) if near == 0 else (low, high - 1)
    if not marks and not others:
        return None
    return FarValues(tuple(marks), tuple(others), float(known[low]), float(known[high - 1]))


def _looks_like_a_mark(value: Value, others: int, rows: int) -> bool:
    """Of a value that lies apart from so many different ones, in a column of so many rows."""
    repeated = _REPEATED <= value.rows <= FEW * rows and others >= _ENOUGH_OTHERS
    return repeated or (value.rows >= _TWICE and written_like_a_mark(value.number))


def _near_mark(known: np.ndarray, counts: np.ndarray) -> int | None:
    """The place of a value at an end that is not apart and yet looks like a mark: -1 in a column of amounts, 99."""
    if len(known) <= _MANY_OTHERS + 1:
        return None
    for place, neighbor, rest in ((0, 1, known[1:]), (-1, -2, known[:-1])):
        number = float(known[place])
        gap = abs(number - float(known[neighbor]))
        alone = number < 0 <= rest[0] if place == 0 else gap > _NEAR_GAP * (rest[-1] - rest[0])
        if counts[place] >= _REPEATED and alone and written_like_a_mark(number):
            return place
    return None


def written_like_a_mark(number: float) -> bool:
    """-1; sevens, eights or nines alone, as -999 and 99.99; the ends of whole numbers; 1e20 and beyond.

    >>> [number for number in (-1, 1, 9, 99, -9999, 99.99, 98, 10000, 65535, 9.97e36) if written_like_a_mark(number)]
    [-1, 9, 99, -9999, 99.99, 65535, 9.97e+36]
    """
    size = abs(number)
    if number == -1 or size >= _BEYOND_MEASURE or size in _ENDS_OF_WHOLE_NUMBERS:
        return True
    digits = set(shortest(float(size)).replace(".", ""))
    return len(digits) == 1 and digits <= set("789")
