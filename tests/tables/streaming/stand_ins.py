"""Rows in memory that are read as those of a long table are, in pieces of odd sizes; ranks that are threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from waiting import HANG

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
    row_bytes: float = 100.0
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


class Threads:
    """Ranks in threads, each of which has a `Group`: what each hands over, all get."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._meet = threading.Barrier(size, timeout=HANG)
        self._given: list[np.ndarray | None] = [None] * size

    def run(self, work: Callable[[Member], Any]) -> list[Any]:
        """``work(group)`` by each rank."""

        def of(rank: int) -> Any:
            try:
                return work(Member(self, rank))
            except BaseException:
                self._meet.abort()
                raise

        with ThreadPoolExecutor(self.size) as pool:
            return list(pool.map(of, range(self.size)))

    def exchanged(self, rank: int, vector: np.ndarray) -> list[np.ndarray]:
        """The vectors of all ranks."""
        self._given[rank] = vector.copy()
        self._meet.wait()
        every = list(self._given)
        self._meet.wait()
        return every


@dataclass
class Member:
    """A rank."""

    threads: Threads
    rank: int

    @property
    def size(self) -> int:
        return self.threads.size

    def everyone(self, vector: np.ndarray) -> list[np.ndarray]:
        assert vector.dtype == np.float64
        return self.threads.exchanged(self.rank, vector)
