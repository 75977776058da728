"""One short run: an estimator with a remedy, trained on some rows for some epochs, and judged row by row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from glassprop.diagnosis.measured import Measured
from glassprop.equations.arrays import Array, on_host
from glassprop.errors import DerivativeError, DivergenceError, GlasspropError
from glassprop.estimator.build import regression_cost
from glassprop.estimator.remedy_change import Change
from glassprop.estimator.trained_copy import held_out

_LEAST_EPOCHS = 5
_LEAST_ROWS = 40
_FEWEST = 10  # rows of which a fifth can be held out
_SMALLEST = 1e-15  # probability whose logarithm is taken: a sure mistake costs 35


@dataclass(frozen=True)
class Length:
    """Of a short run, and which part of a training that is."""

    epochs: int
    rows: int
    share: float

    @classmethod
    def of(cls, share: float, epochs: int, rows: int, *, by_rows: bool) -> Length:
        """share: of a training of so many epochs over so many rows. Short by epochs, unless these would be too few."""
        least = min(epochs, epochs if by_rows else _LEAST_EPOCHS)
        made = max(least, min(epochs, int(share * epochs)))
        some = min(rows, max(min(_LEAST_ROWS, rows // 2), int(rows * share * epochs / made)))
        return cls(made, some, made * some / (epochs * rows))


@dataclass(frozen=True, eq=False)
class Rows:
    """Examples to train on, and to judge by; in any form that ``fit`` takes."""

    X: Any
    y: Any
    weight: Any
    X_val: Any
    y_val: Any

    @property
    def n(self) -> int:
        return int(self.X.shape[0]) if hasattr(self.X, "shape") else len(self.X)

    def some(self, n: int, *, by_class: bool) -> Rows:
        """So many of those to train on; by class: every class among them, as far as there is room."""
        if n >= self.n:
            return self
        kept = np.sort(shuffled(self.y, self.n, by_class=by_class)[:n])
        X, y_some, weight = (None if a is None else _safe_indexing(a, kept) for a in (self.X, self.y, self.weight))
        return replace(self, X=X, y=y_some, weight=weight)


def shuffled(y: Any, n: int, *, by_class: bool) -> NDArray[np.integer]:
    """The numbers of n rows, in a random order; by class: one of each class first."""
    order = np.random.default_rng(0).permutation(n)
    labels = np.asarray(y)
    if not by_class or (labels.ndim > 1 and labels.shape[1] > 1):
        return order
    firsts = np.sort(np.unique(labels.ravel()[order], return_index=True)[1])
    return np.concatenate([order[firsts], np.delete(order, firsts)])


def rows_of(X: Any, y: Any, weight: Any, val: tuple[Any, Any], *, by_class: bool) -> Rows:
    """Rows to train on, and to judge by: those given, or a fifth, in which no class is lost to training."""
    rows = Rows(X.tocsr() if hasattr(X, "tocsr") else X, y, weight, *val)
    n = rows.n
    if val[0] is not None or n < _FEWEST:
        return rows
    X, y, weight, val = held_out(rows.X, np.asarray(y) if by_class else np.asarray(y, np.float64), weight, val)
    if val[0] is not None:
        return Rows(X, y, weight, *val)
    order = shuffled(y, n, by_class=by_class)
    kept, aside = np.sort(order[: n - n // 5]), np.sort(order[n - n // 5 :])
    parts = [[None if a is None else _safe_indexing(a, some) for a in (X, y, weight)] for some in (kept, aside)]
    return Rows(*parts[0], *parts[1][:2])


@dataclass(frozen=True, eq=False)
class Tried:
    """What came of a run.

    Attributes
    ----------
    costs : array (n_val,) or None
        Of each validation row; None where training failed.
    classes : array (n_val,) or None
        Of each, where there are classes that exclude each other.
    cost : float
        Of the run, in trainings.
    refused : bool
        Whether the estimator does not take the change.
    """

    costs: Array | None
    classes: Array | None = None
    cost: float = 0.0
    refused: bool = False

    def beside(self, other: Tried, *, by_class: bool) -> tuple[float, float, float]:
        """Mean cost of this run and of the other, and the standard error of their difference."""
        before, after = self.mean(by_class=by_class), other.mean(by_class=by_class)
        if self.costs is None or other.costs is None or len(self.costs) < 2:
            return before, after, 0.0
        with np.errstate(invalid="ignore", over="ignore"):
            apart = (self.costs - other.costs) * self._weights(by_class)
            noise = float(apart.std(ddof=1) / len(apart) ** 0.5)
        return before, after, noise if np.isfinite(noise) else 0.0

    def mean(self, *, by_class: bool) -> float:
        """Of the costs; infinite where training failed."""
        if self.costs is None:
            return inf
        mean = float((self.costs * self._weights(by_class)).mean())
        return mean if np.isfinite(mean) else inf

    def _weights(self, by_class: bool) -> Array:
        """Of mean 1; by class: each class counts the same in all."""
        n = 0 if self.costs is None else len(self.costs)
        if not by_class or self.classes is None:
            return np.ones(n)
        _, place, count = np.unique(self.classes, return_inverse=True, return_counts=True)
        weights: Array = n / (len(count) * count[place])
        return weights


def run_briefly(
    model: Any, measured: Measured, change: Change, rows: Rows, length: Length, unchanged: Tried | None = None
) -> Tried:
    """Train a copy with the change, and judge it by the validation rows."""
    share = length.share * change.work
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            changed = _changed(model, change, length)
        except (GlasspropError, ValueError):
            return Tried(None, refused=True)
        try:
            return _trained(changed, measured, change, rows, share)
        except (DivergenceError, DerivativeError, FloatingPointError):
            return Tried(None, cost=share)
        except (GlasspropError, ValueError):
            # NaN among the inputs; or arguments that do not go together, if it is the change that brought them
            return Tried(None, cost=0.0, refused=unchanged is not None and not (change.inputs or change.target))


def _changed(model: Any, change: Change, length: Length) -> Any:
    """A copy with the change, that trains for a short time, from the same seed."""
    goes_on = model.warm_start and hasattr(model, "network_")
    made = (deepcopy(model) if goes_on else clone(model)).set_callbacks()
    planned = int(model.max_iter)
    arguments = dict(change.arguments)
    longer = arguments.pop("max_iter", planned) / planned
    seed = model.random_state if isinstance(model.random_state, int | np.integer) else 0
    arguments = {**arguments, "max_iter": max(1, ceil(length.epochs * longer)), "random_state": seed}
    made.set_params(verbose=False, max_time=None, **arguments)
    return made


def _trained(model: Any, measured: Measured, change: Change, rows: Rows, share: float) -> Tried:
    X, X_val, y = rows.X, rows.X_val, rows.y
    if change.inputs is not None:
        steps = change.inputs(X)
        X = steps.fit_transform(X)
        X_val = steps.transform(X_val)
    scale = None if change.target is None else change.target()
    if scale is not None:
        y = _scaled(scale, y)
    stops = model.early_stopping and "early_stopping" not in change.arguments
    held = {"X_val": X_val, "y_val": rows.y_val} if stops and scale is None else {}
    model.fit(X, y, sample_weight=rows.weight, **held)
    if model.interrupted_:
        raise KeyboardInterrupt  # by whoever waits for all of them, not for this one
    costs, classes = _costs(model, measured, X_val, rows.y_val, scale)
    return Tried(costs, classes, share)


def _scaled(scale: Any, y: Any) -> Array:
    y = np.asarray(y, dtype=np.float64)
    made: Array = scale.fit_transform(y.reshape(len(y), -1)).reshape(y.shape)
    return made


def _costs(model: Any, measured: Measured, X: Any, y: Any, scale: Any) -> tuple[Array, Array | None]:
    """Of each row: -log of the true class's probability; or the cost of the estimator as it was, in y's own units."""
    y = np.asarray(y)
    if measured.target.task == "numbers":
        a = np.asarray(on_host(model.predict(X)), np.float64)
        a, y = a.reshape(len(y), -1), y.reshape(len(y), -1).astype(np.float64)
        a = a if scale is None else scale.inverse_transform(a)
        with np.errstate(all="ignore"):
            return np.asarray(regression_cost(measured.arguments["loss"])(a, y)), None
    if not hasattr(model, "predict_proba"):
        wrong = np.asarray(model.predict(X) != y, np.float64)
        return wrong if wrong.ndim == 1 else wrong.sum(axis=1), y if y.ndim == 1 else None
    p = np.clip(np.asarray(on_host(model.predict_proba(X)), np.float64), _SMALLEST, 1.0)
    if y.ndim > 1 and y.shape[1] > 1:
        q = np.clip(1 - p, _SMALLEST, 1.0)
        return -(y * np.log(p) + (1 - y) * np.log(q)).sum(axis=1), None
    place = _places(list(model.classes_), y.ravel())
    known = place >= 0
    true = np.where(known, p[np.arange(len(y)), np.maximum(place, 0)], _SMALLEST)
    return -np.log(true), y.ravel()


def cost_of_a_guess(measured: Measured, rows: Rows) -> float:
    """What the best constant prediction costs the validation rows: the entropy of classes, the cost of amounts."""
    if measured.target.task == "numbers" or rows.y_val is None:
        return measured.target.base
    y = np.asarray(rows.y_val)
    labels = y.reshape(len(y), -1)
    told = labels if labels.shape[1] > 1 else (labels == np.unique(labels)).astype(np.float64)
    shares = np.stack([told.mean(axis=0), 1 - told.mean(axis=0)]) if labels.shape[1] > 1 else told.mean(axis=0)
    return float(-(shares * np.log(np.clip(shares, _SMALLEST, 1))).sum())


def _places(classes: Sequence[Any], y: Array) -> Array:
    at = {label: k for k, label in enumerate(classes)}
    return np.array([at.get(label, -1) for label in y.tolist()])
