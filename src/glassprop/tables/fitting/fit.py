"""`fit_table`: from a table and a request to a fitted Pipeline, its scores on held-out rows, and a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sklearn.pipeline import Pipeline

from glassprop.errors import SettingsError
from glassprop.ground.note import Note, Say, as_note
from glassprop.tables.fitting.assess import Assessment, Guess, assess
from glassprop.tables.fitting.divide import Parts, divide
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.fit_pipeline import Fitted, fit_pipeline
from glassprop.tables.fitting.groups import hint_groups
from glassprop.tables.fitting.leaks import hint_leaks
from glassprop.tables.fitting.many_categories import with_inputs
from glassprop.tables.fitting.outcome import Learned, Outcome, outcome_of
from glassprop.tables.fitting.spoken import quiet, told
from glassprop.tables.fitting.task import Task, columns_of, task_of
from glassprop.tables.fitting.traced import tracer_in
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.tell_far_values import tell_far_targets


def fit_table(
    table: Table,
    options: FitOptions,
    *,
    defaults: Defaults | None = None,
    callbacks: Sequence[Any] = (),
    on_message: Say | None = None,
) -> Outcome:
    """Learn to predict one column of a table from the others.

    Parameters
    ----------
    table : Table
    options : FitOptions
    defaults : Defaults, optional
        Settings for all that the options leave open, of the plain recipe, which is taken then.
    callbacks : sequence
        scikit-learn callbacks for the estimator.
    on_message : callable, optional
        Called with each thing that a user should know, as it is found, a `Note` of one line.

    Returns
    -------
    Outcome
        The model, its scores, and all that is reported about it.

    Raises
    ------
    SettingsError
        Options that cannot be used.
    TableError
        A table that cannot be learned from.
    DivergenceError
        The cost turned NaN or infinite.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=40))
    >>> outcome.task, outcome.rows["held_out"], outcome.scores["accuracy"] > 0.8
    ('classification', 15, True)
    """
    notes, say = noted(on_message)
    if defaults is not None:
        options = replace(options, recipe="plain")
    task = task_of(table, one_fit(options, callbacks, say), defaults, say)
    options, target = task.options, task.target
    parts, roles, schema = divided(table, task, say)
    fitted = fit_parts(parts, roles, schema, task, callbacks, say)
    guess, classes = Guess.of(parts.train), parts.train.classes()
    found = assessed_on(parts.held_out, fitted.pipeline, guess, options, say)
    learned = Learned(table, target, roles, options, fitted, guess, classes, parts, parts.rows())
    return outcome_of(learned, found, notes, say)


def divided(table: Table, task: Task, say: Say) -> tuple[Parts, list[ColumnRole], Schema]:
    """The rows that can be learned from by their use, what each column is for, and how it is read.

    Raises
    ------
    SettingsError, TableError
        As `fit_table`.
    """
    target = task.target
    examples = read_examples(task.frame, target, task.options, say)
    if target.task == "regression":
        tell_far_targets(target.name, examples.y, examples.rows, say)
    roles, schema = columns_of(examples.frame, task, table, say)
    return divide(examples, schema, target, task.options, task.settings, say), roles, schema


def one_fit(options: FitOptions, callbacks: Sequence[Any], say: Say) -> FitOptions:
    """The options, without networks of folds where a callback keeps a fit while it runs: that is one fit.

    Raises
    ------
    SettingsError
        Networks of folds were asked for, or a trace.
    """
    if not any(hasattr(callback, "begin_fit") for callback in callbacks):
        return options
    if tracer_in(callbacks) is not None:
        raise SettingsError(
            "a trace covers a whole training run, and a run with checkpoints may be resumed: leave out one of the two"
        )
    if options.cross_fit is None:
        return options
    if options.recipe == "plain" and options.cross_fit == "auto":
        return options  # which has none
    if options.cross_fit != "auto":
        raise SettingsError(
            f"cross_fit={options.cross_fit} trains several networks one after another, and a checkpoint keeps one fit: "
            "leave one of them out"
        )
    text = (
        "a checkpoint keeps one fit: the networks are trained together, watched on the same rows, not one for each fold"
    )
    say(Note(text, "cross-fit"))
    return replace(options, cross_fit=None)


def fit_parts(
    parts: Parts, roles: list[ColumnRole], schema: Schema, task: Task, callbacks: Sequence[Any], say: Say
) -> Fitted:
    """Hints of what the rows to train on may be misread for, and a Pipeline fitted on them."""
    return fit_pipeline(parts, schema, hinted(parts, roles, schema, task, say), callbacks, say)


def hinted(parts: Parts, roles: list[ColumnRole], schema: Schema, task: Task, say: Say) -> Task:
    """Say what the rows to train on may be misread for; the task with what is decided on them."""
    options, name = task.options, task.target.name
    hint_leaks(parts.train, schema, name, say)
    if options.group is None:
        hint_groups(parts.train, roles, schema, say)
    settings = task.settings
    if options.recipe == "plain":
        settings = with_inputs(settings, parts.train, schema, options.seed)
    return replace(task, settings=settings)


def noted(on_message: Say | None) -> tuple[list[Note], Say]:
    """A list of notes, and what adds to it and passes on all that is said."""
    notes: list[Note] = []

    def say(message: str) -> None:
        notes.append(as_note(message))
        if on_message is not None:
            on_message(notes[-1])

    return notes, say


def assessed_on(held_out: Examples, pipeline: Pipeline, guess: Guess, options: FitOptions, say: Say) -> Assessment:
    """Score a model on held-out rows in memory; what is odd in them is told where they are of another table."""
    with told(say) if isinstance(options.validation, Table) else quiet():
        X = held_out.frame.to_native()
        return assess(pipeline, X, held_out.y, held_out.weights, guess, options.seed)
