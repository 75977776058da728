"""Explaining fitted estimators: rows, names, targets and predictions as text, and the optimizer as it stood."""

from __future__ import annotations

import pickle
from functools import partial
from math import prod

import numpy as np
import pandas as pd
import polars as pl
import pytest
from rounding import OF_A_TRAINING, assert_rounded, size_of_gradient
from scipy.sparse import csr_array
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.explaining import MOST_ROWS
from glassprop.insight.explanation import Explanation

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def _fitted(X, y, **settings):
    settings = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 15, "random_state": 0} | settings
    return MLPClassifier(**settings).fit(X, y)


def _both(network):
    """The gradient, and the size of what is added up in it."""
    return network.gradient, partial(size_of_gradient, network)


def _cost(clf, X, y):
    """The average cost of rows, from what the estimator itself makes of them."""
    X, Y = clf.encode_targets(X, y)
    return clf.network_.cost(clf.theta_, X, Y)


def test_one_row(iris):
    X, y = iris
    clf = _fitted(X, y)
    e = clf.explain(X, y, row=70)
    assert isinstance(e, Explanation)
    assert (e.n_examples, e.names.rows, e.names.targets) == (1, (70,), (str(y[70]),))
    assert e.names.predictions == (str(clf.predict(X[70:71])[0]),)
    assert e.names.outputs == ("0", "1", "2")
    assert_rounded(e.cost, _cost(clf, X[70:71], y[70:71]))
    vectors = [f(clf.theta_, X[70:71], np.eye(3)[y[70:71]]) for f in _both(clf.network_)]
    found, (expected, size) = e.weight(1, 2, 3), (clf.network_.w(vector, 1)[2, 3] for vector in vectors)
    assert_rounded(found.value, expected, size)
    assert_rounded(prod(found.factors.values()), found.value, size)


def test_several_rows_and_all_of_them(iris):
    X, y = iris
    clf = _fitted(X, y)
    e = clf.explain(X, y, rows=[149, 3, 3])
    assert (e.names.rows, e.names.targets) == ((149, 3, 3), ("2", "0", "0"))
    assert clf.explain(X[:20], y[:20]).n_examples == 20
    assert clf.explain(X, y, rows=np.array([1, 2])).n_examples == 2
    assert clf.explain(X, y, rows=range(4)).n_examples == 4


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({}, SettingsError, f"there are 150 rows, and at most {MOST_ROWS}"),
        ({"row": 1, "rows": [2]}, SettingsError, "not both"),
        ({"row": 150}, DataError, "there is no row 150: 150 rows are there, counted from 0 to 149"),
        ({"row": -1}, DataError, "there is no row -1"),
        ({"rows": [0, 200, 300]}, DataError, "there is no rows 200, 300"),
        ({"row": [0, 2]}, SettingsError, "row= is one row, got 0, 2: give rows= for several"),
        ({"row": 1.5}, SettingsError, "rows are whole numbers, counted from 0, got 1.5"),
        ({"row": True}, SettingsError, "rows are whole numbers"),
        ({"rows": []}, SettingsError, "rows= is empty"),
        ({"rows": 3}, SettingsError, r"rows=\[0, 5\], got 3"),
        ({"rows": "12"}, SettingsError, "got '12'"),
        ({"row": 0, "top": 0}, SettingsError, "top must be"),
    ],
)
def test_rows_that_cannot_be_had(iris, asked, error, said):
    X, y = iris
    with pytest.raises(error, match=said) as caught:
        _fitted(X, y, max_iter=1).explain(X, y, **asked)
    assert "\n" not in str(caught.value)


def test_before_fit(iris):
    with pytest.raises(NotFittedError):
        MLPClassifier().explain(*iris, row=0)


def test_a_class_that_training_did_not_see(iris):
    X, y = iris
    clf = _fitted(X, y, max_iter=1)
    with pytest.raises(DataError, match="y has classes that training did not see: 7; it saw 0, 1, 2"):
        clf.explain(X[:3], [0, 7, 1])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_the_names_of_a_frame(iris, frame):
    X, y = iris
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    table = frame(dict(zip(names, X.T, strict=True)))
    clf = _fitted(table, y)
    e = clf.explain(table, y, row=5)
    assert list(e.names.inputs) == names
    assert e.input("petal length").value == e.by_a(0)[2]
    with pytest.raises(SettingsError, match="there is no input or column 'petal': there are 'sepal length'"):
        e.input("petal")


def test_other_forms_of_x_and_y_say_the_same(iris):
    X, y = iris
    clf = _fitted(X, y)
    expected = clf.explain(X, y, rows=[60, 2]).to_dict()
    for other_X, other_y in ((X.tolist(), y.tolist()), (csr_array(X), pd.Series(y)), (X, pl.Series(y))):
        assert clf.explain(other_X, other_y, rows=[60, 2]).to_dict() == expected


def test_two_classes_on_one_output(iris):
    X, y = iris
    labels = np.array(["no", "yes"])[(y == 1).astype(int)]
    e = _fitted(X, labels).explain(X, labels, rows=[0, 60])
    assert e.names.outputs == ("yes",)
    assert e.names.targets == ("no", "yes")
    assert set(e.names.predictions) <= {"no", "yes"}


def test_several_labels_at_once(iris):
    X, y = iris
    labels = np.stack([y > 0, y > 1], axis=1).astype(int)
    e = _fitted(X, labels).explain(X, labels, rows=[0, 60, 149])
    assert e.names.targets == ("none", "0", "0, 1")


def test_regression_of_one_and_several_outputs(iris):
    X, _ = iris
    one = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(X[:, :3], X[:, 3])
    e = one.explain(X[:, :3], pd.Series(X[:, 3], name="width"), row=7)
    assert e.names.targets == ("0.2",)
    assert float(e.names.predictions[0]) == pytest.approx(one.predict(X[7:8, :3])[0], rel=1e-5)
    two = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(X[:, :2], X[:, 2:])
    e = two.explain(X[:, :2], X[:, 2:], row=7)
    assert (e.names.outputs, e.names.targets) == (("output 0", "output 1"), ("1.5, 0.2",))


def test_single_precision_is_explained_in_double(iris):
    X, y = iris
    clf = _fitted(X.astype(np.float32), y)
    e = clf.explain(X.astype(np.float32), y, row=3)
    assert e.view.theta.dtype == e.view.X.dtype == e.view.Y.dtype == np.float64
    reg = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(X[:, :3].astype(np.float32), X[:, 3])
    assert reg.explain(X[:, :3].astype(np.float32), X[:, 3], row=3).view.Y[0, 0] == X[3, 3]


def test_digits_as_a_frame_are_a_picture():
    X, y = load_digits(return_X_y=True, as_frame=True)
    e = _fitted(X[:100], y[:100], max_iter=1).explain(X, y, row=0)
    assert (e.names.image, e.names.pixels) == ((8, 8), None)
    assert e.to_dict()["image"] == [8, 8]


# --- the optimizer as it stood ---------------------------------------------------------------------------------

SOLVERS = [
    {"solver": "adam"},
    {"solver": "adamw", "weight_decay": 0.2},
    {"solver": "sgd", "momentum": 0.0},
    {"solver": "sgd", "nesterovs_momentum": False},
    {"solver": "sgd"},
]


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("settings", SOLVERS)
def test_the_step_told_is_the_step_that_comes(iris, settings, engine):
    """One batch an epoch: the next call of partial_fit moves every parameter as was told."""
    X, y = iris
    clf = MLPClassifier(
        (4,), activation="tanh", alpha=2.0, clip_norm=0.4, batch_size=150, learning_rate_init=0.03, random_state=0,
        engine=engine, **settings,
    )  # fmt: skip
    for _ in range(5):
        clf.partial_fit(X, y, classes=[0, 1, 2])
    e, before = clf.explain(X, y, rows=range(150)), clf.theta_.copy()
    clf.partial_fit(X, y)
    network, change = clf.network_, clf.theta_ - before
    for l, j, k in ((1, 0, 2), (1, 3, None), (2, 2, 3), (2, 1, None)):
        step = e.step(l, j, k)
        expected = network.b(change, l)[j] if k is None else network.w(change, l)[j, k]
        assert_rounded(step.change, expected, 1, OF_A_TRAINING)
        assert (step.l2 != 0) == (k is not None)


def test_history_is_by_epoch(iris):
    X, y = iris
    clf = _fitted(X, y, early_stopping=True, max_iter=8)
    history = clf.explain(X, y, row=0).history
    assert history["cost"] == clf.loss_curve_
    assert history["validation_cost"] == clf.validation_curve_
    assert history["best_epoch"] == [clf.best_iteration_]
    plain = _fitted(X, y, early_stopping=False, max_iter=8)
    assert "best_epoch" not in plain.explain(X, y, row=0).history  # the weights are the last epoch's


def test_the_epoch_kept_counts_from_the_first_call(iris):
    """θ went back to an epoch of the second call: its number is that of the history, which holds both."""
    X, y = iris
    clf = _fitted(X, y, early_stopping=True, scoring="loss", max_iter=2, warm_start=True)
    clf.set_params(max_iter=60, learning_rate_init=0.02).fit(X, y)  # so many more that one of them is better
    history = clf.explain(X, y, row=0).history
    assert len(history["cost"]) > clf.n_iter_
    assert history["best_epoch"] == [len(history["cost"]) - clf.n_iter_ + clf.best_iteration_]


def test_lbfgs_has_no_step(iris):
    X, y = iris
    e = _fitted(X, y, solver="lbfgs").explain(X, y, row=0)
    assert e.training is None
    assert e.to_dict()["training"] is None
    with pytest.raises(SettingsError, match="no optimizer"):
        e.step(1, 0, 0)


def test_a_solver_changed_since_has_no_step(iris):
    X, y = iris
    clf = _fitted(X, y).set_params(solver="sgd")
    assert clf.explain(X, y, row=0).training is None


def test_rate_and_memory_are_those_of_the_last_step(iris):
    X, y = iris
    clf = _fitted(X, y, learning_rate="cosine", learning_rate_init=0.01, max_iter=6, batch_size=50)
    step = clf.explain(X, y, row=0).step(1, 0, 0)
    assert step.settings["t"] == 6 * 3 + 1
    rate = step.settings["η"]
    assert 0 < rate < 0.01 * 0.05  # the last of 18 steps down a half cosine
    again = pickle.loads(pickle.dumps(clf)).explain(X, y, row=0).step(1, 0, 0)
    assert again == step


def test_what_was_stored_without_a_rate_still_loads(iris):
    X, y = iris
    clf = _fitted(X, y)
    state = clf.__getstate__()
    del state["_state"]["rate"]
    old = MLPClassifier.__new__(MLPClassifier)
    old.__setstate__(state)
    np.testing.assert_array_equal(old.predict_proba(X), clf.predict_proba(X))
    assert old.explain(X, y, row=0).training is None
    assert old.set_params(warm_start=True).partial_fit(X, y).explain(X, y, row=0).training.rate == 0.001
