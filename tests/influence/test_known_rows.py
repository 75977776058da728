"""Rows of a fit are known again however they are given, and others of the same number are refused."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from leaving import StopAfter
from scipy.sparse import coo_array, csr_array
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

import glassprop
from glassprop import Margins, MLPClassifier, MLPRegressor, Tracer, load_trace, save_trace
from glassprop.engine.plan import Data
from glassprop.errors import DataError
from glassprop.influence.known_rows import are_others, by_targets, digest_of_rows
from glassprop.influence.rows_of_fit import RowsOfFit

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FLOWERS, KINDS = load_iris(return_X_y=True)
X, y, OTHERS = FLOWERS[::2], KINDS[::2], FLOWERS[1::2]  # whose kinds are the same


def watched(model, *rows, fit="fit", **more):
    """A fitted model, and who watched its fit."""
    callbacks = Margins(), Tracer(4)
    getattr(model.set_callbacks(*callbacks), fit)(*rows, **more)
    return model, *callbacks


def clf(**arguments):
    return MLPClassifier((4,), **{"max_iter": 4, "random_state": 0, "engine": "reference"} | arguments)


@pytest.mark.parametrize(
    ("rows", "targets"),
    [(OTHERS, y), (X[::-1], y), (X, y[::-1]), (X, np.where(np.arange(75) == 40, 0, y))],
    ids=["others", "another order", "targets in another order", "one target"],
)
def test_others_of_the_same_number_are_refused(rows, targets):
    model, margins, tracer = watched(clf(), X, y)
    with pytest.raises(DataError, match="the Margins saw a fit on other rows than these 75: give the X and y of that"):
        model.suspect_labels(rows, targets, margins=margins)
    with pytest.raises(DataError, match="the trace was kept in a fit on other rows than these 75: give the X and y of"):
        model.suspect_labels(rows, targets, trace=tracer)
    with pytest.raises(DataError, match="the trace was kept in a fit on other rows"):
        model.blame(rows, targets, row=3, trace=tracer)


@pytest.mark.parametrize(
    "arguments",
    [{"early_stopping": True}, {"solver": "lbfgs"}, {"n_members": 2}, {"batch_size": 20, "label_smoothing": 0.1}],
    ids=lambda arguments: next(iter(arguments)),
)
def test_the_same_are_known_whatever_the_fit_does_with_them(arguments):
    model, margins, tracer = watched(clf(**arguments), X, y)
    assert margins.rows().rows == tracer.model_trace().rows == digest_of_rows([(None, model._as_examples(X, y, None))])
    model.suspect_labels(X, y, margins=margins, trace=tracer)
    with pytest.raises(DataError, match="other rows"):
        model.suspect_labels(OTHERS, y, margins=margins)


@pytest.mark.parametrize(
    ("fitted", "asked"),
    [
        (X.astype(np.float32), X),
        (X, X.astype(np.float32)),
        (csr_array(X), X),
        (coo_array(X), csr_array(X)),
        (pd.DataFrame(X, columns=list("abcd")), pd.DataFrame(X, columns=list("abcd"))),
    ],
    ids=["more precise", "less precise", "sparse", "other sparse", "with names"],
)
def test_the_same_are_known_in_another_form(fitted, asked):
    model, margins, tracer = watched(clf(), fitted, y)
    model.suspect_labels(asked, y, margins=pickle.loads(pickle.dumps(margins)), trace=tracer)


def test_amounts_weights_and_calls_that_go_on(tmp_path):
    rows, amounts = load_diabetes(return_X_y=True)
    model, margins, tracer = watched(MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0), rows, amounts)
    model.suspect_labels(rows, amounts, np.arange(442.0), margins=margins, trace=tracer)
    with pytest.raises(DataError, match="other rows"):
        model.suspect_labels(rows, amounts + 1, margins=margins)
    save_trace(tracer, tmp_path / "m.trace")
    read = load_trace(tmp_path / "m.trace")
    assert read.rows == tracer.model_trace().rows != ""
    with pytest.raises(DataError, match="other rows"):
        model.blame(rows[::-1], amounts, row=0, trace=read)
    left = clf(max_iter=9, early_stopping=True).set_callbacks(StopAfter(2)).fit(X, y)
    for goes_on, fit in ((left, "resume"), (left, "partial_fit")):
        if fit == "partial_fit":
            goes_on.set_params(early_stopping=False)
        model, margins, tracer = watched(goes_on, X, y, fit=fit)
        model.suspect_labels(X, y, margins=margins, trace=tracer)


def test_behind_steps_that_make_other_inputs_while_they_are_fitted_targets_alone_count():
    letters, kinds = np.array(list("abcde"))[np.arange(80) % 5][:, None], np.arange(80) // 3 % 2
    steps = make_pipeline(TargetEncoder(), clf())
    margins, tracer = Margins(), Tracer(3)
    steps[-1].set_callbacks(margins, tracer)
    steps.fit(letters, kinds)
    with pytest.raises(DataError, match="other rows"):  # of the network alone nobody knows of the steps
        steps[-1].suspect_labels(steps[:-1].transform(letters), kinds, margins=margins)
    for saw in (margins, margins.rows()):
        glassprop.suspect_labels(steps, letters, kinds, margins=saw, trace=tracer)
    glassprop.blame(steps, letters, kinds, row=0, trace=tracer)
    for asked in (
        lambda: glassprop.suspect_labels(steps, letters, kinds[::-1], margins=margins),
        lambda: glassprop.blame(steps, letters, kinds[::-1], row=0, trace=tracer.model_trace()),
    ):
        with pytest.raises(DataError, match="other rows"):
            asked()


def test_a_digest_does_not_depend_on_how_rows_are_divided():
    rng = np.random.default_rng(0)
    whole = Data(rng.normal(size=(2500, 3)), rng.normal(size=(2500, 2)))
    kept, aside = np.split(rng.permutation(2500), [1900])
    known = digest_of_rows([(None, whole)])
    assert digest_of_rows([(kept, whole.rows(kept)), (aside, whole.rows(aside))]) == known
    fit = RowsOfFit(None, "numbers", 2500, whole.rows(kept), kept, whole.rows(aside), aside)
    assert fit.known == known
    assert not are_others(by_targets(known), Data(-whole.X, whole.Y))
    assert are_others(known, Data(-whole.X, whole.Y))
    assert not are_others("", Data(-whole.X, -whole.Y))
    ones = np.ones((9, 2), dtype=np.float32)
    below = digest_of_rows([(None, Data(np.nextafter(ones, np.float32(0)), ones))])
    assert not are_others(below, Data(ones, ones))  # the last bits do not count
    assert RowsOfFit(None, "numbers", 2500, None).known == ""
