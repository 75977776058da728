"""Zip archives that are believed in nothing: the sizes of members and of the arrays in them, before they are read."""

from __future__ import annotations

import io
import json
from math import prod
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np

from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit

_GROWTH, _ALLOWANCE = 25, 1 << 22  # bytes that an archive may unpack to for each of its own, and at least
_MOST_JSON = 1 << 26
_MOST_DIRECTORY = 1 << 20  # bytes: some ten thousand members
_END, _TAIL = b"PK\x05\x06", (1 << 16) + 22  # where an archive says how large its directory is
_AT_ONCE = 1 << 20


def check_directory(file: BinaryIO) -> None:
    """Refuse an archive whose directory is so large that its entries alone would fill the memory.

    Raises
    ------
    Misfit
    """
    size = file.seek(0, 2)
    file.seek(max(size - _TAIL, 0))
    tail = file.read()
    file.seek(0)
    at = tail.find(_END)
    while at >= 0:
        if int.from_bytes(tail[at + 12 : at + 16], "little") > _MOST_DIRECTORY:
            raise Misfit("", "its directory is far too large for a model")
        at = tail.find(_END, at + 1)


def checked_members(archive: ZipFile, size: int) -> dict[str, int]:
    """The members' sizes; refuses an archive that would unpack to far more than it has bytes.

    Raises
    ------
    Misfit
    """
    members = {info.filename: info.file_size for info in archive.infolist()}
    total = sum(info.file_size for info in archive.infolist())
    if total > _GROWTH * size + _ALLOWANCE:
        raise Misfit("", f"it would unpack to {total:,} bytes: not a model file")
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in archive.infolist()):
        raise Misfit("", "it is packed in a way that unpacks without a limit: not a model file")
    for name in members:
        if name.endswith(".npy"):
            with archive.open(name) as member:
                _check_header(member, members[name])
    return members


def _check_header(member: Any, size: int) -> tuple[np.dtype, tuple[int, ...], bool, int]:
    """What a member says it holds: numbers, flags or text, and exactly as much as there is."""
    head = io.BytesIO(member.read(20_000))
    try:
        version = np.lib.format.read_magic(head)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, by_columns, dtype = read(head)
    except Exception as error:  # NumPy raises many things on what is no array of its own
        pickled = " (a Python pickle, which is never opened: loading one runs its code)" if _pickled(head) else ""
        raise Misfit("", f"an array cannot be read{pickled}") from error
    if dtype.hasobject:
        raise Misfit("", "an array holds a Python pickle, which is never opened: loading one runs its code")
    if not _is_plain(dtype):
        raise Misfit("", f"an array holds {dtype}, which is neither numbers nor text")
    if len(shape) > 4 or any(n < 0 for n in shape) or prod(shape) * dtype.itemsize != size - head.tell():
        raise Misfit("", "an array does not have the bytes that its shape needs")
    return dtype, shape, by_columns, head.tell()


def _is_plain(dtype: np.dtype) -> bool:
    """Whether it is of numbers or text; or of rows of numbers by name, as trees are, which only trust lets in."""
    if dtype.names:
        parts = [dtype.fields[name][0] for name in dtype.names] if dtype.fields else []
        return len(parts) <= 100 and all(part.kind in "fiub" and not part.subdtype for part in parts)
    return dtype.kind in "fiubU" and not dtype.subdtype


def _pickled(head: io.BytesIO) -> bool:
    return head.getvalue()[:1] == b"\x80"


def array_in(archive: ZipFile, name: str) -> np.ndarray:
    """The array in a member.

    Raises
    ------
    Misfit
    """
    with archive.open(name) as member:
        dtype, shape, by_columns, start = _check_header(member, archive.getinfo(name).file_size)
    flat = np.empty(prod(shape), dtype=dtype)
    with archive.open(name) as member:
        member.read(start)
        _fill(flat.view(np.uint8).data if flat.nbytes else memoryview(bytearray()), member)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _fill(into: memoryview, member: Any) -> None:
    """Read into place, part by part, so that the bytes are not there twice."""
    at = 0
    while at < len(into):
        part = member.read(min(_AT_ONCE, len(into) - at))
        if not part:
            raise Misfit("", "an array is cut short")
        into[at : at + len(part)] = part
        at += len(part)


def from_json(data: bytes, budget: Budget) -> Any:
    """JSON of bounded size and number of values; its bytes count too, for they come of far fewer.

    Raises
    ------
    Misfit
    """
    if len(data) > _MOST_JSON:
        raise Misfit("", "its description is too long")
    budget.spend(2 * len(data), "its description")
    try:
        text = data.decode()
        budget.spend_on_json(text, "its description")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Misfit("", f"its description cannot be read ({str(error)[:80]})") from error
