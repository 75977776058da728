"""From columns to the matrix that a network takes: the first steps of the Pipeline.

`TypedColumns` reads each column of a data frame by name into clean numbers, dates and categories; everything
after it is scikit-learn's own, but for `ColumnScaler` and `Bounded`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from glassprop.errors import TableError
from glassprop.ground.in_order import in_order
from glassprop.ground.number_text import shortest
from glassprop.ground.text import listed
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.findings import Finding, far_out, odd, of_another_kind, together, warn_of
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.recognize import Plan
from glassprop.tables.values.cells import MISSING_CATEGORY, Cells, category_name, cells_of
from glassprop.tables.values.dates import date_parts, to_moments
from glassprop.tables.values.numbers import to_numbers
from glassprop.tables.values.texts import Texts


class TypedColumns(TransformerMixin, BaseEstimator):
    """Read the columns of a pandas, polars or Arrow table by name, as they were recognized in training.

    Columns may come in any order, and further ones are left out. Text that is no number (or date) in a
    column of numbers (or dates) counts as missing, with a warning. Each row is read by itself: what
    stands in other rows does not matter.

    Parameters
    ----------
    numbers : dict of str to str
        Column -> decimal mark.
    dates : dict of str to str
        Column -> order of day, month and year in text ("" where training had a type of its own for dates).
    clocks : list of str
        Date columns with a time of day.
    categories : list of str

    Raises
    ------
    TableError
        From `transform`: no table, no rows, or columns are missing (the first ten of them named).
    """

    def __init__(
        self, numbers: dict[str, str], dates: dict[str, str], clocks: list[str], categories: list[str]
    ) -> None:
        self.numbers = numbers
        self.dates = dates
        self.clocks = clocks
        self.categories = categories

    def fit(self, X: Any, y: Any = None) -> TypedColumns:
        """Nothing to learn; the plan came with the constructor."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Any) -> Any:
        """Table of the same library: float columns for numbers and parts of dates, text for categories."""
        frame = self.checked(X)
        findings: list[Finding] = []
        numbers, categories = self.read(frame, findings)
        warn_of(together(findings, self.columns()))
        columns = dict(zip(self.number_names(), numbers, strict=True))
        texts = {name: texts.array(MISSING_CATEGORY).tolist() for name, texts in categories.items()}
        return nw.from_dict({**columns, **texts}, backend=frame.implementation).to_native()

    def checked(self, X: Any) -> nw.DataFrame:
        """The table, where it has rows and all the columns that are needed."""
        frame = frame_of(X)
        known = set(frame.columns)
        missing = [name for name in self.columns() if name not in known]
        if missing:
            raise TableError(f"the table lacks {len(missing)} column(s) that the model needs: {listed(missing, 10)}")
        if not len(frame):
            raise TableError("the table has no rows: give at least one")
        return frame

    def read(
        self, frame: nw.DataFrame, findings: list[Finding], threads: int = 1, rows: np.ndarray | None = None
    ) -> tuple[np.ndarray, dict[str, Texts]]:
        """Numbers and parts of dates, float64 (n_numbers, n_rows), NaN where missing; and the names of categories.

        Each row is read by itself, so a table may be read in blocks. What is odd goes to `findings`. Where only some
        `rows` are wanted, they are taken column by column, so that there is no table of them.
        """
        numbers = np.empty((len(self.number_names()), len(frame) if rows is None else len(rows)))
        categories: dict[str, Texts] = {}
        place = 0
        for name, (found, values) in zip(
            self.columns(), in_order(partial(self._column, frame), self.columns(), threads), strict=True
        ):
            findings += found
            if isinstance(values, Texts):
                categories[name] = values if rows is None else values.of(rows)
                continue
            for part in values:
                numbers[place] = part if rows is None else part[rows]
                place += 1
        return numbers, categories

    def _column(self, frame: nw.DataFrame, name: str) -> tuple[list[Finding], list[np.ndarray] | Texts]:
        """What is odd in it, and its numbers (those of its parts, if it has dates) or the names of its categories."""
        findings: list[Finding] = []
        if name in self.numbers:
            return findings, [self._number(frame, name, findings)]
        if name in self.dates:
            return findings, list(self._date(frame, name, findings).values())
        return findings, categories_of(cells_of(frame[name]))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The columns that `transform` gives."""
        return np.array([*self.number_names(), *self.categories], dtype=object)

    def columns(self) -> list[str]:
        """The columns that are read."""
        return [*self.numbers, *self.dates, *self.categories]

    def number_names(self) -> list[str]:
        """The float columns that `transform` gives."""
        parts = [
            f"{name} [{part}]" for name in self.dates for part in date_parts(np.zeros(1), clock=name in self.clocks)
        ]
        return [*self.numbers, *parts]

    def _number(self, frame: nw.DataFrame, name: str, findings: list[Finding]) -> np.ndarray:
        cells = cells_of(frame[name])
        if cells.kind == "number":
            findings += far_out(name, cells)
            return cells.values
        if cells.kind != "text":
            findings += of_another_kind(name, "numbers")
            return np.full(len(cells), np.nan)
        values = to_numbers(cells.texts, self.numbers[name])
        findings += odd(name, cells.texts, values, "numbers")
        return values

    def _date(self, frame: nw.DataFrame, name: str, findings: list[Finding]) -> dict[str, np.ndarray]:
        cells = cells_of(frame[name])
        findings += far_out(name, cells)
        if cells.kind == "text":
            moments = to_moments(cells.texts, self.dates[name] or "ymd")
            findings += odd(name, cells.texts, moments, "dates")
        elif cells.kind == "date":
            moments = cells.values
        else:
            findings += of_another_kind(name, "dates")
            moments = np.full(len(cells), np.nan)
        return date_parts(moments, clock=name in self.clocks)


class Bounded(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Squeeze far-out values smoothly, x / sqrt(1 + (x / limit)²), and set the precision of the numbers.

    Parameters
    ----------
    limit : float or None
        No value comes out beyond ±limit; None leaves them alone.
    dtype : {"float32", "float64"}
    """

    def __init__(self, limit: float | None = None, dtype: str = "float64") -> None:
        self.limit = limit
        self.dtype = dtype

    def fit(self, X: Any, y: Any = None) -> Bounded:
        """Nothing to learn but the number of columns."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Array of the same shape."""
        values = np.asarray(X, dtype=np.float64)
        if self.limit is not None:
            values = values / np.hypot(1.0, values / self.limit)
        return values.astype(self.dtype)


def encoder(plan: Plan, defaults: Defaults, dtype: str, rows: int = 1000) -> Pipeline:
    """The steps before the network, unfitted: frame -> float array (n_rows, n_inputs); `rows` to fit on."""
    typed = TypedColumns(dict(plan.numbers), dict(plan.dates), list(plan.clocks), list(plan.categories))
    parts: list[tuple[str, Any, list[str]]] = []
    numbers = Pipeline(
        [
            ("missing", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", ColumnScaler(defaults.scaling)),
            ("bound", Bounded(defaults.limit, dtype)),
        ]
    )
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=defaults.max_categories,
        min_frequency=defaults.min_rows_of_category,
        sparse_output=False,
        dtype=np.dtype(dtype).type,
    )
    if typed.number_names():
        parts.append(("numbers", numbers, typed.number_names()))
    if typed.categories:
        parts.append(("categories", one_hot, typed.categories))
    return Pipeline([("columns", typed), ("inputs", ColumnTransformer(parts, sparse_threshold=0.0))])


def frame_of(X: Any) -> nw.DataFrame:
    """A pandas, polars or Arrow table as a narwhals frame; anything else is refused."""
    try:
        return nw.from_native(X, eager_only=True)
    except TypeError:
        kind = type(X).__name__
        raise TableError(f"a pandas, polars or Arrow table with named columns is needed, not {kind}") from None


def categories_of(cells: Cells) -> Texts:
    """The names that the values of a column of categories go by."""
    if cells.kind == "number":
        return Texts.of_numbers(cells.values, shortest)
    return Texts.of_values(cells.texts.codes, cells.texts.known, category_name)
