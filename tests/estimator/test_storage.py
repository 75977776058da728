"""Arrays as they come from disks and other processes: read-only, memory-mapped, misaligned, of another byte order."""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
import pytest
from joblib import Parallel, delayed
from scipy.sparse import csr_array
from storage import misaligned, read_only

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.engine.plan import Data
from glassprop.optimizer import Adam
from glassprop.training.loop import train
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK: dict[str, Any] = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0, "warm_start": True}


def mapped(array: Any, folder: Any) -> Any:
    np.save(folder / "array.npy", array)
    return np.load(folder / "array.npy", mmap_mode="r")


STORED = {
    "read-only": lambda array, folder: read_only(array),
    "mapped": mapped,
    "misaligned": lambda array, folder: misaligned(array),
    "big-endian": lambda array, folder: array.astype(array.dtype.newbyteorder(">")),
    "every other": lambda array, folder: np.repeat(array, 2, axis=0)[::2],
    "columns first": lambda array, folder: np.asfortranarray(array),
}


def fitted(solver: str, engine: str, X: Any, y: Any, weight: Any) -> MLPRegressor:
    model = MLPRegressor(solver=solver, engine=engine, early_stopping=solver != "lbfgs", **QUICK)
    model.fit(X, y, weight, X_val=X, y_val=y, sample_weight_val=weight)
    if solver != "lbfgs":
        model.set_params(early_stopping=False).partial_fit(X, y, weight)
    return model


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize(("solver", "engine"), [("adam", "auto"), ("sgd", "reference"), ("lbfgs", "auto")])
def test_data_in_any_storage_train_alike(
    stored: str, solver: str, engine: str, three_outputs: Any, tmp_path: Any
) -> None:
    """X, y and weights by turns; the reference takes them as they are, so its sums may round otherwise."""
    data = [three_outputs.X, three_outputs.y, three_outputs.weight]
    expected = fitted(solver, engine, *data)
    for i in range(3):
        model = fitted(
            solver, engine, *(STORED[stored](a, tmp_path) if place == i else a for place, a in enumerate(data))
        )
        np.testing.assert_allclose(model.theta_, expected.theta_, rtol=1e-7, atol=1e-9)
    X = STORED[stored](data[0], tmp_path)
    np.testing.assert_allclose(expected.predict(X), expected.predict(data[0]), rtol=1e-10, atol=1e-12)
    assert expected.explain(X, data[1], row=1).cost == pytest.approx(expected.explain(*data[:2], row=1).cost)


def test_sparse_data_that_cannot_be_written(three_outputs: Any) -> None:
    X = csr_array(three_outputs.X)
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    model = MLPRegressor(**QUICK).fit(X, three_outputs.y).partial_fit(X, three_outputs.y)
    assert model.predict(X).shape == (53, 3)


def reopened(model: Any, folder: Any) -> Any:
    joblib.dump(model, folder / "model.joblib")
    return joblib.load(folder / "model.joblib", mmap_mode="r")


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_a_model_opened_read_only_trains_on(solver: str, engine: str, multiclass: Any, tmp_path: Any) -> None:
    X, y = multiclass.X, multiclass.y
    original = MLPClassifier(solver=solver, engine=engine, **QUICK).fit(X, y)
    model = reopened(original, tmp_path)
    assert not model.theta_.flags.writeable
    np.testing.assert_array_equal(model.predict_proba(X), original.predict_proba(X))
    assert model.explain(X, y, row=0).cost == original.explain(X, y, row=0).cost
    file = (tmp_path / "model.joblib").read_bytes()
    for each in (original, model):
        each.fit(X, y) if solver == "lbfgs" else each.partial_fit(X, y)
    np.testing.assert_array_equal(model.theta_, original.theta_)
    assert model.theta_.flags.writeable
    assert (tmp_path / "model.joblib").read_bytes() == file


def test_a_model_opened_read_only_takes_new_weights(multiclass: Any, tmp_path: Any) -> None:
    original = MLPClassifier(**QUICK).fit(multiclass.X, multiclass.y)
    for assign in (
        lambda model: setattr(model, "coefs_", [w * 2 for w in model.coefs_]),
        lambda model: model.coefs_.__setitem__(0, model.coefs_[0] * 2),
        lambda model: model.intercepts_.__setitem__(slice(None), [b + 1 for b in model.intercepts_]),
    ):
        model, same = reopened(original, tmp_path), joblib.load(tmp_path / "model.joblib")
        for each in (model, same):
            assign(each)
        np.testing.assert_array_equal(model.theta_, same.theta_)
        assert (model.theta_ != original.theta_).any()
    views = reopened(original, tmp_path).coefs_
    views[0] = np.ones((5, 4))
    np.testing.assert_array_equal(views[0], np.ones((5, 4)))


def further(model: Any, X: Any, y: Any) -> Any:
    assert not X.flags.writeable
    assert not model.theta_.flags.writeable
    return model.partial_fit(X, y).theta_


def test_workers_are_handed_read_only_arrays(multiclass: Any) -> None:
    """joblib maps what is large into its workers; here everything counts as large."""
    X, y = multiclass.X, multiclass.y
    model = MLPClassifier(engine="reference", **QUICK).fit(X, y)
    found = Parallel(n_jobs=2, max_nbytes=1)(delayed(further)(model, X, y) for _ in range(2))
    expected = model.partial_fit(X, y).theta_
    for theta in found:
        np.testing.assert_array_equal(theta, expected)


@pytest.mark.parametrize("change", [read_only, misaligned])
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_state_that_cannot_be_written_is_copied_first(engine: str, change: Any) -> None:
    rng = np.random.default_rng(0)
    network = Network(3, [Layer(4, "tanh"), Layer(1, "identity")])
    X, theta = rng.normal(size=(20, 3)), network.initial(rng)

    def run(change: Any) -> TrainState:
        state = TrainState(change(theta))
        state.optimizer = Adam().start(theta)
        state.optimizer.vectors = tuple(change(vector) for vector in state.optimizer.vectors)
        settings = Settings(epochs=3, engine=engine)
        return train(network, state, Data(X, X[:, :1]), settings, rng=np.random.default_rng(1))

    np.testing.assert_array_equal(run(change).theta, run(np.copy).theta)
