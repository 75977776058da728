"""The gallery: every example has a title, text and a figure, loads nothing, and two of them are run."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs" / "site"
EXAMPLES = sorted((ROOT / "examples" / "gallery").glob("*.py"))
NETWORK = re.compile(r"\bfetch_\w+|\burllib\b|\brequests\b|\burlopen\b|https?://|\bsocket\b")
QUICKEST = ("xor_by_hand", "imbalanced")


def order():
    spec = importlib.util.spec_from_file_location("gallery_look", SITE / "gallery_look.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ORDER


def test_every_example_has_its_place():
    assert sorted(order()) == [path.stem for path in EXAMPLES]
    assert 15 <= len(EXAMPLES) <= 24


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_title_text_and_figures_and_loads_nothing(path):
    text = path.read_text(encoding="utf-8")
    title, line, _, *words = ast.get_docstring(ast.parse(text)).split("\n")
    assert set(line) == {"="}
    assert len(line) == len(title)
    assert len(" ".join(words)) > 80
    assert text.count("\n# %%\n") >= 2
    assert "plt.show()" in text
    assert re.search(r"^ *assert ", text, re.M), "nothing says what must come out"
    assert not NETWORK.findall(text)
    assert "glassprop" in text


def test_the_quickest_run():
    pytest.importorskip("matplotlib")
    environment = {**os.environ, "MPLBACKEND": "agg", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, SITE / "run_gallery.py", *QUICKEST]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(QUICKEST)} examples" in run.stdout


def test_an_unknown_name_is_told():
    run = subprocess.run([sys.executable, SITE / "run_gallery.py", "xor"], capture_output=True, text=True, timeout=300)
    assert run.returncode == 2
    assert "xor_by_hand" in run.stdout
