"""Ours: the recipe for tables as one model and with members, and the command line's plain networks of before."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import glassprop
from bench.accuracy.prepared import CLASSES

SINGLE, MEMBERS, PLAIN = "glassprop", "glassprop, members", "glassprop, plain"
OURS = (SINGLE, MEMBERS, PLAIN)
_SCORED = 200  # rows that the plain recipe is given to score itself on: it wants some, and nothing is made of them


class NotThereError(Exception):
    """This version of glassprop has no such model."""


class PlainTable:
    """`fit_table` as a model: it decides all but what is a number and what is not."""

    def __init__(self, task: str, seed: int) -> None:
        self.task, self.seed = task, seed

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> PlainTable:
        """Train on all of the rows."""
        from glassprop.tables import FitOptions, Table, fit_table

        target = y.astype(str) if self.task == CLASSES else y
        frame = _polars(X.assign(**{"the target": target}))
        options = FitOptions(
            target="the target", task=self.task, seed=self.seed, validation=Table(frame.head(_SCORED), "some"),
            **{kind: tuple(name for name, role in roles(X).items() if role == kind) for kind in ("number", "category")},
        )  # fmt: skip
        if "recipe" in {field.name for field in fields(FitOptions)}:
            options = replace(options, recipe="plain")
        self.pipeline = fit_table(Table(frame, "all"), options).pipeline
        if self.task == CLASSES:
            self.classes_ = np.asarray(self.pipeline.classes_).astype(int)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Amounts."""
        return np.asarray(self.pipeline.predict(_polars(X)))

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of `classes_`."""
        return np.asarray(self.pipeline.predict_proba(_polars(X)))


def roles(X: pd.DataFrame) -> dict[str, str]:
    """Column -> number or category, as the person says who hands them over; ours would guess it of text like "7"."""
    varied = [name for name in X.columns if X[name].nunique() > 1]
    return {str(name): "category" if X[name].dtype == object else "number" for name in varied}


def _polars(X: pd.DataFrame) -> Any:
    import polars as pl

    columns = {str(name): X[name] for name in X.columns}
    return pl.DataFrame({name: _values(column) for name, column in columns.items()}, strict=False)


def _values(column: pd.Series) -> Any:
    if column.dtype != object:
        return column.to_numpy()
    return [None if pd.isna(value) else str(value) for value in column]


def make(name: str, task: str, X: pd.DataFrame, seed: int, threads: int, device: str) -> Any:
    """One of `OURS`.

    Raises
    ------
    NotThereError
        If this glassprop has no such model.
    """
    if name == PLAIN:
        return PlainTable(task, seed)
    kind = getattr(glassprop, "TabularClassifier" if task == CLASSES else "TabularRegressor", None)
    if kind is None or "n_members" not in signature(kind).parameters:
        raise NotThereError("this glassprop has no TabularClassifier with members")
    return kind(n_members=1 if name == SINGLE else "auto", roles=roles(X), random_state=seed)


@cache
def version_of_ours() -> str:
    """The release, and a digest of the source that runs: results of other code are not taken for this one's."""
    folder, found = Path(glassprop.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"glassprop {glassprop.__version__}+{found.hexdigest()[:8]}"
