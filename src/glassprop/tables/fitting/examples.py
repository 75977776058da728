"""The rows of a table that can be learned from or scored, with target, weights, groups and times read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, quoted
from glassprop.tables.fitting.key_columns import numbered_groups, time_reading, weight_reading
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.unseen import rows_seen
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target, there
from glassprop.tables.values.cells import BEYOND, cells_of
from glassprop.tables.values.texts import Texts


@dataclass(frozen=True)
class Examples:
    """Rows with a target.

    Attributes
    ----------
    source : narwhals.DataFrame
        The table that they are rows of. No copy of them is kept: several parts of a long table may be at hand.
    y : array (n_rows,)
        Amounts (float64) or classes (int64 or text).
    weights : array (n_rows,) or None
    keys : SplitKeys
        What a split of these rows has to respect.
    rows : array (n_rows,) of int
        Their numbers in the table that they came from, counted from 0.
    """

    source: nw.DataFrame
    y: np.ndarray
    weights: np.ndarray | None
    keys: SplitKeys
    rows: np.ndarray

    @property
    def frame(self) -> nw.DataFrame:
        """All columns of these rows, put together anew."""
        if np.array_equal(self.rows, np.arange(len(self.source))):
            return self.source
        return self.source[self.rows]

    def of(self, rows: np.ndarray) -> Examples:
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.source, self.y[rows], weights, self.keys.of(rows), self.rows[rows])

    def classes(self) -> list[CountedClass]:
        """The classes that are there, in their order; none for regression."""
        labels = self.keys.labels
        if labels is None:
            return []
        rows, weights = np.bincount(labels), np.bincount(labels, self.weights)
        first = np.zeros(len(rows), dtype=np.intp)
        first[labels[::-1]] = np.arange(len(labels))[::-1]  # of several, the last that is written stays: the first row
        there = np.flatnonzero(rows)
        found = zip(self.y[first[there]].tolist(), *(of[there].tolist() for of in (first, rows, weights)), strict=True)
        return [CountedClass(*one) for one in found]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class CountedClass:
    """A class of some rows.

    Attributes
    ----------
    label : str or int
    first : int
        The first row of it.
    rows : int
        How many are of it.
    weight : float
        Of all of them together; as `rows` where rows have no weights.
    """

    label: Any
    first: int
    rows: int
    weight: float


def read_examples(
    frame: nw.DataFrame, target: Target, options: FitOptions, say: Say, seen: np.ndarray | None = None
) -> Examples:
    """Leave out the rows that have no target (or no time), and read the rest.

    Parameters
    ----------
    frame : narwhals.DataFrame
    target : Target
    options : FitOptions
    say : callable
    seen : array (n_rows,) of bool, optional
        Rows whose target a model can be scored by; the others are left out, too, and nothing of them is looked at.

    Raises
    ------
    TableError
        Weights that are missing, negative or no numbers; a time column of neither dates nor numbers; both
        faults in one line.
    """
    values = target.values(frame[target.name])
    known = there(values)
    if not known.all():
        far = cells_of(frame[target.name])
        say(without_target(target.name, int((~known).sum()), len(known), far.infinite, far.beyond))
    return examples_of(frame, lambda rows: _targets(values, rows, target), known, options, say, seen)


def examples_of(
    frame: nw.DataFrame,
    targets: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]],
    known: np.ndarray,
    options: FitOptions,
    say: Say,
    seen: np.ndarray | None = None,
) -> Examples:
    """The same for targets that have been read.

    targets: gives those of some rows, and the number of each row's class, counted in their order; known: bool
    (n_rows,), where there is one.
    """
    faults: list[str] = []
    times = None
    if options.time is not None:
        times = time_reading(frame, options.time, faults).values(frame[options.time])
        late = known & np.isnan(times)
        if late.any() and not faults:
            far = cells_of(frame[options.time])
            why = f" ({far.infinite} {far.beyond})" if far.infinite else ""
            line = f"{late.sum()} rows have no time {quoted(options.time)}{why} and are left out"
            say(Note(line, "no-time", options.time, int(late.sum())))
        known = known & ~np.isnan(times)
    known = known if seen is None else known & seen
    weights = None if options.weight is None else _weights(frame, options.weight, known, faults)
    if faults:
        raise TableError("; ".join(faults))
    rows = np.flatnonzero(known)
    y, labels = targets(rows)
    groups = None if options.group is None else numbered_groups(frame[options.group])[rows]
    keys = SplitKeys(labels, groups, None if times is None else times[rows])
    return Examples(frame, y, None if weights is None else weights[rows], keys, rows)


def _targets(values: np.ndarray | Texts, rows: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray | None]:
    """Amounts, or classes and the number of each row's class, counted in their order."""
    if not isinstance(values, Texts):
        y = values[rows]
        return y, np.unique(y, return_inverse=True)[1] if target.task == "classification" else None
    texts = values.of(rows)
    names = target.labels(Texts(np.arange(len(texts.known)), texts.known))
    return target.labels(texts), np.unique(names, return_inverse=True)[1][texts.codes]


def without_target(name: str, lost: int, rows: int, infinite: int, beyond: str) -> Note:
    """That so many of the rows have no target; of these, values of how many are too far out."""
    why = f" ({infinite} {beyond})" if infinite else ""
    line = f"{lost} of {rows} rows have no target {quoted(name)}{why} and are left out"
    return Note(line, "no-target", name, lost)


def labelled_examples(
    table: Table, target: Target, needed: list[str], labels: np.ndarray | None, weight: str | None, say: Say
) -> Examples:
    """The rows of another table that a model can be scored on.

    Parameters
    ----------
    table : Table
    target : Target
        As it was read in training.
    needed : list of str
        The columns that the model takes.
    labels : array (n_classes,) or None
        The classes that it knows.
    weight : str or None
        Used if the table has it.
    say : callable

    Raises
    ------
    TableError
        See `score_table`.
    """
    refuse_lacking(table.name, table.frame.columns, target, needed, "scoring")
    frame = nw.from_native(table.frame, eager_only=True)
    values = target.values(frame[target.name])
    if not there(values).any():
        raise TableError(nothing_to_score(table.name, target))
    seen = None
    if labels is not None and isinstance(values, Texts):
        seen = rows_seen(values, labels, target, table.name, say)
    has_weight = weight is not None and weight in table.frame.columns
    return read_examples(frame, target, FitOptions(weight=weight if has_weight else None), say, seen)


def nothing_to_score(name: str, target: Target) -> str:
    """What is wrong with a table in which no row has a target."""
    return f"{name} has no row with a target {quoted(target.name)} to score by"


def refuse_lacking(name: str, columns: Sequence[str], target: Target | None, needed: list[str], purpose: str) -> None:
    """Raise a TableError that names the columns, a target among them, that a table of these does not have."""
    known = set(columns)
    missing = [column for column in needed if column not in known]
    lost_target = target is not None and target.name not in known
    if missing or lost_target:
        names = [f"{quoted(target.name)} (the target)"] if target is not None and lost_target else []
        names += [listed(missing, 10)] * bool(missing)
        count = len(missing) + lost_target
        raise TableError(f"{name} lacks {count} column(s) that {purpose} needs: {', '.join(names)}")


def _weights(frame: nw.DataFrame, name: str, known: np.ndarray, faults: list[str]) -> np.ndarray:
    values = weight_reading(frame, name).values(frame[name])
    used = values[known]
    bad = int(np.isnan(used).sum())
    fault = weight_fault(name, bad, 0 if bad else int((used < 0).sum()), used.max(initial=0.0) > 0)
    if fault:
        faults.append(fault)
        return values
    return of_mean_one(values, known)


def weight_fault(name: str, bad: int, negative: int, some: bool) -> str:
    """What is wrong with a column of weights: how many are no numbers, how many negative; whether some are above 0."""
    if bad:
        return f"weight column {quoted(name)} has {bad} value(s) that are missing, no numbers, {BEYOND}: fill them"
    if negative:
        return f"weight column {quoted(name)} has {negative} negative value(s): weights start at 0"
    return "" if some else f"weight column {quoted(name)} is 0 in every row: some row must count"


def of_mean_one(weights: np.ndarray, used: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Weights whose mean is 1 in the rows that are used: only their ratios matter."""
    weights = weights / weights[used].max()  # as they came, they could be beyond what float32 holds
    return np.asarray(weights / weights[used].mean())
