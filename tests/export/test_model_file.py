"""The model file: what goes in comes out, nothing runs on the way, and every bad file is one clear line."""

from __future__ import annotations

import json
import os
import pickle
import random
import zipfile
from pathlib import Path

import joblib
import numpy as np
import polars as pl
import pytest
import skops.io
from export.forged import refused
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop import Activation, MLPClassifier, MLPRegressor
from glassprop.errors import ModelFileError
from glassprop.export import container
from glassprop.export.model_file import load, read_record, save

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def arrays(dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 3)).astype(dtype), np.repeat(["no", "yes"], 20)


def classifier(**settings):
    X, y = arrays()
    return MLPClassifier(**{"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0} | settings).fit(X, y)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.glassprop"


@pytest.fixture
def saved(path):
    save(classifier(), path, {"task": "classification"})
    return path


def document(path):
    """The document in a file, with the means of the standard library."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    start, stop = json.loads(data[8 : 8 + length])["document"]["data_offsets"]
    return json.loads(data[8 + length + start : 8 + length + stop])


# What goes in comes out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_a_classifier_comes_back_with_the_same_bits(path, dtype, solver):
    X, y = arrays(dtype)
    model = MLPClassifier(hidden_layer_sizes=(6, 4), max_iter=3, random_state=1, solver=solver).fit(X, y)
    save(model, path)
    again = load(path)
    assert type(again) is MLPClassifier
    assert again.get_params() == model.get_params()
    assert again.theta_.dtype == model.theta_.dtype
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.loss_curve_, model.loss_curve_)


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regressor_comes_back_with_the_same_bits(path, outputs):
    X, _ = arrays()
    y = X[:, :outputs].squeeze()
    model = MLPRegressor(hidden_layer_sizes=(6,), max_iter=3, random_state=1, early_stopping=True).fit(X, y)
    save(model, path)
    np.testing.assert_array_equal(load(path).predict(X), model.predict(X))


def test_weights_are_views_of_theta_after_loading(saved):
    model = load(saved)
    parts = [*model.coefs_, *model.intercepts_]
    assert all(np.shares_memory(part, model.theta_) for part in parts)
    model.theta_[:] = 0
    assert not any(part.any() for part in parts)


def test_a_loaded_model_can_be_fitted_again_and_saved_again(saved, tmp_path):
    X, y = arrays()
    model = load(saved)
    model.partial_fit(X, y)
    model.fit(X, y)
    save(model, tmp_path / "again.glassprop", read_record(saved))
    assert read_record(tmp_path / "again.glassprop")["task"] == "classification"


def test_a_pipeline_comes_back(path):
    X, y = arrays()
    model = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(4,), max_iter=3, random_state=0)).fit(
        X, y
    )
    save(model, path)
    np.testing.assert_array_equal(load(path).predict_proba(X), model.predict_proba(X))


def test_the_settings_of_ours_come_back(path):
    settings = {
        "activation": ["tanh"],
        "dropout": 0.1,
        "solver": "adamw",
        "weight_decay": 0.01,
        "scoring": "loss",
    }
    model = classifier(**settings, early_stopping=True, class_weight={"no": 1.0, "yes": 2.0})
    save(model, path)
    assert load(path).get_params() == model.get_params()


def test_the_record_says_what_made_the_file_and_keeps_what_it_is_given(saved):
    record = read_record(saved)
    assert record["format"] == 2
    assert record["task"] == "classification"
    assert record["versions"]["glassprop"] == glassprop.__version__
    assert set(record["versions"]) == {"glassprop", "python", "numpy", "scikit-learn"}
    assert record["model"]["class"] == "MLPClassifier"
    assert record["model"]["parameters"] == 3 * 5 + 5 + 5 * 1 + 1
    assert record["model"]["network"]["n_inputs"] == 3
    assert record["model"]["epochs"] == 4


def test_a_record_with_numpy_values_and_nan_is_plain_json(path):
    save(classifier(), path, {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": "ü\udc80"})
    record = document(path)["record"]
    assert (record["a"], record["b"], record["c"]) == (0.5, [0, 1], None)


def test_the_keys_that_are_ours_are_not_taken_from_the_record(path):
    save(classifier(), path, {"format": 99, "versions": {}})
    assert read_record(path)["format"] == 2
    load(path)


def test_saved_by_its_public_names(path):
    model = classifier()
    glassprop.save(model, path)
    np.testing.assert_array_equal(glassprop.load(path).theta_, model.theta_)


def test_a_string_is_a_path_too(path):
    save(classifier(), str(path))
    load(str(path))


def test_callbacks_stay_out_of_the_file_and_on_the_model(path):
    class Silent:
        def setup(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context): ...
        def teardown(self, estimator, context): ...

    X, y = arrays()
    inner = MLPClassifier(hidden_layer_sizes=(4,), max_iter=2, random_state=0).set_callbacks(Silent())
    model = make_pipeline(StandardScaler(), inner).fit(X, y)
    save(model, path)
    assert not hasattr(load(path)[-1], "_skl_callbacks")
    assert len(model[-1]._skl_callbacks) == 1


def test_sizes_given_as_a_range_are_saved_as_a_tuple(path):
    X, y = arrays()
    model = MLPClassifier(hidden_layer_sizes=range(6, 2, -2), max_iter=2, random_state=0).fit(X, y)
    save(make_pipeline(model).fit(X, y), path)
    assert load(path)[-1].hidden_layer_sizes == (6, 4)
    assert model.hidden_layer_sizes == range(6, 2, -2)


# What is refused when saving


class Own:
    """A stand-in for whatever a user may put into a model."""


def scorer(estimator, X, y):
    return 0.5


def test_own_activation_is_refused_with_the_reason(path):
    own = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(ModelFileError, match="cube"):
        save(classifier(activation=own), path)
    assert not path.exists()


def test_own_scorer_is_refused_by_name(path):
    model = classifier(scoring=scorer, early_stopping=True)
    with pytest.raises(ModelFileError, match="scorer"):
        save(model, path)
    assert not path.exists()


@pytest.mark.parametrize("value", [lambda: 1, Own(), open], ids=["lambda", "object", "builtin"])
def test_anything_that_loading_would_not_take_is_refused_when_saving(path, value):
    model = classifier()
    model.note = value
    with pytest.raises(ModelFileError, match="cannot save this model"):
        save(model, path)
    assert os.listdir(path.parent) == []


def test_a_model_of_another_kind_is_refused(path):
    X, _ = arrays()
    with pytest.raises(ModelFileError, match="StandardScaler"):
        save(StandardScaler().fit(X), path)
    with pytest.raises(ModelFileError, match="Pipeline"):
        save(make_pipeline(StandardScaler()).fit(X), path)


def test_an_unfitted_model_is_refused(path):
    with pytest.raises(ModelFileError, match="not fitted"):
        save(MLPClassifier(), path)


# What is refused when loading


def test_missing_file(tmp_path):
    refused(tmp_path / "none.glassprop", "no model file")


def test_folder(tmp_path):
    refused(tmp_path, "folder")


def test_empty_file(path):
    path.touch()
    refused(path, "empty")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\x00" * 100, b"PAR1 and so on", b"\x80", b".", b"\x89PNG\r\n"])
def test_not_a_model(path, content):
    path.write_bytes(content)
    refused(path, "not a glassprop model file")


def test_another_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    refused(path, "zip archive")


def test_skops_file_of_someone_else(path):
    skops.io.dump(StandardScaler(), path)
    refused(path, "skops.io.load")


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_truncated(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    refused(saved, "damaged")


def test_no_flipped_byte_gets_past_or_makes_a_traceback(saved):
    data, rng = saved.read_bytes(), random.Random(0)
    for _ in range(200):
        place = rng.randrange(len(data))
        saved.write_bytes(data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :])
        refused(saved)


class Bomb:
    """Unpickling it makes a file; that is how the tests see whether anything ran."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __reduce__(self):
        return (os.mkdir, (self.mark,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_in_disguise_is_told_and_not_run(path, tmp_path, protocol):
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "ran"), protocol=protocol))
    refused(path, "pickle")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("compress", [0, 3])
def test_a_joblib_file_is_not_run(path, tmp_path, compress):
    joblib.dump(Bomb(tmp_path / "ran"), path, compress=compress)
    refused(path)
    assert not (tmp_path / "ran").exists()


def test_an_archive_with_a_pickle_is_told(path, tmp_path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bomb(tmp_path / "ran")))
    refused(path, "pickle")


@pytest.mark.filterwarnings("ignore:.*was saved with scikit-learn")
def test_files_of_every_format_so_far_are_read():
    folder = Path(__file__).parent / "formats"
    files = sorted(path for path in folder.glob("format-*") if path.suffix != ".json")
    assert len(files) == container.FORMAT, "keep a file of every format number in tests/export/formats"
    for file in files:
        expected = json.loads(file.with_suffix(".json").read_text())
        table = pl.DataFrame(expected["table"])
        probabilities = load(file).predict_proba(table)
        np.testing.assert_allclose(probabilities, expected["probabilities"], rtol=1e-5)


@pytest.mark.parametrize("trusted", [None, "builtins.dict", 3, [3]])
def test_trusted_is_a_list_of_names(tmp_path, trusted):
    with pytest.raises(ModelFileError, match="trusted must be a list of names"):
        load(tmp_path / "m", trusted=trusted)
