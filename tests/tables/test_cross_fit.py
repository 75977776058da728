"""Networks of folds, averaged: each saw other rows alone, they are joined as they are, and all know all classes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from glassprop.errors import SettingsError
from glassprop.tables import Defaults, FitOptions, Table, fit_table, gradient_arrays
from glassprop.tables.fitting.cross_fit import Rows, cross_fit
from glassprop.tables.fitting.folds import folds_of
from glassprop.tables.fitting.small_tables import SURE
from glassprop.tables.fitting.split import SplitKeys

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = Defaults(hidden=(8,), epochs=12, learning_rate_init=0.02)


def _rows(n=90, *, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    z = X[:, 0] + 0.5 * X[:, 1] + 0.3 * rng.normal(size=n)
    return X, (z - z.mean()) / z.std() if not classes else np.digitize(z, np.linspace(-0.7, 0.7, classes - 1))


class _Thetas:
    def __init__(self):
        self.all = []

    def setup(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        if context.parent is not None:
            self.all.append(estimator.theta_.copy())

    def teardown(self, estimator, context): ...


def _make(of):
    def make(rows, decay, fold):
        return of(
            hidden_layer_sizes=(8,),
            solver="adamw",
            weight_decay=decay,
            max_iter=15,
            learning_rate_init=0.02,
            batch_size=16,
            early_stopping=True,
            scoring="loss",
            random_state=fold,
        )

    return make


def _curve(alone, thetas, X, y, weights, train, kept, classes):
    """What is lost after each epoch (n_epochs,) by how sure predictions are meant (n_sure,)."""
    found, sure = [], SURE[:, None, None]
    for theta in thetas:
        alone.theta_ = theta
        if classes:
            of_train = np.array([weights[train][y[train] == label].sum() for label in range(classes)])
            p = alone.predict_proba(X[kept])[None] ** sure * (of_train / of_train.sum()) ** (1 - sure)
            p = p / p.sum(axis=2, keepdims=True)
            found.append(-np.log(p[:, np.arange(len(kept)), y[kept]]) @ weights[kept])
        else:
            found.append((np.outer(SURE, alone.predict(X[kept])) - y[kept]) ** 2 @ weights[kept])
    return np.array(found)


def _best(curve, *, tempered):
    """The epoch with the least loss, averaged over three: as sure as predictions should be, or as they are."""
    ends = np.pad(curve.min(axis=1) if tempered else curve[:, -1], 1, mode="edge")
    return int(np.argmin(ends[:-2] + ends[1:-1] + ends[2:]))


@pytest.mark.parametrize(("classes", "wrong"), [(0, 0.0), (2, 0.0), (3, 0.0), (3, 0.3)])
def test_members_are_the_networks_of_the_folds_and_each_row_is_told_by_the_one_that_has_not_seen_it(classes, wrong):
    X, y = _rows(classes=classes)
    rng = np.random.default_rng(1)
    of = MLPClassifier if classes else MLPRegressor
    weights = rng.uniform(0.5, 2, len(y))
    if wrong:  # networks learn these by heart and are too sure
        y = np.where(rng.random(len(y)) < wrong, rng.integers(0, classes, len(y)), y)
    folds = folds_of(len(y), SplitKeys(y if classes else None), 4, 0)
    made = cross_fit(_make(of), (0.1, 3.0), Rows(X, y, weights, None, bool(classes)), folds)
    by_folds, sure = made.by_folds, made.by_folds.sure
    assert by_folds.folds == 4
    assert any(sure == (1 + of_one) / 2 for of_one in SURE)  # a mean of four is less sure than each: half the way
    said, each, curves, epochs, plain = np.empty((len(y), classes or 1)), [], [], [], []
    for fold, (train, kept) in enumerate(folds):
        alone = _make(of)(len(train), by_folds.weight_decay, fold).set_params(n_iter_no_change=np.inf)
        val = {"X_val": X[kept], "y_val": y[kept], "sample_weight_val": weights[kept]}
        kept_thetas = _Thetas()
        alone.set_callbacks(kept_thetas).fit(X[train], y[train], sample_weight=weights[train], **val)
        curve = _curve(alone, kept_thetas.all, X, y, weights, train, kept, classes)
        curves.append(curve)
        epochs.append(_best(curve, tempered=classes > 0) + 1)
        plain.append(_best(curve, tempered=False) + 1)
        alone.theta_ = kept_thetas.all[epochs[-1] - 1]
        if classes:
            shares = np.array([weights[y == label].sum() for label in range(classes)]) / weights.sum()
            drawn = alone.predict_proba(X) ** sure * shares ** (1 - sure)
            drawn /= drawn.sum(axis=1, keepdims=True)
        else:
            drawn = sure * alone.predict(X)[:, None]
        each.append(drawn)
        said[kept] = drawn[kept]
    assert not wrong or epochs != plain
    np.testing.assert_allclose(made.said, said, atol=1e-6)
    whole = made.estimator.predict_proba(X) if classes else made.estimator.predict(X)[:, None]
    np.testing.assert_allclose(whole, np.mean(each, axis=0), atol=1e-6)
    lost = np.zeros(len(SURE))  # of each fold after the epoch that is best on the others: of few, its own flatters it
    for fold, curve in enumerate(curves):
        others = sum(other for place, other in enumerate(curves) if place != fold)
        lost += curve[_best(others, tempered=classes > 0)]
    assert by_folds.loss == pytest.approx(lost.min() / weights.sum(), rel=1e-5)
    assert made.estimator.network_.members == 4
    assert made.estimator.best_epoch_ == made.estimator.best_iteration_ == round(float(np.mean(epochs)))


def _frame(n=80, *, classes=True, seed=0):
    X, y = _rows(n, classes=3 if classes else 0, seed=seed)
    columns = {name: X[:, k] for k, name in enumerate("abcd")}
    return pl.DataFrame(columns | {"y": np.array(list("pqr"))[y] if classes else 5 + 2 * y})


@pytest.mark.parametrize("classes", [True, False])
def test_a_model_of_several_is_saved_and_checked_like_any_other(classes, tmp_path):
    frame = _frame(classes=classes)
    told: list[str] = []
    outcome = fit_table(Table(frame, "t"), FitOptions("y", cross_fit=5), defaults=QUICK, on_message=told.append)
    again = fit_table(Table(frame, "t"), FitOptions("y", cross_fit=5), defaults=QUICK)
    network = outcome.pipeline[-1]
    np.testing.assert_array_equal(network.theta_, again.pipeline[-1].theta_)
    assert network.network_.members == outcome.record["folds"]["folds"] == 5
    assert outcome.rows["validation"] == 0
    assert any("the mean of 5 network(s), each trained without a fold of them" in line for line in told)
    assert network.n_iter_ <= QUICK.epochs
    assert len(network.loss_curve_) == len(network.validation_curve_) == network.n_iter_
    glassprop.save(outcome.pipeline, tmp_path / "m.glassprop", record=outcome.record)
    loaded = glassprop.load(tmp_path / "m.glassprop")
    np.testing.assert_array_equal(loaded.predict(frame), outcome.pipeline.predict(frame))
    core, theta, X, Y, *_ = gradient_arrays(outcome.pipeline, outcome.record, Table(frame, "t"))
    assert glassprop.check_gradient(core, theta, X, Y).ok


@pytest.mark.parametrize("counts", [(20, 1), (12, 2), (3, 3), (4, 4, 4), (30, 1, 1), (2, 1, 1, 1, 1)])
def test_every_member_knows_every_class_however_rare(counts):
    y = np.repeat([chr(97 + k) for k in range(len(counts))], counts)
    x = np.random.default_rng(0).normal(size=(len(y), 3))
    model = TabularClassifier(recipe="plain", cross_fit=5, epochs=3, random_state=0).fit(x, y)
    assert model.classes_.tolist() == sorted(set(y))
    said = model.predict_proba(x)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    assert np.isfinite(said).all()
    if model.pipeline_[-1].network_.members > 1:
        np.testing.assert_allclose(model.oof_prediction_.sum(axis=1), 1, atol=1e-5)


def test_predictions_out_of_fold_are_in_the_targets_own_units_and_honest():
    frame = _frame(160, classes=False)
    X, y = frame.drop("y"), frame["y"]
    model = TabularRegressor(recipe="plain", cross_fit=4, epochs=25, random_state=0).fit(X, y)
    known, unknown = (
        np.sqrt(np.mean((said - y.to_numpy()) ** 2)) for said in (model.predict(X), model.oof_prediction_)
    )
    assert model.oof_prediction_.shape == (160,)
    assert known < unknown < 0.6 * y.std()
    noise = np.random.default_rng(0).normal(size=160)
    model.fit(X, noise)
    assert np.corrcoef(model.oof_prediction_, noise)[0, 1] < 0.3
    assert not hasattr(model.set_params(cross_fit=None).fit(X, y), "oof_prediction_")


def test_groups_stay_whole_and_the_latest_are_no_fold():
    frame = _frame(60, classes=False).with_columns(g=pl.Series(np.arange(60) // 10), t=pl.Series(np.arange(60) * 0.5))
    of_group = np.arange(60) // 10
    shifted = frame["y"].to_numpy() + 100.0 * of_group  # who has seen a row of the group could know the rest
    X = frame.drop("y").with_columns(id_of_group=pl.Series([f"g{k}" for k in of_group]))
    model = TabularRegressor(
        recipe="plain", cross_fit=3, epochs=10, roles={"g": "group", "t": "drop"}, random_state=0
    ).fit(X, shifted)
    assert model.pipeline_[-1].network_.members == 3
    by_time = TabularRegressor(
        recipe="plain", cross_fit=3, epochs=3, roles={"t": "time", "g": "drop"}, random_state=0
    ).fit(X, shifted)
    assert by_time.pipeline_[-1].network_.members == 1


def test_one_judge_is_enough():
    frame = _frame(60)
    X, y = frame.drop("y"), frame["y"]
    with pytest.raises(SettingsError, match="cross_fit=3 judges by folds, and X_val by other rows: leave one out"):
        TabularClassifier(cross_fit=3).fit(X, y, X_val=X, y_val=y)
    with pytest.raises(SettingsError, match=r"and validation=0.2 by other rows"):
        TabularClassifier(cross_fit=3, validation=0.2).fit(X, y)
    for wrong in (1, 0, True, "five"):
        with pytest.raises(SettingsError, match="cross_fit must be a whole number of folds"):
            fit_table(Table(frame, "t"), FitOptions("y", cross_fit=wrong))


class _Listener:
    def __init__(self, interrupt_at=None):
        self.heard, self.interrupt_at = [], interrupt_at

    def on_network(self, done, of):
        self.heard.append((done, of))
        if (done, of) == self.interrupt_at:
            raise KeyboardInterrupt

    def setup(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context): ...

    def teardown(self, estimator, context): ...


def test_callbacks_hear_of_each_network():
    table, options, listener = Table(_frame(), "t"), FitOptions("y", cross_fit=3), _Listener()
    fit_table(table, options, defaults=QUICK, callbacks=[listener])
    assert listener.heard == [(k, 6) for k in range(6)]
    with pytest.raises(KeyboardInterrupt):
        fit_table(table, options, defaults=QUICK, callbacks=[_Listener((2, 6))])
