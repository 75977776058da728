"""The column to be predicted: classification or regression, and what cannot be learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.schema.recognize import ENOUGH_ROWS, MOSTLY, TOO_MANY_VALUES, Words
from glassprop.tables.schema.whole_numbers import task_of_whole_numbers
from glassprop.tables.values.absent import without
from glassprop.tables.values.category_names import names_of
from glassprop.tables.values.cells import EXACT, MISSING, Cells, cells_of
from glassprop.tables.values.dates import date_order
from glassprop.tables.values.decimal_marks import DecimalMark, decimal_mark
from glassprop.tables.values.numbers import hold_codes, missing_number, parse_number, read_numbers, to_numbers
from glassprop.tables.values.spellings import aliases_of
from glassprop.tables.values.texts import Texts

MOST_BYTES = 2**30  # of class names, a row each
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_TRUTHS = {"true": "1", "false": "0"}


@dataclass(frozen=True)
class Target:
    """A target column, read.

    Attributes
    ----------
    name : str
    task : {"classification", "regression"}
    reason : str
        How the task was decided.
    kind : {"integer", "text", "number"}
        Classes that are whole numbers, classes that are text, or amounts.
    mark : str
        Decimal mark of numbers in text.
    missing, quoted, absent, aliases
        As a `Reading` has them.
    """

    name: str
    task: str
    reason: str
    kind: str
    mark: str = "."
    missing: tuple[str, ...] = ()
    quoted: bool = False
    absent: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def values(self, series: nw.Series) -> np.ndarray | Texts:
        """Read a column of this kind: amounts (n_rows,), float64 and NaN where missing; or the names of classes."""
        words = frozenset(self.absent) if self.quoted else frozenset((*self.missing, *self.absent))
        if self.kind == "number":
            return without(_as_numbers(cells_of(series, words), self.mark), words)
        names = names_of(series, words)
        if self.kind == "integer":
            cells = cells_of(series, words)
            written = cells.texts if cells.kind == "text" else names  # with a decimal comma, 2.100 is not called 2.1
            return Texts.of_values(written.codes, written.known, partial(_whole_name, mark=self.mark))
        return Texts.of_values(names.codes, names.known, lambda name: self.aliases.get(name, name))

    def needs_text(self) -> bool:
        """As of a `Reading`."""
        return self.kind == "text" or self.mark != "."

    def labels(self, texts: Texts) -> np.ndarray:
        """Classes as they are handed to the network: int64 for whole numbers, otherwise text.

        Raises
        ------
        TableError
            Names too long for so many rows.
        """
        if self.kind == "integer":
            return texts.each(int, 0, np.int64)
        longest = max(map(len, texts.known), default=0)
        if 4 * longest * len(texts) > MOST_BYTES:  # every row takes the room of the longest
            raise TableError(
                f"target {quoted(self.name)} has a class name of {longest:,} characters, too long for so many as "
                f"{len(texts):,} rows: shorten it, or leave its rows out"
            )
        return np.array(texts.known, dtype=str)[texts.codes]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `Target.from_dict` makes the same target of it."""
        found = asdict(self) | {"missing": list(self.missing), "aliases": dict(self.aliases)}
        return found | {"absent": list(self.absent)}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Target:
        """What `to_dict` gave. Earlier records say nothing of words for missing: they were the same everywhere."""
        words = {"missing": tuple(found.get("missing", sorted(MISSING))), "absent": tuple(found.get("absent", ()))}
        return cls(**{**found, **words})


def decide(
    name: str,
    series: nw.Series,
    wanted: str | None,
    words: Words | None = None,
    absent: frozenset[str] = frozenset(),
) -> Target:
    """Decide the task from the target column.

    Parameters
    ----------
    name : str
    series : narwhals.Series
    wanted : {"classification", "regression"} or None
        The user's choice, which goes before all rules.
    words : Words, optional
        What stood for missing in the file.
    absent : frozenset of str
        What the user has said to stand for it, in lower case.

    Raises
    ------
    TableError
        All missing, one value only, a date, or a task that its values do not allow.
    """
    cells = cells_of(series, absent)
    if cells.kind == "other":
        raise TableError(f"target {quoted(name)} is neither number nor text: name another, or turn it into one")
    mark, numbers = _numeric(cells, words.mark if words is not None else None)
    if wanted != "classification" and numbers is None and _dated(cells):
        raise TableError(
            f"target {quoted(name)} holds dates, neither number nor text: name another, turn it into a number, or ask "
            "for classification"
        )
    if not _known(cells, numbers).any():
        raise TableError(f"target {quoted(name)} has no value in any of {len(cells.values)} rows: name another target")
    exact = names_of(series, absent).known if numbers is not None and (np.abs(numbers) >= EXACT).any() else []
    task, reason = (wanted, "as asked") if wanted is not None else _task(name, cells, numbers, len(exact))
    reason += mark.told()
    kind = _kind(task, cells, numbers)
    aliases = aliases_of(names_of(series, absent).known) if kind == "text" else {}
    known = (words or Words()).of(name)
    target = Target(name, task, reason, kind, mark.mark, **known, absent=tuple(sorted(absent)), aliases=aliases)
    if task == "regression" and numbers is None:
        raise TableError(f"target {quoted(name)} is text, which regression cannot predict: ask for classification")
    _refuse(target, target.values(series), wanted)
    return target


def there(values: np.ndarray | Texts) -> np.ndarray:
    """bool (n_rows,): where a target has a value."""
    return values.there if isinstance(values, Texts) else ~np.isnan(values)


def _numeric(cells: Cells, file_mark: str | None) -> tuple[DecimalMark, np.ndarray | None]:
    """Decimal mark, and numbers (None where the column is one of text)."""
    if cells.kind == "number":
        return DecimalMark("."), cells.values
    if cells.kind == "date":
        return DecimalMark("."), None
    texts = cells.texts.of(cells.texts.each(lambda text: not missing_number(text), False, bool))
    if cells.logical or not len(texts) or hold_codes(texts.known, texts.counts().tolist()):
        return DecimalMark("."), None
    mark = decimal_mark(texts.known, texts.counts().tolist(), file_mark)
    if np.mean(~np.isnan(to_numbers(texts, mark.mark))) < MOSTLY:
        return DecimalMark("."), None
    return mark, read_numbers(cells.texts, mark.mark)


def _dated(cells: Cells) -> bool:
    """Dates, of a type of their own or as text."""
    return cells.kind == "date" or date_order(sorted(cells.texts.known)[:2000])[1] >= MOSTLY


def _known(cells: Cells, numbers: np.ndarray | None) -> np.ndarray:
    if numbers is None:
        return ~np.isnan(cells.values) if cells.kind == "date" else cells.texts.there
    return ~np.isnan(numbers)


def _task(name: str, cells: Cells, numbers: np.ndarray | None, different: int = 0) -> tuple[str, str]:
    """The task and why; `different` values, where more than floats can tell apart."""
    if numbers is None:
        return "classification", "true and false are classes" if cells.logical else "texts are classes"
    present = numbers[~np.isnan(numbers)]
    unique = np.unique(present)
    if len(unique) <= 2:
        return "classification", f"{different or len(unique)} different values are classes"
    if (unique != np.floor(unique)).any():
        return "regression", "numbers with decimals are quantities"
    return task_of_whole_numbers(name, present)


def _kind(task: str, cells: Cells, numbers: np.ndarray | None) -> str:
    if task == "regression":
        return "number"
    if numbers is None:
        return "text"
    present = numbers[~np.isnan(numbers)]
    if (present != np.floor(present)).any():
        return "text"
    exact = np.abs(present).max() < EXACT or cells.kind == "number" or all(map(_is_whole, cells.texts.known))
    return "integer" if exact and (np.abs(present) < 2**63).all() else "text"


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None


def _whole_name(name: str, mark: str) -> str | None:
    """Of a class that is a whole number: exact, if it is written plainly; true and false are 1 and 0."""
    if _is_whole(name):
        return str(int(name))
    name = _TRUTHS.get(name.lower(), name)
    value = parse_number(name, mark)
    return None if np.isnan(value) else shortest(value)


def refuse_target(target: Target, series: nw.Series) -> None:
    """Raise a TableError if a target of which all is said cannot be learned from these values."""
    values = target.values(series)
    if not there(values).any():
        what = "numbers" if target.kind != "text" else "values"
        raise TableError(f"target {quoted(target.name)} has no {what} in any of {len(series)} rows: correct its schema")
    _refuse(target, values, target.task)


def _refuse(target: Target, values: np.ndarray | Texts, wanted: str | None) -> None:
    rows = int(there(values).sum())
    unique = values.known if isinstance(values, Texts) else np.unique(values[~np.isnan(values)])
    if rows == 1:
        raise TableError(f"target {quoted(target.name)} has a value in one row only: at least two rows are needed")
    if len(unique) == 1:
        shown = quoted(str(unique[0])) if target.kind == "text" else shortest(float(unique[0]))
        raise TableError(f"target {quoted(target.name)} is {shown} in all {rows} rows: there is nothing to learn")
    crowded = rows >= ENOUGH_ROWS and len(unique) > TOO_MANY_VALUES * rows
    if target.task == "classification" and wanted is None and crowded:
        raise TableError(
            f"target {quoted(target.name)} has {len(unique)} different texts in {rows} rows, too many for classes: "
            "name another target, or ask for classification"
        )


def _as_numbers(cells: Cells, mark: str) -> np.ndarray:
    if cells.kind == "number":
        return cells.values
    return read_numbers(cells.texts, mark)
