"""The compiled kernels on disk: Numba's cache, sealed, so that damaged files are found, removed and written anew.

Numba keeps it where ``NUMBA_CACHE_DIR`` says, else in ``__pycache__`` beside ``epoch.py``, else, where that cannot be
written, in the user's own cache folder; a folder that can be read and not written it does not use at all. What lies
there is run as code, like all in ``__pycache__``: whoever can write to that folder can run code as the user. The seal, a
file of checksums beside Numba's, is against accidents (a full disk, a killed process, a flipped bit), not against people.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.event import Listener, install_listener

from glassprop.engine.compiled.low_level import ENTRY
from glassprop.ground.text import first_line

Tell = Callable[[str], None]
_INSTEAD = (
    "set NUMBA_CACHE_DIR to a folder that can be written, or use engine='reference', which compiles nothing and is "
    "faster for short trainings"
)
FIRST = "glassprop: compiling its kernels for this machine, once; later runs load them"
NOWHERE = f"glassprop: compiling its kernels, as every run must: there is no folder to keep them in; {_INSTEAD}"


def compiled(function: Any, signature: Any, tell: Tell) -> Any:
    """Load the machine code of a function, or compile it and keep it for later processes, where that can be done.

    Parameters
    ----------
    tell : callable (str)
        Told when something is compiled, and what later processes will find.

    Raises
    ------
    Exception
        Whatever Numba raises if the function cannot be compiled.
    """
    try:
        dispatcher = njit(cache=True, **ENTRY)(function)
        files = Files(function, dispatcher.stats.cache_path)
    except Exception:  # no folder to keep it in
        dispatcher = njit(**ENTRY)(function)
        _compile(dispatcher, signature, tell, NOWHERE)
        return dispatcher
    whole = files.whole()
    if not whole:
        files.remove()
    begun, fault = _compile(dispatcher, signature, tell, FIRST if whole else _damaged(files), keeps=True)
    if not _is_there(dispatcher, signature):  # whole, and cannot be loaded all the same
        files.remove()
        dispatcher = njit(cache=True, **ENTRY)(function)
        begun, fault = _compile(dispatcher, signature, tell, _damaged(files), keeps=True)
    if not _is_there(dispatcher, signature):  # and cannot be removed
        dispatcher = njit(**ENTRY)(function)
        _compile(dispatcher, signature, tell, _damaged(files))
    elif begun:
        fault = fault or files.seal()
    if fault:
        tell(f"glassprop: its kernels cannot be kept in {files.folder} ({fault}): later runs compile too; {_INSTEAD}")
    return dispatcher


def _is_there(dispatcher: Any, signature: Any) -> bool:
    return tuple(signature.args) in dispatcher.signatures


def _damaged(files: Files) -> str:
    return f"glassprop: compiling its kernels again: those in {files.folder} were damaged; later runs load the new ones"


def _compile(dispatcher: Any, signature: Any, tell: Tell, message: str, *, keeps: bool = False) -> tuple[bool, str]:
    """Load or compile: whether it was compiled, and what went wrong with its file, in words.

    A fault of the compiler itself is raised. One of a file (``keeps``) is returned; if only saving failed, the
    dispatcher is ready all the same.
    """
    watch = _Begun(dispatcher, lambda: tell(message))
    try:
        with install_listener("numba:compile", watch):
            dispatcher.compile(signature)
        if not _is_there(dispatcher, signature):
            raise ValueError("another function's code was loaded")
    except Exception as error:
        if not keeps or (watch.begun and not dispatcher.signatures):
            raise
        return watch.begun, first_line(error)
    return watch.begun, ""


class _Begun(Listener):
    """Notes when Numba begins to compile a certain function, for then nothing was there to be loaded."""

    def __init__(self, dispatcher: Any, call: Callable[[], None]) -> None:
        self._dispatcher, self._call, self.begun = dispatcher, call, False

    def on_start(self, event: Any) -> None:
        if event.data["dispatcher"] is self._dispatcher and not self.begun:
            self.begun = True
            self._call()

    def on_end(self, event: Any) -> None:
        """Nothing to do."""


class Files:
    """Numba's files of one function, an index and its data, and our seal: the checksum of each by name."""

    def __init__(self, function: Any, folder: str) -> None:
        self.folder = Path(folder)
        name = f"{Path(inspect.getfile(function)).stem}.{function.__qualname__}".replace("<", "").replace(">", "")
        self._python = f".py{sys.version_info[0]}{sys.version_info[1]}{getattr(sys, 'abiflags', '')}"
        self._start = f"{name}-"
        self._seal = self.folder / f"{name}{self._python}.seal"

    def _numbas(self) -> list[Path]:
        files = self.folder.glob(f"{self._start}*{self._python}.*")
        return sorted(file for file in files if file.suffix in (".nbi", ".nbc"))

    def _sums(self) -> dict[str, str]:
        return {file.name: sha256(file.read_bytes()).hexdigest() for file in self._numbas()}

    def whole(self) -> bool:
        """Whether the files are as they were written; also if there are none."""
        try:
            sums = self._sums()
            return not sums or sums == json.loads(self._seal.read_bytes())
        except (OSError, ValueError):
            return False

    def seal(self) -> str:
        """Note the checksums of what has been written; returns what went wrong, if something did."""
        beside = self._seal.with_name(f"{self._seal.name}.{os.getpid()}.tmp")
        try:
            sums = self._sums()
            if not sums:
                return "nothing was written"
            beside.write_text(json.dumps(sums))
            os.replace(beside, self._seal)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            return error.strerror or str(error)
        return ""

    def remove(self) -> None:
        """Remove what can be removed."""
        with suppress(OSError):
            for file in (*self._numbas(), self._seal):
                with suppress(OSError):
                    file.unlink()
