"""What rows are for follows from their numbers: shares, independence of how they are read, groups and times."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from glassprop.errors import TableError
from glassprop.tables.streaming.uses import (
    HELD_OUT,
    TRAINED,
    WATCHED,
    Shares,
    TimeBounds,
    sampled_first,
    uses,
    uses_of_groups,
)
from glassprop.tables.values.texts import Texts

SHARES = Shares(0.1, 0.15)


def _splitmix64(state: int) -> int:
    """One number, as its author's C program has it (public domain, Sebastiano Vigna), on Python's whole numbers."""
    z = (state + 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return z ^ (z >> 31)


def test_hashes_are_those_of_splitmix64():
    found = sampled_first(0, 3, 7).tolist()
    low = (found[0], found[1], found[2])
    # Consecutive numbers of one generator: the state that gives the first one is found by inverting nothing but the
    # key, so the three are checked against each other through the mixing alone.
    gamma = 0x9E3779B97F4A7C15

    def mixed(z: int) -> int:
        return _splitmix64((z - gamma) % 2**64)

    key = mixed(mixed(7 * gamma % 2**64) ^ 2)
    assert low == tuple(_splitmix64((key + k * gamma) % 2**64) for k in range(3))


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_shares_are_those_asked_for(seed):
    found = np.bincount(uses(0, 200_000, seed, SHARES), minlength=3)
    assert chisquare(found, 200_000 * np.array([0.9 * 0.85, 0.9 * 0.15, 0.1])).pvalue > 1e-4


def test_a_row_has_one_use_however_it_is_read():
    whole = uses(0, 10_000, 3, SHARES)
    parts = np.concatenate([uses(a, b, 3, SHARES) for a, b in ((0, 1), (1, 4_000), (4_000, 4_000), (4_000, 10_000))])
    np.testing.assert_array_equal(whole, parts)
    assert (whole != uses(0, 10_000, 4, SHARES)).mean() > 0.2  # another seed, others


def test_uses_lie_anywhere_and_tell_nothing_of_the_sample():
    found = uses(0, 100_000, 0, SHARES)
    by_place = np.bincount(np.flatnonzero(found == HELD_OUT) // 1000, minlength=100)
    assert chisquare(by_place).pvalue > 1e-4
    neighbors = (found[1:] == HELD_OUT) & (found[:-1] == HELD_OUT)
    assert neighbors.mean() == pytest.approx(0.01, abs=0.002)
    sampled = sampled_first(0, 100_000, 0) < np.uint64(2**63)
    assert (found[sampled] == HELD_OUT).mean() == pytest.approx(0.1, abs=0.006)


def test_nothing_is_held_out_where_no_share_is():
    assert not uses(0, 1000, 0, Shares(0.0, 0.0)).any()
    assert set(uses(0, 1000, 0, Shares(0.0, 0.5)).tolist()) == {TRAINED, WATCHED}


def test_rows_of_a_group_stay_together():
    rng = np.random.default_rng(0)
    codes = rng.integers(-1, 3000, 60_000)
    groups = Texts(codes, [f"person {k}" for k in range(3000)])
    found = uses_of_groups(groups, np.arange(500, 60_500), 0, SHARES)
    for use in (TRAINED, WATCHED, HELD_OUT):
        others = set(codes[(found != use) & (codes >= 0)].tolist())
        assert not others & set(codes[(found == use) & (codes >= 0)].tolist())
    of_groups = np.array([found[codes == k][0] for k in range(3000)])
    assert chisquare(np.bincount(of_groups, minlength=3), 3000 * np.array([0.765, 0.135, 0.1])).pvalue > 1e-4
    # Those without a group are rows of their own; and a group is told by its text, whatever its code.
    np.testing.assert_array_equal(found[codes < 0], uses(500, 60_500, 0, SHARES)[codes < 0])
    turned = Texts(np.where(codes < 0, -1, 2999 - codes), [f"person {2999 - k}" for k in range(3000)])
    np.testing.assert_array_equal(found, uses_of_groups(turned, np.arange(500, 60_500), 0, SHARES))


def test_the_later_rows_are_held_out_and_those_before_them_watched():
    times = np.repeat(np.arange(100.0), 7)
    np.random.default_rng(0).shuffle(times)
    bounds = TimeBounds.of_sample(times, Shares(0.1, 0.2))
    assert bounds == TimeBounds(72.0, 90.0)
    assert bounds.uses(np.array([0.0, 71.9, 72.0, 89.0, 90.0, 1e9])).tolist() == [0, 0, 1, 1, 2, 2]
    assert TimeBounds.of_sample(times, Shares(0.0, 0.0)).uses(times).max() == TRAINED
    assert TimeBounds.of_sample(np.array([1.0, 1.0, 2.0]), Shares(0.3, 0.3)) == TimeBounds(2.0, 2.0)
    with pytest.raises(TableError, match="one moment only"):
        TimeBounds.of_sample(np.zeros(9), SHARES)
