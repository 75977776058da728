"""Tables in which wrong labels are planted: half of them to choose the score on, the other half to report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from bench.accuracy.prepared import fetched, prepared
from bench.accuracy.tables import BY_NAME
from bench.doctor.tables import rows_of

MOST_ROWS = 1000  # of the tables that lie in packages; of others bench.doctor.tables.MOST_ROWS
CHOOSING = ("wine", "titanic", "german", "vowel", "phoneme", "satimage", "movement_libras", "segment")
REPORTED = ("iris", "breast cancer", "penguins", "chess", "heart", "contraceptive", "texture", "spambase", "digits")
NUMBERS_CHOOSING = ("computers", "Auto", "curve", "friedman")
NUMBERS_REPORTED = ("diabetes", "concrete", "Hitters", "circuit")
FLIPS = ("symmetric", "by class")
_OF_PACKAGES = frozenset(BY_NAME)


@dataclass(frozen=True)
class Planted:
    """Rows, standardized, some of which have a wrong target.

    Attributes
    ----------
    X : array (n, n_inputs)
    y : array (n,)
        As given.
    true : array (n,)
        As they were.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    true: NDArray[Any]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which targets are wrong."""
        found: NDArray[np.bool_] = self.y != self.true
        return found


def fetch(names: tuple[str, ...]) -> Mapping[str, str]:
    """Have those that lie in packages; table -> why it could not be had."""
    return fetched([BY_NAME[name] for name in names if name in _OF_PACKAGES])


@cache
def clean(name: str) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """X, standardized, and y, not too many of them, in a fixed order that says nothing."""
    if name in _OF_PACKAGES:
        table = prepared(name)
        order = np.random.default_rng(16).permutation(len(table.y))[:MOST_ROWS]
        X, y = pd.get_dummies(table.X, dtype=float).to_numpy(float)[order], table.y[order]
    else:
        X, y = rows_of(name)
    X = np.where(np.isnan(X), np.nanmedian(X, axis=0), X)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    if y.dtype.kind == "f" and len(np.unique(y)) > 30:
        return X, (y - y.mean()) / y.std()
    return X, np.unique(y, return_inverse=True)[1]


@cache
def _neighbors(name: str) -> NDArray[np.intp]:
    """Of every class, the one that it is most confused with by the nearest rows, of five folds."""
    X, y = clean(name)
    shares = cross_val_predict(KNeighborsClassifier(10), X, y, method="predict_proba")
    taken = np.array([shares[y == c].mean(axis=0) for c in range(shares.shape[1])])
    np.fill_diagonal(taken, -1)
    return taken.argmax(axis=1)


def flipped(name: str, how: str, share: float, seed: int) -> Planted:
    """A share of all labels flipped.

    symmetric: of any rows, into any other class. by class: of half of the classes alone, into the class that each is
    most confused with.
    """
    X, true = clean(name)
    rng = np.random.default_rng([seed, FLIPS.index(how), round(1000 * share)])
    n, k, y = len(true), int(true.max()) + 1, true.copy()
    if how == "symmetric":
        wrong = rng.choice(n, round(share * n), replace=False)
        y[wrong] = (true[wrong] + rng.integers(1, k, len(wrong))) % k
    else:
        some = np.flatnonzero(np.isin(true, rng.permutation(k)[: (k + 1) // 2]))
        wrong = rng.choice(some, min(round(share * n), len(some) // 2), replace=False)
        y[wrong] = _neighbors(name)[true[wrong]]
    return Planted(X, y, true)


def swapped(name: str, share: float, seed: int) -> Planted:
    """A share of all numbers in place of each other: every one of them becomes that of another such row."""
    X, true = clean(name)
    rng = np.random.default_rng([seed, round(1000 * share)])
    wrong = rng.choice(len(true), round(share * len(true)), replace=False)
    y = true.copy()
    y[wrong] = true[np.roll(wrong, 1)]
    return Planted(X, y, true)
