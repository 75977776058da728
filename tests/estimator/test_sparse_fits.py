"""Estimators on sparse X: compiled, and with what the reference engine, the same X dense, and scikit-learn come to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rounding import assert_rounded
from scipy import sparse
from sklearn import neural_network as theirs

from glassprop import MLPClassifier, MLPRegressor
from glassprop.engine.compiled.entries import Reading
from glassprop.engine.compiled.row import BY_ENTRIES, W_TURNED

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
N, M = 160, 120
_RNG = np.random.default_rng(0)
X = sparse.csr_matrix(_RNG.normal(size=(N, M)) * (_RNG.random((N, M)) < 0.06))
Y = np.asarray(X[:, :5].sum(axis=1)).ravel() + 0.1 * _RNG.normal(size=N)
LABELS = np.digitize(Y, [-0.5, 0.5])
SMALL = {"hidden_layer_sizes": (9,), "max_iter": 4, "batch_size": 32, "random_state": 0}
KINDS = {
    "adam": (MLPClassifier, {}),
    "sgd": (MLPClassifier, {"solver": "sgd", "learning_rate_init": 0.05}),
    "stopping early": (MLPClassifier, {"early_stopping": True}),
    "dropout": (MLPClassifier, {"dropout": 0.3}),
    "regression": (MLPRegressor, {"alpha": 0.1}),
    "residual": (MLPRegressor, {"hidden_layer_sizes": (9, 9), "residual": True}),
    "factors": (MLPRegressor, {"scale_inputs": True}),
}


def fitted(kind: type, X: Any, dtype: Any = np.float64, **arguments: Any) -> Any:
    y = LABELS if kind is MLPClassifier else Y
    return kind(**SMALL | arguments).fit(X.astype(dtype), y, sample_weight=np.linspace(0.5, 1.5, N))


def assert_alike(found: Any, expected: Any, dtype: Any = np.float64) -> None:
    """After some steps of Adam, which make of a rounded 0 what they make of a number."""
    wide = np.abs(expected.theta_).max()
    assert_rounded(found.theta_, expected.theta_, wide, 1_000_000 if dtype == np.float64 else 20_000, dtype)
    assert_rounded(found.loss_curve_, expected.loss_curve_, 10, 10_000, dtype)


def test_the_entries_are_read_with_W_turned() -> None:
    """What the tests below are about."""
    assert Reading.of(fitted(MLPClassifier, X).network_, X, N).first & (BY_ENTRIES | W_TURNED) == BY_ENTRIES | W_TURNED


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", KINDS)
def test_a_fit_ends_where_the_reference_and_the_dense_X_end(name: str, dtype: Any) -> None:
    kind, arguments = KINDS[name]
    found = fitted(kind, X, dtype, **arguments)
    assert found.engine_ == "compiled"
    assert_alike(found, fitted(kind, X, dtype, engine="reference", **arguments), dtype)
    assert_alike(found, fitted(kind, X.toarray(), dtype, **arguments), dtype)
    answer = found.predict_proba if kind is MLPClassifier else found.predict
    some = X.astype(dtype)
    assert_rounded(answer(some), answer(some.toarray()), 10, dtype=dtype)
    assert_rounded(answer(some[7]), answer(some)[7:8], 10, dtype=dtype)


@pytest.mark.parametrize("rows", [1, 40])
def test_partial_fits_end_there_too(rows: int) -> None:
    """A row has too few entries to turn W for."""
    made = [
        MLPRegressor(hidden_layer_sizes=(9,), random_state=0, engine=engine) for engine in ("auto", "reference", "auto")
    ]
    for start in range(0, 4 * rows, rows):
        some = X[start : start + rows]
        for model, x in zip(made, (some, some, some.toarray()), strict=True):
            model.partial_fit(x, Y[start : start + rows])
    assert [model.engine_ for model in made] == ["compiled", "reference", "compiled"]
    assert_alike(made[0], made[1])
    assert_alike(made[0], made[2])


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix])
def test_scikit_learn_comes_to_the_same(form: Any) -> None:
    arguments = SMALL | {"solver": "sgd", "momentum": 0.9, "learning_rate_init": 0.05}
    ours, other = MLPClassifier(**arguments).fit(form(X), LABELS), theirs.MLPClassifier(**arguments).fit(X, LABELS)
    assert ours.engine_ == "compiled"
    np.testing.assert_allclose(ours.loss_curve_, other.loss_curve_, rtol=1e-8)
    for found, expected in zip(ours.coefs_, other.coefs_, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(form(X)), other.predict_proba(X), rtol=1e-7)
