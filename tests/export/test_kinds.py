"""Every kind of the table: written and read it is the same, and what does not fit together is refused by name."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import cycle, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import safetensors.numpy
import sklearn
from export import small_reader, wrapped
from export.forged import forged
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_regression
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from glassprop import MLPClassifier, MLPRegressor
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.errors import ModelFileError
from glassprop.export import container
from glassprop.export.kinds.all_kinds import KINDS, kind_of
from glassprop.export.model_file import load, read_record, save
from glassprop.export.schema.layout import put_together, taken_apart
from glassprop.export.schema.misfit import Misfit
from glassprop.optimizer import OPTIMIZERS
from glassprop.tables import FitOptions, fit_table
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.reading.table import Table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
HOLES = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
Y = (X[:, 0] > 0).astype(int)
FRAME = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": RNG.choice(["x", "y", "z"], 60), "d": RNG.integers(0, 5, 60)})
TEXTS = pd.DataFrame({name: [f"{RNG.choice(['good', 'bad'])} Tag {k % 7}" for k in range(60)] for name in ("a", "b")})
WORDS = pd.DataFrame({"a": RNG.choice(["x", "", "z"], 60), "b": [f"ä{k}" for k in RNG.geometric(0.2, 60)]})
ONE_HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)

STEPS = {
    "standard_scaler": (StandardScaler(), X),
    "robust_scaler": (RobustScaler(unit_variance=True), X),
    "min_max_scaler": (MinMaxScaler(clip=True), X),
    "max_abs_scaler": (MaxAbsScaler(), X),
    "normalizer": (Normalizer(), X),
    "binarizer": (Binarizer(threshold=0.1), X),
    "quantile_transformer": (QuantileTransformer(n_quantiles=9, output_distribution="normal", random_state=0), X),
    "power_transformer": (PowerTransformer(), X),
    "column_scaler": (ColumnScaler(), np.c_[X, np.exp(3 * X[:, 0]), np.where(X[:, 1] > 1.9, 1e6, X[:, 1])]),
    "columns by rank": (ColumnScaler("quantile"), X),
    "columns by their shape": (ColumnScaler("shape"), np.c_[X, np.ones(60), X[:, 0] > 0, np.exp(4 * X)]),
    "pca": (PCA(2, whiten=True), X),
    "variance_threshold": (VarianceThreshold(0.5), X),
    "identity": (FunctionTransformer(), X),
    "simple_imputer": (SimpleImputer(add_indicator=True), HOLES),
    "missing_indicator": (make_pipeline(MissingIndicator()), HOLES),
    "one_hot_encoder": (OneHotEncoder(min_frequency=15, handle_unknown="infrequent_if_exist"), FRAME[["c", "d"]]),
    "ordinal_encoder": (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), FRAME[["c", "d"]]),
    "category_inputs": (CategoryInputs(most_one_hot=4, min_rows=3), WORDS),
    "categories by means of classes": (CategoryInputs(2, code_rows=6, target="classes"), WORDS),
    "text_terms": (TextTerms(30), TEXTS),
    "feature_union": (FeatureUnion([("a", StandardScaler()), ("b", PCA(1)), ("c", "drop")]), X),
    "pipeline": (make_pipeline(StandardScaler(), "passthrough", PCA(2)), X),
    "column_transformer": (
        ColumnTransformer(
            [("n", StandardScaler(), ["a"]), ("c", ONE_HOT, ["c"]), ("p", "passthrough", ["d"])], remainder="drop"
        ),
        FRAME,
    ),
    "columns by number, a remainder": (
        ColumnTransformer([("n", StandardScaler(), [0, -1])], remainder=MinMaxScaler()), X),
    "a remainder that passes": (ColumnTransformer([("n", StandardScaler(), [1])], remainder="passthrough"), X),
    "categories of numbers with gaps": (OneHotEncoder(sparse_output=False), HOLES[:, :1].round()),
    "words filled in": (make_pipeline(SimpleImputer(strategy="most_frequent"), ONE_HOT), FRAME[["c"]]),
    "constants filled in": (SimpleImputer(strategy="constant", fill_value=-1.0, keep_empty_features=True), HOLES),
    "components that lie apart": (PCA(2, svd_solver="randomized", random_state=0), X),
    "components in the other order": (PCA(2, svd_solver="arpack", random_state=0), X),
    "the first of each dropped": (OneHotEncoder(drop="first", min_frequency=15), FRAME[["c", "d"]]),
    "one of two dropped": (OneHotEncoder(drop="if_binary", sparse_output=False), FRAME[["c", "d"]] == "x"),
    "rare ones in order": (OrdinalEncoder(min_frequency=15, encoded_missing_value=-1), FRAME[["c", "d"]]),
    "columns from name to name": (ColumnTransformer([("n", StandardScaler(), slice("a", "b"))]), FRAME),
    "columns counted from the end": (ColumnTransformer([("n", StandardScaler(), slice(-4, -2))]), FRAME),
    "frames out of a union": (
        ColumnTransformer([("u", FeatureUnion([("n", StandardScaler())]), ["a", "b"])]).set_output(transform="pandas"),
        FRAME),
    "frames out": (StandardScaler().set_output(transform="pandas"), FRAME[["a", "b"]]),
    "float32": (StandardScaler(), X.astype(np.float32)),
}  # fmt: skip


def fitted(name):
    step, data = STEPS[name]
    model = make_pipeline(clone(step), MLPClassifier((3,), max_iter=3, random_state=0))
    return model.fit(data, Y), data


@pytest.mark.parametrize("name", STEPS)
def test_a_step_comes_back_with_the_same_bits(tmp_path, name):
    model, data = fitted(name)
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.predict_proba(data), model.predict_proba(data))
    assert b"skops" not in (tmp_path / "m").read_bytes()
    assert repr(clone(again)) == repr(clone(model))
    again.fit(data, Y)
    np.testing.assert_array_equal(again.predict_proba(data), clone(model).fit(data, Y).predict_proba(data))


# Forms that come back as another of the same meaning: lists of names or numbers, "drop" for what was never fitted.
FORMS = {
    "columns of a frame": ColumnTransformer([("n", StandardScaler(), FRAME.columns[:2]), ("c", ONE_HOT, ("c",))]),
    "columns in arrays": ColumnTransformer([("n", StandardScaler(), np.array(["b", "a"])), ("d", "passthrough", [3])]),
    "columns by a mask": ColumnTransformer([("n", StandardScaler(), np.array([False, True, False, True]))]),
    "no columns": ColumnTransformer([("none", PCA(2), []), ("n", StandardScaler(), ["a"])]),
    "processes": ColumnTransformer([("n", StandardScaler(), ["a"])], n_jobs=1),
    "processes of a union": ColumnTransformer([("u", FeatureUnion([("n", StandardScaler())], n_jobs=1), ["a"])]),
    "one of each column dropped": ColumnTransformer([("c", OneHotEncoder(drop=["y", 3]), ["c", "d"])]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_step_in_another_form_comes_back_with_the_same_bits(tmp_path, name):
    model = make_pipeline(clone(FORMS[name]), MLPClassifier((3,), max_iter=3, random_state=0)).fit(FRAME, Y)
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.predict_proba(FRAME), model.predict_proba(FRAME))
    assert "skops" not in json.dumps(small_reader.read(tmp_path / "m")[0]["model"])
    assert list(again[:-1].get_feature_names_out()) == list(model[:-1].get_feature_names_out())
    expected = clone(model).fit(FRAME, Y).predict_proba(FRAME)
    np.testing.assert_array_equal(clone(again).fit(FRAME, Y).predict_proba(FRAME), expected)


@pytest.mark.parametrize("sizes", [(4.0, 3), [np.float32(4)], np.array([4.0, 3.0]), np.array([4, 3])])
def test_sizes_may_be_whole_in_any_form(tmp_path, sizes):
    model = MLPClassifier(sizes, max_iter=2, random_state=0).fit(X, Y)
    save(model, tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").predict_proba(X), model.predict_proba(X))


def test_every_kind_is_in_these_tests():
    seen = {"mlp_classifier", "mlp_regressor", "table_columns", "bounded", *wrapped.KINDS}
    assert seen | {name for name in STEPS if name in KINDS} == set(KINDS)
    for name, kind in KINDS.items():
        assert kind.type().__name__ == kind.home.rpartition(":")[2]
        assert kind_of(object.__new__(kind.type())) is kind, name


def test_every_kind_is_in_the_documentation():
    text = (Path(__file__).parents[2] / "docs/model-file.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("solver", [*OPTIMIZERS, "lbfgs"])
@pytest.mark.parametrize("model", [MLPClassifier, MLPRegressor])
def test_training_goes_on_from_a_file_as_it_would_have(tmp_path, model, solver):
    names = {"momentum": {"solver": "sgd", "nesterovs_momentum": False}, "nesterov": {"solver": "sgd"}}
    settings = names.get(solver, {"solver": solver, "momentum": 0.0})
    one = model(hidden_layer_sizes=(4,), max_iter=5, random_state=0, **settings).fit(X, Y)
    save(one, tmp_path / "m")
    other = load(tmp_path / "m")
    assert type(other) is model
    assert other.get_params() == one.get_params()
    if solver != "lbfgs":
        for each in (one, other):
            each.partial_fit(X, Y).partial_fit(X[:20], Y[:20])
    np.testing.assert_array_equal(other.theta_, one.theta_)
    assert (other.loss_curve_, other.n_iter_, other.t_) == (one.loss_curve_, one.n_iter_, one.t_)
    assert vars(other).keys() == vars(one).keys() - {"time_curve_"}  # which is of the machine


LABELS = {
    "text": np.array(["no", "yes"]),
    "objects": np.array(["ä", "🌳"], dtype=object),
    "whole": np.array([3, -1], dtype=np.int32),
    "real": np.array([2.0, 3.0]),
    "logical": np.array([False, True]),
}


@pytest.mark.parametrize("labels", LABELS)
def test_labels_keep_their_type(tmp_path, labels):
    y = LABELS[labels][Y]
    model = MLPClassifier((2,), max_iter=2, random_state=0).fit(X, y)
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.classes_.dtype == model.classes_.dtype
    assert again.classes_.tolist() == model.classes_.tolist() == np.unique(y).tolist()
    assert again.predict(X).dtype == model.predict(X).dtype


def test_several_labels_at_once_and_several_outputs(tmp_path):
    several = np.stack([Y, 1 - Y, Y], axis=1)
    for name, model in (("c", MLPClassifier((2,), max_iter=2)), ("r", MLPRegressor(max_iter=2, dropout=[0.1]))):
        save(model.fit(X, several), tmp_path / name)
        np.testing.assert_array_equal(load(tmp_path / name).predict(X), model.predict(X))


def test_a_training_that_diverged_and_went_back_to_its_best_is_saved(tmp_path):
    """Its curves end in numbers that are not finite."""
    x, y = make_regression(200, 5, random_state=0)
    settings = {"solver": "sgd", "learning_rate_init": 0.73, "momentum": 0.0, "max_iter": 5000, "random_state": 0}
    stopping = {"early_stopping": True, "n_iter_no_change": 10_000}
    x = (1.6 * x).astype(np.float32)
    model = MLPRegressor(hidden_layer_sizes=(), **settings, **stopping).fit(x, y / y.std())
    assert np.isnan(model.validation_scores_[-1])
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.theta_, model.theta_)
    np.testing.assert_array_equal(again.loss_curve_, model.loss_curve_)
    np.testing.assert_array_equal(again.validation_scores_, model.validation_scores_)
    assert repr(again.loss_) == repr(model.loss_)


def test_an_optimizer_whose_memory_overflowed_is_forgotten(tmp_path):
    """The squares of gradients may be beyond float32 while the best weights are well."""
    far = (X * 30).astype(np.float32)
    model = MLPRegressor(hidden_layer_sizes=(8,), solver="adamw", max_iter=5, early_stopping=True, random_state=0)
    model.fit(far, X[:, 0] * 1e3)
    model._state.optimizer.vectors[1][:] = np.inf
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.predict(far), model.predict(far))
    before = again.theta_.copy()
    again.set_params(early_stopping=False).partial_fit(far, X[:, 0])
    assert np.isfinite(again.theta_).all()
    assert not np.array_equal(again.theta_, before)


def test_a_generator_as_random_state_goes_on_where_it_stood(tmp_path):
    one = MLPClassifier((3,), max_iter=2, random_state=np.random.RandomState(7)).fit(X, Y)
    save(one, tmp_path / "m")
    other = load(tmp_path / "m")
    np.testing.assert_array_equal(other.fit(X, Y).theta_, one.fit(X, Y).theta_)


def test_weights_that_were_set_before_fit_are_saved_as_any(tmp_path):
    model = MLPClassifier(hidden_layer_sizes=(3,))
    model.coefs_, model.intercepts_ = [np.ones((4, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]
    model.classes_ = np.array(["no", "yes"])
    save(model, tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").predict_proba(X), model.predict_proba(X))
    made = MLPRegressor.from_weights([np.ones((4, 1))], [np.ones(1)])
    save(made, tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").predict(X), made.predict(X))


def test_metadata_requests_come_back(tmp_path):
    with sklearn.config_context(enable_metadata_routing=True):
        clf = MLPClassifier((2,), max_iter=2).set_fit_request(X_val=True, sample_weight="weights")
        model = Pipeline([("s", StandardScaler()), ("m", clf)], transform_input=["X_val"]).fit(X, Y)
        save(model, tmp_path / "m")
        again = load(tmp_path / "m")
        assert again.transform_input == ["X_val"]
        assert str(again[-1].get_metadata_routing()) == str(clf.get_metadata_routing())


def test_matrices_come_back_as_they_lay(tmp_path):
    whole = RNG.normal(size=(5, 6))
    for matrix in (whole, whole.T, whole[:, :4], whole[:, :4].T, whole[::-1], whole[::-1, :5].T, whole[:, ::-1]):
        array, layout = taken_apart(matrix)
        again = put_together(np.ascontiguousarray(array), layout, "")
        np.testing.assert_array_equal(again, matrix)
        assert again.strides == matrix.strides or matrix.strides[1] < 0  # which no product takes as it is
    for layout in ({"apart": 4}, {"apart": 10**6}, {"apart": True}, {"order": "C"}, {"flipped": False}):
        with pytest.raises(Misfit):
            put_together(whole, layout, "")
    with pytest.raises(Misfit):
        put_together(whole[0], {"order": "F"}, "")


def test_every_activation_and_loss_comes_back_by_name(tmp_path):
    """All activations in one network, under each loss in turn, and in each dtype by turns."""
    hidden = [entry.spec for entry in ACTIVATIONS.values()]
    losses = [cost.spec for cost in COSTS.values() if "entropy" not in cost.name]
    for loss, dtype in zip(losses, cycle([np.float32, np.float64]), strict=False):
        data, y = X.astype(dtype), np.abs(X[:, 0]).astype(dtype)
        model = MLPRegressor(loss, (2,) * len(hidden), hidden, max_iter=1, random_state=0).fit(data, y)
        save(model, tmp_path / "m")
        again = load(tmp_path / "m")
        assert repr(again.network_) == repr(model.network_)
        np.testing.assert_array_equal(again.predict(data), model.predict(data))


# --- another program -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["relu", "tanh", "identity", "logistic"])
def test_fifty_lines_read_it_and_predict(tmp_path, activation, dtype):
    data = X.astype(dtype)
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    model = make_pipeline(StandardScaler(), MLPClassifier((5, 4), activation, max_iter=5, random_state=0)).fit(data, y)
    save(model, tmp_path / "m")
    document, arrays = small_reader.read(tmp_path / "m")
    found = small_reader.outputs(document["model"], arrays, data)
    np.testing.assert_allclose(found, model.predict_proba(data), atol=20 * np.finfo(dtype).eps)
    assert len([line for line in Path(small_reader.__file__).read_text().splitlines() if line.strip()]) <= 80


def test_any_reader_of_safetensors_finds_the_arrays(tmp_path):
    model, _ = fitted("standard_scaler")
    save(model, tmp_path / "m")
    arrays = safetensors.numpy.load_file(tmp_path / "m")
    np.testing.assert_array_equal(arrays["model.steps[1].step._state.theta"], model[-1].theta_)
    assert json.loads(arrays["document"].tobytes())["versions"]["scikit-learn"] == sklearn.__version__


# --- bytes ------------------------------------------------------------------------------------------------------


def table():
    width, color = RNG.normal(size=90).round(2), RNG.choice(["red", "blue", "white"], 90)
    kind = np.where(width + (color == "red") > 0.3, "rose", "lily")
    return Table(pl.DataFrame({"width": width, "color": color, "kind": kind}), "flowers")


def test_equal_trainings_give_equal_bytes_and_a_date_only_where_it_is_asked_for(tmp_path):
    flowers = table()
    for name in ("a", "b"):
        outcome = fit_table(flowers, FitOptions(target="kind", hidden=(4,), epochs=3))
        save(outcome.pipeline, tmp_path / name, outcome.record)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert "saved" not in read_record(tmp_path / "a")
    save(outcome.pipeline, tmp_path / "c", outcome.record, date=True)
    assert abs(datetime.fromisoformat(read_record(tmp_path / "c")["saved"]) - datetime.now(UTC)).days == 0
    save(load(tmp_path / "a"), tmp_path / "d", outcome.record)
    assert (tmp_path / "d").read_bytes() == (tmp_path / "a").read_bytes()


def test_loading_imports_neither_skops_nor_pickle(tmp_path):
    model, _ = fitted("column_transformer")
    save(model, tmp_path / "m")
    code = (
        "import sys, builtins\n"
        "import glassprop\n"
        "import pickle\n"
        "def never(*_, **__): raise AssertionError('unpickled')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = never\n"
        f"glassprop.load({str(tmp_path / 'm')!r})\n"
        "print('skops' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("False", 0), done.stderr


# --- forged by hand: each of these is an instance; the fuzzer makes the others ----------------------------------


def network(document):
    return document["model"]["steps"][-1]["step"]


FORGERIES = {
    "a kind that is not there": (lambda d: network(d).update(kind="svc"), "no kind is called 'svc'"),
    "a newer version of a kind": (lambda d: network(d).update(version=99), "newer glassprop"),
    "a key too many": (lambda d: network(d).update(predict="x"), "'predict' is not part of it"),
    "a key too few": (lambda d: network(d).pop("alpha"), "'alpha' is missing"),
    "more neurons than parameters": (lambda d: network(d)["network_"]["layers"][0].update(n=10**9), "parameters"),
    "an unknown activation": (lambda d: network(d)["network_"]["layers"][0].update(activation="eval"), "eval"),
    "a setting out of range": (lambda d: network(d).update(momentum=2.0), "momentum"),
    "true for a number": (lambda d: network(d).update(max_iter=True), "max_iter"),
    "other classes": (lambda d: network(d)["classes_"]["values"].append(9), "classes"),
    "another optimizer": (lambda d: network(d)["_state"]["optimizer"].update(kind="Rprop"), "Rprop"),
    "too few vectors": (lambda d: network(d)["_state"]["optimizer"]["vectors"].pop(), "vectors"),
    "another number of columns": (lambda d: d["model"]["steps"][0]["step"].update(n_features_in_=5), "must have shape"),
    "a step for other columns": (lambda d: network(d).update(n_features_in_=5), "n_features_in_"),
    "an array twice": (
        lambda d: network(d)["_state"]["optimizer"]["vectors"].__setitem__(0, network(d)["_state"]["theta"]), "twice"),
    "no network at its end": (lambda d: d["model"]["steps"].pop(), "does not end in one"),
    "steps in another order": (lambda d: d["model"]["steps"].reverse(), "takes 4 columns, and the one before gives 1"),
    "a table's record beside another model": (
        lambda d: d["record"].update(
            task="classification", labels=[0, 1], target_scale=None, options={"target": "y", "weight": None},
            target_reading={"name": "y", "task": "classification", "reason": "", "kind": "text", "mark": "."}),
        "pipeline of columns"),
}  # fmt: skip


TEXT_FORGERIES = {
    "a weight too few": (lambda terms, idf: (terms, idf[1:]), "with a weight each"),
    "a term twice": (lambda terms, idf: ([terms[0], *terms[:-1]], idf), "in rising order"),
    "terms in another order": (lambda terms, idf: (terms[::-1], idf), "in rising order"),
    "a term without letters": (lambda terms, idf: (["", *terms[1:]], idf), "in rising order"),
    "a term that is a number": (lambda terms, idf: ([7, *terms[1:]], idf), "it must be text"),
    "a weight that no rows give": (lambda terms, idf: (terms, idf + 60), "idf_ must be from 1 to 50"),
    "a weight below 1": (lambda terms, idf: (terms, idf * 0), "idf_ must be from 1 to 50"),
    "a weight that is no number": (lambda terms, idf: (terms, idf * np.nan), "not finite"),
}


@pytest.mark.parametrize("case", TEXT_FORGERIES)
def test_terms_and_weights_that_do_not_fit_are_refused(tmp_path, case):
    change, word = TEXT_FORGERIES[case]
    model, _ = fitted("text_terms")
    save(model, tmp_path / "m")
    (place,) = [name for name in small_reader.read(tmp_path / "m")[1] if name.endswith("idf_[0]")]
    step = model[0]
    terms, idf = change(step.terms_[0], step.idf_[0])

    def put_in(document):
        document["model"]["steps"][0]["step"]["terms_"][0] = terms

    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", put_in, {place: idf}))
    assert word in str(caught.value)


CATEGORY_FORGERIES = {
    "more told apart than there are": (lambda names, kept: (names, kept + 9), "cannot be told apart"),
    "fewer than none": (lambda names, kept: (names, -kept), "cannot be told apart"),
    "codes of nothing": (lambda names, kept: (names, kept * [1, 0]), "0 cannot be told apart"),
    "for another column too": (lambda names, kept: (names, np.append(kept, 1)), "for each of 2 columns"),
    "halves": (lambda names, kept: (names, kept / 2), "it must be an array of int64"),
    "a category twice": (lambda names, kept: ([names[0], *names[:-1]], kept), "each once"),
    "a category that is a number": (lambda names, kept: ([7, *names[1:]], kept), "must be texts"),
    "no categories": (lambda names, kept: ([], kept), "at least one"),
}


@pytest.mark.parametrize("case", CATEGORY_FORGERIES)
def test_categories_that_do_not_fit_are_refused(tmp_path, case):
    change, word = CATEGORY_FORGERIES[case]
    model, _ = fitted("category_inputs")
    save(model, tmp_path / "m")
    (place,) = [name for name in small_reader.read(tmp_path / "m")[1] if name.endswith("kept_")]
    assert model[0].forms_ == ["one-hot", "codes"]
    names, kept = change(model[0].categories_[1].tolist(), model[0].kept_)

    def put_in(document):
        document["model"]["steps"][0]["step"]["categories_"][1]["values"] = names

    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", put_in, {place: kept}))
    assert word in str(caught.value)


BENDS = {
    "a unit of none": ({"unit_": 0.0}, "columns by logarithms have one"),
    "a unit below 0": ({"unit_": -1.0}, "columns by logarithms have one"),
    "a unit too small": ({"unit_": 1e-200}, "columns by logarithms have one"),
    "a unit too large": ({"unit_": 1e200}, "columns by logarithms have one"),
    "an origin too far": ({"origin_": 1e200}, "beyond what numbers of a table are"),
}


@pytest.mark.parametrize("case", BENDS)
def test_bends_that_no_table_has_are_refused(tmp_path, case):
    change, word = BENDS[case]
    model, _ = fitted("columns by their shape")
    save(model, tmp_path / "m")
    place = model[0].forms_.index("log")
    ((name, value),) = change.items()
    (file_name,) = [found for found in small_reader.read(tmp_path / "m")[1] if found.endswith(name)]
    array = getattr(model[0], name).copy()
    array[place] = value
    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", lambda document: None, {file_name: array}))
    assert word in str(caught.value)


def test_scales_of_version_1_have_no_bends(tmp_path):
    model, data = fitted("column_scaler")
    save(model, tmp_path / "m")

    def as_before(document):
        step = document["model"]["steps"][0]["step"]
        step["version"] = 1
        del step["origin_"], step["unit_"]

    names = [name for name in small_reader.read(tmp_path / "m")[1] if name.endswith((".origin_", ".unit_"))]
    again = load(forged(tmp_path / "m", as_before, dict.fromkeys(names)))
    np.testing.assert_array_equal(again.predict_proba(data), model.predict_proba(data))


MEANS_FORGERIES = {
    "a category too few": (lambda means: means[1:], "cannot have"),
    "no category": (lambda means: means[:0], "cannot have"),
    "no mean": (lambda means: means[:, :0], "cannot have"),
    "more than classes": (lambda means: np.tile(means, 11), "cannot have"),
    "one axis": (lambda means: means[:, 0], "with 2 axes"),
    "no numbers": (lambda means: means * np.nan, "not finite"),
}


@pytest.mark.parametrize("case", MEANS_FORGERIES)
def test_means_that_do_not_fit_are_refused(tmp_path, case):
    change, word = MEANS_FORGERIES[case]
    model, _ = fitted("categories by means of classes")
    save(model, tmp_path / "m")
    (place,) = [name for name in small_reader.read(tmp_path / "m")[1] if name.endswith("means_[1]")]
    assert model[0].forms_[1] == "codes and means"
    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", lambda document: None, {place: change(model[0].means_[1])}))
    assert word in str(caught.value)


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forged_document_is_refused_by_name(tmp_path, case):
    change, word = FORGERIES[case]
    model, _ = fitted("standard_scaler")
    save(model, tmp_path / "m")
    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", change))
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("name", ["model.steps[1].step._state.theta", "model.steps[0].step.mean_"])
def test_numbers_that_are_not_finite_are_refused(tmp_path, name, bad):
    model, _ = fitted("standard_scaler")
    save(model, tmp_path / "m")
    array = np.array(small_reader.read(tmp_path / "m")[1][name])
    array[0] = bad
    with pytest.raises(ModelFileError, match="not finite"):
        load(forged(tmp_path / "m", lambda d: None, {name: array}))


def test_a_model_with_numbers_that_are_not_finite_is_not_saved(tmp_path):
    model, _ = fitted("standard_scaler")
    model[-1].theta_[3] = np.nan
    with pytest.raises(ModelFileError, match=r"theta.*not finite"):
        save(model, tmp_path / "m")
    assert os.listdir(tmp_path) == []


def test_a_generator_beyond_its_own_numbers_is_refused(tmp_path):
    """NumPy does not look at pos, and reads from there."""
    model = make_pipeline(StandardScaler(), MLPClassifier((2,), max_iter=2, random_state=np.random.RandomState(0)))
    save(model.fit(X, Y), tmp_path / "m")
    path = tmp_path / "m"
    data = path.read_bytes()
    assert b'"pos":' in data
    document, found = small_reader.read(path)
    arrays = {name: np.array(array) for name, array in found.items()}
    network(document)["random_state"]["pos"] = 10**6
    document.pop("sha256")
    path.write_bytes(b"".join(bytes(chunk) for chunk in container.chunks(document, arrays)))
    with pytest.raises(ModelFileError, match="pos"):
        load(path)


@pytest.mark.parametrize("bad", [["x"], ["x", 99], ["x", None], {"dtype": "object", "values": []}, "last"])
def test_an_encoder_drops_only_what_it_has(tmp_path, bad):
    encoder = OneHotEncoder(drop=["x", 3])
    save(make_pipeline(encoder, MLPClassifier((2,), max_iter=2)).fit(FRAME[["c", "d"]], Y), tmp_path / "m")
    node = {"dtype": "object", "values": bad} if isinstance(bad, list) else bad
    with pytest.raises(ModelFileError, match="drop"):
        load(forged(tmp_path / "m", lambda d: d["model"]["steps"][0]["step"].update(drop=node)))


@pytest.mark.parametrize("ends", [["a", "z", None], [0, 2, 0], ["b", 2, None], [0, 2, "a"], [0, 4, None], [0, 2]])
def test_a_slice_has_its_columns(tmp_path, ends):
    model = make_pipeline(ColumnTransformer([("n", StandardScaler(), slice(0, 2))]), MLPClassifier((2,), max_iter=2))
    save(model.fit(FRAME, Y), tmp_path / "m")
    columns = {"slice": ends}
    with pytest.raises(ModelFileError):
        load(forged(tmp_path / "m", lambda d: d["model"]["steps"][0]["step"]["groups"][0].update(columns=columns)))


def test_an_encoder_has_counts_of_its_own_whatever_it_was_given(tmp_path):
    model, data = fitted("one_hot_encoder")
    expected = model.predict_proba(data)
    model[0]._n_features_outs = [10**6, 1]
    model[0]._default_to_infrequent_mappings = [np.array([10**9])] * 2
    save(model, tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").predict_proba(data), expected)


def test_what_belongs_to_nothing_is_refused(tmp_path):
    model, _ = fitted("standard_scaler")
    save(model, tmp_path / "m")
    with pytest.raises(ModelFileError, match="belongs to nothing"):
        load(forged(tmp_path / "m", lambda d: None, {"more": np.zeros(3)}))


def test_layers_of_steps_have_an_end(tmp_path):
    step = StandardScaler()
    for _ in range(30):
        step = Pipeline([("inner", step)])
    model = make_pipeline(step, MLPClassifier((2,), max_iter=2)).fit(X, Y)
    with pytest.raises(ModelFileError, match="levels deep"):
        save(model, tmp_path / "m")


def test_sizes_in_the_header_are_those_of_the_file(tmp_path):
    model, _ = fitted("standard_scaler")
    save(model, tmp_path / "m")
    data = (tmp_path / "m").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    names = [name for name in header if not name.startswith("__")]
    for change in ({"shape": [10**12]}, {"data_offsets": [0, 10**12]}, {"dtype": "V8"}, {"shape": [-1]}, {"shape": []}):
        forged_header = json.dumps({**header, names[0]: {**header[names[0]], **change}}).encode()
        (tmp_path / "n").write_bytes(len(forged_header).to_bytes(8, "little") + forged_header + data[8 + length :])
        with pytest.raises(ModelFileError, match="header"):
            load(tmp_path / "n")
    for first, second in pairwise(names[:3]):
        swapped = {**header, first: header[second], second: header[first]}
        (tmp_path / "n").write_bytes(
            len(json.dumps(swapped)).to_bytes(8, "little") + json.dumps(swapped).encode() + data[8 + length :]
        )
        with pytest.raises(ModelFileError):
            load(tmp_path / "n")
