"""``Margins``: which outputs it has gathered of a fit, of which rows, and that it changes nothing."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from leaving import StopAfter
from scipy.sparse import csr_matrix
from sklearn import config_context
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification

from glassprop import Checkpoint, Margins, MLPClassifier, MLPRegressor, Tracer
from glassprop.engine.plan import Data
from glassprop.errors import DivergenceError, SettingsError
from glassprop.training import looks

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
    with pytest.raises(SettingsError, match="has watched no completed fit"):
        Margins().rows()


# --- which epochs, and where there are none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ({"engine": "compiled"}, 11),
        ({"engine": "reference"}, 3),  # epochs 1, 6 and 11
        ({"engine": "compiled", "n_members": 2}, 3),
        ({"solver": "lbfgs"}, 3),
    ],
)
def test_how_many_looks(arguments, number):
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    clf(max_iter=11, **arguments).set_callbacks(margins).fit(X, y)
    assert margins.rows().epochs == number


def test_sums_that_no_cache_holds_are_made_at_every_fifth_epoch(monkeypatch):
    monkeypatch.setattr(looks, "_IN_CACHE", 1000)
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    clf(max_iter=11, engine="compiled").set_callbacks(margins).fit(X, y)
    assert margins.rows().epochs == 3


class Thetas:
    """Keeps the weights that each epoch begins with."""

    def setup(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...
    def on_fit_task_end(self, estimator, context): ...
    def teardown(self, estimator, context): ...

    def on_begin(self, network, state):
        self.network, self.kept = network, [state.theta.copy()]

    def on_state(self, state):
        self.kept.append(state.theta.copy())


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_numbers_of_a_fit_by_hand(engine):
    """With one batch an epoch, every row is seen with the weights that the epoch began with."""
    X, y = load_iris(return_X_y=True)
    margins, thetas = Margins(), Thetas()
    clf(max_iter=11, batch_size=150, engine=engine).set_callbacks(margins, thetas).fit(X, y)
    at = range(11) if engine == "compiled" else (0, 5, 10)
    a = np.stack([thetas.network.predict(thetas.kept[epoch], X, engine="reference") for epoch in at])
    own = a[:, np.arange(150), y]
    others = np.where(np.eye(3, dtype=bool)[y], -np.inf, a).max(axis=2)
    seen = margins.rows()
    np.testing.assert_allclose(seen.outputs, a.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(seen.margin, (np.log(own) - np.log(others)).mean(axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(seen.spread, own.std(axis=0), rtol=1e-6, atol=1e-7)
    right = own > others
    np.testing.assert_array_equal(seen.forgotten, (right[:-1] & ~right[1:]).sum(axis=0))


def test_a_fit_that_is_gone_on_with_shows_what_is_left_of_it():
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    model = clf(engine="compiled").set_callbacks(margins, StopAfter(12)).fit(X, y)
    assert margins.rows().epochs == 12
    model.set_callbacks(margins).resume(X, y)
    assert margins.rows().epochs == 18
    np.testing.assert_array_equal(model.theta_, clf(engine="compiled").fit(X, y).theta_)


def test_an_epoch_that_a_checkpoint_was_left_in_counts_by_row(tmp_path):
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    arguments = {"engine": "compiled", "batch_size": 10, "max_iter": 4}
    model = clf(**arguments).set_callbacks(margins, Checkpoint(tmp_path / "kept", every=0)).fit(X, y)
    assert margins.rows().epochs == 4
    np.testing.assert_array_equal(model.theta_, clf(**arguments).fit(X, y).theta_)


class Source:
    """Iris, in two blocks."""

    def __init__(self, X, Y):
        self.data = Data(X, Y)

    def __len__(self):
        return len(self.data)

    def blocks(self, epoch):
        yield from (self.data.rows(slice(0, 80)), self.data.rows(slice(80, None)))


def test_rows_of_a_source_are_not_here():
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    model = clf(max_iter=3).set_callbacks(margins).fit_source(Source(X, np.eye(3)[y]), n_features=4, classes=[0, 1, 2])
    assert model.score(X, y) > 0.3
    with pytest.raises(SettingsError, match="a fit on 150 rows that come from a source"):
        margins.rows()


def test_arrays_of_another_library(monkeypatch):
    xp = pytest.importorskip("array_api_strict")
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    X, y = load_iris(return_X_y=True)
    margins, here = Margins(), Margins()
    with config_context(array_api_dispatch=True):
        clf(max_iter=11).set_callbacks(margins).fit(xp.asarray(X), xp.asarray(y))
    clf(max_iter=11, engine="reference").set_callbacks(here).fit(X, y)
    assert margins.rows().epochs == 3
    assert np.corrcoef(margins.rows().margin, here.rows().margin)[0, 1] > 0.9


def test_a_sparse_x():
    X, y = load_iris(return_X_y=True)
    dense, sparse = Margins(), Margins()
    clf(engine="compiled").set_callbacks(dense).fit(X, y)
    clf(engine="compiled").set_callbacks(sparse).fit(csr_matrix(X), y)
    np.testing.assert_allclose(sparse.rows().margin, dense.rows().margin, rtol=1e-6, atol=1e-6)


def test_a_fit_that_fails_is_not_told_of():
    X, y = load_iris(return_X_y=True)
    margins = Margins()
    model = clf(solver="sgd", learning_rate_init=1e200, engine="compiled").set_callbacks(margins)
    with pytest.raises(DivergenceError):
        model.fit(X, y)
    with pytest.raises(SettingsError, match="has watched no completed fit"):
        margins.rows()
