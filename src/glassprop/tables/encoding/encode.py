"""From columns to the matrix that a network takes: the first steps of the Pipeline.

`TypedColumns` reads each column of a data frame by name into clean numbers, dates, categories and texts; everything
after it is scikit-learn's own, but for `ColumnScaler`, `Bounded` and `TextTerms`.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from glassprop.ground.text import listed
from glassprop.tables.encoding.column_scale import squeezed
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.findings import Finding, together, warn_of
from glassprop.tables.encoding.news import news_of, seen_in
from glassprop.tables.encoding.read_column import part_names, read_column
from glassprop.tables.encoding.text_inputs import TextTerms, most_terms
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.values.cells import MISSING_CATEGORY
from glassprop.tables.values.texts import Texts


class TypedColumns(TransformerMixin, BaseEstimator):
    """Read the columns of a pandas, polars or Arrow table by name, as the schema says.

    Columns may come in any order, and further ones are left out. Text that is no number (or date) in a
    column of numbers (or dates) counts as missing, with a warning. Each row is read by itself: what
    stands in other rows does not matter.

    Parameters
    ----------
    schema : Schema
        How each column is read, as it was recognized in training.

    Raises
    ------
    TableError
        From `transform`: no table, no rows, or columns are missing (the first ten of them named).
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def fit(self, X: Any, y: Any = None) -> TypedColumns:
        """Learn what later tables are compared with; the schema came with the constructor."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """`fit` and `transform`, reading the table once."""
        self.forget()
        frame = self.checked(X)
        findings: list[Finding] = []
        numbers, categories = self.read(frame, findings)
        self.learn(frame, numbers, categories)
        return self._made(frame, numbers, categories, findings)

    def forget(self) -> None:
        """What was learned."""
        if hasattr(self, "seen_"):
            del self.seen_

    def learn(self, frame: nw.DataFrame, numbers: np.ndarray, categories: dict[str, Texts]) -> None:
        """From what `read` gave of a table: what is told, when another table differs from it, changes no input."""
        first = self._first_parts()
        read = {r.name: categories[r.name] if r.name in categories else numbers[first[r.name]] for r in self.schema}
        self.seen_ = {r.name: seen_in(frame[r.name], r, read[r.name]) for r in self.schema}

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Any) -> Any:
        """Table of the same library: float columns for numbers and parts of dates, text for the rest."""
        frame = self.checked(X)
        findings: list[Finding] = []
        return self._made(frame, *self.read(frame, findings), findings)

    def _made(
        self, frame: nw.DataFrame, numbers: np.ndarray, categories: dict[str, Texts], findings: list[Finding]
    ) -> Any:
        warn_of(together(findings, self.columns(), len(frame)), stacklevel=4)
        columns = dict(zip(self.number_names(), numbers, strict=True))
        texts = {name: texts.array(MISSING_CATEGORY).tolist() for name, texts in categories.items()}
        return nw.from_dict({**columns, **texts}, backend=frame.implementation).to_native()

    def checked(self, X: Any) -> nw.DataFrame:
        """The table, where it has rows and all the columns that are needed."""
        frame = frame_of(X)
        self.check(frame.columns, len(frame))
        return frame

    def check(self, columns: Iterable[str], rows: int) -> None:
        """Refuse a table of these columns and so many rows, where it lacks any that are needed."""
        known = set(columns)
        missing = [name for name in self.columns() if name not in known]
        if missing:
            raise TableError(f"the table lacks {len(missing)} column(s) that the model needs: {listed(missing, 10)}")
        if not rows:
            raise TableError("the table has no rows: give at least one")

    def read(
        self, frame: nw.DataFrame, findings: list[Finding], threads: int = 1, rows: np.ndarray | None = None
    ) -> tuple[np.ndarray, dict[str, Texts]]:
        """Numbers and parts of dates, float64 (n_numbers, n_rows), NaN where missing; names of categories, and texts.

        Each row is read by itself, so a table may be read in blocks. What is odd goes to `findings`. Where only some
        `rows` are wanted, they are taken column by column, so that there is no table of them.
        """
        numbers = np.empty((len(self.number_names()), len(frame) if rows is None else len(rows)))
        first, seen = self._first_parts(), getattr(self, "seen_", {})

        def work(reading: Reading) -> tuple[list[Finding], Texts | None]:
            found: list[Finding] = []
            series = frame[reading.name]
            values = read_column(series, reading, found)
            if reading.name in seen:
                found += news_of(
                    series, reading, values if isinstance(values, Texts) else values[0], seen[reading.name], found
                )
            if isinstance(values, Texts):
                return found, values if rows is None else values.of(rows)
            for place, part in enumerate(values, first[reading.name]):
                if rows is None:
                    numbers[place] = part
                else:  # "clip" writes to its place at once; no row is out of bounds
                    np.take(part, rows, out=numbers[place], mode="clip")
            return found, None

        words: dict[str, Texts] = {}
        for reading, (found, texts) in zip(self.schema, in_order(work, self.schema, threads), strict=True):
            findings += found
            if texts is not None:
                words[reading.name] = texts
        return numbers, words

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The columns that `transform` gives."""
        return np.array([*self.number_names(), *self.category_names(), *self.text_names()], dtype=object)

    def columns(self) -> list[str]:
        """The columns that are read."""
        return self.schema.names()

    def number_names(self) -> list[str]:
        """The float columns that `transform` gives."""
        return [name for reading in self.schema for name in part_names(reading)]

    def _first_parts(self) -> dict[str, int]:
        """Where the numbers of a column, or the parts of its dates, begin among all of them."""
        first, start = {}, 0
        for reading in self.schema:
            first[reading.name] = start
            start += len(part_names(reading))
        return first

    def category_names(self) -> list[str]:
        """The columns of categories that `transform` gives, as text."""
        return [reading.name for reading in self.schema.of_kind("category")]

    def text_names(self) -> list[str]:
        """The columns of text that `transform` gives."""
        return [reading.name for reading in self.schema.of_kind("text")]

    def groups(self) -> dict[str, list[str]]:
        """The columns that `transform` gives, by the group of inputs that is made of them; no empty ones."""
        found = {"numbers": self.number_names(), "categories": self.category_names(), "texts": self.text_names()}
        return {group: names for group, names in found.items() if names}


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
        return squeezed(values, self.limit).astype(self.dtype)


def encoder(schema: Schema, defaults: Defaults, dtype: str) -> Pipeline:
    """The steps before the network, unfitted: frame -> float array (n_rows, n_inputs)."""
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=defaults.max_categories,
        min_frequency=defaults.min_rows_of_category,
        sparse_output=False,
        dtype=np.dtype(dtype).type,
    )
    return Pipeline(steps_of(schema, defaults.scaling, defaults.limit, one_hot, dtype))


def steps_of(schema: Schema, scaling: str, limit: float | None, categories: Any, dtype: str) -> list[tuple[str, Any]]:
    """Unfitted steps: columns are read, and numbers, categories and texts each made into inputs."""
    typed = TypedColumns(schema)
    numbers = Pipeline(
        [
            ("missing", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", ColumnScaler(scaling)),
            ("bound", Bounded(limit, dtype)),
        ]
    )
    terms = TextTerms(most_terms(len(typed.text_names())), dtype=dtype)
    steps = {"numbers": numbers, "categories": categories, "texts": terms}
    parts = [(group, steps[group], names) for group, names in typed.groups().items()]
    return [("columns", typed), ("inputs", ColumnTransformer(parts, sparse_threshold=0.0))]


def frame_of(X: Any) -> nw.DataFrame:
    """A pandas, polars or Arrow table as a narwhals frame; anything else is refused."""
    try:
        return nw.from_native(X, eager_only=True)
    except TypeError:
        kind = type(X).__name__
        raise TableError(f"a pandas, polars or Arrow table with named columns is needed, not {kind}") from None
