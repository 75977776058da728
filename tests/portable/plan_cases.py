"""Fitted models with every kind of step, label and target, and rows to try them on: for whatever writes models."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
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

from glassprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.encoding.column_scaler import ColumnScaler

ROWS = 120
_RNG = np.random.default_rng(0)


def table() -> pd.DataFrame:
    """Columns of every kind: numbers of every shape, with gaps, dates, times, categories of every type, and text."""
    rng = np.random.default_rng(1)
    day = pd.Timestamp("2019-03-01")
    normal = rng.normal(size=ROWS)
    return pd.DataFrame(
        {
            "num": normal,
            "heavy": np.exp(3 * rng.normal(size=ROWS)),
            "both ways": rng.normal(size=ROWS) ** 5,
            "gap\n": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(size=ROWS) * 1e5),
            "moment": 1.7e9 + np.arange(ROWS) * 0.25,  # of which float32 would make a few
            "far": np.where(np.arange(ROWS) == 7, -9999.0, rng.normal(size=ROWS)),
            "two": rng.integers(0, 2, ROWS) * 5.0 + 1,
            'to"wn': rng.choice(["Bonn", "Ulm", "Jena Süd", "1.0", "2.50", "None", None], ROWS),
            "code": rng.integers(0, 6, ROWS),
            "grade": pd.Categorical(np.where(rng.random(ROWS) < 0.1, np.nan, rng.integers(0, 3, ROWS) / 2)),
            "truth": rng.random(ROWS) < 0.4,
            "perhaps": pd.Series(np.where(rng.random(ROWS) < 0.2, None, rng.random(ROWS) < 0.5), dtype=object),
            "day": pd.Series(day + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")).where(rng.random(ROWS) > 0.1),
            "at": day + pd.to_timedelta(rng.integers(0, 90_000, ROWS), unit="min"),
            "weekly": day + pd.to_timedelta(7 * np.arange(ROWS) + 9.34375, unit="D"),
            "clock": [f"{k % 24}:{(7 * k) % 60:02d}" for k in range(ROWS)],
            "many": [f"k{k}" for k in rng.geometric(0.05, ROWS)],
            "title": [" ".join(rng.choice(WORDS, 5)) for _ in range(ROWS)],
        }
    )


WORDS = ("Good", "bad", "House,", "ZWEI-drei", "été", "x", "THE", "iPhone", "don't")
READ_AS = {"code": "category", "grade": "category", "two": "number", "moment": "number", "num": "number"}


def odd_rows() -> pd.DataFrame:
    """Rows that training has not seen the like of: gaps, new categories, huge, tiny and infinite numbers, blanks."""
    frame = table().iloc[:14].reset_index(drop=True)
    frame["num"] = [np.nan, np.inf, -np.inf, 1e200, -1e149, 1e-200, 0.0, -0.0, 1e20, -5.0, 3.0, 1.0, 2.0, 0.5]
    frame["heavy"] = [-1.0, 0.0, 1e149, np.nan, 1e-149, 1e300, *np.geomspace(1e-9, 1e9, 8)]
    frame["both ways"] = [-1e149, 1e149, np.nan, 0.0, 1e-300, -1e6, 1e6, *np.linspace(-3, 3, 7)]
    frame["gap\n"] = [np.nan, 1.0, *[np.nan] * 12]
    frame["moment"] = 1.7e9 + np.arange(14) * 0.001
    frame["far"] = [-9999.0, -9998.0, np.nan, *np.linspace(-4, 4, 11)]
    frame["two"] = [1.0, 6.0, 2.5, np.nan, 1e9, *[1.0] * 9]
    towns = ["Bonn", " Bonn ", "bonn", "1", "1.00", "2.5", "Rome", "", None, "none", "NA", "1e0", "Jena  Süd", "-0"]
    frame['to"wn'] = towns
    frame["code"] = [0, 1, 2, 3, 4, 5, 6, -1, 10**6, 0, 0, 0, 0, 0]
    frame["grade"] = [0.0, 0.5, 1.0, 1.5, np.nan, np.inf, 1e-200, *[0.5] * 7]
    frame["perhaps"] = pd.Series([True, False, None, True, False, None, *[True] * 8], dtype=object)
    frame["day"] = pd.to_datetime(pd.Series([None, "1700-01-01", "2200-12-31", *["2020-02-29"] * 11]), format="ISO8601")
    frame["at"] = pd.to_datetime(
        pd.Series(["1969-12-31 23:59:59.5", None, *["2020-02-29 13:07"] * 12]), format="ISO8601"
    )
    frame["weekly"] = pd.to_datetime(
        pd.Series([None, "2019-03-05 04:00:00.001", *["2001-01-01"] * 12]), format="ISO8601"
    )
    frame["clock"] = [None, "0:00", "24:00", "23:59:59", *["7:30"] * 10]
    frame["many"] = ["k1", "k2", "K1", "never", None, *["k3"] * 9]
    frame["title"] = [
        "", None, "good GOOD good", "House", "nothing", "12.50", "the x iphone", "DON'T", "été ete", "bad,good;the",
        "good", "zwei drei", "drei zwei", "  good   bad ",
    ]  # fmt: skip
    return frame


@dataclass(frozen=True, eq=False)
class Case:
    """A fitted model and frames that it can be asked about."""

    model: Any
    frames: tuple[pd.DataFrame, ...]


_KEEP = {"roles": READ_AS, "random_state": 0, "epochs": 2}


def _classes() -> np.ndarray:
    frame = table()
    return np.where(frame["num"] > 0.5, 'gr"oß', np.where(frame["two"] > 2, "mid,\n", "small"))


def _of_table(model: Any, y: Any, *without: str) -> Callable[[], Case]:
    def make() -> Case:
        frames = [frame.drop(columns=list(without)) for frame in (table(), odd_rows())]
        return Case(model.fit(frames[0], y), (*frames, frames[1].iloc[[3]]))

    return make


def _trained(target: str, scale: str | None = None, **options: Any) -> Callable[[], Case]:
    """As `glassprop train` does it."""

    def make() -> Case:
        import polars as pl

        frame = table().assign(target=_TARGETS[target]())
        settings = {"target": "target", "validation": 0.2, "category": ("code", "grade"), "missing": ("-9999",)}
        defaults = Defaults(hidden=(4, 3), epochs=2)
        done = fit_table(
            Table(pl.from_pandas(frame), "t"), FitOptions(**settings, target_scale=scale, **options), defaults=defaults
        )
        return Case(done.pipeline, (table(), odd_rows()))

    return make


_TARGETS: dict[str, Callable[[], Any]] = {
    "classes": _classes,
    "amounts": lambda: np.exp(table()["num"]) * 1e4,
    "counts": lambda: np.random.default_rng(2).poisson(np.exp(table()["num"])).astype(float),
}

TABLES: dict[str, Callable[[], Case]] = {
    "recipe, classes": _of_table(TabularClassifier(**_KEEP, cross_fit=2), _classes()),
    "recipe, two classes": _of_table(TabularClassifier(**_KEEP, cross_fit=None), np.asarray(table()["num"] > 0)),
    "recipe, amounts": _of_table(TabularRegressor(**_KEEP, cross_fit=2), table()["num"] * 100),
    "recipe, logarithms": _of_table(
        TabularRegressor(**_KEEP, cross_fit=None, target_scale="log"), np.exp(table()["num"]), "title"
    ),
    "recipe, quantiles": _of_table(
        TabularRegressor(**_KEEP, cross_fit=None, target_scale="quantile"), table()["num"] ** 3, "title"
    ),
    "recipe, members": _of_table(TabularClassifier(**_KEEP, n_members=3), _classes(), "title"),
    "recipe, counts": _of_table(
        TabularRegressor(**_KEEP, cross_fit=None, target_scale="poisson"), _TARGETS["counts"](), "title"
    ),
    "plain, classes": _of_table(TabularClassifier(**_KEEP, recipe="plain", cross_fit=None), _classes()),
    "plain, amounts": _of_table(TabularRegressor(**_KEEP, recipe="plain", cross_fit=None), table()["num"], "title"),
    "numbers alone": _of_table(
        TabularRegressor(random_state=0, epochs=2, cross_fit=None),
        table()["num"],
        *table().columns.difference(["num", "heavy", "gap\n"]),
    ),
    "one category": _of_table(
        TabularClassifier(random_state=0, epochs=2, cross_fit=None), _classes(), *table().columns.difference(['to"wn'])
    ),
    "trained, classes": _trained("classes"),
    "trained, amounts": _trained("amounts", "log"),
    "trained, recipe": _trained("classes", recipe="tabular"),
}

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CASES[name]()


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
