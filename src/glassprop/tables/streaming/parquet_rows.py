"""A Parquet file, read row group by row group and page by page, so that it does not matter how large row groups are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import TableError
from glassprop.tables.reading.binary_file import check_parquet, readable
from glassprop.tables.reading.index_columns import index_notes
from glassprop.tables.streaming.arrow_package import arrow_errors, need_pyarrow
from glassprop.tables.streaming.rewriting import with_smaller_groups
from glassprop.tables.streaming.source_file import SourceFile
from glassprop.tables.streaming.typed_rows import TypedRows, least_bytes, texts_in_bytes
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_BUFFER = 1 << 16  # bytes of a column that are read from the file at a time
_LOOKED_AT = 1000  # rows, for the room that rows take
_WHAT = "a Parquet file"


def parquet_rows(file: SourceFile) -> TypedRows:
    """The rows of a file.

    Raises
    ------
    TableError
        It cannot be read, or has no rows.
    """
    check_parquet(file.start(), file.part(file.size - 4, file.size), file.size, file.name)
    pa, pl = need_pyarrow(), need_polars()
    with arrow_errors(file.name, _WHAT):
        metadata = pa.parquet.read_metadata(file.path)
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    with readable(f"{file.name} is a Parquet file that cannot be read"):
        schema = dict(pl.read_parquet_schema(file.path))
    cuts = np.cumsum([0, *(size for size in sizes if size)], dtype=np.int64)
    if not schema or cuts[-1] == 0:
        raise TableError(f"{file.name} has a header but no rows: give a table with at least one row")
    groups = _Groups(file, metadata, np.cumsum([0, *sizes], dtype=np.int64))
    notes = index_notes(file.path, file.name)
    rows = TypedRows(file.name, int(cuts[-1]), schema, cuts, groups.read, file.digest, groups.row_bytes(schema), notes)
    return replace(rows, schema=texts_in_bytes(rows), rewriting=partial(with_smaller_groups, file.path))


@dataclass(frozen=True)
class _Groups:
    """Row groups; `starts` are the numbers of their first rows, and of the row behind the last."""

    file: SourceFile
    metadata: Any
    starts: NDArray[np.int64]

    def read(self, first: int, stop: int, columns: list[str], most: int) -> Iterator[pl.DataFrame]:
        """Rows of a group that stand before the first one are read, and let go."""
        pl = need_polars()
        low = int(np.searchsorted(self.starts, first, side="right")) - 1
        high = int(np.searchsorted(self.starts, stop, side="left"))
        skip, left = first - int(self.starts[low]), stop - first
        size = -(-left // -(-left // most))  # alike: then little is read behind the last row
        with arrow_errors(self.file.name, _WHAT), self._opened() as opened:
            for batch in opened.iter_batches(
                batch_size=size, row_groups=range(low, high), columns=columns, use_threads=False
            ):
                if skip >= batch.num_rows:
                    skip -= batch.num_rows
                    continue
                batch = batch.slice(skip, left)
                skip, left = 0, left - batch.num_rows
                yield pl.from_arrow(batch)
                if not left:
                    return
        if left:
            raise TableError(f"{self.file.name} ends {left} rows before the end that it declares: write it again")

    def _opened(self) -> Any:
        """Anew each time: several parts of it may be read at once."""
        self.file.check()
        return need_pyarrow().parquet.ParquetFile(
            self.file.path, metadata=self.metadata, buffer_size=_BUFFER, pre_buffer=False
        )

    def row_bytes(self, schema: dict[str, Any]) -> float:
        """By the file's own account, and by the first rows, for text that is kept once may stand in many rows."""
        stored = sum(self.metadata.row_group(k).total_byte_size for k in range(self.metadata.num_row_groups))
        rows = min(_LOOKED_AT, self.metadata.num_rows)
        frames = list(self.read(0, rows, list(schema), rows))
        seen = sum(frame.estimated_size() for frame in frames) / rows
        return float(max(stored / self.metadata.num_rows, seen, least_bytes(schema)))
