"""Dates written as text, and the numbers a network can use of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

from glassprop.tables.values.texts import Texts

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {m: k + 1 for k, m in enumerate(_NAMES)}
_NAMED = re.compile(rf"\b({'|'.join(_NAMES)})[a-z]*+\.?", re.IGNORECASE)
_SHAPE = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-/. ])\s*+(?P<b>\d{1,2})(?P=mark)\s*+(?P<c>\d{1,4})"
    r"(?:(?:T|,?\s++)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>\.\d++)?)?"
    r"\s*+(?P<half>am|pm)?\s*+(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?$",
    re.IGNORECASE,
)
LONGEST_DATE = 100  # characters: no date has more, and longer text is not searched for one
ORDERS = ("ymd", "mdy", "dmy")
DAY = 86400.0
_TURNS = {"year": 365.2425, "week": 7.0, "day": 1.0}  # what repeats, and after how many days
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(text: str, order: str) -> float:
    """Seconds since 1970 (UTC) of a date in a given order ("ymd", "mdy", "dmy"); NaN if it is none."""
    if len(text) > LONGEST_DATE:
        return float("nan")
    if order == "ymd" and text[4:5] == "-":  # the usual case, in C
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds()
    shape = _SHAPE.match(_month_as_number(text))
    if shape is None:
        return float("nan")
    parts = dict(zip(order, (shape["a"], shape["b"], shape["c"]), strict=True))
    year = _year(parts["y"], shape["mark"])
    if year is None or len(parts["m"]) > 2 or len(parts["d"]) > 2:
        return float("nan")
    try:
        moment = datetime(year, int(parts["m"]), int(parts["d"]), tzinfo=UTC)
    except ValueError:
        return float("nan")
    return (moment - _EPOCH).total_seconds() + _clock(shape)


def _month_as_number(text: str) -> str:
    """05-Jan-2020 as 05-1-2020, and Jan 5, 2020 as 1 5 2020."""
    found = _NAMED.search(text)
    if found is None:
        return text
    number = str(_MONTHS[found[1].lower()])
    return _NAMED.sub(number, text, count=1).replace(", ", " ", 1)


def _year(text: str, mark: str) -> int | None:
    if len(text) == 4:
        return int(text)
    if len(text) == 2 and mark == "/":  # 1.2.20 may be a version number
        return int(text) + (2000 if int(text) < 70 else 1900)
    return None


def _clock(shape: re.Match[str]) -> float:
    if shape["hour"] is None:
        return 0.0
    hour = int(shape["hour"])
    minute, second = int(shape["minute"]), float(shape["second"] or 0) + float(shape["part"] or 0)
    if shape["half"]:
        if hour > 12 and shape["half"].lower() == "am":
            return float("nan")
        hour = hour % 12 + 12 * (shape["half"].lower() == "pm")
    if minute > 59 or second >= 60 or timedelta(hours=hour, minutes=minute, seconds=second) > timedelta(days=1):
        return float("nan")
    return 3600.0 * hour + 60.0 * minute + second - _offset(shape["zone"])


def _offset(zone: str | None) -> float:
    if zone is None or zone[0] not in "+-":
        return 0.0
    digits = zone[1:].replace(":", "")
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        return float("nan")
    return (1 if zone[0] == "+" else -1) * (int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0)


def to_moments(texts: Texts, order: str) -> np.ndarray:
    """float64 (n_rows,), seconds since 1970; NaN where missing or no date."""
    return texts.each(lambda text: parse_date(text, order), np.nan, np.float64)


def date_order(texts: list[str]) -> tuple[str, float, bool]:
    """Find the order of day, month and year.

    Returns
    -------
    order : str
        The one that reads most values. Where day and month could be swapped in every value: month first
        with slashes, day first otherwise.
    share : float
        The share of values it reads.
    ambiguous : bool
        Another order reads as many.
    """
    valid = {order: sum(not np.isnan(parse_date(text, order)) for text in texts) for order in ORDERS}
    best = max(valid.values())
    orders = [order for order in ORDERS if valid[order] == best]
    slashes = any("/" in text for text in texts)
    order = orders[0] if slashes or len(orders) == 1 or "dmy" not in orders else "dmy"
    return order, best / max(len(texts), 1), len(orders) > 1 and best > 0


def date_parts(moments: np.ndarray, *, clock: bool) -> dict[str, np.ndarray]:
    """The numbers of a date: days since 1970, the place in the year and in the week as points on a circle.

    Parameters
    ----------
    moments : array (n_rows,)
        Seconds since 1970; NaN where missing.
    clock : bool
        Also the time of day, as a point on a circle.
    """
    days = moments / DAY if clock else np.floor(moments / DAY)
    parts = {"days": days}
    for name, length in _TURNS.items():
        if clock or name != "day":
            parts[f"{name} sin"] = np.sin(2 * np.pi * (days / length))
            parts[f"{name} cos"] = np.cos(2 * np.pi * (days / length))
    return parts


def date_slopes(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How each of the `date_parts` moves with the date, by the day. All (n_rows,)."""
    slopes = {"days": np.ones(len(parts["days"]))}
    for name, length in _TURNS.items():
        if f"{name} sin" in parts:
            slopes[f"{name} sin"] = 2 * np.pi / length * parts[f"{name} cos"]
            slopes[f"{name} cos"] = -2 * np.pi / length * parts[f"{name} sin"]
    return slopes
