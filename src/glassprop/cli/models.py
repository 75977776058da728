"""What predict, score and check begin with: a model file and a table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from glassprop.cli.native import native_code_quiet
from glassprop.errors import ModelFileError
from glassprop.text import quoted

if TYPE_CHECKING:
    from glassprop.tables import Table


# What the record of a model trained from a table has; `glassprop.tables` reads it.
_FROM_A_TABLE = {"task", "target_reading", "target_scale", "labels", "options"}


def load_model(path: str) -> tuple[Any, dict[str, Any]]:
    """The pipeline in the file and its record.

    Raises
    ------
    ModelFileError
        As `glassprop.load`; also for a model that was not trained from a table.
    """
    from glassprop.export.model_file import load, read_record

    record = read_record(path)
    if not record.keys() >= _FROM_A_TABLE:
        raise ModelFileError(
            f"{quoted(path)} was saved without a table's columns, so it cannot read one: "
            "use glassprop.load in Python, or a model made by glassprop train"
        )
    return load(path), record


def read(source: str) -> Table:
    """The table at `source`; "-" is CSV on standard input."""
    from glassprop.tables import read_table

    with native_code_quiet():
        return read_table(source, stdin=getattr(sys.stdin, "buffer", None))
