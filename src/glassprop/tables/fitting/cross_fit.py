"""Networks on all folds of a table's rows but one each, averaged as the members of one; and what each says of its fold.

Each network is watched on the fold that it does not learn from, and keeps the weights of the epoch that is best there,
averaged over three; of few rows of classes, best with predictions as sure as they should be. What is said of each row
by the network that has not seen it (out of fold) says how sure all of them may be; of few rows, after the epoch that
the other folds choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from glassprop.errors import DivergenceError
from glassprop.estimator.tracer import Tracer
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.best_of_three import BestOfThree
from glassprop.tables.fitting.final_step import ClassWeight
from glassprop.tables.fitting.folds import Fold
from glassprop.tables.fitting.joined_networks import course_of, joined
from glassprop.tables.fitting.small_tables import (
    SURE,
    FoldsChoice,
    be_as_sure,
    counted_as,
    losses_of,
    outputs_of,
    shares_of,
    usable,
)
from glassprop.tables.fitting.table_margins import margins_of
from glassprop.tables.fitting.traced import TracedNetwork, traced_network, tracer_in
from glassprop.tables.fitting.unseen_folds import FoldLoss, Heard, Judged, are_few, sure_of, unseen

_PATIENCE = 0.5  # of the epochs: so many without a better one end the training of a network of few rows


@dataclass(frozen=True)
class Rows:
    """All rows to train on, as networks have them.

    Attributes
    ----------
    X : array or CSR matrix (n_rows, n_inputs)
    y : array (n_rows,)
        Classes, or standardized amounts.
    weights : array (n_rows,) or None
    class_weight : {"balanced"}, mapping or None
    classification : bool
    """

    X: Any
    y: np.ndarray
    weights: np.ndarray | None
    class_weight: ClassWeight
    classification: bool

    def counted(self) -> np.ndarray:
        """How much each row counts in training. (n_rows,)"""
        return counted_as(self.y, self.weights, self.class_weight)

    def lacking(self, rows: np.ndarray) -> np.ndarray:
        """Of each class that none of some rows has, another row."""
        if not self.classification:
            return np.empty(0, dtype=np.intp)
        classes, first = np.unique(self.y, return_index=True)
        return first[~np.isin(classes, self.y[rows])]

    def parts(self, folds: Sequence[Fold]) -> list[Fold]:
        """The folds whose rows kept apart say something."""
        parts = [usable(fold, self.y, self.counted(), classification=self.classification) for fold in folds]
        return [(train, kept) for train, kept in parts if len(kept)]

    def with_all_classes(self, rows: np.ndarray) -> tuple[np.ndarray, int]:
        """Some rows, and then one of each class that they lack, to count nothing; and how many these are."""
        lacking = self.lacking(rows)
        return np.concatenate([rows, lacking]), len(lacking)

    def of(self, rows: np.ndarray, uncounted: int = 0) -> tuple[Any, np.ndarray, np.ndarray | None]:
        """Some rows, of which the last so many count nothing."""
        weights = None if self.weights is None else self.weights[rows]
        if uncounted:
            weights = np.ones(len(rows)) if weights is None else weights
            weights[-uncounted:] = 0.0
        return self.X[rows], self.y[rows], weights


@dataclass(frozen=True)
class CrossFitted:
    """What came of it.

    Attributes
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its members are the networks of the folds.
    by_folds : FoldsChoice
    said : array (n_rows, n_outputs)
        What is said of each row by the network that has not seen it, as sure as it may be: probabilities, or
        standardized amounts. Where no network was trained without a row: the guess that knows no columns.
    first : MLPClassifier or MLPRegressor
        The network of the first fold, whose training is watched by those who watch one.
    folds : list of (train, kept)
        Those of the networks, in their order.
    traced : list of TracedNetwork
        Of each network, where a Tracer listens.
    """

    estimator: Any
    by_folds: FoldsChoice
    said: np.ndarray
    first: Any
    folds: list[Fold]
    traced: list[TracedNetwork] = field(default_factory=list)


@dataclass(frozen=True)
class _Trained:
    """Networks of all folds with one weight decay."""

    decay: float
    networks: list[Any]
    folds: list[Fold]
    losses: np.ndarray  # (n_sure,): averaged over rows kept apart
    of_folds: list[FoldLoss]
    lost: np.ndarray  # (n_folds, n_sure): what `unseen` makes of them
    interrupted: bool = False
    traced: list[TracedNetwork] = field(default_factory=list)


def cross_fit(
    make: Callable[[int, float, int], Any],
    decays: Sequence[float],
    rows: Rows,
    folds: Sequence[Fold],
    *,
    drawn: bool = True,
    listeners: Sequence[Any] = (),
) -> CrossFitted | None:
    """Train a network without each fold, and join them; None where no fold can be kept apart.

    Parameters
    ----------
    make : callable (rows, weight decay, number of the fold) -> estimator
        An unfitted one, for so many rows, which stops early by the rows it is watched on.
    decays : sequence of float
        Those that are tried.
    rows : Rows
    folds : sequence of (train, kept)
    drawn : bool
        As of `learn_from_folds`.
    listeners : sequence
        Callbacks: ``on_network(done, of)`` of those that show the training is called before each, what a Tracer
        among them is to keep is kept of each network, and a ``TableMargins`` watches each. Those that want to be told
        which network is in the model (``on_chosen``) watch the first.

    Raises
    ------
    KeyboardInterrupt
        Training was interrupted before the first network had made an epoch; later, those that there are are joined.
    """
    counted = rows.counted()
    parts = rows.parts(folds)
    tell = _Teller(listeners, len(parts) * len(decays))
    tried: list[_Trained] = []
    try:
        for decay in decays:
            tried.append(_trained(make, decay, rows, parts, counted, drawn, tell, tracer_in(listeners)))
            if tried[-1].interrupted:
                break
    finally:
        tell.close()
    interrupted = bool(tried) and tried[-1].interrupted
    tried = [one for one in tried if one.networks and np.isfinite(one.losses).any()]
    if not tried and interrupted:
        raise KeyboardInterrupt
    if not tried:
        return None
    best = min(tried, key=lambda one: one.losses.min())
    sure = sure_of(best.of_folds, best.lost) if drawn else 1.0
    shares = shares_of(rows.y, counted) if rows.classification else None
    for network in best.networks:
        be_as_sure(network, sure, shares)
    by_folds = FoldsChoice(
        best.decay,
        round(float(np.mean([network.best_iteration_ or network.n_iter_ for network in best.networks]))),
        sure,
        len(best.networks),
        float(best.losses.min()),
        _guessed(rows, best.folds, counted),
        tuple(course_of(network) for network in best.networks),
    )
    said = _said(rows, best, shares)
    estimator = joined(best.networks, interrupted=interrupted)
    return CrossFitted(estimator, by_folds, said, best.networks[0], best.folds, best.traced)


class _Teller:
    """Tells whoever shows the training of each network."""

    def __init__(self, listeners: Sequence[Any], of: int) -> None:
        self._listeners, self._of, self._done = listeners, of, 0

    def __call__(self, rows: np.ndarray, *, first: bool) -> tuple[Any, ...]:
        """That another begins, on these rows; those that are given back watch it, and some of them the first alone."""
        for listener in self._listeners:
            if hasattr(listener, "on_network"):
                listener.on_network(self._done, self._of)
        self._done += 1
        once = (listener for listener in self._listeners if first and hasattr(listener, "on_chosen"))
        return *margins_of(self._listeners, rows), *once

    def close(self) -> None:
        """It is over, one way or the other."""
        for listener in self._listeners:
            if hasattr(listener, "on_network") and hasattr(listener, "close"):
                listener.close()


def _trained(
    make: Callable[[int, float, int], Any],
    decay: float,
    rows: Rows,
    folds: Sequence[Fold],
    counted: np.ndarray,
    drawn: bool,
    tell: _Teller,
    tracer: Tracer | None,
) -> _Trained:
    """Networks of those folds in which none diverged."""
    networks: list[Any] = []
    kept_folds, of_folds, traced, interrupted = [], [], [], False
    for number, (train, kept) in enumerate(folds):
        estimator = make(len(train), decay, number)
        taught, own = train, () if tracer is None else (tracer.of_another(),)
        train, uncounted = rows.with_all_classes(train)
        judged = Judged(rows.y, counted, train, kept, rows.classification)
        watching = tell(train, first=not networks)
        best, heard = _watching(estimator, rows.X[kept], judged)
        try:
            final_step.train(estimator, *rows.of(train, uncounted), rows.of(kept), (*heard, best, *own, *watching))
        except DivergenceError:
            continue
        interrupted = bool(getattr(estimator, "interrupted_", False))
        if interrupted and not estimator.n_iter_:
            break
        best.go_back(estimator)
        traced += [traced_network(one, estimator, taught) for one in own]
        curve = heard[0].curve if heard else [judged.lost(outputs_of(estimator, rows.X[kept]))]
        of_folds.append(FoldLoss(np.stack(curve), judged.guess()))
        networks.append(estimator)
        kept_folds.append((train, kept))
        if interrupted:
            break
    total = max(sum(float(counted[kept].sum()) for _, kept in kept_folds), 1e-300)
    lost = unseen(of_folds, tempered=rows.classification) if of_folds else np.zeros((0, len(SURE)))
    losses = lost.sum(axis=0)
    if not drawn:
        losses[:-1] = np.inf
    return _Trained(decay, networks, kept_folds, losses / total, of_folds, lost, interrupted, traced)


def _watching(estimator: Any, X: Any, judged: Judged) -> tuple[BestOfThree, tuple[Heard, ...]]:
    """What finds the best epoch of a network by the rows X kept apart.

    Of few rows, as `as_judged` says, and for longer.
    """
    if not are_few(len(judged.y), X.shape[1]):
        return BestOfThree(), ()
    heard = Heard(X, judged)
    patience = inf if estimator.n_iter_no_change == inf else _PATIENCE * estimator.max_iter
    estimator.set_params(n_iter_no_change=inf)
    return BestOfThree(heard.least, patience), (heard,)


def _guessed(rows: Rows, folds: Sequence[Fold], counted: np.ndarray) -> float:
    """The loss of what knows no columns, averaged over the same rows."""
    lost = total = 0.0
    for train, kept in folds:
        classes = np.unique(rows.y[train]) if rows.classification else None
        width = 1 if classes is None else len(classes)
        nothing = np.zeros((1, len(kept), width))
        lost += losses_of(nothing, rows.y, counted, train, kept, classes)[1]
        total += float(counted[kept].sum())
    return lost / total


def _said(rows: Rows, best: _Trained, shares: np.ndarray | None) -> np.ndarray:
    """What each network, as sure as it is, says of the rows that it has not seen."""
    width = 1 if shares is None else len(shares)
    said = np.zeros((len(rows.y), width)) if shares is None else np.tile(shares, (len(rows.y), 1))
    for network, (_, kept) in zip(best.networks, best.folds, strict=True):
        outputs = outputs_of(network, rows.X[kept])
        said[kept] = np.concatenate([1 - outputs, outputs], axis=1) if width == 2 and outputs.shape[1] == 1 else outputs
    return said
