"""The peers, each as its users would set it up: defaults, and columns in the form that suits it best."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bench.accuracy.prepared import CLASSES
from bench.real_tables.references import trees

Maker = Callable[[str, pd.DataFrame, int, int, str], Any]
"""Task, training inputs, seed, threads and device -> an estimator."""


class AsCategories(TransformerMixin, BaseEstimator):
    """Text as pandas categories of the rows trained on, plain column names; numbers as they are, or filled.

    Parameters
    ----------
    filled : bool
        Missing numbers become the median, and columns beside them say where.
    texts : bool
        Categories stay text, and missing is one of them.
    """

    def __init__(self, filled: bool = False, texts: bool = False) -> None:
        self.filled = filled
        self.texts = texts

    def fit(self, X: pd.DataFrame, y: Any = None) -> AsCategories:
        """Look at the rows trained on."""
        of = {name: X[name] for name in X.columns}
        self.categories_ = {name: sorted(set(of[name].dropna())) for name in of if of[name].dtype == object}
        numbers = [name for name in of if name not in self.categories_]
        self.medians_ = {name: float(np.nan_to_num(np.nanmedian(_finite(of[name])))) for name in numbers}
        self.gaps_ = [name for name in numbers if of[name].isna().any()]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """The same columns, c0, c1, … and gap0, …."""
        found: dict[str, Any] = {}
        for place, name in enumerate(X.columns):
            found[f"c{place}"] = self._column(name, X[name])
        if self.filled:
            found |= {f"gap{place}": X[name].isna().astype(float) for place, name in enumerate(self.gaps_)}
        return pd.DataFrame(found, index=X.index)

    def _column(self, name: str, column: pd.Series) -> Any:
        if name not in self.categories_:
            return column.fillna(self.medians_[name]) if self.filled else column
        if self.texts:
            return column.fillna("(missing)").astype(str).astype(object)
        known = column.where(column.isin(self.categories_[name]), None)
        return pd.Categorical(known, categories=self.categories_[name])


def _finite(column: pd.Series) -> np.ndarray:
    values = column.to_numpy(dtype=float)
    return values if np.isfinite(values).any() else np.zeros(1)


def constant(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """The shares of the classes, or the mean."""
    return DummyClassifier(strategy="prior") if task == CLASSES else DummyRegressor()


def sklearn_mlp(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """Numbers filled and standardized, categories one-hot, and amounts standardized: without that it fails at money."""
    columns = make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()),
            make_column_selector(dtype_exclude=object),
        ),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include=object)),
    )
    if task == CLASSES:
        return make_pipeline(columns, MLPClassifier(random_state=seed))
    network = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
    return make_pipeline(columns, network)


def hist_gradient_boosting(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """Categories as such; by the target's mean where they are too many for it."""
    return trees(task, X, seed)


def lightgbm(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """Categories as such, missing values, too."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if task == CLASSES else LGBMRegressor
    return make_pipeline(AsCategories(), kind(random_state=seed, n_jobs=threads, verbosity=-1))


def catboost(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """Categories as text."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    texts = [f"c{place}" for place, name in enumerate(X.columns) if X[name].dtype == object]
    kind = CatBoostClassifier if task == CLASSES else CatBoostRegressor
    model = kind(random_seed=seed, thread_count=threads, cat_features=texts, verbose=False, allow_writing_files=False)
    return make_pipeline(AsCategories(texts=True), model)


def pytabkit(name: str, of_classes: dict[str, Any] | None = None) -> Maker:
    """One of pytabkit's, which holds out rows of its own and takes categories, but no missing numbers.

    Parameters
    ----------
    name : str
    of_classes : dict, optional
        Settings for classes; for amounts there are none but the defaults.
    """

    def make(task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
        import pytabkit as package

        kind = getattr(package, f"{name}_{'Classifier' if task == CLASSES else 'Regressor'}")
        settings = of_classes if of_classes and task == CLASSES else {}
        model = kind(random_state=seed, n_threads=threads, device=device, **settings)
        return make_pipeline(AsCategories(filled=True), model)

    return make


UNSMOOTHED = "RealMLP-TD, unsmoothed"

# Name in the report -> how it is made, and the package whose version counts.
FAST: dict[str, tuple[Maker, str]] = {
    "constant": (constant, "scikit-learn"),
    "scikit-learn MLP": (sklearn_mlp, "scikit-learn"),
    "HistGradientBoosting": (hist_gradient_boosting, "scikit-learn"),
    "LightGBM": (lightgbm, "lightgbm"),
    "CatBoost": (catboost, "catboost"),
}
_LOG_LOSS = {"use_ls": False, "val_metric_name": "cross_entropy"}  # what its authors advise where log loss counts
SLOW: dict[str, tuple[Maker, str]] = {
    "RealMLP-TD-S": (pytabkit("RealMLP_TD_S"), "pytabkit"),
    "RealMLP-TD": (pytabkit("RealMLP_TD"), "pytabkit"),
    "TabM": (pytabkit("TabM_D"), "pytabkit"),
    UNSMOOTHED: (pytabkit("RealMLP_TD", _LOG_LOSS), "pytabkit"),
}
PEERS = FAST | SLOW


def version_of(name: str) -> str:
    """The package and its version."""
    package = PEERS[name][1]
    return f"{package} {version(package)}"
