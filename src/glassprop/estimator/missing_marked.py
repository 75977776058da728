"""What a remedy does to columns with missing values: marks become NaN, NaN the median and a column that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop.equations.arrays import Array


class MissingMarked:
    """``fit_transform`` and ``transform``, as scikit-learn's.

    Parameters
    ----------
    marks : sequence of float or None
        Of each column, the value that stands for a missing one besides NaN.
    """

    def __init__(self, marks: Sequence[float | None]) -> None:
        self._marks = [np.nan if mark is None else mark for mark in marks]
        self._steps: Pipeline | None = None

    def fit_transform(self, X: Any) -> Array:
        imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        self._steps = make_pipeline(imputer, StandardScaler())
        made: Array = self._steps.fit_transform(self._without_marks(X))
        return made

    def transform(self, X: Any) -> Array:
        assert self._steps is not None, "fit_transform comes first"
        made: Array = self._steps.transform(self._without_marks(X))
        return made

    def _without_marks(self, X: Any) -> Array:
        numbers = np.array(X, dtype=np.float64)
        numbers[~np.isfinite(numbers) | (numbers == np.array(self._marks))] = np.nan
        return numbers
