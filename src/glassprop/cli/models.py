"""What predict, score and check begin with: a model file and a table."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassprop.cli.native import native_code_quiet
from glassprop.errors import ModelFileError, TableError
from glassprop.ground.text import quoted

if TYPE_CHECKING:
    from glassprop.tables import Table
    from glassprop.tables.schema.schema_file import TableSchema
    from glassprop.tables.streaming.row_source import RowSource


def load_model(path: str, trust: Sequence[str] = ()) -> tuple[Any, dict[str, Any]]:
    """The pipeline in the file and its record; `trust` names types that it may be made of.

    Raises
    ------
    ModelFileError
        As `glassprop.load`; also for a model that was not trained from a table.
    """
    from glassprop.export.model_file import load_with_record
    from glassprop.export.table_record import is_of_a_table

    model, record = load_with_record(path, trusted=trust)
    if not is_of_a_table(record):
        raise ModelFileError(
            f"{quoted(path)} was saved without a table's columns, so it cannot read one: "
            "use glassprop.load in Python, or a model made by glassprop train"
        )
    return model, record


def is_model_file(path: str) -> bool:
    """Whether it is a model file, by its name or its first bytes."""
    from glassprop.export.container import is_ours

    if path.endswith(".glassprop"):
        return True
    try:
        with open(path, "rb") as file:
            return is_ours(file.read(100))
    except OSError:
        return False


def read(source: str | Sequence[str], as_text: Mapping[str, Collection[str]] | None = None) -> Table:
    """The table at `source`, one file or several; "-" is CSV on standard input. `as_text`: see ``read_table``."""
    from glassprop.tables import read_table

    with native_code_quiet():
        return read_table(source, stdin=getattr(sys.stdin, "buffer", None), as_text=as_text)


def open_rows(source: Sequence[str], as_text: Mapping[str, Collection[str]] | None = None) -> RowSource:
    """The table at `source`, to be read piece by piece. `as_text`: see ``read_table``."""
    from glassprop.tables.streaming.row_source import row_source

    with native_code_quiet():
        return row_source(list(source), as_text=as_text)


def text_columns_of(rows: RowSource) -> dict[str, tuple[str, ...]]:
    """For a file that is to be read like this one: as ``Table.text_columns``."""
    from glassprop.tables.values.packages import need_polars

    text = need_polars().String
    return {name: rows.words.get(name, ()) for name, kind in rows.schema.items() if kind == text}


def read_for(model: tuple[Any, dict[str, Any]], source: str | Sequence[str]) -> Table:
    """The table at `source`, its columns as the schema of a model wants them."""
    from glassprop.tables import text_columns

    return read(source, text_columns(*model))


def read_schema(path: str) -> TableSchema:
    """The schema that a file holds.

    Raises
    ------
    TableError
        It cannot be read, or there are faults in it: all of them in one line.
    """
    from glassprop.tables.schema.schema_file import schema_from_text

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise TableError(f"schema {quoted(path)} cannot be read: {why or error}") from error
    return schema_from_text(text, f"schema {quoted(path)}")
