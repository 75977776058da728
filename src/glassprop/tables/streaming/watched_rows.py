"""The rows of a long table that early stopping watches, kept as a pass comes by them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.task import Task
from glassprop.tables.streaming.row_reader import RowReader
from glassprop.tables.streaming.uses import WATCHED
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


class WatchedRows:
    """Takes them out of pieces, in whatever order these come.

    Parameters
    ----------
    reader : RowReader
        Says which these are.
    """

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._found: dict[int, pl.DataFrame] = {}
        self._lock = Lock()

    def take(self, first: int, frame: pl.DataFrame) -> None:
        """Those of a piece whose first row has this number."""
        numbers = np.arange(first, first + frame.height)
        rows = np.flatnonzero(self._reader.read(nw.from_native(frame, eager_only=True), numbers).uses == WATCHED)
        if len(rows):
            some = frame[rows]
            with self._lock:
                self._found[first] = some

    def examples(self, task: Task, classes: np.ndarray | None) -> Examples | None:
        """Those of a class that is trained on; None where there are none, or all have a weight of 0."""
        if not self._found:
            return None
        frames = [self._found[first] for first in sorted(self._found)]
        frame = nw.from_native(need_polars().concat(frames, rechunk=True), eager_only=True)
        found = read_examples(frame, task.target, task.options, lambda message: None)
        if classes is not None:
            found = found.of(np.flatnonzero(np.isin(found.y, classes)))
        weighed = found.weights is None or found.weights.any()
        return found if len(found) and weighed else None
