"""What each column is: number, category, date, time of day, or nothing to learn from; and by which rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.ground.in_order import in_order
from glassprop.tables.schema.dated_columns import date_column, number_dates, text_dates, times_of_day
from glassprop.tables.schema.far_values import far_values
from glassprop.tables.schema.free_text import look_at
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.schema.roles import (
    Beforehand,
    ColumnRole,
    Decision,
    far_out_of,
    missing_of,
    moment_shown,
    shown,
    some_of,
)
from glassprop.tables.values.category_names import names_of
from glassprop.tables.values.cells import EXACT, MISSING, Cells, cells_of
from glassprop.tables.values.cores import threads_for
from glassprop.tables.values.dates import date_order, numbers_are_dates
from glassprop.tables.values.decimal_marks import DecimalMark, decimal_mark
from glassprop.tables.values.numbers import hold_codes, missing_number, read_numbers, to_numbers
from glassprop.tables.values.spellings import aliases_of
from glassprop.tables.values.texts import Texts
from glassprop.tables.values.times import share_of_times

# A text column is one of numbers (or dates) when at least this share of its values are.
MOSTLY = 0.9
# Text with more than this share of different values, in at least so many rows, tells rows apart, no more.
TOO_MANY_VALUES = 0.5
ENOUGH_ROWS = 20
# Whole numbers under such a name, each of them repeated, are names of things rather than amounts.
MAX_CODES = 1000
USUAL_WORDS = tuple(sorted(MISSING - {""}))
_LONG = 20_000  # rows, from twice as many of which on columns are read on several threads
_ID_NAME = re.compile(
    r"(^|[_\s.-])(p?id(_?(num|number|nr|no))?|uuid|guid|index|idx|row|rowid|row_?names?|row_?(number|nr|no)|key|record"
    r"|isbn([_ -]?1[03])?|issn|ean|upc|gtin|asin|sku|ssn|doi|unnamed: 0)$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"[a-z](Id|ID)$")
# 12:30 may be minutes and seconds, or a score.
_DURATION_NAME = re.compile(
    r"(^|[^a-z])(durations?|elapsed|laps?|lap_?time|split|pace|length|runtime|score|result|ratio)([^a-z]|$)",
    re.IGNORECASE,
)
_CODE_NAME = re.compile(r"(^|[_\s.-])(zip|zip_?code|postcode|postal_?code|plz|code|fips)$", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """How the file is written: which words stood for missing in it, by column (see `Table`), and its decimal mark.

    Attributes
    ----------
    missing : mapping of str to tuple of str
    quoted : frozenset of str
        Columns in which such a word in quotes was a value.
    mark : {".", ","} or None
        The decimal mark of its columns that decide for one, for those that do not.
    """

    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()
    mark: str | None = None

    def of(self, name: str) -> dict[str, Any]:
        """The arguments of a `Reading`."""
        return {"missing": tuple(self.missing.get(name, ())), "quoted": name in self.quoted}


def recognize(
    frame: nw.DataFrame,
    named: dict[str, ColumnRole],
    words: Words | None = None,
    beforehand: Beforehand | None = None,
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
    beforehand : Beforehand, optional
        What is known of them, which goes before all that is found here.

    Returns
    -------
    roles : list of ColumnRole
        In the order of the columns.
    schema : Schema
        Of the columns that can be learned from.
    """
    words, known = words or Words(), beforehand or Beforehand()
    unnamed = [name for name in frame.columns if name not in named]
    threads = threads_for(len(frame), _LONG)
    decided: dict[str, Decision] = {name: (role, None) for name, role in named.items()}

    def read(name: str) -> Cells:
        return cells_of(frame[name], known.words(name))

    for name, cells in zip(unnamed, in_order(read, unnamed, threads), strict=True):
        asked = known.decision(name, cells)
        role, reading = asked or decide_column(name, cells, words.mark)
        if reading is not None and not known.is_whole(name):
            typed = reading.kind == "category" and name not in words.missing
            said = _usual_words(cells) if typed else words.of(name)
            reading = replace(reading, **said, absent=tuple(sorted(known.words(name))))
            role, reading = _with_names((role, reading), frame[name], cells, asked=asked is not None)
        decided[name] = role, reading
    every = [decided[name] for name in frame.columns]
    return [role for role, _ in every], Schema.of(reading for _, reading in every if reading is not None)


def _usual_words(cells: Cells) -> dict[str, Any]:
    """Of a column that has no text: what stands for missing where a text file has one of its categories."""
    return {} if cells.kind == "text" and not cells.logical else {"missing": USUAL_WORDS, "quoted": True}


def _with_names(decision: Decision, series: nw.Series, cells: Cells, *, asked: bool) -> Decision:
    """With the other names of its categories; whole numbers that are rather names become categories."""
    role, reading = decision
    if reading is None or not _may_be_names(reading, series, cells):
        return decision
    names = names_of(series, frozenset(reading.absent), cells)
    if reading.kind == "number" and not asked and (why := _large_numbers(names)):
        role, reading = replace(role, role="category", reason=why), replace(reading, kind="category", decimal=".")
    if reading.kind == "category":
        reading = replace(reading, aliases=aliases_of(names.known))
    return role, reading


def decide_column(name: str, cells: Cells, file_mark: str | None = None) -> Decision:
    """What a column is by its name and values."""
    if cells.kind == "other":
        return _dropped(name, "its type holds no numbers, text or dates")
    if cells.missing == len(cells):
        return _dropped(name, "every value is missing" + far_out_of(cells))
    if cells.kind == "text":
        return _text_role(name, cells, file_mark)
    present = cells.values[~np.isnan(cells.values)]
    if len(present) == len(cells) and (present == present[0]).all():
        value = moment_shown(present[0]) if cells.kind == "date" else shown(present[0])
        return _dropped(name, f"constant: every value is {value}")
    if cells.kind == "number":
        return _number_role(name, cells, present)
    return date_column(name, cells.values, "", "dates", missing_of(cells) + far_out_of(cells))


def _may_be_names(reading: Reading, series: nw.Series, cells: Cells) -> bool:
    """Categories, and whole numbers that float64 does not tell apart."""
    if reading.kind != "number":
        return reading.kind == "category"
    if cells.kind == "text":
        return len(cells.texts.known) <= MAX_CODES and any(len(text) > 15 for text in cells.texts.known)
    return series.dtype.is_integer() and bool((np.abs(cells.values) >= EXACT).any())


def _large_numbers(names: Texts) -> str:
    """Whole numbers beyond 2^53 that repeat are names of things: as amounts, neighbors would be one."""
    whole = [known for known in names.known if known.removeprefix("-").isdigit()]
    rows = int(names.there.sum())
    if len(whole) < len(names.known) or not any(abs(int(known)) >= EXACT for known in whole):
        return ""
    if len(whole) > MAX_CODES or _too_many(len(whole), rows):
        return ""
    return f"whole numbers beyond 2^53, which are names: {len(whole)} different ones"


def _dropped(name: str, reason: str) -> Decision:
    return ColumnRole(name, "dropped", reason), None


def _category(name: str, reason: str) -> Decision:
    return ColumnRole(name, "category", reason), Reading(name, "category")


def _text(name: str, reason: str) -> Decision:
    return ColumnRole(name, "text", reason), Reading(name, "text")


def _number(name: str, reason: str, present: np.ndarray, mark: str = ".") -> Decision:
    return ColumnRole(name, "number", reason, far_values(present)), Reading(name, "number", decimal=mark)


def _number_role(name: str, cells: Cells, present: np.ndarray) -> Decision:
    if numbers_are_dates(name, present, MOSTLY):
        return number_dates(name, cells)
    whole = bool((present == np.floor(present)).all())
    unique = np.unique(present) if whole else present
    own = whole and len(unique) == len(cells.values) > 2
    if own and (is_id(name) or _counts_up(present)):
        return _dropped(name, "identifier-like: a whole number of its own in every row")
    if whole and is_id(name) and (_too_many(len(unique), len(present)) or len(unique) > MAX_CODES):
        return _dropped(
            name, f"identifier-like by its name: {len(unique)} different whole numbers in {len(present)} rows"
        )
    if whole and (is_id(name) or _CODE_NAME.search(name)) and 2 < len(unique) <= MAX_CODES:
        return _category(name, f"codes, by its name: {len(unique)} different whole numbers")
    return _number(name, f"numbers{missing_of(cells)}{far_out_of(cells)}", present)


def is_id(name: str) -> bool:
    """Whether a column is called as what names things is: id, customer_id, userId, key."""
    return bool(_ID_NAME.search(name.lower()) or _CAMEL_ID.search(name))


def _counts_up(values: np.ndarray) -> bool:
    return len(values) >= ENOUGH_ROWS and bool((np.diff(values) == 1).all())


def _text_role(name: str, cells: Cells, file_mark: str | None) -> Decision:
    texts = cells.texts
    different, rows = len(texts.known), len(texts) - texts.missing
    if different == 1 and not texts.missing:
        return _dropped(name, f"constant: every value is {shown(texts.known[0])}")
    if cells.logical:
        return _category(name, "true or false" + missing_of(cells))
    measured = texts.of(texts.each(lambda text: not missing_number(text), False, bool))
    share = 0.0
    if len(measured) and not hold_codes(measured.known, measured.counts().tolist()):
        mark = decimal_mark(measured.known[:20_000], file=file_mark)
        share = _number_share(measured, mark.mark)
        if share >= MOSTLY:
            return _text_numbers(name, cells, mark)
        if not _DURATION_NAME.search(name) and share_of_times(measured) >= MOSTLY:
            return times_of_day(name, cells)
        order, dated, either = date_order(sorted(measured.known)[:2000])
        if dated >= MOSTLY:
            return text_dates(name, cells, order, either)
    mixed = f" ({share:.0%} of them numbers)" if share > 0 else ""
    identifier = is_id(name) and different == len(texts) > 2
    if identifier or _too_many(different, rows):
        seen = look_at(texts)
        if seen.is_text and not identifier:
            said = f"words that come again: {seen.words:.0f} on average, {different} different texts"
            return _text(name, said + missing_of(cells))
        reason = f"identifier-like or free text: {different} different values in {rows} rows{mixed}{seen.why_not}"
        return _dropped(name, reason)
    said = f"{different} different texts" if different > 1 else "one text"
    return _category(name, said + mixed + missing_of(cells))


def _number_share(texts: Texts, mark: str) -> float:
    """The share of numbers; where a sample shows that they are few, the sample's."""
    step = len(texts) // 2000
    if step > 1 and (few := _number_share(texts.of(slice(None, 2000 * step, step)), mark)) < MOSTLY / 2:
        return few
    return float(np.mean(~np.isnan(to_numbers(texts, mark))))


def _too_many(different: int, rows: int) -> bool:
    if rows < ENOUGH_ROWS:
        return different == rows > 2
    return different > TOO_MANY_VALUES * rows


def _text_numbers(name: str, cells: Cells, mark: DecimalMark) -> Decision:
    numbers = read_numbers(cells.texts, mark.mark)
    present = numbers[~np.isnan(numbers)]
    if (present == present[0]).all() and len(present) == len(numbers):
        return _dropped(name, f"constant: every value is {shown(present[0])}")
    decision = _number_role(name, Cells("number", numbers), present)
    if decision[0].role != "number":
        return decision
    reason = "numbers as text" + (", decimal comma" if mark.mark == "," else "") + missing_of(Cells("number", numbers))
    reason += mark.told()
    rows, odd = cells.texts.unread(numbers, missing_number)
    if odd:
        reason += f"; {rows} that are no numbers count as missing ({some_of(odd)})"
    return _number(name, reason, present, mark.mark)
