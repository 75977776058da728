"""Files that are written whole or not at all: a temporary file beside the target, then one rename."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from glassprop.errors import GlasspropError, ModelFileError
from glassprop.ground.draft import Draft
from glassprop.ground.temporary import discard, new_temporary

_PROBE = bytes(4096)  # a disk without room for this much is full

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "the file is larger than this system or process may write",
    errno.EROFS: "the disk is read-only",
}


class NoName(ValueError):
    """What no file can be called."""


def named(path: str | os.PathLike[str]) -> str | os.PathLike[str]:
    """`path`, if a file could be called so; the system's own refusal is no OSError.

    Raises
    ------
    NoName
    """
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise NoName("its name cannot be encoded") from error
    if b"\0" in name:
        raise NoName("no file has a NUL in its name")
    return path


@contextmanager
def replacing(path: str | os.PathLike[str], *, error: type[GlasspropError] = ModelFileError) -> Iterator[BinaryIO]:
    """Open `path` for writing; it changes only if the block ends well, and then all at once.

    The bytes go to a temporary file in the same folder, are flushed to the disk and renamed over `path`.
    A device or pipe (/dev/null, a FIFO) cannot be renamed over and is written directly. A link is followed.
    Temporary files that a killed process left in that folder are removed.

    Raises
    ------
    error
        When the path cannot be written or the disk is full; nothing is left behind then.
    """
    with _refusing(path, error):
        target = _target(path)
        if is_device(target):
            with open(target, "wb") as file:
                yield file
            return
        with Draft(target) as draft:
            yield draft.file
            draft.settle()
            draft.place()


def write_together(contents: Mapping[str, bytes | memoryview], *, error: type[GlasspropError] = ModelFileError) -> None:
    """Write files that belong together: all, or none, in which case those of before are there again.

    Everything is on the disk under temporary names before the first name changes. A process that is killed between
    two renames leaves each file whole, old or new.

    Raises
    ------
    error
        When one cannot be written.
    """
    with ExitStack() as stack:
        drafts: dict[str, Draft] = {}
        for path, data in contents.items():
            with _refusing(path, error):
                target = _target(path)
                if is_device(target):
                    continue
                drafts[path] = stack.enter_context(Draft(target))
                drafts[path].file.write(data)
                drafts[path].settle()
                drafts[path].remember()
        try:
            for path, data in contents.items():
                with _refusing(path, error):
                    drafts[path].place() if path in drafts else _write_device(path, data)
        except BaseException as fault:  # Ctrl-C too
            stuck = _undo(drafts)
            if stuck and isinstance(fault, GlasspropError):
                raise error(f"{fault}, but for {', '.join(map(repr, stuck))}, which could not be put back") from fault
            raise


def _undo(drafts: Mapping[str, Draft]) -> list[str]:
    """Put back what was there before; the names of those where that failed."""
    stuck = []
    for path, draft in reversed(list(drafts.items())):
        try:
            draft.undo()
        except OSError:
            stuck.append(path)
    return stuck


def check_writable(path: str | os.PathLike[str], *, error: type[GlasspropError] = ModelFileError) -> None:
    """Raise `error` if `path` cannot be written; leaves nothing there. For use before long work starts."""
    with _refusing(path, error):
        target = _target(path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if is_device(target):
            return
        temporary, file = new_temporary(target.parent)
        try:
            file.write(_PROBE)
            file.flush()
        finally:
            discard(temporary, file)


def why_not(path: str | os.PathLike[str], problem: OSError) -> str:
    """Why `path` cannot be written, in a few words that can follow its name."""
    reason = _WORDS.get(problem.errno or 0) or problem.strerror or str(problem)
    return _no_place(path, problem) or f"{reason[:1].lower()}{reason[1:]}"


@contextmanager
def _refusing(path: str | os.PathLike[str], error: type[GlasspropError]) -> Iterator[None]:
    """Turn the system's word into one line: which path, why not, what would do."""
    try:
        named(path)
        yield
    except NoName as problem:
        raise error(f"cannot write {os.fspath(path)!r}: {problem}; nothing was written") from problem
    except OSError as problem:
        line = f"cannot write {os.fspath(path)!r}: {why_not(path, problem)}"
        if not _no_place(path, problem):
            line += "" if is_device(_target(path)) else "; nothing was written"
            line += ", make room or name another disk" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise error(line) from problem


def _no_place(path: str | os.PathLike[str], problem: OSError) -> str:
    """What keeps a file of that name from being anywhere; empty if nothing does."""
    if isinstance(problem, IsADirectoryError):
        return "it is a folder; name a file in it"
    try:
        folder = _target(path).parent
    except FileNotFoundError:
        return "the current folder does not exist any more"
    if folder.is_dir():
        return ""
    return f"the folder {str(folder)!r} {'is not a folder' if folder.exists() else 'does not exist; make it first'}"


def _target(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.realpath(path))


def _write_device(path: str, data: bytes | memoryview) -> None:
    with open(path, "wb") as file:
        file.write(data)


def is_device(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is there and is neither a file nor a folder: written directly, and with no place beside it."""
    try:
        mode = os.stat(named(path)).st_mode
    except (OSError, NoName):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
