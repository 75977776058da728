"""The model file: what goes in comes out, nothing runs on the way, and every bad file is one clear line."""

from __future__ import annotations

import importlib
import io
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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop import Activation, MLPClassifier, MLPRegressor
from glassprop.errors import ModelFileError
from glassprop.export import model_file
from glassprop.export.model_file import RECORD, load, read_record, save
from glassprop.export.trusted import TRUSTED

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def arrays(dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 3)).astype(dtype), np.repeat(["no", "yes"], 20)


def classifier(**settings):
    X, y = arrays()
    return MLPClassifier(**{"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0} | settings).fit(X, y)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.skops"


@pytest.fixture
def saved(path):
    save(classifier(), path, {"task": "classification"})
    return path


def refused(path, *words):
    """The one line with which `path` is refused; it names the file and contains `words`."""
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    for word in words:
        assert word in message
    return message


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path, **changed):
    """The same archive with some members replaced."""
    content = members(path) | {name.replace("__", "."): data for name, data in changed.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


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
    save(model, tmp_path / "again.skops", read_record(saved))
    assert read_record(tmp_path / "again.skops")["task"] == "classification"


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
    assert record["format"] == 1
    assert record["task"] == "classification"
    assert record["versions"]["glassprop"] == glassprop.__version__
    assert set(record["versions"]) == {"glassprop", "python", "numpy", "scikit-learn", "skops"}
    assert record["model"]["class"] == "MLPClassifier"
    assert record["model"]["parameters"] == 3 * 5 + 5 + 5 * 1 + 1
    assert record["model"]["network"]["n_inputs"] == 3
    assert record["model"]["epochs"] == 4


def test_a_record_with_numpy_values_and_nan_is_plain_json(path):
    save(classifier(), path, {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": "ü\udc80"})
    record = json.loads(members(path)[RECORD])
    assert (record["a"], record["b"], record["c"]) == (0.5, [0, 1], None)


def test_the_keys_that_are_ours_are_not_taken_from_the_record(path):
    save(classifier(), path, {"format": 99, "versions": {}})
    assert read_record(path)["format"] == 1
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


def test_sizes_given_as_a_range_are_saved_as_a_list(path):
    X, y = arrays()
    model = MLPClassifier(hidden_layer_sizes=range(6, 2, -2), max_iter=2, random_state=0).fit(X, y)
    save(make_pipeline(model).fit(X, y), path)
    assert load(path)[-1].hidden_layer_sizes == [6, 4]
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
    refused(tmp_path / "none.skops", "no model file")


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


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_truncated(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    refused(saved, "truncated")


def test_no_flipped_byte_gets_past_or_makes_a_traceback(saved):
    data, rng = saved.read_bytes(), random.Random(0)
    model = load(saved)
    for _ in range(60):
        place = rng.randrange(len(data))
        saved.write_bytes(data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :])
        again = loaded_or_line(saved)
        if isinstance(again, str):
            assert "\n" not in again
        else:  # a byte that means nothing, such as a time stamp
            np.testing.assert_array_equal(again.theta_, model.theta_)


def loaded_or_line(path):
    try:
        return load(path)
    except ModelFileError as error:
        return str(error)


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


def test_a_pickle_in_place_of_an_array_is_not_run(saved, tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.array([Bomb(tmp_path / "ran")], dtype=object), allow_pickle=True)
    arrays = [name for name in members(saved) if name.endswith(".npy")]
    assert arrays
    for content in (buffer.getvalue(), pickle.dumps(Bomb(tmp_path / "ran"))):
        rewrite(saved, **dict.fromkeys(arrays, content))
        refused(saved, "pickle")
    assert not (tmp_path / "ran").exists()


def node(loader, module, name, **more):
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}


EMPTY = node("DictNode", "builtins", "dict", content={}, key_types=node("ListNode", "builtins", "list", content=[]))
ARGUMENTS = node("TupleNode", "builtins", "tuple", content=[node("JsonNode", "builtins", "str", content='"ran"')])
FORGED = {
    "function": node("FunctionNode", "os", "mkdir"),
    "type": node("TypeNode", "os", "mkdir"),
    "object": node("ObjectNode", "subprocess", "Popen", content=EMPTY),
    "constructor": node("ConstructorFromReduceNode", "os", "mkdir", content=ARGUMENTS),
    "loss": node("LossNode", "os", "mkdir", __reduce__={"args": ARGUMENTS}, content=EMPTY),
    "partial": node(
        "PartialNode",
        "functools",
        "partial",
        content={
            "func": node("FunctionNode", "os", "mkdir"),
            "args": ARGUMENTS,
            "kwds": EMPTY,
            "namespace": EMPTY,
        },
    ),
    "method": node(
        "MethodNode",
        "glassprop.estimator.classifier",
        "MLPClassifier",
        content={"func": "fit", "obj": node("ObjectNode", "glassprop.estimator.classifier", "MLPClassifier")},
    ),
    "caller": node("OperatorFuncNode", "operator", "methodcaller", attrs=ARGUMENTS),
}


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_file_runs_nothing(saved, tmp_path, monkeypatch, kind, protocol):
    monkeypatch.chdir(tmp_path)
    schema = FORGED[kind] | {"protocol": protocol, "_skops_version": skops.__version__}
    rewrite(saved, schema__json=json.dumps(schema))
    # The older protocols have other shapes for some nodes; what counts is that they are no way around.
    refused(saved, *(["does not trust"] if protocol == 2 else []))
    assert not (tmp_path / "ran").exists()


def test_an_untrusted_type_is_named(saved):
    schema = json.loads(members(saved)["schema.json"])
    schema |= {"__module__": "os", "__class__": "mkdir"}
    rewrite(saved, schema__json=json.dumps(schema))
    refused(saved, "os.mkdir", "does not trust")


def test_a_model_of_another_kind_inside_is_refused(saved, path):
    other = path.with_name("scaler.skops")
    skops.io.dump(StandardScaler(), other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr(RECORD, members(saved)[RECORD])
    refused(other, "StandardScaler")


def test_a_newer_format_says_to_upgrade(saved):
    record = json.loads(members(saved)[RECORD]) | {"format": model_file.FORMAT + 1}
    rewrite(saved, glassprop__json=json.dumps(record))
    refused(saved, "format 2", "upgrade")
    with pytest.raises(ModelFileError, match="upgrade"):
        read_record(saved)


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"format": "1"}', '{"format": true}', '{"format": 0}', "[" * 9999])
def test_a_damaged_record(saved, record):
    rewrite(saved, glassprop__json=record)
    refused(saved, "damaged")


def test_a_damaged_schema(saved):
    rewrite(saved, schema__json="{" * 5000)
    refused(saved, "damaged")


def test_a_file_that_would_fill_the_memory(saved, monkeypatch):
    monkeypatch.setattr(model_file, "_LARGEST", 1000)
    with zipfile.ZipFile(saved, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.npy", bytes(1_000_000))
    refused(saved, "unpack")


def test_every_trusted_type_exists_and_is_ours():
    for name in TRUSTED:
        module, _, kind = name.rpartition(".")
        assert module.startswith("glassprop.") or name == "numpy.dtype"
        assert getattr(importlib.import_module(module), kind).__module__ == module


def test_another_scikit_learn_is_told_once(saved):
    record = json.loads(members(saved)[RECORD])
    record["versions"]["scikit-learn"] = "1.5.2"
    schema = members(saved)["schema.json"].replace(b'\\"1.9.', b'\\"1.5.')
    rewrite(saved, glassprop__json=json.dumps(record), schema__json=schema)
    with pytest.warns(UserWarning, match=r"saved with scikit-learn 1\.5\.2") as caught:
        load(saved)
    assert len(caught) == 1


@pytest.mark.filterwarnings("ignore:.*was saved with scikit-learn")
def test_files_of_every_format_so_far_are_read():
    folder = Path(__file__).parent / "formats"
    files = sorted(folder.glob("format-*.zip"))
    assert len(files) == model_file.FORMAT, "keep a file of every format number in tests/export/formats"
    for file in files:
        expected = json.loads(file.with_suffix(".json").read_text())
        table = pl.DataFrame(expected["table"])
        probabilities = load(file).predict_proba(table)
        np.testing.assert_allclose(probabilities, expected["probabilities"], rtol=1e-5)
