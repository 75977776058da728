"""Which epoch is kept: the best by its score, of equal ones the first or the last, stopped early or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassprop
from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import SettingsError
from glassprop.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SCORES = [0.1, 0.5, 0.3, 0.5, 0.5, 0.2, float("nan"), 0.4]


class Scored:
    """Scores epochs as it is told to, and keeps the weights that it has seen."""

    def __init__(self, scores: list[float]) -> None:
        self.scores, self.seen = scores, []

    def __call__(self, model: Any, X: Any, y: Any) -> float:
        self.seen.append(model.theta_.copy())
        return self.scores[len(self.seen) - 1]


def fitted(kind: Any, problem: Any, scores: list[float] = SCORES, **settings: Any) -> tuple[Any, list[Any]]:
    scored = Scored(scores)
    settings = {"n_iter_no_change": np.inf, "max_iter": len(scores), "early_stopping": True, **settings}
    model = kind(hidden_layer_sizes=(4,), scoring=scored, random_state=0, batch_size=16, **settings)
    return model.fit(problem.X, problem.y), scored.seen


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("which", "best"), [("first", 2), ("last", 5)])
def test_of_equal_scores(multiclass: Any, which: Any, best: int, engine: Any) -> None:
    model, seen = fitted(MLPClassifier, multiclass, best_epoch=which, engine=engine)
    assert model.n_iter_ == len(SCORES)  # it did not stop early
    assert (model.best_epoch_, model.best_iteration_, model.best_validation_score_) == (best, best, 0.5)
    np.testing.assert_array_equal(model.theta_, seen[best - 1])


def test_nothing_is_better_than_minus_infinity(one_output: Any) -> None:
    model, seen = fitted(MLPRegressor, one_output, [-np.inf, -np.inf, np.nan], best_epoch="last")
    assert model.best_epoch_ == 3
    np.testing.assert_array_equal(model.theta_, seen[-1])


def test_a_later_equal_score_is_no_improvement(one_output: Any) -> None:
    """Patience is what it is with either."""
    scores = [0.5] * 10
    for which, best in (("first", 1), ("last", 4)):
        model, _ = fitted(MLPRegressor, one_output, scores, best_epoch=which, n_iter_no_change=2, tol=1e-4)
        assert (model.n_iter_, model.best_epoch_) == (4, best)


def test_without_early_stopping_it_is_the_last(one_output: Any) -> None:
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=7, random_state=0, best_epoch="last")
    model.fit(one_output.X, one_output.y, X_val=one_output.X[:9], y_val=one_output.y[:9])
    assert model.best_epoch_ == model.n_iter_ == 7
    model.set_params(warm_start=True, max_iter=3).fit(one_output.X, one_output.y)
    assert model.best_epoch_ == 3


def test_of_a_later_fit_it_is_counted_anew(one_output: Any) -> None:
    model, seen = fitted(MLPRegressor, one_output, [0.1, 0.3, 0.2, 0.5, 0.6, 0.4], max_iter=3, warm_start=True)
    assert model.best_epoch_ == 2
    model.fit(one_output.X, one_output.y)
    assert model.best_epoch_ == 2
    np.testing.assert_array_equal(model.theta_, seen[4])


def test_files_know_it(one_output: Any, tmp_path: Any) -> None:
    model = MLPRegressor(max_iter=5, random_state=0, early_stopping=True, best_epoch="last")
    model.fit(one_output.X, one_output.y)
    glassprop.save(model, tmp_path / "m.glassprop")
    again = glassprop.load(tmp_path / "m.glassprop")
    assert (again.best_epoch, again.best_epoch_) == ("last", model.best_epoch_)


def test_weights_of_another_epoch_are_those_of_the_model_and_its_file(one_output: Any, tmp_path: Any) -> None:
    model = MLPRegressor(max_iter=5, random_state=0, early_stopping=True).fit(one_output.X, one_output.y)
    theta = model.theta_ / 2
    model.be_as_after(2, theta)
    glassprop.save(model, tmp_path / "m.glassprop")
    for one in (model, glassprop.load(tmp_path / "m.glassprop")):
        np.testing.assert_array_equal(one.theta_, theta)
        assert (one.best_iteration_, one.best_epoch_) == (2, 2)


def test_of_the_core() -> None:
    with pytest.raises(SettingsError, match="best_epoch must be first or last, got 'best'"):
        Settings(best_epoch="best")  # type: ignore[arg-type]
