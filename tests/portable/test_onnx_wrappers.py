"""scikit-learn's wrappers around ours, written whole: calibrated, searched, averaged, voted, targets transformed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from portable.onnx_runs import run, run_named
from portable.plan_cases import case
from portable.plan_numbers import given_of
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from glassprop import MLPClassifier, MLPRegressor, TabularClassifier, to_onnx
from glassprop.errors import ExportError
from glassprop.portable.plan_of import plan_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")
X, Y = load_iris(return_X_y=True)
NAMES = np.array(["a", "b b", "ü"])[Y]
TWO = Y == 1
AMOUNTS = X @ [1.0, 2.0, 3.0, 4.0]
BOTH = np.column_stack([AMOUNTS, X[:, 0]])
TOLERANCE = 1e-9  # of float64, in which all of it is computed: isotonic lines are steep, and multiply what is rounded


def c(**settings):
    return MLPClassifier((5,), max_iter=12, learning_rate_init=0.05, random_state=0, **settings)


def r(**settings):
    return MLPRegressor(hidden_layer_sizes=(5,), max_iter=12, learning_rate_init=0.05, random_state=0, **settings)


def logistic():
    return LogisticRegression(max_iter=1000)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


CLASSIFIERS = {
    "calibrated by sigmoids": (CalibratedClassifierCV(c(), cv=2), NAMES),
    "calibrated by lines": (CalibratedClassifierCV(c(), cv=2, method="isotonic"), NAMES),
    "calibrated by temperature": (CalibratedClassifierCV(c(), cv=2, method="temperature"), NAMES),
    "two classes by sigmoids": (CalibratedClassifierCV(scaled(c()), cv=2), TWO),
    "two classes by lines": (CalibratedClassifierCV(c(), cv=3, method="isotonic"), TWO.astype(int)),
    "two classes by temperature": (CalibratedClassifierCV(c(), cv=2, method="temperature"), TWO),
    "one calibrator": (CalibratedClassifierCV(c(), cv=2, ensemble=False), NAMES),
    "calibrated behind a step": (scaled(CalibratedClassifierCV(c(), cv=2)), NAMES),
    "soft votes": (VotingClassifier([("a", c()), ("b", c(activation="tanh"))], voting="soft", weights=[1, 3]), NAMES),
    "votes": (
        VotingClassifier([("a", c()), ("b", c(activation="tanh")), ("c", c(n_members=2))], weights=[2, 1, 1]),
        NAMES,
    ),
    "votes of two": (VotingClassifier([("a", c()), ("b", scaled(c()))]), TWO),
    "bagged": (BaggingClassifier(c(), n_estimators=3, random_state=0), NAMES),
    "bagged by columns": (BaggingClassifier(c(), n_estimators=3, max_features=0.5, random_state=0), NAMES),
    "the best of a search": (GridSearchCV(scaled(c()), {"mlpclassifier__alpha": [0]}, cv=2), NAMES),
    "a search behind a step": (scaled(RandomizedSearchCV(c(), {"alpha": [0]}, n_iter=1, cv=2)), NAMES),
    "a wrapper in a wrapper": (VotingClassifier([("a", CalibratedClassifierCV(c(), cv=2))], voting="soft"), NAMES),
}
REGRESSORS = {
    "votes": (VotingRegressor([("a", r()), ("b", scaled(r()))], weights=[1, 2]), AMOUNTS),
    "bagged": (BaggingRegressor(r(), n_estimators=2, max_features=0.5, random_state=0), AMOUNTS),
    "bagged, several": (BaggingRegressor(r(), n_estimators=2, random_state=0), BOTH),
    "the best of a search": (GridSearchCV(r(), {"alpha": [0]}, cv=2), AMOUNTS),
}
RANKS = QuantileTransformer(n_quantiles=9)
TARGETS = {
    "standard": StandardScaler(),
    "no mean": StandardScaler(with_mean=False),
    "no spread": StandardScaler(with_std=False),
    "robust": RobustScaler(),
    "not centered": RobustScaler(with_centering=False),
    "range": MinMaxScaler((-1, 2)),
    "largest": MaxAbsScaler(),
    "logarithm": FunctionTransformer(np.log, np.exp),
    "logarithm of one more": FunctionTransformer(np.log1p, np.expm1),
    "root": FunctionTransformer(np.sqrt, np.square),
    "nothing": FunctionTransformer(),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name):
    model, y = CLASSIFIERS[name]
    model.fit(X, y)
    onx = to_onnx(model)
    for rows in (X, X[:1], 1.5 * X[::7]):
        found = run(onx, X=rows)
        assert found["label"].tolist() == model.predict(rows).tolist()
        if hasattr(model, "predict_proba"):
            np.testing.assert_allclose(found["probabilities"], model.predict_proba(rows), atol=TOLERANCE)
        else:
            assert "probabilities" not in found


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name):
    model, y = REGRESSORS[name]
    found = run(to_onnx(model.fit(X, y)), X=X)["prediction"]
    expected = model.predict(X)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE)


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
@pytest.mark.parametrize("name", TARGETS)
def test_targets_are_brought_back(name, several):
    y = BOTH if several else AMOUNTS
    model = TransformedTargetRegressor(scaled(r()), transformer=TARGETS[name], check_inverse=False).fit(X, y)
    found = run(to_onnx(model), X=X)["prediction"]
    expected = model.predict(X)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE)


def test_a_table_calibrated_on_rows_of_its_own():
    one = case("recipe, members")
    frame = one.frames[0]
    y = one.model.predict(frame)
    model = CalibratedClassifierCV(FrozenEstimator(one.model), cv=2).fit(frame, np.roll(y, 1))
    onx = to_onnx(model)

    whole = plan_of(one.model)
    rows = {
        source.name: np.array(column, object if source.given == "text" else float).reshape(-1, 1)
        for source, column in zip(whole.sources, given_of(whole, frame), strict=True)
    }
    assert [put.name for put in onx.graph.input] == list(rows)
    found = run_named(onx, rows)["probabilities"]
    np.testing.assert_allclose(found, model.predict_proba(frame), atol=1e-5)


def test_of_float32_the_matrix_is_float32():
    rows = X.astype(np.float32)
    model = CalibratedClassifierCV(c(), cv=2).fit(rows, NAMES)
    found = run(to_onnx(model), X=rows)["probabilities"]
    np.testing.assert_allclose(found, model.predict_proba(rows), atol=1e-5)


@pytest.mark.parametrize(
    ("model", "y", "words"),
    [
        (VotingClassifier([("a", c()), ("b", logistic())], voting="soft"), NAMES, "LogisticRegression"),
        (StackingClassifier([("a", c())], c(), cv=2), NAMES, "StackingClassifier"),
        (TransformedTargetRegressor(r(), transformer=PowerTransformer()), AMOUNTS, "PowerTransformer"),
        (TransformedTargetRegressor(r(), transformer=RANKS), AMOUNTS, "QuantileTransformer"),
        (TransformedTargetRegressor(r(), func=np.cbrt, inverse_func=lambda y: y**3), AMOUNTS, "FunctionTransformer"),
        (CalibratedClassifierCV(logistic()), Y, "LogisticRegression"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_ours_is_refused_in_words(model, y, words):
    with pytest.raises(ExportError, match=words):
        to_onnx(model.fit(X, y))


def test_what_is_not_fitted_says_so():
    for model in (CalibratedClassifierCV(c()), GridSearchCV(c(), {}), TransformedTargetRegressor(r())):
        with pytest.raises(NotFittedError):
            to_onnx(model)


def _inputs(onx):
    sizes = {put.name: [size.dim_value for size in put.type.tensor_type.shape.dim][1] for put in onx.graph.input}
    facts = {prop.key: prop.value for prop in onx.metadata_props}
    return sizes, [one["name"] for one in json.loads(facts["glassprop.inputs"])]


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_bagged_columns_keep_their_names_and_places(share):
    frame = pd.DataFrame(X, columns=["b", "x0", "d", "c"][: X.shape[1]])
    model = BaggingClassifier(c(), n_estimators=2, max_features=share, random_state=1).fit(frame, NAMES)
    onx = to_onnx(model)
    assert _inputs(onx) == ({"X": X.shape[1]}, frame.columns.tolist())
    np.testing.assert_allclose(run(onx, X=X)["probabilities"], model.predict_proba(frame), atol=TOLERANCE)
    by_name = run_named(to_onnx(model, columns=True), {name: frame[[name]].to_numpy() for name in frame})
    np.testing.assert_allclose(by_name["probabilities"], model.predict_proba(frame), atol=TOLERANCE)


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_a_bagged_table_keeps_its_names(share):
    frame = pd.DataFrame({"a": X[:, 0], "town": np.where(X[:, 1] > 3, "u", "v v"), "label": X[:, 1]})
    table = TabularClassifier(epochs=2, cross_fit=None, recipe="plain", random_state=0)
    model = BaggingClassifier(table, n_estimators=2, max_features=share, random_state=1).fit(frame, NAMES)
    onx = to_onnx(model)
    used = {place for places in model.estimators_features_ for place in places}
    assert set(_inputs(onx)[0]) == {name for place, name in enumerate(frame) if place in used}
    given = {name: frame[[name]].to_numpy(object if name == "town" else float) for name in _inputs(onx)[0]}
    found = run_named(onx, given)
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(frame), atol=1e-5)


def test_a_wrapper_behind_a_step_takes_what_the_step_takes():
    rows = np.round(X[:, :2])
    steps = make_pipeline(OneHotEncoder(sparse_output=False), CalibratedClassifierCV(c(), cv=2)).fit(rows, NAMES)
    onx = to_onnx(steps)
    assert _inputs(onx) == ({"X": 2}, ["x0", "x1"])
    np.testing.assert_allclose(run(onx, X=rows)["probabilities"], steps.predict_proba(rows), atol=TOLERANCE)


def test_some_columns_behind_a_step_are_refused_in_words():
    model = scaled(BaggingClassifier(c(), n_estimators=2, max_features=0.5, random_state=0)).fit(X, NAMES)
    with pytest.raises(ExportError, match="a BaggingClassifier of some columns behind other steps is not written"):
        to_onnx(model)
