"""Machine code on disk, a sealed file for each part: damaged ones are found and written anew.

They lie where ``GLASSPROP_CACHE_DIR`` says, or ``NUMBA_CACHE_DIR``, else in ``__pycache__`` beside the kernels, else, where
that cannot be written, in the user's own cache folder. Folders are gone through in this order, up to the first that can be
written to: what is in none of them is compiled into that one. So a folder that came with an image, read-only, is used for
what it has. Files are named after the sources, the compiler and the processor that they are for, and not after where the package
lies: they can be copied from one machine to another, and machines can share a folder.

What lies there is run as code, like all in ``__pycache__``: whoever can write to that folder can run code as the user. The
seal, a checksum in the file, is against accidents (a full disk, a flipped bit), not against people.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from glassprop.engine.compiled.machine_code import Code

SETTING = "GLASSPROP_CACHE_DIR"
_MARK = b"glassprop part 1"
_OWN = "glassprop-kernels"
_HERE = "__pycache__"


def folders(beside: Path, wished: str = "") -> list[Path]:
    """Where machine code may lie, in the order in which folders are tried.

    beside: the folder of the kernels. wished: the only one that will do, instead of those.
    """
    if wished:
        return [Path(wished) / _OWN]
    wished = os.environ.get(SETTING, "") or os.environ.get("NUMBA_CACHE_DIR", "")
    found = [Path(wished) / _OWN] if wished else []
    found.append(beside / _HERE)
    with suppress(RuntimeError):  # no home
        found.append(_of_user() / _OWN)
    return found


def users_folder(wished: str = "") -> Path:
    """Where the user's own things lie: the folder that is wished for, or set, or the user's cache.

    Raises
    ------
    RuntimeError
        If the user has no home.
    """
    wished = wished or os.environ.get(SETTING, "")
    return Path(wished) / _OWN if wished else _of_user() / _OWN


def _of_user() -> Path:
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA", "")):
        return Path(local)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache")


class Key(NamedTuple):
    """Fingerprints of what decides what the machine code is: the sources, and compiler and processor."""

    sources: str
    machine: str


class Cache:
    """The files of machine code for one key.

    Attributes
    ----------
    damaged, foreign : Path or None
        A folder with files that were not as they were written; one with files for another processor or version.
    nowhere : bool
        Whether there is no folder for something that was asked for and is not there.
    fault : str
        Why nothing could be kept, in words; empty as long as it could.
    """

    def __init__(self, places: list[Path], key: Key) -> None:
        self._places, self._key = places, key
        self.damaged: Path | None = None
        self.foreign: Path | None = None
        self.nowhere, self.fault = False, ""
        self._takes: dict[Path, bool] = {}
        self._home: dict[str, Path] = {}

    def read(self, name: str) -> Code | None:
        """The machine code kept under a name; None if there is none, or it is damaged."""
        for folder in self._places:
            file = self._file(folder, name)
            try:
                return _opened(file.read_bytes())
            except (OSError, ValueError):
                if os.path.lexists(file):
                    self.damaged = self.damaged or folder
                    with suppress(OSError):
                        file.unlink()
                elif _lists(folder, f"{name}-*.part"):
                    self.foreign = self.foreign or folder
            if not os.path.lexists(file) and self._can_be_written(folder):
                self._home[name] = folder
                return None
        self.nowhere = True
        return None

    def distrust(self, name: str) -> None:
        """Forget what was kept under a name: it looked whole, and cannot be used."""
        for folder in self._places:
            file = self._file(folder, name)
            if os.path.isfile(file):
                self.damaged = folder
                with suppress(OSError):
                    file.unlink()
                break
        self.read(name)

    def write(self, name: str, code: Code) -> None:
        """Keep machine code that was not there, if it can be kept anywhere."""
        folder = self._home.get(name)
        if folder is None:
            return
        try:
            _write(self._file(folder, name), _sealed(code))
            if folder.name == _HERE:  # where only one version of the sources lies
                for file in folder.glob(f"{name}-*.part"):
                    if not file.name.startswith(f"{name}-{self._key.sources}-"):
                        file.unlink(missing_ok=True)
        except OSError as error:
            self.fault = f"{folder} ({error.strerror or error})"

    def find(self, name: str) -> Path | None:
        """The file that machine code is kept in, if it is kept."""
        return next((file for folder in self._places if os.path.isfile(file := self._file(folder, name))), None)

    def _file(self, folder: Path, name: str) -> Path:
        return folder / f"{name}-{self._key.sources}-{self._key.machine}.part"

    def _can_be_written(self, folder: Path) -> bool:
        if folder not in self._takes:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
            except (OSError, ValueError):  # ValueError: no name of a folder
                self._takes[folder] = False
            else:
                self._takes[folder] = True
        return self._takes[folder]


def _lists(folder: Path, pattern: str) -> bool:
    """Whether there is such a file; a folder that cannot be looked into has none."""
    try:
        return any(folder.glob(pattern))
    except (OSError, ValueError):
        return False


def _sealed(code: Code) -> bytes:
    head = json.dumps([code.symbol, code.needs]).encode()
    content = head + b"\n" + code.object_file
    return b"\n".join([_MARK, sha256(content).hexdigest().encode(), content])


def _opened(file: bytes) -> Code:
    mark, seal, content = file.split(b"\n", 2)
    if mark != _MARK or sha256(content).hexdigest().encode() != seal:
        raise ValueError("damaged")
    head, object_file = content.split(b"\n", 1)
    symbol, needs = json.loads(head)
    return Code(symbol, needs, object_file)


def _write(file: Path, content: bytes) -> None:
    # containers that share a folder may have processes of one number
    beside = file.with_name(f"{file.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        beside.write_bytes(content)
        os.replace(beside, file)
    except BaseException:  # Ctrl-C, too
        with suppress(OSError):
            beside.unlink()
        raise
