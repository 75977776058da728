"""Killed at any moment of writing, the files of the user are whole, old or new, and the next writer tidies up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassprop.ground.temporary import _NAME, fcntl

pytestmark = pytest.mark.skipif(fcntl is None, reason="fork, SIGKILL and locks of POSIX")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_killed_at_every_call(tmp_path, together, old, after):
    done = subprocess.run(
        [
            *(sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path / "folder")),
            json.dumps({"together": together, "old": old, "after": after}),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    names = ("a", "b") if together else ("a",)
    seen = set()
    for killed, state, later in found:
        for name in names:
            whole = {name * 5000, "old"} if old else {name * 5000, None}
            assert state.get(name) in whole
        assert all(name in ("a", "b") or _NAME.fullmatch(name) for name in state)
        assert later == sorted([*({"a", "b"} & state.keys()), "next"])
        seen.add((killed, *(state.get(name) == name * 5000 for name in names)))
    assert seen >= {(True, *(False for _ in names)), (True, *(True for _ in names)), (False, *(True for _ in names))}
    assert len(found) > (10 if together else 6)
    assert any(any(_NAME.fullmatch(name) for name in state) for _, state, _ in found)
