"""Leaving with a model by the command line: what is written runs elsewhere, and nothing is lost or half written."""

from __future__ import annotations

import json

import numpy as np
import onnx
import polars as pl
import pytest
from portable.onnx_runs import run_named

import glassprop
from glassprop.cli import export_command
from glassprop.cli.export_targets import TARGETS
from glassprop.tables import read_table


@pytest.fixture
def model(run):
    assert run("train", "iris", "--epochs", "2", "--recipe", "plain", "--model", "m.glassprop").code == 0
    return "m.glassprop"


def test_what_is_written_says_what_the_model_says(run, model, tmp_path):
    done = run("export", model, "--to", "onnx", "--out", "o.onnx")
    assert done.code == 0
    frame = read_table("iris").frame.drop("species")
    columns = {name: frame[name].to_numpy().reshape(-1, 1).astype(np.float64) for name in frame.columns}
    found = run_named(onnx.load(tmp_path / "o.onnx"), columns)
    loaded = glassprop.load(tmp_path / model)
    assert found["label"].tolist() == loaded.predict(frame).tolist()
    np.testing.assert_allclose(found["probabilities"], loaded.predict_proba(frame), atol=1e-5)


def test_it_says_what_it_wrote(run, model, tmp_path):
    told = run("export", model, "--to", "onnx", "--out", "o.onnx").out
    size = (tmp_path / "o.onnx").stat().st_size
    for words in ("o.onnx", f"{size:,} bytes", "sepal length (cm)", "float64", "NaN", "ai.onnx 20", "probabilities"):
        assert words in told
    record = run("export", model, "--to", "onnx", "--out", "o.onnx", "--json").json
    assert record["files"] == [{"path": "o.onnx", "bytes": size}]
    assert record["opsets"] == {"ai.onnx": 20}
    first = {"name": "sepal length (cm)", "type": "float64", "kind": "number", "given": "a number", "missing": "NaN"}
    assert record["inputs"][0] == first


def test_a_free_name_is_the_default(run, model, tmp_path):
    assert run("export", model, "--to", "onnx").code == 0
    before = (tmp_path / "m.onnx").read_bytes()
    (tmp_path / "m.onnx").write_bytes(b"something else")
    assert run("export", model, "--to", "onnx").code == 0
    assert (tmp_path / "m.onnx").read_bytes() == b"something else"
    assert (tmp_path / "m-2.onnx").read_bytes() == before


def test_options_are_of_their_language(run, model, tmp_path):
    assert run("export", model, "--to", "onnx", "--zipmap", "--out", "o.onnx").code == 0
    assert any(node.op_type == "ZipMap" for node in onnx.load(tmp_path / "o.onnx").graph.node)


def test_an_option_of_another_language_is_refused(refuse, model, monkeypatch):
    plain = TARGETS["onnx"]
    monkeypatch.setitem(export_command.TARGETS, "prose", type(plain)(".txt", plain.files, plain.write))
    refuse("export", model, "--to", "prose", "--zipmap", words=["--zipmap is of --to onnx, not of prose"])


def test_refusals_are_one_line_and_write_nothing(refuse, model, tmp_path):
    before = (tmp_path / model).read_bytes()
    refuse("export", model, "--to", "fortran", words=["--to 'fortran'", "onnx"])
    refuse("export", model, "--to", "onnx", "--out", model, words=["is the model file"])
    refuse("export", "none.glassprop", "--to", "onnx", words=["none.glassprop"])
    refuse("export", model, "--to", "onnx", "--out", "no/folder/o.onnx", words=["does not exist"])
    refuse("export", model, words=["--to"])
    assert (tmp_path / model).read_bytes() == before
    assert not list(tmp_path.glob("*.onnx"))


def test_a_model_that_cannot_be_said_leaves_what_was_there(refuse, run, tmp_path):
    from sklearn.kernel_approximation import Nystroem
    from sklearn.pipeline import make_pipeline

    X = np.random.default_rng(0).normal(size=(30, 2))
    fitted = make_pipeline(Nystroem(n_components=3, random_state=0), glassprop.MLPClassifier((2,), max_iter=600))
    glassprop.save(fitted.fit(X, X[:, 0] > 0), tmp_path / "odd.glassprop")
    (tmp_path / "o.onnx").write_bytes(b"before")
    words = ["nystroem"]
    trust = ["--trust", "sklearn.kernel_approximation.Nystroem"]
    refuse("export", "odd.glassprop", "--to", "onnx", "--out", "o.onnx", *trust, words=words)
    assert (tmp_path / "o.onnx").read_bytes() == b"before"


def test_a_bare_estimator_is_one_matrix(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(30, 2))
    fitted = glassprop.MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", max_iter=900, random_state=0)
    glassprop.save(fitted.fit(X, X[:, 0]), tmp_path / "r.glassprop")
    record = run("export", "r.glassprop", "--to", "onnx", "--json").json
    assert [one["name"] for one in record["inputs"]] == ["x0", "x1"]
    assert json.dumps(record["outputs"])
    found = run_named(onnx.load(tmp_path / "r.onnx"), {"X": X})["prediction"]
    np.testing.assert_allclose(found, fitted.predict(X), rtol=1e-9, atol=1e-9)


def test_of_dates_and_times_it_says_which_number_to_give(run, tmp_path):
    rows = [f"{2020 + k % 3}-0{1 + k % 9}-11,{k % 24}:30,{'ny'[k % 2]}" for k in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["day,clock,y", *rows]))
    done = run("train", "t.csv", "--target", "y", "--epochs", "2", "--recipe", "plain", "--model", "t.glassprop")
    assert done.code == 0
    told = " ".join(run("export", "t.glassprop", "--to", "onnx").out.split())
    assert "days since 1970-01-01" in told
    assert "hours since midnight" in told


def test_a_calibrated_model_of_a_file(run, tmp_path):
    from sklearn.calibration import CalibratedClassifierCV

    X = np.random.default_rng(0).normal(size=(60, 2))
    network = glassprop.MLPClassifier((2,), max_iter=300, tol=9, random_state=0)
    fitted = CalibratedClassifierCV(network, cv=2).fit(X, X[:, 0] > 0)
    glassprop.save(fitted, tmp_path / "c.glassprop")
    assert run("export", "c.glassprop", "--to", "onnx").code == 0
    found = run_named(onnx.load(tmp_path / "c.onnx"), {"X": X})["probabilities"]
    np.testing.assert_allclose(found, fitted.predict_proba(X), atol=1e-9)


def test_names_are_kept_to_the_letter(run, tmp_path):
    names = ["a b", "ä/ö", "x'\"", "label"]
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.normal(size=60) for name in names}).with_columns(y=pl.Series(["n", "y"] * 30))
    frame.write_csv(tmp_path / "t.csv")
    run("train", "t.csv", "--target", "y", "--epochs", "2", "--recipe", "plain", "--model", "t.glassprop")
    assert run("export", "t.glassprop", "--to", "onnx", "--out", "t.onnx").code == 0
    graph = onnx.load(tmp_path / "t.onnx").graph
    assert [put.name for put in graph.input] == names
    assert [put.name for put in graph.output] == ["label_2", "probabilities"]
