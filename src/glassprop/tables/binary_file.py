"""Parquet and Arrow files: bytes to a frame, or one line on why not."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from glassprop.errors import TableError
from glassprop.tables.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_ARROW = b"ARROW1"


def read_parquet(data: bytes, name: str) -> pl.DataFrame:
    """Read a whole Parquet file."""
    if not data.startswith(_PARQUET):
        raise TableError(f"{name} is not a Parquet file (it does not start with PAR1): check where it came from")
    # The closing mark tells a file cut short before any reader has to guess.
    if not data.endswith(_PARQUET) or len(data) < 12:
        raise TableError(f"{name} is a Parquet file cut short ({len(data)} bytes): copy or write it again")
    pl = need_polars()
    try:
        return pl.read_parquet(io.BytesIO(data))
    except _broken(pl) as error:
        raise TableError(f"{name} is a damaged Parquet file: {_first_line(error)}") from error


def read_arrow(data: bytes, name: str) -> pl.DataFrame:
    """Read an Arrow IPC file, or an Arrow IPC stream."""
    pl = need_polars()
    try:
        if data.startswith(_ARROW):
            return pl.read_ipc(io.BytesIO(data))
        return pl.read_ipc_stream(io.BytesIO(data))
    except _broken(pl) as error:
        raise TableError(f"{name} is not an Arrow file, or a damaged one: {_first_line(error)}") from error


def _broken(pl: object) -> tuple[type[BaseException], ...]:
    # polars' Rust side may panic on a damaged file, and a panic is no Exception.
    panic = getattr(getattr(pl, "exceptions", None), "PanicException", None)
    return (Exception, panic) if isinstance(panic, type) else (Exception,)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
