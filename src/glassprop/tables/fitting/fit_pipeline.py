"""From rows divided by their use to a fitted Pipeline: inputs made, a network trained, and both put together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from glassprop.architecture.own_units import OwnUnits
from glassprop.ground.note import Note, Say
from glassprop.ground.number_text import number
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.final_step import TargetScale
from glassprop.tables.fitting.folds import Fold, folds_of
from glassprop.tables.fitting.small_tables import (
    Lesson,
    StopAfter,
    be_as_sure,
    counted_as,
    learn_from_folds,
    shares_of,
)
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.spoken import note_of, quiet
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
    scale : TargetScale or None
        Of a regression target.
    settings : Defaults
        As they were used.
    lesson : Lesson or None
        What folds said of a small table.
    """

    pipeline: Pipeline
    scale: TargetScale | None
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
    scale = None if target.task == "classification" else final_step.target_scale(train.y, train.weights)
    targets = [part.y for part in (train, inner) if part is not None]
    dtype = settings.dtype if scale is None or scale.fits_float32(*targets) else "float64"
    steps = TablePipeline(encoder(schema, settings, dtype).steps)
    with quiet():  # what is odd in these columns has been told for the table as a whole
        X = steps.fit_inputs(train.source.to_native(), train.rows)
        watched = None
        if inner is not None:
            watched = (steps.inputs(inner.frame.to_native()), _scaled(inner.y, scale), inner.weights)
    y = _scaled(train.y, scale)

    def make(rows: int, weight_decay: float) -> Any:
        return final_step.build(
            classification=scale is None,
            class_weight=options.class_weight,
            seed=options.seed,
            rows=rows,
            stop_early=inner is not None,
            defaults=replace(settings, weight_decay=weight_decay),
        )

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        lesson = None
        if inner is None and len(train) < settings.early_stopping_rows:
            folds, decays = affordable(train.keys, len(train), X.shape[1], settings, options.seed)
            lesson = learn_from_folds(
                make,
                decays,
                X,
                y,
                train.weights,
                folds,
                classification=scale is None,
                class_weight=options.class_weight,
                epochs=settings.epochs,
                listeners=callbacks,
            )
            caught.clear()  # of networks that nobody will see
        if lesson is not None:
            settings = replace(settings, weight_decay=lesson.weight_decay)
        if inner is None:
            say(_without_stopping(len(train), settings, lesson))
        own = () if lesson is None else (StopAfter(lesson.epochs),)
        estimator = make(len(train), settings.weight_decay)
        final_step.train(estimator, X, y, train.weights, watched, (*callbacks, *own))
    _tell_warnings(caught, estimator, say)
    if lesson is not None:
        counted = counted_as(y, train.weights, options.class_weight)
        be_as_sure(estimator, lesson.sure, None if scale is not None else shares_of(y, counted))
    if scale is not None:
        estimator.set_units(OwnUnits(scale.mean, scale.spread))
    return Fitted(TablePipeline([*steps.steps, ("network", estimator)]), scale, settings, lesson)


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


def _without_stopping(rows: int, settings: Defaults, lesson: Lesson | None) -> Note:
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


def _tell_warnings(caught: list[warnings.WarningMessage], estimator: Any, say: Say) -> None:
    for note in dict.fromkeys(note_of(w.message) for w in caught if w.category is not ConvergenceWarning):
        say(note)
    if estimator.early_stopping and any(w.category is ConvergenceWarning for w in caught):
        say(f"the limit of {estimator.max_iter} epochs was reached: more epochs may do better, or may not")


def _scaled(y: np.ndarray, scale: TargetScale | None) -> np.ndarray:
    return y if scale is None else scale.standard(y)
