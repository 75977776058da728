"""Encoded rows in little room: numbers, and for each column of categories the place of its 1, not the 0s around it.

They become what a network is given when they are handed out, a few at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

from glassprop.engine.plan import Data
from glassprop.tables.encoding.written_inputs import ArrayOfInputs, Layout, SparseInputs

_PLACE = np.int32
_TERM = 12  # bytes that a term of a text takes, or thereabouts: a number, its place, and a part of what is beside it


@dataclass(frozen=True)
class CompactRows:
    """Rows as they are kept.

    Attributes
    ----------
    numbers : array (n, n_numbers)
    places : array (n, n_categories) of int32
        The input of each category.
    terms : CSR matrix (n, n_terms) or None
    Y : array (n, n_outputs)
    weight : array (n,) or None
    """

    numbers: np.ndarray
    places: np.ndarray
    terms: Any
    Y: np.ndarray
    weight: np.ndarray | None

    @classmethod
    def of_parts(
        cls, layout: Layout, parts: tuple[np.ndarray | None, list[np.ndarray], Any], Y: np.ndarray, weight: Any
    ) -> CompactRows:
        """From what `BlockEncoder.parts` gives, and the targets and weights of these rows."""
        numbers, places, terms = parts
        if numbers is None:
            numbers = np.empty((len(Y), 0), layout.dtype)
        at = np.empty((len(Y), len(places)), _PLACE)
        for column, place in enumerate(places):
            at[:, column] = place
        return cls(np.ascontiguousarray(numbers), at, terms, Y, weight)

    @classmethod
    def together(cls, parts: Sequence[CompactRows]) -> CompactRows:
        """One behind the other."""
        if len(parts) == 1:
            return parts[0]
        terms = None if parts[0].terms is None else vstack([part.terms for part in parts], format="csr")
        weights = [part.weight for part in parts if part.weight is not None]
        arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in ("numbers", "places", "Y")]
        numbers, places, Y = arrays
        return cls(numbers, places, terms, Y, np.concatenate(weights) if weights else None)

    def __len__(self) -> int:
        return len(self.Y)

    def of(self, rows: Any) -> CompactRows:
        """Some of them: numbers or a slice."""
        terms = None if self.terms is None else self.terms[rows]
        weight = None if self.weight is None else self.weight[rows]
        return CompactRows(self.numbers[rows], self.places[rows], terms, self.Y[rows], weight)

    def data(self, layout: Layout, *, sparse: bool) -> Data:
        """As a network is given them; X is new."""
        rows = slice(0, len(self))
        room: ArrayOfInputs | SparseInputs
        if sparse:
            room = SparseInputs(layout, len(self))
        else:
            room = ArrayOfInputs(layout, np.empty((len(self), layout.width), layout.dtype))
        numbers = self.numbers if self.numbers.shape[1] else None
        room.write(rows, numbers, list(self.places.T), self.terms)
        X = room.made()
        return Data(csr_matrix(X) if sparse else X, self.Y, self.weight)


def row_bytes(layout: Layout, n_outputs: int, *, weighted: bool, terms: float = 0.0) -> int:
    """What a row takes; `terms` of its texts are not 0."""
    numbers = layout.numbers.stop - layout.numbers.start
    outputs = layout.dtype.itemsize * (numbers + n_outputs)
    return int(outputs + _PLACE(0).itemsize * len(layout.firsts) + 8 * weighted + _TERM * terms)
