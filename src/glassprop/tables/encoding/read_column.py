"""One column of any table by its reading: numbers, those of a date or time of day, names of categories, or text."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw
import numpy as np

from glassprop.tables.encoding.findings import Finding, far_out, no_dates, odd, of_another_kind
from glassprop.tables.schema.readings import Reading
from glassprop.tables.values.absent import without
from glassprop.tables.values.category_names import names_of
from glassprop.tables.values.cells import Cells, cells_of
from glassprop.tables.values.circles import date_parts, time_parts
from glassprop.tables.values.dates import moments_of_numbers, to_moments
from glassprop.tables.values.numbers import read_numbers
from glassprop.tables.values.texts import Texts
from glassprop.tables.values.times import to_times


def read_column(series: nw.Series, reading: Reading, findings: list[Finding]) -> list[np.ndarray] | Texts:
    """Its numbers (parts of dates and times), each (n_rows,) and NaN where missing; or its categories' names, or texts.

    Each row is read by itself. What is odd in it goes to `findings`.
    """
    return _READERS[reading.kind](series, reading, findings)


def part_names(reading: Reading) -> list[str]:
    """What the arrays of numbers are called that `read_column` gives."""
    if reading.kind == "number":
        return [reading.name]
    if reading.kind == "date":
        return [f"{reading.name} [{part}]" for part in date_parts(np.zeros(1), clock=reading.clock)]
    if reading.kind == "time":
        return [f"{reading.name} [{part}]" for part in time_parts(np.zeros(1))]
    return []


def _number(series: nw.Series, reading: Reading, findings: list[Finding]) -> list[np.ndarray]:
    cells = cells_of(series, reading.words())
    if cells.kind == "number":
        findings += far_out(reading.name, cells)
        return [cells.values]
    if cells.kind != "text":
        return [_none(cells, reading, "numbers", findings)]
    texts, aliases = cells.texts, reading.aliases
    if aliases:
        texts = Texts.of_values(texts.codes, texts.known, lambda text: aliases.get(text.lower(), text))
    values = read_numbers(texts, reading.decimal)
    findings += odd(reading.name, texts, values, "numbers")
    return [without(values, reading.words())]


def _date(series: nw.Series, reading: Reading, findings: list[Finding]) -> list[np.ndarray]:
    cells = cells_of(series, reading.words())
    findings += far_out(reading.name, cells)
    if cells.kind == "text":
        moments = to_moments(cells.texts, reading.order or "ymd")
        findings += odd(reading.name, cells.texts, moments, "dates")
    elif cells.kind == "number" and not np.isnan(moments := moments_of_numbers(cells.values)).all():
        findings += no_dates(reading.name, cells.values, moments)
    else:
        moments = cells.values if cells.kind == "date" else _none(cells, reading, "dates", findings)
    return list(date_parts(moments, clock=reading.clock).values())


def _time(series: nw.Series, reading: Reading, findings: list[Finding]) -> list[np.ndarray]:
    cells = cells_of(series, reading.words())
    if cells.kind == "text":
        seconds = to_times(cells.texts)
        findings += odd(reading.name, cells.texts, seconds, "times of day")
    else:
        seconds = _none(cells, reading, "times of day", findings)
    return list(time_parts(seconds).values())


def _category(series: nw.Series, reading: Reading, findings: list[Finding]) -> Texts:
    names, aliases = names_of(series, reading.words()), reading.aliases
    if not aliases:
        return names
    return Texts.of_values(names.codes, names.known, lambda name: aliases.get(name, name))


def _text(series: nw.Series, reading: Reading, findings: list[Finding]) -> Texts:
    return names_of(series, reading.words())  # a number among texts is the same in every kind of table


def _none(cells: Cells, reading: Reading, wanted: str, findings: list[Finding]) -> np.ndarray:
    findings += of_another_kind(reading.name, wanted)
    return np.full(len(cells), np.nan)


_READERS: dict[str, Callable[[nw.Series, Reading, list[Finding]], list[np.ndarray] | Texts]] = {
    "number": _number,
    "date": _date,
    "time": _time,
    "category": _category,
    "text": _text,
}
