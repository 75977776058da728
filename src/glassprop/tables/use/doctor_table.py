"""What keeps the network of a table from learning: of one that is trained for it, or of a model that there is."""

from __future__ import annotations

import warnings
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.ground.note import Say
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.fit import fit_table
from glassprop.tables.fitting.outcome import Outcome
from glassprop.tables.fitting.spoken import told
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.use.apply import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.pipeline import Pipeline

    from glassprop.diagnosis.finding import Diagnosis
    from glassprop.diagnosis.watched import Watched
    from glassprop.estimator.trying import OnTry

_SOME_ROWS = 20_000  # of those trained on, that a report's findings are looked for in


def doctor_table(
    table: Table,
    options: FitOptions,
    *,
    budget: float = 1.0,
    callbacks: Sequence[Any] = (),
    on_message: Say | None = None,
    on_try: OnTry | None = None,
) -> tuple[Outcome, Diagnosis]:
    """Train one network on a table, watched, and say what keeps it from learning.

    Parameters
    ----------
    table : Table
    options : FitOptions
        As for ``fit_table``; there are no networks of folds.
    budget : float
        How many trainings may be spent on trying remedies.
    callbacks, on_message
        As for ``fit_table``.
    on_try : callable, optional
        Is told before each short run: how many are done, of how many, and the remedy's name.
    """
    from glassprop.estimator.doctor import Doctor

    doctor = Doctor()
    outcome = fit_table(table, replace(options, cross_fit=None), callbacks=(doctor, *callbacks), on_message=on_message)
    budget = 0.0 if outcome.interrupted else budget  # whoever ended the training does not wait for others
    return outcome, diagnosis_of_outcome(outcome, doctor.watched, budget=budget, on_try=on_try)


def diagnosis_of_outcome(
    outcome: Outcome, watched: Watched | None = None, *, budget: float = 0.0, on_try: OnTry | None = None
) -> Diagnosis:
    """Of a training that is over; judged by the held-out rows. watched: what a callback saw of it."""
    train = outcome.parts.train
    if watched is None and len(train) > _SOME_ROWS:
        train = train.of(np.linspace(0, len(train) - 1, _SOME_ROWS).astype(int))
    return _diagnosed(outcome.pipeline, train, outcome.parts.held_out, watched, budget, on_try)


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
    return _diagnosed(pipeline, examples, None, None, budget, on_try)


def _diagnosed(
    pipeline: Pipeline,
    examples: Examples,
    held_out: Examples | None,
    watched: Watched | None,
    budget: float,
    on_try: OnTry | None,
) -> Diagnosis:
    from glassprop.estimator.diagnosed import findings_of_fit
    from glassprop.estimator.trying import with_remedies

    steps = pipeline[:-1]
    network = _named(pipeline[-1], steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd in these rows was said when they were read
        X, y = _inputs(steps, examples), examples.y
        val = (None, None) if held_out is None else (_inputs(steps, held_out), held_out.y)
        found = findings_of_fit(network, X, y, examples.weights, watched, val)
        return with_remedies(found, network, (X, y, examples.weights, *val), budget, on_try)


def _inputs(steps: Any, examples: Examples) -> Any:
    return steps.transform(examples.frame.to_native())


def _named(network: Any, steps: Any) -> Any:
    """A copy that knows what its inputs are called; those that are columns as they are, by their names alone."""
    named = copy(network)
    names = [str(name) for name in steps.get_feature_names_out()]
    plain = [name.removeprefix("numbers__").removeprefix("categories__").removeprefix("texts__") for name in names]
    if len(plain) == network.n_features_in_:
        named.feature_names_in_ = np.array(plain if len(set(plain)) == len(plain) else names, dtype=object)
    return named
