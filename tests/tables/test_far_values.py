"""What looks like a mark for "no data", what merely lies far out, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop.tables.schema.far_values import far_values

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=300)
AGES = RNG.integers(18, 91, 500).astype(float)
WHOLE = np.arange(41.0)


def with_marks(values, *marks):
    return np.concatenate([values, *(np.full(rows, number) for number, rows in marks)])


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        (NORMAL, [(-9999.0, 6)]),
        (NORMAL, [(-9999.0, 2)]),
        (NORMAL, [(-9999.0, 200)]),
        (NORMAL, [(9.96921e36, 4)]),
        (NORMAL, [(-9999.0, 5), (-8888.0, 3)]),
        (NORMAL, [(-9999.0, 5), (1e20, 3)]),
        (NORMAL, [(-32768.0, 4)]),
        (NORMAL, [(-555.0, 4)]),
        (AGES, [(999.0, 5)]),
        (AGES, [(99.9, 5)]),
        (AGES, [(999.0, 5), (-1.0, 4)]),
        (WHOLE, [(-1.0, 3)]),
        (WHOLE, [(99.0, 9)]),
        (WHOLE, [(99.0, 9), (88.0, 3)]),
        (WHOLE * 1e5, [(-1.0, 3)]),
        (RNG.integers(0, 2, 99).astype(float), [(9.0, 3)]),
        (RNG.integers(1, 6, 99).astype(float), [(99.0, 3)]),
        (RNG.integers(0, 2, 99).astype(float), [(-9999.0, 2)]),
    ],
)
def test_marks_are_found(values, marks):
    found = far_values(RNG.permutation(with_marks(values, *marks)))
    assert sorted((value.number, value.rows) for value in found.marks) == sorted(marks)
    assert found.others == ()
    assert (found.low, found.high) == (values.min(), values.max())


@pytest.mark.parametrize(
    ("values", "far"),
    [(np.linspace(60, 75, 50), [(10000.0, 1)]), (NORMAL, [(-300.0, 1), (5e4, 2)]), (AGES, [(1980.0, 1)])],
)
def test_others_that_lie_far_out_are_no_marks(values, far):
    found = far_values(with_marks(values, *far))
    assert found.marks == ()
    assert sorted((value.number, value.rows) for value in found.others) == sorted(far)


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        AGES,
        np.r_[WHOLE, -1.0, -1.0],  # twice, and near
        np.r_[NORMAL, -1.0, -1.0, -1.0],  # others are negative too
        np.repeat(np.arange(100.0), 3),  # 99 is the next after 98
        np.repeat([-1.0, 0.0, 1.0], 30),
        np.repeat([36.0, 60.0, 360.0], 30),
        np.repeat([0.0, 9.0], 30),
        np.r_[np.zeros(95), 1.0, 2.0, 3.0, 3.0, 3.0],
        RNG.lognormal(0, 2, 500),
        np.full(50, -9999.0),
        np.sin(np.arange(60.0)),
    ],
)
def test_what_is_neither(values):
    assert far_values(values) is None


def test_marks_are_bounded():
    values = with_marks(NORMAL, *((float(k), 3) for k in (-1e20, -1e21, -1e22, 1e20, 1e21, 1e22)))
    found = far_values(values)
    assert len(found.marks) == 6
    assert found.high < 5
