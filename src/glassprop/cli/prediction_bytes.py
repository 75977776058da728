"""Predictions as the bytes of a file, piece by piece as they come: CSV, TSV or Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars

_ROWS = 100_000  # written together


def delimited(
    frames: Iterable[polars.DataFrame], separator: str, change: Callable[[str], str] | None = None
) -> Iterator[bytes]:
    """Tables of the same columns as one, with a header, in UTF-8.

    `change` is made to every text in it, names of columns among them.
    """
    named = False
    for frame in frames:
        if not named:
            # The header as a row of its own: two names may be one when they are changed.
            names = frame.columns if change is None else [change(name) for name in frame.columns]
            yield _written(type(frame)({str(number): [name] for number, name in enumerate(names)}), separator)
            named = True
        for part in frame.iter_slices(_ROWS):
            yield _written(part if change is None else _changed(part, change), separator)


def _written(frame: polars.DataFrame, separator: str) -> bytes:
    buffer = BytesIO()
    frame.write_csv(buffer, separator=separator, include_header=False)
    return buffer.getvalue()


def _changed(frame: polars.DataFrame, change: Callable[[str], str]) -> polars.DataFrame:
    import polars

    columns = []
    for column in frame.iter_columns():
        if column.dtype == polars.String:
            known = {text: text if text is None else change(text) for text in column.unique().to_list()}
            column = polars.Series(column.name, [known[text] for text in column.to_list()], dtype=polars.String)
        columns.append(column)
    return polars.DataFrame(columns)


def parquet(frame: polars.DataFrame) -> bytes:
    """One table as a Parquet file."""
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def parquet_pieces(frames: Iterable[polars.DataFrame]) -> Iterator[bytes]:
    """Tables of the same columns as one Parquet file, a row group after the other. Needs pyarrow."""
    import polars
    from pyarrow.parquet import ParquetWriter

    sink, writer = _Sink(), None
    try:
        for group in _groups(frames):
            table = polars.concat(group).to_arrow(compat_level=polars.CompatLevel.oldest())
            writer = writer or ParquetWriter(sink, table.schema, compression="zstd")
            writer.write_table(table)
            yield sink.taken()
    finally:
        if writer is not None:
            writer.close()
    yield sink.taken()


def _groups(frames: Iterable[polars.DataFrame]) -> Iterator[list[polars.DataFrame]]:
    """Tables that make a row group of some size."""
    group: list[polars.DataFrame] = []
    for frame in frames:
        group.append(frame)
        if sum(map(len, group)) >= _ROWS:
            yield group
            group = []
    if group:
        yield group


class _Sink(RawIOBase):
    """A file that hands on what is written to it; whoever takes it sees to what disks say."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._pieces.append(bytes(data))
        self._size += len(self._pieces[-1])
        return len(self._pieces[-1])

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        """What has come since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
