"""Columns of dates: the order of day, month and year in them, their moments, and dates written as whole numbers."""

from __future__ import annotations

import re

import numpy as np

from glassprop.tables.values.texts import Texts
from glassprop.tables.values.written_dates import LONGEST_DATE, ORDERS, moments_of

# 1.2.20 may be a version number. Dates have days beyond the twelfth.
_SHORT = re.compile(r"([0-9]{1,2})([.-])([0-9]{1,2})\2[0-9]{2}")
_MOST_MONTHS = 12
# 2011-12 may be a season, of two years.
_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{2})")
# Years that whole numbers such as 20151227 are believed in, and how many digits may come after them.
_YEARS = (1900, 2100)
_AFTER_THE_YEAR = (2, 4, 10)
_SOME = 1000  # where many are no dates, so many show it
# So many different whole numbers are not all dates by chance: one in 27 numbers between those years is.
_BEYOND_CHANCE = 10
_SAYS_DATE = re.compile(
    r"(^|[^a-z])(date|dates|day|datum|fecha|data|dt|ymd|yyyymmdd|yyyymm|month|monat|mois|mes|period)([^a-z]|$)|date$"
)


def parse_date(text: str, order: str) -> float:
    """Seconds since 1970 (UTC) of a date in a given order ("ymd", "mdy", "dmy"); NaN if it is none."""
    return moments_of(text)[ORDERS.index(order)]


def to_moments(texts: Texts, order: str) -> np.ndarray:
    """float64 (n_rows,), seconds since 1970; NaN where missing or no date."""
    return texts.each(lambda text: parse_date(text, order), np.nan, np.float64)


def date_order(texts: list[str]) -> tuple[str, float, bool]:
    """Find the order of day, month and year.

    Returns
    -------
    order : str
        The one that reads most values; year first where it makes no difference. Where day and month could be swapped
        in every value: month first with slashes, day first otherwise.
    share : float
        The share of values it reads.
    ambiguous : bool
        Another order reads as many, as other dates.
    """
    moments = np.array([moments_of(text) for text in texts]).reshape(-1, len(ORDERS))
    moments[_versions(texts) + _seasons(texts)] = np.nan
    valid = (~np.isnan(moments)).sum(axis=0)
    best = valid.max()
    same = moments[:, valid == best]
    ambiguous = bool(best > 0 and ((same != same[:, :1]) & ~np.isnan(same[:, :1])).any())
    orders = [order for order, count in zip(ORDERS, valid, strict=True) if count == best]
    if ambiguous and len(orders) > 1:
        orders = [order for order in orders if order != "ymd"]
        orders = orders if any("/" in text for text in texts) else orders[::-1]
    return orders[0], best / max(len(texts), 1), ambiguous


def _versions(texts: list[str]) -> list[int]:
    """The places of short dates with points or hyphens, if none of them has a day that no month has."""
    matches = ((place, _SHORT.fullmatch(text)) for place, text in enumerate(texts) if len(text) <= LONGEST_DATE)
    found = {place: match for place, match in matches if match is not None}
    dates = any(max(int(match[1]), int(match[3])) > _MOST_MONTHS for match in found.values())
    return [] if dates else list(found)


def _seasons(texts: list[str]) -> list[int]:
    """The places of months as 2011-12, if in all of them the month is rather the next year."""
    matches = ((place, _MONTH.fullmatch(text)) for place, text in enumerate(texts) if len(text) <= LONGEST_DATE)
    found = {place: match for place, match in matches if match is not None}
    seasons = all((int(match[1]) + 1) % 100 == int(match[2]) for match in found.values())
    return list(found) if seasons else []


def moments_of_numbers(values: np.ndarray) -> np.ndarray:
    """Seconds since 1970 of dates written as whole numbers, 20151227 or 201512; NaN for all others. (n_rows,)"""
    different, codes = np.unique(values, return_inverse=True)
    whole = (different == np.floor(different)) & (different >= 0) & (different < 1e15)
    moments = np.full(len(different), np.nan)
    moments[whole] = [parse_date(str(int(value)), "ymd") for value in different[whole]]
    return moments[codes]


def numbers_are_dates(name: str, values: np.ndarray, mostly: float) -> bool:
    """Whether whole numbers are rather dates (20151227, 201512), most of them in the years 1900 to 2099.

    Either the name of their column says so, or there are too many different ones for chance.

    Parameters
    ----------
    name : str
    values : array (n,)
        None missing.
    mostly : float
        The share that must be dates.
    """
    first, end = (parse_date(f"{year}-01-01", "ymd") for year in _YEARS)
    for length in _AFTER_THE_YEAR:
        inside = (values >= _YEARS[0] * 10.0**length) & (values < _YEARS[1] * 10.0**length)
        if not len(values) or inside.mean() < mostly:
            continue
        different = np.unique(values[inside])
        some = moments_of_numbers(different[:: max(1, len(different) // _SOME)])
        if (~np.isnan(some)).mean() < mostly:
            return False
        moments = moments_of_numbers(values)
        dates = (moments >= first) & (moments < end)
        known = len(np.unique(moments[dates])) >= _BEYOND_CHANCE or _SAYS_DATE.search(name.lower())
        return bool(dates.mean() >= mostly and known)
    return False
