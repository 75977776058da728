"""Whether a table would fit into memory, learned from there: by the sizes of its files, before they are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glassprop.errors import GlasspropError
from glassprop.ground.free_memory import free_memory
from glassprop.tables.reading.builtin import BUILT_IN
from glassprop.tables.reading.sources import ARROW, PARQUET, SEPARATORS, files_of
from glassprop.tables.streaming.typed_rows import least_bytes
from glassprop.tables.values.packages import need_polars

# Learning in memory takes at its peak so many times what a table's cells do (8 bytes a number, 24 any other cell), and
# so many times the bytes of a file. By measurement on tables of a million rows; docs/streaming.md.
_CELLS, _TEXT_FILE, _ARROW_FILE = 2.0, 5.0, 3.0
_FEW = 64 << 20  # bytes for which nobody needs to look how many there are: libraries alone take more
_PART = 0.8  # of the free memory, which others want some of, too


@dataclass(frozen=True)
class Room:
    """What learning from a table in memory would take, and what there is; bytes. free: None where it is not known."""

    needed: int
    free: int | None

    @property
    def fits(self) -> bool:
        """Whether there is enough; where nobody knows, it is assumed."""
        return self.free is None or self.needed <= _PART * self.free


def room_for(source: str | Sequence[str]) -> Room | None:
    """The room for files; None where they cannot be streamed, or be looked at: whoever reads them says why."""
    try:
        names = files_of(source)
        sizes = [_needed(Path(name)) for name in names if name != "-" and name not in BUILT_IN]
    except (GlasspropError, OSError, ValueError):  # ValueError: of names that no file can have
        return None
    if len(sizes) < len(names) or None in sizes:
        return None
    needed = int(sum(size for size in sizes if size is not None))
    return Room(needed, None if needed < _FEW else free_memory())


def _needed(path: Path) -> float | None:
    ending = path.suffix.lower()
    if ending in PARQUET:
        return _cells(path)
    if ending in (*ARROW, *SEPARATORS):
        return (_ARROW_FILE if ending in ARROW else _TEXT_FILE) * os.path.getsize(path)
    return None


def _cells(path: Path) -> float | None:
    pl = need_polars()
    try:
        schema = pl.read_parquet_schema(path)
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except Exception:
        return None
    return _CELLS * rows * least_bytes(schema) + os.path.getsize(path)
