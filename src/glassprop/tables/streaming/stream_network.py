"""The network of a long table: built as for a table in memory, trained on its lanes of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.backprop.ranks import Group
from glassprop.estimator.training_means import means_of
from glassprop.ground.note import Say
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.table_network import without_stopping
from glassprop.tables.fitting.target_units import loss_of
from glassprop.tables.fitting.trained import trained
from glassprop.tables.streaming.lane_rows import EncodedLanes
from glassprop.tables.streaming.on_sample import Decided
from glassprop.training.reports import EpochReport


@dataclass
class Waited:
    """How long training has waited for rows, and how long it took with that, in seconds."""

    waited: float = 0.0
    seconds: float = 0.0

    def add(self, report: EpochReport) -> None:
        """An epoch more."""
        self.waited += report.waited
        self.seconds += report.seconds


@dataclass(frozen=True)
class Network:
    """All that decides how a network is trained on lanes, besides their rows.

    Attributes
    ----------
    decided : Decided
    scale : OwnUnits or None
        Of amounts.
    classes : array or None
        In their order.
    dtype : dtype
        Of the inputs.
    group : Group or None
    waited : Waited
        Written to.
    """

    decided: Decided
    scale: OwnUnits | None
    classes: np.ndarray | None
    dtype: Any
    group: Group | None
    waited: Waited = field(default_factory=Waited)

    def train(
        self, lanes: EncodedLanes, inner: tuple[Any, Examples] | None, X: Any, callbacks: Sequence[Any], say: Say
    ) -> Any:
        """A fitted estimator. inner: inputs and rows that early stopping watches; X: inputs of some rows."""
        n = sum(lanes.lanes)
        if inner is None:
            say(without_stopping(n, self.decided.task.settings.epochs, None))
        return trained(
            lambda again: self._make(n, again, stop_early=inner is not None),
            lambda made: self._fit(made, lanes, inner, X, callbacks),
            X,
            say,
        )

    def _make(self, rows: int, again: int, *, stop_early: bool) -> Any:
        options = self.decided.task.options
        return final_step.build(
            classification=self.classes is not None,
            class_weight=None,  # those of the rows have it in them
            seed=(options.seed + again) % 2**32,
            rows=rows,
            stop_early=stop_early,
            defaults=self.decided.task.settings,
            loss=loss_of(self.scale),
            n_members=options.n_members if isinstance(options.n_members, int) else 1,
            member=options.member,
            max_time=self.decided.task.time.seconds(),
        )

    def _fit(
        self,
        estimator: Any,
        lanes: EncodedLanes,
        inner: tuple[Any, Examples] | None,
        X: Any,
        callbacks: Sequence[Any],
    ) -> None:
        watched = None
        if inner is not None:
            X_inner, rows = inner
            y = rows.y if self.scale is None else self.scale.standard(rows.y)
            watched = X_inner, y, rows.weights
        with final_step.heard_by(estimator, callbacks):
            estimator.fit_source(
                lanes,
                n_features=X.shape[1],
                classes=self.classes,
                validation=watched,
                group=self.group,
                on_epoch=self.waited.add,
            )
        estimator.keep_means(
            means_of(X, estimator.network_)
        )  # of a sample of the rows: they are not all read again for it
