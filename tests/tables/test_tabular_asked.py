"""What a tabular estimator is asked of its own network: why it says this of a row, and what keeps it from learning."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import glassprop
from glassprop import TabularClassifier, TabularRegressor
from glassprop.errors import DataError, SettingsError

N = 60
KINDS = {
    "plain": {"recipe": "plain", "cross_fit": None, "epochs": 8},
    "members": {"recipe": "tabular", "n_members": 2, "epochs": 3},
    "networks": {"recipe": "tabular", "n_members": 2, "member": "network", "epochs": 3},
    "folds": {"recipe": "tabular", "cross_fit": 2, "epochs": 3},
}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=N)
    return pd.DataFrame({"town": rng.choice(["Ulm", "Bonn"], N), "rain": rng.normal(50, 20, N).round(1), "day": days})


@pytest.fixture(scope="module")
def late(frame):
    return pd.Series(np.where(frame.rain + 20 * (frame.town == "Ulm") > 60, "late", "early"), name="when")


@pytest.fixture(scope="module")
def price(frame):
    return pd.Series(1000 * frame.rain + 20_000 * (frame.town == "Ulm"), name="price")


@pytest.fixture(scope="module", params=KINDS)
def classifier(request, frame, late):
    return TabularClassifier(random_state=0, **KINDS[request.param]).fit(frame, late)


@pytest.fixture(scope="module", params=KINDS)
def regressor(request, frame, price):
    return TabularRegressor(random_state=0, **KINDS[request.param]).fit(frame, price)


@pytest.fixture(scope="module")
def plain(frame, late):
    return TabularClassifier(random_state=0, **KINDS["plain"]).fit(frame, late)


def added(found):
    return found.baseline + sum(one.value for one in found.columns) + found.rest


def test_contributions_add_up_to_the_probability_that_is_predicted(classifier, frame):
    for row in (7, 31):
        found = classifier.explain(frame, row=row).contributions()
        assert {one.name for one in found.columns} == {"town", "rain", "day"}
        said = classifier.predict_proba(frame.iloc[[row]])[0]
        assert found.prediction == pytest.approx(said.max(), rel=1e-5)
        assert added(found) == pytest.approx(said.max(), rel=1e-5)
        assert found.output == classifier.predict(frame.iloc[[row]])[0]
        other = classifier.explain(frame, row=row, output="late").contributions()
        assert added(other) == pytest.approx(said[classifier.classes_.tolist().index("late")], rel=1e-5)


def test_contributions_to_an_amount_are_in_its_units(regressor, frame):
    found = regressor.explain(frame, row=7).contributions()
    assert {one.name for one in found.columns} == {"town", "rain", "day"}
    assert found.of == "amount"
    assert added(found) == pytest.approx(regressor.predict(frame.iloc[[7]])[0], rel=1e-5)


def test_all_is_as_the_pipeline_tells_it(classifier, frame, late):
    for y in (None, late):
        own = classifier.explain(frame, y, rows=[7, 9])
        assert own.to_dict() == glassprop.explain(classifier, frame, y, rows=[7, 9]).to_dict()
        assert own.to_dict() == glassprop.explain(classifier.pipeline_, frame, y, rows=[7, 9]).to_dict()
    assert own.names.rows == (7, 9)


def test_targets_are_told_in_their_own_units(regressor, frame, price):
    e = regressor.explain(frame, price, row=7)
    assert e.names.targets == (f"{price[7]:.6g}",)
    assert e.names.outputs == ("price",)
    assert e.to_dict() == glassprop.explain(regressor.pipeline_, frame, price, row=7).to_dict()
    assert e.contributions().prediction == pytest.approx(regressor.predict(frame.iloc[[7]])[0], rel=1e-5)


def test_tables_of_every_library_are_explained(plain, frame, late):
    known = plain.explain(frame, late, row=7)
    tables = (pl.from_pandas(frame), pa.Table.from_pandas(frame)), (late.tolist(), pa.chunked_array([late.tolist()]))
    for X, y in zip(*tables, strict=True):
        assert plain.explain(X, y, row=7).cost == pytest.approx(known.cost)
        assert plain.explain(X[["day", "rain", "town"]] if isinstance(X, pl.DataFrame) else X, row=7).contributions()


def test_columns_without_names_are_numbered(frame, late):
    X = frame[["town", "rain"]].to_numpy()
    model = TabularClassifier(random_state=0, **KINDS["plain"]).fit(X, late == "late")
    found = model.explain(X, late == "late", row=7).contributions()
    assert {one.name for one in found.columns} == {"x0", "x1"}
    assert added(found) == pytest.approx(model.predict_proba(X[[7]])[0].max(), rel=1e-5)


def test_a_pipeline_may_end_in_one(plain, frame, late):
    whole = make_pipeline(FunctionTransformer(), plain)
    e = glassprop.explain(whole, frame, late, rows=[7, 9])
    assert e.to_dict() == plain.explain(frame, late, rows=[7, 9]).to_dict()


def test_what_cannot_be_explained_is_refused(plain, frame, late):
    with pytest.raises(NotFittedError):
        TabularClassifier().explain(frame, row=7)
    with pytest.raises(NotFittedError):
        glassprop.explain(TabularClassifier(), frame, row=7)
    with pytest.raises(DataError, match="no row 60"):
        plain.explain(frame, row=60)
    with pytest.raises(SettingsError, match="not both"):
        plain.explain(frame, row=1, rows=[1])
    with pytest.raises(DataError, match="training did not see"):
        plain.explain(frame, ["never"] * N, row=1)
    with pytest.raises(SettingsError, match=r"cannot explain a int.*TabularClassifier"):
        glassprop.explain(3, frame, row=7)


def test_the_verb_diagnoses_as_the_function_does(plain, frame, late):
    own, said = plain.diagnose(frame, late, budget=0), glassprop.diagnose(plain, frame, late, budget=0)
    assert own.to_dict() == said.to_dict()
    unfitted = TabularClassifier(random_state=0, **{**KINDS["folds"], "epochs": 2})
    own, said = unfitted.diagnose(frame, late, budget=0), glassprop.diagnose(unfitted, frame, late, budget=0)
    assert own.to_dict() == said.to_dict()
    assert "pipeline_" not in vars(unfitted)
    with pytest.raises(SettingsError, match="budget"):
        plain.diagnose(frame, late, budget=-1)
