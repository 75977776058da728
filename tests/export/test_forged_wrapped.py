"""Models that are made of others, forged by hand: parts that are each in order and do not go together."""

from __future__ import annotations

import json

import numpy as np
import pytest
from export import small_reader
from export.forged import forged
from export.wrapped import WRAPPED

from glassprop.errors import ModelFileError
from glassprop.export.model_file import load, save

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")


def first(node, *path):
    for key in path:
        node = node[key]
    return node


def put(*path, value):
    """Something else at a place of the model."""

    def change(model):
        first(model, *path[:-1])[path[-1]] = value(first(model, *path)) if callable(value) else value

    return change


def fewer(*path):
    return put(*path, value=lambda held: held[:-1])


def scaler_for(*path):
    """A step that predicts nothing in the place of a model, which it takes along no arrays of."""
    scaler = {"kind": "normalizer", "version": 1, "copy": True, "norm": "l2", "n_features_in_": 4}
    return put(*path, value=scaler)


CALIBRATED = ("calibrated_classifiers_", 0)
# The model, what is changed, what is said.
FORGED = {
    "other classes than its models": (
        "sigmoid", put("classes_", "values", value=["no", "maybe"]), "must rise"),
    "classes that its models do not know": (
        "sigmoid", put("classes_", "values", value=["never", "no"]), "tells other classes apart"),
    "one class": ("sigmoid", put("classes_", "values", value=["no"]), "two classes or more"),
    "a curve too few": ("sigmoid of three", fewer(*CALIBRATED, "calibrators"), "as many curves"),
    "curves of another method": ("sigmoid", put("method", value="temperature"), "not of method temperature"),
    "a method that there is not": ("sigmoid", put("method", value="beta"), "method"),
    "a slope that is not finite": ("sigmoid", put(*CALIBRATED, "calibrators", 0, "a_", "value", value="inf"), "finite"),
    "no temperature": (
        "temperature", put(*CALIBRATED, "calibrators", 0, "beta_", "value", value=0.0), "beta_ must be above 0"),
    "too hot": ("temperature", put(*CALIBRATED, "calibrators", 0, "beta_", "value", value=1e9), "beta_"),
    "no model to calibrate": ("sigmoid", scaler_for(*CALIBRATED, "model"), "has no decision_function or predict_proba"),
    "no models at all": ("sigmoid", put("calibrated_classifiers_", value=[]), "from 1 to"),
    "other columns": ("sigmoid", put("n_features_in_", value=5), "takes other columns"),
    "a vote too few": ("voting", fewer("estimators_"), "1 models for 2 names"),
    "weights that come to nothing": ("voting by weights", put("weights", value=[1, -1]), "must come to more than 0"),
    "a weight too few": ("voting by weights", put("weights", value=[1]), "a weight for each"),
    "two of one name": ("voting by weights", put("estimators", 1, "name", value="a"), "one name"),
    "votes for places that are not there": (
        "voting", put("classes_", "values", value=["no"]), "numbers from 0 to 0"),
    "places beyond all arrays": (
        "voting",
        lambda model: [
            put(*path, "values", value=[0, 10**12])(model["estimators_"][0])
            for path in (("classes_",), ("_label_binarizer", "classes_"))
        ],
        "numbers from 0 to 1"),
    "a vote of no model": ("voting by weights", scaler_for("estimators_", 0), "tells no classes apart"),
    "a final model for other columns": ("stacked", put("_n_feature_outs", value=[3, 4]), "takes 6 columns"),
    "a way to ask that a model has not": (
        "stacked amounts", put("stack_method_", 0, value="predict_proba"), "has no predict_proba"),
    "a way to ask too few": ("stacked", fewer("stack_method_"), "a stack_method_ for each"),
    "passed on, and not taken": ("stacked", put("passthrough", value=True), "takes 6 columns"),
    "a final model of other places": (
        "stacked", put("classes_", "values", value=[3, 4]), "numbers from 0 to 1"),
    "more estimators than there are": ("bagged", put("n_estimators", value=4), "it must have 4 estimators_"),
    "no column of its own": ("bagged", fewer("estimators_features_"), "and the columns of each"),
    "other classes than in the bag": ("bagged", put("classes_", "values", value=[3, 4]), "numbers from 0 to 1"),
    "a target's step without a way back": (
        "a target by its ranks", put("transformer_", value={
            "kind": "normalizer", "version": 1, "copy": True, "norm": "l2", "n_features_in_": 1}),
        "has no inverse_transform"),
    "a target's step for two": ("a target by functions", put("transformer_", "n_features_in_", value=2), "takes 2"),
    "a function of no list": (
        "a target by functions", put("transformer_", "inverse_func", "function", value="numpy.load"),
        "functions of NumPy"),
    "code for a function": (
        "a target by functions", put("func", "function", value="os.system"), "functions of NumPy"),
    "an argument that a function has not": (
        "roots", put("steps", 0, "step", "kw_args", value={"a_min": 0}), "has no argument 'a_min'"),
    "a score function of no list": (
        "the best columns", put("steps", 0, "step", "score_func", "function", value="numpy.abs"), "score functions"),
    "more than columns": (
        "the best columns", put("steps", 0, "step", "k", value=3), "takes 2 columns, and the one before gives 3"),
    "a positive class of none": ("a fixed threshold", put("pos_label", value="maybe"), "none of its classes"),
    "a scorer that there is not": ("a tuned threshold", put("scoring", value="os.system"), "tuned_threshold"),
    "an output too many": ("a chain of labels", put("order_", value=[1, 1]), "name each of its models once"),
    "a chain in another order": ("a chain of labels", put("estimators_", value=lambda held: held[::-1]), "must take"),
    "one too few against the rest": ("one against the rest", fewer("estimators_"), "a model for each of its 3 classes"),
    "one pair too few": ("one for each pair", fewer("estimators_"), "for each pair"),
    "folds of no kind": (
        "a tuned threshold", put("cv", value={"splitter": "Parallel", "n_jobs": 2}), "ways to divide rows"),
    "a type that selects": (
        "columns by their types",
        put("steps", 0, "step", "groups", 0, "selector", "dtype_include", "type", value="builtins.eval"),
        "must be one of"),
    "a long pattern": (
        "columns by their types",
        put("steps", 0, "step", "groups", 1, "selector", "pattern", value="(a+)+" * 100), "at most 200"),
    "a template with a fit": (
        "sigmoid", lambda model: model["estimator"].update(n_outputs_=1), "'n_outputs_' is not part of it"),
    "a template out of bounds": ("sigmoid", put("estimator", "momentum", value=7), "momentum"),
    "a frozen one that is not fitted": (
        "a frozen one calibrated", lambda model: model["estimator"].update(estimator=model["estimator"].pop("model"))
        if "model" in model["estimator"] else model["estimator"]["estimator"].pop("classes_"), "classes_"),
}  # fmt: skip


def left_out(document, arrays):
    """Arrays that nothing names any more."""
    text = json.dumps(document["model"])
    return {name: None for name in arrays if json.dumps(name) not in text}


@pytest.mark.parametrize("case", FORGED)
def test_parts_that_do_not_go_together_are_refused_in_words(tmp_path, case):
    name, change, word = FORGED[case]
    model, rows, target = WRAPPED[name]
    save(model.fit(rows, target), tmp_path / "m")
    load(forged(tmp_path / "m", lambda document: None))  # it is not the sealing
    document, arrays = small_reader.read(tmp_path / "m")
    change(document["model"])
    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", lambda found: change(found["model"]), left_out(document, arrays)))
    assert word in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)


NUMBERS = {
    "columns beyond the last": ("bagged", "estimators_features_[0]", lambda held: held + 4, "numbers of columns"),
    "columns before the first": ("bagged", "estimators_features_[0]", lambda held: held - 9, "numbers of columns"),
    "a column too few": ("bagged", "estimators_features_[0]", lambda held: held[:1], "other columns"),
    "no column": ("bagged", "estimators_features_[0]", lambda held: held[:0], "numbers of columns"),
    "a curve that falls": ("isotonic", "calibrators[0].y_thresholds_", lambda held: held[::-1], "rise from 0 to 1"),
    "a curve beyond 1": ("isotonic", "calibrators[0].y_thresholds_", lambda held: held + 2, "rise from 0 to 1"),
    "a curve without order": ("isotonic", "calibrators[0].X_thresholds_", lambda held: held[::-1], "must rise"),
    "a curve too short": ("isotonic", "calibrators[0].X_thresholds_", lambda held: held[:-1], "must rise"),
    "slopes too far": ("stacked", "final_estimator_.coef_", lambda held: held + 1e200, "within"),
    "slopes that are none": ("stacked", "final_estimator_.coef_", lambda held: held * np.nan, "not finite"),
    "slopes for fewer": ("stacked", "final_estimator_.coef_", lambda held: held[:-1], "slopes for 6 inputs"),
    "slopes of two": ("stacked", "final_estimator_.coef_", lambda held: held[:, :-1], "intercept for each"),
    "intercepts of two": ("stacked", "final_estimator_.intercept_", lambda held: held[:-1], "intercept"),
    "a score too few": ("the best columns", "scores_", lambda held: held[:-1], "shape"),
    "an order of columns": ("a chain of amounts", "order_", lambda held: held * 0, "each of its models once"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_that_do_not_fit_are_refused_in_words(tmp_path, case):
    name, array, change, word = NUMBERS[case]
    model, rows, target = WRAPPED[name]
    save(model.fit(rows, target), tmp_path / "m")
    arrays = small_reader.read(tmp_path / "m")[1]
    place = next(found for found in arrays if found.endswith(array))
    with pytest.raises(ModelFileError) as caught:
        load(forged(tmp_path / "m", lambda document: None, {place: change(np.array(arrays[place]))}))
    assert word in str(caught.value), str(caught.value)
