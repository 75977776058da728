"""A file that is read again and again, a part at a time: it must stay as it was when it was first looked at."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from glassprop.errors import TableError
from glassprop.ground.text import shown

_PIECE = 1 << 20
_START = 4096


@dataclass(frozen=True)
class SourceFile:
    """A file.

    Attributes
    ----------
    path : str
    name : str
        For messages.
    size : int
        In bytes.
    """

    path: str
    name: str = field(init=False)
    size: int = field(init=False)
    _state: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", shown(self.path))
        state = self._now()
        object.__setattr__(self, "size", state[0])
        object.__setattr__(self, "_state", state)

    def check(self) -> None:
        """Refuse to go on where it was written to in the meantime.

        Raises
        ------
        TableError
        """
        if self._now() != self._state:
            raise TableError(f"{self.name} has changed since it was first read: begin again, and leave it alone")

    def start(self) -> bytes:
        """Its first bytes."""
        return self.part(0, _START)

    def part(self, first: int, stop: int) -> bytes:
        """Some of its bytes."""
        self.check()
        try:
            with open(self.path, "rb") as file:
                file.seek(first)
                return file.read(max(0, min(stop, self.size) - first))
        except OSError as error:
            raise self._unreadable(error) from error

    def digest(self) -> str:
        """Of its bytes, whatever it is called."""
        found = hashlib.blake2b(digest_size=16)
        self.check()
        try:
            with open(self.path, "rb", buffering=0) as file:
                while piece := file.read(_PIECE):
                    found.update(piece)
        except OSError as error:
            raise self._unreadable(error) from error
        return found.hexdigest()

    def _now(self) -> tuple[int, int, int]:
        try:
            state = os.stat(self.path)
        except OSError as error:
            raise self._unreadable(error) from error
        return state.st_size, state.st_mtime_ns, state.st_ino

    def _unreadable(self, error: OSError) -> TableError:
        return TableError(f"{shown(self.path)} cannot be read: {error.strerror or error}")
