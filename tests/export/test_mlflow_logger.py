"""``MLflowLogger``: what stands in a run afterwards, read back through MLflow; how runs begin, end and fail."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from estimator.conftest import make_problem
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop import MLflowLogger, MLPClassifier, MLPRegressor, TabularClassifier
from glassprop.errors import DivergenceError, MissingPackageError, SettingsError

os.environ |= {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    mlflow = pytest.importorskip("mlflow")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:::mlflow"),
]

EXPERIMENT = "tests"


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Any]:
    """A place for runs of its own, and how to read them."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    mlflow.set_experiment(EXPERIMENT)
    yield mlflow.MlflowClient()
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.set_tracking_uri(before)


def runs() -> list[Any]:
    """All runs, the first first."""
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(EXPERIMENT)
    return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])


def curve(run: Any, name: str) -> list[tuple[int, float]]:
    return [(m.step, m.value) for m in mlflow.MlflowClient().get_metric_history(run.info.run_id, name)]


def model_in(run: Any) -> Any:
    path = Path(run.info.artifact_uri.removeprefix("file://")) / "model.glassprop"
    return glassprop.load(path)


def numbered(values: list[float], first: int = 1) -> list[tuple[int, float]]:
    return list(enumerate(values, start=first))


@pytest.mark.parametrize("every", [0.0, 1000.0])
def test_a_fit_is_a_run(every: float) -> None:
    problem = make_problem("multiclass")
    how: dict[str, Any] = {"dropout": 0.1, "activation": ["tanh"], "early_stopping": True, "max_iter": 5}
    logger = MLflowLogger("the first", every=every)
    clf = MLPClassifier((4,), random_state=0, **how).set_callbacks(logger).fit(problem.X, problem.y)
    (run,) = runs()
    assert run.data.params == {
        "hidden_layer_sizes": "(4,)",
        "activation": "['tanh']",
        "max_iter": "5",
        "random_state": "0",
        "dropout": "0.1",
        "early_stopping": "True",
    }
    assert curve(run, "loss") == numbered(clf.loss_curve_)
    assert curve(run, "validation_loss") == numbered(clf.validation_curve_)
    assert curve(run, "validation_score") == numbered(clf.validation_scores_)
    assert run.data.metrics["n_iter"] == 5
    assert run.data.metrics["best_epoch"] == clf.best_epoch_
    assert (run.info.status, run.info.run_name, run.data.tags["estimator"]) == (
        "FINISHED", "the first", "glassprop.MLPClassifier"
    )  # fmt: skip
    np.testing.assert_array_equal(model_in(run).predict_proba(problem.X), clf.predict_proba(problem.X))
    assert mlflow.active_run() is None
    assert logger._fits == {}


def test_an_active_run_is_used_and_stays_active() -> None:
    problem = make_problem("one_output")
    with mlflow.start_run() as active:
        reg = MLPRegressor(solver="lbfgs", max_iter=4, random_state=0).set_callbacks(MLflowLogger(log_model=False))
        reg.fit(problem.X, problem.y)
        assert mlflow.active_run().info.run_id == active.info.run_id
        mlflow.log_param("mine", 1)
    (run,) = runs()
    assert run.data.params == {"solver": "lbfgs", "max_iter": "4", "random_state": "0", "mine": "1"}
    assert curve(run, "loss") == numbered(reg.loss_curve_)
    assert run.info.status == "FINISHED"
    assert not Path(run.info.artifact_uri.removeprefix("file://")).joinpath("model.glassprop").exists()


def test_what_goes_on_goes_on_in_the_active_run() -> None:
    problem = make_problem("binary")
    clf = MLPClassifier((3,), random_state=0, warm_start=True, max_iter=3).set_callbacks(MLflowLogger())
    with mlflow.start_run():
        clf.fit(problem.X, problem.y).fit(problem.X, problem.y)
        clf.partial_fit(problem.X, problem.y)
    (run,) = runs()
    assert curve(run, "loss") == numbered(clf.loss_curve_)
    assert len(clf.loss_curve_) == 7


def test_another_fit_in_the_active_run_is_nested() -> None:
    problem = make_problem("binary")
    logger = MLflowLogger(log_model=False)
    first, second = (MLPClassifier((3,), max_iter=2, random_state=seed).set_callbacks(logger) for seed in (0, 1))
    with mlflow.start_run() as active:
        first.fit(problem.X, problem.y)
        second.fit(problem.X, problem.y)
        first.set_params(alpha=0.5).fit(problem.X, problem.y)  # what it was cannot be changed in a run
        first.set_params(alpha=0.7).fit(problem.X, problem.y)
        assert mlflow.active_run().info.run_id == active.info.run_id
    outer, *inner = runs()
    assert outer.data.params["random_state"] == "0"
    assert outer.data.params["alpha"] == "0.5"
    assert [run.data.params["random_state"] for run in inner] == ["1", "0"]
    assert {run.data.tags["mlflow.parentRunId"] for run in inner} == {active.info.run_id}
    assert {run.info.status for run in inner} == {"FINISHED"}


def test_each_fit_of_a_search_is_a_run() -> None:
    problem = make_problem("binary")
    clf = MLPClassifier((3,), max_iter=2, random_state=0).set_callbacks(MLflowLogger(nested=True, log_model=False))
    with mlflow.start_run():
        GridSearchCV(clf, {"alpha": [0.1, 0.2]}, cv=2).fit(problem.X, problem.y)
    outer, *inner = runs()
    assert outer.data.params == {}
    assert sorted(run.data.params["alpha"] for run in inner[:4]) == ["0.1", "0.1", "0.2", "0.2"]
    assert len(inner) == 5


def test_on_a_search_it_is_the_best() -> None:
    problem = make_problem("binary")
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=3, random_state=0))
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.1, 5.0]}, cv=2).set_callbacks(MLflowLogger())
    search.fit(problem.X, problem.y)
    (run,) = runs()
    assert curve(run, "loss") == numbered(search.best_estimator_[-1].loss_curve_)
    assert run.data.metrics["best_score"] == search.best_score_
    assert run.data.params["cv"] == "2"
    assert run.info.status == "FINISHED"
    np.testing.assert_array_equal(model_in(run).predict_proba(problem.X), search.predict_proba(problem.X))


def test_a_fit_that_fails_is_a_failed_run() -> None:
    problem = make_problem("one_output")
    reg = MLPRegressor(solver="sgd", learning_rate_init=1e200, max_iter=3).set_callbacks(MLflowLogger())
    with pytest.raises(DivergenceError):
        reg.fit(problem.X, problem.y)
    (run,) = runs()
    assert run.info.status == "FAILED"
    assert run.data.params["learning_rate_init"] == "1e+200"
    assert mlflow.active_run() is None


class CtrlC:
    """Comes after the second epoch."""

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if estimator.n_iter_ == 2 and context.task_name == "epoch":
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:Training interrupted")
def test_a_fit_that_ctrl_c_ended_is_a_killed_run_with_what_there_is() -> None:
    problem = make_problem("one_output")
    reg = MLPRegressor(max_iter=9, random_state=0).set_callbacks(MLflowLogger(), CtrlC()).fit(problem.X, problem.y)
    (run,) = runs()
    assert run.info.status == "KILLED"
    assert curve(run, "loss") == numbered(reg.loss_curve_)
    np.testing.assert_array_equal(model_in(run).predict(problem.X), reg.predict(problem.X))


def test_on_the_last_step_of_a_pipeline_and_on_a_pipeline() -> None:
    problem = make_problem("binary")
    made = [MLPClassifier((3,), max_iter=3, random_state=0) for _ in range(2)]
    of_step = make_pipeline(StandardScaler(), made[0].set_callbacks(MLflowLogger())).fit(problem.X, problem.y)
    of_all = make_pipeline(StandardScaler(), made[1]).set_callbacks(MLflowLogger()).fit(problem.X, problem.y)
    first, second = runs()
    for run in (first, second):
        assert curve(run, "loss") == numbered(made[0].loss_curve_)
        assert run.info.status == "FINISHED"
    scaled = of_step[:-1].transform(problem.X)
    np.testing.assert_array_equal(model_in(first).predict(scaled), of_step.predict(problem.X))
    np.testing.assert_array_equal(model_in(second).predict_proba(problem.X), of_all.predict_proba(problem.X))
    assert second.data.params == {**first.data.params, "steps": "standardscaler, mlpclassifier"}


def test_on_a_tables_estimator() -> None:
    problem = make_problem("binary")
    frame = pl.DataFrame({"a": problem.X[:, 0], "town": ["Ulm", "Bonn", None] * 17 + ["Ulm", "Jena"]})
    model = TabularClassifier(recipe="plain", n_members=1, epochs=4, random_state=0).set_callbacks(MLflowLogger())
    model.fit(frame, problem.y)
    (run,) = runs()
    assert run.data.params == {"recipe": "plain", "n_members": "1", "epochs": "4", "random_state": "0"}
    assert run.info.status == "FINISHED"
    assert run.data.metrics["n_iter"] == model.n_iter_
    assert curve(run, "loss") == numbered(model.pipeline_[-1].loss_curve_)
    np.testing.assert_array_equal(model_in(run).predict(frame), model.predict(frame))
    assert not hasattr(model, "_callback_fit_ctx")


def test_an_argument_is_cut_where_mlflow_would_not_take_it() -> None:
    problem = make_problem("binary")
    weights = {"yes": 2.0, "no": 1.0} | {f"{'x' * 3000}{n}": 1.0 for n in range(4)}
    clf = MLPClassifier((1,), max_iter=1, class_weight=weights).set_callbacks(MLflowLogger(log_model=False))
    clf.fit(problem.X, problem.y)
    (run,) = runs()
    assert len(run.data.params["class_weight"]) == 6000
    assert "…" in run.data.params["class_weight"]


def test_what_cannot_be_logged_while_training_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = make_problem("binary")
    clf = MLPClassifier((3,), max_iter=3, random_state=0).set_callbacks(MLflowLogger(every=0))

    log_batch = mlflow.MlflowClient.log_batch

    def broken(client: Any, run_id: str, metrics: Any = (), **more: Any) -> Any:
        if metrics:
            raise OSError("the disk is full\nof what it is")
        return log_batch(client, run_id, metrics, **more)

    monkeypatch.setattr(mlflow.MlflowClient, "log_batch", broken)
    with pytest.warns(UserWarning, match=r"MLflow run \w+ lacks what comes from here on: the disk is full") as caught:
        clf.fit(problem.X, problem.y)
    assert len([one for one in caught if "MLflow" in str(one.message)]) == 1
    assert clf.n_iter_ == 3


def test_it_is_pickled_with_its_estimator_and_changes_nothing() -> None:
    problem = make_problem("binary")
    clf = MLPClassifier((3,), max_iter=3, random_state=0).set_callbacks(MLflowLogger(run_name="again"))
    again = pickle.loads(pickle.dumps(clf)).fit(problem.X, problem.y)
    plain = MLPClassifier((3,), max_iter=3, random_state=0).fit(problem.X, problem.y)
    np.testing.assert_array_equal(again.theta_, plain.theta_)
    assert [run.info.run_name for run in runs()] == ["again"]


def test_what_it_cannot_be_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="run_name must be text or None, got 3"):
        MLflowLogger(3)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="every must be a number of seconds"):
        MLflowLogger(every=-1)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.setattr("glassprop.export.mlflow_logger.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'glassprop\[mlflow\]'"):
        MLflowLogger()


def test_a_model_that_no_file_can_hold_is_told_of_before_training_and_all_else_is_logged() -> None:
    cube = glassprop.Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    said: list[int] = []

    class Epochs:
        def setup(self, estimator: Any, context: Any) -> None:
            said.append(len(caught))

        def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_end(self, estimator: Any, context: Any) -> None: ...
        def teardown(self, estimator: Any, context: Any) -> None: ...

    problem = make_problem("one_output")
    model = MLPRegressor(hidden_layer_sizes=(3,), activation=cube, max_iter=3, random_state=0)
    with pytest.warns(UserWarning, match="the MLflow run will have no model: .*'cube' is a function") as caught:
        model.set_callbacks(MLflowLogger(), Epochs()).fit(problem.X, problem.y)
    assert said == [1]  # before the first epoch
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert len(curve(run, "loss")) == 3
    assert not mlflow.MlflowClient().list_artifacts(run.info.run_id)
