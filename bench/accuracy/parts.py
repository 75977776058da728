"""Which rows are learned from and which are predicted: the same for all models, by table and seed alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.accuracy.prepared import CLASSES, Prepared
from bench.real_tables.one_table import TEST_SHARE, divide

_STEP = 0.1  # of the rows: how much earlier the time ends for each further seed
_STEPS = 4


@dataclass(frozen=True)
class Parts:
    """Row numbers, and a digest of them and of what is in them: results of other parts are not to be compared."""

    train: np.ndarray
    test: np.ndarray
    digest: str


def parts(table: Prepared, seed: int) -> Parts:
    """A quarter is predicted: drawn by the seed, or the latest until a time that the seed sets.

    Classes that are not learned from are not predicted: no model could know of them.
    """
    train, test = divide(pd.Series(table.y), table.task, seed) if table.order is None else _by_time(table.order, seed)
    if table.most_rows is not None and len(train) > table.most_rows:
        train = _drawn(table, train, seed) if table.order is None else train[-table.most_rows :]
    if table.task == CLASSES:
        test = test[np.isin(table.y[test], table.y[train])]
    return Parts(train, test, _digest(table, train, test))


def _drawn(table: Prepared, train: np.ndarray, seed: int) -> np.ndarray:
    """As many as are to be learned from, in their order; of classes, two at least."""
    rng = np.random.default_rng(seed)
    while True:
        drawn = train[np.sort(rng.choice(len(train), table.most_rows, replace=False))]
        if table.task != CLASSES or len(np.unique(table.y[drawn])) > 1:
            return drawn


def _by_time(order: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the same moment are not divided; each further seed ends a tenth earlier."""
    by_time = np.argsort(order, kind="stable")
    end = round(len(order) * (1 - _STEP * (seed % _STEPS)))
    begin = end - round(len(order) * TEST_SHARE)
    first = int(np.searchsorted(order[by_time], order[by_time[begin]]))
    return by_time[:first], by_time[first:end]


def _digest(table: Prepared, train: np.ndarray, test: np.ndarray) -> str:
    found = hashlib.sha256()
    for rows in (train, test):
        found.update(np.ascontiguousarray(rows, dtype=np.int64).tobytes())
        # In single precision: versions of pandas do not read all decimals alike, to the last bit.
        found.update(np.ascontiguousarray(table.y[rows], dtype=np.float32).tobytes())
    found.update(repr([(name, str(table.X[name].dtype)) for name in table.X.columns]).encode())
    return found.hexdigest()[:12]
