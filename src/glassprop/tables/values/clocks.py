"""The time on a clock, as text: 12:30, 12:30:05.5, 2:05 PM; as it stands alone, and behind a date."""

from __future__ import annotations

import re

from glassprop.tables.values.circles import DAY

# Every repetition is possessive, so that text of any length is read in one pass.
CLOCK = (
    r"(?P<hour>[0-9]{1,2})(:(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(?P<part>[.,][0-9]++)?+)?+)?+"
    r"( ?+(?P<half>[ap])\.?+m\b\.?+)?+"
)
_MICROSECONDS = 7  # characters of a part of a second, beyond which Python's own clock does not read


def clock_seconds(found: re.Match[str]) -> float:
    """Seconds since midnight of what `CLOCK` found, 24:00 at most; NaN if there is no such time."""
    hour, minute, half = int(found["hour"]), found["minute"], found["half"]
    if minute is None and half is None:  # a number
        return float("nan")
    if half is not None:
        if hour > 12 and half in "aA":
            return float("nan")
        hour = hour % 12 + 12 * (half in "pP")
    second = float(found["second"] or 0) + float((found["part"] or "0")[:_MICROSECONDS].replace(",", "."))
    seconds = 3600.0 * hour + 60.0 * int(minute or 0) + second
    return seconds if int(minute or 0) < 60 and second < 60 and seconds <= DAY else float("nan")
