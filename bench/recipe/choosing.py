"""The tables that the recipe was chosen on: those of packages, one of scikit-learn, and three that are made."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

from bench.accuracy.prepared import AMOUNTS, CLASSES, Prepared, prepared
from bench.accuracy.tables import CHOOSING

MOST_ROWS = 10_000  # of a table, test part and all
_SEED = 7


def _diabetes() -> Prepared:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return Prepared("diabetes", AMOUNTS, X, y.to_numpy())


def _planted_smooth() -> Prepared:
    """A smooth boundary in three numbers, and rows on both sides of it."""
    rng = np.random.default_rng(_SEED)
    X = rng.uniform(-2, 2, (3000, 3))
    z = np.sin(2 * X[:, 0]) * X[:, 1] + X[:, 2] ** 2 - 1
    return _made("planted_smooth", CLASSES, X, (rng.random(3000) < 1 / (1 + np.exp(-4 * z))).astype(int))


def _planted_friedman() -> Prepared:
    rng = np.random.default_rng(_SEED)
    X = rng.random((1500, 10))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
    return _made("planted_friedman", AMOUNTS, X, y + rng.normal(size=1500))


def _planted_waves() -> Prepared:
    rng = np.random.default_rng(_SEED)
    X = rng.normal(size=(4000, 4))
    y = np.sin(6 * X[:, 0]) + np.cos(3 * X[:, 1] + X[:, 2]) + 0.3 * X[:, 3]
    return _made("planted_waves", AMOUNTS, X, y + 0.2 * rng.normal(size=4000))


def _made(name: str, task: str, X: np.ndarray, y: np.ndarray) -> Prepared:
    return Prepared(name, task, pd.DataFrame(X, columns=[f"x{k}" for k in range(X.shape[1])]), y)


_MADE = {
    "diabetes": _diabetes,
    "planted_smooth": _planted_smooth,
    "planted_friedman": _planted_friedman,
    "planted_waves": _planted_waves,
}
NAMES = (*(table.name for table in CHOOSING), *_MADE)


@cache
def load(name: str) -> Prepared:
    """One of `NAMES`, at most `MOST_ROWS` of its rows."""
    table = _MADE[name]() if name in _MADE else prepared(name)
    if len(table.y) <= MOST_ROWS:
        return table
    rows = np.sort(np.random.default_rng(_SEED).choice(len(table.y), MOST_ROWS, replace=False))
    return Prepared(table.name, table.task, table.X.iloc[rows].reset_index(drop=True), table.y[rows])
