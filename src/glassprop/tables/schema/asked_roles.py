"""Columns whose role the user has said: numbers, categories, dates, columns to be kept; or one line on why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from glassprop.ground.text import in_shell, quoted
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.far_values import FarValues, far_values
from glassprop.tables.schema.readings import Reading
from glassprop.tables.schema.recognize import decide_column
from glassprop.tables.schema.request import FitOptions, absent_from
from glassprop.tables.schema.roles import Beforehand, ColumnRole, Decision
from glassprop.tables.schema.row_labels import CalledIndex, row_label
from glassprop.tables.schema.schema_file import BY_SCHEMA, TableSchema
from glassprop.tables.values.cells import Cells
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.dates import date_order, moments_of_numbers, to_moments
from glassprop.tables.values.decimal_marks import decimal_mark
from glassprop.tables.values.numbers import missing_number, read_numbers
from glassprop.tables.values.spellings import truths_as_numbers
from glassprop.tables.values.texts import Texts
from glassprop.tables.values.times import share_of_times, to_times

ROLES = ("number", "category", "date")
# Text can be taken as numbers or dates if at least this share of it is some.
_ENOUGH = 0.5
_SOME = 3
_KINDS = {"number": "numbers", "date": "dates", "other": "values of a type that holds no numbers, text or dates"}


@dataclass(frozen=True)
class Asked(Beforehand):
    """What the user, or a schema, has said of the columns; and what the file calls them.

    Attributes
    ----------
    roles : dict of str to str
        Column -> number, category or date.
    keep : frozenset of str
        Columns that are used, even if they look like names or numbers of rows.
    readings : dict of str to Reading
        Column -> how it is read, as a schema says it.
    left_out : dict of str to str
        Column that a schema leaves out -> why.
    called : CalledIndex
    places : dict of str to int
        Column -> its place in the table.
    absent : callable
        Column -> words and numbers that stand for missing in it.
    mark : {".", ","} or None
        The file's decimal mark.
    faults : list of str
        What cannot be: filled by `decision`.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    called: CalledIndex = field(default_factory=CalledIndex)
    places: Mapping[str, int] = field(default_factory=dict)
    absent: Callable[[str], frozenset[str]] = lambda name: frozenset()
    mark: str | None = None
    faults: list[str] = field(default_factory=list)

    def words(self, name: str) -> frozenset[str]:
        """Words and numbers that stand for missing in a column."""
        return self.absent(name) | (self.readings[name].words() if self.is_whole(name) else frozenset())

    def is_whole(self, name: str) -> bool:
        """A schema says all of a reading."""
        return name in self.readings and name not in self.roles

    def decision(self, name: str, cells: Cells) -> Decision | None:
        """What a column is by this; None where nothing is said of it."""
        try:
            if name in self.roles:
                return _AS[self.roles[name]](name, cells, self.mark)
            if name in self.readings:
                absent = tuple(sorted({*self.readings[name].absent, *self.absent(name)}))
                return _as_read(replace(self.readings[name], absent=absent), cells)
            if name in self.keep:
                return _kept(name, cells, self.mark)
        except _CannotBeError as fault:
            self.faults.append(str(fault))
            return ColumnRole(name, "dropped", str(fault)), None
        if name in self.left_out:
            return ColumnRole(name, "dropped", self.left_out[name]), None
        why = row_label(name, self.places.get(name, -1), cells, self.called)
        return (
            None
            if why is None
            else (ColumnRole(name, "dropped", f"{why} (to learn from it: --keep {in_shell(name)})"), None)
        )


class _CannotBeError(Exception):
    """A role that a column cannot have."""


def asked_of(options: FitOptions, table: Table, mark: str | None) -> Asked:
    """What the options say of the columns, and what the file calls them."""
    named = {role: getattr(options, role) for role in ROLES}
    schema = options.schema if isinstance(options.schema, TableSchema) else None
    readings = {} if schema is None else {reading.name: reading for reading in schema.readings}
    others = {} if schema is None else dict.fromkeys(table.columns, "not in the schema")
    return Asked(
        readings=readings,
        left_out={} if schema is None else {**others, **schema.dropped},
        roles={name: role for role, names in named.items() for name in names},
        keep=frozenset(options.keep),
        called=CalledIndex(table.noted("unnamed-column"), table.noted("index-column")),
        places={name: place for place, name in enumerate(table.columns)},
        absent=partial(absent_from, options),
        mark=mark,
    )


def _number(name: str, cells: Cells, file_mark: str | None, decimal: str | None = None) -> Decision:
    missing = f", {cells.missing} missing" if cells.missing else ""
    if cells.kind == "number" or cells.logical:
        far = None if cells.logical else far_values(cells.values[~np.isnan(cells.values)])
        return _learned(Reading(name, "number", decimal=decimal or "."), f"numbers, as asked{missing}", far)
    if cells.kind != "text":
        raise _cannot(name, "number", _KINDS[cells.kind])
    measured = _measured(name, "number", cells)
    if truths := truths_as_numbers(measured.known):
        reading = Reading(name, "number", decimal=decimal or ".", aliases=truths)
        return _learned(reading, f"true and false, as asked{missing}")
    mark = decimal or decimal_mark(measured.known, measured.counts().tolist(), file_mark).mark
    numbers = read_numbers(cells.texts, mark)
    rows, odd = _unread(name, "number", cells, numbers)
    reason = "numbers as text, as asked" + (", decimal comma" if mark == "," else "") + missing
    far = far_values(numbers[~np.isnan(numbers)])
    return _learned(Reading(name, "number", decimal=mark), reason + _counted(rows, odd, "numbers"), far)


def _date(
    name: str, cells: Cells, file_mark: str | None = None, order: str | None = None, *, clock: bool = False
) -> Decision:
    missing = f", {cells.missing} missing" if cells.missing else ""
    if cells.kind == "date":
        clock = clock or _has_clock(cells.values)
        return _learned(Reading(name, "date", order=order or "", clock=clock), f"dates, as asked{missing}")
    if cells.kind == "number" and _mostly(moments := moments_of_numbers(cells.values), cells):
        reading = Reading(name, "date", order="ymd", clock=clock or _has_clock(moments))
        return _learned(reading, f"dates as whole numbers, as asked{missing}")
    if cells.kind != "text":
        raise _cannot(name, "date", _KINDS[cells.kind])
    measured = _measured(name, "date", cells)
    if order is None and share_of_times(measured) >= _ENOUGH:
        return _time(name, cells)
    order = order or date_order(sorted(measured.known)[:2000])[0]
    moments = to_moments(cells.texts, order)
    rows, odd = _unread(name, "date", cells, moments)
    reading = Reading(name, "date", order=order, clock=clock or _has_clock(moments))
    return _learned(reading, f"dates as text, {order}, as asked{missing}" + _counted(rows, odd, "dates"))


def _time(name: str, cells: Cells) -> Decision:
    if cells.kind != "text":
        raise _cannot(name, "time of day", _KINDS[cells.kind])
    _measured(name, "time of day", cells)
    rows, odd = _unread(name, "time of day", cells, to_times(cells.texts))
    return _learned(Reading(name, "time"), "times of day, as asked" + _counted(rows, odd, "times"))


def _category(name: str, cells: Cells, file_mark: str | None = None) -> Decision:
    if cells.kind == "other":
        raise _cannot(name, "category", _KINDS["other"])
    values = cells.texts.known if cells.kind == "text" else np.unique(cells.values[~np.isnan(cells.values)])
    missing = f", {cells.missing} missing" if cells.missing else ""
    return _learned(Reading(name, "category"), f"{len(values)} different values, as asked{missing}")


_AS: dict[str, Callable[[str, Cells, str | None], Decision]] = {"number": _number, "category": _category, "date": _date}


def _as_read(reading: Reading, cells: Cells) -> Decision:
    """By a schema: as it says, if the column can be read so."""
    if reading.kind == "number":
        role, _ = _number(reading.name, cells, None, reading.decimal)
    elif reading.kind == "date":
        role, _ = _date(reading.name, cells, None, reading.order or "ymd", clock=reading.clock)
    elif reading.kind == "time":
        role, _ = _time(reading.name, cells)
    else:
        role, _ = _category(reading.name, cells)
    name = "time of day" if reading.kind == "time" else reading.kind
    return replace(role, role=name, reason=role.reason.replace("as asked", BY_SCHEMA)), reading


def _kept(name: str, cells: Cells, file_mark: str | None) -> Decision:
    """What it is taken for anyhow, or what it would be but for its being names or numbers of rows."""
    role, reading = decide_column(name, cells, file_mark)
    if reading is not None:
        return role, reading
    if cells.kind == "other" or cells.missing == len(cells) or role.reason.startswith("constant"):
        raise _CannotBeError(f"column {quoted(name)} cannot be kept: {role.reason}")
    found, reading = _category(name, cells) if cells.kind == "text" else _number(name, cells, file_mark)
    return replace(found, reason=found.reason.replace("as asked", "kept as asked")), reading


def _measured(name: str, role: str, cells: Cells) -> Texts:
    """The texts that do not stand for "no number here"."""
    texts = cells.texts.of(cells.texts.each(lambda text: not missing_number(text), False, bool))
    if not len(texts):
        raise _CannotBeError(f"column {quoted(name)} cannot be a {role}: every value is missing")
    return texts


def _unread(name: str, role: str, cells: Cells, values: np.ndarray) -> tuple[int, list[str]]:
    rows, odd = cells.texts.unread(values, missing_number)
    read = int((~np.isnan(values)).sum())
    if read < max(1, _ENOUGH * (read + rows)):
        raise _cannot(name, role, f"{rows} of {read + rows} values that cannot be read as such ({_examples(odd)})")
    return rows, odd


def _cannot(name: str, role: str, holds: str) -> _CannotBeError:
    advice = "name words that stand for missing with --missing, or ask for a category"
    advice = advice if "cannot be read as such" in holds else "ask for another role, or for none"
    return _CannotBeError(f"column {quoted(name)} cannot be a {role}: it holds {holds}; {advice}")


def _learned(reading: Reading, reason: str, far: FarValues | None = None) -> Decision:
    return ColumnRole(reading.name, "time of day" if reading.kind == "time" else reading.kind, reason, far), reading


def _counted(rows: int, odd: list[str], what: str) -> str:
    return f"; {rows} that are no {what} count as missing ({_examples(odd)})" if odd else ""


def _examples(texts: list[str]) -> str:
    return ", ".join(quoted(text) for text in texts[:_SOME]) + (", …" if len(texts) > _SOME else "")


def _mostly(moments: np.ndarray, cells: Cells) -> bool:
    """Whether enough of the values are dates."""
    return bool((~np.isnan(moments)).sum() >= max(1, _ENOUGH * (len(cells) - cells.missing)))


def _has_clock(moments: np.ndarray) -> bool:
    return bool((moments[~np.isnan(moments)] % DAY != 0).any())
