"""Which rows of a long table can be scored: their targets and weights, piece by piece; what is told of the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Say
from glassprop.tables.fitting.examples import nothing_to_score, weight_fault, without_target
from glassprop.tables.fitting.key_columns import KeyReading
from glassprop.tables.fitting.unseen import tell_unseen
from glassprop.tables.schema.target import Target, there
from glassprop.tables.values.cells import cells_of
from glassprop.tables.values.texts import Texts

if TYPE_CHECKING:
    import polars as pl

_NAMES = 10_000  # of unseen classes that are kept to be counted


@dataclass(frozen=True)
class Labelled:
    """Rows of a piece that can be scored, and what is to be told of the others.

    Attributes
    ----------
    frame : polars.DataFrame
    y : array (n_rows,)
        Numbers of classes, or amounts.
    weights : array (n_rows,) or None
    numbers : array (n_rows,) of int
        Of the rows in the table.
    others : Others
    """

    frame: pl.DataFrame
    y: np.ndarray
    weights: np.ndarray | None
    numbers: np.ndarray
    others: Others


@dataclass
class Others:
    """Of the rows of a piece, or of all: how many there are, how many have a target, and one that cannot be scored."""

    rows: int = 0
    known: int = 0
    infinite: int = 0
    beyond: str = ""
    unseen: int = 0
    unseen_names: dict[str, None] = field(default_factory=dict)
    weight: bool = False

    def add(self, more: Others) -> None:
        """Those of the next piece."""
        self.rows, self.known = self.rows + more.rows, self.known + more.known
        self.infinite, self.beyond = self.infinite + more.infinite, self.beyond or more.beyond
        self.unseen, self.weight = self.unseen + more.unseen, self.weight or more.weight
        if len(self.unseen_names) < _NAMES:
            self.unseen_names |= more.unseen_names

    def tell(self, target: Target, weight: str | None, name: str, say: Say) -> None:
        """All of it, in the words of a table in memory.

        Raises
        ------
        TableError
            No row is left to score, or all of those have weight 0.
        """
        if not self.known:
            raise TableError(nothing_to_score(name, target))
        if self.unseen:
            tell_unseen(self.unseen, self.known, list(self.unseen_names), target, name, say)
        if self.known < self.rows:
            say(without_target(target.name, self.rows - self.known, self.rows, self.infinite, self.beyond))
        if weight is not None and not self.weight:
            raise TableError(weight_fault(weight, 0, 0, some=False))


class LabelledRows:
    """Reads them, from any thread.

    Parameters
    ----------
    target : Target
    classes : array (n_classes,) or None
        Those that the model knows.
    weight : KeyReading or None
        How the column of weights is read.
    name : str
        Of the source.
    """

    def __init__(self, target: Target, classes: np.ndarray | None, weight: KeyReading | None, name: str) -> None:
        self._target, self._weight, self._name = target, weight, name
        self._places = None if classes is None else {str(label): place for place, label in enumerate(classes)}

    def columns(self) -> tuple[str, ...]:
        """Those that are read here."""
        return (self._target.name,) if self._weight is None else (self._target.name, self._weight.name)

    def read(self, first: int, frame: pl.DataFrame) -> Labelled:
        """Of a piece whose first row has that number.

        Raises
        ------
        TableError
            Weights that are missing, negative or no numbers.
        """
        table = nw.from_native(frame, eager_only=True)
        series = table[self._target.name]
        values = self._target.values(series)
        known = there(values)
        others = Others(len(known), int(known.sum()))
        if others.known < others.rows:
            far = cells_of(series)
            others.infinite, others.beyond = far.infinite, far.beyond
        y, rows = self._classes(values, known, others) if isinstance(values, Texts) else (values, known)
        weights = None if self._weight is None else self._weights(self._weight, table, rows, first)
        others.weight = weights is not None and bool((weights > 0).any())
        chosen = np.flatnonzero(rows)
        kept = frame if rows.all() else frame[chosen]
        return Labelled(kept, y[chosen], weights, first + chosen, others)

    def _classes(self, values: Texts, known: np.ndarray, others: Others) -> tuple[np.ndarray, np.ndarray]:
        """The number of each row's class, and where it is one that the model knows."""
        places = self._places or {}
        y = values.each(lambda name: places.get(name, -1), -1, np.intp)
        others.unseen = int((known & (y < 0)).sum())
        others.unseen_names = dict.fromkeys(name for name in values.known if name not in places)
        return y, y >= 0

    def _weights(self, reading: KeyReading, table: nw.DataFrame, rows: np.ndarray, first: int) -> np.ndarray:
        weights = reading.values(table[reading.name])[rows]
        bad, negative = int(np.isnan(weights).sum()), int((weights < 0).sum())
        if bad or negative:  # at once: nobody wants to wait for the count of all
            where = f"{self._name}, rows {first + 1:,} to {first + len(rows):,}"
            raise TableError(f"{where}: {weight_fault(reading.name, bad, negative, some=True)}")
        return weights
