"""``predict``, ``score``, ``check``, ``info``: a trained model put to use."""

from __future__ import annotations

import io
import json

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score, log_loss

import glassprop
import glassprop.tables
from glassprop.export.model_file import read_record
from glassprop.tables import read_table

LABELS = ["setosa", "versicolor", "virginica"]


def csv(text):
    return pl.read_csv(io.StringIO(text))


def expected():
    """Predictions of the model file by Python alone."""
    return read_table("iris").frame


def test_predict_gives_predictions_and_probabilities(run, iris_model):
    result = run("predict", iris_model, "iris")
    frame = csv(result.out)
    assert result.err == ""
    assert frame.columns == ["prediction", *(f"probability_{label}" for label in LABELS)]
    model, data = glassprop.load(iris_model), read_table("iris").frame
    np.testing.assert_array_equal(frame["prediction"], model.predict(data))
    np.testing.assert_allclose(frame[:, 1:].to_numpy(), model.predict_proba(data), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("p.csv", pl.read_csv),
        ("p.TSV", lambda path: pl.read_csv(path, separator="\t")),
        ("p.parquet", pl.read_parquet),
    ],
)
def test_predict_writes_by_the_name_of_the_file(run, tmp_path, iris_model, name, read):
    result = run("predict", iris_model, "iris", "--out", name)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"150 predictions in {name}\n"
    frame = read(tmp_path / name)
    assert frame.equals(csv(run("predict", iris_model, "iris").out)) or name.endswith("parquet")
    assert frame.height == 150


def test_a_dash_is_standard_output(run, iris_model):
    assert run("predict", iris_model, "iris", "--out", "-").out == run("predict", iris_model, "iris").out


def test_predict_from_standard_input(run, iris_model):
    data = read_table("iris").frame.write_csv().encode()
    assert run("predict", iris_model, "-", stdin=data).out == run("predict", iris_model, "iris").out


def test_extra_and_reordered_columns_are_fine(run, tmp_path, iris_model):
    frame = read_table("iris").frame
    names = frame.columns[::-1]
    frame.with_columns(pl.lit("x").alias("extra")).select("extra", *names).write_csv(tmp_path / "other.csv")
    assert run("predict", iris_model, "other.csv").out == run("predict", iris_model, "iris").out


def test_missing_columns_are_all_named(refuse, tmp_path, iris_model):
    frame = read_table("iris").frame
    frame[:, 2:].write_csv(tmp_path / "part.csv")
    for command in ("predict", "score", "check"):
        refuse(command, iris_model, "part.csv", words=frame.columns[:2])


def test_score_is_what_scikit_learn_says(run, iris_model):
    report = run("score", iris_model, "iris", "--json").json
    assert set(report) == {"task", "rows", "metrics", "baseline", "intervals", "remarks", "notes"}
    assert (report["task"], report["rows"]) == ("classification", 150)
    table, model = read_table("iris"), glassprop.load(iris_model)
    truth, probabilities = table.frame[table.target].to_numpy(), model.predict_proba(table.frame)
    assert report["metrics"]["accuracy"] == accuracy_score(truth, model.predict(table.frame))
    assert report["metrics"]["log_loss"] == pytest.approx(log_loss(truth, probabilities, labels=LABELS))


def test_score_as_a_table(run, iris_model):
    result = run("score", iris_model, "iris")
    assert "Classification, 150 rows" in result.out
    assert "accuracy" in result.out


def test_score_without_the_target_is_refused(refuse, tmp_path, iris_model):
    read_table("iris").frame.drop("species").write_csv(tmp_path / "bare.csv")
    refuse("score", iris_model, "bare.csv", words=["species"])


def test_regression(run, tmp_path):
    assert run("train", "diabetes", "--epochs", "5", "--model", "d.glassprop").code == 0
    frame = csv(run("predict", "d.glassprop", "diabetes").out)
    assert frame.columns == ["prediction"]
    report = run("score", "d.glassprop", "diabetes", "--json").json
    truth = read_table("diabetes").frame["progression"].to_numpy()
    error = np.sqrt(np.mean((truth - frame["prediction"].to_numpy()) ** 2))
    assert report["metrics"]["root_mean_squared_error"] == pytest.approx(error, rel=1e-5)
    assert run("check", "d.glassprop", "diabetes", "--rows", "10").code == 0


def test_check_passes_on_a_good_model(run, iris_model):
    result = run("check", iris_model, "iris")
    assert result.code == 0
    assert "150 rows" in result.out
    assert "agrees" in result.out
    assert max(map(len, result.out.splitlines()[:-1])) <= 80


def test_check_json(run, iris_model):
    result = run("check", iris_model, "iris", "--rows", "20", "--json")
    assert result.code == 0
    assert result.json["ok"] is True
    assert 0 < result.json["rows"] <= 20
    assert result.json["worst"]["error"] < 1e-6


@pytest.mark.parametrize("json_", [True, False])
def test_check_fails_on_a_wrong_gradient(run, iris_model, monkeypatch, json_):
    from glassprop.backprop import check

    right = check.average_gradient
    monkeypatch.setattr(check, "average_gradient", lambda *args: 1.01 * right(*args))
    result = run("check", iris_model, "iris", "--rows", "20", *(["--json"] if json_ else []))
    assert result.code == 1
    assert result.json["ok"] is False if json_ else "WRONG" in result.out


def test_info(run, iris_model):
    result = run("info", iris_model)
    assert result.code == 0
    for words in (
        "classification",
        "species",
        "4 → 10 relu → 3 softmax",
        "accuracy",
        "format",
        "petal width",
    ):
        assert words in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_info_json_is_the_record(run, iris_model):
    assert run("info", iris_model, "--json").json == read_record(iris_model)


def test_info_of_a_model_saved_from_python(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(20, 3))
    model = glassprop.MLPRegressor(hidden_layer_sizes=(4,), max_iter=500, solver="lbfgs").fit(X, X[:, 0])
    glassprop.save(model, tmp_path / "m.glassprop")
    result = run("info", "m.glassprop")
    assert result.code == 0
    assert "3 → 4 relu → 1 identity" in result.out


def test_a_model_saved_without_a_table_cannot_read_one(refuse, tmp_path):
    X = np.random.default_rng(0).normal(size=(20, 3))
    model = glassprop.MLPRegressor(hidden_layer_sizes=(4,), max_iter=500, solver="lbfgs").fit(X, X[:, 0])
    glassprop.save(model, tmp_path / "m.glassprop")
    refuse("predict", "m.glassprop", "iris", words=["glassprop.load"])


def test_warnings_are_one_line_each(run, iris_model, monkeypatch):
    import warnings

    plain = glassprop.tables.score_table

    def warning(*args, **kwargs):
        warnings.warn("two\nlines", UserWarning, stacklevel=1)
        warnings.warn("for developers", DeprecationWarning, stacklevel=1)
        return plain(*args, **kwargs)

    monkeypatch.setattr(glassprop.tables, "score_table", warning)
    result = run("score", iris_model, "iris", "--json")
    assert result.err == "warning: two lines\n"
    assert json.loads(result.out)
