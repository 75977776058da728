"""Parquet and Arrow files: bytes to a frame, or one line on why not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from glassprop.errors import TableError
from glassprop.ground.text import first_line
from glassprop.tables.values.packages import need_polars, panics_as

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_ARROW = b"ARROW1"
_LOOKED_AT = 1024  # bytes
_ZONE_HINT = "; write its times in UTC, or in a zone with a name such as Europe/Berlin"


def read_parquet(data: bytes, name: str) -> pl.DataFrame:
    """Read a whole Parquet file."""
    check_parquet(data[:_LOOKED_AT], data[-4:], len(data), name)
    pl = need_polars()
    with readable(f"{name} is a Parquet file that cannot be read"):
        return pl.read_parquet(io.BytesIO(data))


def check_parquet(start: bytes, end: bytes, size: int, name: str) -> None:
    """Refuse what does not begin and end as Parquet files do."""
    if not start.startswith(_PARQUET):
        raise TableError(f"{name} is not a Parquet file (it does not start with PAR1){_instead(start)}")
    # The closing mark tells a file cut short before any reader has to guess.
    if not end.endswith(_PARQUET) or size < 12:
        raise TableError(f"{name} is a Parquet file cut short ({size} bytes): copy or write it again")


def read_arrow(data: bytes, name: str) -> pl.DataFrame:
    """Read an Arrow IPC file, or an Arrow IPC stream."""
    check_arrow(data[:_LOOKED_AT], name)
    pl = need_polars()
    with readable(f"{name} is not an Arrow file, or one that cannot be read"):
        if data.startswith(_ARROW):
            return pl.read_ipc(io.BytesIO(data))
        return pl.read_ipc_stream(io.BytesIO(data))


def check_arrow(start: bytes, name: str) -> None:
    """Refuse what is text."""
    if start[:_LOOKED_AT].isascii() and b"\0" not in start[:_LOOKED_AT]:
        raise TableError(f"{name} is not an Arrow file{_instead(start)}")


def _instead(data: bytes) -> str:
    some = data[:_LOOKED_AT]
    return ": it holds text: name it .csv" if some.isascii() and b"\0" not in some else ": check where it came from"


def with_text(frame: pl.DataFrame) -> pl.DataFrame:
    """With text in place of bytes, in columns whose bytes are all valid UTF-8: some programs write text as bytes."""
    pl = need_polars()
    columns = []
    for column in frame.iter_columns():
        if column.dtype == pl.Binary:
            with suppress(pl.exceptions.PolarsError):
                columns.append(column.cast(pl.String))
    return frame.with_columns(columns) if columns else frame


@contextmanager
def readable(message: str) -> Iterator[None]:
    """Whatever polars raises, panics of its Rust side among it, becomes one line."""
    try:
        with panics_as(ValueError, "polars gave up"):
            yield
    except Exception as error:
        why = first_line(error)
        hint = _ZONE_HINT if "time zone" in why else ""
        raise TableError(f"{message}: {why}{hint}") from error
