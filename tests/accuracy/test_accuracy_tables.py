"""Which tables there are, which of their rows are predicted, and what counts as the error."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from bench.accuracy import measures
from bench.accuracy.extremes import EXTREMES, FEW, seeds, sized
from bench.accuracy.parts import parts
from bench.accuracy.peers import AsCategories
from bench.accuracy.prepared import AMOUNTS, CLASSES, SUMS, Prepared, of_frame
from bench.accuracy.tables import BY_NAME, CHOOSING, QUICK, REPORTED, SEEN, AccuracyTable
from bench.real_tables.tables import TABLES, RealTable


def _made(rows: int = 400, **more) -> Prepared:
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    return replace(Prepared("made", CLASSES, X, rng.integers(0, 3, rows)), **more)


def test_tables_that_are_reported_are_none_that_the_recipe_was_chosen_on():
    names = [table.name for table in (*REPORTED, *CHOOSING)]
    assert len(set(names)) == len(names)
    files = [{table.source.file.rpartition("/")[2] for table in tables} for tables in (REPORTED, CHOOSING)]
    assert not files[0] & files[1]
    assert len(REPORTED) >= 20
    assert sum(table.large for table in REPORTED) == 3
    assert {table.source.task for table in REPORTED} == {AMOUNTS, CLASSES}
    assert sum(table.time is not None for table in REPORTED) >= 3
    assert set(SEEN) == {table.name for table in REPORTED} & {table.name for table in TABLES}
    assert len(SEEN) == 8
    assert set(QUICK) <= {table.name for table in REPORTED}
    assert set(json.loads(SUMS.read_text())) == set(BY_NAME)


def test_a_seed_divides_a_table_in_one_way_with_as_much_of_each_class():
    table = _made()
    one, again, other = parts(table, 0), parts(_made(), 0), parts(table, 1)
    assert one.digest == again.digest != other.digest
    np.testing.assert_array_equal(one.test, again.test)
    assert len(np.intersect1d(one.train, one.test)) == 0
    assert (len(one.train), len(one.test)) == (300, 100)
    shares = [np.bincount(table.y[rows]) / len(rows) for rows in (one.train, one.test)]
    np.testing.assert_allclose(*shares, atol=0.011)
    changed = replace(table, y=np.where(np.arange(400) == one.test[0], (table.y + 1) % 3, table.y))
    assert parts(changed, 0).digest != one.digest


def test_no_more_rows_are_learned_from_than_the_cap_and_all_others_are_predicted():
    whole, capped = parts(_made(), 2), parts(_made(most_rows=50), 2)
    assert len(capped.train) == 50
    assert set(capped.train) < set(whole.train)
    np.testing.assert_array_equal(capped.test, whole.test)


def test_the_few_rows_that_are_drawn_have_two_classes_at_least():
    rare = _made(y=(np.arange(400) % 40 == 0).astype(int), most_rows=10)
    for seed in range(20):
        found = parts(rare, seed)
        assert len(found.train) == 10
        assert len(np.unique(rare.y[found.train])) == len(np.unique(rare.y[found.test])) == 2


def test_what_is_learned_from_lies_before_what_is_predicted():
    days = np.repeat(np.arange(40.0), 10)[::-1]
    table = _made(order=days)
    for seed, last in ((0, 39), (1, 35), (2, 31)):
        found = parts(table, seed)
        assert days[found.train].max() < days[found.test].min()
        assert days[found.test].max() == last
        assert len(found.test) == 100
    latest = parts(replace(table, most_rows=30), 0)
    assert days[latest.train].min() == days[parts(table, 0).train].max() - 2


def test_rows_of_one_moment_are_on_one_side():
    days = np.floor(np.arange(400) / 130)
    found = parts(_made(order=days), 0)
    assert not set(days[found.train]) & set(days[found.test])


def test_classes_that_come_later_are_not_predicted():
    y = np.where(np.arange(400) >= 350, 2, np.arange(400) % 2)
    found = parts(_made(order=np.arange(400.0), y=y), 0)
    assert set(y[found.test]) == {0, 1}
    assert len(found.test) == 50


def test_errors_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y, shares = rng.integers(0, 3, 200), rng.dirichlet(np.ones(3), 200)
    of_three = measures.scores_of_classes(y, shares, np.arange(3), 3)
    assert measures.error_of(of_three) == pytest.approx(metrics.log_loss(y, shares))
    two = (y > 0).astype(int)
    share = np.column_stack([1 - shares[:, 0], shares[:, 0]])
    of_two = measures.scores_of_classes(two, share, np.arange(2), 2)
    assert measures.error_of(of_two) == pytest.approx(1 - metrics.roc_auc_score(two, share[:, 1]))
    assert of_two["log_loss"] == pytest.approx(metrics.log_loss(two, share))
    amounts, guess = rng.normal(5, 2, 200), rng.normal(5, 2, 200)
    wrong = metrics.root_mean_squared_error(amounts, guess) / np.std(amounts)
    assert measures.error_of(measures.scores_of_amounts(amounts, guess)) == pytest.approx(wrong)


def test_a_constant_has_the_errors_of_knowing_nothing():
    y = np.arange(90) % 2
    half = np.full((90, 2), 0.5)
    assert measures.error_of(measures.scores_of_classes(y, half, np.arange(2), 2)) == 0.5
    amounts = np.arange(90.0)
    assert measures.error_of(measures.scores_of_amounts(amounts, np.full(90, amounts.mean()))) == pytest.approx(1)


def test_a_model_that_has_not_seen_a_class_gives_it_almost_nothing():
    found = measures.scores_of_classes(np.array([0, 2]), np.full((2, 2), 0.5), np.array([0, 2]), 3)
    assert found["log_loss"] == pytest.approx(np.log(2))
    missed = measures.scores_of_classes(np.array([1, 2]), np.full((2, 2), 0.5), np.array([0, 2]), 3)
    assert missed["log_loss"] > 15


def test_codes_are_text_and_gaps_stay_gaps():
    source = RealTable("islp", "made", "y", CLASSES, leave_out=("id",))
    raw = pd.DataFrame({"id": range(4), "n": [1, 2, 3, 4], "code": [7, 8, None, 7], "y": ["b", "a", None, "b"]})
    table = of_frame(AccuracyTable(source, "", ("code",)), raw)
    assert table.X.columns.tolist() == ["n", "code"]
    assert table.categories == ["code"]
    assert table.X["code"].tolist() == ["7", "8", "7"]
    assert table.y.tolist() == [1, 0, 1]
    assert table.n_classes == 2
    with_gap = of_frame(AccuracyTable(source, "", ("code",)), raw.assign(y=list("abab")))
    assert with_gap.X["code"].tolist() == ["7", "8", None, "7"]


def test_peers_get_categories_of_the_rows_trained_on_and_filled_numbers():
    texts = pd.Series(["u", None, "v"], dtype=object)
    X = pd.DataFrame({"name of it": texts, "n": [1.0, np.nan, 3.0], "empty": [np.nan] * 3})
    new = pd.DataFrame({"name of it": pd.Series(["w", "v"], dtype=object), "n": [np.nan, 0.0], "empty": [1.0, np.nan]})
    filled = AsCategories(filled=True).fit(X).transform(new)
    assert filled.columns.tolist() == ["c0", "c1", "c2", "gap0", "gap1"]
    assert filled["c0"].isna().tolist() == [True, False]
    assert filled["c1"].tolist() == [2.0, 0.0]
    assert filled["gap0"].tolist() == [1.0, 0.0]
    assert np.isfinite(filled[["c1", "c2", "gap0", "gap1"]].to_numpy()).all()
    assert AsCategories(texts=True).fit(X).transform(X)["c0"].tolist() == ["u", "(missing)", "v"]
    assert AsCategories().fit(X).transform(X)["c1"].isna().tolist() == [False, True, False]


def test_extremes_have_the_sizes_that_they_are_named_for():
    few = EXTREMES["classes 1, 20 rows"]()
    assert len(parts(few, 19).train) == 20
    assert len(parts(few, 0).test) >= 1000
    assert (seeds(FEW - 1), seeds(FEW)) == (20, 3)
    wide = sized(300, 500, CLASSES)
    assert wide.X.shape[1] == 500
    assert len(parts(wide, 0).train) == 300
    assert set(wide.y) == {0, 1}
    named = {(int(n.split(" rows")[0]), int(n.split(", ")[1].split()[0])) for n in EXTREMES if "columns" in n}
    assert {(300, 5_000), (500_000, 10), (500_000, 2)} <= named
