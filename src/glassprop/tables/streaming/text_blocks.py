"""A text file cut into blocks of whole rows, and what is in a block: found once, in a pass that types the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.tables.reading.even_rows import read_even_rows
from glassprop.tables.reading.fields import look_at_fields
from glassprop.tables.reading.header_again import without_header_again
from glassprop.tables.reading.quotes import QUOTED
from glassprop.tables.reading.surplus import retyped
from glassprop.tables.reading.typed import Typed, Words, typed_columns
from glassprop.tables.reading.uneven_rows import UnevenRows
from glassprop.tables.streaming.text_form import TextForm, byte_lines
from glassprop.tables.streaming.without_quotes import without_quotes
from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

BLOCK = 2 << 20  # bytes
_QUOTE, _NEWLINE = b'"\n'
_SHOWN = 3


@dataclass(frozen=True)
class Block:
    """Whole rows of a file.

    Attributes
    ----------
    start, end : int
        Its bytes.
    first_line : int
        The number of its first line in the file, from 1.
    rows : int
        Those of the table.
    again : bool
        Whether some of its rows repeat the header.
    """

    start: int
    end: int
    first_line: int
    rows: int = 0
    again: bool = False


def cut(form: TextForm) -> Iterator[tuple[Block, bytes]]:
    """All blocks of a file, with what is in them.

    Raises
    ------
    TableError
        A quotation mark is not closed.
    """
    start, line = form.start, form.lines + 1
    while start < form.end:
        size = BLOCK
        while True:
            data = form.file.part(start, min(start + size, form.end))
            last = start + len(data) == form.end
            end = len(data) if last else rows_end(data, form.separator.encode())
            if end:
                break
            if size > 2 * BLOCK + 4 * csv.field_size_limit():
                raise TableError(
                    f"{form.file.name}: a quotation mark is opened and not closed, or a row is longer than {size:,} "
                    f"bytes, in the rows from line {line} on: close it, or write a Parquet file"
                )
            size *= 2
        yield Block(start, start + end, line), data[:end]
        start, line = start + end, line + data[:end].count(b"\n")


def rows_end(data: bytes, separator: bytes) -> int:
    """Where the last whole row ends: behind a line feed that stands in no quotes; 0 if there is none."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    codes = np.frombuffer(b"\n" + data + b"\n", dtype=np.uint8)
    quotes, feeds = np.flatnonzero(codes == _QUOTE), np.flatnonzero(codes[1:-1] == _NEWLINE) + 1
    if not _open_cells(codes, quotes, separator):
        return _end_by_cells(data, separator)
    outside = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
    return int(outside[-1]) if len(outside) else 0


def _open_cells(codes: np.ndarray, quotes: np.ndarray, separator: bytes) -> bool:
    """Whether each quotation mark opens a cell, closes it, or is doubled within: then two and two belong together."""
    beside = np.zeros(256, dtype=bool)
    beside[[*separator, *b'\n\r "']] = True
    return bool(beside[codes[quotes[0::2] - 1]].all() and beside[codes[quotes[1::2] + 1]].all())


def _end_by_cells(data: bytes, separator: bytes) -> int:
    """The same where quotation marks stand within cells as well: row by row, as Python's reader finds them."""
    lines, done, before = byte_lines(data), 0, 0
    reader = csv.reader(iter(lines), delimiter=separator.decode(), skipinitialspace=True)
    with suppress(csv.Error):  # it is for the reader of the block to say what is wrong
        for _ in reader:
            done, before = before, reader.line_num
    if before and lines[before - 1].endswith("\n") and _is_closed(lines[done:before], separator):
        done = before
    return sum(map(len, lines[:done]))


def _is_closed(lines: list[str], separator: bytes) -> bool:
    try:
        list(csv.reader(iter(lines), delimiter=separator.decode(), skipinitialspace=True, strict=True))
    except csv.Error as error:
        return "unexpected end of data" not in str(error)
    return True


@dataclass
class ReadBlock:
    """What was read of a block.

    Attributes
    ----------
    typed : Typed
    short : Note or None
        On lines that lack fields.
    repeated : list of int
        The places of rows that repeat the header, from 1, among the others.
    marked, unmarked : set of str
        Columns in which something stands in quotes, and in which something stands without.
    """

    typed: Typed
    short: Note | None = None
    repeated: list[int] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)
    unmarked: set[str] = field(default_factory=set)


def read_block(form: TextForm, block: Block, data: bytes, as_text: Words, plain: frozenset[str]) -> ReadBlock:
    """The rows of a block.

    Parameters
    ----------
    form : TextForm
    block : Block
    data : bytes
        What is in it.
    as_text : dict of str to collection of str
        Columns that stay text.
    plain : frozenset of str
        Columns in which quotes tell nothing.

    Raises
    ------
    TableError
        As for a file read whole.
    """
    asked = dict.fromkeys(form.names, MISSING) | dict(as_text) if block.again else as_text
    found = _read(form, block, data, asked, plain)
    if (again := without_header_again(found.typed.frame)) is not None:
        frame, found.repeated = again
        found.typed = retyped(found.typed, frame, as_text)
    return found


def _read(form: TextForm, block: Block, data: bytes, as_text: Words, plain: frozenset[str]) -> ReadBlock:
    text = form.text(data)
    if not text.partition(b"\n")[2].strip():
        none = need_polars().DataFrame(schema=dict.fromkeys(form.names, need_polars().String))
        return ReadBlock(typed_columns(none, as_text))
    typed = read_even_rows(text, form.separator, lambda _: form.names, as_text)
    if typed is not None:
        return ReadBlock(typed, unmarked=_filled(typed.frame, text, form.separator))
    if (found := _quickly(form, text, as_text)) is not None:
        return found
    notes: list[Note] = []
    rows = UnevenRows(form.file.name, form.separator, block.first_line - 2, notes)
    frame = rows.read(text.decode(), lambda _: form.names)
    has_marks = b'"' in data
    typed = typed_columns(frame, as_text, has_marks=has_marks, unmarked=plain)
    marked, unmarked = _marks(frame) if has_marks else (set(), set(form.names))
    return ReadBlock(typed, notes[0] if notes else None, [], marked, unmarked)


def _filled(frame: pl.DataFrame, text: bytes, separator: str) -> set[str]:
    """Columns in which something stands, if only a word for "missing"."""
    nothing = [column.name for column in frame.iter_columns() if column.null_count() == len(column)]
    fields = look_at_fields(text, separator) if nothing else None
    if fields is not None:
        nothing = [name for name in nothing if fields.empty[frame.columns.index(name)] == fields.rows]
    return set(frame.columns) - set(nothing)


def _quickly(form: TextForm, text: bytes, as_text: Words) -> ReadBlock | None:
    """Rows with quotes that can be left out."""
    header, _, data = text.partition(b"\n")
    words = MISSING.union(*as_text.values())
    plain = without_quotes(data, form.separator, len(form.names), words) if b'"' in data else None
    if plain is None:
        return None
    typed = read_even_rows(header + b"\n" + plain.data, form.separator, lambda _: form.names, as_text)
    if typed is None:
        return None
    typed = replace(typed, frame=plain.put_back(typed.frame))
    marked, unmarked = (
        {name for name, some in zip(form.names, columns.tolist(), strict=True) if some}
        for columns in (plain.marked, plain.unmarked)
    )
    return ReadBlock(typed, marked=marked, unmarked=unmarked)


def _marks(frame: pl.DataFrame) -> tuple[set[str], set[str]]:
    """Columns in which something stands in quotes, and in which something stands without."""
    pl = need_polars()
    marked: Any = pl.all().str.starts_with(QUOTED)
    empty = pl.all().str.strip_chars() == ""
    with_marks, without = frame.select(marked.any()).row(0), frame.select((~marked & ~empty).any()).row(0)
    return (
        {name for name, some in zip(frame.columns, with_marks, strict=True) if some},
        {name for name, some in zip(frame.columns, without, strict=True) if some},
    )
