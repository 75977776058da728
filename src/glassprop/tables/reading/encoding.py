"""Bytes of a text file as UTF-8, whatever they were in."""

from __future__ import annotations

import codecs

from glassprop.errors import TableError
from glassprop.ground.note import Note

_PAIRS, _MOSTLY = 2_000, 0.7


def as_utf8(data: bytes, name: str, notes: list[Note]) -> bytes:
    """The text in UTF-8 without a mark; it may come in that, in UTF-16 or UTF-32, else cp1252, else latin-1."""
    if (wide := wide_encoding(data)) is not None:
        shown, encoding = wide
        notes.append(Note(f"{name}: read as {shown}", "encoding"))
        return data.decode(encoding, errors="replace").removeprefix("\ufeff").encode()
    if b"\x00" in data:
        raise TableError(f"{name} holds binary data, not text: export it as UTF-8 CSV, or give its right ending")
    if data.startswith(codecs.BOM_UTF8):
        notes.append(Note(f"{name}: a byte order mark at the start was left out", "encoding"))
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
        notes.append(Note(f"{name}: not UTF-8; read as {encoding}", "encoding"))
        return text.encode()
    raise TableError(f"{name} cannot be read as text: save it as UTF-8")  # latin-1 takes every byte


def wide_encoding(data: bytes) -> tuple[str, str] | None:
    """The name of an encoding of two or four bytes a sign, and what Python calls it; None if the text has none.

    Those of UTF-32 come first, for one of its marks begins like one of UTF-16. Without a mark, text is UTF-16 where
    one byte of nearly every pair is 0, and none of the others.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32", "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16", "utf-16"
    halves = data[: 2 * _PAIRS : 2], data[1 : 2 * _PAIRS : 2]
    for encoding, high, low in (("utf-16-le", halves[1], halves[0]), ("utf-16-be", *halves)):
        if len(data) % 2 == 0 and 0 not in low and high.count(0) > _MOSTLY * len(high):
            return "UTF-16", encoding
    return None
