"""Whole models in onnxruntime say what they say here: every kind of step, table, label and target, one row and many."""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx.reference import ReferenceEvaluator
from portable import plan_cases
from portable.onnx_runs import run, run_named, session_of
from portable.plan_cases import CASES, case, outcome
from portable.plan_numbers import given_of
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer

import glassprop
from glassprop import Activation, MLPClassifier, MLPRegressor, TabularClassifier, to_onnx
from glassprop.errors import ExportError, MissingPackageError, SettingsError
from glassprop.portable.onnx_graph import IR_VERSION, OPSET
from glassprop.portable.plan_of import plan_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")
TOLERANCE = 1e-5  # of float32, in which tables are learned: what 84 roundings of sums of terms of about 1 add up to
X, Y = load_iris(return_X_y=True)


def given(onx, whole, frame):
    """What a caller gives for the rows of a frame: by the names and types that the model itself has."""
    columns = given_of(whole, frame)
    (first, *others) = onx.graph.input
    if not others and first.name == "X":
        dtype = onnx.helper.tensor_dtype_to_np_dtype(first.type.tensor_type.elem_type)
        return {"X": np.array(columns, np.float64).T.astype(dtype)}
    text = {one.name for one in onx.graph.input if one.type.tensor_type.elem_type == onnx.TensorProto.STRING}
    return {
        source.name: np.array(column, object if source.name in text else np.float64).reshape(-1, 1)
        for source, column in zip(whole.sources, columns, strict=True)
    }


def assert_said(found, expected, probabilities):
    """Predictions and probabilities are the same; a label may be another where the two likeliest are equally so."""
    if probabilities is not None:
        np.testing.assert_allclose(found["probabilities"], probabilities, rtol=0, atol=TOLERANCE)
    if "prediction" in found:
        size = max(1.0, np.abs(expected).max(initial=0))
        np.testing.assert_allclose(found["prediction"], expected, rtol=0, atol=TOLERANCE * size)
        return
    assert found["label"].shape == expected.shape
    for row in np.flatnonzero(np.atleast_2d((found["label"] != expected).T).any(axis=0)):
        low, high = np.sort(probabilities[row])[-2:]
        assert high - low <= 2 * TOLERANCE, row


@pytest.mark.parametrize("name", CASES)
def test_models_say_what_they_say_here(name):
    one = case(name)
    whole = plan_of(one.model)
    onx = to_onnx(one.model)
    session = session_of(onx)
    for frame in one.frames:
        assert_said(run_named(session, given(onx, whole, frame)), *outcome(one, frame))
    names = [put.name for put in onx.graph.input]
    assert names in (["X"], [source.name for source in whole.sources])


@pytest.mark.parametrize("name", ["members", "several labels", "poisson", "columns by rank", "groups", "numbers alone"])
def test_the_reader_that_onnx_itself_has_agrees(name):
    one = case(name)
    onx, whole = to_onnx(one.model), plan_of(one.model)
    reader = ReferenceEvaluator(onx)
    found = dict(zip(reader.output_names, reader.run(None, given(onx, whole, one.frames[0])), strict=True))
    assert_said(found, *outcome(one, one.frames[0]))


def test_names_are_kept_and_what_is_missing_is_said():
    model = case("recipe, logarithms").model
    onx, whole = to_onnx(model), plan_of(model)
    facts = {prop.key: prop.value for prop in onx.metadata_props}
    columns = json.loads(facts["glassprop.inputs"])
    assert [column["name"] for column in columns] == [source.name for source in whole.sources]
    assert {"gap\n", 'to"wn'} <= {column["name"] for column in columns}
    by_name = {column["name"]: column for column in columns}
    assert by_name["gap\n"] == {
        "name": "gap\n",
        "type": "float64",
        "kind": "number",
        "given": "a number",
        "missing": "NaN",
    }
    assert by_name['to"wn']["missing"] == ""
    told = {put.name: put.doc_string for put in onx.graph.input}
    assert "missing: an empty text" in told['to"wn']
    assert "days since 1970-01-01" in told["day"]
    assert facts["glassprop.version"] == version("glassprop")


def test_versions_are_those_of_the_documents():
    onx = to_onnx(case("recipe, members").model)
    assert {opset.domain: opset.version for opset in onx.opset_import}[""] == OPSET
    assert (onx.ir_version, onx.producer_name, onx.producer_version) == (IR_VERSION, "glassprop", version("glassprop"))
    onnx.checker.check_model(onx, full_check=True)
    onnx.shape_inference.infer_shapes(onx, strict_mode=True, check_type=True)


def test_one_row_and_none():
    one = case("recipe, members")
    onx, whole = to_onnx(one.model), plan_of(one.model)
    session = session_of(onx)
    rows = given(onx, whole, one.frames[0])
    together = run_named(session, rows)["probabilities"]
    for row in (0, 5):
        alone = run_named(session, {name: column[row : row + 1] for name, column in rows.items()})
        np.testing.assert_allclose(alone["probabilities"][0], together[row], atol=TOLERANCE)
    alone = case("numbers alone")
    onx, whole = to_onnx(alone.model), plan_of(alone.model)
    none = {name: column[:0] for name, column in given(onx, whole, alone.frames[0]).items()}
    assert run_named(onx, none)["prediction"].shape == (0,)


def classifier(y=Y, rows=X, **settings):
    return MLPClassifier((4,), max_iter=4, random_state=0, **settings).fit(rows, y)


@pytest.mark.parametrize("trained", [np.float32, np.float64])
@pytest.mark.parametrize("given_as", ["float32", "float64", None])
def test_a_matrix_of_either_precision(trained, given_as):
    model = classifier(rows=X.astype(trained))
    onx = to_onnx(model, input_type=given_as)
    dtype = np.dtype(given_as or trained)
    found = run(onx, X=X.astype(dtype))
    assert found["probabilities"].dtype == trained
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X.astype(trained)), atol=TOLERANCE)


def test_columns_of_a_bare_estimator_where_they_are_asked_for():
    frame = pd.DataFrame(X, columns=["a b", "b", "label", "probabilities"])
    model = classifier(rows=frame)
    onx = to_onnx(model, columns=True)
    found = run_named(onx, {name: frame[[name]].to_numpy() for name in frame})
    assert list(found) == ["label_2", "probabilities_2"]
    assert found["label_2"].tolist() == model.predict(frame).tolist()


def test_maps_of_labels():
    model = classifier(np.array(["a", "b", "ü"])[Y])
    found = run(to_onnx(model, zipmap=True), X=X)
    for row, expected in zip(found["probabilities"], model.predict_proba(X), strict=True):
        assert row == pytest.approx(dict(zip(["a", "b", "ü"], expected, strict=True)), abs=TOLERANCE)


def test_what_else_is_to_stand_in_the_metadata():
    facts = {prop.key: prop.value for prop in to_onnx(classifier(), metadata={"owner": "Ada"}).metadata_props}
    assert facts["owner"] == "Ada"
    assert json.loads(facts["glassprop.labels"]) == [0, 1, 2]


def test_a_loaded_model_is_the_same(tmp_path):
    one = case("recipe, members")
    one.model.save(tmp_path / "m.glassprop")
    loaded = to_onnx(glassprop.load(tmp_path / "m.glassprop"))
    assert loaded.graph == to_onnx(one.model).graph


# --- what is refused ------------------------------------------------------------------------------------------------


def test_what_cannot_be_said_is_refused_in_words():
    cube = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(ExportError, match="activation 'cube' is user-defined"):
        to_onnx(classifier(activation=cube, engine="reference"))
    with pytest.raises(ExportError, match="powertransformer"):
        to_onnx(make_pipeline(PowerTransformer(), MLPClassifier((2,), max_iter=2)).fit(X, Y))
    with pytest.raises(ExportError, match="PowerTransformer"):
        to_onnx(PowerTransformer())
    with pytest.raises(NotFittedError):
        to_onnx(MLPClassifier())
    with pytest.raises(NotFittedError):
        to_onnx(TabularClassifier())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"input_type": "float16"}, "float16"),
        ({"metadata": {"version": 3}}, "metadata must be texts"),
        ({"metadata": ["version"]}, "metadata must be texts"),
        ({"metadata": "version"}, "metadata must be texts"),
        ({"metadata": {"version": "\ud800"}}, "metadata must be texts"),
        ({"metadata": {"glassprop.labels": "[]"}}, "are glassprop's own"),
        ({"input_type": "float32", "columns": True}, "leave it out"),
    ],
    ids=str,
)
def test_arguments_that_do_not_go_together(settings, words):
    with pytest.raises(SettingsError, match=words):
        to_onnx(classifier(), **settings)


def test_a_matrix_has_no_text_and_maps_are_of_classes():
    with pytest.raises(SettingsError, match="a matrix is of numbers, and the column"):
        to_onnx(case("one category").model, columns=False)
    with pytest.raises(ExportError, match="zipmap"):
        to_onnx(MLPRegressor(hidden_layer_sizes=(2,), max_iter=2).fit(X, X[:, 0]), zipmap=True)


def test_without_onnx_it_says_what_to_install(monkeypatch):
    model = classifier()
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'glassprop\[onnx\]'"):
        to_onnx(model)


def test_a_moment_stays_double_until_it_is_scaled():
    """Seconds since 1970 with their fractions: float32 would have steps of 128 seconds."""
    moments = 1.7e9 + np.arange(200) * 0.25
    frame = pd.DataFrame({"moment": moments, "n": np.sin(np.arange(200.0))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TabularClassifier(random_state=0, epochs=3, cross_fit=None, recipe="plain").fit(
            frame, moments > moments[100]
        )
    onx = to_onnx(model)
    expected = model.predict_proba(frame)
    assert np.ptp(expected[:, 0]) > 0.01
    found = run_named(onx, {name: frame[[name]].to_numpy() for name in frame})
    np.testing.assert_allclose(found["probabilities"], expected, atol=TOLERANCE)


def test_the_cases_are_of_all_tasks_and_of_members():
    kinds = {plan_of(case(name).model).ending.kind for name in plan_cases.NETWORKS}
    assert kinds == {"one class", "two classes", "classes", "labels", "amounts"}
    assert any(len(plan_of(case(name).model).networks) > 1 for name in CASES)
