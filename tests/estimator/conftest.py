"""Small problems of every kind, for the tests of the estimators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray


@dataclass(frozen=True)
class Problem:
    """Standardised inputs X (n, 5), targets y, and weights of examples (n,)."""

    X: NDArray[np.float64]
    y: NDArray[np.generic]
    weight: NDArray[np.float64]
    classifier: bool


def make_problem(kind: str, n: int = 53) -> Problem:
    """One of: binary, multiclass, multilabel, one_output, three_outputs, poisson."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(n, 5))
    signal = X[:, 0] + 0.5 * np.sin(2 * X[:, 1]) + 0.3 * rng.normal(size=n)
    y = {
        "binary": np.where(signal > 0, "yes", "no"),
        "multiclass": np.digitize(signal, [-0.6, 0.6]),
        "multilabel": np.c_[signal > 0, X[:, 2] > 0.3, X[:, 3] < 0].astype(int),
        "one_output": signal,
        "three_outputs": np.c_[signal, X[:, 2] ** 2, X[:, 3] - X[:, 4]],
        "poisson": rng.poisson(np.exp(0.5 * signal)).astype(float),
    }[kind]
    return Problem(X, y, rng.uniform(0.2, 2.0, n), kind in ("binary", "multiclass", "multilabel"))


@pytest.fixture
def binary() -> Problem:
    return make_problem("binary")


@pytest.fixture
def multiclass() -> Problem:
    return make_problem("multiclass")


@pytest.fixture
def one_output() -> Problem:
    return make_problem("one_output")


@pytest.fixture
def three_outputs() -> Problem:
    return make_problem("three_outputs")


@pytest.fixture
def problem_of():
    """The factory itself, for tests that run over kinds."""
    return make_problem
