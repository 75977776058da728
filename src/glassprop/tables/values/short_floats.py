"""Numbers of single precision as the decimals they were written as: 0.1, not 0.10000000149011612.

A text file has the shortest decimal that gives the number back, and every library writes and shows that. So a row is
the same number in a text file and in a table of either precision.
"""

from __future__ import annotations

import numpy as np

_SURE, _MOST = 6, 9  # digits: any number of 6 is kept in single precision; with 9 all of its numbers are told apart
# Between these, all powers of ten that are needed are exact in double precision, so that one division rounds once.
_LEAST, _LARGEST = 1e-13, 1e27
_WHOLE = 2.0**24  # whole numbers up to here are what they are


def written_doubles(values: np.ndarray) -> np.ndarray:
    """float64 (n,): of each number of single precision the double nearest to the shortest decimal that gives it back.

    Examples
    --------
    >>> written_doubles(np.array([0.1, 3.0, 1e20], dtype=np.float32)).tolist()
    [0.1, 3.0, 1e+20]
    """
    with np.errstate(invalid="ignore"):  # some kinds of NaN
        found = np.array(values, dtype=np.float64)
        size = np.abs(found)
        other = np.isfinite(found) & ((found != np.rint(found)) | (size > _WHOLE))
    far = other & ((size < _LEAST) | (size > _LARGEST))
    found[far] = [float(str(one)) for one in found[far].astype(np.float32)]
    left = np.flatnonzero(other & ~far)
    for digits in range(_SURE, _MOST + 1):
        if not len(left):
            break
        wide = found[left]
        tried = _rounded(wide, digits)
        hit = tried.astype(np.float32) == wide.astype(np.float32)
        found[left[hit]] = tried[hit]
        left = left[~hit]
    return found


def half_doubles(values: np.ndarray) -> np.ndarray:
    """The same of half precision, in which there are few different numbers."""
    different, codes = np.unique(values.astype(np.float16), return_inverse=True)
    return np.array([float(str(one)) for one in different], dtype=np.float64)[codes]


def _rounded(values: np.ndarray, digits: int) -> np.ndarray:
    """To so many digits, as the decimal would be read."""
    power = digits - 1 - np.floor(np.log10(np.abs(values))).astype(np.intp)
    factor = 10.0 ** np.abs(power)
    return np.where(power >= 0, np.rint(values * factor) / factor, np.rint(values / factor) * factor)
