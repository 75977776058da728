"""In blocks, on any number of threads: the numbers that scikit-learn's own Pipeline gives, and the same words."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

import glassprop
from glassprop.cli import prediction_bytes
from glassprop.errors import TableError
from glassprop.ground import in_order as ordering
from glassprop.ground.note import NewsWarning
from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table
from glassprop.tables.encoding import block_encoder as block_encoder_module
from glassprop.tables.encoding import table_pipeline, written_inputs
from glassprop.tables.encoding.block_encoder import block_encoder
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.schema.readings import Reading, Schema

PLAN = Schema.of(
    [
        *(Reading(name, "number", decimal=mark) for name, mark in (("x", "."), ("z", ","), ("n", "."))),
        Reading("day", "date", order="ymd"),
        Reading("at", "date", clock=True),
        *(Reading(name, "category") for name in ("town", "zip", "flag", "rare")),
    ]
)


def odd_frame(rows: int, seed: int = 0) -> pl.DataFrame:
    """Every kind of column, with gaps, numbers that are far out, odd text, and categories that are rare or new."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 3, rows)
    x[rng.random(rows) < 0.1] = np.nan
    x[rng.random(rows) < 0.02] = np.inf
    z = np.char.replace(rng.normal(0, 100, rows).round(2).astype(str), ".", ",").astype(object)
    gaps = rng.random(rows) < 0.1
    z[gaps] = rng.choice(np.array(["NA", "oops", "1.234,5", None, "-"], dtype=object), gaps.sum())
    town = rng.choice(["Bern", " Ulm", "Graz", None, "NA"], rows).tolist()
    day = (np.datetime64("2020-01-01") + rng.integers(0, 999, rows)).astype(str).astype(object)
    day[rng.random(rows) < 0.1] = "some day"
    at = np.datetime64("2020-01-01T00:00", "us") + rng.integers(0, 10**9, rows) * 1_000_000
    return pl.DataFrame(
        {
            "day": day.tolist(),
            "x": x,
            "z": z.tolist(),
            "n": pl.Series(rng.integers(-5, 5, rows)).cast(pl.Int8).scatter(0, None),
            "at": pl.Series(at).scatter(rng.integers(0, rows, 3), None),
            "town": town,
            "zip": rng.integers(1, 40, rows) * 1000,
            "flag": rng.choice([True, False], rows),
            "rare": [f"r{k}" for k in rng.geometric(0.05, rows)],
            "more": ["unused"] * rows,
        }
    )


@pytest.fixture
def in_small_blocks(monkeypatch):
    monkeypatch.setattr(block_encoder_module, "BLOCK", 64)
    monkeypatch.setattr(block_encoder_module, "OF_THE_NETWORK", 1)
    monkeypatch.setattr(table_pipeline, "SHORT", 2)


def steps_for(dtype: str = "float32", **settings: Any) -> Pipeline:
    steps = encoder(PLAN, Defaults(**settings), dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return steps.fit(odd_frame(500))


@pytest.mark.parametrize("convert", [lambda f: f, lambda f: f.to_pandas(), lambda f: f.to_arrow()])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dtype": "float64", "limit": None, "scaling": "robust"},
        {"scaling": "quantile", "min_rows_of_category": 1, "max_categories": 200},
        {"max_categories": 4},
    ],
)
@pytest.mark.filterwarnings("ignore:column")
@pytest.mark.parametrize("rows", [2, 64, 65, 333])
def test_blocks_are_to_the_bit_what_the_steps_give(in_small_blocks, convert, settings, rows):
    steps = steps_for(**settings)
    assert block_encoder([step for _, step in steps.steps]) is not None
    frame = convert(odd_frame(rows, seed=7))
    found = TablePipeline(steps.steps).transform(frame)
    expected = steps.transform(frame)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def model(classes: bool) -> Pipeline:
    frame = odd_frame(400)
    y = np.where(frame["zip"] > 20_000, "far", "near") if classes else frame["zip"] / 7.0
    table = Table(frame.with_columns(y=pl.Series(y)), "odd")
    quick = Defaults(hidden=(8,), epochs=2, early_stopping_rows=0, inner_validation=0.0)
    return fit_table(table, FitOptions(target="y"), defaults=quick).pipeline


@pytest.mark.filterwarnings("ignore:column")
def test_predictions_do_not_depend_on_threads_and_are_those_of_one_call(in_small_blocks, monkeypatch):
    frame = odd_frame(1000, seed=3)
    for pipeline, verb in ((model(True), "predict_proba"), (model(False), "predict")):
        assert isinstance(pipeline, TablePipeline)
        assert type(pipeline[:-1]) is TablePipeline
        assert hasattr(pipeline, "predict_proba") == (verb == "predict_proba")
        found = []
        for threads in (1, 2, 5):
            monkeypatch.setattr(table_pipeline, "threads_for", lambda rows, enough, threads=threads: threads)
            found.append(getattr(pipeline, verb)(frame))
        np.testing.assert_array_equal(found[0], found[1])
        np.testing.assert_array_equal(found[0], found[2])
        # These blocks are smaller than the network's own, and products may be rounded by how many rows they have.
        np.testing.assert_allclose(found[0], getattr(Pipeline(pipeline.steps), verb)(frame), rtol=1e-4)


@pytest.mark.filterwarnings("ignore:column")
def test_whole_blocks_of_the_network_give_the_bits_of_one_call(monkeypatch):
    monkeypatch.setattr(block_encoder_module, "BLOCK", 512)
    monkeypatch.setattr(table_pipeline, "SHORT", 2)
    pipeline = model(True)
    frame = odd_frame(2000, seed=3)
    expected = Pipeline(pipeline.steps).predict_proba(frame)
    for threads in (1, 2):
        monkeypatch.setattr(table_pipeline, "threads_for", lambda rows, enough, threads=threads: threads)
        np.testing.assert_array_equal(pipeline.predict_proba(frame), expected)


def test_what_is_odd_is_told_once_for_the_whole_table(in_small_blocks):
    steps = steps_for()
    frame = odd_frame(500, seed=9).with_columns(n=pl.Series([[1]] * 500))
    expected: list[str] = []
    for work in (steps.transform, TablePipeline(steps.steps).transform):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            work(frame)
        told = [str(warning.message) for warning in caught if warning.category is not NewsWarning]
        assert len(told) == len(set(told)) == 4
        expected = expected or told
    assert told == expected
    assert "column 'n' holds no numbers: all of it counts as missing" in told


@pytest.mark.filterwarnings("ignore:column")
def test_a_short_table_gives_what_scikit_learns_own_pipeline_gives():
    pipeline, frame = model(True), odd_frame(50)
    np.testing.assert_array_equal(pipeline.predict_proba(frame), Pipeline(pipeline.steps).predict_proba(frame))
    np.testing.assert_array_equal(pipeline[:-1].transform(frame), Pipeline(pipeline[:-1].steps).transform(frame))


@pytest.mark.filterwarnings("ignore:column")
def test_faults_are_those_of_a_short_table(in_small_blocks):
    pipeline = model(True)
    with pytest.raises(TableError, match=r"lacks 2 column\(s\) that the model needs: 'x', 'town'"):
        pipeline.predict(odd_frame(100).drop("x", "town"))
    with pytest.raises(TableError, match="named columns is needed"):
        pipeline.predict(np.zeros((100, 9)))


@pytest.mark.filterwarnings("ignore:column")
def test_other_steps_are_left_to_scikit_learn(in_small_blocks):
    typed, inputs = (step for _, step in steps_for().steps)
    assert block_encoder([typed, FunctionTransformer()]) is None
    framed = clone(inputs).set_output(transform="pandas")
    assert block_encoder([typed, framed.fit(typed.transform(odd_frame(200).to_pandas()))]) is None
    with_other = clone(inputs)
    with_other.transformers[0][1].steps[1] = ("scale", FunctionTransformer())
    assert block_encoder([typed, with_other.fit(typed.transform(odd_frame(200)))]) is None
    pipeline = TablePipeline([("columns", typed), ("inputs", with_other)])
    assert pipeline.transform(odd_frame(100)).shape[0] == 100


@pytest.mark.filterwarnings("ignore:column")
def test_a_model_file_gives_the_same_pipeline_back(in_small_blocks, tmp_path):
    pipeline = model(True)
    glassprop.save(pipeline, tmp_path / "m.glassprop")
    again = glassprop.load(tmp_path / "m.glassprop")
    assert type(again) is TablePipeline
    frame = odd_frame(300, seed=5)
    np.testing.assert_array_equal(again.predict_proba(frame), pipeline.predict_proba(frame))


@pytest.mark.filterwarnings("ignore:column")
def test_long_tables_never_stand_as_inputs_as_a_whole(in_small_blocks, monkeypatch):
    """By what the network is handed: blocks, each no longer than it may be."""
    pipeline, handed = model(True), []
    kept = type(pipeline[-1]).predict_proba

    def counted(self: Any, X: np.ndarray) -> np.ndarray:
        handed.append(len(X))
        return kept(self, X)

    monkeypatch.setattr(type(pipeline[-1]), "predict_proba", counted)
    table = Table(odd_frame(1000, seed=2), "new")
    outcome = predict_table(pipeline, {"task": "classification"}, table)
    assert (len(outcome), sum(handed), max(handed)) == (1000, 1000, 64)


def test_pieces_come_in_order_and_are_taken_no_further_ahead_than_needed():
    taken = []

    def pieces():
        for k in range(50):
            taken.append(k)
            yield k

    for threads in (1, 3):
        taken.clear()
        results = ordering.in_order(lambda k: k * k, pieces(), threads)
        assert [next(results) for _ in range(5)] == [0, 1, 4, 9, 16]
        assert len(taken) <= 5 + threads
        assert list(results) == [k * k for k in range(5, 50)]


def test_what_a_piece_raises_is_raised_in_its_turn():
    def work(k: int) -> int:
        if k == 3:
            raise TableError("three")
        return k

    results = ordering.in_order(work, range(10), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(TableError, match="three"):
        next(results)


def everything(value: Any) -> Any:
    """All that a fitted step holds, down to numbers and names."""
    if hasattr(value, "get_params") or type(value).__name__ == "MissingIndicator":
        return type(value).__name__, {name: everything(part) for name, part in vars(value).items()}
    if isinstance(value, dict):
        return {name: everything(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [everything(part) for part in value]
    if isinstance(value, np.ndarray):
        return str(value.dtype), [everything(part) for part in value.tolist()]
    if isinstance(value, float) and value != value:
        return "nan"
    return str(value) if isinstance(value, np.dtype | type) else value


@pytest.mark.filterwarnings("ignore:column", "ignore:n_quantiles")
@pytest.mark.parametrize("convert", [lambda f: f, lambda f: f.to_pandas(), lambda f: f.to_arrow()])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"limit": None, "scaling": "robust", "min_rows_of_category": 1, "max_categories": 200},
        {"scaling": "quantile", "max_categories": 4},
    ],
)
def test_fitting_in_parts_leaves_what_scikit_learn_leaves(in_small_blocks, convert, settings, seed):
    frame = odd_frame(501, seed).with_columns(n=pl.lit(None, pl.Int8) if seed else pl.col("n"))
    frame = convert(frame)
    expected = encoder(PLAN, Defaults(**settings), "float32")
    X = expected.fit_transform(frame)
    found = TablePipeline(encoder(PLAN, Defaults(**settings), "float32").steps)
    given = found.fit_transform(frame)
    for (_, one), (_, other) in zip(found.steps, expected.steps, strict=True):
        assert everything(one) == everything(other)
    np.testing.assert_array_equal(given, X)
    assert found.get_feature_names_out().tolist() == expected.get_feature_names_out().tolist()


@pytest.mark.filterwarnings("ignore:column")
def test_a_pipeline_of_a_table_is_fitted_anew_as_scikit_learn_fits_it(in_small_blocks):
    pipeline, frame = model(True), odd_frame(400, seed=4)
    y, weight = np.where(frame["flag"], "b", "a"), np.linspace(1, 2, 400)
    again, plain = clone(pipeline), Pipeline(clone(pipeline).steps)
    again.fit(frame, y, network__sample_weight=weight)
    plain.fit(frame, y, network__sample_weight=weight)
    np.testing.assert_array_equal(again[-1].theta_, plain[-1].theta_)
    assert everything(again[1]) == everything(plain[1])


@pytest.mark.parametrize("change", [None, str.upper])
def test_predictions_are_written_in_pieces_as_they_are_written_at_once(monkeypatch, change):
    frame = pl.DataFrame({"prediction": ['a "b"', "c,d", None, "é"] * 5, "probability_x,y": np.linspace(0, 1, 20)})
    monkeypatch.setattr(prediction_bytes, "_ROWS", 7)
    pieces = list(prediction_bytes.delimited([frame], ",", change))
    assert len(pieces) == 4
    whole = frame.write_csv()
    assert b"".join(pieces).decode() == (whole if change is None else whole.upper().replace("E-", "e-"))


def test_memory_does_not_grow_with_the_inputs_of_a_long_table(monkeypatch):
    """Less than a third of what all the inputs would take, let alone copies of them."""
    monkeypatch.setattr(block_encoder_module, "BLOCK", 2048)
    rng = np.random.default_rng(0)
    rows = 100_000
    frame = pl.DataFrame(
        {f"x{k}": rng.normal(size=rows) for k in range(4)}
        | {f"c{k}": np.char.add("v", rng.integers(0, 40, rows).astype(str)) for k in range(4)}
        | {"y": rng.normal(size=rows)}
    )
    quick = Defaults(hidden=(4,), epochs=1)
    pipeline = fit_table(Table(frame[:2000], "few"), FitOptions(target="y"), defaults=quick).pipeline
    pipeline.predict(frame[:10_000])  # what is loaded now is not counted
    width = pipeline[-1].n_features_in_
    tracemalloc.start()
    pipeline.predict(frame)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert width > 100
    assert most < rows * width * 4 / 3


@pytest.mark.filterwarnings("ignore:column")
@pytest.mark.parametrize("settings", [{}, {"min_rows_of_category": 1, "max_categories": 200, "dtype": "float64"}])
def test_inputs_in_less_room_are_the_same_inputs(in_small_blocks, monkeypatch, settings):
    steps, frame = TablePipeline(steps_for(**settings).steps), odd_frame(300, seed=8)
    expected = steps.transform(frame)
    assert isinstance(steps.inputs(frame), np.ndarray)
    monkeypatch.setattr(written_inputs.Layout, "compact", lambda self, rows: True)
    found = steps.inputs(frame)
    assert issparse(found)
    assert found.has_canonical_format
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.toarray(), expected)
    assert isinstance(steps.transform(frame), np.ndarray)


def test_a_matrix_takes_less_room_where_it_is_chosen():
    single, double = np.dtype("float32"), np.dtype("float64")
    many = written_inputs.Layout(slice(0, 20), [20, 40, 60, 80], slice(112, 112), 112, single)
    assert many.compact(200_000)
    assert not many.compact(100_000)  # 43 MiB
    assert not written_inputs.Layout(slice(0, 60), [60, 80], slice(112, 112), 112, single).compact(10**6)
    assert written_inputs.Layout(slice(0, 34), [34, 60], slice(112, 112), 112, double).compact(10**6)
    assert not many.compact(10**8)  # more entries than can be counted in 32 bits


@pytest.mark.filterwarnings("ignore:column")
@pytest.mark.parametrize("classes", [True, False])
def test_a_network_trained_in_less_room_is_the_same_to_rounding(in_small_blocks, monkeypatch, classes):
    given = []
    kept = written_inputs.SparseInputs.made
    monkeypatch.setattr(written_inputs.SparseInputs, "made", lambda self: given.append(1) or kept(self))
    expected = model(classes)
    assert not given
    monkeypatch.setattr(written_inputs.Layout, "compact", lambda self, rows: True)
    found = model(classes)
    assert given
    np.testing.assert_allclose(found[-1].theta_, expected[-1].theta_, rtol=1e-3, atol=1e-5)
    assert everything(found[1]) == everything(expected[1])


@pytest.mark.filterwarnings("ignore:column")
def test_where_columns_or_inputs_are_many_blocks_have_fewer_rows(in_small_blocks, monkeypatch):
    pipeline, frame, handed = model(True), odd_frame(1000, seed=2), []
    expected = pipeline.predict_proba(frame)
    monkeypatch.setattr(block_encoder_module, "_WRITTEN", 4 * pipeline[-1].n_features_in_ * 10)
    monkeypatch.setattr(block_encoder_module, "_READ", 8 * 9 * 33)
    kept = type(pipeline[-1]).predict_proba
    monkeypatch.setattr(type(pipeline[-1]), "predict_proba", lambda self, X: handed.append(len(X)) or kept(self, X))
    np.testing.assert_allclose(pipeline.predict_proba(frame), expected, rtol=1e-4)
    assert (max(handed), sum(handed)) == (10, 1000)


def test_where_no_thread_can_be_started_the_caller_does_the_work(monkeypatch):
    def refused(*_: Any) -> None:
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    monkeypatch.setattr(ordering.ThreadPoolExecutor, "submit", refused)
    assert list(ordering.in_order(lambda k: k * k, range(5), 2)) == [0, 1, 4, 9, 16]
    with pytest.raises(ZeroDivisionError):
        list(ordering.in_order(lambda k: 1 // k, range(5), 2))
