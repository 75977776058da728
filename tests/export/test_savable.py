"""What a model file could not hold is said before training; and what is said to be savable can be saved."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from export.wrapped import THREE, TWO, WRAPPED, X, amount, net
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from glassprop import Activation, Cost, Layer, TabularClassifier, TabularRegressor
from glassprop.errors import MissingPackageError, ModelFileError
from glassprop.export.model_file import load, save
from glassprop.saving import check_savable

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")
CUBE = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)


class Mine(TransformerMixin, BaseEstimator):
    """A step of a user, within a function: not found by its name."""

    def fit(self, values, y=None):
        return self

    def transform(self, values):
        return values


def mine():
    class Inner(Mine):
        pass

    return Inner()


def scorer(estimator, values, y):
    return 0.5


@pytest.mark.parametrize("name", WRAPPED)
def test_what_files_know_is_savable_before_it_is_fitted(name):
    model = WRAPPED[name][0]
    assert check_savable(model) == []
    assert check_savable(clone(model)) == []


def test_what_tables_are_learned_by_is_always_savable():
    for model in (TabularClassifier(), TabularRegressor(epochs=3)):
        assert check_savable(model) == []


LAMBDA = FunctionTransformer(lambda values: values)
REFUSED = {
    "a lambda in a step": (make_pipeline(LAMBDA, net()), ["steps[0]", "lambda"]),
    "a lambda within": (VotingClassifier([("a", make_pipeline(LAMBDA, net()))]), ["estimators[0]", "lambda"]),
    "a lambda for a target": (
        TransformedTargetRegressor(amount(), func=lambda y: y, inverse_func=lambda y: y), ["func", "lambda"]),
    "an own activation": (net(activation=CUBE), ["activation", "cube", "carries no code"]),
    "one of several": (net(hidden_layer_sizes=(2, 2), activation=["relu", CUBE]), ["activation", "cube"]),
    "one of a layer": (net(layers=[Layer(3, CUBE)]), ["layers", "carries no code"]),
    "an own cost": (
        amount(loss=Cost("mine", value=lambda a, y: 0 * a, gradient=lambda a, y: 0 * a)), ["loss", "mine"]),
    "an own scorer": (net(scoring=scorer), ["scoring", "scorer"]),
    "an own activation within": (CalibratedClassifierCV(net(activation=CUBE)), ["estimator", "cube"]),
    "a step without a name": (make_pipeline(mine(), net()), ["steps[0]", "Inner"]),
    "no network": (make_pipeline(StandardScaler(), LogisticRegression()), ["a Pipeline could not be saved"]),
    "a search of one": (GridSearchCV(net(activation=CUBE), {"alpha": [0.1]}), ["cube"]),
    "what a search tries": (GridSearchCV(net(), {"activation": ["relu", CUBE]}), ["cube"]),
    "what it draws": (RandomizedSearchCV(make_pipeline(StandardScaler(), net()), [
        {"standardscaler": [StandardScaler(), LAMBDA]}]), ["lambda"]),
    "a search at the end": (make_pipeline(LAMBDA, GridSearchCV(net(), {"alpha": [0.1]})), ["lambda"]),
    "a search within": (
        BaggingClassifier(GridSearchCV(net(), {"activation": [CUBE]})), ["estimator.param_grid", "it must be text"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_not_be_saved_is_refused_before_training(name):
    model, words = REFUSED[name]
    with pytest.raises(ModelFileError) as caught:
        check_savable(model)
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "could not be saved" in str(caught.value)


def test_searches_of_what_can_be_saved_pass():
    grid = {"alpha": [0.1], "hidden_layer_sizes": [(3,), (4, 4)], "activation": ["relu", "tanh"]}
    assert check_savable(GridSearchCV(net(), grid)) == []
    assert check_savable(make_pipeline(StandardScaler(), RandomizedSearchCV(net(), grid))) == []


def test_the_names_that_load_must_be_told_are_given(tmp_path):
    forest = RandomForestClassifier(2, max_depth=2, random_state=0)
    vote = VotingClassifier([("a", net()), ("f", forest)], voting="soft")
    names = check_savable(vote)
    assert "sklearn.ensemble._forest.RandomForestClassifier" in names
    assert check_savable(make_pipeline(CountVectorizer(), net())) == ["sklearn.feature_extraction.text.CountVectorizer"]
    save(make_pipeline(Mine(), net()).fit(X, TWO), tmp_path / "m")
    names = check_savable(make_pipeline(Mine(), net()))
    assert len(names) == 1
    np.testing.assert_array_equal(load(tmp_path / "m", trusted=names).predict(X).shape, (60,))


def test_without_skops_a_step_of_others_is_told_of_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    assert check_savable(make_pipeline(StandardScaler(), net())) == []
    with pytest.raises(MissingPackageError, match=r"glassprop\[skops\]"):
        check_savable(make_pipeline(CountVectorizer(), net()))


def test_a_fitted_model_is_looked_at_as_well():
    assert check_savable(net().fit(X, THREE)) == []
