"""What is to be learned from a table: the request settled, its target as it is read, and the use of each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import narwhals as nw

from glassprop.errors import SettingsError, TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted
from glassprop.tables.fitting import target_scale
from glassprop.tables.fitting.time_left import TimeLeft
from glassprop.tables.fitting.verdict import balanced
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.asked_roles import asked_of
from glassprop.tables.schema.by_schema import target_of, with_schema
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.recognize import Words, recognize
from glassprop.tables.schema.request import FitOptions, check_columns, check_options
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.settled import settled
from glassprop.tables.schema.target import Target
from glassprop.tables.schema.tell_columns import tell_columns
from glassprop.tables.values.file_mark import file_mark

_TOLD = 8  # columns of which it is told why they are dropped, where no other is left


@dataclass(frozen=True)
class Task:
    """A request that can be followed.

    Attributes
    ----------
    frame : narwhals.DataFrame
        The table's.
    options : FitOptions
        With what a schema says.
    settings : Defaults
        With what the options say.
    defaults : Defaults
        Without it.
    target : Target
    words : Words
        What stands for missing in the table's columns.
    time : TimeLeft
        From when the task was begun.
    """

    frame: nw.DataFrame
    options: FitOptions
    settings: Defaults
    defaults: Defaults
    target: Target
    words: Words
    time: TimeLeft = field(default_factory=TimeLeft)

    def of_epochs(self, epochs: int) -> Task:
        """The same as if so many had been asked for; how long they take no longer matters."""
        options = replace(self.options, epochs=epochs)
        settings = replace(settled(options, self.defaults), max_categories=self.settings.max_categories)
        return replace(self, options=options, settings=settings, time=TimeLeft())


def task_of(
    table: Table, options: FitOptions, defaults: Defaults | None, say: Say, known: Target | None = None
) -> Task:
    """See that what is asked for can be had of this table. known: the target, where nothing of it is to be decided.

    Raises
    ------
    SettingsError, TableError
        It cannot.
    """
    check_options(options)
    begun = TimeLeft(options.max_time)
    options = with_schema(options)
    defaults = defaults or Defaults()
    settings = settled(options, defaults)
    name = check_columns(options, table)
    for note in (*table.notes, *(options.validation.notes if isinstance(options.validation, Table) else ())):
        say(note)
    frame = nw.from_native(table.frame, eager_only=True)
    words = Words(table.words, table.quoted, file_mark(frame, typed=not table.words))
    target = target_of(name, frame[name], options, words) if known is None else known
    if known is None:
        say(Note(f"target {quoted(name)}: {target.task} ({target.reason})", "task", name))
    if options.class_weight is not None and target.task == "regression":
        raise SettingsError(
            f"class_weight={options.class_weight!r} needs classes, but target {quoted(name)} is for regression "
            f"({target.reason}): leave it out, or ask for classification"
        )
    if options.class_weight is not None:
        say(balanced(name, options.class_weight))
    target_scale.check(options.target_scale, target)
    return Task(frame, options, settings, defaults, target, words, begun)


def columns_of(
    frame: nw.DataFrame, task: Task, table: Table, say: Say, known: Sequence[ColumnRole] = ()
) -> tuple[list[ColumnRole], Schema]:
    """The use of each column, and how those that are learned from are read, by the rows of `frame`.

    known: roles of columns that the user says nothing of, which these rows do not show by themselves.

    Raises
    ------
    TableError
        Columns that cannot be what they were said to be, or none to learn from.
    """
    options, target = task.options, task.target
    named = {role.name: role for role in known}
    named |= {target.name: ColumnRole(target.name, "target", target.reason)}
    named |= {name: ColumnRole(name, "dropped", "as asked") for name in options.drop}
    for role, name in (("weight", options.weight), ("group", options.group), ("time", options.time)):
        if name is not None:
            named[name] = ColumnRole(name, role, "as asked; not learned from")
    asked = asked_of(options, table, task.words.mark)
    roles, schema = recognize(frame, named, task.words, asked)
    if asked.faults:
        raise TableError(f"{table.name}: " + "; ".join(asked.faults))
    tell_columns(roles, say)
    if not schema.names():
        dropped = [f"{quoted(role.name)} {role.reason}" for role in roles if role.role == "dropped"]
        more = [f"and {len(dropped) - _TOLD:,} more"] * (len(dropped) > _TOLD)
        why = "; ".join([*dropped[:_TOLD], *more])
        raise TableError(f"{table.name} has no column left to learn from" + (f" ({why})" if why else ""))
    return roles, schema
