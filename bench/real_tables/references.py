"""What glassprop is held against, on the same rows: a constant, a ridge and scikit-learn's gradient-boosted trees.

They read the file with pandas, and know from a person which columns to leave out. So nothing that glassprop decides
about a table is decided here as well.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from bench.real_tables.tables import CLASSES, RealTable

_MOSTLY = 0.9  # of a column's texts are numbers, or dates: then it is one of those
_TELLS_APART = 0.5  # more different texts than this share of the rows: of no use without reading them
_CATEGORIES = 255  # more than these, and the mean of the target stands for each


def read(path: Path) -> pd.DataFrame:
    """The file as pandas reads it."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)


def target_of(frame: pd.DataFrame, table: RealTable) -> pd.Series:
    """The target, missing where it is: amounts as numbers, classes as text."""
    column = frame[table.target]
    if table.task == CLASSES:
        return column.map(str, na_action="ignore").astype(object)
    return pd.to_numeric(column, errors="coerce")


def inputs_of(frame: pd.DataFrame, table: RealTable) -> pd.DataFrame:
    """The columns that a person would take, as numbers (dates among them) and texts."""
    away = {table.target, *("Unnamed: 0" if name == "" else name for name in table.leave_out)}
    found: dict[str, pd.Series] = {}
    for name in frame.columns:
        if name not in away:
            found |= _columns(str(name), frame[name])
    return pd.DataFrame(found, index=frame.index)


def _columns(name: str, column: pd.Series) -> dict[str, pd.Series]:
    if column.isna().all():
        return {}
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return {name: column.astype(float)}
    if pd.api.types.is_datetime64_any_dtype(column):
        return _date(name, column)
    texts = column.map(str, na_action="ignore")
    there = texts.notna().sum()
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().sum() > _MOSTLY * there:
        return {name: numbers}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the format is guessed
        dates = pd.to_datetime(texts, errors="coerce", utc=True)
    if dates.notna().sum() > _MOSTLY * there:
        return _date(name, dates)
    return {} if texts.nunique() > _TELLS_APART * there else {name: texts.astype(object)}


def _date(name: str, column: pd.Series) -> dict[str, pd.Series]:
    # In seconds: years like 14, for 2014, lie beyond what nanoseconds can hold.
    moments = column.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    days = pd.Series(np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / 86_400), column.index)
    parts = {"": days, " month": column.dt.month, " weekday": column.dt.day_of_week, " hour": column.dt.hour}
    return {name + part: values.astype(float) for part, values in parts.items()}


def reference_scores(table: RealTable, X: pd.DataFrame, y: pd.Series, parts: tuple[Any, Any]) -> dict[str, Any]:
    """Scores on the second part of models fitted on the first, by name of the model."""
    train, test = parts
    models = {"constant": _constant(table.task), "trees": trees(table.task, X), "ridge": _ridge(table.task, X)}
    found = {}
    for name, model in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence, categories that a part of the rows does not have
            model.fit(X.iloc[train], y.iloc[train])
            found[name] = _scores(table.task, model, X.iloc[test], y.iloc[test])
    return found


def _scores(task: str, model: Any, X: pd.DataFrame, y: pd.Series) -> dict[str, float]:
    if task == CLASSES:
        shares = model.predict_proba(X)
        return {
            "log_loss": float(metrics.log_loss(y, shares, labels=model.classes_)),
            "accuracy": float(metrics.accuracy_score(y, model.classes_[shares.argmax(axis=1)])),
        }
    predicted = model.predict(X)
    return {
        "r2": float(metrics.r2_score(y, predicted)),
        "root_mean_squared_error": float(metrics.root_mean_squared_error(y, predicted)),
        "mean_absolute_error": float(metrics.mean_absolute_error(y, predicted)),
    }


def _constant(task: str) -> Any:
    return DummyClassifier(strategy="prior") if task == CLASSES else DummyRegressor()


def kinds(X: pd.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """Numbers, categories, and categories of too many values."""
    texts = [name for name in X.columns if X[name].dtype == object]
    many = [name for name in texts if X[name].nunique() > _CATEGORIES]
    return [name for name in X.columns if name not in texts], [name for name in texts if name not in many], many


def _by_target(task: str) -> Any:
    return TargetEncoder(target_type="auto" if task == CLASSES else "continuous", random_state=0)


def trees(task: str, X: pd.DataFrame, seed: int = 0) -> Any:
    """scikit-learn's gradient-boosted trees, which take categories as such, up to as many as they can."""
    numbers, few, many = kinds(X)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    columns = make_column_transformer((ordinal, few), ("passthrough", numbers), (_by_target(task), many))
    kind = HistGradientBoostingClassifier if task == CLASSES else HistGradientBoostingRegressor
    return make_pipeline(columns, kind(random_state=seed, categorical_features=list(range(len(few)))))


def _ridge(task: str, X: pd.DataFrame) -> Any:
    numbers, few, many = kinds(X)
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=2, sparse_output=False), few),
        (make_pipeline(_by_target(task), StandardScaler()), many),
    )
    if task == CLASSES:
        strengths = {"Cs": [0.01, 0.1, 1.0, 10.0], "cv": 3, "scoring": "neg_log_loss", "max_iter": 300}
        return make_pipeline(columns, LogisticRegressionCV(**strengths, use_legacy_attributes=False))
    return make_pipeline(columns, RidgeCV(np.logspace(-2, 4, 13)))
