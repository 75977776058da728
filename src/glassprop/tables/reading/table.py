"""A table as it was read, and `read_table`: from a file name, standard input or a built-in name to one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from glassprop.errors import TableError
from glassprop.ground.text import LONGEST, quoted, shown
from glassprop.tables.reading.binary_file import read_arrow, read_parquet, with_text
from glassprop.tables.reading.builtin import BUILT_IN, read_builtin
from glassprop.tables.reading.text_file import read_text
from glassprop.tables.reading.typed import Words
from glassprop.tables.values.packages import need_polars, panics_as

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}
_PARQUET = (".parquet", ".pq")
_ARROW = (".arrow", ".feather", ".ipc")
_KNOWN = "a .csv, .tsv, .parquet or .arrow file, - for standard input, or one of " + ", ".join(BUILT_IN)
_SOME = 4096  # bytes: where these are not blank, the others need no look
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip or spreadsheet",
    b"\xd0\xcf\x11\xe0": "old spreadsheet",
}


@dataclass(frozen=True)
class Table:
    """Rows and named columns, with what was said about them on the way in.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per example.
    name : str
        Where it came from, for messages.
    target : str or None
        The target column, where the table knows it (built-in data sets).
    notes : tuple of str
        Every repair made while reading, one line each.
    words : dict of str to tuple of str
        By column of text in a text file: the words, in lower case, that stand for "missing" in it and are null here.
        Other tables have null where they say so, and text is what it says.
    quoted : frozenset of str
        Those of these columns in which such a word is a value where it stands in quotes.
    """

    frame: pl.DataFrame
    name: str
    target: str | None = None
    notes: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()

    def text_columns(self) -> dict[str, tuple[str, ...]]:
        """For ``read_table(..., as_text=)`` of a file that is to be read like this one."""
        text = need_polars().String
        return {name: self.words.get(name, ()) for name, kind in self.frame.schema.items() if kind == text}


def read_table(source: str, *, stdin: BinaryIO | None = None, as_text: Words | None = None) -> Table:
    """Read a table.

    Parameters
    ----------
    source : str
        The name of a .csv, .tsv, .parquet or .arrow file; ``-`` for CSV on standard input; or a built-in
        name: digits, iris, wine, breast_cancer, diabetes (``./iris`` is a file of that name).
    stdin : binary file, optional
        Read for ``-``; standard input by default.
    as_text : dict of str to collection of str, optional
        Columns of a text file that stay text whatever they look like, so that ``1E2`` alone in a file is not 100.0;
        with the words, in lower case, that stand for "missing" in them where they are not in quotes. Of all other
        columns, those of plain numbers become numbers, if that loses nothing.

    Raises
    ------
    TableError
        If there is no such file, or it cannot be read rightly; one line.
    MissingPackageError
        If polars is not installed.

    Examples
    --------
    >>> table = read_table("iris")
    >>> table.frame.shape, table.target
    ((150, 5), 'species')
    """
    need_polars()
    if source in BUILT_IN:
        frame, target = read_builtin(source)
        return Table(frame, source, target)
    if source == "-":
        data = (stdin if stdin is not None else sys.stdin.buffer).read()
        return _from_bytes(data, "standard input", ".csv", as_text or {})
    return _from_bytes(_bytes_of(source), shown(source), Path(source).suffix.lower(), as_text or {})


def _bytes_of(source: str) -> bytes:
    path = Path(source)
    suffix = path.suffix.lower()
    if not os.path.exists(source):  # False, too, for a name that no system allows
        near = get_close_matches(source[:LONGEST], BUILT_IN, n=1)
        hint = f"did you mean the built-in {near[0]}?" if near else f"give {_KNOWN}"
        raise TableError(f"there is no file {quoted(source)}: {hint}")
    if path.is_dir():
        raise TableError(f"{quoted(source)} is a folder: give {_KNOWN}")
    if suffix not in (*_SEPARATORS, *_PARQUET, *_ARROW):
        raise TableError(f"the kind of the file {quoted(source)} is not known from its ending: give {_KNOWN}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(f"{quoted(source)} cannot be read: {error.strerror or error}") from error


def _from_bytes(data: bytes, name: str, suffix: str, as_text: Words) -> Table:
    if not data[:_SOME].strip() and not data.strip():
        raise TableError(f"{name} is empty ({len(data)} bytes): give a table with a header and rows")
    for magic, kind in _COMPRESSED.items():
        if data.startswith(magic):
            raise TableError(f"{name} holds {kind} data, not a table: unpack it, or export it as CSV, first")
    with panics_as(TableError, f"{name} cannot be read"):
        return _of_kind(data, name, suffix, as_text)


def _of_kind(data: bytes, name: str, suffix: str, as_text: Words) -> Table:
    if suffix in _PARQUET or data.startswith(b"PAR1"):
        frame = read_parquet(data, name)
    elif suffix in _ARROW or data.startswith(b"ARROW1"):
        frame = read_arrow(data, name)
    else:
        typed, notes = read_text(data, name, _SEPARATORS.get(suffix), as_text)
        return Table(typed.frame, name, None, tuple(notes), typed.words, typed.quoted)
    if frame.width == 0 or frame.height == 0:
        raise TableError(f"{name} has a header but no rows: give a table with at least one row")
    return Table(with_text(frame), name)
