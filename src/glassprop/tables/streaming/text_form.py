"""How a text file that is read in blocks is to be read: found from its beginning and its end, as of one read whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.tables.reading.below_table import Below, look_below
from glassprop.tables.reading.encoding import as_utf8, wide_encoding
from glassprop.tables.reading.grouped import columns_in_groups
from glassprop.tables.reading.spaced import tabs_for_spaces, with_tabs
from glassprop.tables.reading.surplus import units_told
from glassprop.tables.reading.text_file import columns_below, made_header, told_above, told_below
from glassprop.tables.reading.text_layout import Layout, look_at_layout
from glassprop.tables.reading.typed import Words
from glassprop.tables.streaming.rewriting import in_utf8
from glassprop.tables.streaming.source_file import SourceFile

HEAD = 4 << 20  # bytes that are looked at to find what a file is
TRIED = 1 << 18  # bytes in which the header stands
_TAIL = 1 << 20  # bytes in which the end of the table is looked for
_PIECE = 8 << 20  # bytes whose encoding is looked at together
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class TextForm:
    """What is to be known of a text file to read any part of it.

    Attributes
    ----------
    file : SourceFile
    encoding : str
        As Python calls it.
    separator : str
    spaced : bool
        Whether columns are aligned by spaces, which are to become separators.
    names : list of str
    start, end : int
        The bytes at which the first row below the header begins, and behind the last row.
    lines : int
        Lines above the first row.
    as_text : dict of str to collection of str
        Columns that stay text whatever they look like.
    notes : tuple of Note
    """

    file: SourceFile
    encoding: str
    separator: str
    spaced: bool
    names: list[str]
    start: int
    end: int
    lines: int
    as_text: Words
    notes: tuple[Note, ...]

    def text(self, data: bytes) -> bytes:
        """Rows of the file in UTF-8, with separators, under a line that stands for the header."""
        data = _as_utf8(data, self.encoding)
        data = with_tabs(data) if self.spaced else data
        return self.separator.join(["_"] * len(self.names)).encode() + b"\n" + data


def text_form(file: SourceFile, separator: str | None, as_text: Words) -> TextForm:
    """Look at the beginning and the end of a file, and at all of it for the encoding.

    Raises
    ------
    TableError
        Binary data, text in an encoding that cannot be read in blocks, no rows, or a header that cannot be told.
    """
    name, notes, encoding = file.name, list[Note](), _encoding(file)
    raw = file.part(0, HEAD)
    raw = raw if len(raw) == file.size else raw[: raw.rfind(b"\n") + 1]
    head = as_utf8(raw, name, notes) if encoding == "utf-8" else _as_utf8(raw, encoding)
    if encoding != "utf-8":
        notes.append(Note(f"{name}: not UTF-8; read as {encoding}", "encoding"))
    tabbed = tabs_for_spaces(head) if separator is None else None
    text, given = (head, separator) if tabbed is None else (tabbed, "\t")
    if tabbed is not None:
        notes.append(Note(f"{name}: columns are separated by spaces", "separator"))
    layout = look_at_layout(text, given)
    top = _top(raw, layout, one_line=tabbed is not None)
    end, below = _end(file, top.header, layout.separator, encoding, spaced=tabbed is not None)
    notes += [note.of(name) for note in (*told_above(layout, given), *told_below(below))]
    found = text[layout.start :]
    found = found if layout.has_header else made_header(found, layout.separator) + found
    typed = columns_below(found, name, layout, as_text, notes)
    in_groups = columns_in_groups(typed.frame) if not as_text else {}
    start, lines = top.start, top.lines
    if (units := units_told(typed.frame)) is not None:
        notes.append(units.of(name))
        rest = raw[start:]
        start, lines = start + _size(byte_lines(rest)[:1]), lines + 1
    return TextForm(
        file, encoding, layout.separator, tabbed is not None, typed.frame.columns, start, end, lines,
        as_text or in_groups, tuple(note for note in notes if note.kind != "short-rows"),
    )  # fmt: skip


@dataclass(frozen=True)
class _Top:
    """The bytes of the header, where the rows below it begin, and how many lines stand above these."""

    header: bytes
    start: int
    lines: int


def _top(raw: bytes, layout: Layout, *, one_line: bool) -> _Top:
    above = byte_lines(raw[:TRIED])
    lines = layout.lines
    if layout.has_header and not one_line:
        reader = csv.reader(iter(above[lines:]), delimiter=layout.separator, skipinitialspace=True)
        next(reader, None)
        lines += reader.line_num
    elif layout.has_header:
        lines += 1
    start = _size(above[:lines])
    header = raw[_size(above[: layout.lines]) : start] if layout.has_header else _first_line(raw[start:])
    return _Top(header, start, lines)


def _end(file: SourceFile, header: bytes, separator: str, encoding: str, *, spaced: bool) -> tuple[int, Below]:
    """Where the last row ends, and what stands below it."""
    tail = file.part(max(file.size - _TAIL, 0), file.size)
    tail = tail[tail.find(b"\n") + 1 :]
    text = _as_utf8(header + tail, encoding)
    text = with_tabs(text) if spaced else text
    below = look_below(text, separator)
    if below.end == len(text):
        return file.size, below
    kept = text[: below.end].count(b"\n") - header.count(b"\n")
    return file.size - len(tail) + sum(map(len, tail.splitlines(keepends=True)[:kept])), below


def _encoding(file: SourceFile) -> str:
    """Of the whole file: UTF-8, cp1252, or latin-1, which takes every byte.

    Raises
    ------
    TableError
    """
    if (wide := wide_encoding(file.part(0, HEAD))) is not None:
        command = in_utf8(file.path, wide[0])
        raise TableError(f"{file.name} is {wide[0]}, which cannot be read in blocks: write it as UTF-8, {command}")
    found = "utf-8"
    for piece in whole_lines(file, 0, file.size, _PIECE):
        if b"\x00" in piece:
            raise TableError(
                f"{file.name} holds binary data, not text: export it as UTF-8 CSV, or give its right ending"
            )
        if found == "utf-8" and not _is_utf8(piece):
            found = "cp1252"
    if found == "cp1252" and any(_NOT_CP1252.search(piece) for piece in whole_lines(file, 0, file.size, _PIECE)):
        return "latin-1"
    return found


def whole_lines(file: SourceFile, first: int, stop: int, size: int) -> Iterator[bytes]:
    """The bytes [first, stop) of a file, in pieces of about a size that end where lines do.

    Raises
    ------
    TableError
        A line is longer than that.
    """
    while first < stop:
        piece = file.part(first, min(first + size, stop))
        if first + len(piece) < stop:
            end = piece.rfind(b"\n") + 1
            if not end:
                raise TableError(
                    f"{file.name} has a line of more than {size:,} bytes, or its lines end otherwise than with a line "
                    "feed: write it as Parquet, or with line feeds"
                )
            piece = piece[:end]
        yield piece
        first += len(piece)


def _is_utf8(piece: bytes) -> bool:
    if piece.isascii():
        return True
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8(data: bytes, encoding: str) -> bytes:
    return data if encoding == "utf-8" or data.isascii() else data.decode(encoding).encode()


def byte_lines(raw: bytes) -> list[str]:
    """The lines of a text, one character for each byte."""
    return list(io.StringIO(raw.decode("latin-1"), newline=""))


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))


def _first_line(raw: bytes) -> bytes:
    return raw[: raw.find(b"\n") + 1 or len(raw)]
