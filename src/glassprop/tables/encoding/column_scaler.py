"""`ColumnScaler`: numbers brought to one scale, each column in the form that suits it, as a step of the Pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.column_scale import Bend, Column, ColumnInMemory, ColumnScale, scale_of


class ColumnScaler(TransformerMixin, BaseEstimator):
    """Center and divide each column; give those with a heavy tail an input by rank beside that.

    Parameters
    ----------
    scaling : {"auto", "standard", "robust", "quantile", "quartiles", "shape"}
        "auto" decides column by column (``column_scale.py``). "standard": by mean and standard deviation. "robust": by
        the median and the typical distance from it. "quantile": by rank alone, as a normal distribution has it.
        "quartiles": by the median and the distance of the quartiles, or half the range where that is 0.
        "shape": the same, of logarithms where the column has a heavy tail.

    Attributes
    ----------
    forms_ : list of str
        One of `column_scale.FORMS` by column.
    center_, scale_ : array (n_columns,)
    knots_ : array (n_columns,) of int
        How many knots the input by rank of each column has, 0 where it has none.
    at_, to_ : array (sum of `knots_`,)
        The knots, one column's after the other's.

    origin_, unit_ : array (n_columns,)
        Of the `Bend` of each column; a unit of 0 where it is not bent.

    Notes
    -----
    Inputs come in the order of the columns, and after all of them those by rank of the columns that have "both".
    """

    def __init__(self, scaling: str = "auto") -> None:
        self.scaling = scaling

    def fit(self, X: Any, y: Any = None) -> ColumnScaler:
        """Decide by the columns of X, (n_rows, n_columns), none of them missing."""
        return self.fit_columns(np.asarray(X, dtype=np.float64).T, 1)

    def fit_columns(self, columns: np.ndarray, threads: int) -> ColumnScaler:
        """The same of (n_columns, n_rows), on several threads."""

        def decided(column: np.ndarray) -> ColumnScale:
            return scale_of(ColumnInMemory(np.ascontiguousarray(column)), self.scaling)

        self._take(list(in_order(decided, columns, threads)))
        return self

    def fit_kept(self, columns: Iterable[Column]) -> ColumnScaler:
        """The same of columns of which less may be kept than their rows."""
        self._take([scale_of(column, self.scaling) for column in columns])
        return self

    def _take(self, scales: Sequence[ColumnScale]) -> None:
        self.n_features_in_ = len(scales)
        self.forms_ = [scale.form for scale in scales]
        self.center_ = np.array([scale.center for scale in scales])
        self.scale_ = np.array([scale.spread for scale in scales])
        self.knots_ = np.array([len(scale.at) for scale in scales], dtype=np.int64)
        self.origin_ = np.array([0.0 if scale.bend is None else scale.bend.origin for scale in scales])
        self.unit_ = np.array([0.0 if scale.bend is None else scale.bend.unit for scale in scales])
        self.at_ = np.concatenate([scale.at for scale in scales])
        self.to_ = np.concatenate([scale.to for scale in scales])

    def transform(self, X: Any) -> np.ndarray:
        """Array (n_rows, n_outputs), float64."""
        check_is_fitted(self)
        values = np.asarray(X, dtype=np.float64)
        out = np.empty((len(values), self.n_outputs))
        own = out[:, : self.n_features_in_]
        own[...] = values
        for column, bend in self.bends():
            own[:, column] = bend.of(values[:, column])
        own -= self.center_
        own /= self.scale_
        out[:, self.constant()] = 0
        for place, column, at, to in self.by_rank():
            out[:, place] = np.interp(values[:, column], at, to)
        return out

    @property
    def n_outputs(self) -> int:
        """How many inputs it gives."""
        return len(self.forms_) + self.forms_.count("both")

    def sources(self) -> np.ndarray:
        """The column that each output comes from, (n_outputs,)."""
        doubled = [column for column, form in enumerate(self.forms_) if form == "both"]
        return np.array([*range(len(self.forms_)), *doubled], dtype=np.intp)

    def constant(self) -> list[int]:
        """The columns that did not vary, and are 0."""
        return [column for column, form in enumerate(self.forms_) if form == "constant"]

    def bends(self) -> list[tuple[int, Bend]]:
        """The columns that are bent."""
        return [(int(k), Bend(float(self.origin_[k]), float(self.unit_[k]))) for k in np.flatnonzero(self.unit_)]

    def shaped(self) -> list[int]:
        """The outputs that come from more than two different values: a function of them can have a shape."""
        sources = self.sources().tolist()
        return [place for place, column in enumerate(sources) if self.forms_[column] not in ("constant", "two")]

    def by_rank(self) -> list[tuple[int, int, np.ndarray, np.ndarray]]:
        """The outputs by rank: place, column, and the knots of each."""
        ends = np.cumsum(self.knots_)
        found, more = [], self.n_features_in_
        for column in np.flatnonzero(self.knots_):
            knots = slice(ends[column] - self.knots_[column], ends[column])
            doubled = self.forms_[column] == "both"
            found.append((more if doubled else int(column), int(column), self.at_[knots], self.to_[knots]))
            more += doubled
        return found

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns, and those of the inputs by rank."""
        names = [f"x{k}" for k in range(self.n_features_in_)] if input_features is None else list(input_features)
        more = [f"{names[column]}_by_rank" for column in self.sources()[self.n_features_in_ :]]
        return np.array([*names, *more], dtype=object)
