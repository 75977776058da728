"""The rows of a long table that early stopping watches, kept as a pass comes by them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from glassprop.backprop.ranks import Group
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.task import Task
from glassprop.tables.streaming.frames_of_all import frames_of_all
from glassprop.tables.streaming.own_rows import own_rows
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
            some = own_rows(frame, rows)
            with self._lock:
                self._found[first] = some

    def share(self, group: Group) -> None:
        """Have those that each process of a group has come by; all do so at the same time."""
        pl, firsts = need_polars(), sorted(self._found)
        numbers = frames_of_all([pl.DataFrame({"first": firsts}, schema={"first": pl.Int64})], group)
        frames = frames_of_all([self._found[first] for first in firsts], group)
        every = [first for each in numbers for first in each["first"].to_list()]
        self._found = dict(zip(every, frames, strict=True))

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
