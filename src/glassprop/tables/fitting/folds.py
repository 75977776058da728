"""The rows of a small table in folds, each of which is once kept apart: by class, whole groups, or the latest alone."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from glassprop.errors import TableError
from glassprop.tables.fitting.split import SplitKeys, split

_ONE = 0.2  # the share of rows in a fold that is the only one

Fold = tuple[np.ndarray, np.ndarray]  # numbers of the rows to train on, and of those kept apart


def folds_of(rows: int, keys: SplitKeys, most: int, seed: int) -> list[Fold]:
    """At most so many folds; there is none where rows cannot be divided. By time there is one, of the latest rows."""
    if most == 1 or keys.times is not None:
        try:
            return [split(rows, _ONE, keys, seed)] if rows > 3 else []
        except TableError:  # one moment or group alone, or classes of one row each
            return []
    if keys.groups is not None:
        count = min(most, len(np.unique(keys.groups)))
        splitter = GroupKFold(count, shuffle=True, random_state=seed) if count > 1 else None
        return [] if splitter is None else list(splitter.split(np.zeros(rows), groups=keys.groups))
    count = min(most, rows // 2)
    if count < 2:
        return []
    if keys.labels is None or np.bincount(keys.labels).max() < count:
        return list(KFold(count, shuffle=True, random_state=seed).split(np.zeros(rows)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class may have fewer rows than there are folds
        return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(np.zeros(rows), keys.labels))


def are_several(rows: int, keys: SplitKeys) -> bool:
    """Whether each of several folds can be kept apart once: by time there is one, and of a group there is no part."""
    if keys.times is not None:
        return False
    return rows > 3 and (keys.groups is None or len(np.unique(keys.groups)) > 1)
