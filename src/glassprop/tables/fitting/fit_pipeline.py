"""From rows divided by their use to a fitted Pipeline: inputs made, a network trained, and both put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.architecture.own_units import OwnUnits
from glassprop.ground.note import Note, Say
from glassprop.ground.number_text import number
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step, target_scale
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.folds import Fold, folds_of
from glassprop.tables.fitting.many_categories import tell_shared
from glassprop.tables.fitting.small_tables import (
    Lesson,
    StopAfter,
    be_as_sure,
    counted_as,
    learn_from_folds,
    shares_of,
)
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.target_units import loss_of
from glassprop.tables.fitting.trained import trained
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target


@dataclass(frozen=True)
class Fitted:
    """A Pipeline, and what is not seen of it.

    Attributes
    ----------
    pipeline : sklearn.pipeline.Pipeline
    scale : OwnUnits or None
        Of a regression target.
    settings : Defaults
        As they were used.
    lesson : Lesson or None
        What folds said of a small table.
    """

    pipeline: Pipeline
    scale: OwnUnits | None
    settings: Defaults
    lesson: Lesson | None


def fit_pipeline(
    parts: Parts,
    schema: Schema,
    target: Target,
    options: FitOptions,
    settings: Defaults,
    callbacks: Sequence[Any],
    say: Say,
) -> Fitted:
    """Fit the inputs and the network on the rows to train on."""
    train, inner = parts.train, parts.inner
    plain = None if target.task == "classification" else final_step.target_scale(train.y, train.weights)
    targets = [part.y for part in (train, inner) if part is not None]
    dtype = settings.dtype if plain is None or plain.fits_float32(*targets) else "float64"
    steps = TablePipeline(encoder(schema, settings, dtype).steps)
    with quiet():  # what is odd in these columns has been told for the table as a whole
        X = steps.fit_inputs(train.source.to_native(), train.rows)
        X_inner: Any = None if inner is None else steps.inputs(inner.frame.to_native())
    tell_shared(steps[-1], say)
    tell_terms(steps, say)
    choice = None if plain is None else target_scale.choose(X, train, plain, options, settings)
    scale = None if choice is None else choice.units
    network = _Network(parts, options, settings, scale)
    estimator, lesson = network.train(X, X_inner, callbacks, say)
    if choice is not None:
        rows = (X, train) if inner is None else (X_inner, inner)
        scale = target_scale.set_units(estimator, choice, rows, trained_on=inner is None)
        target_scale.tell(choice, scale, target.name, say)
    if lesson is not None:
        settings = replace(settings, weight_decay=lesson.weight_decay)
    return Fitted(TablePipeline([*steps.steps, ("network", estimator)]), scale, settings, lesson)


@dataclass(frozen=True)
class _Network:
    """All that decides how a network is trained, besides its inputs."""

    parts: Parts
    options: FitOptions
    settings: Defaults
    scale: OwnUnits | None

    def make(self, rows: int, weight_decay: float, again: int = 0) -> Any:
        """An unfitted one, for so many rows; `again` counts those before it that begin with other weights."""
        return final_step.build(
            classification=self.scale is None,
            class_weight=self.options.class_weight,
            seed=(self.options.seed + again) % 2**32,
            rows=rows,
            stop_early=self.parts.inner is not None,
            defaults=replace(self.settings, weight_decay=weight_decay),
            loss=loss_of(self.scale),
        )

    def train(self, X: Any, X_inner: Any, callbacks: Sequence[Any], say: Say) -> tuple[Any, Lesson | None]:
        """A fitted one, and what folds said of it."""
        rows, inner = self.parts.train, self.parts.inner
        y = _scaled(rows.y, self.scale)
        watched = None if inner is None else (X_inner, _scaled(inner.y, self.scale), inner.weights)
        with quiet():  # those networks nobody will see
            lesson = self._learn(X, y, callbacks)
        if inner is None:
            say(without_stopping(len(rows), self.settings, lesson))
        own = () if lesson is None else (StopAfter(lesson.epochs),)
        decay = self.settings.weight_decay if lesson is None else lesson.weight_decay
        estimator = trained(
            lambda again: self.make(len(rows), decay, again),
            lambda made: final_step.train(made, X, y, rows.weights, watched, (*callbacks, *own)),
            X,
            say,
        )
        if lesson is not None:
            shares = None
            if self.scale is None:
                shares = shares_of(y, counted_as(y, rows.weights, self.options.class_weight))
            be_as_sure(estimator, lesson.sure, shares)
        return estimator, lesson

    def _learn(self, X: Any, y: np.ndarray, callbacks: Sequence[Any]) -> Lesson | None:
        """What folds say of a small table; of a larger one nothing."""
        rows, settings, options = self.parts.train, self.settings, self.options
        if self.parts.inner is not None or len(rows) >= settings.early_stopping_rows:
            return None
        folds, decays = affordable(rows.keys, len(rows), X.shape[1], settings, options.seed)
        return learn_from_folds(
            self.make,
            decays,
            X,
            y,
            rows.weights,
            folds,
            classification=self.scale is None,
            drawn=loss_of(self.scale) == "squared_error",
            class_weight=options.class_weight,
            epochs=settings.epochs,
            listeners=callbacks,
        )


def affordable(
    keys: SplitKeys, rows: int, inputs: int, settings: Defaults, seed: int
) -> tuple[list[Fold], tuple[float, ...]]:
    """As many folds and decays as a small table's few seconds allow; a wide one may have a single fold.

    An epoch takes some six operations a row and weight: a product forward, and two backward.
    """
    weights = sum(one * other for one, other in pairwise((inputs, *settings.hidden, 1)))
    trials = int(settings.folds_work // (6 * weights * rows * settings.epochs))
    decays = tuple(dict.fromkeys((settings.weight_decay, settings.small_weight_decay)))
    if trials < settings.folds * len(decays):
        decays = decays[:1]
    return folds_of(rows, keys, max(1, min(settings.folds, trials)), seed), decays


def without_stopping(rows: int, settings: Defaults, lesson: Lesson | None) -> Note:
    """That no rows are spared for early stopping, and what that leads to."""
    said = f"{rows} rows to train on: none are spared for early stopping"
    if lesson is None:
        return Note(f"{said}, at most {settings.epochs} epochs run", "no-stopping", number=rows)
    decay = f" with a weight decay of {lesson.weight_decay:g}"
    sure = "" if lesson.sure == 1 else f", and predictions go {lesson.sure:g} of their way from the guess"
    return Note(
        f"{said}; networks of {lesson.folds} fold(s) do best on the rows kept apart after {lesson.epochs} of "
        f"{settings.epochs} epochs{decay}, so that many run{sure} (loss {number(lesson.loss)}, of the guess "
        f"{number(lesson.loss_of_guess)})",
        "folds",
        number=rows,
    )


def _scaled(y: np.ndarray, scale: OwnUnits | None) -> np.ndarray:
    return y if scale is None else scale.standard(y)
