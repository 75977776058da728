"""What a process does while it reads a file: what it opens, imports and starts, and how much memory it takes."""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import glassprop

_STARTS = (
    "os.",
    "subprocess.",
    "shutil.",
    "socket.",
    "urllib.",
    "webbrowser.",
    "pty.",
    "ctypes.",
    "pickle.",
    "marshal.",
)
_HARMLESS = {
    "os.listdir",
    "os.scandir",
    "os.putenv",
    "os.unsetenv",
    "os.walk",
    "os.fwalk",
    "marshal.loads",
    "ctypes.get_errno",
}
_LITTLE = {
    "ctypes.string_at",
    "ctypes.addressof",
    "ctypes.dlsym",
    "ctypes.dlsym/handle",
    "ctypes.cdata",
    "ctypes.cdata/buffer",
}
_OF_FILES = {
    "shutil.copymode",
    "os.rename",
    "os.remove",
    "os.chmod",
    "os.truncate",
    "os.utime",
}  # what replacing a file takes
_COMPILERS = ("numba", "llvmlite")  # compiling reads and writes the cache of compiled code, which is ours
_KEEPER = "glassprop.engine.compiled.cache"  # which makes the folder for it
_PLACES = (
    "/proc/self", "/sys/", "/dev/null", "/dev/urandom", "/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone",
    "/proc/sys/kernel/random/boot_id",  # of which the names of temporary files are made
)  # fmt: skip


class Watch:
    """Notes what is not to happen while it is on.

    Parameters
    ----------
    allowed : list of Path
        Files and folders that may be opened.
    """

    def __init__(self, allowed: list[Path]) -> None:
        installed = {
            *sysconfig.get_paths().values(),
            sys.prefix,
            sys.base_prefix,
            os.fspath(Path(glassprop.__file__).parent),
        }
        self.allowed = (
            tuple(os.path.realpath(place) for place in [*allowed, *installed, Path(__file__).parent]) + _PLACES
        )
        self.known = {name.partition(".")[0] for name in sys.modules} | set(sys.stdlib_module_names) - {
            "antigravity",
            "this",
        }
        self.on, self.seen = False, list[str]()
        sys.addaudithook(self._heard)

    def __enter__(self) -> Watch:
        self.on, self.seen = True, []
        return self

    def __exit__(self, *_: Any) -> None:
        self.on = False

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        self.on = False  # what looking at it does is not meant
        try:
            told = self._judged(event, arguments)
            if told and not _compiling():
                self.seen.append(told)
        finally:
            self.on = True

    def _judged(self, event: str, arguments: tuple[Any, ...]) -> str:
        if event == "open" and not isinstance(arguments[0], int):
            return "" if self._may(arguments[0]) else f"opened {arguments[0]!r}"
        if event == "import":
            return "" if arguments[0].partition(".")[0] in self.known else f"imported {arguments[0]}"
        if event in _HARMLESS | _LITTLE or not event.startswith(_STARTS):
            return ""
        first = arguments[0] if arguments else None
        if isinstance(first, str | bytes | os.PathLike) and event in _OF_FILES and self._may(first):
            return ""
        return f"{event} {str(arguments)[:100]}"

    def _may(self, path: Any) -> bool:
        found = os.path.realpath(os.fsdecode(path))
        return found.startswith(self.allowed)


def _compiling() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name == _KEEPER or name.partition(".")[0] in _COMPILERS:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


class Memory:
    """Resident memory at its highest since `start`, where the system tells (Linux)."""

    def __init__(self) -> None:
        self._before = 0

    def start(self) -> None:
        """Hand free memory back to the system, and count from what is left."""
        _trim()
        try:
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            return
        self._before = status("VmRSS")

    def taken(self) -> int | None:
        """Bytes at most above what there was; None where there is no telling."""
        return None if not self._before else max(status("VmHWM") - self._before, 0)


def status(name: str) -> int:
    """A number of this process's, in bytes, by its name in Linux's /proc; 0 where there is none."""
    path = Path("/proc/self/status")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    return 0


def _trim() -> None:
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def scratch() -> Path:
    """A folder of this process's own, for what it is told to write."""
    return Path(tempfile.mkdtemp(prefix="forged-"))
