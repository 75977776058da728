"""scikit-learn's models that are made of ours: a file gives them back to the bit, says what it holds, or refuses."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from export import small_reader
from export.wrapped import AMOUNTS, FRAME, KINDS, THREE, TWO, WRAPPED, X, amount, net
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  (it is still called an experiment)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from glassprop import TabularClassifier, load, save
from glassprop.cli.app import run
from glassprop.errors import ModelFileError
from glassprop.ground.note import NoteWarning
from glassprop.saving import read_record

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")
METHODS = ("predict", "predict_proba", "decision_function", "transform")


def said(model, rows):
    """What a model says of rows, by method; of multi-output ones a list each."""
    found = {}
    for method in METHODS:
        try:
            told = getattr(model, method)(rows)
        except (AttributeError, IndexError):  # scikit-learn's own: a stack of labels has no probabilities
            continue
        found[method] = told if isinstance(told, list) else [told]
    return found


def assert_same(found, expected):
    assert found.keys() == expected.keys() >= {"predict"}
    for method, parts in expected.items():
        for one, other in zip(found[method], parts, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype


def shown(model):
    return re.sub(r" at 0x\w+", "", repr(clone(model)))


@pytest.mark.parametrize("name", WRAPPED)
def test_it_comes_back_with_the_same_bits_and_is_fitted_again_as_it_was(tmp_path, name):
    model, rows, target = WRAPPED[name]
    model = model.fit(rows, target)
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    assert type(again) is type(model)
    assert_same(said(again, rows), said(model, rows))
    assert vars(again).keys() == vars(model).keys()
    save(again, tmp_path / "again")
    assert "search" in name or (tmp_path / "again").read_bytes() == (tmp_path / "m").read_bytes()
    assert shown(again) == shown(model)
    assert '"skops"' not in json.dumps(small_reader.read(tmp_path / "m")[0])
    assert_same(said(again.fit(rows, target), rows), said(model.fit(rows, target), rows))


def kinds_in(node):
    if isinstance(node, dict):
        return {node.get("kind"), *(kind for part in node.values() for kind in kinds_in(part))}
    return {kind for part in node for kind in kinds_in(part)} if isinstance(node, list) else set()


def test_every_kind_is_among_them(tmp_path):
    found = set()
    for model, rows, target in WRAPPED.values():
        save(model.fit(rows, target), tmp_path / "m")
        found |= kinds_in(small_reader.read(tmp_path / "m")[0]["model"])
    assert found >= KINDS


def test_names_of_columns_come_back_and_are_looked_at(tmp_path):
    model, rows, target = WRAPPED["calibrated, of a frame"]
    save(model.fit(rows, target), tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="columns are missing"):
        again.predict(rows.rename(columns={"a": "other"}))
    columns = again.calibrated_classifiers_[0].estimator[0]
    assert columns.get_feature_names_out().tolist() == [
        "numbers__a", "numbers__b", "words__c_x", "words__c_y", "words__c_z"]  # fmt: skip
    days = FRAME.assign(d=pd.Timestamp("2024-01-01"))  # the selectors choose anew when they are fitted anew
    assert again.fit(days.assign(d=days.d), TWO).calibrated_classifiers_[0].estimator[0]._columns[2] == ["d"]


def test_a_record_says_what_holds_how_many_networks(tmp_path):
    model, rows, target = WRAPPED["calibrated among others"]
    save(model.fit(rows, target), tmp_path / "m", {"note": "for the course"})
    record = read_record(tmp_path / "m")
    assert record["note"] == "for the course"
    told = record["model"]
    assert (told["class"], told["networks"]) == ("MLPClassifier", 3)
    assert told["within"] == ["voting_classifier", "calibrated_classifier"]
    assert told["parameters"] == 4 * 3 + 3 + 3 * 3 + 3
    assert told["dtype"] == "float64"


def test_of_several_networks_it_is_the_first_that_is_told_of(tmp_path):
    inner = [("a", net(hidden_layer_sizes=(5,))), ("b", net(hidden_layer_sizes=(2,)))]
    save(VotingClassifier(inner).fit(X.astype(np.float32), TWO), tmp_path / "m")
    told = read_record(tmp_path / "m")["model"]
    assert told["network"]["layers"][0]["n"] == 5
    assert told["dtype"] == "float32"


def test_info_tells_what_a_file_is_made_of(tmp_path, capsys):
    search = GridSearchCV(BaggingClassifier(net(), random_state=0), {"n_estimators": [2]}, cv=2).fit(X, TWO)
    save(search, tmp_path / "m")
    assert run(["info", str(tmp_path / "m")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 networks, the first within: bagging_classifier" in told
    assert "GridSearchCV, best of 1: n_estimators=2; score" in told


# --- searches ---------------------------------------------------------------------------------------------------

GRID = {"mlpclassifier__alpha": [1e-4, 10.0], "mlpclassifier__hidden_layer_sizes": [(2,), (3,)]}
SEARCHES = {
    "grid": GridSearchCV(make_pipeline(StandardScaler(), net()), GRID, cv=2),
    "random": RandomizedSearchCV(make_pipeline(StandardScaler(), net()), GRID, n_iter=2, cv=2, random_state=0),
    "halving": HalvingGridSearchCV(make_pipeline(StandardScaler(), net()), GRID, cv=2, random_state=0),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_is_saved_as_the_best_that_it_found(tmp_path, name):
    search = SEARCHES[name].fit(X, TWO)
    with pytest.warns(NoteWarning, match=f"of the {type(search).__name__}, its best_estimator_ is saved"):
        save(search, tmp_path / "m")
    again = load(tmp_path / "m")
    assert_same(said(again, X), said(search, X))
    assert repr(clone(again)) == repr(clone(search.best_estimator_))
    (told,) = read_record(tmp_path / "m")["model"]["searches"]
    assert told["at"] == "model"
    assert told["class"] == type(search).__name__
    assert told["best_score"] == search.best_score_
    assert told["best_params"] == {key: repr(value) for key, value in search.best_params_.items()}
    assert told["candidates"] == len(search.cv_results_["params"])


def test_a_search_at_the_end_of_a_pipeline_too(tmp_path):
    model = make_pipeline(StandardScaler(), GridSearchCV(net(), {"alpha": [0.1, 1.0]}, cv=2)).fit(X, TWO)
    with pytest.warns(NoteWarning, match="GridSearchCV at model.steps"):
        save(model, tmp_path / "m")
    assert_same(said(load(tmp_path / "m"), X), said(model, X))


def test_what_was_learned_from_a_frame_is_saved_as_its_own_save_does(tmp_path):
    model = TabularClassifier(epochs=2, n_members=1, random_state=0)
    search = GridSearchCV(model, {"epochs": [2]}, cv=2).fit(FRAME, TWO)
    save(search, tmp_path / "found")
    search.best_estimator_.save(tmp_path / "own")
    save(search.best_estimator_, tmp_path / "best")
    assert (tmp_path / "own").read_bytes() == (tmp_path / "best").read_bytes()
    assert load(tmp_path / "found").predict(FRAME).tolist() == search.predict(FRAME).tolist()
    assert read_record(tmp_path / "found")["task"] == "classification"
    with pytest.raises(ModelFileError, match="TabularClassifier: it is not fitted"):
        save(model, tmp_path / "n")


class OwnSearch(GridSearchCV):
    """One of a user's own."""


ODD = {"alpha": scipy.stats.beta(1, 2)}


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (GridSearchCV(net(), {"alpha": [0.1]}, cv=2), "is not fitted"),
        (GridSearchCV(net(), {"alpha": [0.1]}, cv=2, refit=False).fit(X, TWO), "refit=False"),
        (BaggingClassifier(RandomizedSearchCV(net(), ODD, n_iter=1, cv=2), 1).fit(X, TWO), "uniform, loguniform"),
        (CalibratedClassifierCV(OwnSearch(net(), {"alpha": [0.1]}, cv=2), cv=2).fit(X, TWO), "its best_estimator_"),
    ],
)
def test_a_search_that_has_no_best_or_lies_within_a_model_is_refused_in_words(tmp_path, search, words):
    with pytest.raises(ModelFileError, match=words) as caught:
        save(search, tmp_path / "m")
    assert type(search).__name__ in str(caught.value) or "model.estimator" in str(caught.value)
    assert not (tmp_path / "m").exists()


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sigmoid", "voting", "stacked", "bagged", "a target by functions", "one for each pair"]
)
def test_what_is_not_fitted_is_refused(tmp_path, name):
    with pytest.raises(ModelFileError, match="it is not fitted; call fit first"):
        save(clone(WRAPPED[name][0]), tmp_path / "m")


def test_a_model_without_a_network_of_ours_is_none_of_ours(tmp_path):
    for model in (LogisticRegression(), CalibratedClassifierCV(LogisticRegression(), cv=2)):
        with pytest.raises(ModelFileError, match=f"cannot save a {type(model).__name__}: a model file holds"):
            save(model.fit(X, TWO), tmp_path / "m")


def double(values):
    return values * 2


def with_function(function, **arguments):
    model = make_pipeline(FunctionTransformer(function, kw_args=arguments or None), net())
    model[0].fit(X)
    model[1].fit(X, TWO)
    return model


def test_a_function_without_a_name_is_refused(tmp_path):
    def inner(values):
        return values

    for function in (lambda values: values * 2, inner):
        with pytest.raises(ModelFileError, match="is not found by that name"):
            save(with_function(function), tmp_path / "m")


def test_a_function_of_no_list_is_built_only_where_it_is_named(tmp_path):
    for model, name in (
        (with_function(double), "test_wrapped_models.double"),
        (with_function(np.repeat, repeats=1), "numpy.repeat"),
        (with_function(np.clip, a_min=0, a_max=1, out=None), "numpy.clip"),
    ):
        save(model, tmp_path / "m")
        with pytest.raises(ModelFileError, match=f"does not trust.*{name}"):
            load(tmp_path / "m")


def test_a_function_that_says_it_is_another_is_not_believed(tmp_path):
    def log1p(values):
        return values

    log1p.__module__ = "numpy"
    model = TransformedTargetRegressor(amount(), func=log1p, inverse_func=log1p).fit(X, AMOUNTS)
    with pytest.raises(ModelFileError, match="functions of NumPy"):
        save(model, tmp_path / "m")


def test_models_of_others_beside_ours_are_asked_for(tmp_path):
    forest = RandomForestClassifier(2, max_depth=2, random_state=0)
    model = VotingClassifier([("a", net()), ("f", forest)], voting="soft").fit(X, THREE)
    save(model, tmp_path / "m")
    with pytest.raises(ModelFileError, match="RandomForestClassifier") as caught:
        load(tmp_path / "m")
    names = re.search(r"by itself: ([\w., ]+);", str(caught.value))[1].split(", ")
    assert_same(said(load(tmp_path / "m", trusted=names), X), said(model, X))


def test_models_within_models_have_an_end(tmp_path):
    model = net()
    for _ in range(9):
        model = BaggingClassifier(model, 1, random_state=0)
    with pytest.raises(ModelFileError, match="levels deep"):
        save(model.fit(X, TWO), tmp_path / "m")


def test_callbacks_of_models_within_stay_out_of_the_file(tmp_path):
    class Silent:
        def setup(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context): ...
        def teardown(self, estimator, context): ...

    model = VotingClassifier([("a", net().set_callbacks(Silent()))]).fit(X, TWO)
    save(model, tmp_path / "m")
    assert not hasattr(load(tmp_path / "m").estimators_[0], "_skl_callbacks")
