"""How inputs are made of numbers, written down: what the formula gives is what the step gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

import glassprop
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded
from glassprop.tables.encoding.scalings import scalings_of
from glassprop.tables.encoding.slopes import sources_of

rng = np.random.default_rng(0)
X = np.column_stack([rng.normal(1e3, 3, 200), rng.uniform(-1, 0, 200), np.exp(3 * rng.normal(size=200))])


def by_formula(scaling, values):
    u = (values - scaling.center) / scaling.spread
    return u if scaling.limit is None else u / np.sqrt(1 + (u / scaling.limit) ** 2)


KNOWN = {
    "standard": StandardScaler(),
    "centered": StandardScaler(with_std=False),
    "divided": StandardScaler(with_mean=False),
    "robust": RobustScaler(),
    "greatest": MaxAbsScaler(),
    "range": MinMaxScaler((-2, 3)),
    "bounded": Bounded(2.0),
    "ours": ColumnScaler("standard"),
    "ours by quartiles": ColumnScaler("quartiles"),
    "several": make_pipeline(RobustScaler(), "passthrough", MinMaxScaler(), Bounded(0.5), None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_formula_gives_what_the_step_gives(name):
    step = KNOWN[name]
    made = step.fit(X).transform(X)
    found = scalings_of(step, X.shape[1])
    assert len(found) == made.shape[1]
    for k, (source, scaling) in enumerate(zip(sources_of(step, X.shape[1]), found, strict=True)):
        np.testing.assert_allclose(by_formula(scaling, X[:, source]), made[:, k], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "step",
    [
        QuantileTransformer(n_quantiles=50),
        PowerTransformer(),
        MinMaxScaler(clip=True),
        ColumnScaler("quantile"),
        make_pipeline(Bounded(2.0), StandardScaler()),
    ],
    ids=lambda step: type(step).__name__,
)
def test_what_is_no_such_function_has_none(step):
    assert scalings_of(step.fit(X), X.shape[1]) == [None] * X.shape[1]


def test_of_a_column_that_is_bent_or_has_an_input_by_rank_only_what_is_so_is_told():
    step = ColumnScaler("auto").fit(X)
    made, found = step.transform(X), scalings_of(step, X.shape[1])
    told = [k for k, scaling in enumerate(found) if scaling is not None]
    assert 0 in told
    assert len(told) < len(found)
    for k in told:
        np.testing.assert_allclose(by_formula(found[k], X[:, step.sources()[k]]), made[:, k], rtol=1e-9, atol=1e-9)


def test_an_explanation_of_a_table_has_the_numbers_and_how_they_are_scaled():
    frame = pd.DataFrame({"height": X[:60, 0].round(1), "share": X[:60, 1].round(3), "town": ["Bern", "Ulm"] * 30})
    frame.loc[3, "share"] = None
    y = pd.Series(frame["height"] + 2 * frame["share"].fillna(0), name="weight")
    model = glassprop.TabularRegressor(recipe="plain", epochs=5, random_state=0).fit(frame, y)
    e = glassprop.explain(model.pipeline_, frame, y, rows=[0, 3])
    columns = {column.name: column for column in e.names.columns}
    assert columns["height"].numbers == (frame["height"][0], frame["height"][3])
    assert np.isnan(columns["share"].numbers[1])
    assert columns["town"].numbers == columns["town"].scalings == ()
    for column in (columns["height"], columns["share"]):
        (k, scaling), *marks = zip(column.parts, column.scalings, strict=True)
        assert all(mark is None for _, mark in marks)
        assert e.view.X[0, k] == pytest.approx(by_formula(scaling, column.numbers[0]), rel=1e-6)
    assert e.without_rows().names.columns[0].numbers == ()


def test_behind_scalers_of_ones_own():
    y = X[:, 0] + X[:, 1]
    scaler = StandardScaler()
    model = Pipeline(
        [("scale", scaler), ("net", glassprop.MLPRegressor(hidden_layer_sizes=(2,), max_iter=5, random_state=0))]
    ).fit(X, y)
    e = glassprop.explain(model, X, y, row=7)
    for k, column in enumerate(e.names.columns):
        (scaling,) = column.scalings
        assert (scaling.center, scaling.spread) == (scaler.mean_[k], scaler.scale_[k])
        assert column.numbers == (X[7, k],)
