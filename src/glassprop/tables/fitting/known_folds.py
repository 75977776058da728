"""Which of a model's networks has learned from which row: found again by the seed, and known by a digest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassprop.ground.array_digest import digest_of
from glassprop.influence.model_trace import rows_that_taught
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.folds import Fold, folds_of


def digest_of_folds(train: Examples, folds: Sequence[Fold]) -> str:
    """By what the rows to train on, their targets and their folds are known again; it tells none of them."""
    return _digest(train, _taught(train, folds))


def folds_again(train: Examples, count: int, seed: int, digest: str) -> NDArray[np.bool_] | None:
    """Which rows of the table taught which of the networks of so many folds, (n_rows, count).

    None where these rows to train on, or their folds, are not those that the digest is of.
    """
    folds = folds_of(len(train), train.keys, count, seed)
    if len(folds) != count:
        return None
    taught = _taught(train, folds)
    return taught if _digest(train, taught) == digest else None


def _taught(train: Examples, folds: Sequence[Fold]) -> NDArray[np.bool_]:
    return rows_that_taught([train.rows[taught] for taught, _ in folds], len(train.source))


def _digest(train: Examples, taught: NDArray[np.bool_]) -> str:
    return digest_of([taught], *map(str, train.y.tolist()))
