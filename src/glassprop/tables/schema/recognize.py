"""What each column is: number, category, date, or nothing to learn from; and by which rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import narwhals as nw
import numpy as np

from glassprop.ground.in_order import in_order
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.values.cells import Cells, cells_of
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.cores import threads_for
from glassprop.tables.values.dates import date_order, to_moments
from glassprop.tables.values.decimal_marks import decimal_mark
from glassprop.tables.values.numbers import hold_codes, missing_number, to_numbers
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
        number, category, date, dropped, target, weight, group or time.
    reason : str
    """

    name: str
    role: str
    reason: str


@dataclass
class Plan:
    """How the columns that are learned from are read; all of it can go into a model file.

    Attributes
    ----------
    numbers : dict of str to str
        Column -> decimal mark of text in it.
    categories : list of str
    dates : dict of str to str
        Column -> order of day, month and year of text in it.
    clocks : list of str
        Those date columns that have a time of day.
    """

    numbers: dict[str, str] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    clocks: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """The columns that are read, in the plan's order."""
        return [*self.numbers, *self.dates, *self.categories]


def recognize(frame: nw.DataFrame, named: dict[str, ColumnRole]) -> tuple[list[ColumnRole], Plan]:
    """Find the role of every column.

    Parameters
    ----------
    frame : narwhals.DataFrame
        The rows to judge by; their target plays no part.
    named : dict of str to ColumnRole
        Columns whose role the user has given.

    Returns
    -------
    roles : list of ColumnRole
        In the order of the columns.
    plan : Plan
    """
    plan, unnamed = Plan(), [name for name in frame.columns if name not in named]
    threads = threads_for(len(frame), _LONG)
    found = dict(named)
    for name, cells in zip(unnamed, in_order(lambda name: cells_of(frame[name]), unnamed, threads), strict=True):
        found[name] = _role(name, cells, plan)
    return [found[name] for name in frame.columns], plan


def _role(name: str, cells: Cells, plan: Plan) -> ColumnRole:
    if cells.kind == "other":
        return ColumnRole(name, "dropped", "its type holds no numbers, text or dates")
    if cells.missing == len(cells):
        return ColumnRole(name, "dropped", "every value is missing" + _far_out(cells))
    if cells.kind == "text":
        return _text_role(name, cells, plan)
    present = cells.values[~np.isnan(cells.values)]
    if len(present) == len(cells) and (present == present[0]).all():
        value = _moment(present[0]) if cells.kind == "date" else _shown(present[0])
        return ColumnRole(name, "dropped", f"constant: every value is {value}")
    if cells.kind == "number":
        return _number_role(name, cells, present, plan)
    return _date(name, cells.values, "", "dates", plan, _missing(cells) + _far_out(cells))


def _number_role(name: str, cells: Cells, present: np.ndarray, plan: Plan) -> ColumnRole:
    whole = bool((present == np.floor(present)).all())
    unique = np.unique(present) if whole else present
    own = whole and len(unique) == len(cells.values) > 2
    if own and (_is_id(name) or _counts_up(present)):
        return ColumnRole(name, "dropped", "identifier-like: a whole number of its own in every row")
    if whole and _is_id(name) and (_too_many(len(unique), len(present)) or len(unique) > MAX_CODES):
        reason = f"identifier-like by its name: {len(unique)} different whole numbers in {len(present)} rows"
        return ColumnRole(name, "dropped", reason)
    if whole and (_is_id(name) or _CODE_NAME.search(name)) and 2 < len(unique) <= MAX_CODES:
        plan.categories.append(name)
        return ColumnRole(name, "category", f"codes, by its name: {len(unique)} different whole numbers")
    plan.numbers[name] = "."
    return ColumnRole(name, "number", f"numbers{_missing(cells)}{_far_out(cells)}")


def _is_id(name: str) -> bool:
    return bool(_ID_NAME.search(name.lower()) or _CAMEL_ID.search(name))


def _counts_up(values: np.ndarray) -> bool:
    return len(values) >= ENOUGH_ROWS and bool((np.diff(values) == 1).all())


def _text_role(name: str, cells: Cells, plan: Plan) -> ColumnRole:
    texts = cells.texts
    different, rows = len(texts.known), len(texts) - texts.missing
    if different == 1 and not texts.missing:
        return ColumnRole(name, "dropped", f"constant: every value is {_shown(texts.known[0])}")
    if cells.logical:
        return _category(name, "true or false", cells, plan)
    measured = texts.of(texts.each(lambda text: not missing_number(text), False, bool))
    share = 0.0
    if len(measured) and not hold_codes(measured.known, measured.counts().tolist()):
        mark, unsure = decimal_mark(measured.known[:20_000])
        share = _number_share(measured, mark)
        if share >= MOSTLY:
            return _text_numbers(name, cells, mark, unsure, plan)
        order, dated, either = date_order(sorted(measured.known)[:2000])
        if dated >= MOSTLY:
            return _text_dates(name, cells, order, either, plan)
    mixed = f" ({share:.0%} of them numbers)" if share > 0 else ""
    if _too_many(different, rows) or (_is_id(name) and different == len(texts) > 2):
        reason = f"identifier-like or free text: {different} different values in {rows} rows{mixed}"
        return ColumnRole(name, "dropped", reason)
    said = f"{different} different texts" if different > 1 else "one text"
    return _category(name, said + mixed, cells, plan)


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


def _text_numbers(name: str, cells: Cells, mark: str, unsure: bool, plan: Plan) -> ColumnRole:
    numbers = to_numbers(cells.texts, mark)
    present = numbers[~np.isnan(numbers)]
    if (present == present[0]).all() and len(present) == len(numbers):
        return ColumnRole(name, "dropped", f"constant: every value is {_shown(present[0])}")
    role = _number_role(name, Cells("number", numbers), present, plan)
    if role.role != "number":
        return role
    plan.numbers[name] = mark
    reason = "numbers as text" + (", decimal comma" if mark == "," else "") + _missing(Cells("number", numbers))
    if unsure:
        reason += "; 1,234 could be read two ways and is read as 1234"
    rows, odd = cells.texts.unread(numbers, missing_number)
    if odd:
        reason += f"; {rows} that are no numbers count as missing ({_some(odd)})"
    return ColumnRole(name, "number", reason)


def _text_dates(name: str, cells: Cells, order: str, either: bool, plan: Plan) -> ColumnRole:
    moments = to_moments(cells.texts, order)
    rows, odd = cells.texts.unread(moments, missing_number)
    words = {"ymd": "year-month-day", "mdy": "month/day/year", "dmy": "day/month/year"}[order]
    reason = f"dates as {words}"
    if either:
        reason += " (day and month could be swapped in every value)"
    if odd:
        reason += f"; {rows} that are no dates count as missing ({_some(odd)})"
    return _date(name, moments, order, reason, plan)


def _date(name: str, moments: np.ndarray, order: str, reason: str, plan: Plan, lacking: str = "") -> ColumnRole:
    present = moments[~np.isnan(moments)]
    plan.dates[name] = order
    clock = bool((present % DAY != 0).any())
    if clock:
        plan.clocks.append(name)
    return ColumnRole(name, "date", reason + (" with time of day" if clock else "") + lacking)


def _category(name: str, reason: str, cells: Cells, plan: Plan) -> ColumnRole:
    plan.categories.append(name)
    return ColumnRole(name, "category", reason + _missing(cells))


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
