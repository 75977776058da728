"""Suspected labels as a CSV file: a row's number, score, kind and labels, and beside them the table's own cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import quoted, without_formulas

if TYPE_CHECKING:
    import polars

    from glassprop.cli.blamed_rows import Cells
    from glassprop.tables import Table
    from glassprop.tables.use.suspect_table import SuspectedRows

OURS = ("row", "score", "kind", "given", "suggested", "margin", "confidence", "spread", "forgotten", "learned", "pull")
_ENDINGS = {".csv": ",", ".tsv": "\t"}


def check_csv(path: str) -> None:
    """Refuse what cannot be written, before any work.

    Raises
    ------
    SettingsError, TableError
    """
    from glassprop.ground.atomic import check_writable, is_device

    if Path(path).suffix.lower() not in _ENDINGS and not is_device(path):
        raise SettingsError(f"--csv {quoted(path)}: the ending says how to write it; give {' or '.join(_ENDINGS)}")
    check_writable(path, error=TableError)


def write_csv(path: str, found: SuspectedRows, table: Table, *, only_suspected: bool, cells: Cells | None) -> int:
    """Suspected rows first, then unusual ones, then all others, each by their score; the whole file or none.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, in names and labels too: what stands
    in the table is found by the row's number. Returns how many rows there are.

    Raises
    ------
    TableError
        It cannot be written.
    """
    from glassprop.cli.prediction_bytes import delimited
    from glassprop.ground.atomic import replacing

    frame = _frame(found, table, only_suspected, with_cells=cells is not None)
    separator = _ENDINGS.get(Path(path).suffix.lower(), ",")
    with replacing(path, error=TableError) as file:
        for piece in delimited([frame], separator, without_formulas):
            file.write(piece)
    return frame.height


def _frame(found: SuspectedRows, table: Table, only_suspected: bool, *, with_cells: bool) -> polars.DataFrame:
    import numpy as np
    import polars as pl

    suspects = found.suspects
    first = np.concatenate([suspects.suspected, suspects.unusual]).astype(int)
    rest = np.setdiff1d(np.arange(len(suspects)), first)
    rest = rest[np.argsort(-suspects.scores[rest], kind="stable")]
    order = first if only_suspected else np.concatenate([first, rest])
    told = [suspects.row(int(i)) for i in order]
    columns: dict[str, Any] = {name: [one[name] for one in told] for name in OURS}
    columns["row"] = found.rows[order]
    ours = pl.DataFrame(columns, infer_schema_length=None)
    if not with_cells:
        return ours
    own = table.frame[found.rows[order]]
    taken = set(OURS)
    for name in own.columns:
        free, count = name, 1
        while free in taken:
            count += 1
            free = f"{name}_{count}"
        taken.add(free)
        ours = ours.with_columns(_written(own[name]).alias(free))
    return ours


def _written(column: polars.Series) -> polars.Series:
    """As CSV can have it: what is nested is text."""
    import polars as pl

    nested = column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary)
    if not nested:
        return column
    return pl.Series(column.name, [None if cell is None else str(cell) for cell in column.to_list()], pl.String)
