"""Splits keep what they promise: shares, classes on both sides, whole groups, the latest rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from glassprop.errors import TableError
from glassprop.tables.fitting.split import SplitKeys, split


def _check(train: np.ndarray, kept: np.ndarray, rows: int) -> None:
    assert sorted([*train, *kept]) == list(range(rows))
    assert len(train) > 0
    assert len(kept) > 0


@settings(max_examples=100, deadline=None)
@given(
    labels=st.lists(st.integers(0, 6), min_size=2, max_size=80),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 1000),
)
def test_any_labels_can_be_split(labels, share, seed):
    keys = SplitKeys(labels=np.array(labels))
    if len(set(labels)) == len(labels):
        with pytest.raises(TableError, match="one example only"):
            split(len(labels), share, keys, seed)
        return
    train, kept = split(len(labels), share, keys, seed)
    _check(train, kept, len(labels))
    assert set(keys.labels[train]) == set(labels)
    again = split(len(labels), share, keys, seed)
    np.testing.assert_array_equal(train, again[0])


def test_classes_are_spread_in_proportion():
    labels = np.repeat([0, 1, 2], [500, 300, 200])
    train, kept = split(1000, 0.1, SplitKeys(labels=labels), 0)
    assert np.bincount(labels[kept]).tolist() == [50, 30, 20]
    assert np.bincount(labels[train]).tolist() == [450, 270, 180]


@pytest.mark.parametrize("shares", [[0.5, 0.3, 0.2], [0.25] * 4, [0.9, 0.05, 0, 0.05]])
@pytest.mark.parametrize("rows", [153, 2000])
def test_classes_are_spread_as_by_scikit_learn(shares, rows):
    for seed in range(20):
        labels = np.random.default_rng(seed).choice(len(shares), size=rows, p=shares)
        assert np.bincount(labels)[np.unique(labels)].min() > 1
        count = round(0.15 * rows)
        expected = next(StratifiedShuffleSplit(1, test_size=count, random_state=seed).split(labels, labels))
        for found, rows_of_it in zip(split(rows, 0.15, SplitKeys(labels=labels), seed), expected, strict=True):
            np.testing.assert_array_equal(found, np.sort(rows_of_it))


def test_a_class_with_one_example_is_trained_on():
    labels = np.array([0] * 50 + [1] * 49 + [2])
    for seed in range(10):
        train, kept = split(100, 0.2, SplitKeys(labels=labels), seed)
        assert len(kept) == 20
        assert 99 in train


@settings(max_examples=100, deadline=None)
@given(
    groups=st.lists(st.integers(0, 8), min_size=2, max_size=60).filter(lambda g: len(set(g)) > 1),
    share=st.floats(0.05, 0.9),
    seed=st.integers(0, 100),
)
def test_groups_stay_whole(groups, share, seed):
    keys = np.array(groups)
    train, kept = split(len(groups), share, SplitKeys(groups=keys), seed)
    _check(train, kept, len(groups))
    assert not set(keys[train]) & set(keys[kept])


def test_the_share_of_rows_is_met_by_groups_of_different_size():
    groups = np.repeat(np.arange(60), np.arange(60) % 7 + 1)
    _, kept = split(len(groups), 0.2, SplitKeys(groups=groups), 3)
    assert 0.18 <= len(kept) / len(groups) <= 0.205


@settings(max_examples=100, deadline=None)
@given(
    times=st.lists(st.integers(0, 9), min_size=2, max_size=60).filter(lambda t: len(set(t)) > 1),
    share=st.floats(0.05, 0.9),
)
def test_all_that_is_kept_is_later(times, share):
    moments = np.array(times, dtype=float)
    train, kept = split(len(times), share, SplitKeys(times=moments), 0)
    _check(train, kept, len(times))
    assert moments[train].max() < moments[kept].min()


def test_the_latest_share_is_kept():
    times = np.random.default_rng(0).permutation(100).astype(float)
    _, kept = split(100, 0.1, SplitKeys(times=times), 0)
    assert sorted(times[kept]) == list(range(90, 100))


@pytest.mark.parametrize("keys", [SplitKeys(groups=np.zeros(5)), SplitKeys(times=np.zeros(5))])
def test_one_group_or_one_moment_cannot_be_split(keys):
    with pytest.raises(TableError, match="cannot be split"):
        split(5, 0.2, keys, 0)
