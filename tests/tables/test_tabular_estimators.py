"""TabularClassifier and TabularRegressor: scikit-learn's contract, tables of any library, what is asked and told."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

import glassprop
from glassprop import TabularClassifier, TabularRegressor
from glassprop.errors import GlasspropError, SettingsError, TableError
from glassprop.export.model_file import load_with_record
from glassprop.tables import FitOptions, Table, fit_table, gradient_arrays, predict_table, read_table, score_table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Machine code, which all jobs of tests run in, rounds a row alike wherever it stands. NumPy, which predicts few rows
# for people, may not, to the last bit, and `check_methods_sample_order_invariance` would find that.
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "batches and folds are drawn by rows, and a weight of 0 is a row",
}


def expected(estimator: Any) -> dict[str, str]:
    return EXPECTED


@parametrize_with_checks(
    [TabularClassifier(epochs=2, cross_fit=2), TabularRegressor(epochs=2, recipe="plain")],
    expected_failed_checks=expected,
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def _people(rows: int = 240, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    age, member = rng.normal(40, 10, rows), rng.random(rows) < 0.5
    town = rng.choice(np.array(["Ulm", "Bonn", "Jena", None], dtype=object), rows)
    return pl.DataFrame(
        {
            "age": np.where(rng.random(rows) < 0.05, np.nan, age),
            "member": member,
            "town": town.tolist(),
            "since": [date(2020, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 900, rows)],
        }
    )


def _classes(frame: pl.DataFrame) -> np.ndarray:
    return np.where((frame["age"].fill_nan(40.0).to_numpy() > 40) ^ frame["member"].to_numpy(), "yes", "no")


def _amounts(frame: pl.DataFrame) -> np.ndarray:
    return frame["age"].fill_nan(40.0).to_numpy() * 3 + 20.0 * frame["member"].to_numpy()


def _pandas_categories(frame: pl.DataFrame) -> pd.DataFrame:
    made = frame.to_pandas()
    made["town"] = made["town"].astype("category")
    return made.set_index(np.arange(len(made)) * 3 % 17)  # an index with repeats: rows go by their place


LIBRARIES = {
    "polars": lambda frame: frame,
    "pandas": pl.DataFrame.to_pandas,
    "pandas with categories and an odd index": _pandas_categories,
    "arrow": pl.DataFrame.to_arrow,
}


@pytest.fixture
def by_polars() -> tuple[TabularClassifier, TabularRegressor]:
    frame = _people()
    of_classes = TabularClassifier(recipe="plain", epochs=8, random_state=0).fit(frame, _classes(frame))
    return of_classes, TabularRegressor(recipe="plain", epochs=8, random_state=0).fit(frame, _amounts(frame))


@pytest.mark.parametrize("library", LIBRARIES)
def test_tables_of_all_libraries_give_the_same_model(library, by_polars):
    frame, new = _people(), _people(50, seed=1)
    convert = LIBRARIES[library]
    classes, amounts = by_polars
    again = TabularClassifier(recipe="plain", epochs=8, random_state=0).fit(convert(frame), _classes(frame))
    np.testing.assert_array_equal(again.pipeline_[-1].theta_, classes.pipeline_[-1].theta_)
    np.testing.assert_array_equal(again.predict_proba(convert(new)), classes.predict_proba(new))
    np.testing.assert_array_equal(classes.predict(convert(new)), classes.predict(new))
    np.testing.assert_array_equal(amounts.predict(convert(new)), amounts.predict(new))
    assert list(again.feature_names_in_) == frame.columns
    assert again.n_features_in_ == 4
    assert {role.name: role.role for role in again.columns_ if role.role != "target"} == {
        "age": "number", "member": "category", "town": "category", "since": "date",
    }  # fmt: skip


def test_rows_that_were_not_seen_are_predicted_well_and_new_categories_do_no_harm(by_polars):
    classes, amounts = by_polars
    new = _people(400, seed=2).with_columns(town=pl.lit("Rome"))
    with pytest.warns(UserWarning, match="Rome"):
        assert (classes.predict(new) == _classes(new)).mean() > 0.9
    with pytest.warns(UserWarning, match="Rome"):
        assert amounts.score(new, _amounts(new)) > 0.9


def test_fit_table_and_the_estimator_fit_the_same_network():
    """One path: the same rows, the same rows to stop by, the same seed, to the bit."""
    frame = _people(900)
    held = _people(40, seed=5)
    for y, other, of in (
        (_classes(frame), _classes(held), TabularClassifier),
        (_amounts(frame), _amounts(held), TabularRegressor),
    ):
        later = Table(held.with_columns(y=pl.Series(other)), "later")
        options = FitOptions("y", validation=later, epochs=4, seed=7)
        by_table = fit_table(Table(frame.with_columns(y=pl.Series(y)), "t"), options)
        model = of(recipe="plain", epochs=4, random_state=7).fit(frame, pl.Series("y", y))
        np.testing.assert_array_equal(model.pipeline_[-1].theta_, by_table.pipeline[-1].theta_)
        assert model.report_["rows"] == {**by_table.rows, "held_out": 0}
        assert by_table.rows["validation"] > 0


def test_arrays_are_taken_by_column_and_none_is_left_out():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.arange(200), rng.normal(size=200)])  # the first would be row numbers, had it a name
    y = X[:, 0] > 99
    model = TabularClassifier(recipe="plain", epochs=20, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.95
    assert model.classes_.dtype == bool
    assert model.n_features_in_ == 2
    assert not hasattr(model, "feature_names_in_")
    with pytest.raises(ValueError, match="X has 3 features, but TabularClassifier is expecting 2"):
        model.predict(np.ones((4, 3)))
    mixed = np.array([[1.0, "a", True], [None, "b", False], [3.0, None, True]] * 20, dtype=object)
    by_object = TabularRegressor(recipe="plain", epochs=10, random_state=0).fit(mixed, np.arange(60.0) % 3)
    assert [role.role for role in by_object.columns_] == ["number", "category", "category", "target"]
    assert np.isfinite(by_object.predict(mixed)).all()


def test_columns_are_found_by_name_and_lacking_ones_are_named(by_polars):
    model, frame = by_polars[0], _people(20, seed=3)
    shuffled = frame.select("town", "since", pl.lit(1).alias("more"), "member", "age")
    np.testing.assert_array_equal(model.predict(shuffled), model.predict(frame))
    with pytest.raises(TableError, match=r"lacks 1 column\(s\) that the model needs: 'town'"):
        model.predict(frame.drop("town"))
    with pytest.raises(NotFittedError):
        TabularClassifier().predict(frame)
    with pytest.raises(TableError, match="collect it first"):
        model.predict(frame.lazy())


@pytest.mark.parametrize(
    "labels", [["a", "b", "c"], [1, 2, 7], [1.0, 2.0], [False, True], np.array(["x", "y"], dtype=object)]
)
def test_classes_stay_what_they_are(labels, tmp_path):
    frame = _people(90)
    y = np.asarray(labels)[np.arange(90) % len(labels)]
    model = TabularClassifier(recipe="plain", epochs=3, random_state=0).fit(frame, y)
    np.testing.assert_array_equal(model.classes_, labels)
    assert set(model.predict(frame)) <= set(labels)
    model.save(tmp_path / "m.glassprop")
    np.testing.assert_array_equal(glassprop.load(tmp_path / "m.glassprop").predict(frame), model.predict(frame))


def test_scikit_learns_tools_work_around_them():
    frame = _people(120)
    y = _classes(frame)
    model = TabularClassifier(recipe="plain", epochs=4, random_state=0)
    assert clone(model).get_params() == model.get_params()
    for table in (frame, frame.to_pandas()):
        found = GridSearchCV(model, {"epochs": [2, 8], "class_weight": [None, "balanced"]}, cv=2).fit(table, y)
        assert found.best_params_["epochs"] == 8
    assert len(cross_val_score(model, frame, y, cv=3)) == 3
    assert cross_val_predict(model, frame, y, cv=3, method="predict_proba").shape == (120, 2)
    piped = make_pipeline(FunctionTransformer(lambda X: X.assign(double=X["age"] * 2)), model)
    piped.set_output(transform="pandas").fit(frame.to_pandas(), y)
    assert list(piped[-1].feature_names_in_) == [*frame.columns, "double"]


def test_it_pickles_and_its_file_is_a_table_model(by_polars, tmp_path):
    classes, amounts = by_polars
    new = _people(60, seed=4)
    for model, y in ((classes, _classes(new)), (amounts, _amounts(new))):
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(again.predict(new), model.predict(new))
        path = tmp_path / "m.glassprop"
        model.save(path)
        pipeline, record = load_with_record(path)
        np.testing.assert_array_equal(pipeline.predict(new), model.predict(new))
        labelled = Table(new.with_columns(target=pl.Series(y)), "new")
        assert score_table(pipeline, record, labelled)["rows"] == 60
        assert len(predict_table(pipeline, record, labelled)) == 60
        network, theta, X, Y, *_ = gradient_arrays(pipeline, record, labelled)
        assert network.gradient(theta, X, Y).shape == theta.shape


def test_the_same_seed_gives_the_same_bits_and_none_gives_others():
    frame = _people(100)
    y = _amounts(frame)
    one, same, other = (TabularRegressor(recipe="plain", epochs=3, random_state=s).fit(frame, y) for s in (1, 1, 2))
    assert (one.predict(frame) == same.predict(frame)).all()
    assert (one.predict(frame) != other.predict(frame)).any()
    drawn = [TabularRegressor(recipe="plain", epochs=3).fit(frame, y).predict(frame) for _ in range(2)]
    assert (drawn[0] != drawn[1]).any()
    states = [np.random.RandomState(5) for _ in range(2)]
    by_state = [
        TabularRegressor(recipe="plain", epochs=3, random_state=state).fit(frame, y).predict(frame) for state in states
    ]
    np.testing.assert_array_equal(*by_state)


def test_weights_count_and_those_of_zero_say_nothing():
    frame = _people(200)
    y = _amounts(frame)
    wrong = np.arange(200) % 2 == 0
    spoiled = np.where(wrong, -500.0, y)
    model = TabularRegressor(recipe="plain", epochs=40, random_state=0).fit(
        frame, spoiled, sample_weight=np.where(wrong, 0.0, 2.0)
    )
    assert model.score(frame, y) > 0.8
    with pytest.raises(ValueError, match="at least one non-zero number"):
        model.fit(frame, y, sample_weight=np.zeros(200))
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        model.fit(frame, y, sample_weight=-np.ones(200))


def test_class_weights_move_predictions_to_the_rare_class():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    y = np.where(x[:, 0] + 0.8 * rng.normal(size=400) > 1.5, "rare", "usual")
    share = {
        str(weights): (
            TabularClassifier(recipe="plain", epochs=20, class_weight=weights, random_state=0).fit(x, y).predict(x)
            == "rare"
        )
        for weights in (None, "balanced", {"rare": 50.0, "usual": 1.0})
    }
    plain, balanced, heavy = (float(found.mean()) for found in share.values())
    assert plain < balanced < heavy


def test_rows_to_be_judged_by_are_given_or_a_share_or_chosen():
    frame, other = _people(600), _people(80, seed=1)
    y = _classes(frame)
    model = TabularClassifier(recipe="plain", epochs=4, random_state=0)
    assert model.fit(frame, y).report_["rows"] == {"train": 510, "validation": 90, "held_out": 0}
    assert model.set_params(validation=0.4).fit(frame, y).report_["rows"]["validation"] == 240
    given = model.fit(frame, y, X_val=other, y_val=_classes(other))
    assert given.report_["rows"] == {"train": 600, "validation": 80, "held_out": 0}
    assert len(given.pipeline_[-1].validation_curve_) == given.n_iter_
    odd = np.where(np.arange(80) < 3, "perhaps", _classes(other))
    told = model.fit(frame, y, X_val=other, y_val=odd)
    assert told.report_["rows"]["validation"] == 77
    assert any("3 of 80 rows of X_val have a class that y has not ('perhaps')" in note for note in told.notes_)
    with pytest.raises(SettingsError, match="X_val and y_val go together"):
        model.fit(frame, y, X_val=other)


def test_rows_to_be_judged_by_may_all_have_one_target():
    frame, other = _people(100), _people(5, seed=1)
    one = TabularClassifier(recipe="plain", epochs=2, random_state=0)
    curve = one.fit(frame, _classes(frame), X_val=other, y_val=["no"] * 5).pipeline_[-1].validation_curve_
    assert np.isfinite(curve).all()
    assert len(curve) == 2
    regressor = TabularRegressor(recipe="plain", epochs=2)
    regressor.fit(frame, _amounts(frame), X_val=other[:1], y_val=_amounts(other)[:1])
    assert regressor.report_["rows"]["validation"] == 1


def test_roles_and_a_schema_say_what_columns_are():
    frame = _people(150).with_columns(store=pl.Series(np.arange(150) // 10), code=pl.Series(np.arange(150) % 3))
    y = _amounts(frame)
    roles = {"code": "category", "since": "drop", "store": "group"}
    model = TabularRegressor(recipe="plain", epochs=2, roles=roles, random_state=0).fit(frame, y)
    found = {role.name: role.role for role in model.columns_}
    assert (found["code"], found["since"], found["store"]) == ("category", "dropped", "group")
    again = TabularRegressor(recipe="plain", epochs=2, schema=model.schema_, random_state=0).fit(
        frame, pl.Series("other", y)
    )
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    with pytest.raises(SettingsError, match="column 'age' is to be 'colour', none of 'number', 'category'"):
        TabularRegressor(recipe="plain", roles={"age": "colour"}).fit(frame, y)
    with pytest.raises(TableError, match="there is no column 'agee' for drop: did you mean 'age'"):
        TabularRegressor(recipe="plain", roles={"agee": "drop"}).fit(frame, y)
    with pytest.raises(SettingsError, match="group can be one column"):
        TabularRegressor(recipe="plain", roles={"age": "group", "town": "group"}).fit(frame, y)


def test_what_is_found_is_told_where_it_is_asked_for(capsys):
    frame = _people(60).with_columns(same=pl.lit(1))
    model = TabularRegressor(recipe="plain", epochs=2, verbose=True, random_state=0).fit(frame, _amounts(frame))
    told = capsys.readouterr().err.splitlines()
    assert told == [str(note) for note in model.notes_]
    assert any("'same'" in line and "constant" in line for line in told)
    assert model.report_["notes"][0].keys() >= {"kind", "text"}


FAULTS = {
    "one class": (lambda X: np.repeat("a", len(X)), TabularClassifier, "1 class alone, a, in all 60 rows"),
    "one amount": (lambda X: np.ones(len(X)), TabularRegressor, "y is 1 in all 60 rows: there is nothing to learn"),
    "text for amounts": (lambda X: _classes(X), TabularRegressor, "which are no numbers: a regressor needs numbers"),
    "NaN": (lambda X: np.where(np.arange(len(X)) == 3, np.nan, 1.5), TabularRegressor, "NaN"),
    "two columns": (lambda X: np.ones((len(X), 2)), TabularRegressor, "1d array"),
    "too short": (lambda X: np.arange(5.0), TabularRegressor, "inconsistent numbers of samples"),
    "amounts for classes": (lambda X: np.arange(len(X)) / 7, TabularClassifier, "[Uu]nknown label type"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_targets_that_cannot_be_learned_are_refused_in_a_line(fault):
    frame = _people(60)
    make, of, words = FAULTS[fault]
    with pytest.raises(ValueError, match=words) as caught:
        of().fit(frame, make(frame))
    if isinstance(caught.value, GlasspropError):
        assert "\n" not in str(caught.value)


def test_names_of_columns_that_are_no_text():
    frame = _people(60).to_pandas()
    y = _amounts(_people(60))
    numbered = frame.set_axis(range(4), axis=1)
    np.testing.assert_array_equal(
        TabularRegressor(recipe="plain", epochs=2, random_state=0).fit(numbered, y).predict(numbered),
        TabularRegressor(recipe="plain", epochs=2, random_state=0).fit(frame, y).predict(frame),
    )
    with pytest.raises(TableError, match=r"stand above several columns \('age'\)"):
        TabularRegressor().fit(frame.set_axis(["age", "age", "c", "d"], axis=1), y)


def test_a_built_in_table_is_learned():
    table = read_table("iris")
    y = table.frame["species"] if "species" in table.frame.columns else table.frame[table.target]
    model = TabularClassifier(recipe="plain", random_state=0).fit(table.frame.drop(y.name), y)
    assert model.score(table.frame.drop(y.name), y) > 0.95
