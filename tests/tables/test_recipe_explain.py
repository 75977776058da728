"""Explaining through the inputs of the recipe, to the table's columns: codes by switching, numbers by their unit."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from document.media_cases import nodes_of

import glassprop
from glassprop import CategoryEmbedding, Layer, MLPRegressor, PeriodicEmbedding, Scale
from glassprop.insight.record import record_of
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.tables.encoding.recipe_inputs import InputRules, recipe_encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline

from .test_recipe_inputs import PLAN, odd_frame

pytestmark = pytest.mark.filterwarnings("ignore:column", "ignore::sklearn.exceptions.ConvergenceWarning")


def network_on(frame: pl.DataFrame, y: np.ndarray) -> TablePipeline:
    """A network that takes codes for amounts: what is explained is how it was made into inputs, not how well."""
    steps = recipe_encoder(PLAN, dtype="float64")
    network = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=5, random_state=0)
    return TablePipeline([*steps.steps, ("network", network)]).fit(frame, y)


def test_a_code_is_explained_by_what_another_category_would_cost():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    model = network_on(frame, y)
    found = glassprop.explain(model, frame, y, row=11).input("many")
    assert np.isnan(found.value)
    assert found.shown == frame["many"][11]
    assert [part.name for part in found.parts] == ["many: code"]
    assert found.parts[0].by_column is None
    names = list(found.switches)
    assert names[0] == "(rare or new)"
    assert len(names) == model.codes_[0][1]
    assert found.switches[frame["many"][11]] == pytest.approx(0, abs=1e-12)

    def cost(name: str) -> float:
        row = frame[11].with_columns(many=pl.lit(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(0.5 * (model.predict(row)[0] - y[11]) ** 2)

    for name in (*names[1:], "never seen"):
        told = found.switches.get(name, found.switches[names[0]])
        assert told == pytest.approx(cost(name) - cost(frame["many"][11]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("rows_of_a_code", [6, 100])
def test_means_and_codes_switch_together(rows_of_a_code):
    frame = odd_frame(300)
    y = np.random.default_rng(0).normal(size=300)
    rules = InputRules(code_rows=rows_of_a_code)
    steps = recipe_encoder(PLAN, rules, "float64", "amounts")
    network = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=5, random_state=0)
    model = TablePipeline([*steps.steps, ("network", network)]).fit(frame, y)
    found = glassprop.explain(model, frame, y, row=11).input("many")
    codes = ["many: code"] if rows_of_a_code == 6 else []
    assert [part.name for part in found.parts] == [*codes, "many: mean0"]
    assert len(found.switches) == frame["many"].n_unique() + 1
    here = float(model.predict(frame[11])[0])
    for name in (*list(found.switches)[1:], "never seen"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            there = float(model.predict(frame[11].with_columns(many=pl.lit(name)))[0])
        told = found.switches.get(name, found.switches["(rare or new)"])
        assert told == pytest.approx(0.5 * (there - y[11]) ** 2 - 0.5 * (here - y[11]) ** 2, rel=1e-6, abs=1e-9)


def test_numbers_are_explained_by_their_own_unit():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    model = network_on(frame, y)
    explanation = glassprop.explain(model, frame, y, row=5)
    for name in ("heavy", "gappy", "flag"):
        found, at = explanation.input(name), frame[name][5]
        step = 1e-5 * max(abs(at), 1.0)
        costs = []
        for way in (1, -1):
            row = frame[5].with_columns(**{name: pl.lit(at + way * step)})
            costs.append(0.5 * (model.predict(row)[0] - y[5]) ** 2)
        assert found.value == pytest.approx((costs[0] - costs[1]) / (2 * step), rel=1e-5, abs=1e-9)
    assert explanation.input("same").value == 0


def test_what_is_told_of_codes():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    explanation = glassprop.explain(network_on(frame, y), frame, y, row=4)

    def said(name: str) -> list[str]:
        return [node for node in nodes_of(document_of(explanation, Asked(inputs=(name,)))) if isinstance(node, str)]

    assert "Had it been:" in said("many")
    assert "Had it been:" in said("few")
    hidden = explanation.names.without_rows()
    names = hidden.column("many").categories
    assert names == tuple(f"category {k}" for k in range(len(names)))
    assert "many: code" in hidden.inputs


def test_the_page_has_every_code():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    record = record_of(glassprop.explain(network_on(frame, y), frame, y, row=4))
    place = [column["name"] for column in record["columns"]].index("many")
    column, cell = record["columns"][place], record["examples"][0]["columns"][place]
    assert list(cell["switches"]) == column["categories"]
    assert len(column["parts"]) == 1
    assert cell["value"] is None


def embedded_network(steps: TablePipeline) -> list:
    """Layers that embed what the steps say is to be embedded; what is not comes first out of each embedding."""
    codes = [place for place, _ in steps.codes_]
    rest = [place for place in range(len(steps.get_feature_names_out())) if place not in codes]
    return [
        CategoryEmbedding(codes, [size for _, size in steps.codes_], 2),
        PeriodicEmbedding([rest.index(place) for place in steps.numbers_]),
        Scale(),
        Layer(5, "tanh"),
    ]


def test_through_embeddings_to_the_columns_of_the_table():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    steps = recipe_encoder(PLAN, dtype="float64").fit(frame)
    network = MLPRegressor(layers=embedded_network(steps), max_iter=3, random_state=0)
    model = TablePipeline([*steps.steps, ("network", network.fit(steps.transform(frame), y))])
    explanation = glassprop.explain(model, frame, y, row=5)

    def cost(**changed: object) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = frame[5].with_columns(**{name: pl.lit(value) for name, value in changed.items()})
            return float(0.5 * (model.predict(row)[0] - y[5]) ** 2)

    for name in ("heavy", "gappy"):
        at = frame[name][5]
        step = 1e-5 * max(abs(at), 1.0)
        expected = (cost(**{name: at + step}) - cost(**{name: at - step})) / (2 * step)
        assert explanation.input(name).value == pytest.approx(expected, rel=1e-5, abs=1e-9)
    found = explanation.input("many")
    assert found.parts[0].by_x == 0  # of a code
    for name, told in list(found.switches.items())[1:]:
        assert told == pytest.approx(cost(many=name) - cost(), rel=1e-6, abs=1e-9)


def test_a_code_adds_its_part_to_the_prediction_of_several_members():
    frame = odd_frame(200)
    y = np.random.default_rng(0).normal(size=200)
    codes, sizes = zip(*network_on(frame, y).codes_, strict=True)
    layers = [CategoryEmbedding(codes, sizes, 2)]
    steps = recipe_encoder(PLAN, dtype="float64")
    network = MLPRegressor(layers=[*layers, Layer(5, "tanh", own=True)], n_members=3, max_iter=5, random_state=0)
    model = TablePipeline([*steps.steps, ("network", network)]).fit(frame, y)
    e = glassprop.explain(model, frame, row=11)
    found = e.contributions()
    assert found.prediction == pytest.approx(model.predict(frame[11])[0], rel=1e-9)
    assert {one.name for one in found.columns} >= {"many"}
    assert abs(found.rest) <= 1e-3 * abs(found.prediction - found.baseline)
    X = np.asarray(model[:-1].transform(frame))
    where, size = model.codes_[0]
    shares = np.bincount(X[:, where].astype(int), minlength=size) / len(X)
    assert network.code_shares_[0] == pytest.approx(shares)
    switches = e.input("many").switches
    for name in list(switches)[1:4]:
        other = model.predict(frame[11].with_columns(many=pl.lit(name)))[0]
        assert switches[name] == pytest.approx(other - found.prediction, rel=1e-6, abs=1e-9)
