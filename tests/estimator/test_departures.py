"""Where ours departs from scikit-learn, and that it does so as the documentation says."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from rounding import assert_rounded
from scipy.optimize import check_grad
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

from glassprop import MLPClassifier, MLPRegressor


def quietly(estimator: Any, *data: Any, **more: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*data, **more)


def test_a_batch_without_weight_makes_no_step(binary: Any) -> None:
    """scikit-learn raises ZeroDivisionError there."""
    weight = binary.weight.copy()
    weight[10:20] = 0
    settings = {"batch_size": 10, "shuffle": False, "max_iter": 5, "random_state": 0}
    with pytest.raises(ZeroDivisionError):
        TheirClassifier(**settings).fit(binary.X, binary.y, sample_weight=weight)
    mine = quietly(MLPClassifier(**settings), binary.X, binary.y, sample_weight=weight)
    kept = np.r_[0:10, 20:53]
    without = quietly(MLPClassifier(**settings), binary.X[kept], binary.y[kept], sample_weight=weight[kept])
    np.testing.assert_array_equal(mine.theta_, without.theta_)
    np.testing.assert_array_equal(mine.loss_curve_, without.loss_curve_)


def test_negative_weights_are_refused(binary: Any) -> None:
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        MLPClassifier().fit(binary.X, binary.y, sample_weight=-binary.weight)


def test_gradient_and_objective_agree_for_several_outputs(three_outputs: Any) -> None:
    """½ Σ over outputs, averaged over examples; its gradient is what L-BFGS and Adam follow."""
    model = quietly(
        MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", max_iter=2, random_state=0),
        three_outputs.X,
        three_outputs.y,
    )
    X, Y = model.encode_targets(three_outputs.X, three_outputs.y)
    network = model.network_

    def objective(theta: Any) -> float:
        return float(0.5 * ((network.predict(theta, X) - Y) ** 2).sum(axis=1).mean())

    theta = network.initial(np.random.default_rng(1))
    gradient = network.gradient(theta, X, Y)
    assert check_grad(objective, lambda theta: network.gradient(theta, X, Y), theta) < 1e-5 * np.linalg.norm(gradient)
    assert_rounded(network.cost(theta, X, Y), objective(theta))


def test_loss_is_reported_on_scikit_learns_scale(three_outputs: Any) -> None:
    """½ the mean over outputs and examples, plus L2: for all solvers."""
    for solver in ("lbfgs", "adam"):
        model = MLPRegressor(hidden_layer_sizes=(6,), solver=solver, max_iter=1, alpha=0.3, random_state=0)
        still = {**model.get_params(), "solver": "sgd", "learning_rate_init": 1e-300}
        start = quietly(MLPRegressor(**still), three_outputs.X, three_outputs.y)
        squares = sum(float((w**2).sum()) for w in start.coefs_)
        half_mean = 0.5 * ((start.predict(three_outputs.X) - three_outputs.y) ** 2).mean()
        expected = half_mean + 0.5 * 0.3 * squares / len(three_outputs.X)
        assert_rounded(start.loss_, expected)
        quietly(model, three_outputs.X, three_outputs.y)
        if solver == "adam":  # one full batch: the loss is that of the start
            assert_rounded(model.loss_, expected)
        else:
            assert model.loss_ < expected


def test_lbfgs_with_several_outputs_reaches_the_minimum(three_outputs: Any) -> None:
    """Without a hidden layer it is ridge regression, solved exactly: W = (XᵀX + αI)⁻¹ XᵀY, centred.

    scikit-learn follows the gradient of the sum under the loss of the mean, and its line search stops short.
    """
    X, Y, alpha = three_outputs.X, three_outputs.y, 50.0
    x, y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    expected = np.linalg.solve(x.T @ x + alpha * np.eye(5), x.T @ y)
    settings = {
        "hidden_layer_sizes": (),
        "solver": "lbfgs",
        "alpha": alpha,
        "max_iter": 500,
        "tol": 1e-9,
        "random_state": 0,
    }
    mine = MLPRegressor(**settings).fit(X, Y)
    theirs = quietly(TheirRegressor(**settings), X, Y)
    assert np.abs(mine.coefs_[0] - expected).max() < 1e-6
    assert np.abs(theirs.coefs_[0] - expected).max() > 1e-3


def test_float32_in_lbfgs_is_worked_in_float64(one_output: Any) -> None:
    X = one_output.X.astype(np.float32)
    losses = [
        quietly(
            MLPRegressor(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=30, random_state=0),
            X.astype(dtype),
            one_output.y,
        ).loss_
        for dtype in (np.float32, np.float64)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.parametrize("solver", ["adam", "adamw", "sgd", "lbfgs"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_of_x_is_kept(multiclass: Any, one_output: Any, solver: str, dtype: type) -> None:
    for estimator, problem in ((MLPClassifier, multiclass), (MLPRegressor, one_output)):
        model = quietly(estimator(solver=solver, max_iter=3, random_state=0), problem.X.astype(dtype), problem.y)
        assert model.theta_.dtype == dtype
        assert {w.dtype for w in [*model.coefs_, *model.intercepts_]} == {np.dtype(dtype)}
        outputs = model.predict_proba if problem.classifier else model.predict
        assert outputs(problem.X.astype(dtype)).dtype == dtype


def test_integers_become_float64(binary: Any) -> None:
    assert quietly(MLPClassifier(max_iter=2), (binary.X * 10).astype(int), binary.y).theta_.dtype == np.float64


def test_log_probabilities_are_not_overwritten_or_warned_about() -> None:
    """Saturated probabilities: log 0 is -inf, without a warning."""
    X = np.array([[-1e5], [1e5]])
    model = quietly(MLPClassifier((), max_iter=1), X, [0, 1])
    model.coefs_[0] = [[1.0]]
    model.intercepts_[0] = [0.0]
    assert model.predict_log_proba(X).min() == -np.inf


def test_one_class_has_one_column_of_ones(binary: Any) -> None:
    model = quietly(MLPClassifier(max_iter=2), binary.X, ["only"] * len(binary.X))
    assert model.predict_proba(binary.X).shape == (53, 1)
    assert (model.predict_proba(binary.X) == 1).all()
    assert set(model.predict(binary.X)) == {"only"}


def test_a_warm_start_may_turn_early_stopping_on_and_off(binary: Any) -> None:
    """Scores of one kind are not compared with scores of another; scikit-learn fails with a TypeError."""
    settings = {"warm_start": True, "random_state": 0, "max_iter": 30, "learning_rate_init": 0.01}
    model = quietly(MLPClassifier(early_stopping=True, n_iter_no_change=30, **settings), binary.X, binary.y)
    assert model.best_validation_score_ >= 0
    quietly(model.set_params(early_stopping=False, n_iter_no_change=5), binary.X, binary.y)
    assert model.n_iter_ > 6
    assert model.validation_scores_ is None
    quietly(model.set_params(early_stopping=True, scoring="loss"), binary.X, binary.y)
    assert all(score < 0 for score in model.validation_scores_)
    assert model.best_validation_score_ == max(model.validation_scores_)


def test_partial_fit_is_absent_for_a_regressor_with_lbfgs() -> None:
    assert not hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")
    assert hasattr(MLPRegressor(solver="adamw"), "partial_fit")


SWITCHES = [
    ({"solver": "adam"}, {"solver": "sgd"}),
    ({"solver": "sgd"}, {"solver": "adamw"}),
    ({"solver": "adam"}, {"solver": "adamw"}),
    ({"solver": "sgd", "momentum": 0.0}, {"momentum": 0.9}),
    ({"solver": "sgd", "momentum": 0.9}, {"momentum": 0.0}),
    ({"solver": "sgd"}, {"nesterovs_momentum": False}),
]


@pytest.mark.parametrize(("before", "after"), SWITCHES)
@pytest.mark.parametrize("stored", [False, True])
def test_another_optimizer_between_calls_of_partial_fit_starts_anew(
    binary: Any, before: dict[str, Any], after: dict[str, Any], stored: bool
) -> None:
    settings = {"hidden_layer_sizes": (4,), "batch_size": 10, "random_state": 0}
    model = MLPClassifier(**settings, **before).partial_fit(binary.X, binary.y, classes=["no", "yes"])
    if stored:
        model = pickle.loads(pickle.dumps(model))
    theta = model.theta_.copy()
    model.set_params(**after).partial_fit(binary.X, binary.y)
    fresh = MLPClassifier(**settings, **{**before, **after}).partial_fit(binary.X, binary.y, classes=["no", "yes"])
    fresh.theta_[...] = theta
    fresh._state.restart_optimizer()
    fresh.partial_fit(binary.X, binary.y)
    np.testing.assert_array_equal(model.theta_, fresh.theta_)


@pytest.mark.parametrize("loss", ["squared_error", "mse", " mse "])
def test_every_name_of_the_squared_error_is_half_of_it(one_output: Any, loss: str) -> None:
    model = quietly(MLPRegressor(loss, (4,), max_iter=2, random_state=0), one_output.X, one_output.y)
    assert model.network_.cost_function.name == "half_squared_error"
    named = quietly(MLPRegressor("squared_error", (4,), max_iter=2, random_state=0), one_output.X, one_output.y)
    np.testing.assert_array_equal(model.theta_, named.theta_)
    assert model.loss_curve_ == named.loss_curve_


CHANGES = [
    *(
        ("adam", setting)
        for setting in ({"learning_rate_init": 0.05}, {"beta_1": 0.5}, {"beta_2": 0.9}, {"epsilon": 0.1})
    ),
    *(("sgd", setting) for setting in ({"learning_rate_init": 0.05}, {"momentum": 0.1}, {"nesterovs_momentum": False})),
    ("sgd", {"learning_rate": "invscaling"}),
]


def moves(estimator: Any, problem: Any, change: dict[str, Any], solver: str, **settings: Any) -> list[Any]:
    """By how much each of three calls of ``partial_fit`` moves the first weights; a setting changes after the first."""
    model = estimator(hidden_layer_sizes=(5,), solver=solver, random_state=0, shuffle=False, **settings)
    weights = []
    for call in range(3):
        if call == 1:
            model.set_params(**change)
        model.partial_fit(problem.X, problem.y, classes=["no", "yes"])
        weights.append(np.array(model.coefs_[0]))
    return list(np.diff(weights, axis=0))


@pytest.mark.parametrize(("solver", "change"), CHANGES)
def test_partial_fit_obeys_settings_that_scikit_learn_ignores(solver: str, change: dict[str, Any], binary: Any) -> None:
    for estimator, obeys in ((TheirClassifier, False), (MLPClassifier, True)):
        changed, same = (moves(estimator, binary, settings, solver) for settings in (change, {}))
        assert np.array_equal(changed, same) != obeys


def test_a_learning_rate_ten_times_as_high_moves_ten_times_as_far(binary: Any) -> None:
    """One batch and no memory: the step is the rate times a gradient that is the same."""
    plain = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.001}
    higher = moves(MLPClassifier, binary, {"learning_rate_init": 0.01}, **plain)
    np.testing.assert_allclose(higher[0], 10 * moves(MLPClassifier, binary, {}, **plain)[0], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("change", [{"alpha": 5.0}, {"batch_size": 7}, {"activation": "tanh"}])
def test_partial_fit_obeys_these_in_both(change: dict[str, Any], binary: Any) -> None:
    for estimator in (TheirClassifier, MLPClassifier):
        changed, same = (moves(estimator, binary, settings, "adam") for settings in (change, {}))
        assert not np.array_equal(changed, same)
    np.testing.assert_allclose(
        moves(MLPClassifier, binary, change, "adam"),
        moves(TheirClassifier, binary, change, "adam"),
        rtol=1e-6,
        atol=1e-9,
    )


def test_other_sizes_between_calls_of_partial_fit_are_refused(binary: Any) -> None:
    moves(TheirClassifier, binary, {"hidden_layer_sizes": (3,)}, "adam")
    with pytest.raises(ValueError, match="keep hidden_layer_sizes"):
        moves(MLPClassifier, binary, {"hidden_layer_sizes": (3,)}, "adam")
