"""Fits that are killed at random calls to the system, and gone on with until they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import HANG

from glassprop.ground.temporary import fcntl


@pytest.mark.skipif(fcntl is None, reason="fork, SIGKILL and locks of POSIX")
@pytest.mark.parametrize("seed", range(3))
def test_a_fit_that_is_killed_again_and_again_ends_with_the_same_model(seed: int, tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed_fits.py")
    done = subprocess.run(
        [sys.executable, str(script), "at-calls", str(tmp_path), str(seed)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["same"]
    assert found["kills"] > 0
