"""Pythons that are at hand, and those that dependencies are only resolved for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OLDEST = (3, 11)
NEWEST = (3, 15)  # as far as is asked whether dependencies have wheels
_ASK = "import sys, venv, ensurepip; print(*sys.version_info[:3], sys.prefix == sys.base_prefix)"


class Python(NamedTuple):
    """An interpreter."""

    version: tuple[int, int, int]
    path: Path

    @property
    def minor(self) -> str:
        """As in 3.12."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def full(self) -> str:
        """As in 3.12.1."""
        return ".".join(map(str, self.version))


def at_hand() -> list[Python]:
    """One of each minor version that glassprop is for, the latest of it: on the path, of pyenv, or the running one."""
    latest: dict[str, Python] = {}
    for path in _candidates():
        python = _asked(path)
        if python is not None and python.version[:2] >= OLDEST:
            known = latest.get(python.minor)
            latest[python.minor] = python if known is None or known.version < python.version else known
    return sorted(latest.values())


def further(tried: list[Python]) -> list[str]:
    """Minor versions that are not at hand."""
    there = {python.minor for python in tried}
    return [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1) if f"3.{minor}" not in there]


def _candidates() -> list[Path]:
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 5)]
    on_path = [Path(found) for name in [*names, "python3"] if (found := shutil.which(name))]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return [Path(sys.base_prefix) / "bin" / "python3", *on_path, *sorted(pyenv.glob("*/bin/python3"))]


def _asked(path: Path) -> Python | None:
    """What an interpreter says it is; None if it does not start, is in an environment, or cannot make one."""
    try:
        said = subprocess.run([path, "-I", "-c", _ASK], capture_output=True, text=True, timeout=60).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return None
    if len(said) != 4 or said[3] != "True":
        return None
    return Python((int(said[0]), int(said[1]), int(said[2])), path)
