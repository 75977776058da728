"""Validation data of one's own, the scores early stopping follows, and the curve of the validation cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss, make_scorer, r2_score

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 6, "random_state": 0, "batch_size": 16, "learning_rate_init": 0.01}


def classifier(**settings: Any) -> MLPClassifier:
    return MLPClassifier(**{**QUICK, **settings})


def regressor(**settings: Any) -> MLPRegressor:
    return MLPRegressor(**{**QUICK, **settings})


def test_validation_data_of_ones_own(multiclass: Any) -> None:
    X, y, weight = multiclass.X, multiclass.y, multiclass.weight
    held = {"X_val": X[:20], "y_val": y[:20], "sample_weight_val": weight[:20]}
    seen: list[Any] = []

    class Keep:
        setup = teardown = on_fit_task_begin = lambda self, estimator, context: None

        def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any = None) -> None:
            if context.parent is not None:
                seen.append(fitted_estimator)

    settings = {"max_iter": 12, "learning_rate_init": 0.1, "label_smoothing": 0.1, "alpha": 1.0, "dropout": 0.2}
    model = classifier(early_stopping=True, **settings).set_callbacks(Keep())
    model.fit(X[20:], y[20:], **held)
    probabilities = [e.predict_proba(X[:20]) for e in seen]
    costs = [log_loss(y[:20], p, sample_weight=weight[:20], labels=[0, 1, 2]) for p in probabilities]
    scores = [accuracy_score(y[:20], p.argmax(axis=1), sample_weight=weight[:20]) for p in probabilities]
    np.testing.assert_allclose(model.validation_curve_, costs, rtol=1e-9)
    np.testing.assert_allclose(model.validation_scores_, scores)
    best = int(np.argmax(scores))
    assert model.best_iteration_ == best + 1
    assert model.best_validation_score_ == pytest.approx(scores[best])
    np.testing.assert_array_equal(model.theta_, seen[best].theta_)
    assert model.t_ == 33 * model.n_iter_  # nothing was split off


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_validation_data_without_early_stopping_are_only_watched(one_output: Any, solver: str) -> None:
    X, y = one_output.X, one_output.y
    watched = regressor(solver=solver).fit(X[20:], y[20:], X_val=X[:20], y_val=y[:20])
    plain = regressor(solver=solver).fit(X[20:], y[20:])
    np.testing.assert_array_equal(watched.theta_, plain.theta_)
    assert len(watched.validation_curve_) == len(watched.loss_curve_)
    half = 0.5 * ((watched.predict(X[:20]) - y[:20]) ** 2).mean()
    assert watched.validation_curve_[-1] == pytest.approx(half, rel=1e-9)
    assert watched.validation_scores_ is None
    assert plain.validation_curve_ == []


def test_validation_cost_is_on_the_scale_of_the_loss(three_outputs: Any) -> None:
    X, Y = three_outputs.X, three_outputs.y
    model = regressor(alpha=0.0).fit(X, Y, X_val=X, y_val=Y)
    assert model.validation_curve_[-1] == pytest.approx(0.5 * ((model.predict(X) - Y) ** 2).mean(), rel=1e-9)


def last_score(scoring: Any, multiclass: Any, **more: Any) -> tuple[float, Any]:
    X, y = multiclass.X, multiclass.y
    model = classifier(early_stopping=True, scoring=scoring, n_iter_no_change=50, tol=0.0, **more)
    model.fit(X[20:], y[20:], X_val=X[:20], y_val=y[:20])
    return model.validation_scores_[model.best_iteration_ - 1], model


def test_scoring_by_name_callable_and_loss(multiclass: Any) -> None:
    X, y = multiclass.X[:20], multiclass.y[:20]
    score, model = last_score("balanced_accuracy", multiclass)
    assert score == pytest.approx(balanced_accuracy_score(y, model.predict(X)))
    score, model = last_score(lambda estimator, X, y: -estimator.predict_proba(X)[:, 0].sum(), multiclass)
    assert score == pytest.approx(-model.predict_proba(X)[:, 0].sum())
    score, model = last_score(make_scorer(accuracy_score), multiclass)
    assert score == pytest.approx(accuracy_score(y, model.predict(X)))
    score, model = last_score("loss", multiclass)
    assert model.validation_scores_ == [-cost for cost in model.validation_curve_]
    assert score == pytest.approx(-log_loss(y, model.predict_proba(X), labels=[0, 1, 2]))
    assert model.best_validation_score_ == max(model.validation_scores_)


def test_default_score_of_a_regressor_is_r2(three_outputs: Any) -> None:
    X, Y = three_outputs.X, three_outputs.y
    model = regressor(early_stopping=True).fit(X[20:], Y[20:], X_val=X[:20], y_val=Y[:20])
    assert model.best_validation_score_ == pytest.approx(r2_score(Y[:20], model.predict(X[:20])))


def test_a_wrong_scorer_is_refused_before_training(binary: Any) -> None:
    with pytest.raises(ValueError, match="'acc' is not a valid scoring value"):
        classifier(early_stopping=True, scoring="acc", max_iter=10**9).fit(binary.X, binary.y)


def test_stratify_keeps_shares_of_several_classes(multiclass: Any) -> None:
    """With "auto" the split is scikit-learn's, which stratifies two classes only."""
    held: list[Any] = []

    def scorer(estimator: Any, X: Any, y: Any) -> float:
        held.append(y)
        return 0.0

    y = np.repeat([0, 1, 2], [30, 15, 8])
    settings = {"early_stopping": True, "scoring": scorer, "max_iter": 1, "validation_fraction": 0.4}
    classifier(stratify=True, **settings).fit(multiclass.X, y)
    np.testing.assert_allclose(np.bincount(held[-1]), [12.5, 6.2, 3.3], atol=0.8)


def plain_scorer(estimator: Any, X: Any, y: Any) -> float:
    return float(np.mean(estimator.predict(X) == y))


SCORERS = {
    "a plain callable": (plain_scorer, False),
    "a metric without weights": (make_scorer(lambda y, predicted: np.mean(y == predicted)), False),
    "a metric with weights": (make_scorer(accuracy_score), True),
    "a name": ("balanced_accuracy", True),
    "a callable with weights": (
        lambda estimator, X, y, sample_weight=None: accuracy_score(
            y, estimator.predict(X), sample_weight=sample_weight
        ),
        True,
    ),
    "a callable that takes anything": (lambda estimator, X, y, **more: estimator.score(X, y, **more), True),
}


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("weighted", ["sample_weight", "class_weight"])
def test_scorers_are_handed_weights_if_they_take_them(name: str, weighted: str, multiclass: Any) -> None:
    scoring, takes = SCORERS[name]
    X, y, weight = multiclass.X, multiclass.y, multiclass.weight**4
    settings = {"early_stopping": True, "scoring": scoring, "max_iter": 2, "n_iter_no_change": 9}
    if weighted == "class_weight":
        model = classifier(class_weight={0: 1, 1: 9, 2: 3}, **settings).fit(X, y)
        assert len(model.validation_scores_) == 2
        return
    model = classifier(**settings).fit(X, y, X_val=X, y_val=y, sample_weight_val=weight)
    metric = balanced_accuracy_score if name == "a name" else accuracy_score
    expected = metric(y, model.predict(X), sample_weight=weight if takes else None)
    assert model.validation_scores_[model.best_iteration_ - 1] == pytest.approx(expected)
    assert expected != metric(y, model.predict(X), sample_weight=None if takes else weight)


def test_a_score_that_is_nan_stops_in_time(binary: Any) -> None:
    settings = {"early_stopping": True, "scoring": lambda estimator, X, y: float("nan"), "n_iter_no_change": 3}
    model = classifier(**{**settings, "max_iter": 100}).fit(binary.X, binary.y)
    assert model.n_iter_ == 4


def test_a_validation_loss_that_is_not_finite_is_an_error(one_output: Any) -> None:
    X = one_output.X
    held = {"X_val": np.full((3, 5), 1e200), "y_val": np.ones(3)}
    model = regressor(early_stopping=True)
    with pytest.raises(
        DivergenceError, match="the cost of the validation data stopped being a finite number in epoch 1"
    ):
        model.fit(X, one_output.y, **held)
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize(
    ("y", "named"),
    [
        (["no", "no", "no", "yes"] + ["no"] * 8, "class 'yes' has one example"),
        ([0, 0, 0, 1] + [0] * 8, "class 1 has one example"),
        (["a", "b", "c", "c"] + ["c"] * 8, "classes 'a', 'b' have one example"),
        ([[0, 1], [1, 1]] + [[1, 0]] * 10, r"classes \[0, 1\], \[1, 1\] have one example"),
    ],
)
def test_a_class_too_small_to_be_split_is_named_as_the_user_wrote_it(y: Any, named: str) -> None:
    model = MLPClassifier(early_stopping=True, stratify=True, validation_fraction=0.3)
    with pytest.raises(DataError, match=f"for early stopping: {named}, where each class needs two"):
        model.fit(np.arange(24.0).reshape(12, 2), y)
