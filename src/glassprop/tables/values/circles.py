"""The numbers that a network can use of a date or a time of day: a line, and points on circles; and their slopes."""

from __future__ import annotations

import numpy as np

DAY = 86400.0
TURNS = {"year": 365.2425, "week": 7.0, "day": 1.0}  # what repeats, and after how many days
HOURS = 24.0
_ALIKE = 4  # rows for each day of the time that dates are from: so many are looked up


def date_parts(moments: np.ndarray, *, clock: bool) -> dict[str, np.ndarray]:
    """The numbers of a date: days since 1970, the place in the year and in the week as points on a circle.

    Parameters
    ----------
    moments : array (n_rows,)
        Seconds since 1970; NaN where missing.
    clock : bool
        Also the time of day, as a point on a circle.
    """
    if clock:
        return _parts(moments / DAY, moments, TURNS)
    days = np.floor(moments / DAY)
    turns = {name: length for name, length in TURNS.items() if name != "day"}
    missing = np.isnan(days)
    if missing.all():
        return _parts(days, days * DAY, turns)
    low, high = np.nanmin(days), np.nanmax(days)
    if high - low >= len(days) // _ALIKE:
        return _parts(days, days * DAY, turns)
    # Rows share their days: each is looked up among all days from the first to the last.
    every = np.append(np.arange(low, high + 1), np.nan)
    known = _parts(every, every * DAY, turns)
    places = np.where(missing, high - low + 1, days - low).astype(np.intp)
    return {name: part[places] for name, part in known.items()}


def _parts(days: np.ndarray, seconds: np.ndarray, turns: dict[str, float]) -> dict[str, np.ndarray]:
    """Points by the seconds since a turn began, which are exact: all Mondays, and all of one hour, are at one point.

    Else a column of nothing but Mondays would vary by rounding alone, and that be scaled up to be an input.
    """
    parts = {"days": days}
    for name, length in turns.items():
        whole = round(length * DAY)
        parts |= _point(name, np.mod(seconds, whole) / whole)
    return parts


def date_slopes(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How each of the `date_parts` moves with the date, by the day. All (n_rows,)."""
    slopes = {"days": np.ones(len(parts["days"]))}
    for name, length in TURNS.items():
        if f"{name} sin" in parts:
            slopes |= _point_slopes(name, parts, length)
    return slopes


def time_parts(seconds: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers of a time of day: hours since midnight, and the place in the day as a point on a circle.

    Parameters
    ----------
    seconds : array (n_rows,)
        Seconds since midnight; NaN where missing.
    """
    hours = seconds / 3600
    return {"hours": hours, **_point("day", hours / HOURS)}


def time_slopes(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How each of the `time_parts` moves with the time, by the hour. All (n_rows,)."""
    return {"hours": np.ones(len(parts["hours"])), **_point_slopes("day", parts, HOURS)}


def date_turns(*, clock: bool) -> dict[str, tuple[str, float]]:
    """Of what each of the `date_parts` is, and how many days its circle takes."""
    turns = {name: length for name, length in TURNS.items() if clock or name != "day"}
    return {"days": ("line", 0.0), **_of_circles(turns)}


def time_turns() -> dict[str, tuple[str, float]]:
    """The same of the `time_parts`, in hours."""
    return {"hours": ("line", 0.0), **_of_circles({"day": HOURS})}


def _of_circles(turns: dict[str, float]) -> dict[str, tuple[str, float]]:
    return {f"{name} {of}": (of, length) for name, length in turns.items() for of in ("sin", "cos")}


def _point(name: str, turns: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{name} sin": np.sin(2 * np.pi * turns), f"{name} cos": np.cos(2 * np.pi * turns)}


def _point_slopes(name: str, parts: dict[str, np.ndarray], length: float) -> dict[str, np.ndarray]:
    turn = 2 * np.pi / length
    return {f"{name} sin": turn * parts[f"{name} cos"], f"{name} cos": -turn * parts[f"{name} sin"]}
