"""The next contents of a file, under a temporary name beside it until they are put in its place."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from glassprop.ground.temporary import discard, new_temporary, second_name

_IN_USE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)  # what Windows and some network folders say


class Draft:
    """Write to `file`, `settle`, then `place`; leaving the block removes what has not been placed.

    Parameters
    ----------
    target : Path
        A regular file or a name that is free; no link.
    """

    def __init__(self, target: Path) -> None:
        if target.is_dir():  # the rename would say so too, but only after all the work
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        self._target = target
        self._temporary, self.file = new_temporary(target.parent)
        self._state: os.stat_result | None = None
        self._before: tuple[Path, BinaryIO] | None = None

    def settle(self) -> None:
        """Bring everything to the disk, with the access rights of the file that it replaces."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self._state = os.fstat(self.file.fileno())
        if self._target.exists():
            shutil.copymode(self._target, self._temporary)

    def remember(self) -> None:
        """Keep what is there now, which `undo` needs."""
        with suppress(FileNotFoundError):
            self._before = second_name(self._target)

    def place(self) -> None:
        """Give it its name; open, so that it stays locked until then, where open files can be renamed."""
        try:
            os.replace(self._temporary, self._target)
        except OSError as problem:
            if problem.errno not in _IN_USE:
                raise
            self.file.close()
            os.replace(self._temporary, self._target)

    def undo(self) -> None:
        """Take `place` back, if it happened, after `remember`."""
        if self._state is None or not _is_at(self._state, self._target):
            return
        if self._before is None:
            os.unlink(self._target)
        else:
            path, file = self._before
            file.close()
            os.replace(path, self._target)

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: Any) -> None:
        discard(self._temporary, self.file)
        if self._before is not None:
            discard(*self._before)
        _sync_folder(self._target.parent)


def _is_at(state: os.stat_result, path: Path) -> bool:
    try:
        return os.path.samestat(state, os.lstat(path))
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Ask the disk to remember the rename; some systems cannot sync a folder, and the file itself is safe."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
