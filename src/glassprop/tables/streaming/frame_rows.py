"""Tables in memory (polars, pandas, Arrow) as sources of rows, by slices."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.errors import TableError
from glassprop.tables.reading.binary_file import with_text
from glassprop.tables.reading.table import Table
from glassprop.tables.streaming.arrow_package import arrow_errors, need_pyarrow
from glassprop.tables.streaming.typed_rows import TypedRows, least_bytes
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_LOOKED_AT = 1000  # rows
_HASHED = 65_536  # rows at a time

Slices = Callable[[int, int, list[str]], "pl.DataFrame"]  # (first row, how many, columns)


def table_rows(table: Table) -> TypedRows:
    """The rows of a table that was read whole."""
    frame = table.frame

    def sliced(first: int, rows: int, columns: list[str]) -> pl.DataFrame:
        return frame.select(columns).slice(first, rows)

    return _rows(table, sliced)


def frame_rows(given: Any) -> TypedRows:
    """The rows of a polars, pandas or Arrow table.

    Raises
    ------
    TableError
        It is no table, has no rows, or columns that are of no one type.
    """
    pl = need_polars()
    if isinstance(given, pl.DataFrame):
        return table_rows(Table(with_text(given), "the table"))
    pa = need_pyarrow()
    with arrow_errors("the table", "one"):
        if isinstance(given, pa.RecordBatch):
            given = pa.Table.from_batches([given])
        if isinstance(given, pa.Table):
            return _arrow(given)
        if hasattr(given, "iloc"):
            return _pandas(given)
    raise TableError(
        f"a {type(given).__name__} is no table: give names of files, or a polars, pandas or Arrow table"
        + (" (collect it)" if isinstance(given, pl.LazyFrame) else "")
    )


def _arrow(given: Any) -> TypedRows:
    polars = need_polars()

    def sliced(first: int, rows: int, columns: list[str]) -> pl.DataFrame:
        made: pl.DataFrame = polars.from_arrow(given.select(columns).slice(first, rows))
        return made

    return _rows(Table(sliced(0, 0, given.column_names), "the table"), sliced, given.num_rows)


def _pandas(given: Any) -> TypedRows:
    """By slices, of the types that the whole of each column has; the index is no column."""
    pa, polars = need_pyarrow(), need_polars()
    names = [str(name) for name in given.columns]
    if names != list(given.columns):
        given = given.set_axis(names, axis=1)
    schema = pa.Schema.from_pandas(given, preserve_index=False)

    def sliced(first: int, rows: int, columns: list[str]) -> pl.DataFrame:
        some = given[columns].iloc[first : first + rows]
        kinds = pa.schema([schema.field(name) for name in columns])
        made: pl.DataFrame = polars.from_arrow(pa.Table.from_pandas(some, kinds, preserve_index=False))
        return made

    return _rows(Table(sliced(0, 0, names), "the table"), sliced, len(given))


def _rows(table: Table, sliced: Slices, n_rows: int | None = None) -> TypedRows:
    """table: as many rows as are at hand, for the types."""
    schema = dict(table.frame.schema)
    n_rows = table.frame.height if n_rows is None else n_rows
    if not schema or not n_rows:
        raise TableError(f"{table.name} has no rows: give a table with at least one row")

    def read(first: int, stop: int, columns: list[str], most: int) -> Iterator[pl.DataFrame]:
        for at in range(first, stop, most):
            yield sliced(at, min(most, stop - at), columns)

    def content() -> str:
        return _digest(sliced(at, min(_HASHED, n_rows - at), list(schema)) for at in range(0, n_rows, _HASHED))

    some = min(n_rows, _LOOKED_AT)
    row_bytes = max(sliced(0, some, list(schema)).estimated_size() / some, least_bytes(schema))
    cuts = np.unique(np.append(np.arange(0, n_rows, _HASHED), n_rows)).astype(np.int64)
    notes, words, quoted = table.notes, table.words, table.quoted
    return TypedRows(
        table.name, n_rows, schema, cuts, read, content, float(row_bytes), notes, words, quoted, table.target
    )


def _digest(frames: Iterator[pl.DataFrame]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for frame in frames:
        written = io.BytesIO()
        frame.rechunk().write_ipc_stream(written)
        found.update(written.getbuffer())
    return found.hexdigest()
