"""Numbers and dates that stand for a missing value, as -9999 does: taken out of columns that hold them as such."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import numpy as np

LONGEST_ABSENT, MOST_ABSENT = 100, 1000  # of one column
_NUMBER = re.compile(r"[+-]?(\d++\.?\d*+|\.\d++)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ t]\d\d:\d\d(:\d\d)?)?", re.ASCII)


def without(values: np.ndarray, words: Iterable[str], *, dates: bool = False) -> np.ndarray:
    """The values (n_rows,) with NaN for those that `words` name; of dates, in seconds since 1970.

    Examples
    --------
    >>> without(np.array([1.0, -9999.0]), ["na", "-9999"])
    array([ 1., nan])
    """
    named = moments_among(words) if dates else numbers_among(words)
    if not named:
        return values
    return np.where(np.isin(values, named), np.nan, values)


def numbers_among(words: Iterable[str]) -> list[float]:
    """Those of the words that are numbers, as such."""
    found = [float(word) for word in words if _NUMBER.fullmatch(word)]
    return [number for number in found if math.isfinite(number)]


def moments_among(words: Iterable[str]) -> list[float]:
    """Those of the words that are dates, in seconds since 1970."""
    return [moment for word in words if _DATE.fullmatch(word) and (moment := _moment(word)) is not None]


def _moment(word: str) -> float | None:
    try:
        return float(np.datetime64(word.replace("t", "T"), "s").astype(np.int64))
    except ValueError:  # there is no such day
        return None
