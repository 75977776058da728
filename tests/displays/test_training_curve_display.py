"""Curves of every kind of fit: the numbers that the fit kept, and the epoch that it chose."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_models import AMOUNT, EVERY, QUICK, STOPS, X3, Y3, axes, drawn
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline

from glassprop import MLPClassifier, MLPRegressor, TabularClassifier
from glassprop.errors import SettingsError
from glassprop.plot import TrainingCurveDisplay

SEVERAL = {"votes": "estimators_", "regressors, bagged": "estimators_"}

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("small_jobs"),
]


def network_of(model):
    for name in ("best_estimator_", "regressor_", "pipeline_"):
        model = getattr(model, name, model)
    return model[-1] if hasattr(model, "steps") else model


@pytest.mark.parametrize("name", EVERY)
def test_each_kind_of_model_shows_what_it_kept(name):
    of = drawn(name)
    display = TrainingCurveDisplay.from_estimator(of.model, ax=axes())
    x, y = display.line_.get_data()
    np.testing.assert_array_equal(x, np.arange(1, len(y) + 1))
    assert len(display.networks) == (of.networks if of.networks > 1 else 0)
    if name in SEVERAL:
        np.testing.assert_allclose(y, np.mean([one.loss_curve_ for one in getattr(of.model, SEVERAL[name])], axis=0))
    elif name == "calibrated":
        each = [one.estimator.loss_curve_ for one in of.model.calibrated_classifiers_]
        np.testing.assert_array_equal([line.get_ydata() for line in display.network_lines_], each)
    else:
        np.testing.assert_array_equal(y, network_of(of.model).loss_curve_)


def test_validation_and_the_best_epoch_are_those_of_early_stopping():
    clf = drawn("early stopping").model
    display = TrainingCurveDisplay.from_estimator(clf, ax=axes())
    np.testing.assert_array_equal(display.validation_line_.get_ydata(), clf.validation_curve_)
    best = int(np.argmin(clf.validation_curve_))
    assert display.best_.get_xdata() == [best + 1]
    assert display.best_.get_ydata() == [clf.validation_curve_[best]]
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == [
        "training", "validation", f"best epoch: {best + 1}",
    ]  # fmt: skip


def test_scores_and_seconds():
    clf = drawn("early stopping").model
    display = TrainingCurveDisplay.from_estimator(clf, kind="score", against="seconds", ax=axes())
    np.testing.assert_array_equal(display.validation_line_.get_ydata(), clf.validation_scores_)
    np.testing.assert_array_equal(display.validation_line_.get_xdata(), [point[0] for point in clf.time_curve_])
    assert display.line_ is None
    its = drawn("scikit-learn's").model
    display = TrainingCurveDisplay.from_estimator(its, kind="score", ax=axes())
    assert display.best_.get_xdata() == [int(np.argmax(its.validation_scores_)) + 1]


def test_watched_rows_alone_choose_nothing():
    clf = MLPClassifier(**QUICK).fit(X3, Y3, X_val=X3[::3], y_val=Y3[::3])
    display = TrainingCurveDisplay.from_estimator(clf, ax=axes())
    assert display.best_ is None
    np.testing.assert_array_equal(display.validation_line_.get_ydata(), clf.validation_curve_)


def test_calls_follow_each_other_and_validation_stays_with_its_own():
    watched, plain = {"X_val": X3[::3], "y_val": AMOUNT[::3]}, {}
    for first, second, there in ((watched, plain, slice(0, 4)), (plain, watched, slice(4, 10))):
        reg = MLPRegressor(**QUICK, warm_start=True).fit(X3, AMOUNT, **first)
        reg.set_params(max_iter=6).fit(X3, AMOUNT, **second)
        display = TrainingCurveDisplay.from_estimator(reg, ax=axes())
        assert len(display.line_.get_ydata()) == 10
        known = np.flatnonzero(np.isfinite(display.validation_line_.get_ydata()))
        np.testing.assert_array_equal(known, np.arange(10)[there])
    reg = MLPRegressor(**QUICK).fit(X3, AMOUNT, **watched)
    for _ in range(3):
        reg.partial_fit(X3, AMOUNT)
    display = TrainingCurveDisplay.from_estimator(reg, ax=axes())
    np.testing.assert_array_equal(display.validation_line_.get_ydata(), [*reg.validation_curve_, *[np.nan] * 3])


def test_the_best_epoch_of_a_warm_start_is_counted_from_the_first_call():
    reg = MLPRegressor(**{**STOPS, "warm_start": True, "max_iter": 5}).fit(X3, AMOUNT).fit(X3, AMOUNT)
    display = TrainingCurveDisplay.from_estimator(reg, ax=axes())
    assert display.best_epoch == len(reg.loss_curve_) - reg.n_iter_ + reg.best_epoch_ > 5
    assert display.best_.get_ydata() == [reg.validation_curve_[display.best_epoch - 1]]


def test_a_fit_of_one_epoch_is_a_point():
    clf = MLPClassifier(**QUICK).partial_fit(X3, Y3, classes=[0, 1, 2])
    assert TrainingCurveDisplay.from_estimator(clf, ax=axes()).line_.get_marker() == "o"


def test_folds_of_a_table_are_drawn_each_and_kept_in_its_record():
    model = drawn("table").model
    display = TrainingCurveDisplay.from_estimator(model, ax=axes())
    again = TrainingCurveDisplay.from_record(model.report_, ax=axes())
    assert len(display.network_lines_) == len(again.network_lines_) == 4  # training and validation of two folds
    lines = [line.get_ydata() for line in display.network_lines_]
    np.testing.assert_allclose(np.mean(lines[:2], axis=0), display.line_.get_ydata(), rtol=1e-5)
    np.testing.assert_allclose(np.mean(lines[2:], axis=0), display.validation_line_.get_ydata(), rtol=1e-5)
    np.testing.assert_array_equal(display.line_.get_ydata(), model.report_["history"]["loss_curve"])
    np.testing.assert_array_equal(again.line_.get_ydata(), display.line_.get_ydata())


def test_folds_are_found_at_the_end_of_a_pipeline():
    pipe = Pipeline([("nothing", "passthrough"), ("table", drawn("table").model)])
    assert len(TrainingCurveDisplay.from_estimator(pipe, ax=axes()).networks) == 2


def test_a_cross_validation_is_drawn_each_and_in_the_mean():
    found = cross_validate(MLPRegressor(**QUICK), X3, AMOUNT, cv=3, return_estimator=True)
    display = TrainingCurveDisplay.from_cv_results(found, ax=axes())
    each = [one.loss_curve_ for one in found["estimator"]]
    np.testing.assert_allclose(display.line_.get_ydata(), np.mean(each, axis=0))
    np.testing.assert_array_equal([line.get_ydata() for line in display.network_lines_], each)


def test_several_models_on_the_same_axes_are_told_apart_by_name_and_color():
    ax = axes()
    one = TrainingCurveDisplay.from_estimator(drawn("early stopping").model, name="_one $x_1$", ax=ax)
    other = TrainingCurveDisplay.from_estimator(drawn("regressor").model, name="other", ax=ax)
    assert one.line_.get_color() == one.validation_line_.get_color() != other.line_.get_color()
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said[0] == "_one $x_1$: training"
    assert said[-1] == "other: training"
    assert not any(text.get_parse_math() for text in ax.get_legend().get_texts())


def test_a_logarithmic_scale_where_costs_span_decades():
    for costs, scale in (([1.0, 0.5, 0.1], "linear"), ([1.0, 0.1, 0.01], "log"), ([1.0, 0.0, -1.0], "linear")):
        assert TrainingCurveDisplay(training=np.array(costs)).plot(ax=axes()).ax_.get_yscale() == scale
        assert (
            TrainingCurveDisplay(training=np.array(costs)).plot(ax=axes(), log_scale=False).ax_.get_yscale() == "linear"
        )


@pytest.mark.parametrize(
    ("model", "how", "said"),
    [
        (lambda: LogisticRegression().fit(X3, Y3), {}, "a LogisticRegression keeps no course"),
        (lambda: drawn("regressor").model, {"kind": "score"}, "early_stopping=True keeps them"),
        (lambda: drawn("votes").model, {"against": "seconds"}, "it is not known when epochs ended"),
        (lambda: drawn("regressor").model, {"kind": "loss"}, "kind is 'cost' or 'score'"),
        (
            lambda: MLPRegressor.from_weights([np.ones((2, 1))], [np.ones(1)]),
            {},
            "a MLPRegressor keeps no course of its training",
        ),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused_in_one_line(model, how, said):
    with pytest.raises(SettingsError, match=said) as error:
        TrainingCurveDisplay.from_estimator(model(), ax=axes(), **how)
    assert "\n" not in str(error.value)


def test_an_unfitted_model_is_refused():
    for model in (MLPClassifier(), TabularClassifier()):
        with pytest.raises(NotFittedError):
            TrainingCurveDisplay.from_estimator(model, ax=axes())
    with pytest.raises(SettingsError, match="return_estimator=True"):
        TrainingCurveDisplay.from_cv_results({"test_score": [1.0]})
    with pytest.raises(SettingsError, match="tells of no training"):
        TrainingCurveDisplay.from_record({})


def test_networks_without_scores_are_left_out():
    scored, other = TrainingCurveDisplay(training=[2, 1], score=[0.5, 0.6]), TrainingCurveDisplay(training=[3, 2])
    display = TrainingCurveDisplay(training=[2.5, 1.5], score=[0.5, 0.6], networks=[scored, other])
    display.plot(kind="score", ax=axes())
    np.testing.assert_array_equal([line.get_ydata() for line in display.network_lines_], [[0.5, 0.6]])
    for wrong in ({"training_kw": 3}, {"training_kw": {"xyz": 1}}, {"validation_kw": {"lw": 1, "linewidth": 1}}):
        with pytest.raises(SettingsError):
            display.plot(**wrong, ax=axes())
    with pytest.raises(SettingsError, match="cv_results has no estimators"):
        TrainingCurveDisplay.from_cv_results([])
    hollow = TrainingCurveDisplay(training=[np.nan, np.inf]).plot(ax=axes())
    assert hollow.ax_.get_yscale() == "linear"
