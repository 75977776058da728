"""A pass over a long table, watched: how far it is, and what else is to be done with rows that come by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from glassprop.tables.streaming.row_source import RowSource

if TYPE_CHECKING:
    import polars as pl

# Told what rows are read for, how many have been, and of how many.
OnPass = Callable[[str, int, int], None]


class WatchedPass:
    """A `RowSource` over another, for one pass over its rows, in whatever order and by whatever threads.

    Parameters
    ----------
    source : RowSource
    what : str
        What rows are read for, in a few words.
    on_pass : OnPass or None
    keep : callable (first, frame), optional
        Is handed each piece, and the number of its first row, by the thread that reads it.
    columns : sequence of str
        What `keep` needs besides the columns that are asked for.
    """

    def __init__(
        self,
        source: RowSource,
        what: str,
        on_pass: OnPass | None,
        keep: Callable[[int, pl.DataFrame], None] | None = None,
        columns: Sequence[str] = (),
    ) -> None:
        self._source, self._what, self._on_pass, self._keep, self._columns = source, what, on_pass, keep, columns
        self._done, self._lock = 0, Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """As the source gives them."""
        wanted = None if columns is None else list(dict.fromkeys([*columns, *self._columns]))
        for frame in self._source.frames(first, stop, wanted):
            if self._keep is not None:
                self._keep(first, frame)
            first += frame.height
            yield frame if columns is None else frame.select(columns)
            self._tell(frame.height)

    def _tell(self, rows: int) -> None:
        if self._on_pass is None:
            return
        with self._lock:
            self._done += rows
            self._on_pass(self._what, self._done, self._source.n_rows)
