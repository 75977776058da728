"""Commands that write a table anew so that it can be streamed: given to people in notes and errors, and tested."""

from __future__ import annotations

import shlex
from pathlib import Path

GROUP = 100_000  # rows


def with_smaller_groups(path: str, rows: int = GROUP, kind: str = "parquet") -> str:
    """The command that writes a Parquet or Arrow (`ipc`) file as Parquet with row groups of so many rows."""
    new = _beside(path, ".groups.parquet")
    return _python(
        f"import polars as pl; pl.scan_{kind}({path!r}).sink_parquet({new!r}, row_group_size={rows}); print({new!r})"
    )


def stream_to_parquet(path: str) -> str:
    """The command that writes an Arrow stream as Parquet, a record batch at a time."""
    new = _beside(path, ".parquet")
    return _python(
        f"import pyarrow as pa, pyarrow.parquet as pq; r = pa.ipc.open_stream({path!r}); "
        f"w = pq.ParquetWriter({new!r}, r.schema); [w.write_batch(b) for b in r]; w.close(); print({new!r})"
    )


def unpacked(path: str, tool: str) -> str:
    """The command that unpacks a file."""
    return f"{tool} {shlex.quote(path)}"


def in_utf8(path: str, encoding: str) -> str:
    """The command that writes a text file in UTF-8."""
    return f"iconv -f {encoding} -t UTF-8 {shlex.quote(path)} > {shlex.quote(_beside(path, '.utf8.csv'))}"


def _beside(path: str, ending: str) -> str:
    return str(Path(path).with_suffix(ending))


def _python(code: str) -> str:
    return f"python -c {shlex.quote(code)}"
