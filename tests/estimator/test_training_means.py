"""The mean of the rows trained on, which the model keeps: in memory, sparse, elsewhere, in lanes, in files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import glassprop
from glassprop import CategoryEmbedding, Layer, MLPClassifier, MLPRegressor
from glassprop.estimator.training_means import means_of
from glassprop.insight.baseline import ALL_ZERO, TRAINING_MEAN

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3)) * [1, 10, 0.1] + [5, 0, -2]
    return X, (X @ [1, 0.1, 3] > -1).astype(int)


def fitted(X, y, **arguments):
    return MLPClassifier((4,), max_iter=3, random_state=0, **arguments).fit(X, y)


def test_it_is_the_mean_of_the_rows_trained_on(data):
    X, y = data
    assert fitted(X, y).input_means_ == pytest.approx(X.mean(axis=0))
    assert fitted(csr_matrix(X), y).input_means_ == pytest.approx(X.mean(axis=0))
    assert fitted(X.astype(np.float32), y).input_means_ == pytest.approx(X.mean(axis=0), rel=1e-5)
    assert (fitted(np.asfortranarray(X), y).input_means_ == fitted(X, y).input_means_).all()
    seen = {}

    class Rows:
        def setup(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context):
            seen["aside"] = estimator._left.aside

        def teardown(self, estimator, context): ...

    stopped = MLPClassifier((4,), max_iter=3, random_state=0, early_stopping=True).set_callbacks(Rows()).fit(X, y)
    assert 0 < len(seen["aside"]) < len(X)
    assert stopped.input_means_ == pytest.approx(np.delete(X, seen["aside"], axis=0).mean(axis=0))


def test_of_codes_it_is_the_share_of_each_category(data):
    X, y = data
    X[:, 1] = np.random.default_rng(1).integers(3, size=len(X))
    layers = [CategoryEmbedding([1], [4], 2), Layer(3, "tanh")]
    model = MLPClassifier(layers=layers, max_iter=3, random_state=0).fit(X, y)
    assert model.code_shares_[0] == pytest.approx(np.bincount(X[:, 1].astype(int), minlength=4) / len(X))
    baseline = model.explain(X, y, row=0).predictor.baseline
    assert baseline.shares[1] is model.code_shares_[0]


def test_it_is_in_files_and_pickles_and_is_counted_from(data, tmp_path):
    X, y = data
    X[:, 1] = np.random.default_rng(1).integers(3, size=len(X))
    layers = [CategoryEmbedding([1], [4], 2), Layer(3, "tanh")]
    for model in (fitted(X, y), MLPClassifier(layers=layers, max_iter=3, random_state=0).fit(X, y)):
        glassprop.save(model, tmp_path / "model.glassprop")
        for again in (glassprop.load(tmp_path / "model.glassprop"), pickle.loads(pickle.dumps(model))):
            assert (again.input_means_ == model.input_means_).all()
            found, known = (one.explain(X, row=3).contributions() for one in (again, model))
            assert found == known
            assert found.from_ == TRAINING_MEAN
    mean = fitted(X, y).predict_proba(X.mean(axis=0)[None, :])[0]
    plain = fitted(X, y).explain(X, row=3, output=1).contributions()
    assert plain.baseline == pytest.approx(mean[1], rel=1e-6)


def test_a_model_that_keeps_none_counts_from_zero_and_says_so(data):
    X, y = data
    model = MLPRegressor(hidden_layer_sizes=(4,), random_state=0).partial_fit(X, y.astype(float))
    assert not hasattr(model, "input_means_")
    found = model.explain(X, row=0).contributions()
    assert found.from_ == ALL_ZERO
    assert found.baseline == pytest.approx(model.predict(np.zeros((1, 3)))[0], rel=1e-6)


def test_numbers_too_large_to_add_up_have_no_mean(data):
    X, y = data
    model = fitted(X, y)
    model.keep_means(means_of(np.full((4, 3), 1.7e308), model.network_))
    assert not hasattr(model, "input_means_")
    assert model.explain(X, row=0).contributions().from_ == ALL_ZERO


def test_a_target_is_not_needed_to_explain(data):
    X, y = data
    model = fitted(X, np.array(["no", "yes"])[y])
    e = model.explain(X, rows=[0, 5])
    assert e.names.targets == ()
    assert list(e.names.predictions) == model.predict(X[[0, 5]]).tolist()
    for i, row in enumerate((0, 5)):
        p = model.predict_proba(X[row : row + 1])[0]
        assert e.of(i).contributions().prediction == pytest.approx(p.max(), rel=1e-6)
    yes = model.explain(X, row=5, output="yes", of="score").contributions()
    p = model.predict_proba(X[5:6])[0, 1]
    assert yes.prediction == pytest.approx(np.log(p / (1 - p)), rel=1e-5)
