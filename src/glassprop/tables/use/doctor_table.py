"""What keeps the network of a table from learning: of one that is trained for it, or of a model that there is."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.estimator.doctor import Doctor
from glassprop.ground.note import Say
from glassprop.tables.encoding.names_behind import names_behind
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.first_network import FirstNetwork, first_network
from glassprop.tables.fitting.fit import divided, noted
from glassprop.tables.fitting.outcome import Outcome
from glassprop.tables.fitting.spoken import told
from glassprop.tables.fitting.task import task_of
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.use.apply import labelled

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from glassprop.diagnosis.finding import Diagnosis
    from glassprop.estimator.trying import OnTry

_SOME_ROWS = 20_000  # of those trained on, that findings are looked for in where nobody watched the training


class TableDoctor(Doctor):
    """A Doctor of all networks that are trained for one table, until it is told which of them is the model."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way = 1  # whatever is trained is a part of it


@dataclass(frozen=True)
class TableDiagnosis:
    """What was found, and of what.

    Attributes
    ----------
    found : Diagnosis
    task : {"classification", "regression"}
    target : str
    rows : dict
        Numbers of rows: train, validation (by which early stopping judged), held_out (by which remedies are judged).
    interrupted : bool
        Training was ended by the user: findings are of what there was until then, and no remedy was tried.
    """

    found: Diagnosis
    task: str
    target: str
    rows: dict[str, int]
    interrupted: bool


def doctor_table(
    table: Table,
    options: FitOptions,
    *,
    budget: float = 1.0,
    callbacks: Sequence[Any] = (),
    on_message: Say | None = None,
    on_try: OnTry | None = None,
) -> TableDiagnosis:
    """Train one network on a table, once, watched, and say what keeps it from learning; also where training fails.

    Parameters
    ----------
    table : Table
    options : FitOptions
        As for ``fit_table``; there are no networks of folds: of small tables, too, some rows say when to stop.
    budget : float
        How many trainings may be spent on trying remedies.
    callbacks, on_message
        As for ``fit_table``.
    on_try : callable, optional
        Is told before each short run: how many are done, of how many, and the remedy's name.

    Raises
    ------
    SettingsError, TableError
        As ``fit_table``.
    """
    _, say = noted(on_message)
    task = task_of(table, replace(options, cross_fit=None), replace(Defaults(), early_stopping_rows=0), say)
    parts, roles, schema = divided(table, task, say)
    first = first_network(parts, roles, schema, task, say)
    found = findings_of_first(first, parts.held_out, budget, callbacks, on_try)
    target, interrupted = task.target, found.measured.course.interrupted
    return TableDiagnosis(found, target.task, target.name, parts.rows(), interrupted)


def findings_of_first(
    first: FirstNetwork,
    judging: Examples | None,
    budget: float,
    callbacks: Sequence[Any] = (),
    on_try: OnTry | None = None,
) -> Diagnosis:
    """Train the network, watched, and say what is found; no remedies are tried where it was interrupted.

    judging: rows that judge it and remedies; None: those that early stopping watches, or some that are held out.
    """
    from glassprop.estimator.trained_copy import findings_of_training
    from glassprop.estimator.trying import with_remedies

    held = first.watched if judging is None else first.given(judging)
    val = (None, None) if held is None else held[:2]
    curve = val if first.watched is None else first.watched[:2]  # costs by epoch are of these rows
    X, y, weights = first.rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd in these rows was said when they were read
        found = findings_of_training(
            first.estimator, X, y, weights, curve, first.names, stops_by=first.watched, callbacks=callbacks
        )
        budget = 0.0 if found.measured.course.interrupted else budget  # whoever ended it does not wait for others
        found = with_remedies(found, first.estimator, (X, y, weights, *val), budget, on_try)
    return replace(found, looked_at=first.looked_at)


def diagnosis_of_outcome(outcome: Outcome, doctor: Doctor | None = None) -> Diagnosis:
    """Of a training that is over; judged by the held-out rows. doctor: who watched it. No remedies are tried."""
    if doctor is not None:
        held = outcome.parts.held_out
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return doctor.diagnosis(_inputs(outcome.pipeline[:-1], held), _as_learned(outcome.pipeline[-1], held.y))
    train = outcome.parts.train
    if len(train) > _SOME_ROWS:
        train = train.of(np.linspace(0, len(train) - 1, _SOME_ROWS).astype(int))
    return _diagnosed(outcome.pipeline, train, outcome.parts.held_out, 0.0, None)


def doctor_model(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    budget: float = 1.0,
    on_message: Say | None = None,
    on_try: OnTry | None = None,
) -> Diagnosis:
    """Say what keeps the network of a model from learning a table, such as the one that it was trained on.

    Raises
    ------
    TableError
        No target column, no row with a target, or none of a class that training saw; missing columns.
    """
    with told(on_message, table.notes) as say:
        examples = labelled(pipeline, record, table, say)
    return _diagnosed(pipeline, examples, None, budget, on_try)


def _diagnosed(
    pipeline: Pipeline, examples: Examples, held_out: Examples | None, budget: float, on_try: OnTry | None
) -> Diagnosis:
    from glassprop.estimator.diagnose_estimator import diagnose_estimator

    steps, network = pipeline[:-1], pipeline[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X = _inputs(steps, examples)
        val = (None, None) if held_out is None else (_inputs(steps, held_out), held_out.y)
        names = names_behind(steps, examples.frame.to_native())
        found = diagnose_estimator(
            network, (X, examples.y, examples.weights, *val), budget, inputs=names, on_try=on_try
        )
    return replace(found, looked_at=all_members(network))


def all_members(network: Any) -> str:
    """What is looked at of a fitted network, where it is several."""
    members = network.network_.members
    return f"{members} networks that are averaged, all of them together, as they are" if members > 1 else ""


def _inputs(steps: Any, examples: Examples) -> Any:
    return steps.transform(examples.frame.to_native())


def _as_learned(network: Any, y: np.ndarray) -> np.ndarray:
    """The target as networks learned it: standardized, where the model gives predictions in own units."""
    units = network.network_.units
    return y if units is None else np.asarray(units.standard(np.asarray(y, np.float64)))
