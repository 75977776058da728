"""Training that diverges: under early stopping the best weights come back with a warning, else there is an error."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from thetas import Thetas

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DivergenceError

# Gradient descent on a linear regression, along whose steepest direction its steps are somewhat too long: the first
# epochs are good ones, then all grows by a factor an epoch, until it overflows.
DIVERGING = {
    "hidden_layer_sizes": (),
    "solver": "sgd",
    "learning_rate_init": 0.73,
    "momentum": 0.0,
    "max_iter": 5000,
    "random_state": 0,
}
STOPPING = {"early_stopping": True, "n_iter_no_change": 10_000}


def problem(scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    X, y = make_regression(200, 5, random_state=0)
    return (X * scale).astype(np.float32), y / y.std()


def assert_best_came_back(model: Any, thetas: list[np.ndarray]) -> None:
    scores = np.array(model.validation_scores_)
    assert np.isnan(scores[-1])
    best = int(np.nanargmax(scores))
    np.testing.assert_array_equal(model.theta_, thetas[best])
    assert model.best_iteration_ == best + 1
    assert model.best_validation_score_ == scores[best]
    assert len(scores) == len(model.loss_curve_) == len(model.validation_curve_) == model.n_iter_ == len(thetas)
    assert isinstance(model.validation_scores_[-1], float)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("scoring", [None, "loss", "neg_mean_absolute_error"])
@pytest.mark.parametrize("own", [False, True], ids=["split", "own data"])
def test_under_early_stopping_the_best_weights_come_back(engine: str, scoring: Any, own: bool) -> None:
    X, y = problem(1.6)
    watch, more = Thetas(), {"X_val": X[:40], "y_val": y[:40]} if own else {}
    model = MLPRegressor(**DIVERGING, **STOPPING, engine=engine, scoring=scoring).set_callbacks(watch)
    with pytest.warns(ConvergenceWarning, match=r"^Training ended: the cost .* are kept$") as told:
        assert model.fit(X, y, **more) is model
    assert len(told) == 1
    assert f"the weights of the best epoch, {model.best_iteration_}, are kept" in str(told[0].message)
    assert model.n_iter_ < DIVERGING["max_iter"]
    assert_best_came_back(model, watch.seen)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_what_comes_back_scores_what_is_claimed() -> None:
    """The instance that was found: -4.6e99 where .433 was claimed."""
    X, y = problem(1.6)
    model = MLPRegressor(**DIVERGING, **STOPPING)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, y, X_val=X[:50], y_val=y[:50])
    assert model.best_validation_score_ == pytest.approx(r2_score(y[:50], model.predict(X[:50])), rel=1e-9)


def test_numbers_that_explode_and_stay_finite_are_left_behind_too() -> None:
    X, y = problem(1.6)
    settings = {**DIVERGING, **STOPPING, "max_iter": 60}
    model, watch = MLPRegressor(**settings), Thetas()
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        model.set_callbacks(watch).fit(X, y)
    assert model.validation_scores_[-1] < -1e3
    assert model.best_validation_score_ == max(model.validation_scores_) > -10
    np.testing.assert_array_equal(model.theta_, watch.seen[model.best_iteration_ - 1])


def test_a_callback_that_fails_leaves_a_warm_start_with_its_best() -> None:
    X, y = problem()
    model = MLPRegressor(**{**DIVERGING, "max_iter": 3, "learning_rate_init": 1e-4}, warm_start=True, **STOPPING)
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        model.fit(X, y)

    class Failing(Thetas):
        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            super().on_fit_task_end(estimator, context)
            if len(self.seen) == 60:
                raise ZeroDivisionError

    watch = Failing()
    model.set_callbacks(watch).set_params(learning_rate_init=0.73, max_iter=100)
    with pytest.raises(ZeroDivisionError):
        model.fit(X * 1.6, y)
    scores = model.validation_scores_[-60:]
    assert scores[-1] < -1e3
    np.testing.assert_array_equal(model.theta_, watch.seen[int(np.argmax(scores))])


def test_scores_that_are_all_nan_keep_no_best_weights_and_claim_none() -> None:
    X, y = problem(1.6)
    model = MLPRegressor(**DIVERGING, **STOPPING, scoring=lambda estimator, X, y: float("nan"))
    with pytest.raises(DivergenceError, match="the weights of the last good epoch are kept") as caught:
        model.fit(X, y)
    assert caught.value.epoch > 1
    assert np.isfinite(model.theta_).all()
    assert np.isfinite(model.validation_scores_).sum() == 0
    assert len(model.validation_scores_) == len(model.loss_curve_) == model.n_iter_


SCIKIT_LEARNS = "Solver produced non-finite parameter weights. The input data may contain large values and need to be"


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("stopping", [{}, STOPPING])
def test_in_the_first_epoch_there_is_nothing_to_keep_and_nothing_is_claimed(solver: str, stopping: Any) -> None:
    X = np.finfo(float).max * np.random.default_rng(0).uniform(size=(30, 2))
    model = MLPRegressor(solver=solver, **stopping)
    with pytest.raises(DivergenceError) as caught:
        model.fit(X, X[:, 0] / X[:, 0].max())
    assert SCIKIT_LEARNS in str(caught.value)
    assert "kept" not in str(caught.value)
    assert not hasattr(model, "n_iter_")


def test_partial_fit_claims_what_there_is() -> None:
    X, y = problem()
    X = X.astype(float)
    model = MLPRegressor(**DIVERGING)
    with pytest.raises(DivergenceError) as caught:
        model.partial_fit(X * 1e200, y)
    assert "kept" not in str(caught.value)
    assert not hasattr(model, "theta_")
    model.partial_fit(X[:20], y[:20])
    theta = model.theta_.copy()
    with pytest.raises(DivergenceError, match="the weights of the last good epoch are kept"):
        model.partial_fit(X * 1e200, y)
    np.testing.assert_array_equal(model.theta_, theta)
    assert (model.n_iter_, len(model.loss_curve_)) == (1, 1)


def test_a_warm_start_that_diverges_at_once_keeps_the_weights_it_had() -> None:
    X, y = problem()
    model = MLPRegressor(**{**DIVERGING, "max_iter": 2, "learning_rate_init": 1e-3}, warm_start=True)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, y)
    theta = model.theta_.copy()
    with pytest.raises(DivergenceError, match="the weights of the last good epoch are kept"):
        model.set_params(learning_rate_init=1e200).fit(X, y)
    np.testing.assert_array_equal(model.theta_, theta)


def test_lbfgs_that_diverges_later_keeps_its_last_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy does not step to such a place by itself as long as the first cost is finite: it is led there."""
    import scipy.optimize

    minimize, watch = scipy.optimize.minimize, Thetas()

    def astray(function: Any, start: Any, callback: Any, **more: Any) -> Any:
        def spoiled(*, intermediate_result: Any) -> None:
            if len(watch.seen) == 3:
                intermediate_result.fun = np.nan
            callback(intermediate_result)

        return minimize(function, start, callback=spoiled, **more)

    monkeypatch.setattr(scipy.optimize, "minimize", astray)
    X, y = problem()
    model = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", random_state=0).set_callbacks(watch)
    with pytest.raises(DivergenceError, match=r"after iteration 3 of L-BFGS.*last good iteration are kept") as caught:
        model.fit(X, y)
    assert SCIKIT_LEARNS in str(caught.value)
    assert len(model.loss_curve_) == model.n_iter_ == 3
    np.testing.assert_array_equal(model.theta_, watch.seen[-1])


def test_classes_and_verbose_lines_survive_it(capsys: pytest.CaptureFixture[str]) -> None:
    X, _ = problem(30.0)
    y = np.where(X[:, 0] > 0, "yes", "no")
    settings = {**DIVERGING, "learning_rate_init": 1e6, "alpha": 1.0, "activation": "relu"}
    model = MLPClassifier(**settings, **STOPPING, verbose=True, scoring="loss")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            model.fit(X, y)
        except DivergenceError:  # in its first epoch, on some machine: then there is nothing to see
            pytest.skip("diverged in its first epoch")
    assert set(model.predict(X)) <= {"yes", "no"}
    said = capsys.readouterr().out
    assert "Training ended: " in said
    assert said.count("Iteration ") == model.n_iter_


def test_what_overflows_inside_while_the_outputs_are_finite_is_no_warning():
    """relu makes 0 of -inf, so that neither the cost nor the score shows it."""
    rng = np.random.default_rng(0)
    X = 30 * rng.normal(size=(120, 5))
    y = 1e3 * X @ rng.normal(size=5)
    model = MLPRegressor(
        hidden_layer_sizes=(8, 8), solver="sgd", engine="reference", early_stopping=True, learning_rate_init=1.0,
        max_iter=30, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    assert [warning for warning in caught if not issubclass(warning.category, ConvergenceWarning)] == []
    assert np.isfinite(model.theta_).all()
