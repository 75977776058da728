"""Bounded counts against counting: exact while names are few, else no further off than is said, however merged."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from glassprop.tables.streaming.heavy_hitters import HeavyHitters, most_names

RNG = np.random.default_rng(0)
ROWS = 20_000
NAMES = {
    "few": RNG.integers(0, 30, ROWS),
    "as many as there is room": np.arange(ROWS) % 50,
    "one more": np.arange(ROWS) % 51,
    "zipf": RNG.zipf(1.3, ROWS),
    "each its own": np.arange(ROWS),
    "frequent among singles": np.where(np.arange(ROWS) % 10 == 0, -1, np.arange(ROWS)),
    "frequent at the end": np.r_[np.arange(ROWS // 2), np.full(ROWS // 2, -1)],
    "evenly": np.arange(ROWS) % 400,
}


def counted(names, most=50, block=500):
    found = HeavyHitters(most)
    for start in range(0, len(names), block):
        found.add(Counter(f"n{k}" for k in names[start : start + block].tolist()), missing=1)
    return found


def merged(names):
    parts = [counted(part) for part in np.array_split(names, 5)]
    for into, of in ((0, 1), (2, 3), (0, 4), (0, 2)):
        parts[into].merge(parts[of])
    return parts[0]


@pytest.mark.parametrize("make", [counted, merged])
@pytest.mark.parametrize("name", NAMES)
def test_counts_are_as_right_as_is_said(name, make):
    found, right = make(NAMES[name]), Counter(f"n{k}" for k in NAMES[name].tolist())
    assert found.rows == ROWS
    assert len(found.counts) <= 50
    assert all(right[key] - found.error <= count <= right[key] for key, count in found.counts.items())
    assert found.error <= ROWS / 51
    assert {key for key, count in right.items() if count > found.error} <= set(found.counts)
    if len(right) <= 50:
        assert (found.error, found.counts) == (0, right)
    else:
        assert found.error > 0


def test_rows_without_a_name_are_counted():
    assert counted(NAMES["zipf"]).missing == ROWS // 500
    assert merged(NAMES["zipf"]).missing == 5 * -(-ROWS // 5 // 500)


def test_it_comes_back_from_its_plain_form():
    one = merged(NAMES["zipf"])
    other = HeavyHitters.of_plain(one.plain())
    assert vars(one) == vars(other)
    assert list(one.counts) == list(other.counts)


def test_more_columns_have_fewer_names():
    found = [most_names(n) for n in (0, 1, 100, 10_000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == 2_048  # more than any column has inputs
