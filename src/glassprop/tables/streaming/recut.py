"""Rows that come in pieces of any size, in pieces of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


def recut(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows, so many in each piece but the last."""
    held: list[pl.DataFrame] = []
    wanted = rows
    for frame in frames:
        start = 0
        while frame.height - start >= wanted:
            yield _joined([*held, frame.slice(start, wanted)])
            start, wanted, held = start + wanted, rows, []
        if start < frame.height:
            held.append(frame.slice(start))
            wanted -= frame.height - start
    if held:
        yield _joined(held)


def _joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return parts[0] if len(parts) == 1 else need_polars().concat(parts, rechunk=True)
