"""Python as it is seldom started: sources in a zip file, no docstrings, warnings as errors, no home."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from glassprop.engine.compiled import kernels

SOURCE = Path(kernels.__file__).parents[2]
LEARNS = """
import sys
sys.path[:0] = sys.argv[1:2]
import glassprop
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
clf = glassprop.MLPClassifier((4,), solver="lbfgs", max_iter=200, random_state=0).fit(X, y)
clf.explain(X, y, row=3).to_dict()
glassprop.save(clf, sys.argv[2])
if (glassprop.load(sys.argv[2]).predict(X) != clf.predict(X)).any(): sys.exit("not the same")
from glassprop.lessons import ready_lesson
ready_lesson("2-2-2").page()
from glassprop.cli import main
print(glassprop.__file__, glassprop.__version__, main(["train", "--help"]), clf.score(X, y) > 0.9)
"""


def ran(*switches: str, folder: Path, on_path: Path | None = None) -> str:
    """What the last line says that a Python which is started like this writes."""
    clean = {name: value for name, value in os.environ.items() if name not in ("HOME", "PYTHONPATH")}
    words = [sys.executable, *switches, "-c", LEARNS, str(on_path or SOURCE.parent), str(folder / "m.glassprop")]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=clean, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def zipped(folder: Path) -> Path:
    target = folder / "für uns.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for file in SOURCE.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(SOURCE.parent))
    return target


def test_out_of_a_zip_file_with_nothing_around(tmp_path: Path) -> None:
    place = zipped(tmp_path)
    assert ran("-I", folder=tmp_path, on_path=place).startswith(str(place))


def test_without_docstrings_and_with_warnings_as_errors(tmp_path: Path) -> None:
    assert ran("-OO", "-W", "error", folder=tmp_path).endswith(" 0 True")


def test_the_fingerprint_of_kernels_follows_the_sources_wherever_they_lie(tmp_path: Path) -> None:
    """Else a new version, zipped like the last one, would run the last one's machine code."""
    inside = zipfile.Path(zipped(tmp_path), "glassprop/engine/compiled/")
    assert kernels._digest(inside) == kernels._digest(Path(kernels.__file__).parent) == kernels._DIGEST
    copy = shutil.copytree(Path(kernels.__file__).parent, tmp_path / "compiled")
    (copy / "kinds" / "scale_kernels.py").write_text("changed")
    assert kernels._digest(copy) != kernels._DIGEST


def test_sources_that_came_as_byte_code_alone_have_a_fingerprint_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    found = set()
    for text in ("a = 1\n", "a = 2\n"):
        folder.mkdir()
        (folder / "tiles.py").write_text(text)
        compileall.compile_dir(folder, quiet=1, legacy=True)
        (folder / "tiles.py").unlink()
        found.add(kernels._digest(folder))
        shutil.rmtree(folder)
    folder.mkdir()
    assert len(found | {kernels._digest(folder)}) == 3
