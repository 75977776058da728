"""The rows of a table that can be learned from or scored, with target, weights, groups and times read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, quoted
from glassprop.tables.fitting.key_columns import fault_of_weights, numbered_groups, time_reading, weight_reading
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.unseen import rows_seen
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target, there
from glassprop.tables.values.cells import cells_of
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
    faults: list[str] = []
    if not known.all():
        why = _far_out(frame, target.name)
        lost = int((~known).sum())
        line = f"{lost} of {len(known)} rows have no target {quoted(target.name)}{why} and are left out"
        say(Note(line, "no-target", target.name, lost))
    times = None
    if options.time is not None:
        times = time_reading(frame, options.time, faults).values(frame[options.time])
        late = known & np.isnan(times)
        if late.any() and not faults:
            why = _far_out(frame, options.time)
            line = f"{late.sum()} rows have no time {quoted(options.time)}{why} and are left out"
            say(Note(line, "no-time", options.time, int(late.sum())))
        known = known & ~np.isnan(times)
    known = known if seen is None else known & seen
    weights = None if options.weight is None else _weights(frame, options.weight, known, faults)
    if faults:
        raise TableError("; ".join(faults))
    rows = np.flatnonzero(known)
    y, labels = _targets(values, rows, target)
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


def _far_out(frame: nw.DataFrame, name: str) -> str:
    cells = cells_of(frame[name])
    return f" ({cells.infinite} {cells.beyond})" if cells.infinite else ""


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
    refuse_lacking(table, target, needed, "scoring")
    frame = nw.from_native(table.frame, eager_only=True)
    values = target.values(frame[target.name])
    if not there(values).any():
        raise TableError(f"{table.name} has no row with a target {quoted(target.name)} to score by")
    seen = None
    if labels is not None and isinstance(values, Texts):
        seen = rows_seen(values, labels, target, table.name, say)
    has_weight = weight is not None and weight in table.frame.columns
    return read_examples(frame, target, FitOptions(weight=weight if has_weight else None), say, seen)


def refuse_lacking(table: Table, target: Target, needed: list[str], purpose: str) -> None:
    """Raise a TableError that names the columns, the target among them, that a table does not have."""
    known = set(table.frame.columns)
    missing = [name for name in needed if name not in known]
    lost_target = target.name not in known
    if missing or lost_target:
        names = [f"{quoted(target.name)} (the target)"] * lost_target + [listed(missing, 10)] * bool(missing)
        count = len(missing) + lost_target
        raise TableError(f"{table.name} lacks {count} column(s) that {purpose} needs: {', '.join(names)}")


def _weights(frame: nw.DataFrame, name: str, known: np.ndarray, faults: list[str]) -> np.ndarray:
    values = weight_reading(frame, name).values(frame[name])
    used = values[known]
    fault = fault_of_weights(name, int(np.isnan(used).sum()), int((used < 0).sum()), float(used.sum()))
    if fault:
        faults.append(fault)
    else:  # only their ratios matter; as they came, they could be beyond what float32 holds
        values = values / used.max()
        values = values / values[known].mean()
    return values
