"""What is done to rows: preparing them as one should, and what people do to them. Fitted on the training rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from bench.doctor.case import Case
from bench.doctor.tables import CLASSES, TABLES, rows_of

HELD_OUT = 0.3


@dataclass(frozen=True)
class Rows:
    """Rows to train on, and rows held out, which are as a user of the model would have them."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    rng: np.random.Generator
    amounts: bool

    def with_inputs(self, change: Callable[[np.ndarray], np.ndarray]) -> Rows:
        """The same change of both parts."""
        return replace(self, X=change(self.X), X_test=change(self.X_test))


def rows_for(case: Case, seed: int = 0) -> Rows:
    """The rows of a case, divided and prepared."""
    table = TABLES[case.table]
    X, y = rows_of(case.table)
    classes = y if table.task == CLASSES else None
    parts = train_test_split(X, y, test_size=HELD_OUT, random_state=seed, stratify=classes)
    rows = Rows(parts[0], parts[2], parts[1], parts[3], np.random.default_rng(seed), classes is None)
    for name, how in case.steps:
        rows = STEPS[name](rows, **how)
    return rows


def _standardize(rows: Rows) -> Rows:
    """Gaps filled with the mean; inputs, and a target of amounts, with mean 0 and deviation 1."""
    rows = _filled(rows)
    mean, sd = rows.X.mean(axis=0), rows.X.std(axis=0)
    rows = rows.with_inputs(lambda X: (X - mean) / np.where(sd > 0, sd, 1))
    return _standard_target(rows)


def _filled(rows: Rows) -> Rows:
    """Gaps filled with the mean, and a column that says where they were."""
    gaps = np.isnan(rows.X).any(axis=0)
    mean = np.nanmean(rows.X, axis=0)

    def fill(X: np.ndarray) -> np.ndarray:
        return np.column_stack([np.where(np.isnan(X), mean, X), np.isnan(X)[:, gaps].astype(float)])

    return rows.with_inputs(fill) if gaps.any() else rows


def _standard_target(rows: Rows) -> Rows:
    if not rows.amounts:
        return rows
    mean, sd = rows.y.mean(), rows.y.std()
    return replace(rows, y=(rows.y - mean) / sd, y_test=(rows.y_test - mean) / sd)


def _unit_range(rows: Rows) -> Rows:
    """Inputs from 0 to 1, the target standardized: right as well."""
    rows = _filled(rows)
    low, high = rows.X.min(axis=0), rows.X.max(axis=0)
    return _standard_target(rows.with_inputs(lambda X: (X - low) / np.where(high > low, high - low, 1)))


def _standard_inputs(rows: Rows) -> Rows:
    """Inputs alone; the target stays in its unit."""
    scaled = _standardize(rows)
    return replace(scaled, y=rows.y, y_test=rows.y_test)


def _units(rows: Rows, columns: list[int], factor: float, shift: float = 0.0) -> Rows:
    """Other units of some columns."""
    factors, shifts = np.ones(rows.X.shape[1]), np.zeros(rows.X.shape[1])
    factors[columns], shifts[columns] = factor, shift
    return rows.with_inputs(lambda X: X * factors + shifts)


def _times(rows: Rows, factor: float, shift: float = 0.0) -> Rows:
    """Other units of all columns."""
    return _units(rows, list(range(rows.X.shape[1])), factor, shift)


def _target_units(rows: Rows, factor: float = 1.0, shift: float = 0.0) -> Rows:
    return replace(rows, y=rows.y * factor + shift, y_test=rows.y_test * factor + shift)


def _gaps(rows: Rows, share: float, columns: list[int] | None = None) -> Rows:
    """Some cells are lost, in both parts."""
    rng = np.random.default_rng(5)

    def lose(X: np.ndarray) -> np.ndarray:
        lost = rng.random(X.shape) < share
        if columns is not None:
            lost[:, [k for k in range(X.shape[1]) if k not in columns]] = False
        return np.where(lost, np.nan, X)

    return rows.with_inputs(lose)


def _marks(rows: Rows, value: float) -> Rows:
    """A number in the place of each gap."""
    return rows.with_inputs(lambda X: np.where(np.isnan(X), value, X))


def _leak(rows: Rows, noise: float = 0.0) -> Rows:
    """A column that tells the target, in training alone: where the model is used it is not yet known."""
    codes = rows.y if rows.amounts else np.unique(rows.y, return_inverse=True)[1].astype(float)
    told = codes + noise * codes.std() * rows.rng.normal(size=len(codes))
    unknown = rows.rng.choice(told, len(rows.y_test))
    return replace(rows, X=np.column_stack([rows.X, told]), X_test=np.column_stack([rows.X_test, unknown]))


def _twice(rows: Rows, share: float) -> Rows:
    """Every row by two people, of whom the second errs in a share of them."""
    return replace(rows, X=np.vstack([rows.X, rows.X]), y=np.concatenate([rows.y, _wrong(rows, share)]))


def _flips(rows: Rows, share: float) -> Rows:
    """A share of the labels is wrong."""
    return replace(rows, y=_wrong(rows, share))


def _wrong(rows: Rows, share: float) -> np.ndarray:
    chosen = rows.rng.random(len(rows.y)) < share
    if rows.amounts:
        return np.where(chosen, rows.rng.permutation(rows.y), rows.y)
    classes, codes = np.unique(rows.y, return_inverse=True)
    others = (codes + rows.rng.integers(1, len(classes), len(codes))) % len(classes)
    return classes[np.where(chosen, others, codes)]


def _apart(rows: Rows) -> Rows:
    """Rows of X and of y in orders of their own: sorted, merged or shuffled apart."""
    return replace(rows, y=rows.rng.permutation(rows.y))


def _coarse(rows: Rows, bins: int, columns: int) -> Rows:
    """A few columns are left, as low, middle and high: equal rows have other labels."""
    edges = [np.quantile(rows.X[:, k], np.linspace(0, 1, bins + 1)[1:-1]) for k in range(columns)]
    return rows.with_inputs(
        lambda X: np.column_stack([np.digitize(X[:, k], edges[k]).astype(float) for k in range(columns)])
    )


def _rare(rows: Rows, share: float, label: int = 0) -> Rows:
    """One class becomes rare among the rows to train on; those held out stay as they are."""
    of = rows.y == np.unique(rows.y)[label]
    most = max(4, round(share * np.sum(~of) / (1 - share)))
    kept = np.sort(np.concatenate([np.flatnonzero(~of), rows.rng.permutation(np.flatnonzero(of))[:most]]))
    return replace(rows, X=rows.X[kept], y=rows.y[kept])


def _fewer(rows: Rows, n: int) -> Rows:
    """The first n rows to train on."""
    return replace(rows, X=rows.X[:n], y=rows.y[:n])


def _noise_columns(rows: Rows, n: int) -> Rows:
    """Columns that say nothing."""
    width = rows.X.shape[1] + n
    return rows.with_inputs(lambda X: np.column_stack([X, rows.rng.normal(size=(len(X), width - X.shape[1]))]))


def _constant(rows: Rows) -> Rows:
    """A column of zeros."""
    return rows.with_inputs(lambda X: np.column_stack([X, np.zeros(len(X))]))


def _jitter(rows: Rows, noise: float) -> Rows:
    """The target, measured less exactly: in training alone."""
    return replace(rows, y=rows.y + noise * rows.y.std() * rows.rng.normal(size=len(rows.y)))


STEPS: dict[str, Callable[..., Any]] = {
    "standardize": _standardize,
    "unit range": _unit_range,
    "standardize inputs": _standard_inputs,
    "standardize target": _standard_target,
    "fill": _filled,
    "units": _units,
    "times": _times,
    "target units": _target_units,
    "gaps": _gaps,
    "marks": _marks,
    "leak": _leak,
    "twice": _twice,
    "flips": _flips,
    "apart": _apart,
    "coarse": _coarse,
    "rare": _rare,
    "fewer": _fewer,
    "noise columns": _noise_columns,
    "constant": _constant,
    "jitter": _jitter,
}
