"""Models by the recipe for tables: what is asked of them arrives, they are kept like any other, and bound by time."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop import Checkpoint, TabularClassifier, TabularRegressor
from glassprop.errors import SettingsError
from glassprop.estimator import run
from glassprop.estimator.time_plan import TooShortWarning
from glassprop.export.model_file import load_with_record
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.tables import FitOptions, Table, explain_table, fit_stream, fit_table, gradient_arrays
from glassprop.tables.fitting import time_left
from glassprop.tables.schema.recipe import Recipe

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def _frame(rows=200, *, classes=False, seed=0):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, rows))
    code = rng.integers(0, 20, rows)
    y = np.sin(2 * x) + 0.2 * code + 0.1 * z
    target = np.where(y > np.median(y), "high", "low") if classes else y
    return pl.DataFrame({"x": x, "z": z, "c": [f"c{k}" for k in code], "y": target})


def _split(frame):
    return frame.drop("y"), frame["y"]


def test_columns_are_embedded_and_members_are_what_is_asked():
    X, y = _split(_frame(260))
    folds = Recipe().folds

    def members(fit=(X, y), more=None, **settings):
        network = TabularRegressor(epochs=1, random_state=0, **settings).fit(*fit, **(more or {})).pipeline_[-1]
        own = {layer.own for layer in network.network_.layers}
        return network.network_.members, own

    assert members() == (folds, {True})
    assert members(cross_fit=3) == (3, {True})
    assert members(n_members=1) == (1, {False})
    assert members(n_members=4) == (4, {True, False})
    assert members(n_members=4, member="network") == (4, {True})
    assert members(validation=0.3) == (folds, {True})
    assert members(more={"X_val": X, "y_val": y}) == (folds, {True})
    assert members(cross_fit=None) == (1, {False})  # so few rows that none is set aside to be judged by
    X, y = _split(_frame(900).with_columns(c=pl.Series([f"c{k % 40}" for k in range(900)])))  # 22 rows of each
    network = TabularRegressor(epochs=1, n_members=1, random_state=0).fit(X, y).pipeline_[-1].network_
    assert isinstance(network.layers[0], PeriodicEmbedding)
    assert isinstance(network.layers[1], CategoryEmbedding)
    assert network.layers[0].columns == (0, 1)
    with pytest.raises(SettingsError, match="cross_fit=3 makes a member of each fold, and n_members=4"):
        members(cross_fit=3, n_members=4)


@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("settings", [{"cross_fit": 3}, {"n_members": 2}, {"n_members": 1}], ids=str)
def test_files_gradients_and_explanations_are_those_of_any_model(classes, settings, tmp_path):
    frame = _frame(160 if "cross_fit" in settings else 520, classes=classes)  # of fewer, the plain recipe may be better
    X, y = _split(frame)
    of = TabularClassifier if classes else TabularRegressor
    model = of(epochs=2, random_state=0, **settings).fit(X, pl.Series("y", y))
    model.save(tmp_path / "m.glassprop")
    pipeline, record = load_with_record(tmp_path / "m.glassprop")
    np.testing.assert_array_equal(pipeline.predict(X), model.predict(X))
    assert record["defaults"]["folds"] == Recipe().folds
    network, theta, rows, Y, *_ = gradient_arrays(pipeline, record, Table(frame, "t"))
    assert glassprop.check_gradient(network, theta, rows[:10], Y[:10], directions=10).ok
    assert explain_table(pipeline, record, Table(frame, "t"), rows=[2])


def test_it_learns_what_the_plain_recipe_does_not():
    frame, other = _frame(400), _frame(400, seed=1)
    X, y = _split(frame)
    new, truth = _split(other)
    tabular = TabularRegressor(cross_fit=3, epochs=30, random_state=0).fit(X, y)
    assert tabular.score(new, truth) > 0.9
    assert np.corrcoef(tabular.oof_prediction_, y)[0, 1] > 0.9


def test_fit_table_and_the_estimator_are_one():
    frame, later = _frame(200), Table(_frame(40, seed=3), "later")
    for more in ({"cross_fit": 3}, {"n_members": 2}):
        options = FitOptions("y", recipe="tabular", validation=later, epochs=2, seed=5, **more)
        by_table = fit_table(Table(frame, "t"), options)
        model = TabularRegressor(epochs=2, random_state=5, **more).fit(*_split(frame))
        np.testing.assert_array_equal(model.pipeline_[-1].theta_, by_table.pipeline[-1].theta_)


class _Clock:
    """Time that goes on by a second whenever somebody looks."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        self.now += 1.0
        return self.now


def test_what_is_left_of_the_time_is_never_nothing(monkeypatch):
    monkeypatch.setattr(time_left, "time", _Clock())
    left = time_left.TimeLeft(5.0)
    assert [left.seconds() for _ in range(4)] == [4.0, 3.0, 2.0, 1.0]
    assert 0 < left.seconds() < 0.1
    assert time_left.TimeLeft(None).seconds() is None


class _Plans:
    """Plans of other numbers of epochs at each call, as a busy machine might make them."""

    def __init__(self):
        self.of = iter((5, 3, 7, 2, 6, 4, 8, 9, 3, 5, 2))

    def __call__(self, plan, *rest):
        return plan.of_epochs(min(next(self.of), plan.epochs))


TIMED = [
    ({"cross_fit": 3}, 300),
    ({"n_members": 2}, 300),
    ({"n_members": 1, "validation": 0.2}, 300),
    ({}, 60),
    ({"recipe": "plain"}, 300),
    ({"recipe": "plain", "validation": 0.2}, 300),
]


@pytest.mark.parametrize(("settings", "rows"), TIMED, ids=str)
@pytest.mark.parametrize("kind", [TabularRegressor, TabularClassifier])
def test_time_ends_in_a_number_of_epochs_that_gives_the_same_bits(kind, settings, rows, monkeypatch):
    X, y = _split(_frame(rows))
    y = np.exp(y)  # amounts for which other scales are tried
    if kind is TabularClassifier:
        y = _split(_frame(rows, classes=True))[1]
    monkeypatch.setattr(run, "planned_in_time", _Plans())
    model = kind(max_time=0.2, random_state=0, **settings).fit(X, y)
    assert model.n_epochs_planned_ == 5
    assert any("5 epochs are planned" in note for note in model.notes_)
    again = kind(epochs=5, random_state=0, **settings).fit(X, y)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    seconds = [at for at, *_ in model.time_curve_]
    assert seconds == sorted(seconds)
    assert seconds


@pytest.mark.parametrize("row", [0, 17, 34])
def test_a_class_of_one_row_does_not_keep_epochs_from_being_planned(row):
    X, y = _split(_frame(200, classes=True))
    y = np.array(y, dtype=object)
    y[row] = "rare"
    model = TabularClassifier(max_time=1000.0, epochs=1, random_state=0).fit(X, y)
    assert model.n_epochs_planned_ == 1
    assert list(model.classes_) == ["high", "low", "rare"]


def test_networks_of_folds_share_the_time(monkeypatch):
    asked = []

    def planned(plan, *rest):
        asked.append(plan.max_time)
        return plan.of_epochs(2)

    monkeypatch.setattr(run, "planned_in_time", planned)
    X, y = _split(_frame(300))
    TabularRegressor(max_time=1000.0, cross_fit=4, random_state=0).fit(X, y)
    assert len(asked) == 1
    assert 200 < asked[0] <= 250


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"cross_fit": 4}, "an epoch of all networks takes, about 2"), ({"n_members": 1}, "an epoch takes, about 0.5")],
)
def test_a_time_that_is_too_short_is_told_as_a_whole(settings, said, monkeypatch):
    def planned(plan, *rest):
        warnings.warn(TooShortWarning(plan.max_time, "an epoch takes", 0.5), stacklevel=2)
        return plan.of_epochs(1)

    monkeypatch.setattr(run, "planned_in_time", planned)
    X, y = _split(_frame(600))
    model = TabularRegressor(max_time=0.4, random_state=0, **settings).fit(X, y)
    assert [note for note in model.notes_ if "is less than" in note] == [
        f"max_time=0.4 seconds is less than {said}: one is run"
    ]


def test_few_rows_are_learned_by_the_plain_networks_averaged_all_the_same():
    X, y = _split(_frame(60))
    model = TabularRegressor(epochs=2, random_state=0).fit(X, y)
    assert any("60 rows to train on are few" in note for note in model.notes_)
    assert model.pipeline_[-1].network_.members == Recipe().folds
    assert {layer.kind for layer in model.pipeline_[-1].network_.layers} == {"dense"}


def test_a_stream_has_the_plain_recipe_and_says_so():
    frame = _frame(600)
    told: list[str] = []
    outcome = fit_stream(frame, FitOptions("y", recipe="tabular", epochs=2), on_message=told.append)
    assert outcome.pipeline[-1].network_.members == 1
    assert any("learned by the plain recipe" in line for line in told)
    with pytest.raises(SettingsError, match="cross_fit=3 needs all rows in memory"):
        fit_stream(frame, FitOptions("y", cross_fit=3))


def test_a_fit_that_is_kept_while_it_runs_is_one_fit(tmp_path):
    table = Table(_frame(600), "t")
    options = FitOptions("y", recipe="tabular", epochs=2)
    outcome = fit_table(table, options, callbacks=[Checkpoint(tmp_path / "kept", every=1)])
    assert outcome.pipeline[-1].network_.members == Recipe().folds
    assert outcome.rows["validation"] > 0
    with pytest.raises(SettingsError, match="a checkpoint keeps one fit"):
        fit_table(table, FitOptions("y", cross_fit=3), callbacks=[Checkpoint(tmp_path / "more")])
