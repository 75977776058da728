"""`residual` and `scale_inputs`: the network they describe, its training, and its way through a model file."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded
from sklearn.base import clone

import glassprop
from glassprop import Layer, MLPClassifier, MLPRegressor, Network, Scale
from glassprop.errors import SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
KINDS = {"residual": True, "scale_inputs": True}
QUICK = {
    "hidden_layer_sizes": (5, 7, 7),
    "max_iter": 6,
    "random_state": 0,
    "batch_size": 16,
    "learning_rate_init": 0.01,
}


def test_the_network_that_they_describe(multiclass: Any) -> None:
    clf = MLPClassifier(**QUICK, **KINDS).fit(multiclass.X, multiclass.y)
    hidden = [Layer(n, "relu", initial="glorot", residual=same) for n, same in ((5, True), (7, False), (7, True))]
    output = Layer(3, "softmax", initial="glorot")
    assert clf.network_ == Network(5, [Scale(), *hidden, output], cost="cross_entropy")
    assert [w.shape for w in clf.coefs_] == [(5, 5), (5, 7), (7, 7), (7, 3)]
    assert (clf.network_.parameters(clf.theta_, 1)["s"] != 1).all()  # they were trained


def test_without_them_nothing_changes(multiclass: Any) -> None:
    plain, named = MLPClassifier(**QUICK), MLPClassifier(**QUICK, residual=False, scale_inputs=False)
    one, other = (clf.fit(multiclass.X, multiclass.y).theta_ for clf in (plain, named))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw", "lbfgs"])
@pytest.mark.parametrize("kind", ["binary", "multilabel", "one_output", "poisson"])
def test_both_engines_train_them(problem_of: Any, kind: str, solver: str) -> None:
    problem = problem_of(kind)
    made = MLPClassifier if problem.classifier else MLPRegressor
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    thetas = [
        made(**QUICK, **KINDS, **loss, solver=solver, activation="tanh", engine=engine).fit(problem.X, problem.y).theta_
        for engine in (("reference", "auto") if solver == "lbfgs" else ("reference", "compiled"))
    ]
    assert_rounded(thetas[0], thetas[1], 1, OF_A_TRAINING)


def test_they_are_saved_and_go_on(multiclass: Any, tmp_path: Any) -> None:
    X, y = multiclass.X, multiclass.y
    clf = MLPClassifier(**QUICK, **KINDS).fit(X, y)
    glassprop.save(clf, tmp_path / "m.glassprop")
    for again in (glassprop.load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(clf)), clone(clf).fit(X, y)):
        assert (again.residual, again.scale_inputs) == (True, True)
        np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
        again.partial_fit(X, y)
        np.testing.assert_array_equal(again.theta_, pickle.loads(pickle.dumps(clf)).partial_fit(X, y).theta_)


def test_weights_from_elsewhere_have_factors_of_one(one_output: Any) -> None:
    rng = np.random.default_rng(0)
    coefs, intercepts = [rng.normal(size=(5, 5)), rng.normal(size=(5, 1))], [rng.normal(size=5), rng.normal(size=1)]
    model = MLPRegressor.from_weights(coefs, intercepts, activation="tanh", **KINDS)
    X = one_output.X
    known = (np.tanh(X @ coefs[0] + intercepts[0]) + X) @ coefs[1] + intercepts[1]
    assert_rounded(model.predict(X), known.ravel(), np.abs(known).max())
    np.testing.assert_array_equal(model.network_.parameters(model.theta_, 1)["s"], 1)


def test_a_residual_network_needs_layers_of_one_width(multiclass: Any) -> None:
    with pytest.raises(SettingsError, match=r"the sizes are 5-4-3, inputs first"):
        MLPClassifier((4, 3), residual=True).fit(multiclass.X, multiclass.y)
    with pytest.raises(ValueError, match="'residual' parameter"):
        MLPClassifier((4, 4), residual="yes").fit(multiclass.X, multiclass.y)
