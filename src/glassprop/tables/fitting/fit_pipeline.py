"""From rows divided by their use to a fitted Pipeline: inputs made, a network trained, and both put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.architecture.own_units import OwnUnits
from glassprop.ground.note import Say
from glassprop.tables.encoding.input_names import input_names
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step, target_scale
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.folds import are_several
from glassprop.tables.fitting.manner import Manner, manners_of
from glassprop.tables.fitting.planned_epochs import planned_epochs
from glassprop.tables.fitting.small_tables import FoldsChoice
from glassprop.tables.fitting.table_network import TableNetwork
from glassprop.tables.fitting.task import Task
from glassprop.tables.fitting.time_left import TimeLeft
from glassprop.tables.fitting.traced import keep_trace
from glassprop.tables.fitting.tried_manners import Inputs, Learned, best_of, inputs_of, tell_few
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
    by_folds : FoldsChoice or None
        What folds said of a small table.
    out_of_fold : array (n_rows, n_outputs) or None
        What was said of the rows trained on by networks that did not see them, where several were joined:
        probabilities, or amounts.
    """

    pipeline: Pipeline
    scale: OwnUnits | None
    settings: dict[str, Any]
    by_folds: FoldsChoice | None
    out_of_fold: np.ndarray | None = None


def fit_pipeline(
    parts: Parts,
    schema: Schema,
    task: Task,
    callbacks: Sequence[Any],
    say: Say,
) -> Fitted:
    """Fit the inputs and the network on the rows to train on."""
    ready = ready_to_train(parts, schema, task, callbacks, say)
    choice, inner = ready.choice, parts.inner
    best = best_of(ready.made, ready.network_of, callbacks, say)
    tell_chosen(callbacks, best)
    estimator, said, scale = best.estimator, best.said, ready.scale
    if choice is not None:
        rows = (best.inputs.X, parts.train) if inner is None else (best.inputs.X_inner, inner)
        scale = target_scale.set_units(estimator, choice, rows, trained_on=inner is None)
        target_scale.tell(choice, scale, task.target.name, say)
    if said is not None and scale is not None:
        said = scale.own(said)
    keep_trace(callbacks, estimator, parts.train, best.traced)
    pipeline = TablePipeline([*best.inputs.steps.steps, ("network", estimator)])
    return Fitted(pipeline, scale, best.inputs.builder.told(best.by_folds), best.by_folds, said)


@dataclass(frozen=True)
class Ready:
    """All that training needs.

    Attributes
    ----------
    parts : Parts
    task : Task
    made : list of Inputs
        Of each manner that is tried, first the one that is followed unless another does better.
    choice : target_scale.Choice or None
        Of a target of amounts.
    """

    parts: Parts
    task: Task
    made: list[Inputs]
    choice: target_scale.Choice | None

    @property
    def scale(self) -> OwnUnits | None:
        """Of a target of amounts."""
        return None if self.choice is None else self.choice.units

    def network_of(self, inputs: Inputs) -> TableNetwork:
        """How it is trained."""
        return TableNetwork(self.parts, self.task.options, inputs.builder, self.scale, self.task.time)


def ready_to_train(parts: Parts, schema: Schema, task: Task, callbacks: Sequence[Any], say: Say) -> Ready:
    """Fit the inputs on the rows to train on, and choose the scale of the target."""
    train, inner = parts.train, parts.inner
    target, settings = task.target, task.settings
    plain = None if target.task == "classification" else final_step.target_scale(train.y, train.weights)
    targets = [part.y for part in (train, inner) if part is not None]
    dtype = settings.dtype if plain is None or plain.fits_float32(*targets) else "float64"
    manners = _manners(task, parts)
    made = [inputs_of(manner, schema, dtype, parts, classification=plain is None) for manner in manners]
    if len(made) == 1 and made[0].name != task.options.recipe:
        tell_few(made[0].name, len(train), say)
    if task.time.most is not None and not any(hasattr(callback, "begin_fit") for callback in callbacks):
        task = _in_time(task, made, parts, plain, say)
        made = [one.of(manner) for one, manner in zip(made, _manners(task, parts), strict=True)]
    choice = None
    if plain is not None:  # one scale for all, so that their losses can be compared
        choice = target_scale.choose(made[0].X, train, plain, task.options, made[0].builder)
    return Ready(parts, task, made, choice)


def tell_chosen(callbacks: Sequence[Any], best: Learned) -> None:
    """Which network is the model, or of several that are averaged the one whose training was watched."""
    listening = [callback for callback in callbacks if hasattr(callback, "on_chosen")]
    if listening:
        names = input_names(best.inputs.steps)
        averaged = 1 if best.watched is best.estimator else int(best.estimator.n_members)
        for callback in listening:
            callback.on_chosen(best.watched, names, averaged)


def _manners(task: Task, parts: Parts) -> tuple[Manner, ...]:
    """Those that are tried; one, where there are no folds to tell them apart."""
    rows, settings = len(parts.train), task.settings
    few = rows < settings.early_stopping_rows or settings.crossed(rows) > 1
    folds = parts.inner is None and few and are_several(rows, parts.train.keys)
    return manners_of(task.options, task.settings, rows, folds=folds)


def _in_time(task: Task, made: Sequence[Inputs], parts: Parts, plain: OwnUnits | None, say: Say) -> Task:
    """The task as if as many epochs had been asked for as there is time for."""
    networks = [TableNetwork(parts, task.options, one.builder, plain, TimeLeft()) for one in made]
    more = 0.0
    if plain is not None:
        more = target_scale.trainings(parts.train, task.options, made[0].builder)
    own = [one.builder.weights(one.X.shape[1]) for one in made]
    more += sum(
        network.trainings(one.X.shape[1]) * max(1.0, weights / own[0])
        for network, one, weights in list(zip(networks, made, own, strict=True))[1:]
    )
    first = made[0]
    return task.of_epochs(planned_epochs(networks[0], first.X, first.X_inner, task.time.seconds() or 0.0, more, say))
