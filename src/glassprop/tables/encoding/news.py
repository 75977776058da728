"""What training saw of each column, and what is new beside it in a later table: numbers far out, another type, none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.ground.number_text import shortest
from glassprop.tables.encoding.findings import Finding, missing_in
from glassprop.tables.schema.readings import Reading
from glassprop.tables.values.category_names import moment_name
from glassprop.tables.values.cells import type_of
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.texts import Texts

TYPES = ("numbers", "text", "true and false", "dates", "something else")
Seen = dict[str, Any]  # type, low, high: JSON-able
_FAR = 1.0  # of the width of what training saw, beyond its ends


def seen_in(series: nw.Series, reading: Reading, values: np.ndarray | Texts) -> Seen:
    """What a later table is compared with.

    Parameters
    ----------
    series : narwhals.Series
    reading : Reading
    values : array (n_rows,), or Texts
        What it was read as; of dates the days since 1970, of times the hours since midnight.
    """
    kind = type_of(series)
    seen: Seen = {} if kind is None else {"type": kind}
    if not isinstance(values, Texts) and not np.isnan(values).all():
        seen |= {"low": float(np.nanmin(values)), "high": float(np.nanmax(values))}
    return seen


def news_of(
    series: nw.Series, reading: Reading, values: np.ndarray | Texts, seen: Seen, odd: list[Finding]
) -> list[Finding]:
    """What training did not see. `odd`: what has been found in these cells already."""
    found: list[Finding] = []
    if isinstance(values, Texts):
        missing = values.missing
    else:
        missing = int(np.isnan(values).sum())
        found += _far(reading, values, seen)
    if missing and not odd:
        found.append(missing_in(reading.name, missing))
    return found


def another_type(series: nw.Series, name: str, seen: Seen) -> list[Finding]:
    """Where categories are new, it may be because they are of another type now."""
    now = type_of(series)
    if now is None or now == seen.get("type", now):
        return []
    return [Finding(name, "new-type", f"has {now} here, and had {seen['type']} in training")]


def far_from(values: np.ndarray, seen: Seen) -> np.ndarray:
    """Which of some values are far outside of what was seen, (n,) of bool."""
    low, high = seen.get("low", -np.inf), seen.get("high", np.inf)
    room = _FAR * (high - low)
    return ((values < low - room) | (values > high + room)) & (0 < room < np.inf)


def as_told(reading: Reading, value: float) -> str:
    """What a column was read as, in its own words."""
    shown: Callable[[float], str] = {"date": _moment, "time": _clock}.get(reading.kind, shortest)
    return shown(value)


def _far(reading: Reading, values: np.ndarray, seen: Seen) -> list[Finding]:
    far = far_from(values, seen)
    if not far.any():
        return []
    low, high, first = (as_told(reading, float(value)) for value in (seen["low"], seen["high"], values[far][0]))
    return [Finding(reading.name, "new-range", f"{low} to {high}", int(far.sum()), (first,))]


def _moment(days: float) -> str:
    return moment_name(days * DAY)


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
