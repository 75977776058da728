"""The network of a table in memory: one that is watched, one that folds have chosen for, or those of folds, joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.ground.note import Note, Say
from glassprop.ground.number_text import number
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.cross_fit import CrossFitted, Rows, cross_fit
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.folds import Fold, folds_of
from glassprop.tables.fitting.known_folds import digest_of_folds
from glassprop.tables.fitting.manner import Builder, Wanted
from glassprop.tables.fitting.small_tables import (
    FoldsChoice,
    StopAfter,
    be_as_sure,
    counted_as,
    learn_from_folds,
    shares_of,
)
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.table_margins import callbacks_of
from glassprop.tables.fitting.target_units import loss_of
from glassprop.tables.fitting.time_left import TimeLeft
from glassprop.tables.fitting.traced import TracedNetwork
from glassprop.tables.fitting.trained import trained
from glassprop.tables.schema.request import FitOptions

SomeRows = tuple[Any, np.ndarray, np.ndarray | None]  # inputs, targets and weights of some rows


class Trained(NamedTuple):
    """What came of a training: what folds said of it, and of several networks what these said of rows out of fold.

    traced: of each of these networks, where a Tracer listens; None of one. first: of these networks the one that those
    callbacks have watched that watch one.
    """

    estimator: Any
    by_folds: FoldsChoice | None
    said: np.ndarray | None = None
    traced: list[TracedNetwork] | None = None
    first: Any = None


@dataclass(frozen=True)
class TableNetwork:
    """All that decides how a network is trained, besides its inputs."""

    parts: Parts
    options: FitOptions
    builder: Builder
    scale: OwnUnits | None
    time: TimeLeft

    def make(
        self,
        rows: int,
        weight_decay: float | None,
        again: int = 0,
        *,
        stop_early: bool | None = None,
        alone: bool = False,
        in_time: bool = False,
    ) -> Any:
        """An unfitted one, for so many rows; `again` counts those before it that begin with other weights.

        in_time: it plans its epochs itself, if time is left to plan with.
        """
        return self.builder.build(
            Wanted(
                rows,
                seed=(self.options.seed + again) % 2**32,
                stop_early=self.parts.inner is not None if stop_early is None else stop_early,
                classification=self.scale is None,
                class_weight=self.options.class_weight,
                loss=loss_of(self.scale),
                weight_decay=weight_decay,
                alone=alone,
                max_time=self.time.seconds() if in_time else None,
            )
        )

    def train(
        self, X: Any, X_inner: Any, callbacks: Sequence[Any], say: Say, known: FoldsChoice | None = None
    ) -> Trained:
        """A fitted one, and what came of it.

        known: what `by_folds` gave, where that has been asked for already.
        """
        rows, inner = self.parts.train, self.parts.inner
        y = _scaled(rows.y, self.scale)
        crossed = self._cross_fit(X, y, callbacks)
        if crossed is not None:
            say(of_folds(len(rows), crossed.by_folds))
            told = replace(crossed.by_folds, rows=digest_of_folds(rows, crossed.folds))
            return Trained(crossed.estimator, told, crossed.said, crossed.traced, crossed.first)
        watched = self._watched(X_inner)
        by_folds = known or self.by_folds(X, callbacks)
        if inner is None:
            say(without_stopping(len(rows), self.builder.epochs(len(rows)), by_folds))
        own = () if by_folds is None else (StopAfter(by_folds.epochs),)
        decay = self.builder.decays[0] if by_folds is None else by_folds.weight_decay
        heard = (*callbacks_of(callbacks), *own)
        estimator = trained(
            lambda again: self.make(len(rows), decay, again, in_time=True),
            lambda made: final_step.train(made, X, y, rows.weights, watched, heard),
            X,
            say,
        )
        if by_folds is not None:
            shares = None
            if self.scale is None:
                shares = shares_of(y, counted_as(y, rows.weights, self.options.class_weight))
            be_as_sure(estimator, by_folds.sure, shares)
        return Trained(estimator, by_folds)

    def by_folds(self, X: Any, callbacks: Sequence[Any]) -> FoldsChoice | None:
        """What folds of a small table say, of which one network is trained; of a larger one nothing."""
        with quiet():  # those networks nobody will see
            return self._learn(X, _scaled(self.parts.train.y, self.scale), callbacks)

    def joins_folds(self, n_inputs: int) -> bool:
        """Whether the networks of folds are the model."""
        return bool(self._folds(n_inputs)[0])

    def trainings(self, n_inputs: int) -> float:
        """How many there are, of whole length and of about all rows each."""
        folds, decays = self._folds(n_inputs)
        if folds:
            return len(folds) * len(decays)
        folds, decays = self._small_folds(n_inputs)
        return len(folds) * len(decays) + 1

    def first(self, X: Any, X_inner: Any) -> tuple[Any, SomeRows, SomeRows | None]:
        """Unfitted, the first that would be trained, the rows it learns from, and those it is watched on."""
        rows, y = self.parts.train, _scaled(self.parts.train.y, self.scale)
        folds, decays = self._folds(X.shape[1])
        given = self._rows(X, y)
        parts = given.parts(folds)
        if not parts:
            return self.make(len(rows), None), (X, y, rows.weights), self._watched(X_inner)
        train, kept = parts[0]
        return self._of_fold(len(train), decays[0]), given.of(*given.with_all_classes(train)), given.of(kept)

    def _folds(self, n_inputs: int) -> tuple[list[Fold], tuple[float, ...]]:
        """Those whose networks are joined, and the decays that each tries; none where there are no two."""
        rows, settings = self.parts.train, self.builder.settings
        wanted = 0 if self.parts.inner is not None else settings.crossed(len(rows))
        folds = folds_of(len(rows), rows.keys, wanted, self.options.seed) if wanted > 1 else []
        if len(folds) < 2:
            return [], ()
        return folds, affordable_decays(len(rows), n_inputs, len(folds), self.builder)

    def _small_folds(self, n_inputs: int) -> tuple[list[Fold], tuple[float, ...]]:
        """Those that a small table learns settings from; a larger one has none."""
        rows = self.parts.train
        if self.parts.inner is not None or len(rows) >= self.builder.settings.early_stopping_rows:
            return [], ()
        return affordable(rows.keys, len(rows), n_inputs, self.builder, self.options.seed)

    def _of_fold(self, rows: int, weight_decay: float, fold: int = 0) -> Any:
        """One of those that are joined."""
        return self.make(rows, weight_decay, fold, stop_early=True, alone=True)

    def _rows(self, X: Any, y: np.ndarray) -> Rows:
        return Rows(X, y, self.parts.train.weights, self.options.class_weight, self.scale is None)

    def _watched(self, X_inner: Any) -> SomeRows | None:
        inner = self.parts.inner
        return None if inner is None else (X_inner, _scaled(inner.y, self.scale), inner.weights)

    def _cross_fit(self, X: Any, y: np.ndarray, callbacks: Sequence[Any]) -> CrossFitted | None:
        """Networks of folds, joined, where these are wanted and can be had."""
        folds, decays = self._folds(X.shape[1])
        if not folds:
            return None
        drawn = loss_of(self.scale) == "squared_error"
        with quiet():
            return cross_fit(self._of_fold, decays, self._rows(X, y), folds, drawn=drawn, listeners=callbacks)

    def _learn(self, X: Any, y: np.ndarray, callbacks: Sequence[Any]) -> FoldsChoice | None:
        """What folds say of a small table; of a larger one nothing."""
        folds, decays = self._small_folds(X.shape[1])
        if not folds:
            return None
        rows = self.parts.train
        return learn_from_folds(
            lambda count, decay: self.make(count, decay, alone=True),
            decays,
            X,
            y,
            rows.weights,
            folds,
            classification=self.scale is None,
            drawn=loss_of(self.scale) == "squared_error",
            class_weight=self.options.class_weight,
            epochs=self.builder.epochs(len(rows)),
            listeners=callbacks,
        )


def affordable(
    keys: SplitKeys, rows: int, inputs: int, builder: Builder, seed: int
) -> tuple[list[Fold], tuple[float, ...]]:
    """As many folds and decays as a small table's few seconds allow; a wide one may have a single fold."""
    most = builder.settings.folds
    decays = affordable_decays(rows, inputs, most, builder)
    return folds_of(rows, keys, max(1, min(most, _trials(rows, inputs, builder))), seed), decays


def affordable_decays(rows: int, inputs: int, folds: int, builder: Builder) -> tuple[float, ...]:
    """Those that there is time to try on so many folds."""
    decays = builder.decays
    return decays if _trials(rows, inputs, builder) >= folds * len(decays) else decays[:1]


def _trials(rows: int, inputs: int, builder: Builder) -> int:
    """An epoch takes some six operations a row and weight: a product forward, and two backward."""
    return int(builder.settings.folds_work // (6 * builder.weights(inputs) * rows * builder.epochs(rows)))


def without_stopping(rows: int, epochs: int, by_folds: FoldsChoice | None) -> Note:
    """That no rows are spared for early stopping, and what that leads to."""
    said = f"{rows} rows to train on: none are set aside for early stopping"
    if by_folds is None:
        return Note(f"{said}, at most {epochs} epochs run", "no-stopping", number=rows)
    decay = f" with a weight decay of {by_folds.weight_decay:g}"
    return Note(
        f"{said}; networks of {by_folds.folds} fold(s) do best on the rows left out of their training after "
        f"{by_folds.epochs} of {epochs} epochs{decay}, so that many are run{_shrunk(by_folds)} "
        f"(loss {number(by_folds.loss)}, baseline {number(by_folds.loss_of_guess)})",
        "folds",
        number=rows,
    )


def _shrunk(by_folds: FoldsChoice) -> str:
    if by_folds.sure == 1:
        return ""
    return f", and predictions are shrunk to {by_folds.sure:g} of their distance from the baseline"


def of_folds(rows: int, by_folds: FoldsChoice) -> Note:
    """That the model is the mean of networks of folds, and how well these do on rows that they have not seen."""
    return Note(
        f"{rows} rows to train on: the mean of {by_folds.folds} network(s), each trained without a fold of them, with "
        f"a weight decay of {by_folds.weight_decay:g}{_shrunk(by_folds)} "
        f"(loss {number(by_folds.loss)} out of fold, baseline {number(by_folds.loss_of_guess)})",
        "cross-fit",
        number=rows,
    )


def _scaled(y: np.ndarray, scale: OwnUnits | None) -> np.ndarray:
    return y if scale is None else scale.standard(y)
