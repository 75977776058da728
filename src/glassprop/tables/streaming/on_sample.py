"""What is decided of a long table on its sample: target, columns and how they are read, and which rows are for what."""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Say, as_note
from glassprop.tables.fitting.divide import Parts, held_out_table, refuse_one_value
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.groups import hint_groups
from glassprop.tables.fitting.leaks import hint_leaks
from glassprop.tables.fitting.task import Task, columns_of, task_of
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.tell_far_values import tell_far_targets
from glassprop.tables.streaming.numbered_rows import numbered_rows
from glassprop.tables.streaming.row_reader import RowReader, parts_of_sample
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.streaming.sample import Sample
from glassprop.tables.streaming.uses import TRAINED
from glassprop.tables.values.packages import need_polars

_HEAD = 20_000  # rows, the first of the table, which tell what belongs together
_COUNTED = ("no-target", "no-time")  # kinds of notes on rows: of all of them they are told later


@dataclass(frozen=True)
class Decided:
    """What a sample tells.

    Attributes
    ----------
    sample : Sample
    table : Table
        The sample's.
    task : Task
    roles : list of ColumnRole
    schema : Schema
    reader : RowReader
    parts : Parts
        The sample's rows by their use.
    """

    sample: Sample
    table: Table
    task: Task
    roles: list[ColumnRole]
    schema: Schema
    reader: RowReader
    parts: Parts


def decide(sample: Sample, rows: RowSource, options: FitOptions, defaults: Defaults | None, say: Say) -> Decided:
    """Decide all that needs rows on those of the sample.

    Raises
    ------
    SettingsError, TableError
        As `fit_table`; also where the sample has no rows for one of the uses.
    """
    table = sample.table
    task = task_of(table, options, defaults, say)
    options, target = task.options, task.target
    examples = read_examples(task.frame, target, options, _but(_COUNTED, say))
    if target.task == "regression":
        tell_far_targets(target.name, examples.y, sample.rows[examples.rows], say)
    roles, schema = columns_of(examples.frame, task, table, say, numbered_rows(sample, options))
    reader = RowReader.of_sample(sample, target, options, task.settings)
    parts = _parts(parts_of_sample(sample, examples, reader), task, schema, table.name, say)
    hint_leaks(parts.train, schema, target.name, say)
    if options.group is None:
        hint_groups(_head(rows, task, reader), roles, schema, say)
    return Decided(sample, table, task, roles, schema, reader, parts)


def _but(kinds: tuple[str, ...], say: Say) -> Say:
    """Say all but notes of some kinds."""

    def pass_on(message: str) -> None:
        if as_note(message).kind not in kinds:
            say(message)

    return pass_on


def _parts(parts: Parts, task: Task, schema: Schema, name: str, say: Say) -> Parts:
    """Of the sample's rows that are held out and watched, the ones whose class is trained on.

    Raises
    ------
    TableError
        There are none to train on, or to score by, or they all have the same target.
    """
    train, inner, held_out = parts.train, parts.inner, parts.held_out
    if not len(train):
        raise TableError(f"{name} has no row to train on among those looked at: choose another split")
    refuse_one_value(train, task.target)
    if isinstance(task.options.validation, Table):
        return Parts(
            train, inner, held_out_table(task.options.validation, train, schema, task.target, task.options, say)
        )
    if not len(held_out):
        raise TableError(
            f"{name} has no row to score by among those looked at: it is too small to be streamed with this split, "
            "read it into memory or choose another"
        )
    return Parts(train, None if inner is None else _known(inner, train), _known(held_out, train))


def _known(some: Examples, train: Examples) -> Examples:
    """Those of a class that is trained on."""
    if train.keys.labels is None:
        return some
    return some.of(np.flatnonzero(np.isin(some.y, np.unique(train.y))))


def _head(rows: RowSource, task: Task, reader: RowReader) -> Examples:
    """The first rows of the table that are trained on."""
    pl = need_polars()
    frames = list(rows.frames(0, min(_HEAD, rows.n_rows)))
    frame = nw.from_native(pl.concat(frames), eager_only=True)
    examples = read_examples(frame, task.target, replace(task.options, weight=None), lambda message: None)
    return examples.of(np.flatnonzero(reader.read(frame, np.arange(len(frame))).uses[examples.rows] == TRAINED))
