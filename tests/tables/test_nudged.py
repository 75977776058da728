"""Columns behind steps that the user chose: their derivatives against differences through the whole Pipeline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
)

import glassprop
from glassprop import MLPClassifier
from glassprop.errors import SettingsError

NUMBERS = ["rain [mm]", "sun"]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def _table() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"rain [mm]": rng.gamma(2, 30, 80), "sun": rng.uniform(1, 9, 80)})
    frame["town"] = rng.choice(["a", "b"], 80)
    return frame, (frame["rain [mm]"] / 60 + frame["sun"] / 5 + rng.normal(size=80) > 2).to_numpy()


def _mixed(**options: object) -> ColumnTransformer:
    return ColumnTransformer([("n", StandardScaler(), NUMBERS), ("c", OneHotEncoder(), ["town"])], **options)


STEPS = {
    "imputer, scaler": lambda: make_pipeline(SimpleImputer(), StandardScaler()),
    "columns": _mixed,
    "columns, plain names": lambda: _mixed(verbose_feature_names_out=False),
    "power": PowerTransformer,
    "logarithm": lambda: make_pipeline(FunctionTransformer(np.log1p, feature_names_out="one-to-one"), StandardScaler()),
    "normalizer": Normalizer,
    "polynomials": lambda: make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False)),
    "principal components": lambda: make_pipeline(StandardScaler(), PCA(2)),
}


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("steps", STEPS)
def test_a_column_is_followed_through_any_steps(steps: str, kind: str) -> None:
    frame, y = _table()
    if not steps.startswith("columns"):
        frame = frame[NUMBERS]
    X = frame if kind == "pandas" else pl.from_pandas(frame)
    model = make_pipeline(STEPS[steps](), MLPClassifier((5,), activation="tanh", max_iter=60, random_state=0))
    model.fit(X, y)
    e = glassprop.explain(model, X, y, row=3)
    for name in NUMBERS:
        costs = []
        for way in (1, -1):
            nudged = frame.iloc[[3]].copy()
            nudged[name] += way * 1e-4
            row = nudged if kind == "pandas" else pl.from_pandas(nudged)
            costs.append(-np.log(model.predict_proba(row)[0, int(y[3])]))
        expected = (costs[0] - costs[1]) / 2e-4
        found = e.input(name)
        assert found.value == pytest.approx(expected, rel=1e-4, abs=1e-7)
        assert float(found.shown) == pytest.approx(frame[name].iloc[3], rel=1e-12)


def test_inputs_that_cannot_be_followed_are_not_taken_for_columns() -> None:
    """A step that takes no nudged values: its outputs bear the columns' names, and are not they."""

    def whole(values: np.ndarray) -> np.ndarray:
        if np.any(np.asarray(values) % 1):
            raise ValueError("whole numbers only")
        return np.asarray(values) / 7.0

    X = pd.DataFrame(np.random.default_rng(0).integers(0, 9, (40, 2)).astype(float), columns=["p", "q"])
    model = make_pipeline(FunctionTransformer(whole, feature_names_out="one-to-one"), MLPClassifier((3,), max_iter=5))
    model.fit(X, X["p"] > 4)
    e = glassprop.explain(model, X, X["p"] > 4, row=0)
    with pytest.raises(SettingsError, match="there is no input or column 'p': there are 'input p', 'input q'"):
        e.input("p")
