"""Columns of dates and of times of day: how they are read, and what is told of them."""

from __future__ import annotations

import re

import numpy as np

from glassprop.ground.text import quoted
from glassprop.tables.schema.readings import Reading
from glassprop.tables.schema.roles import ColumnRole, Decision, missing_of, shown, some_of
from glassprop.tables.values.cells import Cells
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.dates import moments_of_numbers, parse_date, to_moments
from glassprop.tables.values.numbers import missing_number
from glassprop.tables.values.times import to_times

_YEAR_FIRST = re.compile(r"[0-9]{4}[-/. ] ?[0-9]{1,2}[-/. ] ?[0-9]")


def text_dates(name: str, cells: Cells, order: str, either: bool) -> Decision:
    """Text of which most are dates in this order; `either`: another order would read as many."""
    moments = to_moments(cells.texts, order)
    rows, odd = cells.texts.unread(moments, missing_number)
    first = next(text for text in cells.texts.known if not np.isnan(parse_date(text, order)))
    words = {"ymd": "year-month-day", "mdy": "month/day/year", "dmy": "day/month/year"}[order]
    reason = f"dates as {words}" if order != "ymd" or _YEAR_FIRST.match(first) else f"dates such as {quoted(first)}"
    if either:
        reason += " (day and month could be swapped in every value)"
    if odd:
        reason += f"; {rows} that are no dates count as missing ({some_of(odd)})"
    return date_column(name, moments, order, reason)


def number_dates(name: str, cells: Cells) -> Decision:
    """Whole numbers such as 20151227."""
    moments = moments_of_numbers(cells.values)
    odd = np.isnan(moments) & ~np.isnan(cells.values)
    reason = f"dates as whole numbers such as {shown(cells.values[~np.isnan(moments)][0])}"
    if odd.any():
        reason += f"; {odd.sum()} that are no dates count as missing ({shown(cells.values[odd][0])})"
    return date_column(name, moments, "ymd", reason, missing_of(cells))


def times_of_day(name: str, cells: Cells) -> Decision:
    """Text of which most are times of day."""
    seconds = to_times(cells.texts)
    rows, odd = cells.texts.unread(seconds, missing_number)
    reason = "times of day" + missing_of(Cells("number", seconds))
    if odd:
        reason += f"; {rows} that are no times count as missing ({some_of(odd)})"
    return ColumnRole(name, "time of day", reason), Reading(name, "time")


def date_column(name: str, moments: np.ndarray, order: str, reason: str, lacking: str = "") -> Decision:
    """Moments, however they came: seconds since 1970, NaN where missing."""
    clock = bool((moments[~np.isnan(moments)] % DAY != 0).any())
    reason += (" with time of day" if clock else "") + lacking
    return ColumnRole(name, "date", reason), Reading(name, "date", order=order, clock=clock)
