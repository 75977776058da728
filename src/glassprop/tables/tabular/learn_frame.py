"""From a table and a target beside it to a fitted Pipeline, by what `fit_table` does with a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, shown
from glassprop.tables.fitting.assess import Guess
from glassprop.tables.fitting.divide import Parts, refuse_one_value, spared
from glassprop.tables.fitting.examples import Examples, examples_of
from glassprop.tables.fitting.fit import fit_parts, noted
from glassprop.tables.fitting.fit_pipeline import Fitted
from glassprop.tables.fitting.outcome import Learned, record_of
from glassprop.tables.fitting.task import Task, columns_of, task_of
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.schema_file import schema_of
from glassprop.tables.schema.tell_far_values import tell_far_targets
from glassprop.tables.tabular.given_target import GivenTarget

TARGET = "target"  # what a target is called that came without a name


@dataclass(frozen=True)
class Given:
    """What `fit` was handed.

    Attributes
    ----------
    frame : narwhals.DataFrame
    target : GivenTarget
    weights : array (n_rows,) or None
    watched : (narwhals.DataFrame, GivenTarget) or None
        Rows that training is judged by, and not learned from.
    keep : bool
        Whether no column is to be left out for what it looks like, since none has a name.
    """

    frame: nw.DataFrame
    target: GivenTarget
    weights: np.ndarray | None
    watched: tuple[nw.DataFrame, GivenTarget] | None = None
    keep: bool = False


@dataclass(frozen=True)
class LearnedFrame:
    """What came of it.

    Attributes
    ----------
    fitted : Fitted
    roles : list of ColumnRole
    schema : dict
        As `table_schema` gives it.
    record : dict
        What a model file keeps.
    notes : list of Note
    rows : array of int
        Which rows were learned from, counted from 0, those that training was judged by among them.
    parts : Parts
        The same, by their use.
    """

    fitted: Fitted
    roles: list[ColumnRole]
    schema: dict[str, Any]
    record: dict[str, Any]
    notes: list[Note]
    rows: np.ndarray
    parts: Parts


def learn_frame(
    given: Given, options: FitOptions, share: float | None, callbacks: Sequence[Any], on_message: Say | None
) -> LearnedFrame:
    """Fit inputs and network.

    Parameters
    ----------
    given : Given
    options : FitOptions
        Without a target.
    share : float or None
        Of the rows, that training is judged by; None: as tables have it.
    callbacks : sequence
    on_message : callable, optional
        Is given each note.

    Raises
    ------
    SettingsError, TableError, DivergenceError
        As `fit_table`.
    """
    notes, say = noted(on_message)
    read = read_frame(given, options, share, say)
    task, parts = read.task, read.parts
    fitted = fit_parts(parts, read.roles, read.schema, task, callbacks, say)
    guess, classes = Guess.of(parts.train), parts.train.classes()
    learned = Learned(read.table, task.target, read.roles, task.options, fitted, guess, classes, parts, parts.rows())
    record = record_of(learned, notes)
    told = schema_of(fitted.pipeline[0].schema, record).to_dict()
    if not given.target.is_of_a_table:
        del record["labels"]  # a table's column has no such classes, so no table can be scored by it
    return LearnedFrame(fitted, read.roles, told, record, notes, read.examples.rows, parts)


@dataclass(frozen=True)
class ReadFrame:
    """What was handed over, as it is to be learned from.

    Attributes
    ----------
    table : Table
        With the target as one more column.
    task : Task
    examples : Examples
        The rows that can be learned from.
    roles : list of ColumnRole
    schema : Schema
    parts : Parts
        Those rows by their use.
    """

    table: Table
    task: Task
    examples: Examples
    roles: list[ColumnRole]
    schema: Schema
    parts: Parts


def read_frame(given: Given, options: FitOptions, share: float | None, say: Say) -> ReadFrame:
    """Recognize columns, and divide rows.

    Raises
    ------
    SettingsError, TableError
        As `fit_table`.
    """
    table = _with_target(given)
    name = str(table.target)
    target = given.target.target(name)
    wanted = replace(options, target=name, keep=_kept(given, options))
    defaults = Defaults() if share is None else replace(Defaults(), inner_validation=share, early_stopping_rows=0)
    task = task_of(table, wanted, defaults, say, target)
    examples = _examples(given, task, say)
    if target.task == "regression":
        tell_far_targets(name, examples.y, examples.rows, say)
    roles, schema = columns_of(examples.frame, task, table, say)
    return ReadFrame(table, task, examples, roles, schema, _parts(examples, given, task, say))


def _with_target(given: Given) -> Table:
    """The table with its target as one more column, under a name that is free."""
    taken = set(given.frame.columns)
    name = wanted = given.target.name or TARGET
    count = 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    frame = given.frame
    column = nw.new_series(name, given.target.column(), backend=frame.implementation)
    if frame.implementation.is_pandas_like():
        column = nw.maybe_align_index(nw.maybe_reset_index(column), nw.maybe_reset_index(frame))
        frame = nw.maybe_reset_index(frame)
    return Table(frame.with_columns(column).to_native(), "the table", name)


def _kept(given: Given, options: FitOptions) -> tuple[str, ...]:
    if not given.keep or options.schema is not None:
        return options.keep
    said = {*options.drop, *options.number, *options.category, *options.date, options.group, options.time}
    return (*options.keep, *(name for name in given.frame.columns if name not in {*said, *options.keep}))


def _examples(given: Given, task: Task, say: Say) -> Examples:
    target = given.target

    def targets(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        if target.labels is None:
            return target.y[rows], None
        return target.y[rows], np.unique(target.labels[rows], return_inverse=True)[1]

    found = examples_of(task.frame, targets, np.ones(len(task.frame), dtype=bool), task.options, say)
    if given.weights is None:
        return found
    both = given.weights[found.rows] if found.weights is None else given.weights[found.rows] * found.weights
    return replace(found, weights=both)


def _parts(examples: Examples, given: Given, task: Task, say: Say) -> Parts:
    """Rows to train on, and those that training is judged by; none is held out.

    Raises
    ------
    TableError
        All that are left have one target.
    """
    if len(examples) < 2:
        raise TableError(f"{len(examples)} sample(s) can be learned from: at least two are needed")
    refuse_one_value(examples, task.target)
    none = examples.of(np.empty(0, dtype=np.intp))
    if given.watched is not None:
        return Parts(examples, watched_examples(given.watched, examples, say), none)
    rest, inner = spared(examples, task.target, task.settings, task.options.seed + 1)
    return Parts(rest, inner, none)


def watched_examples(watched: tuple[nw.DataFrame, GivenTarget], examples: Examples, say: Say) -> Examples | None:
    """Those of a class that is trained on."""
    frame, target = watched
    known = np.ones(len(target.y), dtype=bool)
    labels = None
    if target.classes is not None:
        classes = np.unique(examples.y)
        known = np.isin(target.y, classes)
        labels = np.searchsorted(classes, target.y[known])
    if not known.all():
        lost = [shown(label) for label in np.unique(target.y[~known])]
        text = f"{int((~known).sum())} of {len(known)} rows of X_val have a class that y has not ({listed(lost, 5)})"
        if not known.any():
            raise TableError(f"{text}: give rows of the classes of y")
        say(Note(f"{text}, and are left out", "unseen-class", None, int((~known).sum()), tuple(lost[:5])))
    rows = np.flatnonzero(known)
    return Examples(frame, target.y[rows], None, replace(examples.keys.of(rows[:0]), labels=labels), rows)
