"""Columns of dates and durations as seconds and as text, whatever stands in them: other tools' "infinity", too.

Their whole numbers are read, never the moments that a library would make of them: those raise, panic or wrap around
where a moment is beyond their calendar.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from glassprop.tables.values.packages import panics_as

# Moments beyond these years are marks such as 2^63 - 1 for "never": they count as missing. In nanoseconds that number
# is a day of 2262, and means the same.
FIRST, END = -62_135_596_800.0, 253_402_300_800.0  # seconds since 1970 of the years 1 and 10000
BEYOND_CALENDAR = "infinite or beyond the years 1 to 9999"
_DAY = 86_400
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def seconds_of(series: nw.Series) -> np.ndarray:
    """float64 (n_rows,): seconds since 1970 (UTC) of a column of dates, or of durations.

    NaN where missing, ±infinity for the largest and least numbers that the type holds.
    """
    ticks, missing = _ticks(series)
    kind: Any = series.dtype
    ends = np.iinfo(np.int32 if kind == nw.Date else np.int64)
    infinite = (ticks == ends.max) | (ticks <= ends.min + 1)  # -2^63 means "not a time" to some, so -2^63 + 1 is theirs
    signs = np.sign(ticks[infinite])
    if kind == nw.Date:
        seconds = ticks.astype(np.float64) * _DAY
    else:
        per_second = _UNITS[kind.time_unit]
        if per_second > 1_000_000:  # to microseconds: those of our time are exact as floats
            ticks, per_second = ticks // 1_000, 1_000_000
        seconds = ticks / per_second
    seconds[infinite] = signs * np.inf
    seconds[missing] = np.nan
    return seconds


def within_calendar(seconds: np.ndarray) -> tuple[np.ndarray, int]:
    """Seconds since 1970 with NaN for those infinite or beyond the years 1 to 9999, and how many these are."""
    beyond = (seconds < FIRST) | (seconds >= END)
    return np.where(beyond, np.nan, seconds), int(beyond.sum())


def moment_texts(series: nw.Series) -> list[Any]:
    """The cells of a column of dates or durations as its library gives them; as text (UTC) where it cannot."""
    seconds, (ticks, missing) = seconds_of(series), _ticks(series)
    # A day from the ends of the calendar, no time zone leads out of it.
    far = ~missing & ((seconds < FIRST + _DAY) | (seconds >= END - _DAY))
    near = _given(series.filter((~far).tolist()))
    if near is None:
        far, near = ~missing, [None] * int(missing.sum())
    values = np.empty(len(ticks), dtype=object)
    values[~far] = _objects(near)
    values[far] = _objects([_text(int(tick), series.dtype) for tick in ticks[far]])
    values[missing] = None  # in place of the libraries' own words for it
    return values.tolist()


def _objects(values: list[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _given(series: nw.Series) -> list[Any] | None:
    """The values as Python knows them; None where it does not: in a time zone that it has not heard of, say."""
    try:
        with panics_as(ValueError, "no such moment"):
            values = series.to_list()
            [str(value) for value in values]  # pandas' moments find out only then
            return values
    except Exception:
        return None


def _text(tick: int, kind: Any) -> str:
    tick = max(tick, np.iinfo(np.int64).min + 1)  # the least is no moment to NumPy
    if kind == nw.Date:
        return str(np.datetime64(tick, "D"))
    if kind == nw.Duration:
        return f"{tick / _UNITS[kind.time_unit] / _DAY:g} days"
    zone = "" if kind.time_zone is None else "+00:00"
    return str(np.datetime64(tick, kind.time_unit)).replace("T", " ") + zone


def _ticks(series: nw.Series) -> tuple[np.ndarray, np.ndarray]:
    """The whole numbers behind a column, int64 (n_rows,): days of a date, else the type's unit; and what is missing."""
    missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
    whole = series.cast(nw.Int32 if series.dtype == nw.Date else nw.Int64).fill_null(0)
    return np.asarray(whole.to_numpy(), dtype=np.int64), missing
