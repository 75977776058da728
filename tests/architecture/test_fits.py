"""Arrays that do not fit a network are refused at once, all faults in one message."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import dense

from glassprop.architecture.fits import check_inputs, check_shapes
from glassprop.errors import DataError

NETWORK = dense(3, (4, "tanh"), (2, "identity"))
X, Y, W, THETA = np.zeros((5, 3)), np.zeros((5, 2)), np.ones(5), np.zeros(26)


def test_what_fits_passes():
    check_shapes(NETWORK, X, Y, None)
    check_shapes(NETWORK, X.astype(np.float32), Y, W, THETA.astype(np.float32))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((X[:, :2], Y, None), r"X must have shape \(n, 3\), got \(5, 2\)"),
        ((X[0], Y, None), r"X must have shape \(n, 3\), got \(3,\)"),
        ((X, Y[:, 0], None), r"Y must have shape \(n, 2\), got \(5,\)"),
        ((X, Y[:4], None), r"as many rows, got shapes \(5, 3\) and \(4, 2\)"),
        ((X, Y, W[:3]), r"sample_weight must have shape \(5,\), got \(3,\)"),
        ((X, Y, W[:, None]), r"sample_weight must have shape \(5,\), got \(5, 1\)"),
        ((X[:0], Y[:0], None), "at least one example, got none"),
        ((X, Y, None, THETA[:-1]), r"theta must have shape \(26,\), got \(25,\)"),
        ((X, Y, None, np.zeros(27)), r"theta must have shape \(26,\), got \(27,\)"),
        ((X, Y, None, np.zeros(26, dtype=int)), "theta must hold floating-point numbers, got int64"),
        ((np.float64(3), Y, None), r"X must have shape \(n, 3\), got \(\)"),
    ],
)
def test_what_does_not_fit(arrays, message):
    with pytest.raises(DataError, match=message):
        check_shapes(NETWORK, *arrays)


def test_all_faults_at_once():
    with pytest.raises(DataError) as caught:
        check_shapes(NETWORK, X[:, :1], Y[:3, :1], W[:2], THETA[:3])
    assert str(caught.value).count(";") == 4
    assert "\n" not in str(caught.value)


def test_what_is_no_array_is_named():
    with pytest.raises(DataError) as caught:
        check_shapes(NETWORK, X.tolist(), None, None, list(THETA))
    for part in ("theta must have shape (26,), got a list", "got a list", "Y must have shape (n, 2), got a NoneType"):
        assert part in str(caught.value)


def test_inputs_alone():
    check_inputs(NETWORK, THETA, X[:0])
    with pytest.raises(DataError, match=r"theta must have .* got \(25,\); X must have shape \(n, 3\), got \(5, 2\)"):
        check_inputs(NETWORK, THETA[:-1], X[:, :2])
