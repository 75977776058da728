"""Times of day written as text."""

from __future__ import annotations

import re

import numpy as np

from glassprop.tables.values.characters import plain_characters
from glassprop.tables.values.clocks import CLOCK, clock_seconds
from glassprop.tables.values.texts import Texts

LONGEST_TIME = 40  # characters: no time has more
_TIME = re.compile(CLOCK + r"( ?+(h|uhr))?+", re.IGNORECASE)
_LIKE_A_TIME = re.compile(r"[0-9]++:[0-9]++(:[0-9]++)?+([.,][0-9]++)?+")
_FEW = 0.01


def parse_time(text: str) -> float:
    """Seconds since midnight, 0 to 86400 (24:00); NaN if it is no time of day."""
    if ":" not in text[:LONGEST_TIME] and text[-1:] not in ("m", "M", ".") and text.isascii():
        return float("nan")
    found = None if len(text) > LONGEST_TIME else _TIME.fullmatch(plain_characters(text))
    return float("nan") if found is None else clock_seconds(found)


def to_times(texts: Texts) -> np.ndarray:
    """float64 (n_rows,), seconds since midnight; NaN where missing or no time of day."""
    return texts.each(parse_time, np.nan, np.float64)


def share_of_times(texts: Texts) -> float:
    """The share of a column's values that are times of day.

    0 where more than a few can only be something else that is written so, durations (125:30) or scores (25:21): then
    the others are, too.
    """
    seconds = to_times(texts)
    others = texts.of(np.isnan(seconds))
    impossible = others.each(lambda text: _LIKE_A_TIME.fullmatch(text) is not None, False, bool).sum()
    return 0.0 if impossible > _FEW * len(texts) else float(np.mean(~np.isnan(seconds)))
