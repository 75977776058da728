"""scikit-learn's contract: its own checks, its signatures, frames, views, copies, and its tools around ours."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.neural_network as theirs
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import glassprop
from glassprop import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
CHECKED = [
    MLPClassifier(),
    MLPRegressor(),
    MLPClassifier(
        (8,), "gelu", solver="adamw", learning_rate="one_cycle", learning_rate_init=0.02, label_smoothing=0.05
    ),
    MLPRegressor("huber", (4, 3), ["tanh", "leaky_relu(0.2)"], solver="lbfgs", max_iter=25),
]


@parametrize_with_checks(CHECKED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_signature_begins_with_scikit_learns(name: str) -> None:
    mine = list(inspect.signature(getattr(glassprop, name).__init__).parameters.values())
    other = list(inspect.signature(getattr(theirs, name).__init__).parameters.values())
    for ours, reference in zip(mine, other, strict=False):
        assert (ours.name, ours.default, ours.kind) == (reference.name, reference.default, reference.kind)
    assert len(mine) > len(other)
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in mine[len(other) :])
    assert set(getattr(theirs, name)().get_params()) < set(getattr(glassprop, name)().get_params())


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_methods_and_fitted_attributes_are_a_superset(name: str, one_output: Any) -> None:
    y = one_output.y > 0 if name == "MLPClassifier" else one_output.y
    fitted = [getattr(home, name)(max_iter=2).fit(one_output.X, y) for home in (glassprop, theirs)]
    public = [{a for a in dir(e) if not a.startswith("_")} for e in fitted]
    assert public[1] <= public[0]
    for method in ("fit", "partial_fit", "predict", "score"):
        mine, other = (list(inspect.signature(getattr(e, method)).parameters) for e in fitted)
        assert mine[: len(other)] == other


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_frames_give_what_arrays_give_and_names_are_kept(frame: Any, multiclass: Any) -> None:
    names = list("abcde")
    table = frame(dict(zip(names, multiclass.X.T, strict=True)))
    by_frame = MLPClassifier(max_iter=5, random_state=0, early_stopping=True).fit(table, multiclass.y)
    by_array = MLPClassifier(max_iter=5, random_state=0, early_stopping=True).fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(by_frame.theta_, by_array.theta_)
    assert list(by_frame.feature_names_in_) == names
    assert not hasattr(by_array, "feature_names_in_")
    np.testing.assert_array_equal(by_frame.predict(table), by_array.predict(multiclass.X))
    with pytest.raises(ValueError, match="The feature names should match those that were passed during fit"):
        by_frame.predict(table[names[::-1]])
    with pytest.raises(ValueError, match="The feature names should match"):
        by_frame.fit(table, multiclass.y, X_val=table[names[::-1]], y_val=multiclass.y)
    with pytest.raises(ValueError, match="X has 4 features, but MLPClassifier is expecting 5"):
        by_array.predict(multiclass.X[:, :4])


def test_a_frame_with_a_named_scorer_gives_no_warning(multiclass: Any) -> None:
    table = pd.DataFrame(multiclass.X, columns=list("abcde"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = MLPClassifier(max_iter=3, early_stopping=True, scoring="neg_log_loss", random_state=0)
        model.fit(table, multiclass.y)
    assert list(model.feature_names_in_) == list("abcde")


def fitted(problem: Any, **settings: Any) -> Any:
    estimator = MLPClassifier if problem.classifier else MLPRegressor
    return estimator(hidden_layer_sizes=(4, 3), max_iter=3, random_state=0, **settings).fit(problem.X, problem.y)


def after_saving(model: Any, folder: Any) -> Any:
    glassprop.save(model, folder / "model.glassprop")
    return glassprop.load(folder / "model.glassprop")


WAYS = {
    "as fitted": lambda model, folder: model,
    "pickle": lambda model, folder: pickle.loads(pickle.dumps(model)),
    "copy": lambda model, folder: copy.copy(model),
    "deepcopy": lambda model, folder: copy.deepcopy(model),
    "model file": after_saving,
}


@pytest.mark.parametrize("way", WAYS)
def test_parameters_are_views_of_theta_however_the_model_came(way: str, multiclass: Any, tmp_path: Any) -> None:
    original = fitted(multiclass)
    model = WAYS[way](original, tmp_path)
    np.testing.assert_array_equal(model.theta_, original.theta_)
    assert model.theta_.flags.c_contiguous
    assert [w.shape for w in model.coefs_] == [(5, 4), (4, 3), (3, 3)]
    assert [b.shape for b in model.intercepts_] == [(4,), (3,), (3,)]
    for part in [*model.coefs_, *model.intercepts_]:
        assert np.shares_memory(part, model.theta_)
    assert sum(part.size for part in [*model.coefs_, *model.intercepts_]) == model.theta_.size
    np.testing.assert_array_equal(model.predict_proba(multiclass.X), original.predict_proba(multiclass.X))
    new = np.arange(20.0).reshape(5, 4)
    model.coefs_[0] = new
    model.intercepts_[2][1] = 7.0
    np.testing.assert_array_equal(model.theta_[:20].reshape(4, 5), new.T)
    assert model.theta_[-2] == 7.0
    assert not np.allclose(model.predict_proba(multiclass.X), fitted(multiclass).predict_proba(multiclass.X))


@pytest.mark.parametrize("way", ["pickle", "deepcopy", "model file"])
def test_training_goes_on_from_a_copy_as_from_the_original(way: str, multiclass: Any, tmp_path: Any) -> None:
    original = fitted(multiclass)
    model = WAYS[way](original, tmp_path)
    for estimator in (original, model):
        estimator.partial_fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(model.theta_, original.theta_)
    assert model.loss_curve_ == original.loss_curve_
    assert len(model.loss_curve_) == 4


@pytest.mark.parametrize("way", ["pickle", "model file"])
def test_a_copy_stops_when_the_original_would(way: str, multiclass: Any, tmp_path: Any) -> None:
    """The count of epochs without improvement, the best score and the rest of the state are kept."""
    original = fitted(multiclass, tol=10.0, n_iter_no_change=5, warm_start=True)
    model = WAYS[way](original, tmp_path)
    for estimator in (original, model):
        estimator.set_params(max_iter=20).fit(multiclass.X, multiclass.y)
    assert model.n_iter_ == original.n_iter_ == 4
    assert (model.t_, model.best_loss_, model.best_iteration_) == (
        original.t_,
        original.best_loss_,
        original.best_iteration_,
    )


def test_assigning_all_coefs_writes_through(one_output: Any) -> None:
    model = fitted(one_output)
    zeros = [np.zeros_like(w) for w in model.coefs_]
    model.coefs_ = zeros
    model.intercepts_ = [np.zeros(4), np.zeros(3), np.array([2.5])]
    assert set(model.theta_) == {0.0, 2.5}
    assert not any(np.shares_memory(w, model.theta_) for w in zeros)
    np.testing.assert_array_equal(model.predict(one_output.X), np.full(53, 2.5))
    model.coefs_[0] += 1
    assert model.theta_[:20].tolist() == [1.0] * 20
    with pytest.raises(
        ValueError, match=r"coefs_ must have shapes .*, \(3, 1\), as .*got \(5, 4\), \(4, 3\); from_weights"
    ):
        model.coefs_ = zeros[:2]
    with pytest.raises(ValueError, match=r"coefs_\[0\] must have shape \(5, 4\).*got \(4, 5, 2\)"):
        model.coefs_[0] = np.zeros((4, 5, 2))


def test_clone_and_fit_again(multiclass: Any) -> None:
    model = fitted(multiclass, activation=["tanh", "elu(0.5)"], dropout=[0.1, 0.0])
    other = clone(model)
    assert not hasattr(other, "theta_")
    assert other.get_params() == model.get_params()
    np.testing.assert_array_equal(other.fit(multiclass.X, multiclass.y).theta_, model.theta_)
    np.testing.assert_array_equal(model.fit(multiclass.X, multiclass.y).theta_, other.theta_)


def test_unfitted_is_said_so() -> None:
    for call in (lambda m: m.predict([[1.0]]), lambda m: m.encode_targets([[1.0]], [0])):
        with pytest.raises(NotFittedError, match="Call 'fit'"):
            call(MLPClassifier())


def test_encode_targets_is_what_the_core_takes(multiclass: Any, binary: Any, one_output: Any) -> None:
    model = fitted(multiclass)
    X, Y = model.encode_targets(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(Y, np.eye(3)[multiclass.y])
    assert glassprop.check_gradient(model.network_, model.theta_, X, Y).ok
    _, Y = fitted(binary).encode_targets(binary.X, binary.y)
    np.testing.assert_array_equal(Y[:, 0], binary.y == "yes")
    _, Y = fitted(one_output).encode_targets(one_output.X, one_output.y)
    np.testing.assert_array_equal(Y, one_output.y[:, None])


def test_grid_search_over_a_pipeline_in_two_processes(multiclass: Any) -> None:
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=3, random_state=0))
    grid = {
        "mlpclassifier__activation": ["relu", "gelu", ["tanh"]],
        "mlpclassifier__hidden_layer_sizes": [(3,), 4],
    }
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise").fit(multiclass.X, multiclass.y)
    assert len(search.cv_results_["params"]) == 6
    assert search.predict(multiclass.X).shape == (53,)


def test_cross_validation_and_calibration(binary: Any) -> None:
    model = MLPClassifier((4,), solver="lbfgs", max_iter=50, random_state=0)
    assert cross_val_score(model, binary.X, binary.y, cv=3).mean() > 0.6
    calibrated = CalibratedClassifierCV(model, cv=2).fit(binary.X, binary.y, sample_weight=binary.weight)
    np.testing.assert_allclose(calibrated.predict_proba(binary.X).sum(axis=1), 1)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_every_argument_and_attribute_is_documented(name: str) -> None:
    estimator = getattr(glassprop, name)
    head, tail = estimator.__doc__.split("Attributes")
    for argument in estimator().get_params():
        assert argument in head, argument
    for attribute in (
        "loss_curve_",
        "validation_curve_",
        "theta_",
        "network_",
        "interrupted_",
        "engine_",
        "best_iteration_",
    ):
        assert attribute in tail
    assert "X_val" in estimator.fit.__doc__


@pytest.mark.parametrize(
    ("settings", "more"),
    [({}, {}), ({"batch_size": 99}, {}), ({"solver": "lbfgs"}, {}), ({"max_iter": 1}, {"X_val": 1e9, "y_val": 1})],
    ids=str,
)
def test_warnings_name_the_line_that_called(settings: dict[str, Any], more: dict[str, float]) -> None:
    X = np.random.default_rng(0).normal(size=(30, 2))
    y = np.arange(30) % 2
    given = {"X_val": X + more["X_val"], "y_val": y} if more else {}
    with pytest.warns(UserWarning) as caught:  # noqa: PT030 - which of them is all the same
        MLPClassifier((2,), **{"max_iter": 2, **settings}).fit(X, y, **given)
    assert {warning.filename for warning in caught} == {__file__}
