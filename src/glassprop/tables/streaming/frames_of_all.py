"""Rows that each of several processes has read, for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from glassprop.backprop.ranks import Group
from glassprop.tables.streaming.plain_bytes import as_numbers, of_numbers
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


def frames_of_all(frames: Sequence[pl.DataFrame], group: Group) -> list[pl.DataFrame]:
    """The frames of all processes, in the order of ranks; all hand over theirs at the same time."""
    pl = need_polars()
    every = group.everyone(as_numbers([_packed(frame) for frame in frames]))
    return [pl.read_ipc(part) for vector in every for part in of_numbers(vector)]


def _packed(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()
