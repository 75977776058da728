"""Dates as people and programs write them: one table of notations, and what a text means in each of them.

A notation means the same in every column, but for day and month as numbers before a year, whose order is the column's.
A month, a quarter or a week is the moment at which it begins.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from glassprop.tables.values.characters import plain_characters
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.clocks import CLOCK, clock_seconds

ORDERS = ("ymd", "mdy", "dmy")
LONGEST_DATE = 100  # characters: no date has more, and longer text is not searched for one
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAN = float("nan")
_NONE = (_NAN, _NAN, _NAN)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# Hours from UTC of the names that RFC 2822 gives; Z and its like have none.
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONE = (
    r"((?P<zone>Z|UTC|GMT|UT|[ECMP][SD]T)(?![a-z]))?+ ?+(?P<offset>(?P<sign>[+-])(?P<hours>[0-9]{2})"
    r"(:?+(?P<minutes>[0-9]{2}))?+)?+( ?+\([^()]*+\))?+"
)
# Behind the day: T, a blank, "at", or a colon, as logs of web servers have it.
_TAIL = rf"((T|,?+ ++(at ++)?+|:){CLOCK} *+{_ZONE})?+"
_DAY, _MONTH, _YEAR = r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})", r"(?P<y>[0-9]{4})"
_ANY_YEAR = r"(?P<y>[0-9]{4}|[0-9]{2})"
_NAME = rf"(?P<name>({'|'.join(_MONTHS)})[a-z]*+)\.?+"
_FULL_NAME = (
    r"(?P<name>jan(uary)?+|feb(ruary)?+|mar(ch)?+|apr(il)?+|may|june?+|july?+|aug(ust)?+|sept?+(ember)?+|oct(ober)?+"
    r"|nov(ember)?+|dec(ember)?+)\.?+"
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_WEEKDAY = _pattern(r"(mon|tues?+|wed(nes)?+|thu(rs?+)?+|fri|sat(ur)?+|sun)(day)?+\.?+,?+ ++")
_IN_SOME_ORDER = _pattern(r"(?P<a>[0-9]{1,4})(?P<mark>[-/. ]) *+(?P<b>[0-9]{1,2})(?P=mark) *+(?P<c>[0-9]{1,4})" + _TAIL)
_NOTATIONS = tuple(
    _pattern(notation)
    for notation in (
        rf"{_YEAR}[-/.]{_MONTH}",  # 2015-12
        rf"{_MONTH}[-/.]{_YEAR}",  # 12/2015
        rf"{_FULL_NAME}(,?+ *+|[-/.]){_YEAR}",  # Dec 2015
        rf"{_FULL_NAME}([-/]'?+| ?+'){_ANY_YEAR}",  # Dec-15, Dec '15
        rf"{_YEAR}[-/. ]?+{_FULL_NAME}",  # 2015 Dec
        rf"{_DAY}(st|nd|rd|th)?+[-/. ]*+{_NAME},?+[-/. ]*+{_ANY_YEAR}{_TAIL}",  # 27 Dec 2015, 27-Dec-15, 27DEC2015
        rf"{_NAME}[-/. ]*+{_DAY}(st|nd|rd|th)?+[-/, ]++{_YEAR}{_TAIL}",  # Dec 27, 2015
        rf"{_YEAR}[-/. ]*+{_NAME}[-/. ]*+{_DAY}{_TAIL}",  # 2015-Dec-27
        rf"{_NAME} ++{_DAY},?+ ++{CLOCK} *+{_ZONE} *+{_YEAR}",  # Dec 27 10:00:00 UTC 2015
        rf"{_YEAR}(?P<m>[0-9]{{2}})((?P<d>[0-9]{{2}})([T ]?+(?P<hour>[0-9]{{2}}):?+(?P<minute>[0-9]{{2}})"
        rf"(:?+(?P<second>[0-9]{{2}})(?P<part>[.,][0-9]++)?+)?+(?P<half>(?!))?+ ?+{_ZONE})?+)?+"
        r"(\.0++)?+",  # 20151227, 20151227T100000Z, 201512
        rf"{_YEAR}[-/ ]?+Q(?P<quarter>[1-4])",  # 2015Q4
        rf"Q(?P<quarter>[1-4])[-/ ]?+'?+{_ANY_YEAR}",  # Q4 2015
        rf"(?P<quarter>[1-4])Q[-/ ]?+'?+{_ANY_YEAR}",  # 4Q15
        rf"{_YEAR}-?+W(?P<week>[0-9]{{2}})(-?+(?P<weekday>[1-7]))?+",  # 2015-W52
    )
)


def moments_of(text: str) -> tuple[float, float, float]:
    """Seconds since 1970 (UTC) of a date in each of the `ORDERS`; NaN where it is none."""
    if len(text) > LONGEST_DATE:
        return _NONE
    moment = _iso(text)
    if moment is None:
        text = plain_characters(text)
        if text[:1].isalpha() and (weekday := _WEEKDAY.match(text)):
            text = text[weekday.end() :]
        in_some_order = _IN_SOME_ORDER.fullmatch(text)
        if in_some_order is not None:
            return _in_each_order(in_some_order)
        found = next((found for notation in _NOTATIONS if (found := notation.fullmatch(text))), None)
        moment = _NAN if found is None else _moment(found.groupdict(), found)
    return moment, moment, moment


def _iso(text: str) -> float | None:
    """The usual case, in C."""
    if text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _in_each_order(found: re.Match[str]) -> tuple[float, float, float]:
    a, b, c, mark = found["a"], found["b"], found["c"], found["mark"]
    if len(a) == 4:  # a year: what follows is its month, in every column
        moment = _moment({"y": a, "m": b, "d": c}, found) if len(c) <= 2 else _NAN
        return moment, moment, moment
    if len(a) > 2 or len(c) not in (2, 4) or (len(c) == 2 and mark == " "):
        return _NONE
    first = len(a) == len(c) == 2 and mark == "/"  # 15/12/27 has a year somewhere, 27.12.15 at its end
    return (
        _moment({"y": a, "m": b, "d": c}, found) if first else _NAN,
        _moment({"m": a, "d": b, "y": c}, found),
        _moment({"d": a, "m": b, "y": c}, found),
    )


def _moment(parts: dict[str, str | None], found: re.Match[str]) -> float:
    """The moment of a year and more, and of the clock that was found behind them."""
    try:
        begin = _begin(parts)
    except ValueError:
        return _NAN
    days = (begin - _EPOCH).days
    if "hour" not in found.re.groupindex or found["hour"] is None:
        return days * DAY
    clock = clock_seconds(found) - _offset(found)
    # As whole numbers, so that it is to the bit what it is in any other notation.
    return _NAN if math.isnan(clock) else (days * 86_400_000_000 + round(clock * 1_000_000)) / 1_000_000


def _begin(parts: dict[str, str | None]) -> datetime:
    year, name, quarter = _year(parts["y"] or ""), parts.get("name"), parts.get("quarter")
    if parts.get("week"):
        return datetime.fromisocalendar(year, int(parts["week"] or 0), int(parts.get("weekday") or 1)).replace(
            tzinfo=UTC
        )
    if quarter:
        return datetime(year, 3 * int(quarter) - 2, 1, tzinfo=UTC)
    month = _MONTHS[name[:3].lower()] if name else int(parts["m"] or 0)
    return datetime(year, month, int(parts.get("d") or 1), tzinfo=UTC)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)


def _offset(found: re.Match[str]) -> float:
    """Seconds by which the clock is ahead of UTC."""
    seconds = 3600.0 * _ZONES.get((found["zone"] or "").lower(), 0)
    if found["offset"] is None:
        return seconds
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    if hours > 23 or minutes > 59:
        return _NAN
    return seconds + (3600.0 * hours + 60.0 * minutes) * (1 if found["sign"] == "+" else -1)
