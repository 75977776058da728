"""Which examples come when: the order of an epoch, and the rows set aside for validation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.fits import faults_of_weights
from glassprop.engine.plan import Data
from glassprop.errors import DataError, SettingsError


def shuffle(order: NDArray[np.integer], rng: Any) -> None:
    """Permute an order in place. rng: NumPy's Generator or, for scikit-learn's sake, its RandomState."""
    rng.shuffle(order)


def rows_aside(data: Data, fraction: float, rng: np.random.Generator, *, stratify: bool = False) -> NDArray[np.integer]:
    """Which examples to set aside, at random: their rows, rising.

    Parameters
    ----------
    stratify : bool
        Take the fraction from each class (each distinct row of Y) by itself, so that shares are kept.

    Raises
    ------
    SettingsError
        If the fraction does not lie between 0 and 1.
    DataError
        If one side would be empty.
    """
    n = len(data)
    if not 0 < fraction < 1:
        raise SettingsError(f"the fraction set aside for validation must lie between 0 and 1, got {fraction:g}")
    groups = [np.arange(n)]
    if stratify:
        _, label = np.unique(data.Y, axis=0, return_inverse=True)
        groups = [np.flatnonzero(label.ravel() == value) for value in range(label.max() + 1)]
    aside = np.zeros(n, dtype=bool)
    for group in groups:
        aside[rng.permutation(group)[: round(fraction * len(group))]] = True
    if aside.all() or not aside.any():
        raise DataError(
            f"setting {fraction:g} of {n} examples aside for validation leaves one side empty; choose another "
            "fraction, or give validation data of your own"
        )
    return np.flatnonzero(aside)


def apart(data: Data, aside: NDArray[np.integer]) -> tuple[Data, Data]:
    """Part the examples into those to train on and those aside.

    Raises
    ------
    DataError
        If one part has no weight.
    """
    stays = np.ones(len(data), dtype=bool)
    stays[aside] = False
    parts = data.rows(np.flatnonzero(stays)), data.rows(aside)
    check_parts(*parts)
    return parts


def check_parts(train: Data, aside: Data | None) -> None:
    """Refuse examples that there is nothing to learn from, or nothing to judge by, since their weights are all 0.

    Raises
    ------
    DataError
        It says of which part they are.
    """
    for part, name in ((train, "to train on"), (aside, "to validate with")):
        faults = [] if part is None or part.sample_weight is None else faults_of_weights(part.sample_weight)
        if faults:
            raise DataError(f"the examples {name}: {'; '.join(faults)}")
