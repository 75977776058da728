"""Files that hold no table which can be read here, told by their first bytes, whatever they are called."""

from __future__ import annotations

import re

from glassprop.errors import TableError

_SAVE = "save or export the table as CSV"
_UNPACK = "unpack it first"
# How such files begin: what they hold, and what would do.
_BEGINNINGS = {
    b"\xd0\xcf\x11\xe0": ("an old spreadsheet (.xls) or Office document", "save it as .xlsx or CSV"),
    b"BZh": ("bzip2 data", _UNPACK),
    b"\xfd7zXZ\x00": ("xz data", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!": ("a rar archive", _UNPACK),
    b"%PDF": ("a PDF document", _SAVE),
    b"\x89PNG": ("a PNG picture", _SAVE),
    b"\xff\xd8\xff": ("a JPEG picture", _SAVE),
    b"GIF8": ("a GIF picture", _SAVE),
    b"SQLite format 3\x00": ("an SQLite database", _SAVE),
    b"\x89HDF\r\n": ("an HDF5 file", _SAVE),
    b"\x93NUMPY": ("a NumPy array", _SAVE),
    b"MATLAB 5.0": ("a MATLAB file", _SAVE),
    b"ORC": ("an ORC file", "write it as Parquet"),
    b"Obj\x01": ("an Avro file", "write it as Parquet"),
    b"FEA1": ("a Feather file of version 1", "write it as Feather version 2 or Parquet"),
    b"<stata_dta>": ("a Stata file", _SAVE),
    b"$FL2": ("an SPSS file", _SAVE),
    b"RDX2\n": ("R data", _SAVE),
    b"RDX3\n": ("R data", _SAVE),
    b"\x80\x02": ("a Python pickle", _SAVE),
    b"\x80\x03": ("a Python pickle", _SAVE),
    b"\x80\x04": ("a Python pickle", _SAVE),
    b"\x80\x05": ("a Python pickle", _SAVE),
    b"version https://git-lfs": ("the pointer of Git LFS to a file, not the file", "fetch it with git lfs pull"),
}  # fmt: skip
_TEXTS = {
    rb"<(!doctype html|html|head|body|table)\b": ("an HTML page", "fetch the file itself, or save the table as CSV"),
    rb"<\?xml": ("XML", _SAVE),
    rb'\{\s*("[^"]*"\s*:|\}\s*$)|\[\s*[\[{]\s*[-"\[{0-9]': ("JSON", _SAVE),
    rb"(%[^\n]*\n\s*)*@relation\b": ("an ARFF file, as Weka writes it", _SAVE),
    rb"\{\\rtf": ("an RTF document", _SAVE),
}  # fmt: skip
_TAR, _TAR_AT = b"ustar", 257
_SOME = 1024


def refuse_other_kinds(data: bytes, name: str) -> None:
    """Raise a TableError that says what a file holds, where its first bytes tell and it is no table."""
    if (found := other_kind(data)) is not None:
        what, advice = found
        raise TableError(f"{name} holds {what}, not a table: {advice}")


def other_kind(data: bytes) -> tuple[str, str] | None:
    """What a file holds and what would do, where that is nothing that can be read."""
    for beginning, found in _BEGINNINGS.items():
        if data.startswith(beginning) and not (beginning.isalnum() and _is_plain(data[:_SOME])):
            return found
    if data.startswith(_TAR, _TAR_AT):
        return "a tar archive", _UNPACK
    start = data[:_SOME].removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, found in _TEXTS.items():
        if re.match(pattern, start, re.IGNORECASE):
            return found
    return None


def _is_plain(data: bytes) -> bool:
    return data.isascii() and b"\x00" not in data
