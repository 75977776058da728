"""Spreadsheets (.xlsx): the first sheet that holds something, as delimited text, to be read as such."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from glassprop.errors import MissingPackageError, TableError
from glassprop.ground.note import Note
from glassprop.ground.text import first_line, listed, quoted
from glassprop.tables.reading.unpack import check_size

_WORKBOOK = "xl/workbook.xml"
_MOST_CELLS = 50_000_000  # empty ones counted: a sheet may say that its one value stands in its last row and column


def is_excel(data: bytes) -> bool:
    """Whether a zip file is a spreadsheet of this kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK in archive.namelist()
    except zipfile.BadZipFile:
        return False


def excel_as_text(data: bytes, name: str) -> tuple[bytes, list[Note]]:
    """The first sheet that is not hidden and not empty, as CSV; and which it is, if there are others.

    Raises
    ------
    TableError
        It cannot be read, or holds nothing.
    MissingPackageError
        The package that reads it is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingPackageError(
            f"{name} is a spreadsheet, and reading it needs the package openpyxl, which is not installed: "
            "pip install 'glassprop[excel]', or save it as CSV"
        ) from error
    try:
        check_size(data, name)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for place, sheet in enumerate(sheets):
            text = _text(sheet, name)
            if text:
                others = [other.title for other in sheets[place + 1 :]]
                says = f"{name}: sheet {quoted(sheet.title)} is read; not {listed(others, 4)}"
                return text, [Note(says, "sheet", number=len(others), examples=tuple(others[:4]))] if others else []
    except (TableError, MemoryError):
        raise
    except Exception as error:  # whatever the package raises of a file that is damaged
        raise TableError(
            f"{name} is a spreadsheet that cannot be read ({first_line(error)}): save it again, or as CSV"
        ) from error
    raise TableError(f"{name} is a spreadsheet without any value: give a table with a header and rows")


def _text(sheet: Any, name: str) -> bytes:
    """A sheet as CSV, without empty columns at its right; nothing if it is empty.

    A row without any value is a blank line; one that has its first cell alone, as titles and remarks do, has one field.
    """
    rows = list(_rows(sheet, name))
    width = max(map(len, rows), default=0)
    if not width:
        return b""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(row if len(row) < 2 else row + [""] * (width - len(row)) for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _rows(sheet: Any, name: str) -> Iterator[list[str]]:
    """Its cells as text, without the empty ones at the end of each row; of empty rows that follow each other, one."""
    cells, empty = 0, True
    for row in sheet.iter_rows(values_only=True):
        cells += len(row)
        if cells > _MOST_CELLS:
            raise TableError(f"{name} has more than {_MOST_CELLS:,} cells: save it as CSV or Parquet")
        written = [_written(cell) for cell in row]
        while written and not written[-1]:
            written.pop()
        if written or not empty:
            yield written
        empty = not written


def _written(cell: Any) -> str:
    """A cell as it stands in delimited text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    return str(cell)
