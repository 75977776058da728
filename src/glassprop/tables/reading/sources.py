"""Where a table comes from: names of files, patterns of names, standard input; and the bytes that are there."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import LONGEST, quoted, shown
from glassprop.tables.reading.builtin import BUILT_IN
from glassprop.tables.reading.excel_file import excel_as_text, is_excel
from glassprop.tables.reading.other_kinds import refuse_other_kinds
from glassprop.tables.reading.unpack import GZIP, ZIP, ZSTANDARD, gunzipped, only_table, unzstandard

SEPARATORS = {".csv": None, ".txt": None, ".data": None, ".dat": None, ".tsv": "\t", ".tab": "\t"}
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc")
PACKED = (".gz", ".zst", ".zip")
EXCEL = (".xlsx", ".xlsm")
ENDINGS = (*SEPARATORS, *PARQUET, *ARROW)
KNOWN = (
    "a .csv, .tsv, .parquet, .arrow or .xlsx file, one of them as .gz, .zst or .zip, several by a pattern such as "
    "'data/*.csv', - for standard input, or one of " + ", ".join(BUILT_IN)
)
_SOME = 4096  # bytes: where these are not blank, the others need no look


@dataclass(frozen=True)
class Content:
    """The bytes of a table.

    Attributes
    ----------
    data : bytes
    name : str
        Where they came from, for messages.
    ending : str
        In lower case: it says what they are, where they do not.
    notes : tuple of Note
        What was done to get at them.
    """

    data: bytes
    name: str
    ending: str
    notes: tuple[Note, ...] = ()


def files_of(source: str | Sequence[str]) -> list[str]:
    """The names that are meant: those that a pattern fits stand in its place, in their order.

    Raises
    ------
    TableError
        A pattern that fits nothing; no name at all.
    """
    names = [source] if isinstance(source, str) else list(source)
    found: list[str] = []
    for name in names:
        if not any(sign in name for sign in "*?[") or os.path.exists(name):
            found.append(name)
            continue
        fitting = sorted(file for file in glob.glob(name, recursive=True) if os.path.isfile(file))
        if not fitting:
            raise TableError(f"there is no file that fits {quoted(name)}: give {KNOWN}")
        found += fitting
    if not found:
        raise TableError(f"no table is named: give {KNOWN}")
    return list(dict.fromkeys(found))


def content_of(source: str) -> Content:
    """The bytes of a file, unpacked.

    Raises
    ------
    TableError
        There is no such file, or it holds no table.
    """
    path = file_at(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{quoted(source)} cannot be read: {error.strerror or error}") from error
    return opened(Content(data, shown(source), path.suffix.lower()), Path(path.stem).suffix.lower())


def file_at(source: str) -> Path:
    """The path of a file of a kind that is known.

    Raises
    ------
    TableError
        There is none.
    """
    path = Path(source)
    if not os.path.exists(source):  # False, too, for a name that no system allows
        near = get_close_matches(source[:LONGEST], BUILT_IN, n=1)
        hint = f"did you mean the built-in {near[0]}?" if near else f"give {KNOWN}"
        raise TableError(f"there is no file {quoted(source)}: {hint}")
    if path.is_dir():
        raise TableError(f"{quoted(source)} is a folder: give {KNOWN}")
    if path.suffix.lower() not in (*ENDINGS, *PACKED, *EXCEL):
        raise TableError(f"the kind of the file {quoted(source)} is not known from its ending: give {KNOWN}")
    return path


def opened(content: Content, within: str = "") -> Content:
    """Unpacked, whatever the ending says, and made delimited text where it is a spreadsheet.

    Parameters
    ----------
    content : Content
    within : str
        The ending before that of what is packed.

    Raises
    ------
    TableError
        It is empty, packed twice, damaged, or of a kind that holds no table.
    """
    data, name = content.data, content.name
    if not data[:_SOME].strip() and not data.strip():
        raise TableError(f"{name} is empty ({len(data)} bytes): give a table with a header and rows")
    for magic, ending, unpacked in ((GZIP, ".gz", gunzipped), (ZSTANDARD, ".zst", unzstandard)):
        if data.startswith(magic):
            inner = Content(unpacked(data, name), name, within if content.ending == ending else content.ending)
            return _once_opened(inner)
    if data.startswith(ZIP):
        if is_excel(data):
            text, notes = excel_as_text(data, name)
            return Content(text, name, ".csv", tuple(notes))
        inside, file = only_table(data, name, ENDINGS)
        return _once_opened(Content(inside, f"{name} ({file})", Path(file).suffix.lower()))
    refuse_other_kinds(data, name)
    if content.ending in (*PACKED, *EXCEL):
        kind = "spreadsheet" if content.ending in EXCEL else f"{content.ending} file"
        note = Note(f"{name}: it is no {kind}, whatever its ending says; read as what it is", "ending")
        return replace(content, ending=within if content.ending in PACKED else ".csv", notes=(note,))
    return content


def _once_opened(content: Content) -> Content:
    data, name = content.data, content.name
    if not data.strip():
        raise TableError(f"{name} holds nothing when it is unpacked: give a table with a header and rows")
    if data.startswith((GZIP, ZSTANDARD, *ZIP)):
        raise TableError(f"{name} is packed more than once: unpack it first")
    refuse_other_kinds(data, name)
    return content
