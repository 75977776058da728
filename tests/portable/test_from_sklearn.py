"""``from_sklearn``: our estimator predicts what scikit-learn's does, and the steps after it are scikit-learn's own."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from estimator.conftest import make_problem
from rounding import OF_A_TRAINING, assert_rounded
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from weights_cases import KINDS

import glassprop
from glassprop import MLPClassifier, MLPRegressor, check_gradient, from_sklearn
from glassprop.errors import SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SOLVERS: dict[str, dict[str, Any]] = {
    "adam": {"solver": "adam"},
    "nesterov": {"solver": "sgd"},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "momentum": 0.7},
    "plain": {"solver": "sgd", "momentum": 0},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3},
    # an epoch that is no better by more than this lowers the rate, at once
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1},
}


def theirs(kind: str, **settings: Any) -> tuple[Any, Any]:
    """A problem, and scikit-learn's network fitted to it."""
    problem = make_problem(kind)
    more = {"loss": "poisson"} if kind == "poisson" else {}
    made = (TheirClassifier if problem.classifier else TheirRegressor)(
        **{"hidden_layer_sizes": (6, 4), "max_iter": 7, "batch_size": 20, "random_state": 3, **more, **settings}
    )
    return problem, made.fit(problem.X, problem.y)


def assert_same_weights(ours: Any, sk: Any) -> None:
    for mine, its in zip([*ours.coefs_, *ours.intercepts_], [*sk.coefs_, *sk.intercepts_], strict=True):
        assert_rounded(mine, its, 1.0, OF_A_TRAINING)


def assert_same_place(ours: Any, sk: Any) -> None:
    """Both stand at the same weights, after the same course."""
    assert_same_weights(ours, sk)
    np.testing.assert_allclose(ours.loss_curve_, sk.loss_curve_, rtol=1e-9)
    assert (ours.n_iter_, ours.t_) == (sk.n_iter_, sk.t_)
    assert ours.loss_ == pytest.approx(sk.loss_, rel=1e-9)
    if sk.best_loss_ is not None:
        assert ours.best_loss_ == pytest.approx(sk.best_loss_, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_it_stands_where_scikit_learns_stands_and_says_what_it_says(kind: str) -> None:
    problem, sk = theirs(kind)
    ours = from_sklearn(sk)
    assert type(ours) is (MLPClassifier if problem.classifier else MLPRegressor)
    assert_same_place(ours, sk)
    for verb in ("predict_proba", "predict_log_proba") if problem.classifier else ("predict",):
        np.testing.assert_allclose(getattr(ours, verb)(problem.X), getattr(sk, verb)(problem.X), rtol=1e-9)
    np.testing.assert_allclose(ours.score(problem.X, problem.y), sk.score(problem.X, problem.y), rtol=1e-9)
    for name, value in sk.get_params(deep=False).items():
        assert getattr(ours, name) == value
    assert (ours.out_activation_, ours.n_layers_, ours.n_outputs_) == (sk.out_activation_, sk.n_layers_, sk.n_outputs_)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", ["multiclass", "one_output"])
def test_partial_fit_goes_on_as_scikit_learns_own(kind: str, solver: str) -> None:
    problem, sk = theirs(kind, **SOLVERS[solver])
    ours = from_sklearn(sk)
    for _ in range(5):
        sk.partial_fit(problem.X, problem.y)
        ours.partial_fit(problem.X, problem.y)
        assert_same_place(ours, sk)
    if solver == "adaptive":
        assert sk._optimizer.learning_rate < sk.learning_rate_init / 20  # the rate was lowered on both sides


def test_the_optimizers_memory_is_what_makes_the_next_step_the_same() -> None:
    problem, sk = theirs("multiclass")
    without = deepcopy(sk)
    del without._optimizer
    ours = from_sklearn(without)
    ours.partial_fit(problem.X, problem.y)
    sk.partial_fit(problem.X, problem.y)
    assert max(np.abs(a - b).max() for a, b in zip(ours.coefs_, sk.coefs_, strict=True)) > 1e-5


@pytest.mark.parametrize("solver", ["adam", "invscaling", "adaptive"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_warm_start_goes_on_as_scikit_learns_own(solver: str, early_stopping: bool) -> None:
    how = {"warm_start": True, "early_stopping": early_stopping, "n_iter_no_change": 3}
    problem, sk = theirs("binary", **{**SOLVERS[solver], **how})
    ours = from_sklearn(sk)
    for _ in range(2):
        sk.fit(problem.X, problem.y)
        ours.fit(problem.X, problem.y)
        assert_same_place(ours, sk)
        assert ours.validation_scores_ == sk.validation_scores_
        assert ours.best_validation_score_ == sk.best_validation_score_


def test_what_early_stopping_leaves() -> None:
    problem, sk = theirs("multiclass", early_stopping=True, max_iter=30, n_iter_no_change=4)
    ours = from_sklearn(sk)
    assert ours.validation_scores_ == sk.validation_scores_
    assert ours.best_validation_score_ == sk.best_validation_score_ == sk.validation_scores_[ours.best_epoch_ - 1]
    assert ours.best_loss_ is sk.best_loss_ is None
    assert_same_weights(ours, sk)
    np.testing.assert_array_equal(ours.predict(problem.X), sk.predict(problem.X))


def test_of_l_bfgs_there_is_no_curve() -> None:
    problem, sk = theirs("three_outputs", solver="lbfgs", max_iter=40)
    ours = from_sklearn(sk)
    assert (ours.n_iter_, ours.loss_curve_, ours.loss_) == (sk.n_iter_, [], sk.loss_)
    np.testing.assert_allclose(ours.predict(problem.X), sk.predict(problem.X), rtol=1e-9)


def test_float32_stays_so() -> None:
    problem = make_problem("one_output")
    X = problem.X.astype(np.float32)
    sk = TheirRegressor(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, problem.y)
    ours = from_sklearn(sk)
    assert ours.theta_.dtype == np.float32
    sk.partial_fit(X, problem.y)
    ours.partial_fit(X, problem.y)
    assert_rounded(ours.coefs_[0], sk.coefs_[0], 1.0, 1000, np.float32)


@pytest.mark.parametrize("kind", ["multilabel", "poisson"])
def test_it_is_explained_checked_copied_and_saved(kind: str, tmp_path: Any) -> None:
    problem, sk = theirs(kind)
    ours = from_sklearn(sk)
    assert check_gradient(ours.network_, ours.theta_, *ours.encode_targets(problem.X, problem.y)).ok
    told = ours.explain(problem.X, problem.y, row=0)
    assert told.weight(1, 0, 0).value is not None
    path = tmp_path / "model.glassprop"
    glassprop.save(ours, path)
    for same in (glassprop.load(path), pickle.loads(pickle.dumps(ours)), deepcopy(ours)):
        same.partial_fit(problem.X, problem.y)
        assert_same_weights(same, deepcopy(sk).partial_fit(problem.X, problem.y))
    assert clone(ours).get_params() == ours.get_params()


def test_they_share_nothing() -> None:
    problem, sk = theirs("multiclass", random_state=np.random.RandomState(5))
    before = [w.copy() for w in sk.coefs_]
    ours = from_sklearn(sk)
    ours.partial_fit(problem.X, problem.y)
    ours.classes_[0] = 99
    np.testing.assert_array_equal(sk.coefs_[0], before[0])
    assert sk.classes_[0] == 0
    assert len(sk.loss_curve_) == 7
    # each draws from a generator of its own, which stood at the same place
    other = from_sklearn(sk).partial_fit(problem.X, problem.y)
    assert_same_weights(other, sk.partial_fit(problem.X, problem.y))


def test_labels_names_and_sparse_targets() -> None:
    problem = make_problem("multilabel")
    X = pd.DataFrame(problem.X, columns=list("abcde"))
    sk = TheirClassifier((4,), max_iter=3, random_state=0).fit(X, sparse.csr_matrix(problem.y))
    ours = from_sklearn(sk)
    assert list(ours.feature_names_in_) == list("abcde")
    found = ours.predict(X)
    assert sparse.issparse(found)
    np.testing.assert_array_equal(found.toarray(), sk.predict(X).toarray())
    with pytest.raises(ValueError, match="feature names should match"):
        ours.predict(X.rename(columns={"a": "z"}))


def test_of_a_pipeline_the_last_step_is_another() -> None:
    problem = make_problem("binary")
    sk = make_pipeline(StandardScaler(), TheirClassifier((4,), max_iter=5, random_state=0)).fit(problem.X, problem.y)
    ours = from_sklearn(sk)
    assert [name for name, _ in ours.steps] == [name for name, _ in sk.steps]
    np.testing.assert_array_equal(ours.predict(problem.X), sk.predict(problem.X))
    expected = sk.predict_proba(problem.X)
    ours.fit(problem.X * 100, problem.y)
    np.testing.assert_array_equal(sk.predict_proba(problem.X), expected)  # whose scaler is its own


def test_of_a_search_both_what_searches_and_what_is_found() -> None:
    problem = make_problem("binary")
    pipeline = make_pipeline(StandardScaler(), TheirClassifier((4,), max_iter=5, random_state=0))
    sk = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.0, 1.0]}, cv=2).fit(problem.X, problem.y)
    ours = from_sklearn(sk)
    assert type(ours.estimator[-1]) is type(ours.best_estimator_[-1]) is MLPClassifier
    assert ours.best_params_ == sk.best_params_
    np.testing.assert_array_equal(ours.predict(problem.X), sk.predict(problem.X))
    ours.fit(problem.X, problem.y)
    np.testing.assert_allclose(ours.cv_results_["mean_test_score"], sk.cv_results_["mean_test_score"])


def test_one_that_is_not_fitted_has_the_arguments() -> None:
    sk = TheirRegressor(hidden_layer_sizes=[3, 2], loss="poisson", solver="lbfgs", alpha=0.5, random_state=7)
    ours = from_sklearn(sk)
    assert {name: ours.get_params()[name] for name in sk.get_params()} == sk.get_params()
    assert not hasattr(ours, "network_")
    assert type(from_sklearn(make_pipeline(StandardScaler(), sk))[-1]) is MLPRegressor


@pytest.mark.parametrize(
    "model",
    [LogisticRegression(), MLPClassifier(), make_pipeline(StandardScaler(), LogisticRegression()), None, "relu"],
    ids=lambda model: type(model).__name__,
)
def test_what_is_no_network_is_refused(model: Any) -> None:
    with pytest.raises(SettingsError, match=r"from_sklearn takes scikit-learn's .* got a \w+( that ends in a \w+)?$"):
        from_sklearn(model)


def test_one_that_was_only_ever_partly_fitted_goes_on() -> None:
    problem = make_problem("multiclass")
    sk = TheirClassifier((4,), random_state=0).partial_fit(problem.X[:9], problem.y[:9], classes=[0, 1, 2])
    ours = from_sklearn(sk)
    assert_same_place(ours.partial_fit(problem.X, problem.y), sk.partial_fit(problem.X, problem.y))


def test_weights_that_were_set_are_a_network_that_was_not_trained() -> None:
    problem, trained = theirs("binary")
    sk = TheirClassifier((6, 4))
    sk.coefs_, sk.intercepts_, sk.out_activation_ = trained.coefs_, trained.intercepts_, "logistic"
    sk.classes_, sk.n_layers_, sk.n_outputs_ = trained.classes_, 4, 1
    ours = from_sklearn(sk)
    np.testing.assert_array_equal(ours.predict(problem.X), trained.predict(problem.X))
    assert (ours.n_iter_, ours.t_, ours.loss_curve_) == (0, 0, [])


def test_a_search_over_splits_that_come_once_is_copied() -> None:
    problem = make_problem("binary")
    splits = (split for split in KFold(2).split(problem.X))
    search = from_sklearn(GridSearchCV(TheirClassifier((3,), max_iter=2), {"alpha": [0.1, 1.0]}, cv=splits))
    assert type(search.fit(problem.X, problem.y).best_estimator_) is MLPClassifier
