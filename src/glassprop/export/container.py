"""The bytes of a model file: a JSON document and arrays, laid out as safetensors has it; nothing is compressed.

Eight bytes give the length of the header (little-endian), then comes the header, one JSON object, then the data,
without gaps. The header's ``__metadata__`` says that this is ours, the format's number, and the SHA-256 of the
document, which is the array ``document`` of bytes; the document has the SHA-256 of all that lies before it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, BinaryIO

import numpy as np

from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Entry

FORMAT = 2
MAGIC = b'{"__metadata__":{"format":"glassprop",'
DOCUMENT = "document"
# The safetensors names of what arrays may hold; all little-endian.
DTYPES = {
    "F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
_NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
_MOST_HEADER, _MOST_DOCUMENT = 1 << 24, 1 << 26  # bytes
_MOST_AXES = 4


class FileArrays:
    """The arrays of a file: known by name, dtype and shape at once; read when they are taken, each of them once."""

    def __init__(self, file: BinaryIO, data_at: int, entries: dict[str, Entry], budget: Budget) -> None:
        self._file, self._data_at, self.entries, self.budget = file, data_at, entries, budget
        self.taken: set[str] = set()
        self.foreign: Any = None
        self.levels = 0

    def left(self) -> list[str]:
        """Names of the arrays that were not taken."""
        return [name for name in self.entries if name not in self.taken and name != DOCUMENT]

    def document(self) -> bytes:
        """The document, as it stands."""
        entry = self.entries[DOCUMENT]
        self._file.seek(self._data_at + entry.start)
        return self._file.read(entry.stop - entry.start)

    def entry(self, name: str) -> Entry:
        """What the array of that name is, before it is read; Misfit if there is none, or if it was taken already."""
        if name not in self.entries or name in self.taken or name == DOCUMENT:
            raise Misfit("", f"array {name[:60]!r} is not in the file, or is asked for twice")
        return self.entries[name]

    def take(self, name: str) -> np.ndarray:
        """Read it."""
        entry = self.entry(name)
        self.taken.add(name)
        array = np.empty(entry.shape, dtype=entry.dtype)
        self._file.seek(self._data_at + entry.start)
        if array.size and self._file.readinto(_bytes_of(array)) != array.nbytes:  # type: ignore[attr-defined]
            raise Misfit("", f"array {name[:60]!r} is cut short")
        return array.astype(entry.dtype.newbyteorder("="), copy=False)

    def digest(self) -> str:
        """The SHA-256 of all arrays but the document."""
        digest = hashlib.sha256()
        self._file.seek(self._data_at)
        left = self.entries[DOCUMENT].start
        while left > 0:
            part = self._file.read(min(left, 1 << 20))
            if not part:
                raise Misfit("", "the data is cut short")
            digest.update(part)
            left -= len(part)
        return digest.hexdigest()


def chunks(document: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Iterator[bytes | memoryview]:
    """The file, part by part. The same document and arrays give the same bytes."""
    straight = {name: _little(array) for name, array in arrays.items()}
    order = sorted(straight, key=lambda name: (-straight[name].itemsize, name))  # so that each lies aligned
    digest = hashlib.sha256()
    for name in order:
        digest.update(_bytes_of(straight[name]))
    body = to_bytes({**document, "sha256": digest.hexdigest()})
    header: dict[str, Any] = {
        "__metadata__": {"format": "glassprop", "version": str(FORMAT), "sha256": hashlib.sha256(body).hexdigest()}
    }
    at = 0
    for name in order:
        array = straight[name]
        header[name] = _described(_NAMES[array.dtype], array.shape, at, at := at + array.nbytes)
    header[DOCUMENT] = _described("U8", (len(body),), at, at + len(body))
    head = to_bytes(header)
    head += b" " * (-len(head) % 8)
    yield len(head).to_bytes(8, "little")
    yield head
    for name in order:
        yield _bytes_of(straight[name])
    yield body


def _described(dtype: str, shape: tuple[int, ...], start: int, stop: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, stop]}


def is_ours(head: bytes) -> bool:
    """Whether a file that begins so is one of these, of whatever number."""
    return head[8 : 8 + len(MAGIC)] == MAGIC


def opened(file: BinaryIO, start: int = 0) -> tuple[dict[str, Any], FileArrays]:
    """The document of a file, and its arrays, not yet read. All sizes are checked against the file's own.

    start: how many bytes come before, and have been read.

    Raises
    ------
    Misfit
        What the file says of itself does not hold.
    NewerFormat
        Its number is beyond `FORMAT`.
    """
    size = os.fstat(file.fileno()).st_size - start
    length = int.from_bytes(file.read(8), "little")
    if not len(MAGIC) <= length <= min(_MOST_HEADER, size - 8):
        raise Misfit("", f"its header would have {length:,} bytes")
    budget = Budget()
    header = from_text(_ascii(file.read(length), "header"), "header", budget)
    metadata = header.pop("__metadata__", None)
    version = metadata.get("version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not version.isascii() or not version.isdecimal():
        raise Misfit("header", "it does not say its format's number")
    if version != str(FORMAT):
        raise NewerFormat(version[:12])
    arrays = FileArrays(file, start + 8 + length, _entries(header, size - 8 - length), budget)
    budget.left += arrays.entries[DOCUMENT].start
    return _document(arrays, metadata), arrays


class NewerFormat(Exception):
    """The file has a format's number that this version does not know; the number is the message."""


def _entries(header: dict[str, Any], size: int) -> dict[str, Entry]:
    """The arrays as the header describes them: without gaps, overlaps or remains, the document last."""
    found: dict[str, Entry] = {}
    at = 0
    for name, description in header.items():
        if not isinstance(description, dict) or description.keys() != {"dtype", "shape", "data_offsets"}:
            raise Misfit("header", f"array {name[:60]!r} is not described by dtype, shape and data_offsets")
        dtype, shape, offsets = description["dtype"], description["shape"], description["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise Misfit("header", f"array {name[:60]!r} is of no dtype that a model file may hold")
        if not _are_counts(shape) or len(shape) > _MOST_AXES or not _are_counts(offsets) or len(offsets) != 2:
            raise Misfit("header", f"array {name[:60]!r} has no shape, or no place")
        kind, (start, stop) = np.dtype(DTYPES[dtype]), offsets
        if start != at or stop - start != prod(shape) * kind.itemsize:
            raise Misfit("header", f"array {name[:60]!r} does not have the bytes that its shape needs")
        found[name] = Entry(kind, tuple(shape), start, stop)
        at = stop
    if at != size:
        raise Misfit("header", f"the arrays have {at:,} bytes, and the file has {size:,} for them")
    if next(reversed(found), None) != DOCUMENT or found[DOCUMENT].dtype != np.uint8:
        raise Misfit("header", "the document is missing")
    return found


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 50 for value in values)


def _document(arrays: FileArrays, metadata: dict[str, Any]) -> dict[str, Any]:
    entry = arrays.entries[DOCUMENT]
    if entry.stop - entry.start > _MOST_DOCUMENT:
        raise Misfit("document", f"it has {entry.stop - entry.start:,} bytes, more than {_MOST_DOCUMENT:,}")
    return from_text(_document_text(arrays, metadata), "document", arrays.budget)


def _document_text(arrays: FileArrays, metadata: dict[str, Any]) -> str:
    """The document as text; its bytes are gone before it is parsed."""
    body = arrays.document()
    if hashlib.sha256(body).hexdigest() != metadata.get("sha256"):
        raise Misfit("document", "its checksum is another")
    return _ascii(body, "document")


def _ascii(data: bytes, what: str) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise Misfit(what, "it is not ASCII") from error


def to_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON in ASCII, without spaces, so that one value has one text."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def from_text(text: str, what: str, budget: Budget) -> dict[str, Any]:
    """The object that `text` is the JSON of.

    Raises
    ------
    Misfit
        It is not one JSON object, has a key twice, or parsing it would take more memory than is left.
    """
    budget.spend_on_json(text, what)
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Misfit(what, f"it is not the JSON of one ({str(error)[:80]})") from error
    if not isinstance(value, dict):
        raise Misfit(what, "it is not a JSON object")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _little(array: np.ndarray) -> np.ndarray:
    """In C order, little-endian."""
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)


def _bytes_of(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data
