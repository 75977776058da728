"""`CategoryInputs`: few categories as one input each, many as one input with their codes, as a step of the Pipeline.

scikit-learn has both as steps of their own, whose columns must be told apart before they are fitted. Here a column's
form is decided by the rows that are fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.tables.encoding.category_places import NOWHERE, CategoryPlaces, write_places
from glassprop.tables.encoding.one_hot import counts_of
from glassprop.tables.values.texts import Texts

CATEGORY_FORMS = ("one-hot", "codes")


class CategoryInputs(TransformerMixin, BaseEstimator):
    """Inputs for columns of categories: 0 or 1 for each category where they are few, one code a column where many.

    A category that stands in fewer than `min_rows` rows is rare. The rare ones of a column share an input, or the code
    0, with each other and with those that training never saw; one that is missing is a category like any other.

    Parameters
    ----------
    most_one_hot : int
        A column with at most so many inputs, that of the rare ones counted, is one-hot.
    most_codes : int
        At most so many categories of a column have a code of their own, the most frequent.
    min_rows : int
    dtype : {"float32", "float64"}

    Attributes
    ----------
    forms_ : list of str
        "one-hot" or "codes", by column.
    categories_ : list of array of str
        By column: those that are not rare, by how frequent they are, and after them the others.
    kept_ : array (n_columns,) of int
        How many of them are not rare: they have an input each, or the codes from 1.
    """

    def __init__(
        self, most_one_hot: int = 8, most_codes: int = 10_000, min_rows: int = 2, dtype: str = "float64"
    ) -> None:
        self.most_one_hot = most_one_hot
        self.most_codes = most_codes
        self.min_rows = min_rows
        self.dtype = dtype

    def fit(self, X: Any, y: Any = None) -> CategoryInputs:
        """Decide by columns of text (n_rows, n_columns), where "" is missing."""
        values = validate_data(self, X, dtype=object, ensure_all_finite=False)
        return self.fit_counts([counts_of(Texts.of_cells(column)) for column in values.T])

    def fit_counts(self, columns: Sequence[Mapping[str, int]]) -> CategoryInputs:
        """The same for columns of so many rows of each category."""
        self.n_features_in_ = len(columns)
        self.forms_, self.categories_, kept = [], [], []
        for counts in columns:
            names = sorted(counts, key=lambda name: (-counts[name], name))
            frequent = sum(count >= self.min_rows for count in counts.values())
            few = frequent + (frequent < len(names)) <= self.most_one_hot
            self.forms_.append("one-hot" if few else "codes")
            self.categories_.append(np.array(names, dtype=object))
            kept.append(frequent if few else min(frequent, self.most_codes))
        self.kept_ = np.array(kept, dtype=np.int64)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Array (n_rows, n_inputs)."""
        check_is_fitted(self)
        values = validate_data(self, X, reset=False, dtype=object, ensure_all_finite=False)
        out = np.zeros((len(values), self.width()), dtype=self.dtype)
        columns = zip(self.places([""] * self.n_features_in_, 0), values.T, strict=True)
        write_places(out, [(to.first, to.coded, to.of(Texts.of_cells(column))) for to, column in columns])
        return out

    def places(self, columns: Sequence[str], start: int) -> list[CategoryPlaces]:
        """The inputs of each column, where the first of all has the number `start`."""
        found = []
        for column, form, names, kept, width in zip(
            columns, self.forms_, self.categories_, self.kept_.tolist(), self.widths(), strict=True
        ):
            coded = form == "codes"
            shared = 0 if coded else (start + kept if width > kept else NOWHERE)
            own = range(1, kept + 1) if coded else range(start, start + kept)
            places = dict.fromkeys(names.tolist(), shared) | dict(zip(names[:kept].tolist(), own, strict=True))
            found.append(CategoryPlaces(column, start, places, shared, coded))
            start += width
        return found

    def widths(self) -> list[int]:
        """How many inputs each column has."""
        columns = zip(self.forms_, self.categories_, self.kept_.tolist(), strict=True)
        return [1 if form == "codes" else kept + (kept < len(names)) for form, names, kept in columns]

    def width(self) -> int:
        """How many inputs there are."""
        return sum(self.widths())

    def codes(self, start: int) -> tuple[tuple[int, int], ...]:
        """(input, number of codes) of each column that has codes, where the first of all inputs has the number `start`;
        a code is less than that number."""
        firsts = start + np.cumsum([0, *self.widths()[:-1]])
        columns = zip(firsts.tolist(), self.forms_, self.kept_.tolist(), strict=True)
        return tuple((first, kept + 1) for first, form, kept in columns if form == "codes")

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """ "column_category" for one-hot inputs, "column_code" for codes."""
        columns = getattr(self, "feature_names_in_", input_features)
        columns = [f"x{k}" for k in range(self.n_features_in_)] if columns is None else columns
        found = []
        for name, form, names, kept in zip(columns, self.forms_, self.categories_, self.kept_.tolist(), strict=True):
            shared = ["(rare)"] if kept < len(names) else []
            parts = ["code"] if form == "codes" else [*names[:kept].tolist(), *shared]
            found += [f"{name}_{part}" for part in parts]
        return np.array(found, dtype=object)
