"""The checkpoints of a job in their folder: their names, the newest that is whole, and which of them stay."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from glassprop.errors import ModelFileError, SettingsError
from glassprop.export.checkpoint_file import Kept, read_checkpoint, write_checkpoint
from glassprop.export.schema.misfit import Misfit
from glassprop.ground.atomic import NoName, named
from glassprop.ground.note import Note, Say
from glassprop.ground.temporary import held
from glassprop.ground.text import quoted

_NAME = re.compile(r"fit-([0-9]{3,9})-([0-9]{6,18})\.checkpoint")
_LOCK = ".in-use"


class CheckpointFolder:
    """Where checkpoints lie: of each fit of a job, counted from 1, the last few; their numbers rise over all fits."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock: BinaryIO | None = None

    def __str__(self) -> str:
        return quoted(os.fspath(self.path))

    def make(self) -> None:
        """See that it is there, and that nobody else writes to it until `close`.

        Raises
        ------
        ModelFileError
            It cannot be made, or written to.
        SettingsError
            Another process writes to it.
        """
        try:
            os.makedirs(named(self.path), exist_ok=True)
            self._lock = held(self.path / _LOCK)
        except (OSError, NoName) as problem:
            said = getattr(problem, "strerror", None) or problem
            raise ModelFileError(f"cannot keep checkpoints in {self}: {said}; name another folder") from problem
        if self._lock is None:
            raise SettingsError(f"another training run keeps its checkpoints in {self}: name another folder")

    def close(self) -> None:
        """Let others write to it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def files(self, fit: int | None = None) -> list[Path]:
        """All checkpoints, or those of a fit, the oldest first."""
        found = []
        with suppress(FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: no folder has such a name
            for name in os.listdir(self.path):
                match = _NAME.fullmatch(name)
                if match and fit in (None, int(match[1])):
                    found.append((int(match[2]), self.path / name))
        return [path for _, path in sorted(found)]

    def newest(self, fit: int, say: Say) -> tuple[Path, Kept] | None:
        """The newest checkpoint of a fit that is whole; of others it is told. None where there is none."""
        files = self.files(fit)[::-1]
        for place, path in enumerate(files):
            try:
                return path, read_checkpoint(path)
            except (Misfit, OSError, MemoryError) as problem:
                why = getattr(problem, "strerror", None) or problem
                then = (
                    "the one before is tried"
                    if place + 1 < len(files)
                    else "there is none before it: training starts from the beginning"
                )
                say(Note(f"checkpoint {quoted(path.name)} is passed over: {why}; {then}", "checkpoint"))
        return None

    def write(self, fit: int, kept: Kept, keep: int) -> Path:
        """Write the next checkpoint of a fit; then remove all of that fit but the last so many.

        Raises
        ------
        ModelFileError
            It cannot be written; what was there stays.
        """
        files = self.files()
        last = max((int(_number(path)) for path in files), default=0)
        path = self.path / f"fit-{fit:03d}-{last + 1:06d}.checkpoint"
        write_checkpoint(path, kept)
        for old in self.files(fit)[:-keep]:
            with suppress(OSError):
                os.unlink(old)
        return path


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[2]) if match else 0
