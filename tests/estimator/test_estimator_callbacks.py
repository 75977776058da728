"""Callbacks in scikit-learn 1.9's protocol: order of hooks, what they are told, stopping, propagation."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class Recorder:
    """Writes down every hook, and what the estimator showed then; may stop after an epoch."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.calls, self.shown = stop_at, [], []

    def setup(self, estimator: Any, context: Any) -> None:
        self.calls.append(("setup", context.task_name, context.max_subtasks))

    def teardown(self, estimator: Any, context: Any) -> None:
        self.calls.append(("teardown", context.task_name, context.max_subtasks))

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.calls.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        self.calls.append(("end", context.task_name, context.task_id))
        self.shown.append((len(estimator.loss_curve_), estimator.loss_curve_[-1], estimator.n_iter_))
        return context.parent is not None and context.task_id + 1 == self.stop_at


class Propagated(Recorder):
    max_propagation_depth = None

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        self.calls.append(("end", f"{context.estimator_name} {context.task_name}", context.task_id))
        return False


class Snapshots:
    """Keeps what hooks are told at the end of tasks."""

    def __init__(self) -> None:
        self.epochs, self.told = [], []

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any, y: Any, metadata: Any, fitted_estimator: Any
    ) -> None:
        self.told.append((X, y, metadata))
        if context.parent is not None:
            self.epochs.append(fitted_estimator)


def model(**settings: Any) -> MLPClassifier:
    return MLPClassifier(**{"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0, **settings})


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_order_of_hooks(multiclass: Any, solver: str) -> None:
    recorder = Recorder()
    fitted = model(solver=solver).set_callbacks(recorder).fit(multiclass.X, multiclass.y)
    epochs = [(hook, "epoch", i) for i in range(4) for hook in ("begin", "end")]
    expected = [("setup", "fit", 4), ("begin", "fit", 0), *epochs, ("end", "fit", 0), ("teardown", "fit", 4)]
    assert recorder.calls == expected
    assert recorder.shown[:4] == [(i + 1, fitted.loss_curve_[i], i + 1) for i in range(4)]


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_returning_true_stops(multiclass: Any, solver: str) -> None:
    recorder = Recorder(stop_at=2)
    fitted = model(solver=solver, max_iter=50).set_callbacks(Recorder(), recorder).fit(multiclass.X, multiclass.y)
    assert fitted.n_iter_ == len(fitted.loss_curve_) == 2
    assert recorder.calls[-3:] == [("end", "epoch", 1), ("end", "fit", 0), ("teardown", "fit", 50)]
    assert not fitted.interrupted_


def test_partial_fit_is_a_fit_of_one_epoch(multiclass: Any) -> None:
    recorder = Recorder()
    estimator = model().set_callbacks(recorder)
    estimator.partial_fit(multiclass.X, multiclass.y, classes=[0, 1, 2])
    assert [call[0] for call in recorder.calls] == ["setup", "begin", "begin", "end", "end", "teardown"]


@pytest.mark.parametrize("early_stopping", [False, True])
def test_fitted_estimator_is_the_model_of_that_epoch_and_stays_so(multiclass: Any, early_stopping: bool) -> None:
    snapshots = Snapshots()
    settings = {"max_iter": 6, "early_stopping": early_stopping}
    final = model(**settings).set_callbacks(snapshots).fit(multiclass.X, multiclass.y)
    for epoch, snapshot in enumerate(snapshots.epochs, start=1):
        short = model(**settings, n_iter_no_change=100).set_params(max_iter=epoch, early_stopping=early_stopping)
        assert snapshot.loss_curve_ == final.loss_curve_[:epoch]
        assert snapshot.n_iter_ == epoch
        if not early_stopping:
            np.testing.assert_array_equal(snapshot.theta_, short.fit(multiclass.X, multiclass.y).theta_)
    before = final.theta_.copy()
    snapshots.epochs[2].set_params(early_stopping=False).partial_fit(multiclass.X, multiclass.y)
    assert len(final.loss_curve_) == 6
    np.testing.assert_array_equal(final.theta_, before)


def test_a_fitted_estimator_can_be_saved_within_training(multiclass: Any, tmp_path: Any) -> None:
    class Checkpoint(Recorder):
        def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any) -> None:
            glassprop.save(fitted_estimator, tmp_path / "model.glassprop")
            assert len(pickle.loads(pickle.dumps(fitted_estimator)).loss_curve_) == estimator.n_iter_

    final = model().set_callbacks(Checkpoint()).fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(glassprop.load(tmp_path / "model.glassprop").theta_, final.theta_)


@pytest.mark.parametrize("container", [np.asarray, sparse.coo_matrix, lambda X: pd.DataFrame(X, columns=list("abcde"))])
def test_hooks_are_told_the_rows_trained_on_as_they_were_given(binary: Any, container: Any) -> None:
    """Labels, not codes; frames, not arrays; weights as given, not multiplied with those of classes."""
    snapshots, held = Snapshots(), []

    def scorer(estimator: Any, X: Any, y: Any, sample_weight: Any) -> float:
        held.append((X.shape[0], list(sample_weight)))
        return 0.0

    settings = {"early_stopping": True, "scoring": scorer, "class_weight": "balanced"}
    model(**settings).set_callbacks(snapshots).fit(container(binary.X), binary.y, sample_weight=list(binary.weight))
    X, y, metadata = snapshots.told[0]
    assert type(container(binary.X)) is type(X) or sparse.issparse(X)
    assert X.shape == (53 - held[0][0], 5)
    assert set(y) == {"yes", "no"}
    assert len(y) == len(metadata["sample_weight"]) == len(X.toarray() if sparse.issparse(X) else X)
    assert set(metadata["sample_weight"]) <= set(binary.weight)
    assert snapshots.told[-1][0] is X  # cut out once


def test_scoring_monitor_scores_labels(multiclass: Any) -> None:
    monitor, names = ScoringMonitor(scoring="accuracy"), np.array(["a", "b", "c"])
    fitted = model().set_callbacks(monitor).fit(pd.DataFrame(multiclass.X, columns=list("abcde")), names[multiclass.y])
    rows = monitor.get_logs().data
    assert len(rows) == 5
    expected = accuracy_score(names[multiclass.y], fitted.predict(pd.DataFrame(multiclass.X, columns=list("abcde"))))
    assert rows[-1]["accuracy"] == expected


def test_progress_bar_of_scikit_learn(multiclass: Any, capsys: Any) -> None:
    model().set_callbacks(ProgressBar()).fit(multiclass.X, multiclass.y)
    assert "MLPClassifier - fit" in capsys.readouterr().out


def test_propagation_through_pipeline_and_grid_search(multiclass: Any) -> None:
    recorder = Propagated()
    make_pipeline(StandardScaler(), model(max_iter=2)).set_callbacks(recorder).fit(multiclass.X, multiclass.y)
    names = [call[1] for call in recorder.calls if call[0] == "end"]
    assert names.count("MLPClassifier epoch") == 2
    assert names[-1] == "Pipeline fit"
    recorder = Propagated()
    search = GridSearchCV(model(max_iter=2), {"alpha": [0.0, 1.0]}, cv=2)
    search.set_callbacks(recorder).fit(multiclass.X, multiclass.y)
    names = [call[1] for call in recorder.calls if call[0] == "end"]
    assert names.count("MLPClassifier epoch") == 2 * (2 * 2 + 1)


def test_teardown_comes_after_an_error_too(one_output: Any) -> None:
    recorder = Recorder()
    estimator = MLPRegressor(solver="sgd", learning_rate_init=1e3, max_iter=20, random_state=0, batch_size=5)
    with pytest.raises(DivergenceError):
        estimator.set_callbacks(recorder).fit(one_output.X, one_output.y * 1e3)
    assert recorder.calls[-1][0] == "teardown"


def test_an_error_in_a_callback_is_the_users_to_see(multiclass: Any) -> None:
    class Broken(Recorder):
        def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        model().set_callbacks(Broken()).fit(multiclass.X, multiclass.y)


def test_what_is_not_a_callback_is_refused() -> None:
    with pytest.raises(TypeError, match="FitCallback protocol"):
        model().set_callbacks(print)
