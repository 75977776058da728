"""From rows divided by their use to a fitted Pipeline: inputs made, a network trained, and both put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.architecture.own_units import OwnUnits
from glassprop.ground.note import Say
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step, target_scale
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.manner import manner_of, tell_few
from glassprop.tables.fitting.many_categories import tell_means, tell_shared
from glassprop.tables.fitting.planned_epochs import planned_epochs
from glassprop.tables.fitting.small_tables import Lesson
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.table_network import TableNetwork
from glassprop.tables.fitting.task import Task
from glassprop.tables.fitting.time_left import TimeLeft
from glassprop.tables.schema.readings import Schema


@dataclass(frozen=True)
class Fitted:
    """A Pipeline, and what is not seen of it.

    Attributes
    ----------
    pipeline : sklearn.pipeline.Pipeline
    scale : OwnUnits or None
        Of a regression target.
    settings : dict
        As they were used, JSON-able.
    lesson : Lesson or None
        What folds said of a small table.
    out_of_fold : array (n_rows, n_outputs) or None
        What was said of the rows trained on by networks that did not see them, where several were joined:
        probabilities, or amounts.
    """

    pipeline: Pipeline
    scale: OwnUnits | None
    settings: dict[str, Any]
    lesson: Lesson | None
    out_of_fold: np.ndarray | None = None


def fit_pipeline(
    parts: Parts,
    schema: Schema,
    task: Task,
    callbacks: Sequence[Any],
    say: Say,
) -> Fitted:
    """Fit the inputs and the network on the rows to train on."""
    train, inner = parts.train, parts.inner
    target, settings = task.target, task.settings
    plain = None if target.task == "classification" else final_step.target_scale(train.y, train.weights)
    targets = [part.y for part in (train, inner) if part is not None]
    dtype = settings.dtype if plain is None or plain.fits_float32(*targets) else "float64"
    manner = manner_of(task.options, settings, len(train))
    tell_few(task.options, len(train), say)
    steps = manner.steps(schema, dtype, classification=plain is None)
    with quiet():  # what is odd in these columns has been told for the table as a whole
        X = steps.fit_inputs(train.source.to_native(), train.rows, train.y)
        X_inner: Any = None if inner is None else steps.inputs(inner.frame.to_native())
    tell_shared(steps[-1], say)
    tell_means(steps[-1], say)
    tell_terms(steps, say)
    builder = manner.builder(steps, X.shape[1])
    if task.time.most is not None and not any(hasattr(callback, "begin_fit") for callback in callbacks):
        unlimited = TableNetwork(parts, task.options, builder, plain, TimeLeft())
        task = _in_time(task, unlimited, X, X_inner, say)
        builder = manner_of(task.options, task.settings, len(train)).builder(steps, X.shape[1])
    choice = None if plain is None else target_scale.choose(X, train, plain, task.options, builder)
    scale = None if choice is None else choice.units
    network = TableNetwork(parts, task.options, builder, scale, task.time)
    estimator, lesson, said = network.train(X, X_inner, callbacks, say)
    if choice is not None:
        rows = (X, train) if inner is None else (X_inner, inner)
        scale = target_scale.set_units(estimator, choice, rows, trained_on=inner is None)
        target_scale.tell(choice, scale, target.name, say)
    if said is not None and scale is not None:
        said = scale.own(said)
    return Fitted(TablePipeline([*steps.steps, ("network", estimator)]), scale, builder.told(lesson), lesson, said)


def _in_time(task: Task, network: TableNetwork, X: Any, X_inner: Any, say: Say) -> Task:
    """The task as if as many epochs had been asked for as there is time for. network: with those of no limit."""
    more = 0.0
    if network.scale is not None:
        more = target_scale.trainings(network.parts.train, task.options, network.builder)
    return task.of_epochs(planned_epochs(network, X, X_inner, task.time.seconds() or 0.0, more, say))
