"""Order of examples and validation splits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils import shuffle as shuffled_by_scikit_learn

from glassprop.engine.plan import Data
from glassprop.errors import DataError, SettingsError
from glassprop.training.batches import apart, rows_aside, shuffle


def data(n: int = 40) -> Data:
    X = np.arange(n, dtype=float)[:, None]
    return Data(X, np.eye(2)[(np.arange(n) % 4 == 0).astype(int)], np.arange(n, dtype=float))


def test_shuffling_permutes_the_order_before_as_scikit_learn_does() -> None:
    mine, theirs = np.random.RandomState(5), np.random.RandomState(5)
    order, other = np.arange(17), np.arange(17)
    for _ in range(4):
        shuffle(order, mine)
        other = shuffled_by_scikit_learn(other, random_state=theirs)
        np.testing.assert_array_equal(order, other)


@pytest.mark.parametrize("stratify", [False, True])
def test_split_parts_the_rows(stratify: bool) -> None:
    train, aside = apart(data(), rows_aside(data(), 0.25, np.random.default_rng(0), stratify=stratify))
    assert sorted(np.r_[train.X[:, 0], aside.X[:, 0]]) == list(range(40))
    assert len(aside) == 10
    for part in (train, aside):
        np.testing.assert_array_equal(part.sample_weight, part.X[:, 0])
        np.testing.assert_array_equal(part.Y[:, 1], part.X[:, 0] % 4 == 0)


def test_stratified_split_keeps_shares() -> None:
    for seed in range(5):
        _, aside = apart(data(), rows_aside(data(), 0.2, np.random.default_rng(seed), stratify=True))
        np.testing.assert_array_equal(aside.Y.sum(axis=0), [6, 2])


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_an_empty_side_is_refused(fraction: float) -> None:
    with pytest.raises(DataError, match=r"of 40 examples aside .* leaves one side empty; choose another fraction"):
        rows_aside(data(), fraction, np.random.default_rng(0))


@pytest.mark.parametrize("fraction", [-0.1, 0.0, 1.0, 1.5, float("nan")])
def test_a_fraction_lies_between_0_and_1(fraction: float) -> None:
    with pytest.raises(SettingsError, match="must lie between 0 and 1, got"):
        rows_aside(data(), fraction, np.random.default_rng(0))
