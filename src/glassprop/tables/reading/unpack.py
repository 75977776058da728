"""What is packed, unpacked in memory: gzip, Zstandard, and the one table in a zip file; never more than a bound."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from glassprop.errors import MissingPackageError, TableError
from glassprop.ground.text import first_line, listed, quoted, shown

GZIP, ZSTANDARD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
_PIECE = 1 << 20
# What a packed file says of its size is not believed: unpacking stops at this many bytes, or at so many times the size
# of the file if that is more, and in any case at the last of the three.
_FREE, _TIMES, _MOST = 1 << 28, 100, 1 << 32
_MOST_ENTRIES = 10_000
_SIP = 256  # bytes of Zstandard given at once: four may stand for 128 KiB


def bound_for(packed: int) -> int:
    """The most bytes that so many packed ones may become."""
    return min(max(_FREE, _TIMES * packed), _MOST)


def gunzipped(data: bytes, name: str) -> bytes:
    """What is in a gzip file, all of its members.

    Raises
    ------
    TableError
        It is damaged, cut short, or becomes larger than the bound.
    """
    with _damage_told(f"{name} is a gzip file that is damaged or cut short"), gzip.open(io.BytesIO(data)) as packed:
        return _read(packed, len(data), name)  # type: ignore[arg-type]  # it reads bytes


def unzstandard(data: bytes, name: str) -> bytes:
    """What is in a Zstandard file, all of its frames.

    Raises
    ------
    TableError
        As for gzip.
    MissingPackageError
        No package that unpacks it piece by piece is installed.
    """
    with _damage_told(f"{name} is a Zstandard file that is damaged or cut short"):
        return _joined(_frames(data, name), len(data), name)


def _frames(data: bytes, name: str) -> Iterator[bytes]:
    """What is in it, by Python itself (3.14) or the package for it; in pieces of a few MiB at most."""
    try:
        from compression import zstd  # type: ignore[import-not-found]
    except ImportError:
        pass
    else:
        with zstd.open(io.BytesIO(data)) as packed:
            yield from iter(lambda: packed.read(_PIECE), b"")
        return
    try:
        from zstandard import ZstdDecompressor
    except ImportError as error:
        raise MissingPackageError(
            f"{name} is a Zstandard file, and unpacking it needs the package zstandard, which is not installed: "
            "pip install 'glassprop[zstd]', or unpack it first"
        ) from error
    place = 0
    while place < len(data):
        frame = ZstdDecompressor().decompressobj()
        while not frame.eof:
            if place >= len(data):
                raise EOFError("its last frame has no end")
            yield frame.decompress(data[place : place + _SIP])
            place += _SIP
        place = min(place, len(data)) - len(frame.unused_data)


def only_table(data: bytes, name: str, endings: tuple[str, ...]) -> tuple[bytes, str]:
    """The one file in a zip file that has one of these endings, and its name.

    Raises
    ------
    TableError
        There is none, or there are several; it needs a password, is damaged, or becomes larger than the bound.
    """
    damaged = _damage_told(f"{name} is a zip or spreadsheet file that is damaged or cut short")
    with damaged, zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
        tables = [entry for entry in files if entry.filename.lower().endswith(endings)]
        if len(tables) != 1:
            names = listed([entry.filename for entry in tables or files], 5)
            what = f"{len(tables)} tables ({names})" if tables else f"no table ({names or 'nothing at all'})"
            raise TableError(f"{name} is a zip file that holds {what}: give one that holds one, or unpack it first")
        inner = tables[0]
        if inner.flag_bits & 1:
            raise TableError(f"{name}: {quoted(inner.filename)} in it needs a password: unpack it first")
        with archive.open(inner) as packed:
            return _read(packed, len(data), name), shown(PurePosixPath(inner.filename).name)  # type: ignore[arg-type]


def check_size(data: bytes, name: str) -> None:
    """Refuse a zip file whose parts, unpacked one after the other, become larger than the bound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise TableError(f"{name} holds {len(entries):,} parts: save the table alone, as CSV")
        left = bound_for(len(data))
        for entry in entries:
            with archive.open(entry) as part:
                while piece := part.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise _too_large(len(data), name)


def _is_hidden(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _read(packed: BinaryIO, size: int, name: str) -> bytes:
    return _joined(iter(lambda: packed.read(_PIECE), b""), size, name)


def _joined(pieces: Iterator[bytes], size: int, name: str) -> bytes:
    """Pieces put together; none is taken any more once they are larger than the bound."""
    most, kept, length = bound_for(size), list[bytes](), 0
    for piece in pieces:
        length += len(piece)
        if length > most:
            raise _too_large(size, name)
        kept.append(piece)
    return b"".join(kept)


def _too_large(size: int, name: str) -> TableError:
    most = bound_for(size)
    return TableError(
        f"{name} ({size:,} bytes) becomes larger than {most:,} bytes when it is unpacked: if that is meant, unpack it "
        "first"
    )


@contextmanager
def _damage_told(message: str) -> Iterator[None]:
    try:
        yield
    except (TableError, MissingPackageError, MemoryError):
        raise
    except Exception as error:  # each of the packages that unpack has classes of its own for it
        raise TableError(f"{message} ({first_line(error)}): copy or write it again") from error
