"""The mean target of each category of a column as inputs, by scikit-learn's `TargetEncoder`: of other rows in training.

A row that is trained on never counts for its own input: those of each fifth are made of the other four.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from glassprop.tables.encoding.column_scale import squeezed
from glassprop.tables.values.cells import SMALLEST

TargetKind = Literal["amounts", "classes"]
MOST_CLASSES = 10  # more inputs than that for one column are too many
_FOLDS = 5
_FEWEST = 40  # rows


def usable_target(y: np.ndarray | None, kind: TargetKind | None) -> np.ndarray | None:
    """The target as it is averaged: standardized amounts, or numbered classes; None where it is not."""
    if y is None or kind is None or len(y) < _FEWEST:
        return None
    if kind == "classes":
        different, numbers = np.unique(np.asarray(y), return_inverse=True)
        return np.asarray(numbers) if 2 <= len(different) <= MOST_CLASSES else None
    y = np.asarray(y, dtype=np.float64)
    if y.ndim != 1 or not np.isfinite(y).all():
        return None
    distances = y - y.mean()
    widest = float(np.abs(distances).max())
    return None if widest < SMALLEST else distances / widest  # no square of a large number is made


def target_means(
    index: np.ndarray, known: int, y: np.ndarray, kind: TargetKind, limit: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Standardized means (known + 1, n_means), of none that is known last; and of other rows (n_rows, n_means).

    Parameters
    ----------
    index : array (n_rows,) of int
        The category of each row, less than `known`.
    known : int
        How many categories there are.
    y : array (n_rows,)
        What `usable_target` gave.
    kind : {"amounts", "classes"}
    limit : float or None
        Means are squeezed smoothly into ±limit.
    """
    classes = int(y.max()) + 1 if kind == "classes" else 0
    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    if classes:
        folds = StratifiedKFold(max(2, min(_FOLDS, int(np.bincount(y).max()))), shuffle=True, random_state=0)
    type_of = "continuous" if not classes else "binary" if classes == 2 else "multiclass"
    encoder = TargetEncoder(categories=[np.arange(known)], target_type=type_of, cv=folds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class with fewer rows than folds
        others = encoder.fit_transform(index[:, None], y)
        means = encoder.transform(np.arange(known + 1)[:, None])
    center, spread = others.mean(axis=0), others.std(axis=0)
    spread[spread < 1e-9] = 1.0
    return squeezed((means - center) / spread, limit), squeezed((others - center) / spread, limit)
