"""Sets of numbers: where activations lead, what costs accept. Intervals of the line, and the simplex."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError


@dataclass(frozen=True)
class Domain:
    """An interval, entry by entry; with ``simplex`` also: the entries of a row sum to 1.

    Parameters
    ----------
    low, high : float
        The ends.
    open_low, open_high : bool
        Whether the end itself lies outside.
    simplex : bool
        Whether a row must sum to 1.
    words : str
        How messages name it.

    Examples
    --------
    >>> from glassprop.functions import Domain
    >>> share = Domain(0.0, 1.0, open_high=True, words="from 0 up to 1")
    >>> share.takes(0.0), share.takes(1.0)
    (True, False)
    """

    low: float = -np.inf
    high: float = np.inf
    open_low: bool = False
    open_high: bool = False
    simplex: bool = False
    words: str = "any finite number"

    def within(self, other: Domain) -> bool:
        """Whether every point of this domain lies in ``other``."""
        low_ok = self.low > other.low or (self.low == other.low and (self.open_low or not other.open_low))
        high_ok = self.high < other.high or (self.high == other.high and (self.open_high or not other.open_high))
        return low_ok and high_ok and (self.simplex or not other.simplex)

    def takes(self, number: Any) -> bool:
        """Whether this is a number (not a bool, not text) and lies within."""
        if not isinstance(number, Real) or isinstance(number, bool):
            return False
        return not self.outside(np.asarray(np.float64(number)))

    def outside(self, y: Array) -> Array:
        """Mark the entries of ``y`` (n, k) that lie outside, NaN and infinity among them. -> bool (n, k)."""
        if self.low == -np.inf and self.high == np.inf and not self.simplex:
            return ~np.isfinite(y)
        low_bad = (y <= self.low) if self.open_low else (y < self.low)
        high_bad = (y >= self.high) if self.open_high else (y > self.high)
        bad = low_bad | high_bad | ~np.isfinite(y)
        if self.simplex:
            bad = bad | (np.abs(y.sum(axis=1, keepdims=True) - 1) > 1e-5)
        return bad


REALS = Domain()
NOT_NEGATIVE = Domain(low=0.0, words="0 or more")
POSITIVE = Domain(low=0.0, open_low=True, words="more than 0")
UNIT_OPEN = Domain(0.0, 1.0, open_low=True, open_high=True, words="between 0 and 1, ends excluded")
UNIT = Domain(0.0, 1.0, words="between 0 and 1")
SHARE = Domain(0.0, 1.0, open_high=True, words="at least 0 and less than 1")
SIMPLEX_OPEN = Domain(
    0.0, 1.0, open_low=True, open_high=True, simplex=True, words="probabilities, each row summing to 1"
)
SIMPLEX = Domain(0.0, 1.0, simplex=True, words="between 0 and 1, each row summing to 1 (one-hot, say)")


def refuse_numbers(of: str, *settings: tuple[str, Any, Domain]) -> None:
    """Refuse settings (name, value, what it may be) that are not numbers or lie outside; all in one message.

    Raises
    ------
    SettingsError
    """
    faults = [f"{name} must be {fits.words}, got {value!r}" for name, value, fits in settings if not fits.takes(value)]
    if faults:
        raise SettingsError(f"{of}: " + "; ".join(faults))
