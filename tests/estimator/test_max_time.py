"""`max_time`: a number of epochs that follows from a clock, and bits that follow from the number alone."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaving import FailAfter, StopAfter

import glassprop
from glassprop import Checkpoint, MLPClassifier, MLPRegressor
from glassprop.engine.plan import Data
from glassprop.errors import SettingsError
from glassprop.training.lanes import ArrayLanes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SETTINGS = {
    "hidden_layer_sizes": (5,), "batch_size": 10, "max_iter": 40, "random_state": 0, "learning_rate": "coslog4",
    "dropout": 0.1, "dropout_schedule": "flat_cos", "learning_rate_init": 0.01, "n_iter_no_change": np.inf,
}  # fmt: skip


class Clock:
    """Goes on by so much each time that it is looked at."""

    def __init__(self, tick: float) -> None:
        self.now, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def timed(kind: Any, tick: float, **settings: Any) -> Any:
    """An estimator whose clock ticks: an epoch of a few looks takes as many ticks."""
    named = type(kind.__name__, (kind,), {"_clock": Clock(tick), "__module__": kind.__module__})
    return named(**{**SETTINGS, **settings})


def regressor(tick: float = 0.01, **settings: Any) -> Any:
    return timed(MLPRegressor, tick, **settings)


JUDGED = {"early_stopping": True, "best_epoch": "last"}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("more", [{}, JUDGED, {"solver": "sgd"}, {"n_members": 3, "engine": "auto"}])
def test_as_many_epochs_without_a_time_give_the_same_bits(one_output: Any, engine: str, more: dict[str, Any]) -> None:
    X, y = one_output.X, one_output.y
    more = {"engine": engine, **more}
    model = regressor(max_time=1.0, **more).fit(X, y)
    planned = model.n_epochs_planned_
    assert 1 < planned < 40
    assert model.n_iter_ == planned
    again = MLPRegressor(**{**SETTINGS, **more, "max_iter": planned}).fit(X, y)
    np.testing.assert_array_equal(model.theta_, again.theta_)
    assert model.loss_curve_ == again.loss_curve_
    assert again.n_epochs_planned_ == planned
    twice = regressor(max_time=1.0, **more).fit(X, y)
    assert twice.n_epochs_planned_ == planned


def test_more_time_is_more_epochs_but_no_more_than_asked_for(one_output: Any) -> None:
    X, y = one_output.X, one_output.y
    planned = [regressor(max_time=time).fit(X, y).n_epochs_planned_ for time in (0.5, 1.0, 2.0, 1e6)]
    assert planned == sorted(planned)
    assert planned[0] < planned[1] < planned[3] == 40


def test_the_time_that_is_planned_is_kept(one_output: Any) -> None:
    model = regressor(max_time=1.0).fit(one_output.X, one_output.y)
    assert 0.2 < model.time_curve_[-1][0] <= 1.0  # the clock is looked at more often while it is tried


def test_one_epoch_is_the_least_and_that_is_said(one_output: Any) -> None:
    words = r"max_time=0\.001 seconds is less than an epoch takes, about .*: one is run"
    with pytest.warns(UserWarning, match=words) as told:
        model = regressor(max_time=0.001).fit(one_output.X, one_output.y)
    assert told[0].filename == __file__
    assert model.n_epochs_planned_ == model.n_iter_ == 1


def test_where_it_is_left_the_plan_stays(one_output: Any, tmp_path: Path) -> None:
    X, y = one_output.X, one_output.y
    straight = regressor(max_time=1.0).fit(X, y)
    left = regressor(max_time=1.0).set_callbacks(StopAfter(2)).fit(X, y).set_callbacks()
    assert left.n_epochs_planned_ == straight.n_epochs_planned_
    file = tmp_path / "left.glassprop"
    left.__class__ = MLPRegressor
    glassprop.save(left, file)
    resumed = glassprop.load(file).resume(X, y)
    np.testing.assert_array_equal(resumed.theta_, straight.theta_)
    assert (resumed.n_iter_, resumed.n_epochs_planned_) == (straight.n_iter_, straight.n_epochs_planned_)


def test_a_checkpoint_knows_the_plan(one_output: Any, tmp_path: Path) -> None:
    X, y = one_output.X, one_output.y
    straight = regressor(max_time=1.0).fit(X, y)
    with pytest.raises(RuntimeError, match="disk is full"):
        regressor(max_time=1.0).set_callbacks(Checkpoint(tmp_path, every=0), FailAfter(3)).fit(X, y)
    slow = regressor(0.1, max_time=1.0).set_callbacks(Checkpoint(tmp_path, every=0, resume=True))
    other = slow.fit(X, y)
    assert other.n_epochs_planned_ == straight.n_epochs_planned_
    np.testing.assert_array_equal(other.theta_, straight.theta_)


@pytest.mark.parametrize("laned", [True, False])
def test_sources(one_output: Any, laned: bool) -> None:
    data = Data(one_output.X, one_output.y[:, None])

    class Blocks:
        def __len__(self) -> int:
            return len(data)

        def blocks(self, epoch: int) -> Any:
            yield data

    source = ArrayLanes(data, np.array([0, 20, len(data)]), 0) if laned else Blocks()
    more = {"n_features": data.X.shape[1]}
    model = regressor(max_time=0.5).fit_source(source, **more)
    assert 1 < model.n_epochs_planned_ < 40
    again = MLPRegressor(**{**SETTINGS, "max_iter": model.n_epochs_planned_}).fit_source(source, **more)
    np.testing.assert_array_equal(model.theta_, again.theta_)


def test_later_calls(one_output: Any) -> None:
    X, y = one_output.X, one_output.y
    model = regressor(max_time=1.0, warm_start=True).fit(X, y)
    planned, curve = model.n_epochs_planned_, list(model.time_curve_)
    model.partial_fit(X, y)
    assert model.time_curve_ == curve
    assert model.n_epochs_planned_ == planned
    model.set_params(max_time=None, max_iter=7).fit(X, y)
    assert model.n_epochs_planned_ == model.n_iter_ == 7


def test_the_curve(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    model = timed(MLPClassifier, 0.25, early_stopping=True, max_iter=4).fit(X, y)
    seconds, epochs, costs, scores = (list(column) for column in zip(*model.time_curve_, strict=True))
    np.testing.assert_allclose(np.diff(seconds), 0.25)
    assert seconds[0] == 0.25
    assert (epochs, costs, scores) == ([1, 2, 3, 4], model.loss_curve_, model.validation_scores_)
    watched = timed(MLPClassifier, 0.25, max_iter=2).fit(X, y)
    assert [point[3] for point in watched.time_curve_] == [None, None]
    solved = timed(MLPRegressor, 0.25, max_iter=3, solver="lbfgs", dropout=0.0).fit(X, y)
    assert [point[1] for point in solved.time_curve_] == [1, 2, 3]


def test_a_resumed_fit_goes_on_with_its_curve(one_output: Any) -> None:
    model = regressor(0.25, max_iter=6).set_callbacks(StopAfter(2)).fit(one_output.X, one_output.y).set_callbacks()
    before = list(model.time_curve_)
    model.resume(one_output.X, one_output.y)
    assert model.time_curve_[:2] == before
    assert [point[1] for point in model.time_curve_] == [1, 2, 3, 4, 5, 6]
    assert (np.diff([point[0] for point in model.time_curve_]) > 0).all()


def test_files_are_the_same_however_long_it_took(one_output: Any, tmp_path: Path) -> None:
    states = []
    for tick in (0.25, 0.5):
        model = regressor(tick, max_iter=3).fit(one_output.X, one_output.y)
        states.append(model.__getstate__())
        assert "time_curve_" not in states[-1]
        model.__class__ = MLPRegressor
        glassprop.save(model, tmp_path / f"{tick}.glassprop", date=False)
    assert (tmp_path / "0.25.glassprop").read_bytes() == (tmp_path / "0.5.glassprop").read_bytes()


@pytest.mark.parametrize("wrong", [0, -1.0, "1", np.nan])
def test_refused(one_output: Any, wrong: Any) -> None:
    with warnings.catch_warnings(), pytest.raises(ValueError, match="The 'max_time' parameter of MLPRegressor must be"):
        MLPRegressor(max_time=wrong).fit(one_output.X, one_output.y)


def test_not_with_lbfgs(one_output: Any) -> None:
    with pytest.raises(SettingsError, match="max_time plans epochs, which lbfgs does not have: set max_iter instead"):
        MLPRegressor(solver="lbfgs", max_time=1.0).fit(one_output.X, one_output.y)
