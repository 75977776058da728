"""``blame`` and ``Tracer``: what they take, keep, leave as it was, and say."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError

from glassprop import Margins, MLPClassifier, MLPRegressor, Tracer
from glassprop.errors import DataError, SettingsError
from glassprop.influence.influence import influences

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def clf(**arguments):
    defaults = {"learning_rate_init": 0.02, "max_iter": 40, "tol": 0, "random_state": 0}
    return MLPClassifier((8,), **defaults | arguments)


@pytest.fixture(scope="module")
def fitted():
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(6)
    return clf().set_callbacks(tracer).fit(X, y), tracer, X, y


# --- a known answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("traced", [True, False])
def test_a_planted_wrong_label_is_the_first_opponent(traced):
    """Of a row beside which stands its twin, under another label."""
    X, y = load_iris(return_X_y=True)
    X, y = np.vstack([X, X[10]]), np.append(y, 2)
    tracer = Tracer()
    model = clf().set_callbacks(tracer).fit(X, y)
    blame = model.blame(X, y, row=10, trace=tracer if traced else None)
    assert blame.opponents[0].row == 150
    assert blame.opponents[0].label == "2"
    assert {pull.label for pull in blame.proponents} == {"0"}
    of_it = model.blame(X, y, row=150, trace=tracer)
    assert of_it.itself > 0
    assert {pull.label for pull in of_it.opponents} == {"0"}


# --- what is traced -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 3, 7, 100])
def test_rates_add_up_whatever_is_kept(k):
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(k)
    model = clf(solver="sgd", batch_size=30).set_callbacks(tracer).fit(X, y)
    trace = tracer.trace()
    assert len(trace) <= k
    assert len(trace) >= min(k / 2, 40)
    assert trace.epochs[-1] == 40
    np.testing.assert_array_equal(trace.thetas[-1], model.theta_)
    np.testing.assert_allclose(trace.rates.sum(), 40 * 0.02 / 30)
    if len(trace) > 2:
        np.testing.assert_allclose(np.diff(trace.epochs)[:-1], trace.epochs[0])  # spread evenly


def test_kept_weights_are_those_of_their_epochs():
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(100)
    clf(max_iter=5).set_callbacks(tracer).fit(X, y)
    for epoch, theta in zip(tracer.trace().epochs, tracer.trace().thetas, strict=True):
        np.testing.assert_array_equal(theta, clf(max_iter=int(epoch)).fit(X, y).theta_)


def test_it_changes_no_bit():
    X, y = load_iris(return_X_y=True)
    traced, alone = clf().set_callbacks(Tracer()).fit(X, y), clf().fit(X, y)
    np.testing.assert_array_equal(traced.theta_, alone.theta_)


def test_a_trace_ends_with_the_best_weights():
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(100)
    model = clf(early_stopping=True, learning_rate_init=0.3, n_iter_no_change=10, max_iter=100)
    model = model.set_callbacks(tracer).fit(X, y)
    assert model.best_epoch_ < model.n_iter_
    assert tracer.trace().epochs[-1] == model.best_epoch_
    np.testing.assert_array_equal(tracer.trace().thetas[-1], model.theta_)


@pytest.mark.parametrize("arguments", [{}, {"solver": "lbfgs"}, {"early_stopping": True}])
@pytest.mark.parametrize("at", [1, 4])
def test_ctrl_c_before_the_tracer_was_told_of_the_epoch(arguments, at, monkeypatch):
    class Interrupting(Margins):
        def on_state(self, state):
            if state.epoch == at:
                raise KeyboardInterrupt

    X, y = load_iris(return_X_y=True)
    tracer = Tracer(100)
    with pytest.warns(UserWarning, match="interrupted by user"):
        model = clf(**arguments).set_callbacks(Interrupting(), tracer).fit(X, y)
    trace = tracer.trace()
    assert (trace.rates >= 0).all()
    assert trace.rates.any()
    np.testing.assert_array_equal(trace.thetas[-1], model.theta_)
    if not arguments:  # Adam: .02 by step
        np.testing.assert_allclose(trace.rates, 0.02 / 150)


@pytest.mark.parametrize("arguments", [{"solver": "lbfgs"}, {"n_members": 3}, {"learning_rate": "cosine"}])
def test_ways_to_train(arguments):
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(5)
    model = clf(**arguments).set_callbacks(tracer).fit(X, y)
    assert (tracer.trace().rates > 0).all()
    assert np.isfinite(model.blame(X, y, row=0, trace=tracer).scores).all()


@pytest.mark.parametrize("epochs", [1, 10])
@pytest.mark.parametrize("warm", [False, True])
def test_a_second_fit_is_traced_anew_and_a_pickle_has_it(epochs, warm):
    X, y = load_iris(return_X_y=True)
    tracer = Tracer(20)
    model = clf(warm_start=warm, max_iter=epochs).set_callbacks(tracer).fit(X, y)
    first = tracer.trace()
    model.fit(X, y)
    assert tracer.trace().epochs.tolist() == list(range(1, epochs + 1))
    np.testing.assert_allclose(tracer.trace().rates, first.rates)
    assert np.array_equal(tracer.trace().thetas, first.thetas) is not warm
    again = pickle.loads(pickle.dumps(tracer))
    np.testing.assert_array_equal(again.trace().thetas, tracer.trace().thetas)


# --- what is asked --------------------------------------------------------------------------------------------


def test_a_row_and_the_same_row_given(fitted):
    model, tracer, X, y = fitted
    by_number = model.blame(X, y, row=70, trace=tracer)
    given = model.blame(X, y, x=X[70], y_x=y[70], trace=tracer)
    np.testing.assert_array_equal(by_number.scores, given.scores)
    assert by_number.itself == given.scores[70]
    assert given.itself is None
    assert 70 in {pull.row for pull in given.proponents}
    assert 70 not in {pull.row for pull in by_number.proponents}


def test_without_a_label_it_is_the_predicted_one(fitted):
    model, _, X, y = fitted
    blame = model.blame(X, y, x=X[[100]])
    assert blame.label == blame.predicted == str(model.predict(X[[100]])[0])
    assert "labeled" not in str(blame)  # it has none
    assert "labeled 2," in str(model.blame(X, y, x=X[100], y_x=2))


def test_weights_of_rows_and_classes_count(fitted):
    model, tracer, X, y = fitted
    weight = np.ones(150)
    weight[[3, 4]] = 5, 0
    weighted = model.blame(X, y, row=0, sample_weight=weight, trace=tracer).scores
    rows = X, model.encode_targets(X, y)[1]
    known = influences(model.network_, tracer.trace(), *rows, *(each[:1] for each in rows), weight)[0]
    np.testing.assert_array_equal(weighted, known)
    assert weighted[4] == 0
    balanced = clf(class_weight={0: 2.0, 1: 1.0, 2: 1.0}).set_callbacks(tracer := Tracer(3)).fit(X, y)
    scores = balanced.blame(X, y, row=0, trace=tracer).scores
    balanced.class_weight = None
    twice = balanced.blame(X, y, row=0, trace=tracer, sample_weight=np.where(y == 0, 2, 1)).scores
    np.testing.assert_allclose(scores, twice)


def test_numbers_and_several_labels():
    X, y = load_diabetes(return_X_y=True)
    model = MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0).fit(X, y)
    blame = model.blame(X, y, x=X[0], y_x=y[0], top=3)
    assert (blame.label, len(blame.proponents)) == ("151", 3)
    X, Y = make_multilabel_classification(50, 6, n_classes=3, random_state=0)
    model = MLPClassifier((8,), max_iter=20, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(
        model.blame(X, Y, row=4).scores, model.blame(X.tolist(), Y, x=X[4].tolist(), y_x=Y[4].tolist()).scores
    )


def test_inputs_beyond_what_products_can_hold(fitted):
    model, _, X, y = fitted
    with pytest.raises(DataError, match="overflow: scale the inputs"):
        model.blame(X * 1e200, y, row=0)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({}, SettingsError, "give row= .* or x="),
        ({"row": 0, "x": [1, 2, 3, 4]}, SettingsError, "give row= .* or x="),
        ({"row": 0, "y_x": 1}, SettingsError, "y_x= is the target of x="),
        ({"row": 150}, DataError, "there is no row 150"),
        ({"row": 1.5}, SettingsError, "rows are whole numbers"),
        ({"x": np.ones((2, 4))}, SettingsError, "x= is one row, got 2"),
        ({"x": 3}, SettingsError, "x= is one row, with a number for each column of X, got 3"),
        ({"x": "text"}, SettingsError, "x= is one row, with a number for each column of X, got 'text'"),
        ({"x": np.ones(4), "y_x": [0, 1]}, SettingsError, "y_x= is one target, as y has them, got 2"),
        ({"x": [1, 2, 3]}, ValueError, "3 features"),
        ({"x": np.ones(4), "y_x": 7}, ValueError, "classes that training did not see"),
        ({"row": 0, "top": 0}, SettingsError, "top must be a whole number"),
        ({"row": 0, "top": True}, SettingsError, "top must be a whole number"),
        ({"row": 0, "trace": "trace"}, SettingsError, "trace must be a Tracer"),
        ({"row": 0, "trace": Tracer()}, SettingsError, "has watched no completed fit"),
    ],
)
def test_what_cannot_be_asked(fitted, arguments, error, said):
    model, _, X, y = fitted
    with pytest.raises(error, match=said):
        model.blame(X, y, **arguments)


def test_a_tracer_of_another_fit(fitted):
    _, tracer, X, y = fitted
    other = clf(random_state=1).fit(X, y)
    with pytest.raises(DataError, match="the trace is of another model"):
        other.blame(X, y, row=0, trace=tracer)
    with pytest.raises(NotFittedError):
        clf().blame(X, y, row=0)


@pytest.mark.parametrize("k", [0, -1, 2.5, True, "3", None])
def test_no_such_number_of_weights(k):
    with pytest.raises(SettingsError, match="k must be a whole number of weights to keep"):
        Tracer(k)


# --- what is said ---------------------------------------------------------------------------------------------


def test_text_and_data(fitted):
    model, tracer, X, y = fitted
    names = np.array(["setosa", "a very long name " * 9, "virginica"])[y]
    named = clf().fit(X, names)
    for blame in (model.blame(X, y, row=70, top=3, trace=tracer), named.blame(X, names, row=70, top=3)):
        text = str(blame)
        assert all(len(line) <= 80 for line in text.splitlines())
        assert all(f"{pull.row}  " in text for pull in (*blame.proponents, *blame.opponents))
        plain = json.loads(json.dumps(blame.to_dict()))
        assert [pull["row"] for pull in plain["proponents"]] == [pull.row for pull in blame.proponents]
        assert plain["n_rows"] == 150
        assert [pull.score for pull in blame.proponents] == sorted(np.delete(blame.scores, 70))[:-4:-1]
        assert [pull.score for pull in blame.opponents] == sorted(blame.scores)[:3]
    assert plain["traced"] is False
    assert "by the final weights alone" in text
    assert "epochs" in str(model.blame(X, y, row=70, trace=tracer))
