"""What comes of learning from a table: the model, its scores on held-out rows, and a record of all that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sklearn.pipeline import Pipeline

from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted
from glassprop.tables.fitting.assess import Assessment, Guess
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.examples import CountedClass
from glassprop.tables.fitting.fit_pipeline import Fitted
from glassprop.tables.fitting.verdict import Circumstances, few_rows, worse_than_guessing
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.target import Target


@dataclass(frozen=True)
class Outcome:
    """A model that was trained on a table, and all that is reported about it.

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
    classes : list of CountedClass
        The classes of the rows trained on; none for regression.
    parts : Parts
        The rows themselves, by their use; of a table that was streamed, those of the sample.
    seconds : dict of str to float
        Of a table that was streamed: how long training took, and for how long it waited for rows. No part of the
        record, since models of the same seed are the same bytes.
    held_out_table : Table
        The table that the held-out rows are rows of: the one learned from, or the one given for them; of a table that
        was streamed, the sample.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> outcome.task, outcome.rows["held_out"], outcome.columns[0].role
    ('classification', 15, 'number')
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
    classes: list[CountedClass] = field(repr=False)
    parts: Parts = field(repr=False)
    held_out_table: Table = field(repr=False)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """What a table has taught, and how its rows were used.

    Attributes
    ----------
    table : Table
        Learned from, or a sample of it.
    target : Target
    roles : list of ColumnRole
    options : FitOptions
    fitted : Fitted
    guess : Guess
    classes : list of CountedClass
    parts : Parts
    rows : dict of str to int
        As an `Outcome` has them.
    more : dict
        What else the record is to tell.
    seconds : dict of str to float
    """

    table: Table
    target: Target
    roles: list[ColumnRole]
    options: FitOptions
    fitted: Fitted
    guess: Guess
    classes: list[CountedClass]
    parts: Parts
    rows: dict[str, int]
    more: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def outcome_of(learned: Learned, found: Assessment, notes: Sequence[Note], say: Say) -> Outcome:
    """All that is to be told of a model and its scores; what is odd in these is said. notes: what was said so far."""
    options, target = learned.options, learned.target
    pipeline = learned.fitted.pipeline
    remarks = _remarks(found, learned)
    for remark in remarks:
        say(remark)
    record = {**record_of(learned, notes), **_of_scores(found, remarks)}
    return Outcome(
        pipeline=pipeline,
        task=target.task,
        columns=learned.roles,
        rows=learned.rows,
        scores=found.scores,
        baseline=found.baseline,
        intervals=found.intervals,
        remarks=remarks,
        interrupted=record["interrupted"],
        record=record,
        classes=learned.classes,
        parts=learned.parts,
        held_out_table=options.validation if isinstance(options.validation, Table) else learned.table,
        seconds=learned.seconds,
    )


def record_of(learned: Learned, notes: Sequence[Note]) -> dict[str, Any]:
    """What a model file keeps of a model besides its scores."""
    options, target, fitted = learned.options, learned.target, learned.fitted
    estimator = fitted.pipeline[-1]
    return {
        "task": target.task,
        "target": target.name,
        "target_reading": target.to_dict(),
        "target_scale": None if fitted.scale is None else fitted.scale.to_dict(),
        "labels": estimator.classes_.tolist() if target.task == "classification" else None,
        "columns": [role.to_dict() for role in learned.roles],
        "source": learned.table.name,
        "seed": options.seed,
        "options": options.to_dict(),
        "defaults": fitted.settings,
        "rows": learned.rows,
        "guess": learned.guess.to_dict(),
        "folds": None if fitted.by_folds is None else fitted.by_folds.to_dict(),
        "weighted": options.weight is not None,
        "interrupted": bool(getattr(estimator, "interrupted_", False)),
        "engine": str(getattr(estimator, "engine_", "")),
        "history": _history(estimator),
        "notes": [note.to_dict() for note in notes],
        **learned.more,
    }


def _of_scores(found: Assessment, remarks: list[Note]) -> dict[str, Any]:
    return {
        "scores": found.scores,
        "baseline": found.baseline,
        "intervals": {name: list(ends) for name, ends in found.intervals.items()},
        "remarks": [str(remark) for remark in remarks],
    }


def _remarks(found: Assessment, learned: Learned) -> list[Note]:
    options, estimator, guess = learned.options, learned.fitted.pipeline[-1], learned.guess
    costs, best = estimator.loss_curve_, getattr(estimator, "best_iteration_", None)
    weighed = options.class_weight is not None  # costs of balanced classes are not comparable with a guess's
    around = Circumstances(
        rows=learned.rows["train"],
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
        return "the held-out rows come from another file than the training rows"
    if options.time is not None:
        return f"the held-out rows are later, by {quoted(options.time)}, than the training rows"
    if options.group is not None:
        return f"the held-out rows are of other groups, by {quoted(options.group)}, than the training rows"
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
