"""Every script in examples/ runs, without a warning, and says what it is there to show."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAYS = {
    "digits.py": r"held-out accuracy 0\.9[5-9]",
    "own_loss.py": r"(8[6-9]|9[0-4])\.\d% of the examples lie in the 90 % interval\n.*\na wrong derivative is refused",
    "gradients.py": r"backprop agrees with central differences(.*\n)+.*: (77|3|150) (77|3|150) (77|3|150) ",
    "grid_search_on_dask.py": r"12 fits on \d workers, threads of each: 1\nbest .*accuracy 0\.9",
    "callbacks.py": r"stopped after 1\d\d epochs, accuracy 0\.9\d\d\nepoch-020\.glassprop: accuracy 0\.",
}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_example_runs(path: Path, capsys: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(path)])
    if "dask" in path.name:
        pytest.importorskip("dask.distributed")
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    assert re.search(SAYS.get(path.name, r"\S"), printed), printed
