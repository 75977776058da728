"""What has to be in a wheel and an sdist, and what must not: every fault that can be seen, as lines."""

from __future__ import annotations

import email
import re
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from glassprop.ground.version import VERSION

NOT_SHIPPED = {".d.ts"}  # types of the page's scripts, which only checkers read
BESIDE = {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml", "PKG-INFO"}
ODD = re.compile(r"__pycache__|\.pyc$|\.so$|(^|/)\.(?!$)|(^|/)tests?/|\.egg-info/PKG-INFO~|\.part$")
MOST = 4_000_000  # bytes of either file: what makes it more came in unseen
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)]+)\)")


def faults_of_wheel(wheel: Path, source: Path) -> list[str]:
    """What is wrong with a wheel.

    source: the folder that it was built of.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        info = f"glassprop-{VERSION}.dist-info"
        found = _odd(names) + _too_large(wheel)
        if f"{info}/METADATA" not in names:
            return [*found, f"{info}/METADATA is missing: its version is not {VERSION}"]
        found += _faults_of_metadata(archive.read(f"{info}/METADATA").decode())
        wanted = [f"{info}/{ending}" for ending in ("licenses/LICENSE", "entry_points.txt")]
        found += [f"{name} is missing" for name in wanted if name not in names]
        ours = {name for name in names if not name.startswith(f"{info}/")}
        meant = _package_files(source)
        both = sorted(ours & meant)
        found += [f"{n} is not the source's" for n in both if archive.read(n) != (source / "src" / n).read_bytes()]
    found += [f"{name} is missing" for name in sorted(meant - ours)]
    return found + [f"{name} is too much" for name in sorted(ours - meant)]


def faults_of_sdist(sdist: Path, source: Path) -> list[str]:
    """What is wrong with an sdist."""
    with tarfile.open(sdist) as archive:
        names = [name for each in archive.getmembers() if each.isfile() for name in [each.name]]
    top = f"glassprop-{VERSION}/"
    found = [f"{name} is not below {top}" for name in names if not name.startswith(top)]
    inside = {name.removeprefix(top) for name in names}
    found += [f"{name} is missing" for name in sorted(BESIDE - inside)]
    found += [f"src/{name} is missing" for name in sorted(_package_files(source)) if f"src/{name}" not in inside]
    return found + _odd(inside) + _too_large(sdist)


def _package_files(source: Path) -> set[str]:
    files = (source / "src" / "glassprop").rglob("*")
    names = [file.relative_to(source / "src") for file in files if file.is_file()]
    return {name.as_posix() for name in names if "".join(name.suffixes) not in NOT_SHIPPED}


def _odd(names: Iterable[str]) -> list[str]:
    return [f"{name} has no place there" for name in sorted(names) if ODD.search(name)]


def _too_large(file: Path) -> list[str]:
    size = file.stat().st_size
    return [f"{file.name} has {size:,} bytes, more than {MOST:,}"] if size > MOST else []


def _faults_of_metadata(text: str) -> list[str]:
    told = email.message_from_string(text)
    wanted = {"Name": "glassprop", "Version": VERSION, "License-Expression": "MIT", "Requires-Python": ">=3.11"}
    found = [f"metadata: {key} is {told[key]!r}, not {value!r}" for key, value in wanted.items() if told[key] != value]
    needs = told.get_all("Requires-Dist") or []
    found += [f"metadata: {need!r} names a place" for need in needs if "@" in need or "file:" in need]
    description = str(told.get_payload())
    found += [f"metadata: the description links to {link!r}, which no index has" for link in _LINK.findall(description)]
    return found if description.strip() else [*found, "metadata: there is no description"]
