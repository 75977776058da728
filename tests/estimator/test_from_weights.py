"""``from_weights``: a fitted estimator around weights from elsewhere."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from weights_cases import COEFS, INTERCEPTS, KINDS, WRONG, changed, theirs

import glassprop
from glassprop import MLPClassifier, MLPRegressor, check_gradient
from glassprop.errors import ArchitectureError, DataError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def ours(kind: str, sk: Any, **more: Any) -> Any:
    """As the documentation has it."""
    given = {"activation": sk.activation, "out_activation": sk.out_activation_, **more}
    if hasattr(sk, "classes_"):
        return MLPClassifier.from_weights(sk.coefs_, sk.intercepts_, classes=sk.classes_, **given)
    return MLPRegressor.from_weights(sk.coefs_, sk.intercepts_, **given)


@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "identity"])
@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learns_network_predicts_what_it_predicts_there(problem_of: Any, kind: str, activation: str) -> None:
    problem, sk = theirs(problem_of, kind, activation)
    model = ours(kind, sk)
    if problem.classifier:
        np.testing.assert_array_equal(model.predict(problem.X), sk.predict(problem.X))
        np.testing.assert_allclose(model.predict_proba(problem.X), sk.predict_proba(problem.X), rtol=1e-10, atol=1e-14)
        np.testing.assert_array_equal(model.classes_, sk.classes_)
    else:
        np.testing.assert_allclose(model.predict(problem.X), sk.predict(problem.X), rtol=1e-10, atol=1e-12)
    assert model.score(problem.X, problem.y) == pytest.approx(sk.score(problem.X, problem.y), rel=1e-9)
    assert (model.out_activation_, model.n_layers_, model.n_outputs_) == (sk.out_activation_, 4, sk.n_outputs_)
    assert (model.n_features_in_, model.n_iter_, model.t_, model.loss_curve_) == (5, 0, 0, [])


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_fitted_one_can(problem_of: Any, kind: str, tmp_path: Any) -> None:
    problem, sk = theirs(problem_of, kind)
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    model = ours(kind, sk, solver="sgd", random_state=0, **loss)
    outputs = model.predict_proba if problem.classifier else model.predict
    expected = outputs(problem.X)
    assert check_gradient(model.network_, model.theta_, *model.encode_targets(problem.X, problem.y)).ok
    assert model.explain(problem.X, problem.y, row=3).weight(1, 0, 0).value is not None
    path = tmp_path / "model.glassprop"
    glassprop.save(model, path)
    for same in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), glassprop.load(path)):
        again = same.predict_proba if problem.classifier else same.predict
        np.testing.assert_array_equal(again(problem.X), expected)
        same.partial_fit(problem.X, problem.y)
        assert (same.theta_ != model.theta_).any()
    other = clone(model)
    assert not hasattr(other, "coefs_")
    assert other.fit(problem.X, problem.y).network_ == model.network_


@pytest.mark.parametrize("way", ["warm", "partial"])
@pytest.mark.parametrize("kind", KINDS)
def test_training_goes_on_from_there(problem_of: Any, kind: str, way: str) -> None:
    """As from weights of our own: with SGD without memory the first epoch depends on θ alone."""
    problem = problem_of(kind)
    estimator = MLPClassifier if problem.classifier else MLPRegressor
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    settings = {"solver": "sgd", "momentum": 0.0, "random_state": 3, "max_iter": 1, "warm_start": True, **loss}
    own = estimator(hidden_layer_sizes=(4, 3), **settings).fit(problem.X, problem.y)
    classes = {"classes": own.classes_} if problem.classifier else {}
    model = estimator.from_weights(
        own.coefs_, own.intercepts_, out_activation=own.out_activation_, **classes, **settings
    )
    before = own.theta_.copy()
    for each in (own, model):
        each.fit(problem.X, problem.y) if way == "warm" else each.partial_fit(problem.X, problem.y)
    np.testing.assert_array_equal(model.theta_, own.theta_)
    assert (model.theta_ != before).any()
    assert len(model.loss_curve_) == 1


def test_a_cold_fit_starts_anew(multiclass: Any) -> None:
    model = MLPClassifier.from_weights(COEFS, INTERCEPTS, random_state=0, max_iter=3)
    plain = MLPClassifier((4, 3), random_state=0, max_iter=3).fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(model.fit(multiclass.X, multiclass.y).theta_, plain.theta_)


def test_from_json_with_an_activation_for_each_layer(multiclass: Any) -> None:
    coefs, intercepts = json.loads(json.dumps([[w.tolist() for w in COEFS], [b.tolist() for b in INTERCEPTS]]))
    names = [f"column {i}" for i in range(5)]
    labels = ["high", "low", "middle"]
    model = MLPClassifier.from_weights(
        coefs, intercepts, activation=["tanh", "relu"], classes=labels, feature_names=names
    )
    X = multiclass.X
    z = np.maximum(np.tanh(X @ COEFS[0] + INTERCEPTS[0]) @ COEFS[1] + INTERCEPTS[1], 0) @ COEFS[2] + INTERCEPTS[2]
    frame = pd.DataFrame(X, columns=names)
    np.testing.assert_array_equal(model.predict(frame), np.array(labels)[z.argmax(axis=1)])
    e = np.exp(z)
    np.testing.assert_allclose(model.predict_proba(frame), e / e.sum(axis=1, keepdims=True), rtol=1e-10)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[names[::-1]])
    assert model.get_params()["hidden_layer_sizes"] == (4, 3)
    assert model.get_params()["output_activation"] == "auto"


def test_outputs_that_the_loss_does_not_imply() -> None:
    model = MLPRegressor.from_weights(COEFS, INTERCEPTS, out_activation="softplus", solver="lbfgs")
    assert (model.output_activation, model.out_activation_, model.solver) == ("softplus", "softplus", "lbfgs")
    each = MLPClassifier.from_weights(
        COEFS, INTERCEPTS, out_activation="sigmoid", classes=["a", "b", "c"], loss="binary_cross_entropy"
    )
    np.testing.assert_allclose(each.predict_proba(np.ones((2, 5))).sum(axis=1), 1)
    assert set(each.predict(np.ones((2, 5)))) <= {"a", "b", "c"}
    many = MLPClassifier.from_weights(COEFS, INTERCEPTS, out_activation="logistic")
    assert many.predict(np.ones((2, 5))).shape == (2, 3)
    settings = {"out_activation": "logistic", "multilabel": False, "loss": "binary_cross_entropy"}
    one = MLPClassifier.from_weights(COEFS, INTERCEPTS, **settings)
    assert one.predict(np.ones((2, 5))).shape == (2,)
    with pytest.raises(ArchitectureError):
        MLPClassifier.from_weights(COEFS, INTERCEPTS, out_activation="tanh")


def test_weights_are_copied_in_their_precision() -> None:
    narrow = [w.astype(np.float32) for w in COEFS]
    model = MLPRegressor.from_weights(narrow, [b.astype(np.float32) for b in INTERCEPTS])
    assert model.theta_.dtype == np.float32
    assert MLPRegressor.from_weights(narrow, INTERCEPTS).theta_.dtype == np.float64
    model.coefs_[0][...] = 0
    assert narrow[0].any()
    assert MLPRegressor.from_weights(np.zeros((2, 3, 3)), np.zeros((2, 3))).n_layers_ == 3  # stacked, all of one shape


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_go_together_is_refused(kind: str) -> None:
    coefs, intercepts, more, message = WRONG[kind]
    with pytest.raises(ValueError, match=message) as caught:
        MLPClassifier.from_weights(coefs, intercepts, **more)
    assert "\n" not in str(caught.value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(DataError) as caught:
        MLPClassifier.from_weights(
            changed(COEFS, 1, np.ones((2, 3))), changed(INTERCEPTS, 0, np.ones(9)), classes=[1], feature_names=["a"]
        )
    for part in ("coefs[1] must have 4 rows", "intercepts[0] must have shape", "3 classes", "name 5 features"):
        assert part in str(caught.value)
