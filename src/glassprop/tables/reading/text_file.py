"""CSV and TSV: bytes to text, text to rows, rows to a frame, with every repair noted."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from glassprop.errors import TableError
from glassprop.ground.text import listed, quoted, shown
from glassprop.tables.reading.even_rows import read_even_rows
from glassprop.tables.reading.header import column_names
from glassprop.tables.reading.quotes import bare, marked
from glassprop.tables.reading.typed import Typed, Words, typed_columns
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_CANDIDATES = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "|"}
_SHOWN = 3
_TRIED = 1 << 16  # bytes to find the separator in, and more where they hold too few rows


def read_text(data: bytes, name: str, separator: str | None, as_text: Words) -> tuple[Typed, list[str]]:
    """Read delimited text.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        For messages.
    separator : str or None
        None: found from the text.
    as_text : dict of str to collection of str
        Columns that stay text whatever they look like, with their lower-case words for "missing".

    Returns
    -------
    columns, notes
        The repairs, one line each.

    Raises
    ------
    TableError
        Binary data, no rows, rows longer than the header, an unclosed quote.
    """
    notes: list[str] = []
    data = _as_utf8(data, name, notes)
    separator = separator or _separator(data)
    if separator not in (",", "\t"):
        notes.append(f"{name}: columns are separated by {_NAMES[separator]}")

    def named(header: list[str]) -> list[str]:
        return column_names(header, name, notes)

    found = read_even_rows(data, separator, named, as_text)
    if found is None:
        found = typed_columns(_uneven(_rows(data.decode(), separator, name), separator, name, notes), as_text)
    if found.frame.height == 0:
        raise TableError(f"{name} has a header but no rows: give a table with at least one row")
    return found, notes + [f"{name}: {line}" for line in _kept(found.kept)]


def _kept(kept: dict[str, list[str]]) -> list[str]:
    lines = [
        f"{listed(words, _SHOWN)} in quotes is a value of column {quoted(column)}, without quotes it is missing"
        for column, words in kept.items()
    ]
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + [f"the same in {more:,} more columns"] * (more > 0)


def _uneven(rows: list[tuple[int, list[str]]], separator: str, name: str, notes: list[str]) -> pl.DataFrame:
    if not rows:
        raise TableError(f"{name} is empty but for blanks: give a table with a header and rows")
    header, rows = [bare(cell) for cell in rows[0][1]], rows[1:]
    if {len(row) for _, row in rows} == {len(header) + 1} and any(bare(row[-1]).strip() for _, row in rows):
        header = ["row", *header]
        notes.append(f"{name}: every row has one field more than the header; the first is taken as row names")
    names = column_names(header, name, notes)
    _refuse_long_rows(rows, len(names), separator, name)
    short = [line for line, row in rows if len(row) < len(names)]
    if short:
        notes.append(f"{name}: {_lines(short)} shorter than the header; their last columns are missing")
    return _frame(names, [row for _, row in rows])


def _as_utf8(data: bytes, name: str, notes: list[str]) -> bytes:
    """The text in UTF-8 without a mark; it may come in that, in UTF-16 with a mark, else cp1252, else latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        notes.append(f"{name}: read as UTF-16")
        return data.decode("utf-16", errors="replace").encode()
    if b"\x00" in data:
        raise TableError(f"{name} holds binary data, not text: export it as UTF-8 CSV, or give its right ending")
    if data.startswith(codecs.BOM_UTF8):
        notes.append(f"{name}: a byte order mark at the start was left out")
        data = data[len(codecs.BOM_UTF8) :]
    if data.isascii():
        return data
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return data
        notes.append(f"{name}: not UTF-8; read as {encoding}")
        return text.encode()
    raise TableError(f"{name} cannot be read as text: save it as UTF-8")  # latin-1 takes every byte


def _separator(data: bytes) -> str:
    """Which separator gives the most rows as many fields as the header has (at least two)."""
    best, best_score = ",", (0.0, 0)
    for candidate in _CANDIDATES:
        try:
            rows = [row for row in _first_rows(data, candidate) if row]
        except csv.Error:
            continue
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        score = (sum(len(row) == width for row in rows) / len(rows), width)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _first_rows(data: bytes, separator: str) -> list[list[str]]:
    """The first hundred rows, blank ones counted, of as much of the text as they take."""
    size = _TRIED
    while True:
        text = io.StringIO(data[:size].decode(errors="ignore"), newline="")
        length = text.seek(0, io.SEEK_END)
        text.seek(0)
        rows = list(islice(csv.reader(text, delimiter=separator), 100))
        if size >= len(data) or text.tell() < length:  # else the last of them may be cut short
            return rows
        size *= 8


def _rows(text: str, separator: str, name: str) -> list[tuple[int, list[str]]]:
    """(line number, fields) of every row that is not blank; what was in quotes is marked."""
    if '"' in text:
        text = marked(text, separator)
    try:
        return _parse(text, separator, strict=True)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise TableError(f"{name}: a quotation mark is opened and never closed: close it, or double it") from error
        if "field limit" in str(error):
            raise TableError(
                f"{name}: a quotation mark is opened and not closed within {csv.field_size_limit():,} characters, or a "
                "cell is longer than that in a file that has quotes or uneven lines: close it, or write a Parquet file"
            ) from error
    try:
        return _parse(text, separator, strict=False)
    except csv.Error as error:
        raise TableError(f"{name} cannot be read as delimited text: {shown(error)}") from error


def _parse(text: str, separator: str, *, strict: bool) -> list[tuple[int, list[str]]]:
    # newline="" leaves line ends inside quotes alone; a file with \r alone is read as well.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=True)
    # A line of separators only is a row whose values are all missing; a blank line is no row.
    return [(reader.line_num, row) for row in reader if len(row) > 1 or any(bare(cell).strip() for cell in row)]


def _refuse_long_rows(rows: list[tuple[int, list[str]]], width: int, separator: str, name: str) -> None:
    """Empty fields behind the last column do no harm; filled ones mean that the row's values have shifted."""
    long = [(line, len(row)) for line, row in rows if len(row) > width and any(row[width:])]
    if long:
        line, fields = long[0]
        raise TableError(
            f"{name}: {len(long)} row(s) have more fields than the header's {width}, "
            f"first line {line} with {fields}: quote fields that contain a {_NAMES[separator]}"
        )


def _lines(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:_SHOWN])
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"line {shown} is" if len(lines) == 1 else f"lines {shown}{more} are"


def _frame(names: list[str], rows: list[list[str]]) -> pl.DataFrame:
    pl = need_polars()
    width = len(names)
    even = (row[:width] + [""] * (width - len(row)) for row in rows)
    columns = list(zip(*even, strict=True)) or [()] * width
    return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String))
