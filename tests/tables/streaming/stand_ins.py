"""Rows in memory that are read as those of a long table are: in pieces of odd sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from glassprop.ground.note import Note
from glassprop.tables import Table


@dataclass
class FrameRows:
    """A source of rows."""

    frame: pl.DataFrame
    piece: int = 100
    name: str = "rows"
    notes: tuple[Note, ...] = ()
    words: Mapping[str, tuple[str, ...]] = ()
    quoted: frozenset[str] = frozenset()
    target: str | None = None

    def __post_init__(self) -> None:
        self.words = dict(self.words)
        self.reads: list[tuple[int, int]] = []

    @classmethod
    def of(cls, table: Table, piece: int = 100) -> FrameRows:
        return cls(table.frame, piece, table.name, table.notes, table.words, table.quoted, table.target)

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        return self.frame.columns

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        self.reads.append((first, stop))
        frame = self.frame if columns is None else self.frame.select(columns)
        for start in range(first, stop, self.piece):
            yield frame[start : min(start + self.piece, stop)]
