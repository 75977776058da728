"""Maps of two columns say what the model says there, whatever holds the other columns, in whichever table."""

from __future__ import annotations

import warnings
from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from drawn_models import AMOUNT, CLASSIFIERS, FRAME, NAMES, QUICK, REGRESSORS, X2, X3, Y2, Y3, axes, drawn
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError
from glassprop.plot import DecisionBoundaryDisplay
from glassprop.tables.tabular.plane import plane_of

SMALL = {"grid_resolution": 7}

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("small_jobs"),
]


def rows_at(X, places, columns, held):
    """Rows of X's kind made by hand, a place each."""
    n = len(places)
    if isinstance(X, np.ndarray):
        return np.column_stack(
            [places[:, columns.index(k)] if k in columns else np.full(n, held[f"x{k}"]) for k in range(X.shape[1])]
        )
    names = list(X.columns)
    made = {name: places[:, columns.index(k)] if k in columns else [held[name]] * n for k, name in enumerate(names)}
    return pl.DataFrame(made) if isinstance(X, pl.DataFrame) else pd.DataFrame(made)


@pytest.mark.parametrize("name", [*CLASSIFIERS, *REGRESSORS])
def test_each_kind_of_model_is_asked_at_the_places_of_the_map(name):
    of = drawn(name)
    display = DecisionBoundaryDisplay.from_estimator(of.model, of.X, of.y, columns=[0, 2], **SMALL, ax=axes())
    places = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    X = rows_at(of.X, places, [0, 2], display.held)
    said = of.model.predict_proba(X) if name in CLASSIFIERS else of.model.predict(X)[:, None]
    said = said[:, -1] if said.shape[1] <= 2 else said
    np.testing.assert_allclose(display.response.reshape(said.shape), said, rtol=1e-6, atol=1e-9)
    drawn_rows = sum(len(points.get_offsets()) for points in display.scatter_)
    assert drawn_rows == len(of.y)


def test_others_are_held_at_median_or_most_frequent():
    frame = pl.DataFrame({
        "a": [1.0, 2.0, 3.0, 10.0], "b": [0.0, 1.0, 2.0, 3.0], "count": [1, 2, 3, 9],
        "town": ["Ulm", None, "Bonn", "Bonn"], "real": [1.0, None, 2.0, 9.0], "on": [True, False, True, True],
        "day": [date(2024, 1, day) for day in (1, 2, 3, 9)], "empty": pl.Series([None] * 4, dtype=pl.Float64),
    })  # fmt: skip
    for table in (frame, frame.to_pandas(), frame.to_arrow()):
        plane = plane_of(table, ["b", "a"])
        known = {name: plane.held[name] for name in ("count", "town", "real", "on")}
        assert known == {"count": 2, "town": "Bonn", "real": 2.0, "on": True}
        assert str(plane.held["day"]).startswith("2024-01-02")
        rows = nw.from_native(plane.rows_of(np.array([[5.0, 6.0], [7.0, 8.0]])), eager_only=True)
        assert rows.columns == frame.columns
        assert rows["b"].to_list() == [5.0, 7.0]
        assert rows["a"].to_list() == [6.0, 8.0]
        assert rows["town"].to_list() == ["Bonn", "Bonn"]
        assert rows["count"].dtype == nw.Int64
        assert rows["empty"].is_null().all() or np.isnan(rows["empty"].to_numpy()).all()
    array = plane_of(np.array([[1, 5, 1], [2, 6, 1], [3, 7, 4], [4, 8, 9]]), (0, 1))
    assert array.held == {"x2": 1.0}
    assert plane_of(np.array([[1.0, 5, 1], [2, 6, 4]]), (-1, 0)).held == {"x1": 5.5}
    sparse = plane_of(csr_matrix(np.eye(3)), (0, 1))
    np.testing.assert_array_equal(sparse.rows_of(np.array([[2.0, 3.0]])), [[2.0, 3.0, 0.0]])


def test_what_is_held_can_be_said():
    model = drawn("table").model
    there = DecisionBoundaryDisplay.from_estimator(
        model, FRAME, columns=["x_0", "x_1"], hold={"town": "Jena", "x_2": 1.5}, **SMALL, ax=axes()
    )
    assert there.held == {"x_2": 1.5, "town": "Jena"}
    row = pl.DataFrame({"x_0": [there.xx0[0, 3]], "x_1": [there.xx1[0, 3]], "x_2": [1.5], "town": ["Jena"]})
    np.testing.assert_allclose(there.response[0, 3], model.predict_proba(row)[0], rtol=1e-6)


def test_the_map_reaches_a_little_beyond_the_rows():
    clf = MLPClassifier(**QUICK).fit(X2[:, :2], Y2)
    display = DecisionBoundaryDisplay.from_estimator(clf, X2[:, :2], **SMALL, ax=axes())
    room = 0.05 * np.ptp(X2[:, 0])
    np.testing.assert_allclose([display.xx0.min(), display.xx0.max()], [X2[:, 0].min() - room, X2[:, 0].max() + room])
    display = DecisionBoundaryDisplay.from_estimator(clf, X2[:, :2], eps=2, **SMALL, ax=axes())
    np.testing.assert_allclose(display.xx1.max(), X2[:, 1].max() + 2)


def test_colors_say_what_they_mean_and_names_stay_text():
    of = drawn("names of classes, in polars")
    display = DecisionBoundaryDisplay.from_estimator(of.model, of.X, columns=[0, 1], **SMALL, ax=axes())
    said = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert said == of.model.classes_.tolist()
    assert not any(text.get_parse_math() for text in display.ax_.get_legend().get_texts())
    one = DecisionBoundaryDisplay.from_estimator(
        of.model, of.X, columns=[0, 1], class_of_interest="_b", **SMALL, ax=axes()
    )
    assert one.colorbar_.ax.get_ylabel() == "probability of _b"
    assert one.surface_.get_clim() == (0, 1)
    frame = drawn("frame of pandas")
    named = DecisionBoundaryDisplay.from_estimator(
        frame.model, frame.X, columns=["length $x$", "a_b"], plot_method="pcolormesh", **SMALL, ax=axes()
    )
    assert (named.ax_.get_xlabel(), named.ax_.xaxis.label.get_parse_math()) == ("length $x$", False)


def test_one_of_several_outputs():
    Y = np.column_stack([AMOUNT, X3[:, 1]])
    reg = MLPRegressor(**QUICK).fit(X3, Y)
    with pytest.raises(SettingsError, match="2 outputs, and one is drawn"):
        DecisionBoundaryDisplay.from_estimator(reg, X3, columns=[0, 1], ax=axes())
    display = DecisionBoundaryDisplay.from_estimator(reg, X3, columns=[0, 1], output=1, **SMALL, ax=axes())
    held = np.median(X3[:, 2:], axis=0)
    X = np.column_stack([display.xx0.ravel(), display.xx1.ravel(), np.tile(held, (49, 1))])
    np.testing.assert_allclose(display.response.ravel(), reg.predict(X)[:, 1])


@pytest.mark.parametrize(
    ("X", "how", "error", "said"),
    [
        (X3, {}, SettingsError, "X has 4 columns: say which two are drawn"),
        (X3, {"columns": [0]}, SettingsError, "columns must be two different ones"),
        (X3, {"columns": [0, 4]}, SettingsError, "there is no column 4"),
        (X3, {"columns": [0, "x0"]}, SettingsError, "two different ones"),
        (X3, {"columns": [0, 1], "hold": {"x1": 2}}, SettingsError, "is to vary and to be held"),
        (FRAME, {"columns": ["x_0", "town"]}, DataError, "column 'town' has no numbers"),
        (X3, {"columns": [0, 1], "y": NAMES[Y3]}, DataError, "classes that the model does not know, as"),
        (X3, {"columns": [0, 1], "y": Y3[1:]}, DataError, "74 targets and 75 predictions"),
        (X3 * np.nan, {"columns": [0, 1]}, DataError, "has no number in any row"),
    ],
)
def test_what_there_is_not_is_refused_in_one_line(X, how, error, said):
    with pytest.raises(error, match=said) as found:
        DecisionBoundaryDisplay.from_estimator(drawn("three classes").model, X, ax=axes(), **how)
    assert "\n" not in str(found.value)


def test_several_labels_a_row_are_refused():
    labels = np.column_stack([Y3 == 0, AMOUNT > 5]).astype(int)
    with pytest.raises(SettingsError, match="one label a row"):
        DecisionBoundaryDisplay.from_estimator(MLPClassifier(**QUICK).fit(X3, labels), X3, columns=[0, 1], ax=axes())


def test_tables_of_arrow():
    table = pa.table({f"x_{k}": X3[:, k] for k in range(3)} | {"town": FRAME["town"].to_list()})
    model = drawn("table").model
    display = DecisionBoundaryDisplay.from_estimator(model, table, columns=["x_0", "x_1"], **SMALL, ax=axes())
    other = DecisionBoundaryDisplay.from_estimator(model, FRAME, columns=["x_0", "x_1"], **SMALL, ax=axes())
    np.testing.assert_array_equal(display.response, other.response)


@pytest.mark.parametrize("y", [None, Y3])
def test_classes_that_matplotlib_would_hide_are_in_the_legend(y):
    names = np.array(["", "_child0", "_nolegend_"])
    clf = MLPClassifier(**QUICK).fit(X3, names[Y3])
    y = None if y is None else names[y]
    display = DecisionBoundaryDisplay.from_estimator(clf, X3, y, columns=[0, 1], **SMALL, ax=axes())
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == sorted(names)


def test_of_many_classes_there_is_no_legend():
    rows = np.arange(180.0) % 60
    tree = DecisionTreeClassifier().fit(np.column_stack([rows, rows]), rows.astype(int))
    X = np.column_stack([rows, rows])
    display = DecisionBoundaryDisplay.from_estimator(tree, X, rows.astype(int), **SMALL, ax=axes())
    assert display.ax_.get_legend() is None


@pytest.mark.parametrize(
    ("how", "size", "face"),
    [
        ({"edgecolor": "w", "linewidth": 2}, 2, None),
        ({"ec": "w", "lw": 2}, 2, None),
        ({"c": "k", "linewidths": 3}, 3, (0, 0, 0, 1)),
        ({"marker": "x", "linewidths": 1}, 1, None),
    ],
)
def test_other_names_of_what_scatter_is_handed(how, size, face):
    for kind in ("three classes", "regressor"):
        of = drawn(kind)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            display = DecisionBoundaryDisplay.from_estimator(
                of.model, of.X, of.y, columns=[0, 1], scatter_kw=how, **SMALL, ax=axes()
            )
        assert display.scatter_[0].get_linewidth() == size
        assert face is None or tuple(display.scatter_[0].get_facecolor()[0]) == face


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"columns": 0}, "two different ones, got 0"),
        ({"hold": [1]}, "hold is a mapping"),
        ({"eps": "a"}, "eps is to be a number, 0 or more"),
        ({"eps": -1}, "eps is to be a number, 0 or more"),
        ({"eps": np.nan}, "eps is to be a number, 0 or more"),
        ({"grid_resolution": 2.5}, "grid_resolution is to be a whole number, 2"),
        ({"response_method": "decision_function"}, "a MLPClassifier has no decision_function"),
        ({"response_method": "x"}, "response_method is one of"),
        ({"class_of_interest": 7}, "there is no class 7: they are 0, 1, 2$"),
        ({"class_of_interest": [1]}, "there is no class"),
        ({"plot_method": "x"}, "plot_method"),
        ({"nonsense": 1}, "DecisionBoundaryDisplay.plot: "),
        ({"scatter_kw": 3}, "a mapping from names"),
        ({"y": Y3.astype(str)}, "as '0': it knows 0, 1, 2$"),
    ],
)
def test_options_of_another_kind_are_refused_in_one_line(wrong, said):
    of = drawn("three classes")
    with pytest.raises((SettingsError, DataError), match=said) as error:
        DecisionBoundaryDisplay.from_estimator(of.model, of.X, **{"y": of.y, "columns": [0, 1], **wrong}, ax=axes())
    assert "\n" not in str(error.value)


def test_amounts_that_are_missing_are_left_out():
    y = np.where(np.arange(len(X3)) < 3, np.nan, AMOUNT)
    of = drawn("regressor")
    display = DecisionBoundaryDisplay.from_estimator(of.model, X3, y, columns=[0, 1], **SMALL, ax=axes())
    np.testing.assert_array_equal(display.points, X3[3:, :2])


def test_whole_numbers_that_name_columns_of_pandas_are_names():
    frame = pd.DataFrame(X3[:, :3], columns=[5, 1, 0])
    clf = LogisticRegression().fit(frame, Y3)
    display = DecisionBoundaryDisplay.from_estimator(clf, frame, Y3, columns=[1, 0], hold={5: 2.0}, **SMALL, ax=axes())
    np.testing.assert_array_equal(display.points, X3[:, 1:3])
    assert (display.xlabel, display.ylabel, display.held) == ("1", "0", {"5": 2.0})
    with pytest.raises(SettingsError, match=r"there is no column 2: they are 5, 1, 0$"):
        plane_of(frame, [1, 2])
    usual = plane_of(pd.DataFrame(X3), [0, -1])
    assert usual.names == ("0", "3")


def test_what_columns_are_held_at_is_of_python():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "on": [True, True], "n": [2, 2]})
    held = plane_of(frame, ["a", "b"]).held
    assert {name: type(value) for name, value in held.items()} == {"on": bool, "n": int}
