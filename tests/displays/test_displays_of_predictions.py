"""Confusion, calibration and residuals, of every kind of model, against numbers that scikit-learn works out apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from drawn_models import AMOUNT, CLASSIFIERS, NAMES, QUICK, REGRESSORS, X2, X3, Y2, Y3, axes, drawn, painted
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError
from glassprop.plot import CalibrationDisplay, ConfusionMatrixDisplay, PredictionErrorDisplay

LABELS = "y has 2 columns"

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("small_jobs"),
]


def plain(y):
    return np.asarray(y.to_numpy() if hasattr(y, "to_numpy") else y)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_confusion_counts_are_those_of_scikit_learn(name):
    of = drawn(name)
    weights = np.linspace(1, 2, len(of.X))
    display = ConfusionMatrixDisplay.from_estimator(of.model, of.X, of.y, sample_weight=weights, ax=axes())
    counts = confusion_matrix(
        plain(of.y).astype(of.model.classes_.dtype), of.model.predict(of.X), sample_weight=weights
    )
    np.testing.assert_array_equal(display.im_.get_array(), counts)
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == [str(label) for label in of.model.classes_]
    assert {int(text.get_position()[0]) for text in display.text_.ravel()} == set(range(len(counts)))


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_calibration_bins_are_those_of_scikit_learn(name):
    of = drawn(name)
    display = CalibrationDisplay.from_estimator(of.model, of.X, of.y, n_bins=4, ax=axes())
    said, y = of.model.predict_proba(of.X), plain(of.y).astype(of.model.classes_.dtype)
    if said.shape[1] == 2:
        true, mean = calibration_curve(y, said[:, 1], n_bins=4, pos_label=of.model.classes_[1])
    else:
        true, mean = calibration_curve(of.model.predict(of.X) == y, said.max(axis=1).clip(0, 1), n_bins=4)
    np.testing.assert_allclose(display.line_.get_data(), (mean, true), rtol=1e-12)
    one = of.model.classes_[0]
    display = CalibrationDisplay.from_estimator(
        of.model, of.X, of.y, pos_label=one, strategy="quantile", n_bins=3, ax=axes()
    )
    true, mean = calibration_curve(y == one, said[:, 0], n_bins=3, strategy="quantile")
    np.testing.assert_allclose(display.line_.get_data(), (mean, true), rtol=1e-12)
    assert display.pos_label == one


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("kind", ["residual_vs_predicted", "actual_vs_predicted"])
def test_residuals_are_what_is_left_of_the_target(name, kind):
    of = drawn(name)
    display = PredictionErrorDisplay.from_estimator(of.model, of.X, of.y, kind=kind, unit="$", ax=axes())
    predicted, y = of.model.predict(of.X), plain(of.y)
    up = y - predicted if kind == "residual_vs_predicted" else y
    np.testing.assert_allclose(display.scatter_.get_offsets(), np.column_stack([predicted, up]), rtol=1e-12, atol=1e-12)
    what = "price_$" if isinstance(of.y, pd.Series) else "values"
    assert display.ax_.get_xlabel() == f"predicted {what} ($)"
    assert not display.ax_.xaxis.label.get_parse_math()


def test_of_very_many_classes_some_are_named_and_none_is_written_into_the_fields():
    y = np.arange(60).repeat(2)
    display = ConfusionMatrixDisplay.from_predictions(y, y, ax=axes())
    assert display.text_ is None
    ax = display.ax_
    named = {int(at): text.get_text() for at, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)}
    assert named == {k: str(k) for k in range(0, 60, 3)}


def test_axes_that_are_shared_can_be_painted():
    two = Figure().subplots(1, 2, sharex=True, sharey=True)
    for ax in two:
        of = drawn("regressor")
        display = PredictionErrorDisplay.from_estimator(of.model, of.X, of.y, kind="actual_vs_predicted", ax=ax)
    painted(display)
    assert two[0].get_aspect() == 1


def test_one_of_several_outputs():
    Y = np.column_stack([AMOUNT, X3[:, 1]])
    reg = MLPRegressor(**QUICK).fit(X3, Y)
    with pytest.raises(SettingsError, match="2 outputs, and one is drawn: give output=0, output=1"):
        PredictionErrorDisplay.from_estimator(reg, X3, Y, ax=axes())
    with pytest.raises(SettingsError, match="there is no output 2"):
        PredictionErrorDisplay.from_estimator(reg, X3, Y, output=2, ax=axes())
    frame = pl.DataFrame(Y, schema=["a", "b_c"])
    display = PredictionErrorDisplay.from_estimator(reg, X3, frame, output=1, ax=axes())
    np.testing.assert_allclose(display.scatter_.get_offsets()[:, 1], Y[:, 1] - reg.predict(X3)[:, 1])
    assert display.ax_.get_xlabel() == "predicted b_c"


def test_probabilities_alone():
    said = drawn("two classes").model.predict_proba(X2)
    whole = CalibrationDisplay.from_predictions(Y2, said, ax=axes())
    second = CalibrationDisplay.from_predictions(Y2, said[:, 1], ax=axes())
    np.testing.assert_array_equal(whole.line_.get_data(), second.line_.get_data())
    first = CalibrationDisplay.from_predictions(Y2, said[:, 0], pos_label=1, ax=axes())
    true, mean = calibration_curve(Y2 == 1, said[:, 0], n_bins=5)
    np.testing.assert_allclose(first.line_.get_data(), (mean, true))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (
            lambda: ConfusionMatrixDisplay.from_estimator(drawn("regressor").model, X3, AMOUNT),
            "draw a PredictionErrorDisplay",
        ),
        (
            lambda: PredictionErrorDisplay.from_estimator(drawn("pipeline").model, X3, Y3),
            "draw a ConfusionMatrixDisplay",
        ),
        (lambda: CalibrationDisplay.from_estimator(drawn("regressor").model, X3, Y3), "that gives probabilities"),
        (
            lambda: ConfusionMatrixDisplay.from_predictions(np.eye(3), np.eye(3)),
            r"one label a row, got y of shape \(3, 3\)",
        ),
        (lambda: ConfusionMatrixDisplay.from_predictions(Y3, Y3[1:]), "75 targets and 74 predictions"),
        (lambda: CalibrationDisplay.from_predictions(Y3, np.ones(75)), "y_true has 3 classes"),
        (lambda: CalibrationDisplay.from_predictions(Y3, np.ones((75, 2))), r"shape \(75, 2\) are not of 3 classes"),
        (lambda: CalibrationDisplay.from_predictions(Y3, np.eye(3)[Y3] * 2), "between 0 and 1"),
        (lambda: CalibrationDisplay.from_predictions(Y3, np.eye(3)[Y3], pos_label="x"), "there is no class 'x'"),
        (lambda: PredictionErrorDisplay.from_predictions(NAMES[Y3], AMOUNT), "targets are no numbers"),
        (lambda: PredictionErrorDisplay.from_predictions([], []), "no rows"),
        (lambda: PredictionErrorDisplay.from_predictions(X2, X2, output="a"), "output is to be a whole number"),
        (lambda: PredictionErrorDisplay.from_predictions(X2, X2, output=0.5), "output is to be a whole number"),
        (lambda: PredictionErrorDisplay.from_predictions(1.0, [1.0]), r"got shape \(\)"),
        (lambda: PredictionErrorDisplay.from_predictions(None, [1.0]), r"got shape \(\)"),
        (lambda: PredictionErrorDisplay.from_predictions([1], [1], kind="x"), "plot: `kind` must be"),
        (lambda: PredictionErrorDisplay.from_predictions([1], [1], line_kwargs={"xyz": 1}), "xyz"),
        (lambda: PredictionErrorDisplay.from_predictions([1], [1], line_kwargs={"c": 1, "color": 1}), "Got both"),
        (lambda: PredictionErrorDisplay.from_predictions([1], [1], scatter_kwargs=3), "a mapping from names"),
        (lambda: ConfusionMatrixDisplay.from_predictions([1], [1], normalize="x"), "normalize"),
        (
            lambda: ConfusionMatrixDisplay.from_predictions([0, 1], [0, 1], xticks_rotation="x"),
            "plot: could not convert",
        ),
        (lambda: CalibrationDisplay.from_predictions([0, 1], [0, 1], n_bins=2.5), "n_bins is to be a whole number, 1"),
        (lambda: CalibrationDisplay.from_predictions([0, 1], [0, 1], n_bins=0), "n_bins is to be a whole number, 1"),
        (lambda: CalibrationDisplay.from_predictions([0, 1], [0, 1], strategy="x"), "strategy"),
        (lambda: CalibrationDisplay.from_predictions([0, 1], ["a", "b"]), "probabilities are numbers"),
        (lambda: CalibrationDisplay.from_predictions(["a"], [1]), "has one class, 'a': give pos_label"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(draw, said):
    with pytest.raises((SettingsError, DataError), match=said) as error:
        draw()
    assert "\n" not in str(error.value)


def test_several_labels_a_row_are_refused():
    labels = np.column_stack([Y3 == 0, AMOUNT > 5]).astype(int)
    clf = MLPClassifier(**QUICK).fit(X3, labels)
    for display in (ConfusionMatrixDisplay, CalibrationDisplay):
        with pytest.raises(SettingsError, match="one label a row"):
            display.from_estimator(clf, X3, labels, ax=axes())


@pytest.mark.parametrize("made", [pa.array, lambda y: pa.chunked_array([y]), lambda y: pa.array(y).dictionary_encode()])
def test_targets_of_arrow(made):
    names = NAMES[Y3]
    display = ConfusionMatrixDisplay.from_predictions(made(names), names, ax=axes())
    np.testing.assert_array_equal(display.confusion_matrix, confusion_matrix(names, names))
    with pytest.raises(DataError, match="1 of 2 targets are missing or infinite"):
        PredictionErrorDisplay.from_predictions(pa.array([1.0, None]), [1, 2], ax=axes())


@pytest.mark.parametrize(
    ("y", "more", "share"),
    [
        ([0, 0, 0], {}, 0),
        ([1, 1, 1], {}, 1),
        ([-1, -1, -1], {}, 0),
        ([False] * 3, {}, 0),
        (["b"] * 3, {"pos_label": "c"}, 0),
        (["b"] * 3, {"labels": ["b", "c"]}, 0),
        (["b"] * 3, {"pos_label": "b"}, 1),
    ],
)
def test_rows_of_one_class_alone(y, more, share):
    display = CalibrationDisplay.from_predictions(y, [0.1, 0.2, 0.5], **more, ax=axes())
    np.testing.assert_array_equal(display.prob_true, [share] * 2)
    np.testing.assert_allclose(display.prob_pred, [0.15, 0.5])


def test_labels_that_a_model_does_not_know_are_refused():
    of = drawn("two classes")
    for y in (Y2.astype(str), Y2 + 7):
        with pytest.raises(DataError, match="y has classes that the model does not know, as"):
            CalibrationDisplay.from_estimator(of.model, of.X, y, ax=axes())


@pytest.mark.parametrize("unknown", [np.nan, np.inf, None])
@pytest.mark.parametrize("kind", ["residual_vs_predicted", "actual_vs_predicted"])
def test_what_is_not_finite_is_refused(unknown, kind):
    for y, said, which in (([1, unknown], [1, 2], "targets"), ([1, 2], [unknown, 1], "predictions")):
        with pytest.raises(DataError, match=f"^1 of 2 {which} are missing or infinite"):
            PredictionErrorDisplay.from_predictions(y, said, kind=kind, ax=axes())
    for y in ([0, 1, np.nan], ["a", "b", None]):
        with pytest.raises(DataError, match="1 of 3 labels are missing"):
            ConfusionMatrixDisplay.from_predictions(y, [0, 1, 0], ax=axes())


def test_other_names_of_what_matplotlib_is_handed():
    for line in ({"c": "r"}, {"color": "r"}):
        display = PredictionErrorDisplay.from_predictions([1, 2], [1, 2], line_kwargs=line, ax=axes())
        assert display.line_.get_color() == "r"
    for how in ({"c": "r"}, {"fc": "r", "ec": "r"}, {"facecolors": "r"}, {"color": "r"}):
        display = PredictionErrorDisplay.from_predictions([1, 2], [1, 2], scatter_kwargs=how, ax=axes())
        assert to_hex(display.scatter_.get_facecolor()[0]) == "#ff0000"
    ConfusionMatrixDisplay.from_predictions([0, 1], [1, 1], text_kw={"horizontalalignment": "left"}, ax=axes())
    display = CalibrationDisplay.from_predictions([0, 1], [0, 1], ls=":", c="g", ax=axes())
    assert (display.line_.get_linestyle(), display.line_.get_color()) == (":", "g")


def test_of_many_classes_every_few_are_named():
    display = painted(ConfusionMatrixDisplay.from_predictions(range(200), range(200), ax=axes()))
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == [str(k) for k in range(0, 200, 8)]
    assert display.ax_.get_yticks().tolist() == list(range(0, 200, 8))
