"""Numba's files of one function in one folder, sealed: those that are damaged are found, and can be removed.

The seal, a file of checksums beside Numba's, is against accidents (a full disk, a killed process, a flipped bit), not
against people: what lies there is run as code.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any


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

    def there(self) -> bool:
        """Whether there is anything, be it only a seal."""
        try:
            return os.path.lexists(self._seal) or bool(self._numbas())
        except OSError:
            return False

    def whole(self) -> bool:
        """Whether the files are as they were written."""
        try:
            sums = self._sums()
            return sums == json.loads(self._seal.read_bytes())
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
