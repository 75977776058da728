"""Predicting and scoring a new table, and the arrays of a gradient check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import skops.io
from sklearn import metrics

from glassprop import check_gradient
from glassprop.errors import TableError
from glassprop.tables import (
    Defaults,
    FitOptions,
    Outcome,
    Table,
    fit_table,
    gradient_arrays,
    predict_table,
    read_table,
    score_table,
)

QUICK = Defaults(hidden=(12,), epochs=10, activation="tanh")


def _named(frame: pl.DataFrame) -> Table:
    return Table(frame, "new")


@pytest.fixture(scope="module")
def classifier() -> Outcome:
    rng = np.random.default_rng(0)
    x, town = rng.normal(size=150), rng.choice(["a", "b", "c"], 150)
    y = np.where(x + (town == "a") > 0, "yes", "no")
    frame = pl.DataFrame({"x": x, "town": town, "w": rng.uniform(1, 2, 150), "y": y})
    return fit_table(Table(frame, "train"), FitOptions(target="y", weight="w"), defaults=QUICK)


@pytest.fixture(scope="module")
def regressor() -> Outcome:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2))
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": 1e5 + 3e4 * x[:, 0] + 1e4 * x[:, 1] ** 2})
    return fit_table(Table(frame, "train"), FitOptions(target="y"), defaults=QUICK)


NEW = pl.DataFrame({"x": [-3.0, 3.0, None], "town": ["b", "never seen", None], "y": ["no", "yes", "yes"]})


def test_predictions_and_probabilities_of_classes(classifier):
    out = predict_table(classifier.pipeline, classifier.record, _named(NEW.drop("y")))
    assert out.columns == ["prediction", "probability_no", "probability_yes"]
    np.testing.assert_allclose(out["probability_no"] + out["probability_yes"], 1, atol=1e-6)
    best = ["no" if p > 0.5 else "yes" for p in out["probability_no"]]
    assert out["prediction"].to_list() == best
    assert out["prediction"].to_list()[:2] == ["no", "yes"]
    assert classifier.pipeline.predict(NEW).tolist() == best


def test_predictions_of_amounts_are_one_column(regressor):
    frame = pl.DataFrame({"b": [0.0, 0.1], "a": [0.0, 0.2]})
    out = predict_table(regressor.pipeline, regressor.record, _named(frame))
    assert out.columns == ["prediction"]
    assert out["prediction"].dtype == pl.Float64
    assert ((out["prediction"] > 5e4) & (out["prediction"] < 2e5)).all()


def test_whole_number_classes_stay_whole_numbers(write):
    rng = np.random.default_rng(0)
    rows = "".join(f"{x:.4f},{int(x > 0) + 3}\n" for x in rng.normal(size=100))
    outcome = fit_table(read_table(write("x,y\n" + rows)), FitOptions(target="y"), defaults=QUICK)
    table = _named(pl.DataFrame({"x": [1.0, -1.0], "y": ["4.0", "3"]}))
    out = predict_table(outcome.pipeline, outcome.record, table)
    assert out["prediction"].dtype == pl.Int64
    assert out.columns == ["prediction", "probability_3", "probability_4"]
    assert score_table(outcome.pipeline, outcome.record, table)["rows"] == 2


def test_missing_columns_are_all_named(classifier):
    with pytest.raises(TableError, match=r"lacks 2 column.*'x', 'town'"):
        predict_table(classifier.pipeline, classifier.record, _named(pl.DataFrame({"z": [1]})))
    with pytest.raises(
        TableError, match=r"new lacks 3 column\(s\) that scoring needs: 'y' \(the target\), 'x', 'town'"
    ):
        score_table(classifier.pipeline, classifier.record, _named(pl.DataFrame({"z": [1]})))


def test_odd_text_at_predict_time_is_told(classifier):
    frame = pl.DataFrame({"x": ["1.5", "many"], "town": ["a", "b"]})
    messages: list[str] = []
    out = predict_table(classifier.pipeline, classifier.record, _named(frame), on_message=messages.append)
    assert len(out) == 2
    assert messages == ["column 'x': 1 value(s) are no numbers and count as missing, the first 'many'"]
    with pytest.warns(UserWarning, match="'many'"):
        predict_table(classifier.pipeline, classifier.record, _named(frame))


def test_scores_agree_with_scikit_learn_on_the_predictions(classifier):
    found = score_table(classifier.pipeline, classifier.record, _named(NEW))
    out = predict_table(classifier.pipeline, classifier.record, _named(NEW))
    assert (found["task"], found["rows"]) == ("classification", 3)
    assert found["metrics"]["accuracy"] == metrics.accuracy_score(NEW["y"], out["prediction"])
    assert found["metrics"]["log_loss"] == pytest.approx(
        metrics.log_loss(NEW["y"].to_list(), out.select("probability_no", "probability_yes").to_numpy()),
        rel=1e-5,
    )


def test_scores_are_weighted_if_the_table_has_the_weights(classifier):
    frame = NEW.with_columns(y=pl.Series(["no", "no", "yes"]))
    plain = score_table(classifier.pipeline, classifier.record, _named(frame))["metrics"]["accuracy"]
    weighted = score_table(
        classifier.pipeline, classifier.record, _named(frame.with_columns(w=pl.Series([1.0, 0.0, 1.0])))
    )["metrics"]["accuracy"]
    right = classifier.pipeline.predict(frame) == frame["y"].to_numpy()
    assert plain == pytest.approx(right.mean())
    assert weighted == pytest.approx(right[[0, 2]].mean())


def test_rows_without_a_target_are_not_scored(classifier):
    messages: list[str] = []
    frame = NEW.with_columns(y=pl.Series(["no", None, "yes"]))
    found = score_table(classifier.pipeline, classifier.record, _named(frame), on_message=messages.append)
    assert found["rows"] == 2
    assert "1 of 3 rows have no target 'y'" in messages[0]


def test_rows_of_a_class_that_training_never_saw_are_not_scored_and_told(classifier):
    messages: list[str] = []
    frame = NEW.with_columns(y=pl.Series(["no", "maybe", "yes"]), w=pl.Series([1.0, None, 1.0]))
    found = score_table(classifier.pipeline, classifier.record, _named(frame), on_message=messages.append)
    without = score_table(classifier.pipeline, classifier.record, _named(frame[[0, 2]]))
    assert (found["rows"], found["metrics"]) == (2, without["metrics"])  # its weight is not asked for, either
    assert "1 of 3 row(s) are not scored: their 'y' was never seen in training ('maybe')" in messages[0]


def test_whole_number_classes_that_training_never_saw_are_told(write):
    rows = "".join(f"{i % 3},{i % 3}\n" for i in range(90))
    outcome = fit_table(read_table(write("x,y\n" + rows)), FitOptions(target="y"), defaults=QUICK)
    messages: list[str] = []
    later = read_table(write("x,y\n0,0\n1,1\n2,7\n1,1.5\n1,1\n", "later.csv"))
    found = score_table(outcome.pipeline, outcome.record, later, on_message=messages.append)
    assert found["rows"] == 3
    assert any("2 of 5 row(s) are not scored" in message and "('7', '1.5')" in message for message in messages)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (["maybe", None, "never"], r"all 2 row\(s\) with a 'y' have one that training never saw \('maybe', 'never'\)"),
        ([None, None, None], "no row with a target"),
    ],
)
def test_targets_that_cannot_be_scored(classifier, target, message):
    with pytest.raises(TableError, match=message):
        score_table(
            classifier.pipeline,
            classifier.record,
            _named(NEW.with_columns(y=pl.Series(target, dtype=pl.String))),
        )


def test_one_row_can_be_scored(regressor, classifier):
    row = pl.DataFrame({"a": [0.0], "b": [0.0], "y": [1e5]})
    found = score_table(regressor.pipeline, regressor.record, _named(row))["metrics"]
    assert set(found) == {"root_mean_squared_error", "mean_absolute_error"}
    assert set(score_table(classifier.pipeline, classifier.record, _named(NEW[:1]))["metrics"]) == {
        "accuracy",
        "log_loss",
        "expected_calibration_error",
    }


def test_the_gradient_of_a_fitted_model_passes_its_check(classifier, regressor):
    rng = np.random.default_rng(1)
    classes = NEW[[0, 1] * 150].with_columns(w=pl.Series(rng.uniform(size=300)))
    amounts = pl.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300), "y": rng.normal(1e5, 1e4, 300)})
    for outcome, frame in ((classifier, classes), (regressor, amounts)):
        network, theta, X, Y, weights = gradient_arrays(outcome.pipeline, outcome.record, _named(frame), limit=50)
        assert theta.dtype == X.dtype == Y.dtype == np.float64
        assert len(X) == len(Y) == 50
        assert (weights is None) is (outcome is regressor)
        assert check_gradient(network, theta, X, Y, weights).ok


def test_the_checked_network_is_the_one_that_predicts(regressor):
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({"a": rng.normal(size=20), "b": rng.normal(size=20), "y": rng.normal(1e5, 1e4, 20)})
    network, theta, X, Y, _ = gradient_arrays(regressor.pipeline, regressor.record, _named(frame))
    scale = regressor.record["target_scale"]
    predicted = np.asarray(network.forward(theta, X).a[-1]).ravel() * scale["spread"] + scale["mean"]
    np.testing.assert_allclose(predicted, regressor.pipeline.predict(frame), rtol=1e-5)
    np.testing.assert_allclose(Y.ravel() * scale["spread"] + scale["mean"], frame["y"].to_numpy(), rtol=1e-6)


def test_a_saved_pipeline_predicts_the_same_bits(classifier, regressor):
    rng = np.random.default_rng(1)
    amounts = pl.DataFrame({"a": rng.normal(size=20), "b": rng.normal(size=20)})
    for outcome, frame in ((classifier, NEW), (regressor, amounts)):
        data = skops.io.dumps(outcome.pipeline)
        types = skops.io.get_untrusted_types(data=data)
        again = skops.io.loads(data, trusted=types)
        np.testing.assert_array_equal(again.predict(frame), outcome.pipeline.predict(frame))
        assert {name for name in types if "tables" in name} == {
            "glassprop.tables.encoding.column_scaler.ColumnScaler",
            "glassprop.tables.encoding.encode.Bounded",
            "glassprop.tables.encoding.encode.TypedColumns",
            "glassprop.tables.encoding.table_pipeline.TablePipeline",
            "glassprop.tables.schema.readings.Reading",
            "glassprop.tables.schema.readings.Schema",
        }


@pytest.mark.parametrize("width", [3, 300])
def test_a_long_list_of_missing_columns_is_cut(width):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({f"c{k}": rng.normal(size=40) for k in range(width)} | {"y": ["a", "b"] * 20})
    outcome = fit_table(Table(frame, "t"), FitOptions(target="y", epochs=1, hidden=(2,)))
    for verb in (predict_table, score_table):
        with pytest.raises(TableError, match=rf"lacks {width} column") as caught:
            verb(outcome.pipeline, outcome.record, _named(frame[["y"]]))
        assert ("'c9' and 290 more" in str(caught.value)) is (width == 300)
        assert len(str(caught.value)) < 160


def test_a_table_without_rows_is_refused(classifier, regressor):
    for outcome, columns in ((classifier, ["x", "town"]), (regressor, ["a", "b"])):
        empty = pl.DataFrame({name: [] for name in columns}, schema=dict.fromkeys(columns, pl.Float64))
        with pytest.raises(TableError, match="no rows"):
            predict_table(outcome.pipeline, outcome.record, _named(empty))
        with pytest.raises(TableError, match="no rows"):
            outcome.pipeline.predict(empty.to_pandas())


def test_probabilities_sum_to_one_in_double_precision(classifier):
    out = predict_table(classifier.pipeline, classifier.record, _named(NEW))
    np.testing.assert_allclose(out["probability_no"] + out["probability_yes"], 1, rtol=1e-14)


def test_probabilities_of_balanced_classes_are_said_to_be_scores_and_can_be_made_shares():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    y = np.where(x[:, 0] + 1.5 * rng.normal(size=4000) > 2.8, "rare", "usual")
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y})
    told: list[str] = []
    options = FitOptions("y", class_weight="balanced", validation=0.5)
    outcome = fit_table(Table(frame, "t"), options, defaults=replace(QUICK, epochs=20), on_message=told.append)
    assert any("probabilities are scores" in message for message in told)
    told.clear()
    out = predict_table(outcome.pipeline, outcome.record, _named(frame), on_message=told.append)
    assert [note.kind for note in told] == ["balanced-probabilities"]
    p = out.select("probability_rare", "probability_usual").to_numpy()
    share = (y == "rare").mean()
    assert share < 0.09 < 0.25 < p[:, 0].mean()
    shares = p * outcome.record["guess"]["shares"]
    corrected = shares[:, 0] / shares.sum(axis=1)
    assert corrected.mean() == pytest.approx(share, abs=0.02)
    assert metrics.log_loss(y == "rare", corrected) < metrics.log_loss(y == "rare", p[:, 0]) - 0.1
    found = metrics.recall_score(y, out["prediction"].to_numpy(), pos_label="rare")
    assert found > 0.6 > 0.1 > (corrected[y == "rare"] > 0.5).mean()  # what correcting by itself would undo
