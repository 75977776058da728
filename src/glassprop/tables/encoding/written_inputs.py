"""The network's inputs while they are written, rows by rows: an array, or a CSR matrix where that takes much less room.

A CSR matrix has an entry for each number and one for each column of categories: as many in every row, so that blocks
can be written in any order. What is made of text comes as sparse rows, which are put beside them at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack

from glassprop.tables.encoding.category_places import NOWHERE, write_places

_MUCH = 64 << 20  # bytes: below, arrays are as good
_MOST_ENTRIES = 2**31 - 1
_TERMS = 100  # that a column of text has in a row, or thereabouts


@dataclass(frozen=True)
class Layout:
    """Where inputs come from.

    Attributes
    ----------
    numbers : slice
        The inputs that are numbers.
    firsts : list of int
        The first input of each column of categories.
    texts : slice
        The inputs that are terms of texts; the last ones.
    width : int
        How many inputs there are.
    dtype : dtype
    coded : list of bool
        Whether a column of categories has inputs other than 0 and 1.
    """

    numbers: slice
    firsts: list[int]
    texts: slice
    width: int
    dtype: np.dtype[Any]
    coded: list[bool] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Of a row of a CSR matrix, but for terms."""
        return self.numbers.stop - self.numbers.start + len(self.firsts)

    def compact(self, rows: int) -> bool:
        """Whether so many rows are better kept as a CSR matrix: it takes much less room, and there is much to keep."""
        size, entries = self.dtype.itemsize, self.entries + min(_TERMS, self.texts.stop - self.texts.start)
        array = rows * self.width * size
        in_order = self.numbers.start == 0 and entries * rows < _MOST_ENTRIES and not any(self.coded)
        return in_order and array > _MUCH and 2 * rows * entries * (size + 4) < array


class ArrayOfInputs:
    """Written to an array (n_rows, n_inputs)."""

    def __init__(self, layout: Layout, out: np.ndarray) -> None:
        self._layout, self._out = layout, out

    def write(self, rows: slice, numbers: np.ndarray | None, places: list[np.ndarray], texts: Any) -> None:
        """Numbers (n, n_numbers), what `CategoryPlaces.of` gives of each column, and a CSR matrix of terms."""
        out = self._out[rows]
        out[...] = 0
        if numbers is not None:
            out[:, self._layout.numbers] = numbers
        write_places(out, zip(self._layout.firsts, places, strict=True))
        if texts is not None:
            out[:, self._layout.texts] = texts.toarray()

    def made(self) -> Any:
        """What was written."""
        return self._out


class SparseInputs:
    """Written to a CSR matrix of the same shape."""

    def __init__(self, layout: Layout, rows: int) -> None:
        self._layout = layout
        self._data = np.empty((rows, layout.entries), layout.dtype)
        self._at = np.empty((rows, layout.entries), np.int32)
        self._texts: dict[int, Any] = {}

    def write(self, rows: slice, numbers: np.ndarray | None, places: list[np.ndarray], texts: Any) -> None:
        """As `ArrayOfInputs.write`. A category without an input is a 0 at the first of its column."""
        data, at = self._data[rows], self._at[rows]
        start = self._layout.numbers.stop
        if numbers is not None:
            data[:, :start], at[:, :start] = numbers, np.arange(start)
        for entry, (place, first) in enumerate(zip(places, self._layout.firsts, strict=True), start):
            some = place != NOWHERE
            data[:, entry], at[:, entry] = some, np.where(some, place, first)
        if texts is not None:
            self._texts[rows.start] = texts

    def made(self) -> Any:
        """What was written."""
        rows, entries = self._data.shape
        ends = entries * np.arange(rows + 1, dtype=np.int32)
        shape = rows, self._layout.width if not self._texts else self._layout.texts.start
        fixed = csr_matrix((self._data.ravel(), self._at.ravel(), ends), shape=shape, copy=False)
        if not self._texts:
            return fixed
        texts = [self._texts[start] for start in sorted(self._texts)]
        return hstack([fixed, vstack(texts, format="csr")], format="csr")
