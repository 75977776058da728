"""Rows of a table straight to the network's inputs, block by block: what the fitted steps of scikit-learn would give.

A plan for it is derived from the fitted steps, which stay what they are; where one of them is of another kind than
`encoder` makes, there is no plan. Numbers go through the steps themselves. Categories are written into rows of zeros,
at the place that the one-hot encoder has for them; terms of texts come as sparse rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from sklearn import get_config
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.category_places import NOWHERE, CategoryPlaces
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded, TypedColumns
from glassprop.tables.encoding.findings import Finding
from glassprop.tables.encoding.news import another_type
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.encoding.written_inputs import ArrayOfInputs, Layout, SparseInputs
from glassprop.tables.values.texts import Texts

BLOCK = 32_768  # rows at most
SHORT = 4_096  # rows that a thread has at least, and from which on a table goes in blocks
_READ, _WRITTEN = 64 << 20, 16 << 20  # bytes of a block where columns or inputs are many
OF_THE_NETWORK = 256  # rows of the network's own blocks: of whole ones the bits are those of one call
# Each row for itself. Models of before have scalers of scikit-learn's.
_BY_ROW = (SimpleImputer, ColumnScaler, StandardScaler, RobustScaler, QuantileTransformer, Bounded)


@dataclass(frozen=True)
class BlockEncoder:
    """Encodes rows of a table.

    Attributes
    ----------
    typed : TypedColumns
    numbers : list of transformers
        What arrays of numbers go through; none where the table has none.
    categories : list of CategoryPlaces
    terms : TextTerms or None
        What columns of text go through.
    layout : Layout
    """

    typed: TypedColumns
    numbers: list[Any]
    categories: list[CategoryPlaces]
    terms: TextTerms | None
    layout: Layout

    def read(self, frame: nw.DataFrame, findings: list[Finding]) -> ReadRows:
        """Rows of a table as they are read; what is odd in them goes to `findings`."""
        values, categories = self.typed.read(frame, findings)
        seen = getattr(self.typed, "seen_", {})
        for places in self.categories:
            if new := places.new_in(categories[places.column]):
                findings += [*new, *another_type(frame[places.column], places.column, seen.get(places.column, {}))]
        return self.placed(values, categories)

    def placed(self, values: np.ndarray, words: dict[str, Texts]) -> ReadRows:
        """What `TypedColumns.read` gives, with the input of each category."""
        places = [places.of(words[places.column]) for places in self.categories]
        return ReadRows(values, places, [words[name] for name in self.typed.text_names()])

    def write(self, read: ReadRows, rows: slice, to: ArrayOfInputs | SparseInputs) -> None:
        """Encode rows that were read, and write them to their place."""
        to.write(rows, *self.parts(read))

    def parts(self, read: ReadRows) -> tuple[np.ndarray | None, list[np.ndarray], Any]:
        """What rows are encoded to: numbers (n, n_numbers), the input of each category, and a CSR matrix of terms."""
        given: Any = read.values.T if self.numbers else None
        for step in self.numbers:
            given = step.transform(given)
        return given, read.places, None if self.terms is None else self.terms.of_texts(read.texts)

    def room(self, rows: int, *, compact: bool) -> ArrayOfInputs | SparseInputs:
        """For so many rows; `compact`: a CSR matrix will do where it takes less."""
        if compact and self.layout.compact(rows):
            return SparseInputs(self.layout, rows)
        return ArrayOfInputs(self.layout, np.empty((rows, self.layout.width), self.layout.dtype))

    def encoded(self, read: ReadRows, threads: int, *, compact: bool) -> Any:
        """The inputs (n_rows, n_inputs) of rows that were read."""
        rows = read.values.shape[1]
        room = self.room(rows, compact=compact)

        def work(some: slice) -> None:
            self.write(read.of(some), some, room)

        for _ in in_order(work, blocks_of(rows, threads, self.rows_read()), threads):
            pass
        return room.made()

    def rows_read(self) -> int:
        """How many rows are read together."""
        return _rows_within(_READ, 8 * len(self.typed.columns()))

    def rows_written(self) -> int:
        """How many rows are written together, and put through the network."""
        return _rows_within(_WRITTEN, self.layout.dtype.itemsize * self.layout.width)


@dataclass(frozen=True)
class ReadRows:
    """Rows as they were read: numbers (n_numbers, n_rows), the inputs of categories (n_rows,) and texts, by column."""

    values: np.ndarray
    places: list[np.ndarray]
    texts: list[Texts]

    def of(self, rows: slice) -> ReadRows:
        """Some of the rows."""
        return ReadRows(self.values[:, rows], [at[rows] for at in self.places], [part.of(rows) for part in self.texts])


def _rows_within(room: int, row: int) -> int:
    """How many rows of so many bytes go into the room: whole blocks of the network's own."""
    return min(BLOCK, max(1, room // (row * OF_THE_NETWORK)) * OF_THE_NETWORK)


def blocks_of(rows: int, threads: int, most: int) -> Iterator[slice]:
    """All rows, in blocks that give each thread some."""
    share = -(-rows // (threads * OF_THE_NETWORK)) * OF_THE_NETWORK
    size = min(most, share)
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def block_encoder(steps: list[Any]) -> BlockEncoder | None:
    """A plan for `TypedColumns` and a `ColumnTransformer` that are fitted; None where they are not as `encoder` makes
    them, or are to give data frames."""
    if [type(step) for step in steps] != [TypedColumns, ColumnTransformer] or frames_wanted(steps[1]):
        return None
    typed, inputs = steps
    groups = {name: (step, list(columns)) for name, step, columns in inputs.transformers_}
    if {name: columns for name, (_, columns) in groups.items()} != typed.groups():
        return None
    numbers = _by_row(groups["numbers"][0]) if "numbers" in groups else []
    places = inputs.output_indices_
    categories = _places(*groups["categories"], places["categories"].start) if "categories" in groups else []
    terms = groups["texts"][0] if "texts" in groups else None
    if numbers is None or categories is None or type(terms) not in (TextTerms, type(None)):
        return None
    if inputs.transformer_weights or inputs.sparse_output_:
        return None
    width = max(place.stop for place in places.values())
    dtype = np.result_type(*(_dtype_of(step) for step, _ in groups.values()))
    texts = places["texts"] if terms is not None and terms.width() else slice(width, width)
    firsts, coded = [at.first for at in categories], [at.table is not None for at in categories]
    layout = Layout(places.get("numbers", slice(0, 0)), firsts, texts, width, dtype, coded)
    return BlockEncoder(typed, numbers, categories, terms, layout)


def frames_wanted(inputs: ColumnTransformer) -> bool:
    """Whether the groups of columns, fitted or not, are to give data frames."""
    steps = [inputs]
    for _, step, _ in getattr(inputs, "transformers_", inputs.transformers):
        steps += [step, *(part for _, part in getattr(step, "steps", []))]
    asked = [getattr(step, "_sklearn_output_config", {}).get("transform", "default") for step in steps]
    return any(form not in ("default", None) for form in [*asked, get_config()["transform_output"]])


def _by_row(step: Any) -> list[Any] | None:
    """The steps of a Pipeline, each without the names of columns, so that it takes arrays; None if one is unknown."""
    parts = [part for _, part in step.steps] if type(step) is Pipeline else [None]
    if not all(type(part) in _BY_ROW for part in parts) or type(parts[-1]) is not Bounded:
        return None
    nameless = []
    for part in parts:
        check_is_fitted(part)
        part = copy(part)
        vars(part).pop("feature_names_in_", None)
        nameless.append(part)
    return nameless


def _dtype_of(step: Any) -> np.dtype[Any]:
    return np.dtype(step[-1].dtype if type(step) is Pipeline else step.dtype)


def _places(step: Any, columns: list[str], start: int) -> list[CategoryPlaces] | None:
    """Frequent categories in their order, and after them one for the rare ones, which new ones may share."""
    if type(step) is CategoryInputs:
        return step.places(columns, start)
    if type(step) is not OneHotEncoder or step.drop is not None or step.sparse_output:
        return None
    if step.handle_unknown not in ("infrequent_if_exist", "ignore"):
        return None
    found = []
    rare_ones = getattr(step, "infrequent_categories_", [None] * len(columns))
    for column, categories, rare in zip(columns, step.categories_, rare_ones, strict=True):
        few = set() if rare is None else set(rare.tolist())
        names = categories.tolist()
        frequent = [name for name in names if name not in few]
        shared = start + len(frequent)
        places = dict.fromkeys(names, shared) | {name: start + k for k, name in enumerate(frequent)}
        others = shared if few and step.handle_unknown == "infrequent_if_exist" else NOWHERE
        found.append(CategoryPlaces(column, start, places, others))
        start = shared + bool(few)
    return found
