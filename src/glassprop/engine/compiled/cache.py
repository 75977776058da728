"""Machine code on disk, a sealed file for each part: damaged ones are found and written anew.

Files lie where ``GLASSPROP_CACHE_DIR`` or ``NUMBA_CACHE_DIR`` says, else in ``__pycache__`` beside the kernels, else, where
that cannot be written, in the user's own cache folder. Any of these is read, whether it can be written or not. What lies there is
run as code, like all in ``__pycache__``: whoever can write to that folder can run code as the user. The seal, a checksum in the file, is
against accidents (a full disk, a flipped bit), not against people.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from glassprop.engine.compiled.machine_code import Code

_MARK = b"glassprop part 1"
_VARIABLES = ("GLASSPROP_CACHE_DIR", "NUMBA_CACHE_DIR")


def folders(beside: Path) -> list[Path]:
    """Where machine code may lie, in the order in which folders are tried. beside: the folder of the kernels."""
    asked = [Path(folder) / "glassprop" for name in _VARIABLES if (folder := os.environ.get(name, ""))]
    found = [*asked, beside / "__pycache__"]
    with suppress(RuntimeError):  # no home
        found.append(_of_user() / "glassprop")
    return found


def _of_user() -> Path:
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA", "")):
        return Path(local)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache")


class Cache:
    """The files of machine code for one CPU, made from one state of the sources.

    Parameters
    ----------
    places : list of Path
        Folders to look in, and to write to the first of that can be written.
    key : str
        A fingerprint of all that decides what the machine code is.

    Attributes
    ----------
    damaged : str
        The folder in which a damaged file was found; empty if none was.
    fault : str
        Why nothing can be kept, in words; empty as long as it can.
    """

    def __init__(self, places: list[Path], key: str) -> None:
        self._places, self._key = places, key
        self.damaged = self.fault = ""

    def read(self, name: str) -> Code | None:
        """The machine code kept under a name; None if there is none, or it is damaged."""
        for folder in self._places:
            file = folder / f"{name}-{self._key}.part"
            try:
                return _opened(file.read_bytes())
            except (FileNotFoundError, NotADirectoryError):
                if file.is_symlink():
                    self.damaged = str(folder)
            except (OSError, ValueError):
                self.damaged = str(folder)
        return None

    def write(self, name: str, code: Code) -> None:
        """Keep machine code under a name, if it can be kept anywhere."""
        fault = ""
        for folder in self._places:
            try:
                _write(folder, f"{name}-{self._key}.part", _sealed(code))
            except OSError as error:
                fault = fault or f"{folder} ({error.strerror or error})"
            else:
                return
        self.fault = fault


def _sealed(code: Code) -> bytes:
    content = code.symbol.encode() + b"\n" + code.object_file
    return b"\n".join([_MARK, sha256(content).hexdigest().encode(), content])


def _opened(file: bytes) -> Code:
    mark, seal, content = file.split(b"\n", 2)
    if mark != _MARK or sha256(content).hexdigest().encode() != seal:
        raise ValueError("damaged")
    symbol, object_file = content.split(b"\n", 1)
    return Code(symbol.decode(), object_file)


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{name}.{os.getpid()}.tmp"
    try:
        beside.write_bytes(content)
        os.replace(beside, folder / name)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
