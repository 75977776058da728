"""Steps fitted from the statistics of a table are those fitted to its rows: to the bit, to rounding, or as stated."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

import glassprop
from glassprop import MLPClassifier
from glassprop.tables import FitOptions, Table, read_table
from glassprop.tables.encoding.block_encoder import block_encoder
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scale import SCALINGS
from glassprop.tables.encoding.columns import inputs_of
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.recipe_inputs import InputRules, recipe_encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.streaming import tally
from glassprop.tables.streaming.fitted_steps import fitted_steps
from glassprop.tables.streaming.uses import TRAINED

from .long_tables import DEFAULTS, Long, mixed


def both(table, options, defaults=DEFAULTS, most=100_000, dtype="float64", rules=None):
    """The steps fitted from statistics, and those fitted to the same rows in memory."""
    long = Long(table, options, most, defaults)
    unfitted = encoder(long.schema, defaults, dtype) if rules is None else recipe_encoder(long.schema, rules, dtype)
    streamed = fitted_steps(long.statistics(), unfitted, long.parts.train.frame)
    in_memory = TablePipeline(unfitted.steps)
    with quiet():
        in_memory.fit_transform(long.in_memory(TRAINED))
    return streamed, in_memory, long


def group(steps, name):
    return steps[-1].named_transformers_[name]


def assert_same_steps(streamed, in_memory):
    assert streamed[0].seen_ == in_memory[0].seen_
    assert streamed.get_feature_names_out().tolist() == in_memory.get_feature_names_out().tolist()
    assert streamed[-1].output_indices_ == in_memory[-1].output_indices_
    names = [name for name, *_ in in_memory[-1].transformers_]
    if "numbers" in names:
        (fill, scale, bound), right = (group(steps, "numbers") for steps in (streamed, in_memory))
        np.testing.assert_array_equal(fill.statistics_, right[0].statistics_)
        np.testing.assert_array_equal(fill.indicator_.features_, right[0].indicator_.features_)
        assert scale.forms_ == right[1].forms_
        np.testing.assert_array_equal(scale.knots_, right[1].knots_)
        np.testing.assert_array_equal(scale.at_, right[1].at_)
        np.testing.assert_array_equal(scale.to_, right[1].to_)
        np.testing.assert_array_equal(scale.origin_, right[1].origin_)
        np.testing.assert_allclose(scale.unit_, right[1].unit_, rtol=1e-13)
        np.testing.assert_allclose(scale.scale_, right[1].scale_, rtol=1e-13)
        assert (np.abs(scale.center_ - right[1].center_) <= 1e-13 * (np.abs(scale.center_) + scale.scale_)).all()
        assert bound.n_features_in_ == right[2].n_features_in_
    if "categories" in names:
        step, right = (group(steps, "categories") for steps in (streamed, in_memory))
        if isinstance(step, CategoryInputs):
            assert (step.forms_, step.kept_.tolist()) == (right.forms_, right.kept_.tolist())
        others = (
            () if isinstance(step, CategoryInputs) else ("infrequent_categories_", "_default_to_infrequent_mappings")
        )
        for name in ("categories_", *others):
            for mine, theirs in zip(getattr(step, name), getattr(right, name), strict=True):
                np.testing.assert_array_equal(mine, theirs)
    if "texts" in names:
        step, right = (group(steps, "texts") for steps in (streamed, in_memory))
        assert step.terms_ == right.terms_
        np.testing.assert_array_equal(step.idf_, right.idf_)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("target", ["y", "amount"])
def test_of_a_table_with_a_column_of_each_kind(target, scaling):
    defaults = replace(DEFAULTS, scaling=scaling, max_categories=6)
    streamed, in_memory, long = both(Table(mixed(), "mixed"), FitOptions(target=target), defaults)
    assert_same_steps(streamed, in_memory)
    with quiet():
        X, right = (steps.transform(long.table.frame) for steps in (streamed, in_memory))
    np.testing.assert_allclose(X, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rules", [InputRules(), InputRules(most_one_hot=3, most_codes=20, min_rows=3)])
def test_of_the_inputs_of_the_recipe(rules):
    streamed, in_memory, long = both(Table(mixed(), "mixed"), FitOptions(target="y"), rules=rules)
    assert_same_steps(streamed, in_memory)
    assert (streamed.numbers_, streamed.codes_) == (in_memory.numbers_, in_memory.codes_)
    assert streamed.numbers_
    assert streamed.codes_
    with quiet():
        X, right = (steps.transform(long.table.frame) for steps in (streamed, in_memory))
    np.testing.assert_allclose(X, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes", "digits"])
def test_of_the_built_in_tables(name):
    table = read_table(name)
    streamed, in_memory, long = both(table, FitOptions(target=table.target))
    assert_same_steps(streamed, in_memory)
    np.testing.assert_allclose(
        streamed.transform(long.table.frame), in_memory.transform(long.table.frame), rtol=1e-11, atol=1e-12
    )


@pytest.fixture
def small(monkeypatch):
    """Sketches and lists of names that are too small to be exact."""
    monkeypatch.setattr(tally, "size_for", lambda columns: 64)
    monkeypatch.setattr(tally, "most_names", lambda columns: 40)


def test_inexact_steps_are_off_by_no_more_than_is_said(small):
    options = FitOptions(target="y")
    streamed, in_memory, long = both(Table(mixed(6_000), "mixed"), options, replace(DEFAULTS, max_categories=4))
    found, train = long.statistics(), long.in_memory(TRAINED)
    fill, scale, _ = group(streamed, "numbers")
    right = group(in_memory, "numbers")
    assert scale.forms_ == right[1].forms_
    for place, name in enumerate(group(streamed, "numbers").feature_names_in_):
        of = found.tally.numbers[name]
        if name in ("normal", "gappy", "heavy", "marked"):
            assert not of.exact
            values = train[name].drop_nulls().to_numpy()
            assert abs((values < fill.statistics_[place]).sum() - len(values) / 2) <= of.error + 1
    by_rank = {name: (at, to) for (_, column, at, to), name in zip(scale.by_rank(), ["heavy"], strict=True)}
    at, to = by_rank["heavy"]
    values, error = train["heavy"].to_numpy(), found.tally.numbers["heavy"].error
    ranks = np.searchsorted(np.sort(values), at, side="right")
    assert np.abs(norm.cdf(to) * len(values) - ranks).max() <= error + 64
    # What is scaled plainly has mean and spread of all rows, to rounding.
    plain = [place for place, form in enumerate(scale.forms_) if form == "standard"]
    gappy = scale.center_[list(group(streamed, "numbers").feature_names_in_).index("gappy")]
    assert abs(gappy - train["gappy"].mean() * 0.9) < 0.05
    np.testing.assert_allclose(scale.scale_[plain], right[1].scale_[plain], rtol=1e-3)
    names = group(streamed, "categories").feature_names_in_.tolist()
    mine, theirs = (group(steps, "categories") for steps in (streamed, in_memory))
    town = names.index("town")
    frequent = [set(step.categories_[town]) - set(step.infrequent_categories_[town]) for step in (mine, theirs)]
    assert frequent[0] == frequent[1]
    assert len(mine.categories_[town]) <= 40 < len(theirs.categories_[town])


def test_where_no_name_is_frequent_all_share_an_input(monkeypatch):
    monkeypatch.setattr(tally, "most_names", lambda columns: 3)
    monkeypatch.setattr(tally, "_BLOCK", 64)
    frame = mixed(2_000).with_columns(town=pl.Series([f"town {k % 500}" for k in range(2_000)]))
    long = Long(Table(frame, "mixed"), FitOptions(target="y", category=("town",)))
    found = long.statistics()
    assert found.tally.categories["town"].error > 0
    found.tally.categories["town"].counts.clear()
    steps = fitted_steps(found, encoder(found.schema, DEFAULTS, "float64"), long.parts.train.frame)
    step = group(steps, "categories")
    place = step.feature_names_in_.tolist().index("town")
    assert len(step.infrequent_categories_[place]) == len(step.categories_[place]) > 100


def test_a_column_that_only_the_rows_trained_on_lack():
    rows = mixed()
    long = Long(Table(rows, "mixed"), FitOptions(target="y"))
    rows = rows.with_columns(normal=pl.when(pl.Series(long.uses() == TRAINED)).then(None).otherwise("normal"))
    streamed, in_memory, _ = both(Table(rows, "mixed"), FitOptions(target="y"))
    assert streamed[0].seen_["normal"] == {"type": "numbers"}  # the rows in memory here have not even that
    in_memory[0].seen_["normal"]["type"] = "numbers"
    assert_same_steps(streamed, in_memory)


def test_a_network_on_top_is_saved_and_explained(tmp_path):
    table = Table(mixed(), "mixed")
    streamed, _, long = both(table, FitOptions(target="y"), dtype="float32")
    train = long.parts.train
    network = MLPClassifier(hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    with quiet():
        network.fit(streamed.inputs(train.frame.to_native()), train.y)
    pipeline = TablePipeline([*streamed.steps, ("network", network)])
    assert block_encoder([step for _, step in streamed.steps]) is not None
    glassprop.save(pipeline, tmp_path / "m.glassprop")
    again = glassprop.load(tmp_path / "m.glassprop")
    with quiet():
        np.testing.assert_array_equal(again.predict_proba(table.frame), pipeline.predict_proba(table.frame))
        inputs = inputs_of(again[:-1], nw.from_native(table.frame[:3], eager_only=True))
        np.testing.assert_array_equal(inputs.X.astype(np.float32), again[:-1].transform(table.frame[:3]))
    assert again[0].seen_ == streamed[0].seen_
