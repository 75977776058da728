"""`CategoryInputs`: few categories as one input each, many as codes or by their mean target, as a step of the Pipeline.

scikit-learn has all of it as steps of their own, whose columns must be told apart before they are fitted. Here a
column's form is decided by the rows that are fitted on: docs/decisions/0033-inputs-of-the-recipe.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.tables.encoding.category_places import NOWHERE, CategoryPlaces, write_places
from glassprop.tables.encoding.one_hot import counts_of
from glassprop.tables.encoding.target_means import TargetKind, target_means, usable_target
from glassprop.tables.values.cells import MISSING_CATEGORY
from glassprop.tables.values.texts import Texts

CATEGORY_FORMS = ("one-hot", "codes", "means", "codes and means")
_NONE = np.empty((0, 0))
_FEW, _TOGETHER = 8, 512  # inputs of a column that is one-hot in any case, and of all others that may be


class CategoryInputs(TransformerMixin, BaseEstimator):
    """Inputs for columns of categories: 0 or 1 for each category where they are few, one code a column where many.

    A category that stands in fewer than `min_rows` rows is rare. The rare ones of a column share an input, or the code
    0, with each other and with those that training never saw; one that is missing is a category like any other.

    Where a target is given, only categories with `code_rows` rows have a code of their own, and a column in which many
    rows have another one gets the mean target of each as inputs, too; in the rows trained on, that of other rows.

    Parameters
    ----------
    most_one_hot : int
        A column with at most so many inputs, that of the rare ones counted, is one-hot; with at most 8, where columns
        between the two would have more than 512 inputs in all.
    most_codes : int
        At most so many categories of a column have a code of their own, the most frequent.
    min_rows, code_rows : int
    share : float
        Of the rows in categories with fewer than `code_rows` rows, but more than one: beyond it, means are inputs.
    target : {"amounts", "classes"} or None
        What the target is; None: no means are made of it.
    limit : float or None
        Standardized means are squeezed smoothly into ±limit.
    dtype : {"float32", "float64"}

    Attributes
    ----------
    forms_ : list of str
        "one-hot", "codes", "means" or "codes and means", by column.
    categories_ : list of array of str
        By column: those that are not rare, by how frequent they are, and after them the others.
    kept_ : array (n_columns,) of int
        How many of them have an input each, or the codes from 1.
    means_ : list of array (n_categories + 1, n_means)
        By column: inputs by category, those of what training never saw last; of no categories where it has none.
    """

    def __init__(
        self,
        most_one_hot: int = 32,
        most_codes: int = 10_000,
        min_rows: int = 2,
        code_rows: int = 10,
        share: float = 0.1,
        target: TargetKind | None = None,
        limit: float | None = 5.0,
        dtype: str = "float64",
    ) -> None:
        self.most_one_hot = most_one_hot
        self.most_codes = most_codes
        self.min_rows = min_rows
        self.code_rows = code_rows
        self.share = share
        self.target = target
        self.limit = limit
        self.dtype = dtype

    def fit(self, X: Any, y: Any = None) -> CategoryInputs:
        """Decide by columns of text (n_rows, n_columns), where "" is missing."""
        self.fit_texts(self._columns(X, reset=True), y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """`fit`, and the inputs of the same rows, whose means are of other rows."""
        columns = self._columns(X, reset=True)
        return self._written(columns, self.fit_texts(columns, y))

    def fit_texts(self, columns: Sequence[Texts], y: Any = None) -> list[np.ndarray | None]:
        """The same as `fit` for columns that have been read; for those that have means, inputs with means of other
        rows, (n_rows, n_inputs)."""
        counts = [counts_of(texts) for texts in columns]
        y = usable_target(y, self.target)
        self.fit_counts(counts, with_means=y is not None)
        others = [None if y is None else self._fit_means(place, texts, y) for place, texts in enumerate(columns)]
        places = self.places([""] * len(columns), 0)
        return [
            None if means is None else np.hstack([to.of(texts)[:, : -means.shape[1]], means])
            for means, to, texts in zip(others, places, columns, strict=True)
        ]

    def fit_counts(self, columns: Sequence[Mapping[str, int]], *, with_means: bool = False) -> CategoryInputs:
        """The same for columns of so many rows of each category."""
        self.n_features_in_ = len(columns)
        most = self._most_one_hot(columns)
        decided = [self._decided(counts, most, with_means=with_means) for counts in columns]
        self.forms_ = [form for form, _ in decided]
        self.kept_ = np.array([kept for _, kept in decided], dtype=np.int64)
        self.categories_ = [
            np.array(sorted(counts, key=lambda name: (-counts[name], name)), dtype=object) for counts in columns
        ]
        self.means_ = [_NONE] * len(columns)
        return self

    def _most_one_hot(self, columns: Sequence[Mapping[str, int]]) -> int:
        """How many inputs a column that is one-hot may have."""
        frequent = [sum(rows >= self.min_rows for rows in counts.values()) for counts in columns]
        inputs = [own + (own < len(counts)) for own, counts in zip(frequent, columns, strict=True)]
        between = sum(width for width in inputs if _FEW < width <= self.most_one_hot)
        return self.most_one_hot if between <= _TOGETHER else _FEW

    def _decided(self, counts: Mapping[str, int], most_one_hot: int, *, with_means: bool) -> tuple[str, int]:
        """The form of a column, and how many of its categories are kept apart in it."""
        rows = np.fromiter(counts.values(), np.int64, len(counts))
        frequent = int((rows >= self.min_rows).sum())
        if frequent + (frequent < len(rows)) <= most_one_hot:
            return "one-hot", frequent
        coded = int((rows >= self.code_rows).sum()) if with_means else frequent
        seldom = rows[(rows > 1) & (rows < self.code_rows)].sum() > self.share * rows.sum()
        if with_means and seldom:
            return ("codes and means", min(coded, self.most_codes)) if coded > 1 else ("means", 0)
        return "codes", min(coded if coded > 1 else frequent, self.most_codes)

    def _fit_means(self, place: int, texts: Texts, y: np.ndarray) -> np.ndarray | None:
        """Set the means of a column that has some; gives those of other rows."""
        if self.target is None or "means" not in self.forms_[place]:
            return None
        known = {name: number for number, name in enumerate(self.categories_[place].tolist())}
        index = texts.each(known.__getitem__, known.get(MISSING_CATEGORY, 0), np.intp)
        self.means_[place], others = target_means(index, len(known), y, self.target, self.limit)
        return others

    def transform(self, X: Any) -> np.ndarray:
        """Array (n_rows, n_inputs)."""
        check_is_fitted(self)
        return self._written(self._columns(X, reset=False), [None] * self.n_features_in_)

    def _columns(self, X: Any, *, reset: bool) -> list[Texts]:
        values = validate_data(self, X, reset=reset, dtype=object, ensure_all_finite=False)
        return [Texts.of_cells(column) for column in values.T]

    def _written(self, columns: list[Texts], instead: Sequence[np.ndarray | None]) -> np.ndarray:
        out = np.zeros((len(columns[0]), self.width()), dtype=self.dtype)
        parts = zip(self.places([""] * len(columns), 0), columns, instead, strict=True)
        write_places(out, [(to.first, to.of(texts) if at is None else at) for to, texts, at in parts])
        return out

    def places(self, columns: Sequence[str], start: int) -> list[CategoryPlaces]:
        """The inputs of each column, where the first of all has the number `start`."""
        found = []
        for place, (column, names, width) in enumerate(zip(columns, self.categories_, self.widths(), strict=True)):
            kept, table = int(self.kept_[place]), self.table(place)
            if table is None:
                others = start + kept if width > kept else NOWHERE
                places = dict.fromkeys(names.tolist(), others) | {
                    name: start + k for k, name in enumerate(names[:kept].tolist())
                }
            else:
                others, places = len(names), {name: k for k, name in enumerate(names.tolist())}
            found.append(CategoryPlaces(column, start, places, others, table))
            start += width
        return found

    def table(self, place: int) -> np.ndarray | None:
        """What a column's inputs are by category, of what training never saw last; None where they are one-hot."""
        form, means = self.forms_[place], self.means_[place]
        if form == "one-hot" or form == "means":
            return means if form == "means" else None
        codes = np.arange(1.0, len(self.categories_[place]) + 2)
        codes[self.kept_[place] :] = 0
        return codes[:, None] if form == "codes" else np.column_stack([codes, means])

    def widths(self) -> list[int]:
        """How many inputs each column has."""
        columns = zip(self.forms_, self.categories_, self.kept_.tolist(), self.means_, strict=True)
        return [
            kept + (kept < len(names)) if form == "one-hot" else ("codes" in form) + means.shape[1]
            for form, names, kept, means in columns
        ]

    def width(self) -> int:
        """How many inputs there are."""
        return sum(self.widths())

    def codes(self, start: int) -> tuple[tuple[int, int], ...]:
        """(input, number of codes) of each column that has codes, where the first of all inputs has the number `start`;
        a code is less than that number."""
        columns = zip(self._firsts(start), self.forms_, self.kept_.tolist(), strict=True)
        return tuple((first, kept + 1) for first, form, kept in columns if "codes" in form)

    def means(self, start: int) -> tuple[int, ...]:
        """The inputs that are means of the target, where the first of all inputs has the number `start`."""
        columns = zip(self._firsts(start), self.forms_, self.means_, strict=True)
        return tuple(first + ("codes" in form) + k for first, form, means in columns for k in range(means.shape[1]))

    def _firsts(self, start: int) -> list[int]:
        return (start + np.cumsum([0, *self.widths()[:-1]])).tolist()

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """ "column_category" for one-hot inputs, "column_code" for codes, "column_mean" and a number for means."""
        columns = getattr(self, "feature_names_in_", input_features)
        columns = [f"x{k}" for k in range(self.n_features_in_)] if columns is None else columns
        return np.array([f"{name}_{part}" for place, name in enumerate(columns) for part in self.parts(place)], object)

    def parts(self, place: int) -> list[str]:
        """What a column's inputs are called beside its name."""
        form, names, kept = self.forms_[place], self.categories_[place].tolist(), int(self.kept_[place])
        if form == "one-hot":
            return [*names[:kept], *(["(rare)"] if kept < len(names) else [])]
        return [*(["code"] if "codes" in form else []), *(f"mean{k}" for k in range(self.means_[place].shape[1]))]
