"""An Arrow IPC (Feather) file, mapped into memory and read record batch by record batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import TableError
from glassprop.ground.sizes import size_text
from glassprop.tables.reading.binary_file import check_arrow, readable
from glassprop.tables.streaming.arrow_package import arrow_errors, need_pyarrow
from glassprop.tables.streaming.rewriting import stream_to_parquet, with_smaller_groups
from glassprop.tables.streaming.source_file import SourceFile
from glassprop.tables.streaming.typed_rows import TypedRows, least_bytes, texts_in_bytes
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_WHAT = "an Arrow file"
_LARGE = 64 << 20  # bytes of a record batch that has to be unpacked whole
_LOOKED_AT = 1000  # rows


def arrow_rows(file: SourceFile) -> TypedRows:
    """The rows of a file.

    Raises
    ------
    TableError
        It cannot be read, has no rows, is a stream, or its record batches are packed and too large.
    """
    start = file.start()
    check_arrow(start, file.name)
    if not start.startswith(b"ARROW1"):
        command = stream_to_parquet(file.path)
        raise TableError(f"{file.name} is an Arrow stream, which has no index of its rows: make it Parquet, {command}")
    pl = need_polars()
    with readable(f"{file.name} is not an Arrow file, or one that cannot be read"):
        schema = dict(pl.read_ipc_schema(file.path))
    with arrow_errors(file.name, _WHAT):
        batches = _batches(file, schema)
    n_rows = int(batches.starts[-1])
    if not schema or n_rows == 0:
        raise TableError(f"{file.name} has a header but no rows: give a table with at least one row")
    cuts = np.unique(batches.starts)
    with arrow_errors(file.name, _WHAT):
        row_bytes = batches.row_bytes(schema)
    rows = TypedRows(file.name, n_rows, schema, cuts, batches.read, file.digest, row_bytes)
    return replace(rows, schema=texts_in_bytes(rows))


def _batches(file: SourceFile, schema: dict[str, Any]) -> _Batches:
    """Sizes are told by one column alone, the one that takes the least time to read."""
    kinds = list(schema.values())
    least = next((place for place, kind in enumerate(kinds) if kind.is_numeric()), 0)
    with _opened(file, [least]) as reader:
        sizes = [reader.get_batch(place).num_rows for place in range(reader.num_record_batches)]
    return _Batches(file, list(schema), np.cumsum([0, *sizes], dtype=np.int64))


@dataclass(frozen=True)
class _Batches:
    """Record batches; `starts` are the numbers of their first rows, and of the row behind the last."""

    file: SourceFile
    columns: list[str]
    starts: NDArray[np.int64]

    def read(self, first: int, stop: int, columns: list[str], most: int) -> Iterator[pl.DataFrame]:
        pl = need_polars()
        low = int(np.searchsorted(self.starts, first, side="right")) - 1
        high = int(np.searchsorted(self.starts, stop, side="left"))
        places = sorted(self.columns.index(name) for name in columns)
        with arrow_errors(self.file.name, _WHAT), _opened(self.file, places) as reader:
            for place in range(low, high):
                start = int(self.starts[place])
                begin, end = max(first - start, 0), min(stop, int(self.starts[place + 1])) - start
                batch = reader.get_batch(place)
                for at in range(begin, end, most):
                    yield pl.from_arrow(batch.slice(at, min(most, end - at)))

    def row_bytes(self, schema: dict[str, Any]) -> float:
        """By the first rows of the largest batch, which must not be too large to be unpacked.

        Raises
        ------
        TableError
        """
        sizes = np.diff(self.starts)
        largest = int(np.argmax(sizes))
        rows, start = min(int(sizes[largest]), _LOOKED_AT), int(self.starts[largest])
        some = next(self.read(start, start + rows, self.columns, rows))
        found = max(some.estimated_size() / rows, least_bytes(schema))
        size = found * sizes[largest]
        if size > _LARGE and self._is_packed(largest):
            raise TableError(
                f"{self.file.name} has a record batch of {sizes[largest]:,} rows ({size_text(size)}), which is "
                f"packed and can only be read whole: {with_smaller_groups(self.file.path, kind='ipc')}"
            )
        return float(found)

    def _is_packed(self, place: int) -> bool:
        """What is mapped takes no room of its own until it is unpacked."""
        pa = need_pyarrow()
        with _opened(self.file, list(range(len(self.columns)))) as reader:
            before = pa.total_allocated_bytes()
            batch = reader.get_batch(place)
            return bool(pa.total_allocated_bytes() - before > batch.num_rows)


def _opened(file: SourceFile, places: list[int]) -> Any:
    """Anew each time: several parts of it may be read at once."""
    file.check()
    pa = need_pyarrow()
    options = pa.ipc.IpcReadOptions(included_fields=places, use_threads=False)
    return pa.ipc.open_file(pa.memory_map(file.path), options=options)
