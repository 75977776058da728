"""Rows of a table that are none of its examples: the header again, units under it, and totals at the end."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from glassprop.ground.note import Note
from glassprop.ground.text import listed, quoted
from glassprop.tables.reading.first_row import kind_of
from glassprop.tables.reading.header_again import without_header_again
from glassprop.tables.reading.plain_numbers import plain_types
from glassprop.tables.reading.typed import Typed, Words
from glassprop.tables.values.decimal_marks import decimal_mark
from glassprop.tables.values.numbers import parse_number
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_LOOKED_AT = 100  # rows below one of units
_MOSTLY = 0.9
_MOST_TOTALS = 5
_CLOSE, _EXACT = 1e-3, 1e-9  # relative to the numbers added up: what is called a total may be rounded
_NAMED = 4  # units in a note
_SUM = re.compile(
    r"(grand|sub|over)?[ -]?(total|totals|totale|totaal|all)( g[eé]n[eé]ral| general)?|sum|sums|summe|gesamt"
    r"|gesamtsumme|insgesamt|zusammen|somme|suma|soma|totalt|celkem|razem|итого|合計|合计|总计",
    re.IGNORECASE,
)
_MEAN = re.compile(
    r"average|averages|avg\.?|mean|means|mittel|mittelwert|durchschnitt|schnitt|moyenne|media|média|promedio",
    re.IGNORECASE,
)
_ATOM = (
    r"(?:[yzafpnµμumcdhkMGTP]?(?:m|g|s|A|K|mol|cd|Hz|N|Pa|J|W|V|C|F|Ω|ohm|S|T|lx|lm|Bq|Gy|Sv|l|L|bar|eV|Wh|Ah|B|cal|t|rad)"
    r"|°[CF]?|deg[CF]?|degrees?|min|hr?s?|hours?|d|days?|wk|weeks?|months?|y|yrs?|years?|a|sec|seconds?|minutes?"
    r"|in|inch|inches|ft|feet|yd|mi|miles?|mph|kn|knots?|lbs?|oz|gal|psi|mmHg|atm|dBA?|ppm|ppb|ppt|pH|px|ha"
    r"|counts?|%|‰|USD|EUR|GBP|CHF|JPY|[$€£¥]|Mio|k|rpm|bpm|kph|units?|pcs|persons?|1)"
)
_UNIT = re.compile(
    rf"-|[\[(<{{][^\[\](){{}}<>]{{0,30}}[\])>}}]|{_ATOM}(?:[²³]|\^?[-−]?[1-4])?"
    rf"(?:(?: ?[/·*.] ?| per | ){_ATOM}(?:[²³]|\^?[-−]?[1-4])?){{0,3}}"
)


def without_surplus(typed: Typed, as_text: Words) -> tuple[Typed, list[Note]]:
    """Leave out the header where it stands again, units at the top, and totals or means at the end; say so.

    Columns that hold nothing but plain numbers without them become numbers, unless they are in `as_text`.
    """
    frame, notes = typed.frame, list[Note]()
    if again := without_header_again(frame):
        frame, where = again
        notes.append(header_told(len(where), where[0]))
    if not frame.height:
        return replace(typed, frame=frame), notes
    units = units_told(frame)
    if units is not None:
        frame = frame[1:]
        notes.append(units)
    filled = frame[: _height(frame)]
    totals, doubtful = _totals(filled)
    if totals:
        rows = "row is" if len(totals) == 1 else f"{len(totals)} rows are"
        line = f"the last {rows} the sum of the others, or their mean{_called(totals)}, and left out"
        notes.append(Note(line, "totals-row", number=len(totals), examples=tuple(filter(None, totals[::-1]))))
        frame = filled[: -len(totals)]
        frame = frame[: _height(frame)]
    if doubtful:
        line = (
            f"the last row says {quoted(doubtful)}, but its numbers are neither the sums nor the means of the others: "
            "it is kept as a row like them"
        )
        notes.append(Note(line, "no-totals-row", examples=(doubtful,)))
    return (retyped(typed, frame, as_text) if again or units is not None or totals else typed), notes


def header_told(rows: int, first: int) -> Note:
    """That rows which repeat the header are left out."""
    return Note(
        f"{rows} row(s) that repeat the header are left out (the first is row {first})", "header-again", number=rows
    )


def units_told(frame: pl.DataFrame) -> Note | None:
    """That the first row holds units, if it does."""
    units = _units(frame)
    if not units:
        return None
    line = f"the row under the header holds units ({listed(units, _NAMED)}) and is left out"
    return Note(line, "units-row", number=1, examples=tuple(units[:_NAMED]))


def called_total(frame: pl.DataFrame) -> str | None:
    """What the last row is called, if it is a word for a total that stands nowhere else in its column."""
    return _label(frame, frame.height - 1)


def _called(totals: list[str]) -> str:
    return f" ({listed(totals[::-1])})" if all(totals) else ""


def retyped(typed: Typed, frame: pl.DataFrame, as_text: Words) -> Typed:
    """With other rows, and numbers where the text in these is nothing but plain ones."""
    pl = need_polars()
    texts = [column.name for column in frame.iter_columns() if column.dtype == pl.String and column.name not in as_text]
    types = plain_types(frame.select(texts))
    return replace(
        typed,
        frame=frame.with_columns(pl.col(name).cast(kind) for name, kind in types.items()),
        words={name: words for name, words in typed.words.items() if name not in types},
        quoted=typed.quoted - types.keys(),
    )


def _height(frame: pl.DataFrame) -> int:
    """How many rows there are down to the last that has a value, and at least one."""
    height = frame.height
    while height > 1 and all(cell is None for cell in frame.row(height - 1)):
        height -= 1
    return height


# --- units --------------------------------------------------------------------------------------------------------


def _units(frame: pl.DataFrame) -> list[str]:
    """The units in the first row, if it is one of them."""
    pl = need_polars()
    if frame.height < 2:
        return []
    first = frame.row(0)
    texts = [type(cell) is str for cell in first]
    if not any(texts) or any(cell is not None and not text for cell, text in zip(first, texts, strict=True)):
        return []
    if any(kind_of(cell) == "number" for cell in first if cell is not None):
        return []
    units, others = [], 0
    for column, cell in zip(frame[: _LOOKED_AT + 1].iter_columns(), first, strict=True):
        if cell is None or column.dtype != pl.String:
            continue
        if not _UNIT.fullmatch(cell):
            others += 1
        elif _is_of_numbers(column[1:]):
            units.append(cell)
    telling = [unit for unit in units if unit != "-"]
    return units if len(telling) > 1 or (telling and not others) else []


def _is_of_numbers(column: pl.Series) -> bool:
    kinds = [kind_of(cell) for cell in column.drop_nulls().to_list()]
    return bool(kinds) and kinds.count("number") >= _MOSTLY * len(kinds)


# --- totals -------------------------------------------------------------------------------------------------------


def _totals(frame: pl.DataFrame) -> tuple[list[str], str | None]:
    """What the rows of totals at the end are called, from the last up; and what a last row is called that is none."""
    names: list[str] = []
    while len(names) < min(_MOST_TOTALS, frame.height - 2) and (name := _label(frame, frame.height - 1 - len(names))):
        names.append(name)
    for count in range(len(names), 0, -1):
        above = frame[: frame.height - count]
        if all(_fits(frame.row(frame.height - 1 - k), above, name) for k, name in enumerate(names[:count])):
            return names[:count], None
    if names:
        return [], names[0]
    last = frame.row(-1)
    if frame.height > 2 and last[0] is None and _fits(last, frame[:-1], ""):
        return [""], None
    return [], None


def _label(frame: pl.DataFrame, row: int) -> str | None:
    """What a row is called, if it is a word for a total that stands nowhere else in its column."""
    for place, cell in enumerate(frame.row(row)):
        if type(cell) is str and _is_label(cell):
            return cell if (frame.to_series(place)[:row] != cell).all() else None
    return None


def _is_label(cell: str) -> bool:
    name = cell.removesuffix(":").strip()
    return bool(_SUM.fullmatch(name) or _MEAN.fullmatch(name))


def _fits(row: tuple[object, ...], above: pl.DataFrame, label: str) -> bool:
    """Whether the numbers of a row are the sums or means of those above.

    Of a row that is called so, half of them at least; of one without a name all, two or more, and exactly.
    """
    means = bool(_MEAN.fullmatch(label.removesuffix(":").strip()))
    sums, averages, numbers = 0, 0, 0
    for place, cell in enumerate(row):
        if cell is None or (label and type(cell) is str and _is_label(cell)):
            continue
        total = _Total.of(cell, above.to_series(place))
        if total is None:
            if not label:
                return False
            continue
        numbers += 1
        if total.is_sum(_CLOSE if label else _EXACT):
            sums += 1
        elif label and total.is_mean():
            averages += 1
    if not label:
        return sums == numbers > 1
    return (averages if means else sums) > 0 and 2 * (sums + averages) >= numbers


@dataclass(frozen=True)
class _Total:
    """A number that may be the sum or the mean of others; `places` is with how many decimals it is written."""

    number: float
    others: np.ndarray
    places: int

    @classmethod
    def of(cls, cell: object, column: pl.Series) -> _Total | None:
        """None where a cell, or its column, holds no numbers."""
        if type(cell) is str:
            texts = column.drop_nulls().to_list() if column.dtype == need_polars().String else []
            mark = decimal_mark([*texts[:_LOOKED_AT], cell]).mark
            number, others = parse_number(cell, mark), np.array([parse_number(text, mark) for text in texts])
        elif isinstance(cell, int | float) and column.dtype.is_numeric():
            mark, number, others = ".", float(cell), column.drop_nulls().cast(need_polars().Float64).to_numpy()
        else:
            return None
        others = others[np.isfinite(others)]
        if not math.isfinite(number) or np.count_nonzero(others) < 2:
            return None
        digits = re.search(rf"{re.escape(mark)}([0-9]+)", str(cell))
        return cls(number, others, len(digits[1]) if digits else 0)

    def is_sum(self, close: float) -> bool:
        """Within half of the last decimal, or so close by the size of what is added up."""
        with np.errstate(over="ignore"):
            size, added = float(np.abs(self.others).sum()), float(self.others.sum())
        return abs(added - self.number) <= max(self._half, close * size)

    def is_mean(self) -> bool:
        """The same for the mean; whole numbers, which may be one by chance, to the number."""
        half = self._half if self.places else 1e-9 * float(np.abs(self.others).max())
        return abs(float(self.others.mean()) - self.number) <= half

    @property
    def _half(self) -> float:
        return 0.5000001 * 10.0**-self.places
