"""Sketches against the columns themselves: ranks within the error that they state, whatever the values and order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from glassprop.tables.encoding.column_scale import ColumnInMemory, scale_of
from glassprop.tables.streaming.number_statistics import NumberStatistics, median_of
from glassprop.tables.streaming.sketch import QuantileSketch, size_for

ROWS = 60_000
RNG = np.random.default_rng(0)
NASTY = {
    "normal": RNG.normal(size=ROWS),
    "sorted": np.arange(ROWS, dtype=float),
    "reversed": np.arange(ROWS, dtype=float)[::-1],
    "there and back": np.concatenate([np.arange(ROWS // 2), np.arange(ROWS // 2)[::-1]]).astype(float),
    "zigzag": np.where(np.arange(ROWS) % 2, 1.0, -1.0) * np.arange(ROWS),
    "heavy tail": RNG.pareto(0.3, ROWS).clip(0, 1e150),
    "cauchy": RNG.standard_cauchy(ROWS),
    "many ties": np.where(RNG.random(ROWS) < 0.7, 3.0, RNG.normal(size=ROWS)),
    "two lumps": np.where(RNG.random(ROWS) < 0.5, 1e-140 * RNG.random(ROWS), 1e140 * RNG.random(ROWS)),
    "growing": 1.001 ** np.arange(ROWS),
    "each larger than half": np.concatenate([np.sort(RNG.normal(size=m)) for m in [ROWS // 100] * 100]),
    "gaps": np.where(np.arange(ROWS) % 3 == 0, np.nan, RNG.normal(size=ROWS)),
}
MERGED = ((0, 1), (0, 2), (4, 5), (3, 4), (0, 3))


def taken_in(values, size, block=1000):
    found = NumberStatistics(size)
    for start in range(0, len(values), block):
        found.add(values[start : start + block])
    return found


def merged(values, size, parts=6):
    found = [taken_in(part, size) for part in np.array_split(values, parts)]
    for into, of in MERGED:
        found[into].merge(found[of])
    return found[0]


def worst_rank(values, known, counts):
    """The most by which the number of rows up to any value is wrong."""
    values = np.sort(values[~np.isnan(values)])
    at = np.concatenate([known, values])
    said = np.append(0, np.cumsum(counts))[np.searchsorted(known, at, side="right")]
    return np.abs(said - np.searchsorted(values, at, side="right")).max()


@pytest.mark.parametrize("make", [taken_in, merged])
@pytest.mark.parametrize("name", NASTY)
def test_no_rank_is_off_by_more_than_is_said(name, make):
    values, size = NASTY[name], 64
    found = make(values, size)
    known, counts = found.counted()
    there = values[~np.isnan(values)]
    assert (found.rows, found.missing) == (len(there), len(values) - len(there))
    assert counts.sum() == found.rows
    assert (np.diff(known) > 0).all()
    assert found.ends() == (there.min(), there.max()) == (known[0], known[-1])
    assert set(known.tolist()) <= set(there.tolist())
    assert not found.exact
    assert 0 < worst_rank(values, known, counts) <= found.error
    assert found.error <= found.rows * np.log2(found.rows / size) / (3.5 * size) + 6 * size  # as the docstring says
    assert len(known) < 2 * size * (np.log2(ROWS / size) + 1)


@pytest.mark.parametrize("name", ["normal", "sorted", "reversed", "cauchy", "zigzag"])
def test_the_outermost_rows_are_known_each(name):
    values, size = np.sort(NASTY[name]), 64
    known, counts = merged(NASTY[name], size).counted()
    few = size // 8
    np.testing.assert_array_equal(known[:few], values[:few])
    np.testing.assert_array_equal(known[-few:], values[-few:])
    assert counts[: few - 1].max() == counts[1 - few :].max() == 1


@pytest.mark.parametrize("different", [1, 2, 100, 128])
def test_few_different_values_are_kept_exactly(different):
    values = RNG.integers(0, different, ROWS).astype(float)
    for found in (taken_in(values, 64), merged(values, 64)):
        known, counts = np.unique(values, return_counts=True)
        np.testing.assert_array_equal(found.counted()[0], known)
        np.testing.assert_array_equal(found.counted()[1], counts)
        assert found.exact
        assert found.error == 0
        assert found.column().median() == np.median(values)


def test_one_value_more_than_are_kept_is_a_sketch():
    assert taken_in(np.arange(128.0), 64).exact
    assert not taken_in(np.arange(129.0), 64).exact
    assert not taken_in(np.append(np.arange(100.0), np.arange(1000.0, 1030.0)), 64).exact


def test_counts_that_become_a_sketch_are_still_exact():
    sketch = QuantileSketch(64)
    known, counts = np.arange(120.0), RNG.integers(1, 10_000, 120)
    sketch.add_counted(known, counts)
    if sketch.error == 0:
        np.testing.assert_array_equal(sketch.counted()[1], counts)
    assert worst_rank(np.repeat(known, counts), *sketch.counted()) <= sketch.error


def test_nothing_and_nothing_but_gaps():
    found = taken_in(np.full(500, np.nan), 64)
    assert (found.rows, found.missing, found.exact) == (0, 500, True)
    other = taken_in(NASTY["normal"], 64)
    known, _ = other.counted()
    other.merge(found)
    found.merge(other)
    assert (found.rows, found.missing) == (ROWS, 1000)
    np.testing.assert_array_equal(found.counted()[0], known)


def test_the_same_values_give_the_same_sketch_and_it_comes_back_from_its_plain_form():
    one, other = merged(NASTY["cauchy"], 64), merged(NASTY["cauchy"], 64)
    again = NumberStatistics.of_plain(one.plain())
    for values in (NASTY["normal"], NASTY["sorted"]):
        for found in (one, other, again):
            found.add(values)
    for found in (other, again):
        for a, b in zip(one.counted(), found.counted(), strict=True):
            np.testing.assert_array_equal(a, b)
        assert one.error == found.error
        whole = (0, len(one.counted()[0]))
        assert one.column().moments(*whole) == found.column().moments(*whole)


def test_more_columns_have_smaller_sketches():
    sizes = [size_for(n) for n in (1, 20, 200, 100_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert 200 * size_for(200) * 8 * 12 <= 64 << 20
    assert sizes[-1] == 256


def exactly(values):
    """Mean and standard deviation in whole numbers' arithmetic, as far as float128 has it."""
    values = values.astype(np.longdouble)
    unit = np.abs(values).max()
    mean = (values / unit).mean()
    return float(mean * unit), float(np.sqrt(((values / unit - mean) ** 2).mean()) * unit)


@pytest.mark.parametrize("name", NASTY)
def test_mean_and_spread_are_those_of_all_rows(name):
    values = NASTY[name]
    there = values[~np.isnan(values)]
    column = merged(values, 64).column()
    mean, deviation = column.moments(0, len(column.known))
    right = exactly(there)
    assert mean == pytest.approx(right[0], rel=1e-11, abs=1e-13 * np.abs(there).max())
    assert deviation == pytest.approx(right[1], rel=1e-11)


def test_what_lies_far_from_all_others_is_left_out_of_mean_and_spread():
    bulk = RNG.normal(1000, 3, ROWS)
    values = bulk.copy()
    values[::5000] = -99999.0
    values[1] = 1e30
    left = values[(values > 0) & (values < 1e6)]
    scale = scale_of(merged(values, 64).column(), "auto")
    assert scale.form == "robust"
    assert scale.center == pytest.approx(left.mean(), rel=1e-11)
    assert scale.spread == pytest.approx(left.std(), rel=1e-9)
    near = np.append(bulk, np.full(20, 1200.0))  # of the same size as the others: made up of values
    scale = scale_of(merged(near, 64).column(), "auto")
    assert scale.center == pytest.approx(bulk.mean(), abs=0.05)
    assert scale.spread == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("name", ["normal", "cauchy", "heavy tail", "many ties", "sorted", "growing"])
def test_the_scale_of_a_column_is_that_of_its_rows(name):
    there = NASTY[name]
    found = merged(there, 1024)
    mine, right = scale_of(found.column(), "auto"), scale_of(ColumnInMemory(there), "auto")
    assert (mine.form, len(mine.at) > 0) == (right.form, len(right.at) > 0)
    assert mine.center == pytest.approx(right.center, rel=1e-10, abs=1e-10 * right.spread)
    assert mine.spread == pytest.approx(right.spread, rel=1e-10)
    if len(right.at):
        rank = norm.cdf(np.interp(there, mine.at, mine.to)) - norm.cdf(np.interp(there, right.at, right.to))
        assert np.abs(rank).max() < 4 * found.error / ROWS + 0.01


def test_a_missing_value_counts_as_what_it_is_filled_with():
    values = np.where(RNG.random(ROWS) < 0.2, np.nan, RNG.normal(5, 2, ROWS))
    found = merged(values, 64)
    median = found.column().median()
    filled = np.where(np.isnan(values), median, values)
    column = found.column(median, found.missing)
    assert column.counts.sum() == ROWS
    assert column.moments(0, len(column.known)) == pytest.approx((filled.mean(), filled.std()), rel=1e-11)
    assert abs((values < median).sum() / found.rows - 0.5) <= (found.error + 1) / found.rows


@pytest.mark.parametrize("rows", [1, 2, 7, 8, 999])
def test_medians_are_numpys(rows):
    values = RNG.integers(0, 20, rows) / 7
    assert median_of(*np.unique(values, return_counts=True)) == np.median(values)
