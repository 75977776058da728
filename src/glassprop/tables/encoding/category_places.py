"""What the inputs of a column of categories are for each of them, and writing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from glassprop.tables.encoding.findings import Finding
from glassprop.tables.values.texts import Texts

NOWHERE = -1  # the input of a category that has none


@dataclass(frozen=True)
class CategoryPlaces:
    """The inputs of one column of categories.

    Attributes
    ----------
    column : str
    first : int
        The first input of the column.
    places : dict of str to int
        By the category's name: the input that is 1, -1 where none is; or the row of `table`.
    others : int
        Of those that are not known.
    table : array (n_rows, n_inputs of the column) or None
        What its inputs are; None where they are one-hot.
    """

    column: str
    first: int
    places: dict[str, int]
    others: int
    table: np.ndarray | None = None

    def of(self, texts: Texts) -> np.ndarray:
        """The input that is 1 in each row, (n_rows,), or what all of the column's are, (n_rows, n_inputs)."""
        at = texts.each(lambda name: self.places.get(name, self.others), self.places.get("", self.others), np.intp)
        return at if self.table is None else self.table[at]

    def new_in(self, texts: Texts) -> list[Finding]:
        """Categories that training never saw."""
        new = [name for name in texts.known if name not in self.places]
        if not new:
            return []
        rows = int(texts.each(lambda name: name not in self.places, False, bool).sum())
        return [Finding(self.column, "new-categories", "", rows, tuple(new))]


def write_places(out: np.ndarray, columns: Iterable[tuple[int, np.ndarray]]) -> None:
    """Into rows of zeros (n, n_inputs), for columns given as their first input and what `CategoryPlaces.of` gave."""
    row = np.arange(len(out))
    for first, at in columns:
        if at.ndim == 2:
            out[:, first : first + at.shape[1]] = at
        elif (some := at != NOWHERE).all():
            out[row, at] = 1
        else:
            out[row[some], at[some]] = 1
