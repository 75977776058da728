"""Several sources of rows as one: their columns must agree, by name, and take a type that holds all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.ground.note import Note
from glassprop.tables.reading.several import common_type, read_together, refuse_other_columns, some_notes, title_of
from glassprop.tables.streaming.typed_rows import as_typed, check_range, wanted_columns
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class SeveralRows:
    """A `RowSource` of several, one after the other."""

    parts: Sequence[Any]
    name: str
    schema: Mapping[str, Any]
    notes: tuple[Note, ...]
    words: Mapping[str, tuple[str, ...]]
    quoted: frozenset[str]
    target: str | None = None

    @classmethod
    def of(cls, parts: Sequence[Any]) -> SeveralRows:
        """Put sources together.

        Raises
        ------
        TableError
            One has other columns than the first, or of another type.
        """
        pl = need_polars()
        names = [part.name for part in parts]
        refuse_other_columns([(part.name, part.columns) for part in parts])
        parts = _texts_alike(parts)
        schema = {}
        for column in parts[0].columns:
            kinds = {part.schema[column]: part.name for part in parts if part.schema[column] != pl.Null}
            schema[column] = common_type(column, kinds) if kinds else pl.Null
        title, rows = title_of(names), sum(part.n_rows for part in parts)
        notes = (read_together(title, rows, len(parts)), *some_notes([note for part in parts for note in part.notes]))
        texts = {name for name, kind in schema.items() if kind == pl.String}
        words = {name: some for part in parts for name, some in part.words.items() if name in texts}
        quoted = frozenset().union(*(part.quoted for part in parts)) & texts
        return cls(parts, title, schema, notes, words, quoted)

    @property
    def columns(self) -> list[str]:
        return list(self.schema)

    @property
    def n_rows(self) -> int:
        return int(self._starts[-1])

    @property
    def piece_rows(self) -> int:
        """As `row_source.RowSource` says."""
        return min(part.piece_rows for part in self.parts)

    @property
    def row_bytes(self) -> float:
        return max(part.row_bytes for part in self.parts)

    @property
    def rewriting(self) -> Callable[[int], str] | None:
        """As `row_source.RowSource` says: of the file whose cuts are the furthest apart."""
        slow = [part for part in self.parts if part.rewriting is not None]
        worst = max(slow, key=lambda part: np.diff(part.cuts).max(), default=None)
        found: Callable[[int], str] | None = None if worst is None else worst.rewriting
        return found

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.cumsum([0, *(part.n_rows for part in self.parts)], dtype=np.int64)

    @cached_property
    def cuts(self) -> NDArray[np.int64]:
        return np.unique(np.concatenate([part.cuts + at for part, at in zip(self.parts, self._starts, strict=False)]))

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """As `row_source.RowSource` says."""
        names = wanted_columns(self, columns)
        check_range(self, first, stop)
        for part, start in zip(self.parts, self._starts.tolist(), strict=False):
            begin, end = max(first - start, 0), min(stop - start, part.n_rows)
            if begin < end:
                for frame in part.frames(begin, end, names):
                    yield as_typed(frame, self.schema, part.name)

    def digest(self) -> str:
        """As `row_source.RowSource` says."""
        return hashlib.blake2b(" ".join(part.digest() for part in self.parts).encode(), digest_size=16).hexdigest()


def _texts_alike(parts: Sequence[Any]) -> Sequence[Any]:
    """With text everywhere for columns that are numbers in some text files, and text in others."""
    pl = need_polars()
    mixed = {
        column
        for column in parts[0].columns
        if len({part.schema[column] == pl.String for part in parts if part.schema[column] != pl.Null}) > 1
    }
    if not mixed:
        return parts
    return [part.with_texts(mixed) if hasattr(part, "with_texts") else part for part in parts]
