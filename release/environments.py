"""Fresh environments with the oldest or the newest dependencies that are allowed, and the package tried in them."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Literal
from zipfile import Path as ZipPath

from packaging.requirements import Requirement

from glassprop.ground.version import VERSION
from release.built import ROOT, Built, Failed, ran
from release.pythons import Python

Which = Literal["oldest", "newest"]
EXTRAS = ("cli", "onnx", "stream", "skops", "mlflow", "excel", "zstd", "mpi", "arrays", "blis", "plot")
BARE = ("package", "library", "kernels", "no_command")
QUICK = ("package", "library", "old_files", "command")
FULL = (*QUICK, "kernels", "commands", *EXTRAS[1:])
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
SHOWN = ("numpy", "scipy", "scikit-learn", "numba", "polars")
PLATFORMS = {
    "Linux, x86-64": "x86_64-unknown-linux-gnu",
    "Linux, ARM": "aarch64-unknown-linux-gnu",
    "macOS, ARM": "aarch64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}
_HELPERS = ("array-api-strict>=2.3",)  # of the part that tries arrays of another library
_FORMATS = ROOT / "tests" / "export" / "formats"
_UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True)
class Trial:
    """What is tried: on which Python, with which versions and extras, installed of what; parts of the smoke test."""

    python: Python
    which: Which
    extras: tuple[str, ...]
    parts: tuple[str, ...]
    of_sdist: bool = False

    @property
    def name(self) -> str:
        """For people."""
        extras = "all extras" if self.extras == EXTRAS else f"[{','.join(self.extras)}]" if self.extras else "no extras"
        return f"Python {self.python.full}, {self.which}, {extras}, {'sdist' if self.of_sdist else 'wheel'}"


@dataclass
class Tried:
    """How it went. versions: of packages that were installed. parts: seconds of each that was passed."""

    trial: Trial
    versions: dict[str, str] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    fault: str = ""


def trials(pythons: Sequence[Python], *, quick: bool = False) -> list[Trial]:
    """Each Python with the newest and the oldest, and the newest without extras, of the sdist.

    All extras are tried with the oldest on the oldest Python and with the newest on the newest one, elsewhere the
    command line. quick: the first Python with the newest, alone.
    """
    if quick:
        return [Trial(pythons[0], "newest", ("cli",), QUICK)]
    found: list[Trial] = []
    for which, whole in (("oldest", pythons[0]), ("newest", pythons[-1])):
        for python in pythons:
            extras, parts = (EXTRAS, FULL) if python == whole else (("cli",), (*QUICK, "kernels"))
            found.append(Trial(python, which, extras, parts))
    return found + [Trial(python, "newest", (), BARE, of_sdist=True) for python in pythons]


def requirements(wheel: Path, extras: Iterable[str], python: str, system: str = platform.system()) -> list[str]:
    """What the wheel asks for, with these extras, on this Python: as direct requirements, whose lower bounds count.

    system: as `platform.system` tells it.
    """
    info = PathDistribution(ZipPath(wheel) / f"glassprop-{VERSION}.dist-info")  # type: ignore[arg-type]  # it has what is asked
    found = []
    for line in info.requires or ():
        need = Requirement(line)
        here = {"python_version": python, "python_full_version": f"{python}.0", "platform_system": system}
        wanted = [{"extra": extra, **here} for extra in ("", *extras)]
        if need.marker is None or any(need.marker.evaluate(each) for each in wanted):
            need.marker = None
            found.append(str(need))
    return found


def resolved(needs: Sequence[str], which: Which, python: str, target: str = "") -> dict[str, str]:
    """The version of every package, those with wheels alone.

    python: a version, or the path of an interpreter. target: of `PLATFORMS`, if another than this one.

    Raises
    ------
    Failed
        If there is no such set of versions.
    """
    asked = ("--python-platform", target) if target else ()
    chosen = ("--python-version", python) if python[0].isdigit() else ("--python", python)
    said = ran(
        _UV, "pip", "compile", "--quiet", "--no-python-downloads", "--no-header", "--no-annotate",
        "--only-binary", ":all:", "--resolution", RESOLUTION[which], *chosen, *asked, "-",
        given="\n".join(needs),
    )  # fmt: skip
    pairs = [line.split(";")[0].strip().split("==") for line in said.splitlines() if "==" in line]
    return dict(pairs)


def tried(trial: Trial, built: Built, work: Path, tell: Callable[[str], None]) -> Tried:
    """Make the environment, install, run the smoke test."""
    began, found = time.monotonic(), Tried(trial)
    try:
        _try(trial, built, work, found, tell)
    except Failed as error:
        found.fault = str(error)
    found.seconds = time.monotonic() - began
    return found


def _try(trial: Trial, built: Built, work: Path, found: Tried, tell: Callable[[str], None]) -> None:
    home = work / "environment"
    (work / "here").mkdir(parents=True)
    needs = requirements(built.wheel, trial.extras, trial.python.minor)
    helpers = _HELPERS if "arrays" in trial.parts else ()
    versions = resolved([*needs, *helpers], trial.which, str(trial.python.path))
    found.versions = {name: versions[name] for name in SHOWN if name in versions}
    python = _installed(trial, built, home, versions)
    for part in trial.parts:
        tell(part)
        found.parts[part] = _smoke(python, part, work / "here")


def _installed(trial: Trial, built: Built, home: Path, versions: dict[str, str]) -> Path:
    """The Python of a new environment with the package: an sdist as people have it, by venv and pip, else by uv."""
    pinned = [f"{name}=={version}" for name, version in versions.items()]
    if trial.of_sdist:
        ran(trial.python.path, "-m", "venv", home)
        python = _python_of(home)
        ran(python, "-m", "pip", "install", "--quiet", built.sdist, more=_without_git(home))
        return python
    ran(_UV, "venv", "--quiet", "--python", trial.python.path, home)
    python = _python_of(home)
    ran(_UV, "pip", "install", "--quiet", "--python", python, "--only-binary", ":all:", *pinned)
    extras = f"[{','.join(trial.extras)}]" if trial.extras else ""
    ran(_UV, "pip", "install", "--quiet", "--python", python, "--only-binary", ":all:", f"{built.wheel}{extras}")
    return python


def _python_of(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _without_git(home: Path) -> dict[str, str]:
    """The environment of a user who has no git."""
    kept = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "git").exists()]
    return os.environ | {"PATH": os.pathsep.join([str(_python_of(home).parent), *kept])}


def _smoke(python: Path, part: str, here: Path) -> float:
    """Seconds of one part, in a process that has neither the checkout nor kernels from elsewhere."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GLASSPROP_", "PYTHON"))}
    began = time.monotonic()
    more = clean | {"PYTHONWARNINGS": "ignore"}
    ran(python, "-I", Path(__file__).with_name("smoke.py"), _FORMATS, part, folder=here, more=more)
    return time.monotonic() - began
