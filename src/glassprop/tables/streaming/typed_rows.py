"""Rows that have types where they are kept (Parquet, Arrow, frames in memory), as `read_table` gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import listed
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_PIECE = 8 << 20  # bytes of rows that are read together, or thereabouts
_FEWEST, _MOST = 64, 65_536  # rows
_NUMBER, _CELL = 8, 24  # bytes, at least, that a number takes, and a cell of another type

# (first row, row behind the last, columns, rows of a piece at most) -> the rows, in pieces.
Read = Callable[[int, int, list[str], int], "Iterator[pl.DataFrame]"]


@dataclass(frozen=True)
class TypedRows:
    """A `RowSource` over what reads rows piece by piece.

    Attributes
    ----------
    name : str
    n_rows : int
    schema : dict of str to polars type
        Of all columns, in their order.
    cuts : array of int
    read : callable
    content : callable
        Gives the digest of the data.
    row_bytes : float
        That a row takes in memory, or thereabouts.
    notes, words, quoted, target
        As a `Table` has them.
    rewriting : callable or None
        As `row_source.RowSource` says.
    """

    name: str
    n_rows: int
    schema: Mapping[str, Any]
    cuts: NDArray[np.int64]
    read: Read
    content: Callable[[], str]
    row_bytes: float
    notes: tuple[Note, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()
    target: str | None = None
    rewriting: Callable[[int], str] | None = None

    @property
    def columns(self) -> list[str]:
        return list(self.schema)

    @property
    def piece_rows(self) -> int:
        """As `row_source.RowSource` says."""
        return piece_rows(self.row_bytes)

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """As `row_source.RowSource` says."""
        names = wanted_columns(self, columns)
        check_range(self, first, stop)
        if first < stop:
            for frame in self.read(first, stop, names, self.piece_rows):
                yield as_typed(frame.select(names), self.schema, self.name)

    def digest(self) -> str:
        """As `row_source.RowSource` says."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return self.content()


def piece_rows(row_bytes: float) -> int:
    """How many rows of so many bytes are read together."""
    return int(min(max(_PIECE // max(row_bytes, 1.0), _FEWEST), _MOST))


def least_bytes(schema: Mapping[str, Any]) -> int:
    """What a row takes at least."""
    return sum(_NUMBER if kind.is_numeric() or kind.is_temporal() else _CELL for kind in schema.values())


def wanted_columns(source: Any, columns: Sequence[str] | None) -> list[str]:
    """The names of columns that are asked for, all by default.

    Raises
    ------
    TableError
        One is not there, or none is asked for.
    """
    if columns is None:
        return list(source.columns)
    known = set(source.columns)
    missing = [name for name in columns if name not in known]
    if missing or not columns:
        raise TableError(f"{source.name} has no column {listed(missing, 10)}: it has {listed(source.columns, 10)}")
    return list(columns)


def check_range(source: Any, first: int, stop: int) -> None:
    """Refuse rows that are not there.

    Raises
    ------
    TableError
    """
    if not 0 <= first <= stop <= source.n_rows:
        raise TableError(f"rows {first} to {stop} are asked for, and {source.name} has rows 0 to {source.n_rows}")


def as_typed(frame: pl.DataFrame, schema: Mapping[str, Any], name: str) -> pl.DataFrame:
    """With the types of a schema that has all its columns.

    Raises
    ------
    TableError
        A value is none of its type.
    """
    casts: Any = {column: schema[column] for column, kind in frame.schema.items() if kind != schema[column]}
    if not casts:
        return frame
    try:
        return frame.cast(casts)
    except need_polars().exceptions.PolarsError as error:
        raise TableError(f"{name}: {listed(list(casts), 5)} cannot be read as it was recognized: {error}") from error


def texts_in_bytes(rows: TypedRows) -> dict[str, Any]:
    """The schema, with text for columns of bytes that are all valid UTF-8, as `with_text` does in whole tables."""
    pl = need_polars()
    schema = dict(rows.schema)
    for name in [name for name, kind in schema.items() if kind == pl.Binary]:
        if _is_text(rows, name):
            schema[name] = pl.String
    return schema


def _is_text(rows: TypedRows, name: str) -> bool:
    pl = need_polars()
    try:
        for frame in rows.frames(0, rows.n_rows, [name]):
            frame[name].cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True
