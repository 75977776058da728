"""Estimators on X of another library, under scikit-learn's ``array_api_dispatch``: as on NumPy's, where X lies."""

from __future__ import annotations

import pickle
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from array_libraries import Library, library, on_host, strict
from sklearn import config_context
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

import glassprop
from glassprop import MLPClassifier, MLPRegressor
from glassprop.architecture.given import given_inputs
from glassprop.backprop.ranks import SumsOverRanks
from glassprop.engine.choose import choose
from glassprop.engine.elsewhere import ElsewhereEngine
from glassprop.engine.midway import Midway
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.errors import DataError, DivergenceError, MissingPackageError, SettingsError
from glassprop.functions import Activation
from glassprop.optimizers import SGD, Adam
from glassprop.settings import Objective

__all__ = ["library"]

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
WEIGHT = np.random.default_rng(0).uniform(0.5, 2, len(X))
WEIGHT[:5] = 0
PLAIN = {"hidden_layer_sizes": (5,), "max_iter": 6, "random_state": 0, "engine": "reference"}
CASES = {
    "dropout": ({"dropout": 0.2, "activation": "leaky_relu(0.2)", "scale_inputs": True}, Y, None),
    "early": ({"early_stopping": True, "class_weight": "balanced", "hidden_layer_sizes": (5, 5)}, Y, WEIGHT),
    "residual": ({"hidden_layer_sizes": (5, 5), "residual": True, "activation": "elu(0.5)"}, Y, WEIGHT),
    "scored": ({"early_stopping": True, "scoring": "neg_log_loss", "label_smoothing": 0.1, "solver": "sgd"}, Y, None),
    "decayed": ({"solver": "adamw", "clip_norm": 0.05, "learning_rate": "cosine", "activation": "mish"}, Y, None),
    "two classes": ({"solver": "sgd", "nesterovs_momentum": False}, Y == 1, WEIGHT),
    "multilabel": ({}, np.eye(3, dtype=int)[Y], None),
    "a sigmoid each": ({"loss": "binary_cross_entropy", "output_activation": "sigmoid"}, Y, None),
    "L-BFGS": ({"solver": "lbfgs", "label_smoothing": 0.1}, Y, WEIGHT),
}  # fmt: skip


@pytest.fixture(autouse=True)
def dispatched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # scikit-learn asks for it
    with config_context(array_api_dispatch=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Stochastic Optimizer|lbfgs failed")
        yield


def assert_same(library: Library, found, expected, *, dtype: str = "float64") -> None:
    if library.exact:
        np.testing.assert_array_equal(found, expected)
    else:
        rounded = 1e-9 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(found, expected, rtol=rounded, atol=rounded)


@pytest.mark.parametrize("name", list(CASES))
def test_a_classifier_is_the_same(library, name):
    settings, y, weight = CASES[name]
    settings = PLAIN | settings
    expected = MLPClassifier(**settings).fit(X, y, weight)
    there = library(X)
    clf = MLPClassifier(**settings).fit(there, library(y), None if weight is None else library(weight))
    assert type(clf.theta_) is np.ndarray
    assert clf.engine_ == "reference"
    assert_same(library, clf.theta_, expected.theta_)
    assert_same(library, clf.loss_curve_, expected.loss_curve_)
    if clf.validation_scores_ is not None:
        assert_same(library, clf.validation_scores_, expected.validation_scores_)
    for verb in ("predict", "predict_proba", "predict_log_proba"):
        found = getattr(clf, verb)(there)
        assert library.is_own(found), verb
        assert_same(library, on_host(found), getattr(expected, verb)(X))
    assert clf.score(there, library(y), None) == pytest.approx(expected.score(X, y))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("loss", ["squared_error", "huber(0.7)", "quantile(0.8)", "log_cosh", "poisson"])
def test_a_regressor_is_the_same(library, loss, dtype):
    X, y = load_diabetes(return_X_y=True)
    X, y = X.astype(dtype), y / y.mean()
    several = loss == "quantile(0.8)"
    y = np.c_[y, y**2] if several else y
    settings = PLAIN | {"loss": loss, "activation": "tanh", "early_stopping": loss == "huber(0.7)"}
    expected = MLPRegressor(**settings).fit(X, y)
    reg = MLPRegressor(**settings).fit(library(X), library(y))
    assert reg.theta_.dtype == dtype
    assert_same(library, reg.theta_, expected.theta_, dtype=dtype)
    found = reg.predict(library(X))
    assert library.is_own(found)
    assert_same(library, on_host(found), expected.predict(X), dtype=dtype)
    assert reg.score(library(X), library(y)) == pytest.approx(expected.score(X, y), rel=1e-4)


def test_X_never_leaves_its_device(monkeypatch):
    library, left = strict(), []
    there, y = library(X), library(Y)
    kind = type(there)
    move = kind.to_device
    monkeypatch.setattr(kind, "to_device", lambda array, *more, **named: left.append(array.shape) or move(array, *more))
    clf = MLPClassifier(**PLAIN | {"early_stopping": True, "dropout": 0.1}).fit(there, y, library(WEIGHT))
    clf.predict_proba(there)
    clf.score(there, y)
    assert left, "nothing was looked at"
    assert not [shape for shape in left if len(shape) == 2 and shape[1] == X.shape[1]]


class StopAtThree:
    def setup(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...
    def on_fit_task_end(self, estimator, context):
        return estimator.n_iter_ == 3

    def teardown(self, estimator, context): ...


def test_calls_that_go_on(library):
    straight, there, y = MLPClassifier(**PLAIN).fit(X, Y), library(X), library(Y)
    clf = MLPClassifier(**PLAIN).set_callbacks(StopAtThree()).fit(there, y)
    assert clf.n_iter_ == 3
    clf = clf.set_callbacks().resume(there, y)
    assert_same(library, clf.theta_, straight.theta_)
    expected, found = (MLPClassifier(**PLAIN | {"warm_start": True}) for _ in range(2))
    for _ in range(2):
        expected.fit(X, Y)
        found.fit(there, y)
    assert_same(library, found.theta_, expected.theta_)
    expected, found = MLPClassifier(**PLAIN), MLPClassifier(**PLAIN)
    for start in range(0, 150, 30):
        rows = slice(start, start + 30)
        expected.partial_fit(X[rows], Y[rows], classes=[0, 1, 2])
        found.partial_fit(library(X[rows]), library(Y[rows]), classes=library([0, 1, 2]))
    assert_same(library, found.theta_, expected.theta_)


def test_validation_data_are_where_they_are(library):
    held = X[:40], Y[:40], WEIGHT[:40]
    settings = PLAIN | {"early_stopping": True}
    names = ("X_val", "y_val", "sample_weight_val")
    expected = MLPClassifier(**settings).fit(X, Y, **dict(zip(names, held, strict=True)))
    clf = MLPClassifier(**settings).fit(library(X), library(Y), **dict(zip(names, map(library, held), strict=True)))
    assert_same(library, clf.validation_curve_, expected.validation_curve_)
    with pytest.warns(UserWarning, match=r"X_val lies far outside X in 4 of 4 columns"):
        MLPClassifier(**PLAIN).fit(library(X), library(Y), X_val=library(100 * X + 99), y_val=library(Y))


def test_what_is_kept_is_as_ever(library, tmp_path):
    """What was trained elsewhere is saved, read, explained and used without that library."""
    clf = MLPClassifier(**PLAIN).fit(library(X), library(Y))
    expected = clf.predict_proba(X)
    assert type(expected) is np.ndarray
    glassprop.save(clf, tmp_path / "model.glassprop")
    for again in (pickle.loads(pickle.dumps(clf)), glassprop.load(tmp_path / "model.glassprop")):
        np.testing.assert_array_equal(again.predict_proba(X), expected)
        assert library.is_own(again.predict(library(X)))
    found, known = (model.explain(*of, row=70) for model, of in ((clf, (library(X), library(Y))), (clf, (X, Y))))
    assert found.weight(1, 3, 0).value == known.weight(1, 3, 0).value
    inputs, targets = clf.encode_targets(library(X), library(Y))
    assert clf.network_.cost(clf.theta_, inputs, targets) > 0  # the core takes NumPy's


def test_other_company(library):
    there, names = library(X), np.array(["setosa", "versicolor", "virginica"])[Y]
    expected = MLPClassifier(**PLAIN).fit(X, names)
    clf = MLPClassifier(**PLAIN).fit(there, names)  # text cannot lie elsewhere
    assert clf.predict(there).tolist() == expected.predict(X).tolist()
    assert clf.score(there, names) == expected.score(X, names)
    assert library.is_own(MLPClassifier(**PLAIN).fit(there, Y).predict(there))
    assert on_host(expected.predict_proba(library(X.astype("float32")))).dtype == np.float64
    pipeline = make_pipeline(MaxAbsScaler(), MLPClassifier(**PLAIN))
    assert library.is_own(pipeline.fit(there, library(Y)).predict(there))
    scores = cross_val_score(MLPClassifier(**PLAIN), there, library(Y))
    np.testing.assert_allclose(scores, cross_val_score(MLPClassifier(**PLAIN), X, Y), rtol=1e-6)


@pytest.mark.parametrize("engine", ["reference", "compiled", "auto"])
def test_numpy_is_not_touched_by_dispatching(engine):
    settings = PLAIN | {"engine": engine}
    found = MLPClassifier(**settings).fit(X, Y)
    with config_context(array_api_dispatch=False):
        expected = MLPClassifier(**settings).fit(X, Y)
    assert found.engine_ == expected.engine_ == ("reference" if engine == "reference" else "compiled")
    np.testing.assert_array_equal(found.theta_, expected.theta_)
    assert type(found.predict(X)) is np.ndarray


def test_without_dispatching_scikit_learn_makes_them_numpys():
    torch = pytest.importorskip("torch")
    with config_context(array_api_dispatch=False):
        clf = MLPClassifier(**PLAIN).fit(torch.asarray(X), torch.asarray(Y))
        assert type(clf.predict(torch.asarray(X))) is np.ndarray
        with pytest.raises(RuntimeError, match="device1"):
            MLPClassifier(**PLAIN).fit(strict()(X), Y)


def test_what_cannot_be_run(library):
    there, y = library(X), library(Y)
    with pytest.raises(SettingsError, match=r"engine='compiled' cannot run this: X is an array of \w+ on .*'auto'"):
        MLPClassifier(**PLAIN | {"engine": "compiled"}).fit(there, y)
    clf = MLPClassifier(**PLAIN).fit(there, y)
    data = Data(there, np.eye(3)[Y])
    with pytest.raises(SettingsError, match=r"several processes train together on NumPy arrays, and X is an array of"):
        choose("auto", clf.network_, Objective(), SGD(), data, clf.theta_, ranks=SumsOverRanks(lambda vector: None))
    with pytest.raises(DataError, match=r"X must be a NumPy array, got a \w+"):
        given_inputs(clf.network_, clf.theta_, there)
    with pytest.raises(DivergenceError, match="stopped being a finite number in epoch"):
        MLPRegressor(**PLAIN | {"solver": "sgd", "learning_rate_init": 1e5, "max_iter": 50}).fit(
            there, 1e6 * there[:, 0]
        )
    with pytest.raises(ValueError, match="expecting 4 features"):
        clf.predict(there[:, :3])
    with pytest.raises(ValueError, match="contains NaN"):
        clf.predict(library(np.where(X > 2, np.nan, X)))


def test_own_functions_must_work_on_them(library):
    cube = Activation("cube", value=lambda z: z**3 / 9, slope=lambda z, a: z**2 / 3)
    settings = PLAIN | {"activation": cube}
    found = MLPClassifier(**settings).fit(library(X), library(Y))
    assert_same(library, found.theta_, MLPClassifier(**settings).fit(X, Y).theta_)
    of_numpy = Activation("of NumPy", value=lambda z: np.asarray(z) * 1, slope=lambda z, a: np.ones_like(z))
    with pytest.raises(SettingsError, match=r"activation 'of NumPy' does not work on arrays of \w+, of which X is one"):
        MLPClassifier(**PLAIN | {"activation": of_numpy}).fit(library(X), library(Y))


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(MissingPackageError, match=r"array-api-compat.*pip install 'glassprop\[arrays\]'"):
        MLPClassifier(**PLAIN).fit(strict()(X), Y)
    assert MLPClassifier(**PLAIN).fit(X, Y).n_iter_ == 6  # which needs none


def test_arrays_that_cannot_be_trained_on(monkeypatch):
    import array_api_compat

    monkeypatch.setattr(array_api_compat, "is_writeable_array", lambda x: False)
    with pytest.raises(DataError, match=r"cannot be changed in place, .* give np.asarray\(X\)"):
        MLPClassifier(**PLAIN).fit(strict()(X), Y)


def test_tensors_of_other_kinds():
    torch = pytest.importorskip("torch")
    there, y = torch.asarray(X), torch.asarray(Y)
    expected = MLPClassifier(**PLAIN).fit(there, y)
    watched = there.clone().requires_grad_(True)
    clf = MLPClassifier(**PLAIN).fit(watched, y)
    np.testing.assert_array_equal(clf.theta_, expected.theta_)
    assert not clf.predict_proba(watched).requires_grad
    assert MLPClassifier(**PLAIN).fit(there.bfloat16(), y).theta_.dtype == np.float64
    with pytest.raises(DataError, match=r"X is a sparse tensor; give X.to_dense\(\)"):
        MLPClassifier(**PLAIN).fit(there.to_sparse(), y)


def keeper(seen, theta, memory):
    return lambda costs: seen.append((theta.copy(), memory.copy(), costs.costs))


def test_what_is_kept_in_the_middle_of_an_epoch(library):
    """Whoever keeps a training between two steps finds θ, and what the optimizer remembers, as they are there."""
    clf = MLPClassifier(**PLAIN).fit(X, Y)
    data, plan = Data(X, np.eye(3)[Y]), EpochPlan(np.arange(150), 30, np.full(5, 0.01), 0, 0)
    kept = []
    for engine, given in ((ReferenceEngine, data), (ElsewhereEngine, Data(library(X), data.Y))):
        theta, seen = clf.theta_.copy(), []
        memory = Adam().start(theta)
        midway = Midway(None, lambda: True, keeper(seen, theta, memory))
        engine(clf.network_, Objective(), Adam()).epoch(theta, memory, given, plan, midway)
        kept.append(seen)
    assert [len(seen) for seen in kept] == [5, 5]
    for (theta, memory, costs), (theta_there, memory_there, costs_there) in zip(*kept, strict=True):
        assert_same(library, theta_there, theta)
        assert_same(library, memory_there.vectors, memory.vectors)
        assert memory_there.t == memory.t
        assert_same(library, costs_there, costs)
