"""`fit_table`: from a table and a request to a fitted Pipeline, its scores on held-out rows, and a record."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from glassprop.architecture.own_units import OwnUnits
from glassprop.errors import SettingsError, TableError
from glassprop.ground.note import Note, Say, as_note
from glassprop.ground.text import quoted
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.divide import Parts, divide
from glassprop.tables.fitting.examples import read_examples
from glassprop.tables.fitting.final_step import TargetScale
from glassprop.tables.fitting.scores import baseline_scores, scores_of
from glassprop.tables.fitting.spoken import note_of, quiet, told
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.recognize import ColumnRole, Words, recognize
from glassprop.tables.schema.request import FitOptions, check_columns, check_options, settled
from glassprop.tables.schema.target import Target, decide
from glassprop.tables.schema.tell_columns import tell_columns

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
        On the held-out rows, under scikit-learn's names.
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
    settings = settled(options, defaults or Defaults())
    name = check_columns(options, table)
    for note in (*table.notes, *(options.validation.notes if isinstance(options.validation, Table) else ())):
        say(note)
    frame = nw.from_native(table.frame, eager_only=True)
    target = decide(name, frame[name], options.task, Words(table.words, table.quoted))
    say(f"target {quoted(name)}: {target.task} ({target.reason})")
    if options.class_weight is not None and target.task == "regression":
        raise SettingsError(
            f"class_weight={options.class_weight!r} needs classes, but target {quoted(name)} is for regression "
            f"({target.reason}): leave it out, or ask for classification"
        )
    examples = read_examples(frame, target, options, say)
    roles, schema = _columns(examples.frame, options, target, table, say)
    parts = divide(examples, schema, target, options, settings, say)
    del examples  # of a long table, room that training needs
    pipeline, scale = _fit(parts, schema, target, options, settings, callbacks, say)
    return _outcome(table, target, roles, options, settings, parts, pipeline, scale, notes, say)


def _columns(
    frame: nw.DataFrame, options: FitOptions, target: Target, table: Table, say: Say
) -> tuple[list[ColumnRole], Schema]:
    named = {target.name: ColumnRole(target.name, "target", target.reason)}
    named |= {name: ColumnRole(name, "dropped", "as asked") for name in options.drop}
    for role, name in (("weight", options.weight), ("group", options.group), ("time", options.time)):
        if name is not None:
            named[name] = ColumnRole(name, role, "as asked; not learned from")
    roles, schema = recognize(frame, named, Words(table.words, table.quoted))
    tell_columns(roles, say)
    if not schema.names():
        dropped = [f"{quoted(role.name)} {role.reason}" for role in roles if role.role == "dropped"]
        more = [f"and {len(dropped) - _TOLD:,} more"] * (len(dropped) > _TOLD)
        why = "; ".join([*dropped[:_TOLD], *more])
        raise TableError(f"{table.name} has no column left to learn from" + (f" ({why})" if why else ""))
    return roles, schema


def _fit(
    parts: Parts,
    schema: Schema,
    target: Target,
    options: FitOptions,
    settings: Defaults,
    callbacks: Sequence[Any],
    say: Say,
) -> tuple[Pipeline, TargetScale | None]:
    train, inner = parts.train, parts.inner
    classification = target.task == "classification"
    scale = None if classification else final_step.target_scale(train.y, train.weights)
    targets = [part.y for part in (train, inner) if part is not None]
    dtype = settings.dtype if scale is None or scale.fits_float32(*targets) else "float64"
    steps = TablePipeline(encoder(schema, settings, dtype, len(train)).steps)
    estimator = final_step.build(
        classification=classification,
        class_weight=options.class_weight,
        seed=options.seed,
        rows=len(train),
        stop_early=inner is not None,
        defaults=settings,
    )
    with quiet():  # what is odd in these columns has been told for the table as a whole
        X = steps.fit_inputs(train.source.to_native(), train.rows)
        tell_terms(steps, say)
        watched = None
        if inner is not None:
            watched = (steps.inputs(inner.frame.to_native()), _scaled(inner.y, scale), inner.weights)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        final_step.train(estimator, X, _scaled(train.y, scale), train.weights, watched, callbacks)
    _tell_warnings(caught, estimator, say)
    if scale is not None:
        estimator.set_units(OwnUnits(scale.mean, scale.spread))
    return TablePipeline([*steps.steps, ("network", estimator)]), scale


def _tell_warnings(caught: list[warnings.WarningMessage], estimator: Any, say: Say) -> None:
    for note in dict.fromkeys(note_of(w.message) for w in caught if w.category is not ConvergenceWarning):
        say(note)
    if estimator.early_stopping and any(w.category is ConvergenceWarning for w in caught):
        say(f"the limit of {estimator.max_iter} epochs was reached: more epochs may do better, or may not")


def _scaled(y: np.ndarray, scale: TargetScale | None) -> np.ndarray:
    return y if scale is None else scale.standard(y)


def _outcome(
    table: Table,
    target: Target,
    roles: list[ColumnRole],
    options: FitOptions,
    settings: Defaults,
    parts: Parts,
    pipeline: Pipeline,
    scale: TargetScale | None,
    notes: list[Note],
    say: Say,
) -> Outcome:
    held_out, estimator = parts.held_out, pipeline[-1]
    with told(say) if isinstance(options.validation, Table) else quiet():
        scores = scores_of(pipeline, held_out.frame.to_native(), held_out.y, held_out.weights)
    baseline = baseline_scores(parts.train, held_out.y, held_out.weights)
    interrupted = bool(getattr(estimator, "interrupted_", False))
    record = {
        "task": target.task,
        "target": target.name,
        "target_reading": target.to_dict(),
        "target_scale": None if scale is None else asdict(scale),
        "labels": estimator.classes_.tolist() if target.task == "classification" else None,
        "columns": [asdict(role) for role in roles],
        "source": table.name,
        "seed": options.seed,
        "options": options.to_dict(),
        "defaults": settings.to_dict(),
        "rows": parts.rows(),
        "scores": scores,
        "baseline": baseline,
        "weighted": options.weight is not None,
        "interrupted": interrupted,
        "engine": str(getattr(estimator, "engine_", "")),
        "history": _history(estimator),
        "notes": [note.to_dict() for note in notes],
    }
    source = options.validation if isinstance(options.validation, Table) else table
    return Outcome(pipeline, target.task, roles, parts.rows(), scores, baseline, interrupted, record, parts, source)


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
