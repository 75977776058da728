"""``Margins``: which outputs it has gathered of a fit, of which rows, and that it changes nothing."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification

from glassprop import Margins, MLPClassifier, MLPRegressor, Tracer
from glassprop.errors import SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def clf(**arguments):
    defaults = {"learning_rate_init": 0.02, "max_iter": 30, "tol": 0, "random_state": 0}
    return MLPClassifier((8,), **defaults | arguments)


def test_it_changes_no_bit():
    X, y = load_iris(return_X_y=True)
    for arguments in ({}, {"early_stopping": True}, {"n_members": 2, "dropout": 0.1}, {"solver": "lbfgs"}):
        seen, alone = clf(**arguments).set_callbacks(Margins()).fit(X, y), clf(**arguments).fit(X, y)
        np.testing.assert_array_equal(seen.theta_, alone.theta_)


def test_of_fits_at_once_the_last_to_begin_is_followed():
    """What an earlier fit, in another thread, goes on to tell is not heard."""
    X, y = load_iris(return_X_y=True)
    callbacks = margins, tracer = Margins(), Tracer(5)
    model = clf(max_iter=7).set_callbacks(*callbacks).fit(X, y)
    seen, traced = margins.rows(), tracer.trace()
    margins._found = None  # gathered anew

    def tell():
        margins.on_rows(None)
        for one in callbacks:
            one.on_begin(model.network_, model._state)
            one.on_state(model._state)
            one.on_fit_task_end(model, SimpleNamespace(task_name="fit"))
            one.teardown(model, None)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(tell).result()
    np.testing.assert_array_equal(margins.rows().margin, seen.margin)
    np.testing.assert_array_equal(tracer.trace().thetas, traced.thetas)
    np.testing.assert_array_equal(tracer.trace().rates, traced.rates)


def test_a_wrong_label_has_the_least_margin():
    X, y = load_iris(return_X_y=True)
    y[10] = 2
    margins = Margins()
    clf().set_callbacks(margins).fit(X, y)
    rows = margins.rows()
    assert rows.margin.argmin() == 10
    assert rows.learned[10] == -1
    assert rows.trained.all()


def test_rows_set_aside_or_without_weight_have_the_final_weights():
    X, y = load_iris(return_X_y=True)
    weight = np.ones(150)
    weight[[3, 70, 140]] = 0
    margins = Margins()
    model = clf(early_stopping=True).set_callbacks(margins).fit(X, y, sample_weight=weight)
    rows = margins.rows()
    assert 15 <= (~rows.trained).sum() <= 18
    assert not rows.trained[[3, 70, 140]].any()
    final = model.predict_proba(X)
    np.testing.assert_allclose(rows.outputs[~rows.trained], final[~rows.trained], rtol=1e-12)
    assert (np.abs(rows.outputs - final).max(axis=1) > 1e-6)[rows.trained].all()


def test_kinds_of_targets():
    X, Y = make_multilabel_classification(60, 6, n_classes=3, random_state=0)
    X_d, y_d = load_diabetes(return_X_y=True)
    X_i, y_i = load_iris(return_X_y=True)
    regressor = MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0)
    cases = [
        (clf(), X_i, y_i, "classes", 3),
        (clf(), X_i, np.array(["yes", "no"])[(y_i == 0).astype(int)], "labels", 1),
        (clf(), X, Y, "labels", 3),
        (regressor, X_d, y_d, "numbers", 1),
        (regressor, X_d, np.column_stack([y_d, y_d]), "numbers", 2),
    ]
    for model, rows, targets, task, k in cases:
        margins = Margins()
        model.set_callbacks(margins).fit(rows, targets)
        seen = margins.rows()
        assert (seen.task, seen.outputs.shape) == (task, (len(rows), k))
        assert np.isfinite(seen.margin).all()
        assert (seen.confidence >= 0).all()
        assert (seen.confidence <= 1).all()


def test_each_fit_anew_and_a_pickle_has_it():
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    model = clf(warm_start=True).set_callbacks(margins).fit(X, y)
    first = margins.rows()
    again = pickle.loads(pickle.dumps(margins)).rows()
    np.testing.assert_array_equal(again.margin, first.margin)
    model.fit(X, y)
    assert margins.rows().margin.mean() > first.margin.mean()  # it went on from the weights there were


def test_partial_fit_tells_of_the_rows_of_the_last_call():
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    model = clf().set_callbacks(margins)
    model.partial_fit(X, y, classes=[0, 1, 2])
    model.partial_fit(X[::3], y[::3])
    assert len(margins.rows()) == 50
    assert margins.rows().epochs == 1


def test_before_a_fit():
    with pytest.raises(SettingsError, match="has seen no fit that came to its end"):
        Margins().rows()
