"""The columns of a table as its schema reads them: what a caller gives of each, and the numbers that are made of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.portable.plan_of_columns import Column, Named, Number, Sources
from glassprop.portable.whole_model import Given, Source, Wave
from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.encoding.read_column import part_names
from glassprop.tables.schema.readings import Reading
from glassprop.tables.values.absent import moments_among, numbers_among
from glassprop.tables.values.cells import BLANK, LARGEST, SMALLEST
from glassprop.tables.values.circles import DAY, HOURS, TURNS
from glassprop.tables.values.moments import END, FIRST

_GIVEN: dict[str, Given] = {"numbers": "number", "true and false": "truth"}


def columns_of_table(typed: TypedColumns) -> tuple[Sources, list[Column]]:
    """The sources of a table, and what its first step gives of them, in its order."""
    readings = list(typed.schema)
    seen: dict[str, Any] = getattr(typed, "seen_", {})
    sources = Sources(
        [reading.name for reading in readings],
        {place: _source(reading, seen.get(reading.name, {})) for place, reading in enumerate(readings)},
    )
    numbers: list[Column] = []
    words: dict[str, list[Column]] = {"category": [], "text": []}
    for place, reading in enumerate(readings):
        if reading.kind in words:
            words[reading.kind].append(Named(place, reading))
        else:
            numbers += _parts(place, reading)
    return sources, [*numbers, *words["category"], *words["text"]]


def _source(reading: Reading, seen: dict[str, Any]) -> Source:
    words = reading.words()
    if reading.kind == "date":
        days = tuple(moment / DAY for moment in moments_among(words))
        last = float(np.nextafter(END / DAY, 0))
        return Source(reading.name, "number", "date", FIRST / DAY, last, absent=days, whole=not reading.clock)
    if reading.kind == "time":
        return Source(reading.name, "number", "time", 0.0, HOURS)
    given = "number" if reading.kind == "number" else _GIVEN.get(seen.get("type", ""), "text")
    if reading.kind == "text" or given == "text":
        return Source(reading.name, "text", reading.kind, blanks=BLANK, words=tuple(sorted(words)))
    absent = tuple(numbers_among(words)) if given == "number" else ()
    return Source(reading.name, given, reading.kind, -LARGEST, LARGEST, SMALLEST, absent)


def _parts(place: int, reading: Reading) -> list[Column]:
    """As `read_column` gives them: "days", "year sin", "year cos" and so on."""
    if reading.kind == "number":
        return [Number(place)]
    turns = TURNS if reading.kind == "date" else {"day": HOURS}
    found: list[Column] = []
    for name in part_names(reading):
        part, _, wave = name.removeprefix(f"{reading.name} [").removesuffix("]").partition(" ")
        waves: dict[str, Wave] = {"sin": "sin", "cos": "cos"}
        found.append(Number(place, (), waves[wave], turns[part]) if wave else Number(place))
    return found
