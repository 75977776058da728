"""Our estimators within what skl2onnx writes: scikit-learn's steps before them, its wrappers around them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import skl2onnx
from portable.onnx_runs import run
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import glassprop.onnx
from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import ExportError

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["a", "b b", "ü"])[Y]
SEVERAL = np.column_stack([Y == 0, Y > 0, X[:, 0] > 5.5]).astype(int)
AMOUNTS = X @ [1.0, 2.0, 3.0, 4.0]
SHORT = {"max_iter": 30, "n_iter_no_change": 10, "tol": 9.0, "random_state": 0, "learning_rate_init": 0.05}
TOLERANCE = 1e-5  # of probabilities and amounts in float32: some 80 of its roundings, in sums of some ten terms


def c(**settings):
    return MLPClassifier((5,), **SHORT | settings)


def logistic():
    return LogisticRegression(max_iter=1000)


def r(**settings):
    return MLPRegressor(hidden_layer_sizes=(5,), **SHORT | settings)


CLASSIFIERS = {
    "two classes": (c(), (Y == 1).astype(int)),
    "classes": (c(), Y),
    "names": (c(), NAMES),
    "truths": (c(), Y == 1),
    "whole floats": (c(), Y.astype(float)),
    "several labels": (c(), SEVERAL),
    "members": (c(n_members=3), NAMES),
    "one sigmoid a class": (c(loss="squared_error", output_activation="sigmoid"), NAMES),
    "scaled": (make_pipeline(StandardScaler(), c()), NAMES),
    "components": (make_pipeline(PCA(2), c()), NAMES),
    "the best columns": (make_pipeline(SelectKBest(k=2), c()), NAMES),
    "calibrated": (CalibratedClassifierCV(make_pipeline(StandardScaler(), c()), cv=2), NAMES),
    "voting": (
        VotingClassifier(
            [("a", c()), ("b", LogisticRegression(max_iter=1000))], voting="soft", flatten_transform=False
        ),
        Y,
    ),
    "stacking": (StackingClassifier([("a", c()), ("b", LogisticRegression(max_iter=1000))], c(), cv=2), NAMES),
    "bagging": (BaggingClassifier(c(), n_estimators=2, max_features=0.5, random_state=0), NAMES),
    "one against the rest": (OneVsRestClassifier(c()), NAMES),
    "the best of a search": (GridSearchCV(make_pipeline(StandardScaler(), c()), {"mlpclassifier__alpha": [0]}), Y),
}
REGRESSORS = {
    "one output": (r(), AMOUNTS),
    "several outputs": (r(), np.column_stack([AMOUNTS, X[:, 0]])),
    "scaled members": (make_pipeline(StandardScaler(), r(n_members=2)), AMOUNTS),
    "voting": (VotingRegressor([("a", r()), ("b", Ridge())]), AMOUNTS),
    "stacking": (StackingRegressor([("a", r()), ("b", Ridge())], cv=2), AMOUNTS),
    "bagging": (BaggingRegressor(r(), n_estimators=2, random_state=0), AMOUNTS),
    "one for each output": (MultiOutputRegressor(r()), np.column_stack([AMOUNTS, X[:, 0]])),
    "the best of a search": (GridSearchCV(r(), {"alpha": [0]}, cv=2), AMOUNTS),
}


@cache
def fitted(name, *, of_classes):
    model, y = (CLASSIFIERS if of_classes else REGRESSORS)[name]
    return model.fit(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name, dtype):
    if (name, dtype) in {("calibrated", np.int64), ("stacking", np.int64)}:
        pytest.skip("skl2onnx 1.20 makes no whole model of these wrappers on whole numbers, whatever is in them")
    model = fitted(name, of_classes=True)
    rows = np.round(X).astype(dtype) if dtype is np.int64 else X.astype(dtype)
    onx = skl2onnx.to_onnx(model, rows[:1], options={id(model): {"zipmap": False}})
    for part in (rows, rows[:1]):
        found = run(onx, X=part)
        assert found["label"].tolist() == model.predict(part).tolist()
        if hasattr(model, "predict_proba"):
            np.testing.assert_allclose(found["probabilities"], model.predict_proba(part), atol=TOLERANCE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name, dtype):
    model, rows = fitted(name, of_classes=False), X.astype(dtype)
    found = run(skl2onnx.to_onnx(model, rows[:1]), X=rows)["variable"]
    np.testing.assert_allclose(np.squeeze(found), model.predict(rows), rtol=TOLERANCE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("y", [Y, NAMES, (Y == 1).astype(int)], ids=["numbers", "names", "two"])
def test_maps_of_labels_are_the_default_as_of_others(y, dtype):
    """ZipMap knows no double: probabilities of doubles become float before it."""
    model, rows = make_pipeline(StandardScaler(), c()).fit(X, y), X.astype(dtype)
    found = run(skl2onnx.to_onnx(model, rows[:1]), X=rows)
    expected = model.predict_proba(rows)
    for row, probabilities in zip(found["output_probability"], expected, strict=True):
        assert row == pytest.approx(dict(zip(model.classes_.tolist(), probabilities, strict=True)), abs=TOLERANCE)


def test_options_that_their_classifiers_have():
    model = make_pipeline(StandardScaler(), c()).fit(X, NAMES)
    columns = run(skl2onnx.to_onnx(model, X[:1], options={"zipmap": "columns"}), X=X)
    assert list(columns) == ["output_label", "sa", "sb b", "sü"] or len(columns) == 4
    named = run(skl2onnx.to_onnx(model, X[:1], options={"zipmap": False, "output_class_labels": True}), X=X)
    assert named["class_labels"].tolist() == ["a", "b b", "ü"]
    network = model[-1]
    scaled = model[:-1].transform(X)
    numbered = run(skl2onnx.to_onnx(network, scaled[:1], options={"zipmap": False, "nocl": True}), X=scaled)
    assert (network.classes_[numbered["label"]] == model.predict(X)).all()


@pytest.mark.parametrize("opset", [13, 15, 18, 21])
def test_other_opsets(opset):
    model = make_pipeline(StandardScaler(), c(n_members=2)).fit(X, NAMES)
    onx = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False}, target_opset=opset)
    np.testing.assert_allclose(run(onx, X=X)["probabilities"], model.predict_proba(X), atol=TOLERANCE)


def test_an_opset_that_is_too_low_is_refused():
    with pytest.raises(ExportError, match="target_opset=12 is too low"):
        skl2onnx.to_onnx(c().fit(X, Y), X[:1], target_opset=12)


def test_columns_of_a_frame():
    import pandas as pd

    frame = pd.DataFrame({"size": X[:, 0], "town": np.array(["Ulm", "Bonn", "Jena"])[(Y + 1) % 3], "width": X[:, 1]})
    steps = ColumnTransformer(
        [("n", StandardScaler(), ["size", "width"]), ("c", OneHotEncoder(handle_unknown="ignore"), ["town"])]
    )
    model = make_pipeline(steps, c()).fit(frame, NAMES)
    onx = skl2onnx.to_onnx(model, frame[:1], options={"zipmap": False})
    frame.loc[3, "town"] = "Rome"
    given = {name: frame[[name]].to_numpy() for name in frame}
    found = run(onx, **given)
    assert found["label"].tolist() == model.predict(frame).tolist()
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(frame), atol=TOLERANCE)


def test_what_gives_no_probabilities_is_refused_in_words():
    model = c(loss="squared_error", output_activation="identity").fit(X, Y)
    with pytest.raises(ExportError, match="no probabilities"):
        skl2onnx.to_onnx(model, X[:1])


def test_registering_twice_does_no_harm_and_without_it_they_say_what_is_missing():
    glassprop.onnx.register()
    code = "import skl2onnx, glassprop, numpy as np\nskl2onnx.to_onnx(glassprop.MLPClassifier(), np.ones((1, 2)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingShapeCalculator" in done.stderr
