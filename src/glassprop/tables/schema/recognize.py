"""What each column is: number, category, date, or nothing to learn from; and by which rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.ground.in_order import in_order
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.schema.free_text import look_at
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.values.cells import Cells, cells_of
from glassprop.tables.values.cores import threads_for
from glassprop.tables.values.dates import DAY, date_order, to_moments
from glassprop.tables.values.names import aliases_of, names_of
from glassprop.tables.values.numbers import decimal_mark, is_code, missing_number, to_numbers
from glassprop.tables.values.texts import Texts

# A text column is one of numbers (or dates) when at least this share of its values are.
MOSTLY = 0.9
# Text with more than this share of different values, in at least so many rows, tells rows apart, no more.
TOO_MANY_VALUES = 0.5
ENOUGH_ROWS = 20
# Whole numbers under such a name, each of them repeated, are names of things rather than amounts.
MAX_CODES = 1000
_LONG = 20_000  # rows, from twice as many of which on columns are read on several threads
_ID_NAME = re.compile(
    r"(^|[_\s.-])(id|uuid|guid|index|idx|row|rowid|row_?names?|row_?(number|nr|no)|key|record|unnamed: 0)$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"[a-z](Id|ID)$")
_CODE_NAME = re.compile(r"(^|[_\s.-])(zip|zip_?code|postcode|postal_?code|plz|code|fips)$", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnRole:
    """A column, what it is taken for, and why.

    Attributes
    ----------
    name : str
    role : str
        number, category, date, text, dropped, target, weight, group or time.
    reason : str
    """

    name: str
    role: str
    reason: str


@dataclass(frozen=True)
class Words:
    """Which words stood for missing in the file, by column: see `Table`.

    Attributes
    ----------
    missing : mapping of str to tuple of str
    quoted : frozenset of str
        Columns in which such a word in quotes was a value.
    """

    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()

    def of(self, name: str) -> dict[str, Any]:
        """The arguments of a `Reading`."""
        return {"missing": tuple(self.missing.get(name, ())), "quoted": name in self.quoted}


Decision = tuple[ColumnRole, Reading | None]


def recognize(
    frame: nw.DataFrame, named: dict[str, ColumnRole], words: Words | None = None
) -> tuple[list[ColumnRole], Schema]:
    """Find the role of every column, and how it is read.

    Parameters
    ----------
    frame : narwhals.DataFrame
        The rows to judge by; their target plays no part.
    named : dict of str to ColumnRole
        Columns whose role the user has given.
    words : Words, optional
        What stood for missing in the file.

    Returns
    -------
    roles : list of ColumnRole
        In the order of the columns.
    schema : Schema
        Of the columns that can be learned from.
    """
    words, unnamed = words or Words(), [name for name in frame.columns if name not in named]
    threads = threads_for(len(frame), _LONG)
    decided: dict[str, Decision] = {name: (role, None) for name, role in named.items()}
    for name, cells in zip(unnamed, in_order(lambda name: cells_of(frame[name]), unnamed, threads), strict=True):
        role, reading = _decide(name, cells)
        if reading is not None and reading.kind == "category":
            reading = replace(reading, aliases=aliases_of(names_of(frame[name]).known))
        decided[name] = role, None if reading is None else replace(reading, **words.of(name))
    every = [decided[name] for name in frame.columns]
    return [role for role, _ in every], Schema.of(reading for _, reading in every if reading is not None)


def _decide(name: str, cells: Cells) -> Decision:
    if cells.kind == "other":
        return _dropped(name, "its type holds no numbers, text or dates")
    if cells.missing == len(cells):
        return _dropped(name, "every value is missing" + _far_out(cells))
    if cells.kind == "text":
        return _text_role(name, cells)
    present = cells.values[~np.isnan(cells.values)]
    if len(present) == len(cells) and (present == present[0]).all():
        value = _moment(present[0]) if cells.kind == "date" else _shown(present[0])
        return _dropped(name, f"constant: every value is {value}")
    if cells.kind == "number":
        return _number_role(name, cells, present)
    return _date(name, cells.values, "", "dates", _missing(cells) + _far_out(cells))


def _dropped(name: str, reason: str) -> Decision:
    return ColumnRole(name, "dropped", reason), None


def _category(name: str, reason: str) -> Decision:
    return ColumnRole(name, "category", reason), Reading(name, "category")


def _text(name: str, reason: str) -> Decision:
    return ColumnRole(name, "text", reason), Reading(name, "text")


def _number(name: str, reason: str, mark: str = ".") -> Decision:
    return ColumnRole(name, "number", reason), Reading(name, "number", decimal=mark)


def _number_role(name: str, cells: Cells, present: np.ndarray) -> Decision:
    whole = bool((present == np.floor(present)).all())
    unique = np.unique(present) if whole else present
    own = whole and len(unique) == len(cells.values) > 2
    if own and (_is_id(name) or _counts_up(present)):
        return _dropped(name, "identifier-like: a whole number of its own in every row")
    if whole and _is_id(name) and (_too_many(len(unique), len(present)) or len(unique) > MAX_CODES):
        return _dropped(
            name, f"identifier-like by its name: {len(unique)} different whole numbers in {len(present)} rows"
        )
    if whole and (_is_id(name) or _CODE_NAME.search(name)) and 2 < len(unique) <= MAX_CODES:
        return _category(name, f"codes, by its name: {len(unique)} different whole numbers")
    return _number(name, f"numbers{_missing(cells)}{_far_out(cells)}")


def _is_id(name: str) -> bool:
    return bool(_ID_NAME.search(name.lower()) or _CAMEL_ID.search(name))


def _counts_up(values: np.ndarray) -> bool:
    return len(values) >= ENOUGH_ROWS and bool((np.diff(values) == 1).all())


def _text_role(name: str, cells: Cells) -> Decision:
    texts = cells.texts
    different, rows = len(texts.known), len(texts) - texts.missing
    if different == 1 and not texts.missing:
        return _dropped(name, f"constant: every value is {_shown(texts.known[0])}")
    if cells.logical:
        return _category(name, "true or false" + _missing(cells))
    measured = texts.of(texts.each(lambda text: not missing_number(text), False, bool))
    share = 0.0
    if len(measured) and not _holds_codes(measured.known):
        mark, unsure = decimal_mark(measured.known[:20_000])
        share = _number_share(measured, mark)
        if share >= MOSTLY:
            return _text_numbers(name, cells, mark, unsure)
        order, dated, either = date_order(sorted(measured.known)[:2000])
        if dated >= MOSTLY:
            return _text_dates(name, cells, order, either)
    mixed = f" ({share:.0%} of them numbers)" if share > 0 else ""
    identifier = _is_id(name) and different == len(texts) > 2
    if identifier or _too_many(different, rows):
        seen = look_at(texts)
        if seen.is_text and not identifier:
            return _text(
                name,
                f"words that come again: {seen.words:.0f} on average, {different} different texts{_missing(cells)}",
            )
        reason = f"identifier-like or free text: {different} different values in {rows} rows{mixed}{seen.why_not}"
        return _dropped(name, reason)
    said = f"{different} different texts" if different > 1 else "one text"
    return _category(name, said + mixed + _missing(cells))


def _number_share(texts: Texts, mark: str) -> float:
    """The share of numbers; where a sample shows that they are few, the sample's."""
    step = len(texts) // 2000
    if step > 1 and (few := _number_share(texts.of(slice(None, 2000 * step, step)), mark)) < MOSTLY / 2:
        return few
    return float(np.mean(~np.isnan(to_numbers(texts, mark))))


def _holds_codes(texts: list[str]) -> bool:
    return all(text.isdigit() for text in texts) and any(is_code(text) for text in texts)


def _too_many(different: int, rows: int) -> bool:
    if rows < ENOUGH_ROWS:
        return different == rows > 2
    return different > TOO_MANY_VALUES * rows


def _text_numbers(name: str, cells: Cells, mark: str, unsure: bool) -> Decision:
    numbers = to_numbers(cells.texts, mark)
    present = numbers[~np.isnan(numbers)]
    if (present == present[0]).all() and len(present) == len(numbers):
        return _dropped(name, f"constant: every value is {_shown(present[0])}")
    decision = _number_role(name, Cells("number", numbers), present)
    if decision[0].role != "number":
        return decision
    reason = "numbers as text" + (", decimal comma" if mark == "," else "") + _missing(Cells("number", numbers))
    if unsure:
        reason += "; 1,234 could be read two ways and is read as 1234"
    rows, odd = cells.texts.unread(numbers, missing_number)
    if odd:
        reason += f"; {rows} that are no numbers count as missing ({_some(odd)})"
    return _number(name, reason, mark)


def _text_dates(name: str, cells: Cells, order: str, either: bool) -> Decision:
    moments = to_moments(cells.texts, order)
    rows, odd = cells.texts.unread(moments, missing_number)
    words = {"ymd": "year-month-day", "mdy": "month/day/year", "dmy": "day/month/year"}[order]
    reason = f"dates as {words}"
    if either:
        reason += " (day and month could be swapped in every value)"
    if odd:
        reason += f"; {rows} that are no dates count as missing ({_some(odd)})"
    return _date(name, moments, order, reason)


def _date(name: str, moments: np.ndarray, order: str, reason: str, lacking: str = "") -> Decision:
    clock = bool((moments[~np.isnan(moments)] % DAY != 0).any())
    reason += (" with time of day" if clock else "") + lacking
    return ColumnRole(name, "date", reason), Reading(name, "date", order=order, clock=clock)


def _missing(cells: Cells) -> str:
    return f", {cells.missing} missing" if cells.missing else ""


def _far_out(cells: Cells) -> str:
    return f"; {cells.infinite} {cells.beyond} count as missing" if cells.infinite else ""


def _some(texts: list[str]) -> str:
    return ", ".join(quoted(text) for text in texts[:3]) + (", …" if len(texts) > 3 else "")


def _moment(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s")).replace("T", " ").removesuffix(" 00:00:00")


def _shown(value: float | str) -> str:
    return quoted(value) if isinstance(value, str) else shortest(float(value))
