"""Model files of format 1, archives of skops' making: read without skops, and nothing of them is believed."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops
import skops.io
from export.forged import refused
from forging.good import format_1_bytes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from glassprop import MLPClassifier
from glassprop.errors import ModelFileError
from glassprop.export.format_1_record import RECORD
from glassprop.export.kinds.all_kinds import KINDS
from glassprop.export.model_file import load, read_record
from glassprop.export.type_names import NAMES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def written(model, path, **record):
    """A file as versions before format 2 wrote it."""
    path.write_bytes(format_1_bytes(model, record))
    return path


def trained(**settings):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.repeat(["no", "yes"], 20)
    clf = MLPClassifier(**{"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0} | settings)
    return make_pipeline(StandardScaler(), clf).fit(X, y), X


@pytest.fixture
def saved(tmp_path):
    return written(trained()[0], tmp_path / "m.skops", task="classification")


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path, **changed):
    """The same archive with some members replaced."""
    content = members(path) | {name.replace("__", "."): data for name, data in changed.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


class Bomb:
    """Unpickling it makes a file; that is how the tests see whether anything ran."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __reduce__(self):
        return (os.mkdir, (self.mark,))


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_it_is_read_without_skops(tmp_path, monkeypatch, solver):
    model, X = trained(solver=solver, class_weight={"no": 1.0, "yes": 2.0})
    path = written(model, tmp_path / "m.skops")
    monkeypatch.setitem(__import__("sys").modules, "skops", None)
    monkeypatch.setitem(__import__("sys").modules, "skops.io", None)
    again = load(path)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again[-1].get_params() == model[-1].get_params()
    assert again[-1].loss_curve_ == model[-1].loss_curve_
    if solver != "lbfgs":
        again[-1].partial_fit(X, model.predict(X))
    assert read_record(path)["format"] == 1


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
    refused(saved, "does not trust")
    assert not (tmp_path / "ran").exists()


def test_an_untrusted_type_is_named(saved):
    schema = json.loads(members(saved)["schema.json"])
    schema |= {"__module__": "os", "__class__": "mkdir"}
    rewrite(saved, schema__json=json.dumps(schema))
    refused(saved, "os.mkdir", "does not trust")


def test_a_model_of_another_kind_inside_is_refused(saved, tmp_path):
    other = tmp_path / "scaler.skops"
    skops.io.dump(StandardScaler().fit([[0.0], [1.0]]), other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr(RECORD, members(saved)[RECORD])
    refused(other, "StandardScaler")


def test_a_newer_number_in_an_archive_says_to_upgrade(saved):
    record = json.loads(members(saved)[RECORD]) | {"format": 2}
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


def test_a_file_that_would_fill_the_memory(saved):
    with zipfile.ZipFile(saved, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.npy", bytes(50_000_000))
    assert saved.stat().st_size < 200_000
    refused(saved, "unpack")


def test_a_description_of_many_small_values_is_not_parsed(saved):
    rewrite(saved, schema__json='{"a":[' + "{}," * 300_000 + "{}]}")
    refused(saved, "more memory")


def test_a_member_whose_name_is_no_text(saved):
    """zipfile decodes it when the archive is opened, and raises whatever that raises."""
    data = saved.read_bytes()
    name = next(name for name in members(saved) if name.endswith(".npy")).encode()
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    flagged = bytearray(data)
    flagged[place + 8 : place + 10] = (0x800).to_bytes(2, "little")  # names are UTF-8, it says
    flagged[data.rindex(name)] = 0xC2
    saved.write_bytes(bytes(flagged))
    refused(saved, "truncated")


def test_parts_that_are_shared_do_not_double_level_by_level(saved):
    node_ = node("ListNode", "builtins", "list", content=[], __id__=1)
    for level in range(2, 60):
        twice = [{**node("CachedNode", "builtins", "list"), "__id__": level - 1}] * 2
        node_ = node("ListNode", "builtins", "list", content=[node_, *twice], __id__=level)
    rewrite(saved, schema__json=json.dumps({**node_, "protocol": 2, "_skops_version": skops.__version__}))
    refused(saved)


def test_an_array_that_says_it_is_larger_than_it_is(saved):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**9,)})
    arrays = [name for name in members(saved) if name.endswith(".npy")]
    rewrite(saved, **dict.fromkeys(arrays, buffer.getvalue() + bytes(80)))
    refused(saved, "bytes that its shape needs")


def with_arrays(path, change):
    """The same archive with each array (or what else `change` makes of its bytes) replaced."""
    rewritten = {name: change(data) if name.endswith(".npy") else data for name, data in members(path).items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in rewritten.items():
            archive.writestr(name, data)


def test_arrays_of_another_byte_order_are_turned_around(tmp_path):
    model, X = trained()
    path = written(model, tmp_path / "m.skops")

    def turned(data):
        array, out = np.load(io.BytesIO(data)), io.BytesIO()
        np.save(out, array.astype(array.dtype.newbyteorder()))
        return out.getvalue()

    with_arrays(path, turned)
    again = load(path)
    assert again[-1].theta_.dtype.isnative
    assert again[0].mean_.dtype.isnative
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    again[-1].partial_fit(X, model.predict(X))


def test_text_of_characters_that_do_not_exist_is_refused(saved):
    with_arrays(saved, lambda data: data[:-4] + b"\xff" * 4 if b"<U" in data[:80] else data)
    refused(saved, "characters that do not exist")


@pytest.mark.parametrize("loader", ["_init__", "_class__", "_all", "all", "Object", "objectnode", "", None, 7])
def test_a_node_that_is_not_in_the_list_is_refused_whatever_it_is_called(saved, loader):
    """Its name is looked up in a table: it cannot become that of a method of the reader."""
    schema = json.loads(members(saved)["schema.json"])
    network = schema["content"]["content"]["steps"]["content"][1]["content"][1]
    assert network["__class__"] == "MLPClassifier"
    rewrite(
        saved,
        schema__json=json.dumps(schema | {k: network[k] for k in ("__module__", "__class__")} | {"__loader__": loader}),
    )
    refused(saved, "does not know")


def test_an_encoder_that_would_write_beyond_its_output(tmp_path):
    """scikit-learn places ones by these counts in compiled code: they are made anew, whatever the file says."""
    X = np.array([["a"], ["b"], ["c"]] * 10)
    model = make_pipeline(OneHotEncoder(sparse_output=False), MLPClassifier((2,), max_iter=2, random_state=0))
    model.fit(X, np.repeat([0, 1], 15))
    expected = model.predict_proba(X)
    model[0]._n_features_outs = [1]
    np.testing.assert_array_equal(load(written(model, tmp_path / "m.skops")).predict_proba(X), expected)


def test_another_type_is_named_and_built_only_where_the_reader_names_it(tmp_path):
    from sklearn.feature_extraction.text import CountVectorizer

    model = make_pipeline(CountVectorizer(), MLPClassifier((2,), max_iter=2, random_state=0))
    texts = ["good day", "bad day", "good night", "bad night"] * 5
    path = written(model.fit(texts, [1, 0, 1, 0] * 5), tmp_path / "m.skops")
    name = "sklearn.feature_extraction.text.CountVectorizer"
    refused(path, name)
    np.testing.assert_array_equal(load(path, trusted=[name]).predict(texts), model.predict(texts))


def test_another_scikit_learn_is_told_once(saved):
    record = json.loads(members(saved)[RECORD])
    record["versions"]["scikit-learn"] = "1.5.2"
    rewrite(saved, glassprop__json=json.dumps(record))
    with pytest.warns(UserWarning, match=r"saved with scikit-learn 1\.5\.2") as caught:
        load(saved)
    assert len(caught) == 1


def test_every_name_stands_for_a_kind_and_is_fixed():
    """Classes may move: the names in old files do not."""
    assert set(NAMES.values()) <= set(KINDS)
    for name, kind in NAMES.items():
        assert name.rpartition(".")[2] == KINDS[kind].type().__name__
