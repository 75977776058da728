"""Bytes of a text file as UTF-8, whatever they were in."""

from __future__ import annotations

import codecs

from glassprop.errors import TableError
from glassprop.ground.note import Note


def as_utf8(data: bytes, name: str, notes: list[Note]) -> bytes:
    """The text in UTF-8 without a mark; it may come in that, in UTF-16 with a mark, else cp1252, else latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        notes.append(Note(f"{name}: read as UTF-16", "encoding"))
        return data.decode("utf-16", errors="replace").encode()
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
