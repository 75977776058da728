"""Whether the first row of a table names its columns, or is data like those below it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.numbers import parse_number

Row = Sequence[str]

_MOSTLY = 0.9
_PLAIN = re.compile(r"[+-]?([0-9]++[.,]?[0-9]*+|[.,][0-9]++)([eE][+-]?[0-9]++)?", re.ASCII)
_MANY = 4  # numbers that are names if they go up, whatever their decimals, as wavelengths do
_VERY_MANY = 8  # and if they go down
_MOMENT = re.compile(r"([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,2}:[0-9]{2})\b.*", re.ASCII | re.DOTALL)


def kind_of(cell: str) -> str:
    """What a cell looks like: "missing", "number", "moment" or "text"."""
    cell = cell.strip()
    if cell.lower() in MISSING:
        return "missing"
    if not math.isnan(parse_number(cell, ".")):
        return "number"
    return "moment" if _MOMENT.fullmatch(cell) else "text"


def names_surely(first: Row, below: Sequence[Row]) -> bool:
    """Whether some text stands above numbers or dates: then it names them."""
    return any(
        kind_of(cell) == "text" and _kind_below(place, below) in ("number", "moment")
        for place, cell in enumerate(first)
    )


def is_data(first: Row, below: Sequence[Row]) -> bool:
    """Whether the first row is data: nothing in it must be a name, and something can hardly be one.

    That is numbers above numbers, but for those that go up or down as years do; a date above dates; and text that
    stands in its column again, in another row than one that repeats the whole.
    """
    kinds = [kind_of(cell) for cell in first]
    if not below:
        amounts = [_plain(cell) for cell, kind in zip(first, kinds, strict=True) if kind == "number"]
        return len(amounts) * 2 >= len(first) and not _may_be_names([n for n in amounts if n is not None])
    if names_surely(first, below):
        return False
    numbers: list[float] = []
    again, texts = 0, 0
    others = [row for row in below if list(row) != list(first)]
    for place, (cell, kind) in enumerate(zip(first, kinds, strict=True)):
        held = _kind_below(place, below)
        if kind == "moment" and held in ("moment", "number"):
            return held == "moment"
        if kind == held == "number":
            numbers += [] if (number := _plain(cell)) is None else [number]
        elif kind != "missing" and held == "text":
            texts += 1
            again += any(len(row) > place and row[place].strip() == cell.strip() for row in others)
    if not _may_be_names(numbers):
        return True
    return again > 0 and (bool(numbers) or (again > 1 and again * 2 >= texts))


def _plain(cell: str) -> float | None:
    """A number without further signs: 50 % may well be a name."""
    cell = cell.strip()
    return float(cell.replace(",", ".")) if _PLAIN.fullmatch(cell) else None


def _may_be_names(numbers: list[float]) -> bool:
    steps = [later - sooner for sooner, later in pairwise(numbers)]
    up, down = all(step > 0 for step in steps), all(step < 0 for step in steps)
    whole = all(number >= 0 and number.is_integer() for number in numbers)
    if up or (down and len(numbers) >= _VERY_MANY):
        return whole or len(numbers) >= _MANY
    return whole and all(step == -1 for step in steps)


def _kind_below(place: int, below: Sequence[Row]) -> str:
    kinds = [kind for row in below if len(row) > place and (kind := kind_of(row[place])) != "missing"]
    for kind in ("number", "moment"):
        if kinds and kinds.count(kind) >= _MOSTLY * len(kinds):
            return kind
    return "text" if kinds else "missing"
