"""A uniform sample of a long table's rows, as a table in memory: what needs whole rows is decided on it.

Which rows those are follows from the seed and the number of rows: those whose hashes are the least.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassprop.backprop.ranks import Group
from glassprop.tables.reading.table import Table
from glassprop.tables.streaming.frames_of_all import frames_of_all
from glassprop.tables.streaming.own_rows import own_rows
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.streaming.uses import sampled_first
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 100_000
_TOGETHER = 1 << 20  # rows whose hashes are looked at together
_DEVIATIONS = 8.0  # beyond what is expected, of a bound that more than enough hashes lie below


@dataclass(frozen=True)
class Sample:
    """Some rows of a long table.

    Attributes
    ----------
    table : Table
        In the order of the rows.
    rows : array (n,) of int
        Their numbers in the whole table.
    of : int
        How many rows the whole table has.
    """

    table: Table
    rows: np.ndarray
    of: int


def sample_of(source: RowSource, seed: int, most: int = MOST_ROWS, *, group: Group | None = None) -> Sample:
    """Read the sample of a table in one pass over it; a short table is its own sample.

    group: processes that each read a part of the table, and all have the whole sample in the end.
    """
    pl = need_polars()
    rows, n = sampled_rows(source.n_rows, seed, most), source.n_rows
    if group is None or group.size == 1:
        pieces = list(pieces_of(source, rows))
    else:
        mine = pieces_of(source, rows, n * group.rank // group.size, n * (group.rank + 1) // group.size)
        pieces = frames_of_all(list(mine), group)
    frame = pl.concat(pieces, rechunk=True) if pieces else pl.DataFrame({name: [] for name in source.columns})
    table = Table(frame, source.name, source.target, source.notes, source.words, source.quoted)
    return Sample(table, rows, source.n_rows)


def sampled_rows(n_rows: int, seed: int, most: int = MOST_ROWS) -> np.ndarray:
    """The numbers of the sample's rows, rising: those of the least hashes."""
    if n_rows <= most:
        return np.arange(n_rows)
    share = (most + _DEVIATIONS * most**0.5 + _DEVIATIONS) / n_rows
    rows, hashes = _below(share, n_rows, seed)
    while len(rows) < most:
        share *= 2
        rows, hashes = _below(share, n_rows, seed)
    return np.sort(rows[np.argpartition(hashes, most - 1)[:most]])


def pieces_of(source: RowSource, rows: np.ndarray, first: int = 0, stop: int | None = None) -> Iterator[pl.DataFrame]:
    """Those of `rows`, rising, that are among rows first, ..., stop - 1 of a table, as they are read."""
    start = first
    for piece in source.frames(first, source.n_rows if stop is None else stop):
        low, high = np.searchsorted(rows, [start, start + len(piece)])
        if high > low:
            yield own_rows(piece, rows[low:high] - start)
        start += len(piece)


def _below(share: float, n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows whose hashes are among so large a share, from below, of all that there may be; and their hashes."""
    bound = np.uint64(min(int(share * 2.0**64), 2**64 - 1))
    rows, found = [], []
    for first in range(0, n_rows, _TOGETHER):
        hashes = sampled_first(first, min(first + _TOGETHER, n_rows), seed)
        below = np.flatnonzero(hashes <= bound)
        rows.append(below + first)
        found.append(hashes[below])
    return np.concatenate(rows), np.concatenate(found)
