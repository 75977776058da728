"""Running commands: in this process, where most tests are quick, and what a refusal has to look like."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from warm_process import FORKS, ColdProcesses, WarmProcesses

from glassprop.cli import keep as keeping
from glassprop.cli import main


@dataclass
class Result:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output as the one JSON object that it has to be."""
        assert self.out.count("\n") == 1

        def no_nan(text):
            raise AssertionError(f"{text} is not JSON")

        return json.loads(self.out, parse_constant=no_nan)


class Stdin:
    """Standard input that holds `data`."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Call glassprop in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*args, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        capsys.readouterr()
        code = main([str(arg) for arg in args])
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture
def refuse(run, tmp_path):
    """Call glassprop and see it refuse: code 2, one line with `words`, nothing printed, nothing left."""

    def call(*args, words=(), stdin=None):
        before = sorted(tmp_path.rglob("*"))
        result = run(*args, stdin=stdin)
        assert result.code == 2, result
        assert result.out == ""
        assert result.err.count("\n") == 1, result.err
        assert result.err.startswith("glassprop: ")
        assert "Traceback" not in result.err
        for word in words:
            assert word in result.err
        assert sorted(tmp_path.rglob("*")) == before
        return result.err

    return call


@pytest.fixture(scope="session")
def iris_model(tmp_path_factory):
    """A model of iris, trained for a moment."""
    path = tmp_path_factory.mktemp("models") / "iris.glassprop"
    assert main(["train", "iris", "--model", str(path), "--epochs", "20", "--hidden", "10", "--json"]) == 0
    return path


@pytest.fixture(scope="session")
def warm():
    """Starts processes, warm where they can be: for what is not about how they start."""
    processes = WarmProcesses() if FORKS else ColdProcesses()
    yield processes
    processes.end()


def flowers(rows=60, seed=0):
    """A table with a number, a text and a class that follows from them."""
    rng = np.random.default_rng(seed)
    width = rng.normal(size=rows).round(3)
    color = rng.choice(["red", "blue", "white"], rows)
    kind = np.where(width + (color == "red") > 0.3, "rose", "lily")
    return pl.DataFrame({"width": width, "color": color, "kind": kind})


@pytest.fixture
def table(tmp_path):
    """`flowers` as flowers.csv in the folder of the run."""
    frame = flowers()
    frame.write_csv(tmp_path / "flowers.csv")
    return frame


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Folders of this test's own for whatever is kept elsewhere."""
    for name in ("out", "temporary", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setattr(keeping, "_SHARED", ())
