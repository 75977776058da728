"""Inputs of the recipe for tables: what is to be embedded, in blocks and step by step, and for bad columns."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline

import glassprop
from glassprop import MLPRegressor
from glassprop.ground.note import Note
from glassprop.tables.encoding import block_encoder as block_encoder_module
from glassprop.tables.encoding import table_pipeline
from glassprop.tables.encoding.block_encoder import block_encoder
from glassprop.tables.encoding.recipe_inputs import InputRules, recipe_encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.many_categories import tell_means
from glassprop.tables.schema.readings import Reading, Schema

pytestmark = pytest.mark.filterwarnings("ignore:column", "ignore::sklearn.exceptions.ConvergenceWarning")


def schema(**kinds: list[str]) -> Schema:
    return Schema.of([Reading(name, kind) for kind, names in kinds.items() for name in names])


def odd_frame(rows: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "heavy": rng.lognormal(0, 3, rows),
            "gappy": pl.Series(np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows)), nan_to_null=True),
            "flag": rng.integers(0, 2, rows).astype(float),
            "same": np.full(rows, 3.0),
            "day": (np.datetime64("2020-01-01") + rng.integers(0, 900, rows)).astype(str).tolist(),
            "few": rng.choice(["a", "b", None], rows).tolist(),
            "many": [f"c{k}" for k in rng.geometric(0.03, rows)],
            "key": [f"k{k}" for k in range(rows)],
        }
    )


PLAN = schema(number=["heavy", "gappy", "flag", "same"], date=["day"], category=["few", "many", "key"])


def fitted(rows: int = 300, rules: InputRules | None = None, dtype: str = "float32") -> TablePipeline:
    return recipe_encoder(PLAN, rules, dtype).fit(odd_frame(rows))


def test_what_is_to_be_embedded():
    steps, frame = fitted(), odd_frame(300)
    X = steps.transform(frame)
    assert X.dtype == np.float32
    names = [name.partition("__")[2] for name in steps.get_feature_names_out()]
    assert [names[k] for k in steps.numbers_][:2] == ["heavy", "gappy"]
    assert not {"flag", "same", "missingindicator_gappy"} & {names[k] for k in steps.numbers_}
    ((place, size),) = steps.codes_
    assert names[place] == "many_code"
    assert set(X[:, place]) == set(range(size))
    assert (X[:, names.index("same")] == 0).all()
    assert np.abs(X[:, : names.index("few_a")]).max() < 5
    assert list(steps.numbers_) == sorted(steps.numbers_)
    assert (X[:, names.index("key_(rare)")] == 1).all()
    more = TablePipeline([*steps.steps, ("network", MLPRegressor(hidden_layer_sizes=(2,), max_iter=1))])
    assert (more.numbers_, more.codes_) == (steps.numbers_, steps.codes_)


def test_of_other_steps_nothing_is_embedded_and_of_a_table_without_such_columns_neither():
    steps = recipe_encoder(schema(number=["flag", "same"])).fit(odd_frame(60))
    assert (steps.numbers_, steps.codes_) == ((), ())
    steps = recipe_encoder(schema(category=["few"])).fit(odd_frame(60))
    assert (steps.numbers_, steps.codes_) == ((), ())
    assert not hasattr(recipe_encoder(PLAN), "numbers_")


def test_blocks_and_long_tables_are_to_the_bit_what_the_steps_give(monkeypatch):
    monkeypatch.setattr(block_encoder_module, "BLOCK", 64)
    monkeypatch.setattr(block_encoder_module, "OF_THE_NETWORK", 1)
    frame, later = odd_frame(400), odd_frame(150, seed=9)
    plain = Pipeline(clone(recipe_encoder(PLAN)).steps)
    expected = plain.fit_transform(frame), plain.transform(later)
    monkeypatch.setattr(table_pipeline, "SHORT", 2)
    steps = recipe_encoder(PLAN)
    found = steps.fit_transform(frame), steps.transform(later)
    assert block_encoder([step for _, step in steps.steps]) is not None
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    some = np.arange(0, 400, 3)
    np.testing.assert_array_equal(recipe_encoder(PLAN).fit_inputs(frame, some), plain.fit_transform(frame[some]))


@pytest.mark.parametrize("target", ["amounts", "classes"])
def test_with_a_target_too(monkeypatch, target):
    """In the rows trained on stand means of other rows, by each way that leads to them."""
    frame, rng = (
        odd_frame(600).with_columns(rarely=pl.Series([f"r{k // 4}" for k in range(600)])),
        np.random.default_rng(2),
    )
    plan = Schema.of([*PLAN, Reading("rarely", "category")])
    y = rng.normal(size=600) if target == "amounts" else rng.choice(["a", "b", "c"], 600)
    plain = Pipeline(clone(recipe_encoder(plan, target=target)).steps)
    expected, later = plain.fit_transform(frame, y), plain.transform(frame)
    assert not np.array_equal(expected, later)
    monkeypatch.setattr(table_pipeline, "SHORT", 2)
    steps = recipe_encoder(plan, target=target)
    np.testing.assert_array_equal(steps.fit_transform(frame, y), expected)
    np.testing.assert_array_equal(steps.transform(frame), later)
    assert steps.numbers_ == TablePipeline(plain.steps).numbers_
    names = steps.get_feature_names_out().tolist()
    means = [k for k, name in enumerate(names) if name.startswith("categories__rarely_mean")]
    assert len(means) == (1 if target == "amounts" else 3)
    assert set(means) < set(steps.numbers_)
    some = rng.permutation(600)[:300]
    again = recipe_encoder(plan, target=target)
    found = again.fit_inputs(frame, some, y[some])
    np.testing.assert_array_equal(found, clone(plain).fit_transform(frame[some], y[some]))


def test_codes_are_never_sparse():
    """A code is no 1 among zeros, and what embeds it takes rows of numbers."""
    rng = np.random.default_rng(0)
    rows = 5_000
    names = {f"c{k}": [f"v{v}" for v in rng.integers(0, 8, rows)] for k in range(40)}
    frame = pl.DataFrame({**names, "many": [f"m{v}" for v in rng.integers(0, 50, rows)]})
    encoder = block_encoder([step for _, step in recipe_encoder(schema(category=list(frame.columns))).fit(frame).steps])
    assert not encoder.layout.compact(10**7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_file_keeps_the_inputs_to_the_bit(tmp_path, dtype):
    steps, frame = fitted(dtype=dtype), odd_frame(40, seed=5)
    y = np.arange(40.0)
    pipeline = TablePipeline([*steps.steps, ("network", MLPRegressor(hidden_layer_sizes=(3,), max_iter=2))])
    pipeline[-1].fit(steps.transform(frame), y)
    glassprop.save(pipeline, tmp_path / "m.glassprop")
    again = glassprop.load(tmp_path / "m.glassprop")
    assert isinstance(again, TablePipeline)
    np.testing.assert_array_equal(again[:-1].transform(frame), steps.transform(frame))
    np.testing.assert_array_equal(again.predict(frame), pipeline.predict(frame))
    assert (again.numbers_, again.codes_) == (steps.numbers_, steps.codes_)


BAD = {
    "all missing": lambda rng, n: np.full(n, np.nan),
    "constant": lambda rng, n: np.full(n, 7.25),
    "infinities": lambda rng, n: np.where(rng.random(n) < 0.5, np.inf, -np.inf),
    "some infinities": lambda rng, n: np.where(rng.random(n) < 0.3, -np.inf, rng.normal(size=n)),
    "1e30 beside 1e-30": lambda rng, n: np.where(rng.random(n) < 0.5, 1e30, 1e-30) * rng.normal(size=n),
    "one huge": lambda rng, n: np.r_[1e150, rng.normal(size=n - 1)],
    "one value but for one row": lambda rng, n: np.r_[5.0, np.zeros(n - 1)],
    "tiny": lambda rng, n: 1e-150 * rng.integers(0, 3, n),
}


@pytest.mark.parametrize("rows", [2, 12, 300])
@pytest.mark.parametrize("case", BAD)
def test_bad_columns_give_inputs_that_a_network_can_take(case, rows):
    rng = np.random.default_rng(1)
    bad = pl.Series(BAD[case](rng, rows), nan_to_null=True)
    frame = pl.DataFrame({"good": rng.normal(size=rows), "bad": bad, "doubled": bad})
    steps = recipe_encoder(schema(number=list(frame.columns)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X = steps.fit_transform(frame)
        later = steps.transform(pl.DataFrame({"good": [0.0, 1e150], "bad": [None, 1e99], "doubled": [-1e150, np.nan]}))
    assert np.isfinite(X).all()
    assert np.isfinite(later).all()
    assert max(np.abs(X).max(), np.abs(later).max()) <= 5
    np.testing.assert_array_equal(X[:, 1], X[:, 2])
    if case in ("all missing", "constant", "infinities"):
        assert (X[:, 1] == 0).all()
        assert not {1, 2} & set(steps.numbers_)


def test_a_wild_value_does_not_move_the_others():
    rng = np.random.default_rng(1)
    plain = rng.normal(size=500)
    steps = [recipe_encoder(schema(number=["x"])) for _ in range(2)]
    one = steps[0].fit_transform(pl.DataFrame({"x": plain}))
    other = steps[1].fit_transform(pl.DataFrame({"x": np.r_[plain, [1e30] * 5]}))
    np.testing.assert_allclose(other[:-5], one, atol=0.03)


def test_five_thousand_columns():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(rng.normal(size=(20, 5_000)), schema=[f"x{k}" for k in range(5_000)])
    steps = recipe_encoder(schema(number=list(frame.columns)))
    X = steps.fit_transform(frame)
    assert X.shape == (20, 5_000)
    assert len(steps.numbers_) == 5_000
    values = frame.to_numpy()
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    scaled = (values - middle) / (high - low)
    np.testing.assert_allclose(X, scaled / np.sqrt(1 + (scaled / 5) ** 2), rtol=1e-5, atol=1e-6)


def test_means_are_told():
    rng = np.random.default_rng(0)
    names = {f"c{k}": [f"v{v}" for v in rng.integers(0, 100, 300)] for k in range(5)}
    often = [f"v{v}" for v in np.r_[np.repeat(np.arange(6), 20), rng.integers(10, 60, 180)]]
    frame = pl.DataFrame({"mixed": often, **names, "few": rng.choice(["a", "b"], 300)})
    steps = recipe_encoder(schema(category=list(frame.columns)), target="amounts").fit(frame, rng.normal(size=300))
    said: list[Note] = []
    tell_means(steps[1], said.append)
    assert {note.kind for note in said} == {"category-means"}
    assert [note.column for note in said] == ["mixed", "c0", "c1", None]
    assert f"of {frame['mixed'].n_unique()} categories 6 have a code of their own, and all are inputs" in said[0]
    assert "c2, c3, c4" in said[3].replace("'", "").replace('"', "")
    silent: list[Note] = []
    tell_means(recipe_encoder(schema(category=list(frame.columns))).fit(frame)[1], silent.append)
    assert silent == []
