"""Models of tables, and our steps between those of scikit-learn, by way of skl2onnx."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skl2onnx
from portable.onnx_runs import run_named, session_of
from portable.plan_cases import case, outcome
from portable.plan_numbers import given_of
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

import glassprop.onnx
from glassprop import MLPClassifier
from glassprop.errors import ExportError
from glassprop.portable.onnx_converters import STEPS
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.plan_of import plan_of
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded
from glassprop.tables.encoding.text_inputs import TextTerms

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")
TOLERANCE = 1e-5  # as for whole models: test_to_onnx.py
assert glassprop.onnx.register  # importing it is what makes all of this work


def types_of(whole):
    kinds = {"text": StringTensorType, "number": DoubleTensorType, "truth": DoubleTensorType}
    return [(source.name, kinds[source.given]([None, 1])) for source in whole.sources]


def given(session, whole, frame):
    """By place: skl2onnx calls columns otherwise where their names are no identifiers."""
    columns = zip(session.get_inputs(), whole.sources, given_of(whole, frame), strict=True)
    return {
        put.name: np.array(column, object if source.given == "text" else np.float64).reshape(-1, 1)
        for put, source, column in columns
    }


@pytest.mark.parametrize("of", ["estimator", "pipeline"])
@pytest.mark.parametrize("name", ["recipe, members", "recipe, logarithms", "numbers alone", "trained, classes"])
def test_models_of_tables(name, of):
    one = case(name)
    whole = plan_of(one.model)
    model = one.model if of == "estimator" else getattr(one.model, "pipeline_", one.model)
    options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    session = session_of(skl2onnx.to_onnx(model, initial_types=types_of(whole), options=options, target_opset=20))
    for frame in one.frames:
        found, (expected, probabilities) = run_named(session, given(session, whole, frame)), outcome(one, frame)
        if probabilities is None:
            size = max(1.0, np.abs(expected).max())
            np.testing.assert_allclose(found["variable"][:, 0], expected, rtol=0, atol=TOLERANCE * size)
        else:
            np.testing.assert_allclose(found["probabilities"], probabilities, rtol=0, atol=TOLERANCE)
            assert found["label"].tolist() == expected.tolist()


def test_maps_and_places_of_labels():
    one = case("recipe, members")
    whole, frame = plan_of(one.model), one.frames[0]
    _, probabilities = outcome(one, frame)
    session = session_of(skl2onnx.to_onnx(one.model, initial_types=types_of(whole)))
    maps = run_named(session, given(session, whole, frame))["output_probability"]
    assert maps[3] == pytest.approx(dict(zip(one.model.classes_, probabilities[3], strict=True)), abs=TOLERANCE)
    options = {id(one.model): {"zipmap": False, "nocl": True}}
    session = session_of(skl2onnx.to_onnx(one.model, initial_types=types_of(whole), options=options))
    places = run_named(session, given(session, whole, frame))["label"]
    assert one.model.classes_[places].tolist() == outcome(one, frame)[0].tolist()


def test_inputs_that_do_not_fit_are_refused_in_words():
    one = case("one category")
    with pytest.raises(ExportError, match="which is not among the inputs"):
        skl2onnx.to_onnx(one.model, initial_types=[("other", StringTensorType([None, 1]))])
    with pytest.raises(ExportError, match="is given as numbers, and the model takes string"):
        skl2onnx.to_onnx(one.model, initial_types=[('to"wn', DoubleTensorType([None, 1]))])


def test_columns_by_themselves_are_no_array():
    typed = case("one category").model.pipeline_[0]
    steps = Pipeline([("typed", typed)])
    with pytest.raises(ExportError, match=r"TypedColumns gives columns.*glassprop\.to_onnx"):
        skl2onnx.to_onnx(steps, initial_types=[('to"wn', StringTensorType([None, 1]))])


_RNG = np.random.default_rng(0)
X = np.exp(2 * _RNG.normal(size=(90, 3)))
Y = X[:, 0] > 1
NETWORK = MLPClassifier((3,), max_iter=9, random_state=0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_steps_of_numbers(dtype):
    rows = X.astype(dtype)
    model = make_pipeline(ColumnScaler(), Bounded(3.0), NETWORK).fit(rows, Y)
    onx = skl2onnx.to_onnx(model, rows[:1], options={"zipmap": False})
    found = run_named(onx, {"X": rows})["probabilities"]
    np.testing.assert_allclose(found, model.predict_proba(rows), atol=TOLERANCE)


def test_steps_of_categories_between_others():
    frame = pd.DataFrame({"a": X[:, 0], "c": np.where(Y, "u", "v v"), "d": [f"k{k}" for k in _RNG.integers(0, 60, 90)]})
    steps = ColumnTransformer([("n", ColumnScaler(), ["a"]), ("c", CategoryInputs(min_rows=2), ["c", "d"])])
    model = make_pipeline(steps, NETWORK).fit(frame, Y)
    onx = skl2onnx.to_onnx(model, frame[:1], options={"zipmap": False})
    frame.loc[3, "c"], frame.loc[4, "d"], frame.loc[5, "d"] = "new", "", "k1 "
    found = run_named(onx, {name: frame[[name]].to_numpy() for name in frame})["probabilities"]
    np.testing.assert_allclose(found, model.predict_proba(frame), atol=TOLERANCE)


def test_texts_by_themselves_are_refused_in_words():
    frame = pd.DataFrame({"t": ["good house", "bad", "good"] * 30})
    model = make_pipeline(TextTerms(), NETWORK).fit(frame, Y)
    with pytest.raises(ExportError, match="let a TabularClassifier or -Regressor read it"):
        skl2onnx.to_onnx(model, frame[:1], options={"zipmap": False})


def test_every_step_of_ours_is_known():
    from skl2onnx.common._registration import _converter_pool, _shape_calculator_pool

    for kind in STEPS:
        assert f"Glassprop{kind.__name__}" in _converter_pool
        assert f"Glassprop{kind.__name__}" in _shape_calculator_pool


@pytest.mark.parametrize("ml_opset", [3, 4])
@pytest.mark.parametrize("known", [{"a": 2, "ü": 0}, {3: 2, -1: 0}, {0.5: 2, -3.0: 0}, {7.0: 1}], ids=str)
def test_lookups_where_little_of_ml_is_allowed(known, ml_opset):
    graph = Graph(ml_opset=ml_opset)
    key = next(iter(known))
    elem_type, dtype, other = {
        str: ("string", object, "b"), int: ("int64", np.int64, 9), float: ("float64", float, np.nan)
    }[type(key)]  # fmt: skip
    x = graph.input("x", elem_type, ["N", 1])
    graph.output("y", graph.looked_up(x, known, 5), "int64", ["N", 1])
    rows = np.array([*known, other], dtype).reshape(-1, 1)
    assert run_named(graph.model(), {"x": rows})["y"][:, 0].tolist() == [*known.values(), 5]
