"""A file of format 2 taken apart, and put together again with checksums that hold, whatever was changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

DTYPES = {"F64": 8, "F32": 4, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}


@dataclass
class Entry:
    """An array as the header has it, and its bytes; `offsets` where they are not to be those that follow."""

    dtype: str
    shape: list[Any]
    data: bytes
    offsets: list[Any] | None = None


@dataclass
class Parts:
    """A file's document and arrays. `text` stands for the document where it is no JSON any more."""

    document: Any
    arrays: dict[str, Entry]
    text: bytes | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    head: bytes | None = None
    length: int | None = None

    def body(self) -> bytes:
        """The document as bytes, as it will be."""
        return json.dumps(self.document, separators=(",", ":")).encode() if self.text is None else self.text


def parts_of(data: bytes) -> Parts:
    """Take a good file apart."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    del header["__metadata__"]
    arrays = {}
    for name, entry in header.items():
        start, stop = (8 + length + at for at in entry["data_offsets"])
        arrays[name] = Entry(entry["dtype"], entry["shape"], data[start:stop])
    document = json.loads(arrays.pop("document").data)
    return Parts(document, arrays)


def sealed(parts: Parts) -> bytes:
    """The file, with the checksums of what it now holds."""
    data = b"".join(entry.data for entry in parts.arrays.values())
    if parts.text is None and isinstance(parts.document, dict) and "sha256" in parts.document:
        parts.document["sha256"] = hashlib.sha256(data).hexdigest()
    body = parts.body()
    metadata = {"format": "glassprop", "version": "2", "sha256": hashlib.sha256(body).hexdigest(), **parts.metadata}
    header: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for name, entry in [*parts.arrays.items(), ("document", Entry("U8", [len(body)], body))]:
        stop = at + len(entry.data)
        header[name] = {"dtype": entry.dtype, "shape": entry.shape, "data_offsets": entry.offsets or [at, stop]}
        at = stop
    head = json.dumps(header, separators=(",", ":")).encode() if parts.head is None else parts.head
    head += b" " * (-len(head) % 8)
    length = len(head) if parts.length is None else parts.length
    return length.to_bytes(8, "little") + head + data + body
