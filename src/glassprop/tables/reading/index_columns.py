"""The columns of a Parquet file that were the index of a pandas data frame: its metadata names them."""

from __future__ import annotations

import io
import json
from contextlib import suppress

from glassprop.ground.note import Note
from glassprop.ground.text import quoted
from glassprop.tables.values.packages import need_polars, panics_as

_PARQUET = b"PAR1"


def index_notes(data: bytes | str, name: str) -> tuple[Note, ...]:
    """A note for each such column. data: a file's bytes, or its path."""
    return tuple(
        Note(f"{name}: column {quoted(column)} was the index of a data frame", "index-column", column)
        for column in _index_columns(data)
    )


def _index_columns(data: bytes | str) -> list[str]:
    if isinstance(data, bytes) and not data.startswith(_PARQUET):
        return []
    found: object = None
    with suppress(Exception), panics_as(ValueError, "no metadata"):  # whatever other programs wrote there
        metadata = need_polars().read_parquet_metadata(io.BytesIO(data) if isinstance(data, bytes) else data)
        found = json.loads(metadata["pandas"])["index_columns"]
    return [column for column in found if isinstance(column, str)] if isinstance(found, list) else []
