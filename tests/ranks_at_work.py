"""Runs a part of a test in several processes over MPI, and collects what each of them found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from waiting import HANG

pytest.importorskip("mpi4py", reason="mpi4py is not installed: pip install 'glassprop[mpi]'")
MPIEXEC = Path(sys.executable).with_name("mpiexec")
SWITCHES = ("--allow-run-as-root", "--oversubscribe", "--bind-to", "none")  # containers run as root, on few cores
HERE = Path(__file__).parent  # of tests: its helpers are found from here, whatever else is called "distributed"


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, what it wrote, and what each rank found, where it came so far."""

    code: int
    out: str
    error: str
    found: list[Any]


def mpiexec(ranks: int, *command: str, folder: Path, timeout: float = HANG) -> Ended:
    """``mpiexec -n ranks command``; ranks write what they found with ``found``."""
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    variables = {**os.environ, "PYTHONPATH": path, "FOUND": str(folder), "OMP_NUM_THREADS": "1"}
    launcher = str(MPIEXEC) if MPIEXEC.exists() else "mpiexec"
    done = subprocess.run(
        [launcher, *SWITCHES, "-n", str(ranks), *command],
        capture_output=True, text=True, errors="replace", timeout=timeout, env=variables, cwd=folder,
    )  # fmt: skip
    files = [folder / f"found-{rank}.json" for rank in range(ranks)]
    found = [json.loads(file.read_text()) if file.exists() else None for file in files]
    return Ended(done.returncode, done.stdout, done.stderr, found)


def script(ranks: int, part: str, *arguments: str, folder: Path) -> Ended:
    """The same of one of the functions in ``parts_of_ranks.py``."""
    return mpiexec(ranks, sys.executable, str(HERE / "parts_of_ranks.py"), part, *arguments, folder=folder)


def found(rank: int, value: Any) -> None:
    """Write down what this rank found, for the test that waits for it."""
    place = Path(os.environ["FOUND"], f"found-{rank}.json")
    place.write_text(json.dumps(value))
