"""Tables that have little or too much of something: learned from, with a word on what was done, or refused."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop import TabularClassifier, TabularRegressor
from glassprop.errors import GlasspropError
from glassprop.tables.schema.recipe import Recipe

ROWS = 60


def _x(rows=ROWS, seed=0):
    return np.random.default_rng(seed).normal(size=rows)


def _classes(rows=ROWS):
    return np.array(["no", "yes"])[(_x(rows) + 0.3 * _x(rows, 1) > 0).astype(int)]


def _amounts(rows=ROWS):
    return 3 + 2 * _x(rows) + 0.1 * _x(rows, 1)


def _both(**columns):
    """A table of classes and one of amounts."""
    rows = len(next(iter(columns.values())))
    frame = {"x": _x(rows), **columns}
    return [pl.DataFrame({**frame, "y": of(rows)}, strict=False) for of in (_classes, _amounts)]


def _far(rows=ROWS):
    values = _x(rows)
    values[3], values[7] = np.inf, -np.inf
    return values


def _ends(rows=ROWS):
    values = np.where(np.arange(rows) % 2 == 0, 1e30, 1e-30) * (1 + 0.1 * np.abs(_x(rows)))
    values[5] = -1e30
    return values


def _many(rows):
    return [f"c{k % 10_000}" for k in range(rows)]


# Name -> tables to learn from, and a word that is to be said of them.
LEARNED = {
    "columns without a value": (_both(none=[None] * ROWS, also=pl.Series([None] * ROWS, dtype=pl.String)), "missing"),
    "10,000 categories": (_both(c=_many(12_000)), "10000 different values"),
    "numbers of 1e30 beside 1e-30": (_both(e=_ends()), "e"),
    "constant and doubled columns": (_both(same=[7] * ROWS, double=_x(), again=_x()), "constant"),
    "infinities": (_both(far=_far()), "infinite"),
    "twelve rows": (_both(z=_x(12, 2)), "12 rows"),
    "four rows": (_both(z=_x(4, 2)), "4 rows"),
    "three rows": ([pl.DataFrame({"x": [1.5, 2.5, 4.0], "y": [1.5, 2.0, 9.0]})], "3 rows"),
    "two rows": ([pl.DataFrame({"x": [1.5, 2.5], "y": ["a", "b"]})], "2 rows"),
    "a class with one row": (
        [pl.DataFrame({"x": _x(), "z": _x(ROWS, 3), "y": np.where(np.arange(ROWS) == 9, "once", _classes())})],
        "",
    ),
    "amounts of 1e30": ([pl.DataFrame({"x": _x(), "y": 1e30 * _amounts()})], ""),
    "amounts of 1e-30": ([pl.DataFrame({"x": _x(), "y": 1e-30 * _amounts()})], ""),
    "every class once, but for one": (
        [pl.DataFrame({"x": _x(12), "y": [*"abcdefghij", "a", "a"]})], "",
    ),
}  # fmt: skip
# Name -> a table that cannot be learned from, and what is said of it.
REFUSED = {
    "one class alone": (pl.DataFrame({"x": _x(), "y": ["yes"] * ROWS}), "nothing to learn|two are needed"),
    "one amount alone": (pl.DataFrame({"x": _x(), "y": [2.5] * ROWS}), "nothing to learn"),
    "no column with a value": (pl.DataFrame({"x": [None] * ROWS, "y": _amounts()}), "no column left to learn from"),
    "one row": (pl.DataFrame({"x": [1.0], "y": [2.0]}), "at least two rows are needed"),
}


def _estimator(frame, **settings):
    of = TabularClassifier if frame["y"].dtype == pl.String else TabularRegressor
    return of(epochs=2, random_state=0, **settings)


@pytest.mark.parametrize("recipe", ["tabular", "plain"])
@pytest.mark.parametrize("name", LEARNED)
def test_it_is_learned_and_what_was_done_is_said(name, recipe):
    frames, word = LEARNED[name]
    for frame in frames:
        model = _estimator(frame, recipe=recipe)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(frame.drop("y"), frame["y"])
            said = model.predict_proba(frame) if hasattr(model, "predict_proba") else model.predict(frame)
        assert np.isfinite(said).all()
        reasons = [f"{role.name} {role.reason}" for role in model.columns_]
        assert any(word in line for line in [*model.notes_, *reasons])


@pytest.mark.parametrize("name", ["10,000 categories", "infinities", "twelve rows", "a class with one row"])
def test_the_command_learns_it(name, run):
    frame = LEARNED[name][0][0]
    frame.write_parquet("t.parquet")
    done = run("train", "t.parquet", "--target", "y", "--recipe", "tabular", "--epochs", "2", "--model", "m.glassprop")
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert run("predict", "m.glassprop", "t.parquet", "--out", "p.csv").code == 0
    assert len(pl.read_csv("p.csv")) == len(frame)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_line(name, run):
    frame, words = REFUSED[name]
    with pytest.raises(GlasspropError, match=words) as caught:
        _estimator(frame).fit(frame.drop("y"), frame["y"])
    assert "\n" not in str(caught.value)
    frame.write_parquet("t.parquet")
    done = run("train", "t.parquet", "--target", "y", "--recipe", "tabular")
    assert done.code != 0
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in done.err


def test_ten_thousand_categories_are_learned_where_they_are_asked_for():
    frame = _both(c=_many(12_000))[1]
    model = TabularRegressor(epochs=1, n_members=1, roles={"c": "category"}, random_state=0)
    model.fit(frame.drop("y"), frame["y"])
    assert model.pipeline_.named_steps["inputs"] is not None
    assert np.isfinite(model.predict(frame)).all()
    assert any("are inputs by the mean target of other rows" in line for line in model.notes_)


def test_a_category_of_its_own_in_every_row_is_left_out_or_learned_as_asked():
    frame = pl.DataFrame({"x": _x(), "c": [f"only {k}" for k in range(ROWS)], "y": _amounts()})
    X, y = frame.drop("y"), frame["y"]
    found = {role.name: role for role in TabularRegressor(epochs=1, random_state=0).fit(X, y).columns_}
    assert found["c"].role == "dropped"
    asked = TabularRegressor(epochs=2, random_state=0, roles={"c": "category"}).fit(X, y)
    assert np.isfinite(asked.predict(X)).all()
    with pytest.warns(UserWarning, match="never seen|new|nobody"):
        assert np.isfinite(asked.predict(X.with_columns(c=pl.lit("nobody")))).all()


def test_the_recipe_is_what_train_takes_by_itself(run, usual_recipe):
    pl.DataFrame({"x": _x(200), "z": _x(200, 1), "y": _amounts(200)}).write_csv("t.csv")

    def members(*more):
        done = run("train", "t.csv", "--target", "y", "--epochs", "1", "--model", "m.glassprop", *more)
        assert done.code == 0, done.err
        return glassprop.load("m.glassprop")[-1].network_.members

    assert members() == Recipe().folds
    assert members("--recipe", "plain") == 1
    assert members("--members", "3") == 3
    assert members("--cross-fit", "2", "--max-time", "5") == 2
    refused = run("train", "t.csv", "--target", "y", "--cross-fit", "3", "--members", "3")
    assert refused.code != 0
    assert "leave one out" in refused.err
