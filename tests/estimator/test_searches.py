"""Searches whose fits run in other processes: joblib's own, and a Dask cluster's where Dask is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier, MLPRegressor
from glassprop.functions import Activation

X, Y = load_iris(return_X_y=True)
LARGE = np.tile(X, (250, 1)), np.tile(Y, 250)  # above a megabyte, so that joblib maps it, read-only
GRID = {"mlp__hidden_layer_sizes": [(4,), (8,)], "mlp__solver": ["adamw", "sgd"]}
OWN = {"mlp__activation": [Activation("cube", value=lambda z: z**3 / 9, slope=lambda z, a: z**2 / 3), "tanh"]}


def search(grid: dict[str, Any], model: Any = None) -> GridSearchCV:
    """A search that also tells where its fits were made, and how many threads each would take."""

    def scored(model: Any, X: Any, y: Any) -> dict[str, float]:
        from glassprop.engine.thread_limit import usable_cores

        return {"score": model.score(X, y), "threads": usable_cores(), "process": os.getpid()}

    model = model or MLPClassifier(max_iter=5, dropout=0.1, engine="compiled", random_state=0)
    steps = make_pipeline(StandardScaler(), model)
    steps.steps[-1] = ("mlp", model)
    return GridSearchCV(steps, grid, scoring=scored, refit="score", cv=3)


@contextmanager
def loky(inner: int) -> Iterator[None]:
    with joblib.parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=inner):
        yield


@contextmanager
def dask(n_threads: int) -> Iterator[None]:
    distributed = pytest.importorskip("dask.distributed")
    how = {"n_workers": 2, "threads_per_worker": n_threads, "dashboard_address": None}
    with (
        distributed.LocalCluster(**how) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        yield


@pytest.fixture(params=["loky", "dask", "dask of two threads"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    with loky(1) if request.param == "loky" else dask(2 if "two" in request.param else 1):
        yield


def alike(found: GridSearchCV, expected: GridSearchCV) -> None:
    """The same scores and the same best model, bit for bit."""
    assert found.best_params_ == expected.best_params_
    for split in range(3):
        name = f"split{split}_test_score"
        np.testing.assert_array_equal(found.cv_results_[name], expected.cv_results_[name])
    np.testing.assert_array_equal(found.best_estimator_[-1].theta_, expected.best_estimator_[-1].theta_)


@pytest.mark.filterwarnings("default::DeprecationWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.usefixtures("elsewhere")
def test_a_search_in_other_processes():
    found = search(GRID).fit(X, Y)
    own_functions = MLPClassifier(max_iter=5, engine="reference", random_state=0)
    own = search(OWN, own_functions).fit(X, Y)
    regressor = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, engine="compiled", random_state=0)
    numbers = search({"mlp__loss": ["squared_error", "huber(0.5)"]}, regressor).fit(*LARGE)
    processes, threads = (
        {int(n) for split in range(3) for n in found.cv_results_[f"split{split}_test_{what}"]}
        for what in ("process", "threads")
    )
    assert os.getpid() not in processes
    assert threads == {1}, "each fit takes one thread, since another process has the other core"
    with joblib.parallel_config(backend="sequential"):
        alike(found, search(GRID).fit(X, Y))
        alike(own, search(OWN, own_functions).fit(X, Y))
        alike(numbers, search({"mlp__loss": ["squared_error", "huber(0.5)"]}, regressor).fit(*LARGE))
