"""Files that are written whole or not at all: a temporary name beside the target, then one rename."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from glassprop.errors import GlasspropError, ModelFileError


@contextmanager
def replacing(path: str | os.PathLike[str], *, error: type[GlasspropError] = ModelFileError) -> Iterator[BinaryIO]:
    """Open `path` for writing; it changes only if the block ends well, and then all at once.

    The bytes go to a temporary file in the same folder, are flushed to the disk and renamed over `path`.
    A device or pipe (/dev/null, a FIFO) cannot be renamed over and is written directly. A link is followed.

    Raises
    ------
    error
        When the path cannot be written or the disk is full; nothing is left behind then.
    """
    target = Path(os.path.realpath(path))
    try:
        with _direct(target) if _is_device(target) else _beside(target) as file:
            yield file
    except OSError as problem:
        raise error(_refusal(path, target, problem)) from problem


def check_writable(path: str | os.PathLike[str], *, error: type[GlasspropError] = ModelFileError) -> None:
    """Raise `error` if `path` cannot be written; leaves nothing there. For use before long work starts."""
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if _is_device(target):
            return
        temporary = _temporary(target)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.unlink(temporary)
    except OSError as problem:
        raise error(_refusal(path, target, problem)) from problem


@contextmanager
def _direct(target: Path) -> Iterator[BinaryIO]:
    with open(target, "wb") as file:
        yield file


@contextmanager
def _beside(target: Path) -> Iterator[BinaryIO]:
    if target.is_dir():  # the rename would say so too, but only after all the work
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    temporary = _temporary(target)
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _temporary(target: Path) -> Path:
    # Without the target's own name, which may be as long as the folder allows.
    return target.parent / f".{secrets.token_hex(8)}.tmp"


def _sync_folder(folder: Path) -> None:
    """Ask the disk to remember the rename; some systems cannot sync a folder, and the file itself is safe."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_device(target: Path) -> bool:
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _refusal(path: str | os.PathLike[str], target: Path, problem: OSError) -> str:
    """One line: which path, why not, what would do."""
    shown = os.fspath(path)
    if isinstance(problem, IsADirectoryError):
        return f"cannot write {shown!r}: it is a folder; name a file in it"
    if not target.parent.is_dir():
        state = "is not a folder" if target.parent.exists() else "does not exist; make it first"
        return f"cannot write {shown!r}: the folder {str(target.parent)!r} {state}"
    if problem.errno == errno.ENOSPC:
        return f"cannot write {shown!r}: the disk is full; nothing was written, make room or name another disk"
    reason = problem.strerror or str(problem)
    return f"cannot write {shown!r}: {reason[:1].lower()}{reason[1:]}; nothing was written"
