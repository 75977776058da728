"""What forged files got past the checks with, each of them once more by hand; and what it may be taken for."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from forging.good import format_1_bytes
from forging.recipes import RECIPES
from forging.sealing import Parts, parts_of, sealed
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

from glassprop import MLPClassifier, MLPRegressor, load, save
from glassprop.errors import ModelFileError
from glassprop.tables.encoding.encode import Bounded

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(24, 3))
LABELS = np.repeat(["no", "yes"], 12)


def fitted(*steps: Any, kind: Any = MLPClassifier, X: Any = X, **settings: Any) -> Any:
    last = kind(**{"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0, "engine": "reference"} | settings)
    y = LABELS if kind is MLPClassifier else np.arange(24.0)
    return make_pipeline(*steps, last).fit(X, y)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.glassprop"


def refused(path: Path, model: Any, forge: Callable[[Parts], None], words: str) -> None:
    """Forge a saved model, and see it refused in one line."""
    save(model, path)
    parts = parts_of(path.read_bytes())
    forge(parts)
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match=words) as caught:
        load(path)
    assert "\n" not in str(caught.value)


# Steps


@pytest.mark.parametrize("kind", ["pipeline", "union"])
def test_steps_nest_eight_levels_and_no_more(path: Path, kind: str) -> None:
    """scikit-learn's Pipeline asks its last step three times what it is, which doubles level by level and more."""

    def nested(levels: int) -> Any:
        step: Any = StandardScaler()
        for _ in range(levels):
            step = Pipeline([("a", step)]) if kind == "pipeline" else FeatureUnion([("a", step)])
        return fitted(step)

    save(nested(7), path)
    np.testing.assert_array_equal(load(path).predict(X), nested(7).predict(X))
    with pytest.raises(ModelFileError, match="8 levels"):
        save(nested(8), path)


def test_a_scaler_within_a_transformer_is_a_scaler(path: Path) -> None:
    def forge(parts: Parts) -> None:
        power = parts.document["model"]["steps"][0]["step"]
        power["_scaler"] = {"kind": "normalizer", "version": 1, "copy": True, "norm": "l1", "n_features_in_": 3}

    refused(path, fitted(PowerTransformer()), forge, "must be of kind standard_scaler")


def test_an_indicator_within_an_imputer_is_an_indicator(path: Path) -> None:
    gaps = X.copy()
    gaps[::4, 1] = np.nan

    def forge(parts: Parts) -> None:
        imputer = parts.document["model"]["steps"][0]["step"]
        imputer["indicator_"] = {"kind": "normalizer", "version": 1, "copy": True, "norm": "l1", "n_features_in_": 3}

    refused(path, fitted(SimpleImputer(add_indicator=True), X=gaps), forge, "must be of kind missing_indicator")


# Classes and numbers


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("sparse_output", True, "must be False"),
        ("sparse_input_", True, "several labels at once"),
        ("classes_", {"dtype": "str", "values": ["no", "so"]}, "other classes"),
    ],
)
def test_the_binarizer_goes_with_the_classes(path: Path, name: str, value: Any, words: str) -> None:
    def forge(parts: Parts) -> None:
        parts.document["model"]["steps"][-1]["step"]["_label_binarizer"][name] = value

    refused(path, fitted(), forge, words)


@pytest.mark.parametrize("name", ["loss_", "-loss_", "alpha"])
def test_a_whole_number_beyond_any_other_is_refused(path: Path, name: str) -> None:
    def forge(parts: Parts) -> None:
        estimator = parts.document["model"]["steps"][-1]["step"]
        estimator[name.strip("-")] = -(10**400) if "-" in name else 10**400

    refused(path, fitted(), forge, "must be a finite number")


@pytest.mark.parametrize("values", [["yes", "no"], ["no", "no"], [None, "no"], ["no", 1.0], [{"number": "nan"}, 1.0]])
def test_classes_rise_so_that_they_can_be_looked_up(path: Path, values: list[Any]) -> None:
    def forge(parts: Parts) -> None:
        estimator = parts.document["model"]["steps"][-1]["step"]
        classes = {"dtype": "object", "values": values}
        estimator["classes_"] = estimator["_label_binarizer"]["classes_"] = classes

    refused(path, fitted(), forge, r"must rise|kind mlp_classifier \(TypeError\)")


def test_infinity_is_no_setting(path: Path) -> None:
    def forge(parts: Parts) -> None:
        parts.text = parts.body().replace(b'"alpha":0.0001', b'"alpha":1e999')

    refused(path, fitted(), forge, "beyond float64")
    model = fitted()
    model[-1].alpha = np.inf
    with pytest.raises(ModelFileError, match="must be a finite number"):
        load(of_format_1(path, model))


def test_a_large_whole_number_is_read_as_what_computes(path: Path) -> None:
    save(fitted(), path)
    parts = parts_of(path.read_bytes())
    parts.document["model"]["steps"][-1]["step"]["alpha"] = 10**300
    path.write_bytes(sealed(parts))
    assert type(load(path)[-1].alpha) is float


# Models of tables


def _labels_of_others(record: dict[str, Any], estimator: dict[str, Any]) -> None:
    record["labels"] = ["rose", "lily", "oak"]


def _labels_that_are_read_as_numbers(record: dict[str, Any], estimator: dict[str, Any]) -> None:
    record["target_reading"]["kind"] = "integer"


def _no_probabilities(record: dict[str, Any], estimator: dict[str, Any]) -> None:
    estimator["network_"]["layers"][-1]["activation"] = "identity"
    estimator["network_"]["cost"] = estimator["loss"] = "squared_error"


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (_labels_of_others, "not the classes of the network"),
        (_labels_that_are_read_as_numbers, "not the classes of the network"),
        (_no_probabilities, "gives none"),
    ],
)
def test_a_record_that_does_not_go_with_its_network_is_refused(path: Path, forge: Any, words: str) -> None:
    model, record = RECIPES["table_classes"].make()
    save(model, path, record)
    parts = parts_of(path.read_bytes())
    forge(parts.document["record"], parts.document["model"]["steps"][-1]["step"])
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match=words):
        load(path)


# Format 1


def of_format_1(path: Path, model: Any) -> Path:
    path.write_bytes(format_1_bytes(model, {}))
    return path


def test_a_step_that_fails_its_checks_is_not_kept_as_it_is(path: Path) -> None:
    """Within a Pipeline of scikit-learn's, which might have an unusual form and be taken as a whole."""
    model = fitted(make_pipeline(StandardScaler(), Bounded(5.0, "float64")))
    model[0][1].dtype = 5.0
    with pytest.raises(ModelFileError, match=r"sklearn\.pipeline\.Pipeline"):
        load(of_format_1(path, model))


def test_a_step_in_an_unusual_form_is_taken_where_it_is_named(path: Path) -> None:
    model = fitted(StandardScaler())
    model[0].note = "an attribute that the user added"
    of_format_1(path, model)
    name = r"sklearn.preprocessing._data.StandardScaler"
    with pytest.raises(ModelFileError, match=name):
        load(path)
    assert load(path, trusted=[name])[0].note == model[0].note


@pytest.mark.parametrize("write", [save, of_format_1], ids=["format 2", "format 1"])
def test_steps_of_others_name_our_types_as_they_always_did(path: Path, write: Any) -> None:
    """Whatever module a class lives in now; so files stay readable, and lists of trusted names stay true."""
    model = fitted(make_pipeline(Bounded(2.0)))
    model[0].note = "an attribute that makes it a step of no kind"
    write(*((path, model) if write is of_format_1 else (model, path)))
    names = ["glassprop.tables.encode.Bounded", "sklearn.pipeline.Pipeline"]
    with pytest.raises(ModelFileError, match=r"sklearn\.pipeline\.Pipeline") as caught:
        load(path)
    assert "encoding" not in str(caught.value)
    again = load(path, trusted=names)
    assert type(again[0][0]) is Bounded
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_attributes_of_other_types_are_refused(path: Path) -> None:
    model = fitted()
    model.steps[0] = "no pair of a name and a step", model.steps[0][1]
    data = json.dumps("no pair")
    with zipfile.ZipFile(io.BytesIO(format_1_bytes(model, {}))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])
    schema["content"]["content"]["steps"]["content"][0] = {
        "__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": data, "is_json": True,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {"schema.json": json.dumps(schema)}).items():
            archive.writestr(name, content)
    with pytest.raises(ModelFileError, match="not those of kind pipeline"):
        load(path)


# What is written


def test_no_address_of_this_process_is_written(path: Path) -> None:
    """scikit-learn keeps the address of ``stop_words``, to see whether it was another."""
    texts = ["good day", "bad day", "good night", "bad night"] * 6
    model = fitted(CountVectorizer(), kind=MLPRegressor, X=texts)
    assert model[0]._stop_words_id == id(None)
    save(model, path)
    names = skops.io.get_untrusted_types(data=parts_of(path.read_bytes()).arrays["model.steps[0].step.data"].data)
    again = load(path, trusted=[*names, "sklearn.feature_extraction.text.CountVectorizer"])
    assert again[0]._stop_words_id == 0
    np.testing.assert_array_equal(again.predict(texts), model.predict(texts))
