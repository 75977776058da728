"""Temporary files of ours: a name that nobody else gives, locked while its writer lives, swept up once it is dead.

A writer that is killed cannot remove its temporary file, so the next one in that folder does. What tells a dead
writer from a live one is a lock, which the system itself releases with the process, and not a process number, which
may be another's by now. Where locks say nothing (another machine on a network folder, a file system or an
operating system without them), a file must have been left alone for a day.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"\.glassprop-([0-9a-f]{8})-[0-9a-f]{16}\.tmp")
_QUIET = 24 * 3600  # seconds after which nobody can still be writing; a file is written in one go
_ATTEMPTS = 100
_BINARY = getattr(os, "O_BINARY", 0)
_LOOK = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def new_temporary(folder: Path) -> tuple[Path, BinaryIO]:
    """A new empty file in `folder`, open for writing; what dead writers left there is removed on the way.

    It counts as alive until it is closed.
    """
    for _ in range(_ATTEMPTS):
        path = _new_name(folder)
        file = open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o666), "wb")  # noqa: SIM115
        try:
            if _lock(file.fileno()) is not False and os.path.lexists(path):
                _sweep(folder, os.fstat(file.fileno()))
                return path, file
        except BaseException:  # Ctrl-C too
            discard(path, file)
            raise
        file.close()  # another process swept it up in the moment before it was locked
    raise BlockingIOError(errno.EAGAIN, f"no temporary file stays in {str(folder)!r}")


def second_name(target: Path) -> tuple[Path, BinaryIO]:
    """A temporary second name for the file at `target`, or a copy of it where there are no second names.

    It counts as alive until the file that comes with it is closed.
    """
    file = open(target, "rb")  # noqa: SIM115
    try:
        _lock(file.fileno())  # before it has the name, so that nobody sweeps it up
        path = _new_name(target.parent)
        os.link(target, path)
    except OSError:
        with file:
            return _copy(target, file)
    except BaseException:
        file.close()
        raise
    return path, file


def _copy(target: Path, file: BinaryIO) -> tuple[Path, BinaryIO]:
    path, copy = new_temporary(target.parent)
    try:
        shutil.copyfileobj(file, copy)
        copy.flush()
        shutil.copystat(target, path)
    except BaseException:
        discard(path, copy)
        raise
    return path, copy


def discard(path: Path, file: BinaryIO) -> None:
    """Remove a temporary file, if it is still there, and close it."""
    if fcntl is None:  # Windows removes no open file
        _close(file)
    with suppress(OSError):
        os.unlink(path)
    _close(file)  # the lock last


def _close(file: BinaryIO) -> None:
    with suppress(OSError):  # of what a full disk did not take
        file.close()


def _new_name(folder: Path) -> Path:
    # Without the target's own name, which may be as long as the folder allows.
    return folder / f".glassprop-{_machine()}-{secrets.token_hex(8)}.tmp"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes that ask the same out of `folder`: between finding a free name and taking it.

    Waits ten seconds at most, for a process that was stopped must not stop others; without locks, not at all.
    """
    handle = None
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(_ATTEMPTS):
            if handle is None or _lock(handle) is not False:
                break
            time.sleep(0.1)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def held(path: Path) -> BinaryIO | None:
    """The file at `path`, made where there is none, and locked until it is closed; None where another has it locked."""
    file = open(os.open(path, os.O_CREAT | os.O_RDWR | _BINARY, 0o666), "r+b")  # noqa: SIM115
    if _lock(file.fileno()) is False:
        file.close()
        return None
    return file


def _sweep(folder: Path, mine: os.stat_result) -> None:
    """Remove what dead writers left in `folder`. `mine`, just made there, tells the folder's own time and our user."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if _NAME.fullmatch(name):
                with suppress(OSError):
                    _remove_if_dead(folder / name, mine)


def _remove_if_dead(path: Path, mine: os.stat_result) -> None:
    if fcntl is None:
        if _is_ours(os.lstat(path), mine) and _is_quiet(os.lstat(path), mine):
            os.unlink(path)  # which Windows refuses while anyone has it open
        return
    handle = os.open(path, _LOOK)
    try:
        state, free = os.fstat(handle), _lock(handle)
        if not _is_ours(state, mine) or free is False:
            return
        if (free and path.name.startswith(f".glassprop-{_machine()}-")) or _is_quiet(state, mine):
            os.unlink(path)  # still under the lock: a writer that comes now finds its file locked, and takes another
    finally:
        os.close(handle)


def _is_ours(state: os.stat_result, mine: os.stat_result) -> bool:
    return stat.S_ISREG(state.st_mode) and state.st_uid == mine.st_uid


def _is_quiet(state: os.stat_result, mine: os.stat_result) -> bool:
    return mine.st_mtime - state.st_mtime > _QUIET


def _lock(handle: int) -> bool | None:
    """Lock the open file. False: another has it locked; None: there are no locks here."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _machine() -> str:
    """Eight digits for what shares locks with us: the running kernel, so containers too, or else the host."""
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        name = platform.node()
    return f"{crc32(name.encode('utf-8', 'surrogateescape')):08x}"
