"""sdist and wheel, built of what git knows, away from the checkout and from git, and looked at by the usual tools."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# As people name folders: what does not quote them is found. Neither git nor what was built earlier is there.
ODD = "a copy, für uns"
_BOTH: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}


class Built(NamedTuple):
    """The two files, and the folder that they were built of."""

    sdist: Path
    wheel: Path
    source: Path


class Failed(Exception):
    """A step that did not end well; its words are what it printed."""


def ran(*words: object, folder: Path | None = None, more: dict[str, str] | None = None, given: str = "") -> str:
    """What a command printed.

    more: its environment, if another than this one. given: what it reads.

    Raises
    ------
    Failed
    """
    done = subprocess.run([str(word) for word in words], cwd=folder, env=more, encoding="utf-8", input=given, **_BOTH)
    if done.returncode:
        raise Failed(f"{' '.join(str(word) for word in words)}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def build(target: Path, work: Path) -> Built:
    """The sdist of a clean copy, and the wheel of that sdist, both in ``target``, which is emptied.

    Raises
    ------
    Failed
    """
    source = copied(work / ODD)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    ran(sys.executable, "-m", "build", "--installer", "uv", "--outdir", target, source)
    (sdist,), (wheel,) = target.glob("*.tar.gz"), target.glob("*.whl")
    return Built(sdist, wheel, source)


def copied(target: Path) -> Path:
    """A copy of the checkout's files, as far as git knows or would add them."""
    names = ran("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=ROOT).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():  # git knows those that were removed a moment ago
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def check_with_tools(built: Built) -> None:
    """twine looks at the metadata, check-wheel-contents at the layout.

    Raises
    ------
    Failed
    """
    ran(sys.executable, "-m", "twine", "--no-color", "check", "--strict", built.sdist, built.wheel)
    ran(sys.executable, "-m", "check_wheel_contents", built.wheel)


def check_straight_wheel(built: Built, work: Path) -> None:
    """The wheel that is built straight of the folder has the same files as the one built of the sdist.

    Raises
    ------
    Failed
    """
    ran(sys.executable, "-m", "build", "--installer", "uv", "--wheel", "--outdir", work, built.source)
    (straight,) = work.glob("*.whl")
    one, other = _files(built.wheel), _files(straight)
    differ = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if differ:
        raise Failed(f"sdist and folder build different wheels; files that differ: {differ[:10]}")


def _files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
