"""Encoded rows that are kept for the next epoch: in memory where they are few, else in a bounded scratch file."""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix

from glassprop.errors import SettingsError, TableError
from glassprop.ground.sizes import size_of, size_text
from glassprop.ground.text import first_line, quoted
from glassprop.tables.streaming.compact_rows import CompactRows

Key = tuple[int, int]  # lane, piece

_SHARE = 0.5  # of what is free where no size is said
# Magic word, lane, piece, rows; bytes of each array, 0 where there is none; their checksum.
_ARRAYS = 7
_HEADER = struct.Struct(f"<8s3q{_ARRAYS}qI")
_MAGIC = b"glassprp"


class KeptInMemory:
    """All that is put there."""

    def __init__(self) -> None:
        self._rows: dict[Key, CompactRows] = {}

    def get(self, key: Key) -> CompactRows | None:
        """A piece of a lane; None if it is not there."""
        return self._rows.get(key)

    def put(self, key: Key, rows: CompactRows) -> None:
        """Keep a piece."""
        self._rows[key] = rows

    def close(self) -> None:
        """Forget all."""
        self._rows.clear()


@dataclass(frozen=True)
class ScratchSettings:
    """Where a scratch file is made, and how large it may become.

    Attributes
    ----------
    folder : str
    bound : int
        Bytes.
    """

    folder: str
    bound: int

    @classmethod
    def of(cls, said: str | os.PathLike[str]) -> ScratchSettings:
        """A size, such as ``20GB``, for a file among temporary ones; or a folder, half of whose room may be used.

        Raises
        ------
        SettingsError
            It is neither; or there is not as much room.
        """
        name = os.fspath(said) if isinstance(said, str | os.PathLike) else ""
        bound = size_of(name)
        folder = tempfile.gettempdir() if bound else name
        if not name or not Path(folder).is_dir():
            raise SettingsError(f"scratch {quoted(said)} is neither a size, such as 20GB, nor a folder that is there")
        free = shutil.disk_usage(folder).free
        if not bound:
            return cls(folder, int(_SHARE * free))
        if bound > free:
            raise SettingsError(f"scratch {quoted(said)}: {folder} has {size_text(free)} left: say less, or a folder")
        return cls(folder, bound)


class Scratch:
    """A file of encoded rows, written piece by piece as they are first read, up to a bound.

    It has no name as soon as it is open, where the system allows that, so that nothing is left of it, whatever ends the
    program. Pieces for which there is no more room are read anew from the table.
    """

    def __init__(self, settings: ScratchSettings) -> None:
        try:
            self._file = tempfile.TemporaryFile(dir=settings.folder, prefix="glassprop-")  # noqa: SIM115  # see `close`
        except OSError as error:
            raise TableError(
                f"no scratch file can be made in {quoted(settings.folder)}: {first_line(error)}"
            ) from error
        weakref.finalize(self, self._file.close)
        self._bound, self._end = settings.bound, 0
        self._places: dict[Key, _Place] = {}
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._end

    def put(self, key: Key, rows: CompactRows) -> None:
        """Keep a piece, if there is room for it."""
        parts, made = _packed(rows)
        lengths = [part.nbytes for part in parts]
        header = _HEADER.pack(_MAGIC, *key, len(rows), *lengths, _check(parts))
        size = len(header) + sum(lengths)
        with self._lock:
            if key in self._places or self._end + size > self._bound:
                return
            try:
                self._file.seek(self._end)
                self._file.write(header)
                for part in parts:
                    self._file.write(part)
                self._file.flush()
            except OSError:  # the disk is full: what is there already is still of use
                self._bound = 0
                return
            self._places[key] = _Place(self._end, header, lengths, made)
            self._end += size

    def get(self, key: Key) -> CompactRows | None:
        """A piece of a lane; None if it is not there.

        Raises
        ------
        TableError
            What is read is not what was written.
        """
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return None
            self._file.seek(place.start)
            header = self._file.read(len(place.header))
            parts = [self._file.read(length) for length in place.lengths]
        if header != place.header or _check(parts) != _HEADER.unpack(header)[-1]:
            raise TableError(
                "the scratch file holds something else than was written to it: start again, in another folder"
            )
        return place.made(parts)

    def close(self) -> None:
        """Remove it."""
        self._file.close()


@dataclass(frozen=True)
class _Place:
    """Where a piece is in the file, what stands before it, and what makes rows of it."""

    start: int
    header: bytes
    lengths: list[int]
    made: Callable[[list[bytes]], CompactRows]


def _check(parts: Sequence[bytes | memoryview]) -> int:
    found = 0
    for part in parts:
        found = crc32(part, found)
    return found


def _packed(rows: CompactRows) -> tuple[list[memoryview], Callable[[list[bytes]], CompactRows]]:
    """The arrays of rows as bytes, and what makes rows of these bytes."""
    terms, none = rows.terms, np.empty(0)
    sparse = [none] * 3 if terms is None else [terms.data, terms.indices, terms.indptr]
    weight = none if rows.weight is None else rows.weight
    arrays = [rows.numbers, rows.places, rows.Y, weight, *sparse]
    kinds = [(array.dtype, array.shape) for array in arrays]
    has_terms, has_weight, width = terms is not None, rows.weight is not None, 0 if terms is None else terms.shape[1]

    def made(parts: list[bytes]) -> CompactRows:
        read: list[Any] = [
            np.frombuffer(part, kind).reshape(shape) for part, (kind, shape) in zip(parts, kinds, strict=True)
        ]
        numbers, places, Y, weights, *entries = read
        kept = csr_matrix(tuple(entries), shape=(len(Y), width), copy=False) if has_terms else None
        return CompactRows(numbers, places, kept, Y, weights if has_weight else None)

    return [np.ascontiguousarray(array).reshape(-1).view(np.uint8).data for array in arrays], made
