"""`fit_table`: from a table and a request to a fitted Pipeline, its scores on held-out rows, and a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
from sklearn.pipeline import Pipeline

from glassprop.errors import SettingsError, TableError
from glassprop.ground.note import Note, Say, as_note
from glassprop.ground.text import quoted
from glassprop.tables.fitting import target_scale
from glassprop.tables.fitting.assess import Assessment, Guess, assess
from glassprop.tables.fitting.divide import Parts, divide
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.fit_pipeline import Fitted, fit_pipeline
from glassprop.tables.fitting.groups import hint_groups
from glassprop.tables.fitting.leaks import hint_leaks
from glassprop.tables.fitting.many_categories import with_inputs
from glassprop.tables.fitting.spoken import quiet, told
from glassprop.tables.fitting.verdict import Circumstances, balanced, few_rows, worse_than_guessing
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
from glassprop.tables.schema.tell_far_values import tell_far_targets
from glassprop.tables.values.file_mark import file_mark

_TOLD = 8  # columns of which it is told why they are dropped, where no other is left


@dataclass(frozen=True)
class Outcome:
    """A model of a table, and all that is to be told about it.

    Attributes
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted; takes pandas, polars or Arrow tables; ends in an MLPClassifier or MLPRegressor.
    task : {"classification", "regression"}
    columns : list of ColumnRole
        Every column of the table, in its order.
    rows : dict
        Numbers of rows: train, validation (inner, for early stopping), held_out.
    scores, baseline : dict of str to float
        On the held-out rows, under scikit-learn's names; `baseline` are those of a guess that knows no columns.
    intervals : dict of str to (float, float)
        In which the scores of more such rows lie, with a certainty of 95 %.
    remarks : list of Note
        Sentences on the scores: that they are worse than a guess, or of too few rows.
    interrupted : bool
        Training was stopped by the user; the best weights until then are kept.
    record : dict
        All of the above but the Pipeline, and more, JSON-able: what a model file keeps.
    parts : Parts
        The rows themselves, by their use.
    held_out_table : Table
        The table that the held-out rows are rows of: the one learned from, or the one given for them.
    """

    pipeline: Pipeline
    task: str
    columns: list[ColumnRole]
    rows: dict[str, int]
    scores: dict[str, float]
    baseline: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    remarks: list[Note]
    interrupted: bool
    record: dict[str, Any]
    parts: Parts = field(repr=False)
    held_out_table: Table = field(repr=False)


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
        Settings for all that the options leave open.
    callbacks : sequence
        scikit-learn callbacks for the estimator.
    on_message : callable, optional
        Is given each thing a user should know, as it is found: a line each, which is a `Note`.

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
    notes: list[Note] = []

    def say(message: str) -> None:
        notes.append(as_note(message))
        if on_message is not None:
            on_message(notes[-1])

    check_options(options)
    options = with_schema(options)
    settings = settled(options, defaults or Defaults())
    name = check_columns(options, table)
    for note in (*table.notes, *(options.validation.notes if isinstance(options.validation, Table) else ())):
        say(note)
    frame = nw.from_native(table.frame, eager_only=True)
    words = Words(table.words, table.quoted, file_mark(frame, typed=not table.words))
    target = target_of(name, frame[name], options, words)
    say(Note(f"target {quoted(name)}: {target.task} ({target.reason})", "task", name))
    if options.class_weight is not None and target.task == "regression":
        raise SettingsError(
            f"class_weight={options.class_weight!r} needs classes, but target {quoted(name)} is for regression "
            f"({target.reason}): leave it out, or ask for classification"
        )
    if options.class_weight is not None:
        say(balanced(name))
    target_scale.check(options.target_scale, target)
    examples = read_examples(frame, target, options, say)
    if target.task == "regression":
        tell_far_targets(name, examples.y, examples.rows, say)
    roles, schema = _columns(examples.frame, options, target, table, words, say)
    parts = divide(examples, schema, target, options, settings, say)
    hint_leaks(parts.train, schema, name, say)
    if options.group is None:
        hint_groups(parts.train, roles, schema, say)
    del examples  # of a long table, room that training needs
    settings = with_inputs(settings, parts.train, schema, options.seed)
    fitted = fit_pipeline(parts, schema, target, options, settings, callbacks, say)
    return _outcome(table, target, roles, options, parts, fitted, notes, say)


def _columns(
    frame: nw.DataFrame, options: FitOptions, target: Target, table: Table, words: Words, say: Say
) -> tuple[list[ColumnRole], Schema]:
    named = {target.name: ColumnRole(target.name, "target", target.reason)}
    named |= {name: ColumnRole(name, "dropped", "as asked") for name in options.drop}
    for role, name in (("weight", options.weight), ("group", options.group), ("time", options.time)):
        if name is not None:
            named[name] = ColumnRole(name, role, "as asked; not learned from")
    asked = asked_of(options, table, words.mark)
    roles, schema = recognize(frame, named, words, asked)
    if asked.faults:
        raise TableError(f"{table.name}: " + "; ".join(asked.faults))
    tell_columns(roles, say)
    if not schema.names():
        dropped = [f"{quoted(role.name)} {role.reason}" for role in roles if role.role == "dropped"]
        more = [f"and {len(dropped) - _TOLD:,} more"] * (len(dropped) > _TOLD)
        why = "; ".join([*dropped[:_TOLD], *more])
        raise TableError(f"{table.name} has no column left to learn from" + (f" ({why})" if why else ""))
    return roles, schema


def _outcome(
    table: Table,
    target: Target,
    roles: list[ColumnRole],
    options: FitOptions,
    parts: Parts,
    fitted: Fitted,
    notes: list[Note],
    say: Say,
) -> Outcome:
    pipeline, guess = fitted.pipeline, Guess.of(parts.train)
    estimator = pipeline[-1]
    found = _assessed(parts.held_out, pipeline, guess, options, say)
    remarks = _remarks(found, parts, estimator, guess, options)
    for remark in remarks:
        say(remark)
    interrupted = bool(getattr(estimator, "interrupted_", False))
    record = {
        "task": target.task,
        "target": target.name,
        "target_reading": target.to_dict(),
        "target_scale": None if fitted.scale is None else fitted.scale.to_dict(),
        "labels": estimator.classes_.tolist() if target.task == "classification" else None,
        "columns": [role.to_dict() for role in roles],
        "source": table.name,
        "seed": options.seed,
        "options": options.to_dict(),
        "defaults": fitted.settings.to_dict(),
        "rows": parts.rows(),
        "scores": found.scores,
        "baseline": found.baseline,
        "intervals": {name: list(ends) for name, ends in found.intervals.items()},
        "guess": guess.to_dict(),
        "remarks": [str(remark) for remark in remarks],
        "folds": None if fitted.lesson is None else fitted.lesson.to_dict(),
        "weighted": options.weight is not None,
        "interrupted": interrupted,
        "engine": str(getattr(estimator, "engine_", "")),
        "history": _history(estimator),
        "notes": [note.to_dict() for note in notes],
    }
    return Outcome(
        pipeline=pipeline,
        task=target.task,
        columns=roles,
        rows=parts.rows(),
        scores=found.scores,
        baseline=found.baseline,
        intervals=found.intervals,
        remarks=remarks,
        interrupted=interrupted,
        record=record,
        parts=parts,
        held_out_table=options.validation if isinstance(options.validation, Table) else table,
    )


def _assessed(held_out: Examples, pipeline: Pipeline, guess: Guess, options: FitOptions, say: Say) -> Assessment:
    with told(say) if isinstance(options.validation, Table) else quiet():
        X = held_out.frame.to_native()
        return assess(pipeline, X, held_out.y, held_out.weights, guess, options.seed)


def _remarks(found: Assessment, parts: Parts, estimator: Any, guess: Guess, options: FitOptions) -> list[Note]:
    costs, best = estimator.loss_curve_, getattr(estimator, "best_iteration_", None)
    weighed = options.class_weight is not None  # costs of balanced classes are not comparable with a guess's
    around = Circumstances(
        rows=len(parts.train),
        epochs=int(estimator.n_iter_),
        interrupted=bool(getattr(estimator, "interrupted_", False)),
        asked_epochs=options.epochs,
        balanced=weighed,
        apart=_apart(options),
        cost=None if weighed or not costs else float(costs[(best or len(costs)) - 1]),
        cost_of_guess=None if weighed or estimator.loss == "poisson" else guess.cost(),
    )
    return [said for said in (worse_than_guessing(found, around), few_rows(found)) if said is not None]


def _apart(options: FitOptions) -> str:
    if isinstance(options.validation, Table):
        return "the held-out rows come from another file than those learned from"
    if options.time is not None:
        return f"the held-out rows are later, by {quoted(options.time)}, than those learned from"
    if options.group is not None:
        return f"the held-out rows are of other groups, by {quoted(options.group)}, than those learned from"
    return ""


def _history(estimator: Any) -> dict[str, Any]:
    """Costs by epoch; for regression in units of the standardized target."""
    curves = {name: getattr(estimator, f"{name}_", None) for name in ("loss_curve", "validation_curve")}
    found: dict[str, Any] = {
        name: [] if curve is None else [float(value) for value in curve] for name, curve in curves.items()
    }
    found["epochs"] = int(estimator.n_iter_)
    best = getattr(estimator, "best_iteration_", None)
    found["best_epoch"] = None if best is None else int(best)
    return found
