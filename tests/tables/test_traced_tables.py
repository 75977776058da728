"""Traces of trainings on tables: of one network and of those of folds, with the rows that taught each; and blame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import glassprop
from glassprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, Tracer
from glassprop.errors import DataError, SettingsError
from glassprop.tables import FitOptions, Table, fit_stream, fit_table
from glassprop.tables.use.blame_table import blame_table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def flowers(rows=90, seed=0):
    rng = np.random.default_rng(seed)
    width, color = rng.normal(size=rows).round(3), rng.choice(["red", "blue", "white"], rows)
    day = np.datetime64("2024-01-01") + rng.integers(0, 300, rows).astype("timedelta64[D]")
    kind = np.where(width + (color == "red") > 0.3, "rose", "lily")
    return pl.DataFrame({"width": width, "color": color, "day": day, "kind": kind})


def learned(frame, tracer=None, **options):
    callbacks = () if tracer is None else (tracer,)
    return fit_table(
        Table(frame, "flowers"), FitOptions(**{"target": "kind", "epochs": 6} | options), callbacks=callbacks
    )


@pytest.fixture(scope="module")
def folds():
    """A model of three networks of folds, and its trace."""
    tracer = Tracer(3)
    return learned(flowers(), tracer, cross_fit=3), tracer.model_trace()


def test_each_network_has_a_trace_and_the_rows_that_taught_it(folds):
    outcome, trace = folds
    train = outcome.parts.train.rows
    assert len(trace.traces) == 3
    assert trace.taught.shape == (90, 3)
    assert trace.taught.sum(axis=1)[train].tolist() == [2] * len(train)
    assert set(np.flatnonzero(trace.any_taught)) == set(train)


def test_each_trace_ends_with_the_weights_that_its_network_has_gone_back_to():
    """But for the last layer, which is changed afterwards to say how sure it is."""
    tracer, rng = Tracer(30), np.random.default_rng(0)
    noise = np.random.default_rng(1).choice(["rose", "lily"], 120)  # nothing to learn: the first epochs are the best
    frame = pl.DataFrame({"width": rng.normal(size=120).round(3), "kind": noise})
    outcome = learned(frame, tracer, cross_fit=3, recipe="plain", epochs=25)
    trace, network, theta = tracer.model_trace(), outcome.pipeline[-1].network_, outcome.pipeline[-1].theta_
    kept = trace.network.layout.size - network.sizes[-1] * (network.sizes[-2] + 1)
    for member, one in enumerate(trace.traces):
        whole = network.of_members([member], theta)[1]
        np.testing.assert_array_equal(whole[:kept], one.thetas[-1][:kept])
    assert min(int(one.epochs[-1]) for one in trace.traces) < 25


@pytest.mark.parametrize("options", [{"cross_fit": 3}, {"recipe": "plain"}, {"n_members": 2}])
def test_it_changes_no_bit(options):
    traced, alone = learned(flowers(), Tracer(3), **options), learned(flowers(), **options)
    np.testing.assert_array_equal(traced.pipeline[-1].theta_, alone.pipeline[-1].theta_)
    assert traced.record == alone.record


def test_one_network_has_the_rows_it_was_trained_on():
    tracer = Tracer(3)
    outcome = learned(flowers(600), tracer, recipe="plain", cross_fit=None)
    trace = tracer.model_trace()
    assert outcome.parts.inner is not None
    assert np.flatnonzero(trace.any_taught).tolist() == sorted(outcome.parts.train.rows.tolist())
    found = blame_table(outcome.pipeline, outcome.record, Table(flowers(600), "flowers"), 3, trace=trace)
    assert found.n_rows == outcome.rows["train"]
    apart = np.concatenate([outcome.parts.inner.rows, outcome.parts.held_out.rows])
    assert not found.scores[apart].any()
    asked = blame_table(outcome.pipeline, outcome.record, Table(flowers(600), "flowers"), int(apart[0]), trace=trace)
    assert asked.itself is None
    assert "It was not trained on." in str(asked)


def test_rows_keep_their_numbers_where_others_have_no_target(folds):
    outcome, trace = folds
    whole = blame_table(outcome.pipeline, outcome.record, Table(flowers(), "flowers"), 50, trace=trace)
    frame = flowers().with_columns(kind=pl.when(pl.int_range(90) == 7).then(None).otherwise(pl.col("kind")))
    said: list = []
    lacking = blame_table(outcome.pipeline, outcome.record, Table(frame, "f"), 50, trace=trace, on_message=said.append)
    scores = whole.scores.copy()
    scores[7] = 0
    np.testing.assert_array_equal(lacking.scores == 0, scores == 0)
    assert np.corrcoef(lacking.scores, scores)[0, 1] > 0.98  # the curvature is without that row, too
    assert [note.kind for note in said] == ["no-target"]
    without = blame_table(outcome.pipeline, outcome.record, Table(frame, "f"), 7, trace=trace)
    assert (without.row, without.label) == (7, without.predicted)


def test_a_row_of_another_table_and_the_same_row(folds):
    outcome, trace = folds
    table = Table(flowers(), "flowers")
    own = blame_table(outcome.pipeline, outcome.record, table, 50, trace=trace)
    other = Table(flowers()[48:52], "other")
    given = blame_table(outcome.pipeline, outcome.record, table, 2, of=other, trace=trace)
    np.testing.assert_allclose(given.scores, own.scores, rtol=1e-4, atol=1e-5 * np.abs(own.scores).max())
    assert given.row is None
    without = Table(other.frame.drop("kind"), "other")
    assert blame_table(outcome.pipeline, outcome.record, table, 2, of=without).label in ("rose", "lily")


def test_a_trace_of_another_table_or_model_is_refused(folds):
    outcome, trace = folds
    with pytest.raises(DataError, match=r"on a table of 90 rows, and fewer has 80"):
        blame_table(outcome.pipeline, outcome.record, Table(flowers()[:80], "fewer"), 3, trace=trace)
    other = learned(flowers(), recipe="plain")
    with pytest.raises(DataError, match="the trace is of another model"):
        blame_table(other.pipeline, other.record, Table(flowers(), "flowers"), 3, trace=trace)


def test_progress_counts_all_that_is_done(folds):
    outcome, trace = folds
    told: list = []
    for kept in (trace, None):
        blame_table(
            outcome.pipeline, outcome.record, Table(flowers(), "f"), 3, trace=kept, on_done=lambda *of: told.append(of)
        )
        assert told[-1][0] == told[-1][1]


def test_where_no_trace_can_be_kept_it_is_said_before_training(tmp_path):
    with pytest.raises(SettingsError, match="read into memory"):
        fit_stream(flowers(), FitOptions(target="kind"), callbacks=[Tracer()])
    checkpoint = glassprop.Checkpoint(tmp_path / "kept")
    with pytest.raises(SettingsError, match="leave out one of the two"):
        fit_table(Table(flowers(), "f"), FitOptions(target="kind"), callbacks=[Tracer(), checkpoint])


# --- estimators -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_frame", [lambda frame: frame, lambda frame: frame.to_pandas()])
@pytest.mark.parametrize("options", [{"cross_fit": 2}, {"recipe": "plain"}])
def test_estimators_of_tables(options, as_frame, tmp_path):
    """A planted wrong label is the first opponent of its twin."""
    frame = flowers(60)
    twin = frame.with_row_index().filter((pl.col("kind") == "rose") & (pl.col("width") > 0.5)).row(0)[0]
    frame = pl.concat([frame, frame[twin].with_columns(kind=pl.lit("lily"))])
    X, y = as_frame(frame.drop("kind")), frame["kind"].to_numpy()
    tracer = Tracer(4)
    model = TabularClassifier(random_state=0, epochs=20, **options).set_callbacks(tracer).fit(X, y)
    found = model.blame(X, y, row=int(twin), trace=tracer)
    assert found.networks == options.get("cross_fit", 1)
    assert found.opponents[0].row == 60
    assert found.opponents[0].label == "lily"
    same = glassprop.blame(model, X, y, row=int(twin), trace=tracer)
    np.testing.assert_array_equal(same.scores, found.scores)
    glassprop.save(model, tmp_path / "m.glassprop")
    glassprop.save_trace(tracer, tmp_path / "m.trace")
    again, trace = glassprop.load(tmp_path / "m.glassprop"), glassprop.load_trace(tmp_path / "m.trace")
    np.testing.assert_array_equal(glassprop.blame(again, X, y, row=int(twin), trace=trace).scores, found.scores)


def test_amounts_of_tables():
    frame = flowers(60).to_pandas()
    y = 1000 + 50 * frame["width"].to_numpy()
    model = TabularRegressor(random_state=0, epochs=20, recipe="plain").fit(frame[["width", "color"]], y)
    row = model.blame(frame[["width", "color"]], y, x=frame[["width", "color"]].iloc[3])
    assert row.of == "prediction"
    assert float(row.predicted) == pytest.approx(model.predict(frame[["width", "color"]])[3], rel=1e-4)
    assert model.blame(frame[["width", "color"]], y, row=3).label == f"{y[3]:.6g}"


def test_pipelines_transform_rows_first():
    frame = flowers(60).to_pandas()
    X, y = frame[["width", "color"]], frame["kind"].to_numpy()
    steps = make_column_transformer((StandardScaler(), ["width"]), (OneHotEncoder(), ["color"]), sparse_threshold=1.0)
    model = make_pipeline(make_pipeline(steps), MLPClassifier((6,), max_iter=20, random_state=0)).fit(X, y)
    inputs = model[:-1].transform(X)
    assert hasattr(inputs, "tocsr")
    found = glassprop.blame(model, X, y, row=5)
    np.testing.assert_array_equal(found.scores, model[-1].blame(inputs, y, row=5).scores)
    given = glassprop.blame(model, X, y, x=X.iloc[5], y_x=y[5])
    np.testing.assert_allclose(given.scores, found.scores, rtol=1e-6, atol=1e-9)
    amounts = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0))
    width = X[["width"]].to_numpy()
    assert glassprop.blame(amounts.fit(width, width[:, 0]), width, width[:, 0], x=width[3]).of == "prediction"


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (3, "with a number for each column of X, got 3"),
        ("red", "with a number for each column of X, got 'red'"),
        (np.zeros((1, 1, 1)), "got an array of 3 axes"),
        ([[1.0], [2.0]], "x= is one row, got 2"),
        ([[1.0], [2.0, 3.0]], "x= is one row, got rows that differ in length"),
    ],
)
def test_what_is_no_row(x, said):
    width = np.arange(12.0)[:, None]
    network = MLPRegressor(hidden_layer_sizes=(2,), max_iter=2, random_state=0, engine="reference")
    for model in (network, make_pipeline(StandardScaler(), network)):
        with pytest.raises(SettingsError, match=said):
            glassprop.blame(model.fit(width, width[:, 0]), width, width[:, 0], x=x)


@pytest.mark.parametrize("model", [StandardScaler(), make_pipeline(StandardScaler()), None, pd.Series([1])])
def test_what_cannot_be_blamed(model):
    with pytest.raises(SettingsError, match="cannot blame rows for the predictions of a"):
        glassprop.blame(model, [[1.0]], [1], row=0)
