"""Fitted models with every kind of step, label and target, and rows to try them on: for whatever writes models."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from portable.plan_table_cases import ROWS, TABLES, Case
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from glassprop import MLPClassifier, MLPRegressor
from glassprop.tables.encoding.column_scaler import ColumnScaler

_RNG = np.random.default_rng(0)
X = _RNG.normal(size=(ROWS, 4))
HOLES = np.where(_RNG.random(X.shape) < 0.1, np.nan, X)
Y = (X[:, 0] > 0).astype(int)
MIXED = pd.DataFrame(
    {
        "a": X[:, 0],
        "b": HOLES[:, 1],
        "c": _RNG.choice(["x", "y", "z z", "rare"], ROWS, p=[0.5, 0.3, 0.18, 0.02]),
        "d": _RNG.integers(0, 5, ROWS),
        "e": np.where(_RNG.random(ROWS) < 0.2, None, _RNG.choice(["u", "v"], ROWS)),
        "f": np.where(_RNG.random(ROWS) < 0.2, np.nan, _RNG.integers(0, 3, ROWS)),
        "g": _RNG.random(ROWS) < 0.5,
    }
)
_IGNORE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def _new_rows(data: Any) -> Any:
    """Rows with values that training did not have."""
    if isinstance(data, np.ndarray):
        return np.vstack([data[:5] * 3, -data[5:9], np.full((1, data.shape[1]), 1e30)])
    new = data.iloc[:6].copy()
    for name in data.columns.intersection(["c", "e"]):
        new.loc[0, name] = "new"
    for name in data.columns.intersection(["d", "f"]):
        new.loc[1, name] = 77
    return new


def _of_step(step: Any, data: Any, *, known: bool = False) -> Callable[[], Case]:
    """known: what is new would be refused."""

    def make() -> Case:
        model = make_pipeline(clone(step), MLPClassifier((3,), max_iter=3, random_state=0)).fit(data, Y)
        frames = [data, data[:1]] if known else [data, data[:1], _new_rows(data)]
        return Case(model, tuple(_frame(rows) for rows in frames))

    return make


def _frame(rows: Any) -> pd.DataFrame:
    """With the names that columns of arrays go by."""
    return (
        rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=[f"x{k}" for k in range(rows.shape[1])])
    )


_SKEWED = np.c_[X, np.exp(3 * X[:, 0]), np.ones(ROWS), X[:, 0] > 0, np.where(X[:, 1] > 1.9, 1e6, X[:, 1])]
STEPS: dict[str, Callable[[], Case]] = {
    "standard": _of_step(StandardScaler(), X),
    "standard, frame": _of_step(StandardScaler(with_mean=False), MIXED[["a", "d"]]),
    "robust": _of_step(RobustScaler(unit_variance=True), X),
    "min max": _of_step(MinMaxScaler((-2, 3), clip=True), X),
    "max abs": _of_step(make_pipeline(MaxAbsScaler(), StandardScaler()), X),
    "columns": _of_step(ColumnScaler(), _SKEWED),
    "columns by rank": _of_step(ColumnScaler("quantile"), _SKEWED),
    "columns by shape": _of_step(ColumnScaler("shape"), _SKEWED),
    "columns by quartiles": _of_step(make_pipeline(ColumnScaler("quartiles"), MinMaxScaler()), _SKEWED),
    "filled": _of_step(make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), HOLES),
    "filled behind": _of_step(
        make_pipeline(StandardScaler(), SimpleImputer(strategy="constant", fill_value=-1)), HOLES
    ),
    "marks": _of_step(
        FeatureUnion([("m", MissingIndicator()), ("f", SimpleImputer())], transformer_weights={"f": 0.5}), HOLES
    ),
    "identity": _of_step(make_pipeline(FunctionTransformer(), "passthrough", VarianceThreshold(0.5)), X),
    "one hot": _of_step(_IGNORE, MIXED[["c", "d", "e", "f", "g"]]),
    "one hot, dropped": _of_step(
        OneHotEncoder(drop="first", sparse_output=False, handle_unknown="ignore"), MIXED[["c", "d", "g"]]
    ),
    "one hot, known alone": _of_step(OneHotEncoder(drop="if_binary"), MIXED[["c", "e", "g"]], known=True),
    "one hot, rare": _of_step(
        OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"), MIXED[["c", "d", "e", "f"]]
    ),
    "one hot, rare and dropped": _of_step(
        OneHotEncoder(min_frequency=20, drop="first", handle_unknown="ignore"), MIXED[["c", "d"]]
    ),
    "ordinal": _of_step(
        make_pipeline(
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2),
            StandardScaler(),
        ),
        MIXED[["c", "d", "e", "f"]],
    ),
    "ordinal, known alone": _of_step(
        make_pipeline(OrdinalEncoder(), StandardScaler()), MIXED[["c", "d", "g"]], known=True
    ),
    "ordinal, rare": _of_step(
        OrdinalEncoder(
            min_frequency=20, encoded_missing_value=-2, handle_unknown="use_encoded_value", unknown_value=-1
        ),
        MIXED[["c", "d", "e", "f"]],
    ),
    "words filled": _of_step(make_pipeline(SimpleImputer(strategy="most_frequent"), _IGNORE), MIXED[["e"]]),
    "codes filled": _of_step(make_pipeline(SimpleImputer(strategy="most_frequent"), _IGNORE), MIXED[["f"]]),
    "gaps of codes filled": _of_step(
        make_pipeline(OrdinalEncoder(), SimpleImputer(add_indicator=True), StandardScaler()),
        MIXED[["e", "f"]],
        known=True,
    ),
    "groups": _of_step(
        ColumnTransformer(
            [
                ("n", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), ["b", "a"]),
                ("c", _IGNORE, ["c", "d"]),
                ("none", StandardScaler(), []),
                ("gone", "drop", ["e"]),
            ],
            remainder="passthrough",
            transformer_weights={"c": 2.0},
            sparse_threshold=0,
        ),
        MIXED[["a", "g", "e", "c", "b", "d"]],
    ),
    "groups by number": _of_step(
        make_pipeline(
            StandardScaler(), ColumnTransformer([("n", MinMaxScaler(), [0, -1]), ("m", "passthrough", slice(1, 2))])
        ),
        X,
    ),
    "groups from name to name": _of_step(
        ColumnTransformer([("n", MinMaxScaler(), slice("a", "d"))]), MIXED[["g", "a", "d"]]
    ),
}


def _network(model: Any, y: Any, rows: np.ndarray = X) -> Callable[[], Case]:
    return lambda: Case(model.set_params(max_iter=5, random_state=0).fit(rows, y), (_frame(rows), _frame(rows[:1])))


_THREE = _RNG.integers(0, 3, ROWS)
NETWORKS: dict[str, Callable[[], Case]] = {
    "two numbers": _network(MLPClassifier((3,)), Y * 7 - 3),
    "two truths": _network(MLPClassifier((3,)), Y > 0),
    "three words": _network(MLPClassifier((3,)), np.array(["né", 'a"b', "c\nd"])[_THREE]),
    "three whole floats": _network(MLPClassifier((3,)), _THREE * 2.0 - 1),
    "one class": _network(MLPClassifier((3,)), np.full(ROWS, "all")),
    "several labels": _network(MLPClassifier((3,)), np.stack([Y, _THREE > 0, _THREE == 1], axis=1).astype(int)),
    "one sigmoid a class": _network(MLPClassifier((3,), output_activation="sigmoid", loss="squared_error"), _THREE),
    "no probabilities": _network(MLPClassifier((3,), output_activation="identity", loss="squared_error"), _THREE),
    "single precision": _network(MLPClassifier((3,)), Y, X.astype(np.float32)),
    "members": _network(MLPClassifier((4,), n_members=3), _THREE),
    "members apart": _network(MLPRegressor(hidden_layer_sizes=(4,), n_members=2, member="network"), X @ np.arange(4.0)),
    "amount": _network(MLPRegressor(hidden_layer_sizes=(3,)), X[:, 0] * 2),
    "amounts": _network(MLPRegressor(hidden_layer_sizes=(3,)), X[:, :2] * 2),
    "poisson": _network(MLPRegressor("poisson", (3,)), np.exp(X[:, 0])),
}

CASES = TABLES | STEPS | NETWORKS


@cache
def case(name: str) -> Case:
    """One of them, fitted once."""
    return quietly(CASES[name])


def quietly(make: Callable[[], Case]) -> Case:
    """Fitted, without the warnings of trainings as short as these."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


def outcome(one: Case, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
    """What the model itself says: predictions, and probabilities where there are any."""
    network = (
        one.model.pipeline_[-1]
        if hasattr(one.model, "pipeline_")
        else getattr(one.model, "steps", [[one.model]])[-1][-1]
    )
    rows = frame if hasattr(one.model, "pipeline_") or _has_names(one.model) else frame.to_numpy()
    if rows is not frame and getattr(network, "theta_", np.empty(0)).dtype == np.float32:
        rows = rows.astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return one.model.predict(rows), one.model.predict_proba(rows) if hasattr(one.model, "predict_proba") else None


def _has_names(model: Any) -> bool:
    first = model.steps[0][1] if hasattr(model, "steps") else model
    return hasattr(first, "feature_names_in_") or hasattr(first, "schema")
