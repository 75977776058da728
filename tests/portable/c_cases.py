"""The models of plan_cases that C can say, and others of tables without columns of text."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from portable import plan_cases
from portable.plan_cases import Case, case
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from glassprop import MLPRegressor, TabularClassifier, TabularRegressor
from glassprop.portable.plan_of import plan_of
from glassprop.portable.whole_model import TextInput, Whole

_WIDE = np.random.default_rng(3).normal(size=(plan_cases.ROWS, 20)) * np.arange(1, 21)


def _network() -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=0)


def _named(X: np.ndarray) -> pd.DataFrame:
    """With the names that columns of arrays go by."""
    return pd.DataFrame(X, columns=[f"x{k}" for k in range(X.shape[1])])


def _scaled(frame: pd.DataFrame) -> Case:
    return Case(make_pipeline(StandardScaler(), _network()).fit(frame, frame["col 0"]), (frame, frame[:1] * 3))


_MORE = {
    "classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, cross_fit=2), plan_cases._classes(), "title"
    ),
    "two classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, cross_fit=None), np.asarray(plan_cases.table()["num"] > 0), "title"
    ),
    "amounts of a table": plan_cases._of_table(
        TabularRegressor(**plan_cases._KEEP, cross_fit=2), plan_cases.table()["num"] * 100, "title"
    ),
    "plain classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, recipe="plain", cross_fit=None), plan_cases._classes(), "title"
    ),
    "many numbers": lambda: Case(_network().fit(_WIDE, _WIDE[:, 0]), (_named(_WIDE), _named(_WIDE[:1]))),
    "many numbers, scaled": lambda: _scaled(pd.DataFrame(_WIDE, columns=[f"col {k}" for k in range(20)])),
    "many numbers, clipped between names": lambda: Case(
        make_pipeline(
            ColumnTransformer([("n", MinMaxScaler(clip=True), list(range(2, 20))), ("o", StandardScaler(), [1, 0])]),
            _network(),
        ).fit(_WIDE, _WIDE[:, 0]),
        (_named(_WIDE), _named(3 * _WIDE)),
    ),
    "classes, trained": plan_cases._trained("classes", drop=("title",)),
    "classes, trained by the recipe": plan_cases._trained("classes", recipe="tabular", drop=("title",)),
}


@cache
def c_case(name: str) -> Case:
    """One of them, fitted once."""
    if name not in _MORE:
        return case(name)
    plan_cases.CASES[name] = _MORE[name]
    try:
        return case(name)
    finally:
        del plan_cases.CASES[name]


@cache
def c_wholes() -> dict[str, Whole]:
    """The records of all that C can say, by their names."""
    found = {name: plan_of(c_case(name).model) for name in [*plan_cases.CASES, *_MORE]}
    return {
        name: whole for name, whole in found.items() if not any(isinstance(piece, TextInput) for piece in whole.inputs)
    }
