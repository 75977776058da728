"""The models of plan_cases that C can say, and others of tables without columns of text."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from portable.plan_cases import CASES, case, quietly
from portable.plan_table_cases import KEEP, ROWS, Case, classes, of_table, table, trained
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from glassprop import MLPRegressor, TabularClassifier, TabularRegressor
from glassprop.portable.plan_of import plan_of
from glassprop.portable.whole_model import Whole

_WIDE = np.random.default_rng(3).normal(size=(ROWS, 20)) * np.arange(1, 21)


def _network() -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=0)


def _named(X: np.ndarray) -> pd.DataFrame:
    """With the names that columns of arrays go by."""
    return pd.DataFrame(X, columns=[f"x{k}" for k in range(X.shape[1])])


def _scaled(frame: pd.DataFrame) -> Case:
    return Case(make_pipeline(StandardScaler(), _network()).fit(frame, frame["col 0"]), (frame, frame[:1] * 3))


_MORE = {
    "classes of a table": of_table(TabularClassifier(**KEEP, cross_fit=2), classes(), "title"),
    "two classes of a table": of_table(
        TabularClassifier(**KEEP, cross_fit=None), np.asarray(table()["num"] > 0), "title"
    ),
    "amounts of a table": of_table(TabularRegressor(**KEEP, cross_fit=2), table()["num"] * 100, "title"),
    "plain classes of a table": of_table(TabularClassifier(**KEEP, recipe="plain", cross_fit=None), classes(), "title"),
    "many numbers": lambda: Case(_network().fit(_WIDE, _WIDE[:, 0]), (_named(_WIDE), _named(_WIDE[:1]))),
    "many numbers, scaled": lambda: _scaled(pd.DataFrame(_WIDE, columns=[f"col {k}" for k in range(20)])),
    "many numbers, clipped between names": lambda: Case(
        make_pipeline(
            ColumnTransformer([("n", MinMaxScaler(clip=True), list(range(2, 20))), ("o", StandardScaler(), [1, 0])]),
            _network(),
        ).fit(_WIDE, _WIDE[:, 0]),
        (_named(_WIDE), _named(3 * _WIDE)),
    ),
    "classes, trained": trained("classes", drop=("title",)),
    "classes, trained by the recipe": trained("classes", recipe="tabular", drop=("title",)),
}


@cache
def c_case(name: str) -> Case:
    """One of them, fitted once."""
    return quietly(_MORE[name]) if name in _MORE else case(name)


# Those with columns of text, whose words C does not tell apart.
OF_TEXT = ["recipe, classes", "recipe, two classes", "recipe, amounts", "plain, classes"]
OF_TEXT += ["trained, classes", "trained, amounts", "trained, recipe"]
NAMES = [name for name in [*CASES, *_MORE] if name not in OF_TEXT]


@cache
def c_whole(name: str) -> Whole:
    """The record of one of them."""
    return plan_of(c_case(name).model)
