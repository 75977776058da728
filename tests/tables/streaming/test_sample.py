"""A sample is uniform, the same whatever the reading, in the rows' order, and read in one pass."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import chisquare

from glassprop.tables.streaming import sample as module
from glassprop.tables.streaming.sample import sample_of, sampled_rows
from glassprop.tables.streaming.uses import sampled_first

from .stand_ins import FrameRows


@pytest.mark.parametrize("seed", [0, 5])
def test_the_sample_has_the_rows_of_the_least_hashes(seed, monkeypatch):
    monkeypatch.setattr(module, "_TOGETHER", 1000)
    rows = sampled_rows(30_000, seed, 1_000)
    np.testing.assert_array_equal(rows, np.sort(np.argsort(sampled_first(0, 30_000, seed))[:1_000]))
    assert chisquare(np.bincount(rows // 3_000, minlength=10)).pvalue > 1e-4


def test_too_low_a_bound_is_raised(monkeypatch):
    expected = sampled_rows(30_000, 0, 1_000)
    monkeypatch.setattr(module, "_DEVIATIONS", -20.0)
    np.testing.assert_array_equal(sampled_rows(30_000, 0, 1_000), expected)


@pytest.mark.parametrize("piece", [1, 7, 999, 5_000])
def test_rows_are_the_same_in_pieces_of_any_size(piece):
    frame = pl.DataFrame({"row": np.arange(5_000), "text": [f"row {k}" for k in range(5_000)]})
    source = FrameRows(frame, piece, words={"text": ("na",)}, quoted=frozenset({"text"}))
    sample = sample_of(source, 0, 200)
    np.testing.assert_array_equal(sample.rows, sampled_rows(5_000, 0, 200))
    assert sample.table.frame.equals(frame[sample.rows])
    assert (sample.of, sample.table.words, sample.table.quoted) == (5_000, {"text": ("na",)}, frozenset({"text"}))
    assert source.reads == [(0, 5_000)]


def test_a_short_table_is_its_own_sample():
    frame = pl.DataFrame({"row": np.arange(50)})
    sample = sample_of(FrameRows(frame, 7), 0, 50)
    assert sample.table.frame.equals(frame)
    assert sample.rows.tolist() == list(range(50))
