"""Which input stands for which category of a column, or which number its one input then is; and writing them."""

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
        By the category's name: the input that is 1, -1 where none is; or, where the column is coded, its code.
    others : int
        Of those that are not known.
    coded : bool
        Whether the column has one input, which holds a code.
    """

    column: str
    first: int
    places: dict[str, int]
    others: int
    coded: bool = False

    def of(self, texts: Texts) -> np.ndarray:
        """The input, or the code, of each row, (n_rows,)."""
        return texts.each(lambda name: self.places.get(name, self.others), self.places.get("", self.others), np.intp)

    def new_in(self, texts: Texts) -> list[Finding]:
        """Categories that training never saw."""
        new = [name for name in texts.known if name not in self.places]
        if not new:
            return []
        rows = int(texts.each(lambda name: name not in self.places, False, bool).sum())
        return [Finding(self.column, "new-categories", "", rows, tuple(new))]


def write_places(out: np.ndarray, columns: Iterable[tuple[int, bool, np.ndarray]]) -> None:
    """Into rows of zeros (n, n_inputs), for columns given as their first input, whether they are coded, and `of`."""
    row = np.arange(len(out))
    for first, coded, at in columns:
        if coded:
            out[:, first] = at
        elif (some := at != NOWHERE).all():
            out[row, at] = 1
        else:
            out[row[some], at[some]] = 1
