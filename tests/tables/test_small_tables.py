"""Small tables: folds keep networks from being worse than a guess, and what they choose is what they measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop import MLPClassifier, MLPRegressor, check_gradient
from glassprop.tables import Defaults, FitOptions, Table, fit_table, gradient_arrays
from glassprop.tables.fitting.folds import folds_of
from glassprop.tables.fitting.manner import PlainBuilder
from glassprop.tables.fitting.small_tables import SURE, StopAfter, be_as_sure, learn_from_folds
from glassprop.tables.fitting.split import SplitKeys
from glassprop.tables.fitting.table_network import affordable

QUICK = Defaults(hidden=(32,), epochs=30, learning_rate_init=0.01)
TODAY = replace(QUICK, early_stopping_rows=0, inner_validation=0.0)  # every epoch runs, on all rows


def _table(rows, noise, *, classes=True, seed=0, columns=8):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns))
    y = x[:, 0] + 0.5 * x[:, 1] + noise * rng.normal(size=rows)
    target = np.where(y > 0, "yes", "no") if classes else y
    return pl.DataFrame({f"x{k}": x[:, k] for k in range(columns)} | {"y": target})


def _fit(frame, defaults=QUICK, **options):
    return fit_table(Table(frame, "small"), FitOptions("y", **options), defaults=defaults)


def _loss(outcome):
    name = "log_loss" if outcome.task == "classification" else "root_mean_squared_error"
    return outcome.scores[name] / outcome.baseline[name]


@pytest.mark.parametrize("classes", [True, False])
def test_noise_is_hardly_worse_than_a_guess_and_signal_is_found(classes):
    found: dict[str, list[float]] = {"noise": [], "noise, all epochs": [], "signal": []}
    for seed in range(2):
        frame = _table(460, 8.0, classes=classes, seed=seed)
        later = Table(frame[60:], "later")
        found["noise"].append(_loss(_fit(frame[:60], validation=later)))
        overdone = replace(TODAY, hidden=(64,), epochs=60, weight_decay=0.3)
        found["noise, all epochs"].append(_loss(_fit(frame[:60], overdone, validation=later)))
        frame = _table(560, 0.05, classes=classes, seed=seed)
        found["signal"].append(_loss(_fit(frame[:160], QUICK, validation=Table(frame[160:], "later"))))
    means = {name: float(np.mean(losses)) for name, losses in found.items()}
    assert means["noise"] < 1.1
    assert means["noise, all epochs"] > means["noise"] + 0.2
    assert means["signal"] < 0.5


def _standard(frame):
    y = frame["y"].to_numpy()
    return frame.drop("y").to_numpy().astype(np.float64), (y - y.mean()) / y.std() if y.dtype == float else y


@pytest.mark.parametrize("classes", [True, False])
def test_what_folds_choose_is_what_they_measured(classes):
    X, y = _standard(_table(60, 1.0, classes=classes))
    folds = folds_of(60, SplitKeys(np.unique(y, return_inverse=True)[1] if classes else None), 4, 0)
    assert sorted(np.concatenate([kept for _, kept in folds])) == list(range(60))

    def make(rows, weight_decay):
        of = MLPClassifier if classes else MLPRegressor
        return of(
            hidden_layer_sizes=(16,),
            max_iter=25,
            learning_rate="one_cycle",
            learning_rate_init=0.02,
            batch_size=8,
            random_state=3,
        )

    lesson = learn_from_folds(make, (0.1, 5.0), X, y, None, folds, classification=classes, class_weight=None, epochs=25)
    losses, guesses = [], []
    for train, kept in folds:
        model = make(len(train), lesson.weight_decay).set_callbacks(StopAfter(lesson.epochs)).fit(X[train], y[train])
        assert model.n_iter_ == lesson.epochs
        if classes:
            q = np.array([(y[train] == label).mean() for label in model.classes_])
            p = model.predict_proba(X[kept]) ** lesson.sure * q ** (1 - lesson.sure)
            true = y[kept][:, None] == model.classes_
            losses += list(-np.log((p / p.sum(axis=1, keepdims=True))[true]))
            guesses += list(-np.log(np.tile(q, (len(kept), 1))[true]))
        else:
            losses += list((lesson.sure * model.predict(X[kept]) - y[kept]) ** 2)
            guesses += list((y[train].mean() - y[kept]) ** 2)
    assert lesson.loss == pytest.approx(np.mean(losses), rel=1e-6)
    assert lesson.loss_of_guess == pytest.approx(np.mean(guesses), rel=1e-6)
    assert lesson.sure in SURE
    assert lesson.loss < lesson.loss_of_guess


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_drawn_towards_the_shares(classes):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 4)), rng.integers(0, classes, 90)
    model = MLPClassifier((8,), max_iter=20, random_state=0).fit(X, y)
    shares = np.arange(1.0, classes + 1) / np.arange(1.0, classes + 1).sum()
    expected = model.predict_proba(X) ** 0.3 * shares**0.7
    be_as_sure(model, 0.3, shares)
    np.testing.assert_allclose(model.predict_proba(X), expected / expected.sum(axis=1, keepdims=True), atol=1e-6)


def test_amounts_are_drawn_towards_the_mean():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 4)), rng.normal(size=90)
    model = MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0).fit(X, y)
    expected = 0.4 * model.predict(X)
    be_as_sure(model, 0.4, None)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-6)


@pytest.mark.parametrize("classes", [True, False])
def test_a_small_model_is_told_saved_checked_and_trained_on_like_any_other(classes, tmp_path):
    told: list[str] = []
    frame = _table(80, 2.0, classes=classes)
    outcome = fit_table(Table(frame, "small"), FitOptions("y"), defaults=QUICK, on_message=told.append)
    lesson, model = outcome.record["folds"], outcome.pipeline[-1]
    assert model.n_iter_ <= lesson["epochs"] <= QUICK.epochs
    assert outcome.record["defaults"]["weight_decay"] == lesson["weight_decay"] == model.weight_decay
    assert model.weight_decay in (QUICK.weight_decay, QUICK.small_weight_decay)
    assert any(f"after {lesson['epochs']} of 30 epochs" in message for message in told)
    assert check_gradient(*gradient_arrays(outcome.pipeline, outcome.record, Table(frame, "small"))).ok
    glassprop.save(outcome.pipeline, tmp_path / "m.glassprop", record=outcome.record)
    loaded = glassprop.load(tmp_path / "m.glassprop")
    np.testing.assert_array_equal(loaded.predict(frame), outcome.pipeline.predict(frame))
    X = loaded[:-1].transform(frame)
    before = loaded[-1].theta_.copy()
    loaded[-1].partial_fit(X, frame["y"].to_numpy())
    assert 0 < np.abs(loaded[-1].theta_ - before).max() < 0.1


@pytest.mark.parametrize("scale", ["none", "log", "poisson"])
def test_small_counts_are_learned_on_every_scale(scale):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    y = rng.poisson(np.exp(1 + x[:, 0])).astype(float)
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y})
    outcome = _fit(frame, task="regression", target_scale=scale, validation=0.3)
    lesson = outcome.record["folds"]
    assert lesson["loss"] < 0.8 * lesson["loss_of_guess"]
    assert outcome.scores["r2"] > 0.3
    if scale == "poisson":  # what the last layer makes is no amount yet: it is not drawn towards one
        assert lesson["sure"] == 1


def test_the_seed_decides_folds_and_weights():
    frame = _table(70, 1.0)
    one, same, other = (_fit(frame, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.pipeline[-1].theta_, same.pipeline[-1].theta_)
    assert one.record["folds"] == same.record["folds"] != other.record["folds"]


def test_folds_keep_groups_whole_and_hold_out_the_latest():
    groups = np.repeat(np.arange(6), 5)
    for train, kept in folds_of(30, SplitKeys(groups=groups), 5, 0):
        assert not set(groups[train]) & set(groups[kept])
    times = np.random.default_rng(0).permutation(30).astype(float)
    [(train, kept)] = folds_of(30, SplitKeys(times=times), 5, 0)
    assert len(kept) == 6
    assert times[train].max() < times[kept].min()
    for keys in (SplitKeys(groups=np.zeros(9)), SplitKeys(times=np.zeros(9))):
        assert folds_of(9, keys, 5, 0) == []
    assert folds_of(3, SplitKeys(), 5, 0) == []


def test_wide_tables_and_long_trainings_have_fewer_folds():
    def count(rows, inputs, **changes):
        folds, decays = affordable(SplitKeys(), rows, inputs, PlainBuilder(replace(Defaults(), **changes)), 0)
        return len(folds), len(decays)

    assert count(150, 20) == (5, 2)
    assert count(480, 400) == (5, 1)
    assert count(150, 14000) == count(150, 20, epochs=10_000) == (1, 1)


@pytest.mark.parametrize("counts", [(20, 1), (12, 2), (3, 3), (2, 1, 1, 1, 1), (30, 1, 1)])
def test_classes_of_a_row_or_two_do_no_harm(counts):
    y = np.repeat([chr(97 + k) for k in range(len(counts))], counts)
    x = np.random.default_rng(0).normal(size=(len(y), 3))
    outcome = _fit(pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y}), validation=0.1)
    assert np.isfinite(list(outcome.scores.values())).all()
    assert outcome.pipeline[-1].classes_.tolist() == sorted(set(y))


class _Listener:
    """Notes what it hears; interrupts at a fold, or at an epoch."""

    def __init__(self, interrupt_at=None):
        self.heard, self.interrupt_at = [], interrupt_at

    def on_fold(self, done, of):
        self.heard.append((done, of))
        if (done, of) == self.interrupt_at:
            raise KeyboardInterrupt

    def setup(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        self.heard.append(estimator.n_iter_)

    def teardown(self, estimator, context): ...


def test_callbacks_hear_of_folds_and_of_the_epochs_of_the_network_that_is_kept():
    listener = _Listener()
    outcome = fit_table(Table(_table(80, 1.0), "t"), FitOptions("y"), defaults=QUICK, callbacks=[listener])
    epochs = outcome.pipeline[-1].n_iter_
    assert listener.heard == [(k, 10) for k in range(10)] + [*range(1, epochs + 1), epochs]
    with pytest.raises(KeyboardInterrupt):  # of the network of all rows there is nothing yet
        fit_table(Table(_table(80, 1.0), "t"), FitOptions("y"), defaults=QUICK, callbacks=[_Listener((2, 10))])


def test_a_narrow_network_whose_units_answer_to_no_row_is_trained_anew():
    """With these rows and this seed, three layers of four units of relu end with units that are 0 for every row."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 4))
    frame = pl.DataFrame(dict(zip("abcd", X.T, strict=True))).with_columns(y=pl.Series(3 * X[:, 0] + X[:, 1]))
    for seed in range(3):
        outcome = fit_table(Table(frame, "narrow"), FitOptions(target="y", hidden=(4, 4, 4), seed=seed))
        assert outcome.scores["r2"] > 0.9
