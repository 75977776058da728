"""What is taken for plain is what scikit-learn's checks would hand back as it is; all else is left to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.utils import check_X_y

from glassprop.estimator.plain_arrays import are_plain_numbers, are_plain_rows

X = np.random.default_rng(0).normal(size=(6, 3))
ROWS: dict[str, tuple[Any, bool]] = {
    "float64": (X, True),
    "float32": (X.astype(np.float32), True),
    "Fortran's order": (np.asfortranarray(X), True),
    "a slice": (X[::2], True),
    "one row": (X[:1], True),
    "not a number": (np.where(X > 1, np.nan, X), False),
    "infinite, both ways": (np.array([[np.inf, -np.inf, 0.0]]), False),
    "infinite": (np.array([[np.inf, 0.0, 0.0]]), False),
    "large": (np.full((6, 3), 1e308), False),
    "whole numbers": (np.ones((6, 3), dtype=int), False),
    "float16": (X.astype(np.float16), False),
    "objects": (X.astype(object), False),
    "none": (X[:0], False),
    "too narrow": (X[:, :2], False),
    "flat": (X[0], False),
    "a list": (X.tolist(), False),
    "sparse": (sp.csr_array(X), False),
    "masked": (np.ma.masked_greater(X, 1), False),
}
NUMBERS: dict[str, tuple[Any, bool]] = {
    "float64": (X[:, 0], True),
    "float32": (X[:, 0].astype(np.float32), True),
    "whole numbers": (np.arange(6), True),
    "several": (X, True),
    "a column": (X[:, :1], False),
    "too few": (X[:5, 0], False),
    "not a number": (np.where(X[:, 0] > 0, np.nan, X[:, 0]), False),
    "infinite": (np.full(6, np.inf), False),
    "objects": (X[:, 0].astype(object), False),
    "text": (X[:, 0].astype(str), False),
    "a list": (X[:, 0].tolist(), False),
    "a cube": (X[:, :, None], False),
    "no column": (X[:, :0], False),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str) -> None:
    rows, plain = ROWS[name]
    assert are_plain_rows(rows, 3) == plain
    if plain:
        checked, _ = check_X_y(rows, np.zeros(len(rows)), dtype=(np.float64, np.float32))
        assert checked is rows


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    numbers, plain = NUMBERS[name]
    assert are_plain_numbers(numbers, 6) == plain
    if plain:
        _, checked = check_X_y(X, numbers, multi_output=True, y_numeric=True)
        np.testing.assert_array_equal(checked, numbers)
        assert checked.dtype == numbers.dtype
