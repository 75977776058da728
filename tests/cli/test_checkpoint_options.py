"""Trainings of the command that are kept while they run: stopped or killed, and gone on with to the same file."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from warm_process import COMMAND, ColdProcesses

from glassprop.cli.checkpoint_options import seconds_of
from glassprop.export.checkpoint_file import read_checkpoint

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
TRAIN = ["train", "wine", "--epochs", "12"]  # few rows, of which it still trains the networks of both recipes
KEPT = ["--checkpoint", "kept", "--every", "0s"]


SENDS = """
import os, sys
from glassprop.cli import main
from glassprop.export.checkpoint_folder import CheckpointFolder
number, after, write, count = int(sys.argv[1]), int(sys.argv[2]), CheckpointFolder.write, []
def write_and_send(*arguments):
    path = write(*arguments)
    count.append(path)
    if len(count) == after:
        os.kill(os.getpid(), number)
    return path
CheckpointFolder.write = write_and_send
sys.exit(main(sys.argv[3:]))
"""


def newest(folder: Path) -> int:
    """The number of the newest checkpoint."""
    return max((int(path.stem[-6:]) for path in (folder / "kept").glob("*.checkpoint")), default=0)


@posix
def test_what_signals_stop_ends_with_the_same_file(tmp_path: Path, warm: ColdProcesses) -> None:
    def train(code: str, *more: str) -> subprocess.CompletedProcess[str]:
        return warm.run(code, *more, *TRAIN, "--model", "m.glassprop", *KEPT, "--resume", cwd=tmp_path)

    straight = warm.run(COMMAND, *TRAIN, "--model", "straight.glassprop", "--checkpoint", "all", cwd=tmp_path)
    assert straight.returncode == 0
    assert "a checkpoint keeps one fit" in straight.stderr
    done = train(SENDS, str(int(signal.SIGTERM)), "4")
    assert done.returncode == 143, done.stderr
    assert done.stderr.splitlines()[-1].startswith("glassprop: terminated; it can be resumed from 'kept/fit-001-")
    assert "Traceback" not in done.stderr
    before = newest(tmp_path)
    done = train(SENDS, str(int(signal.SIGKILL)), "2")
    assert done.returncode == -signal.SIGKILL
    assert f"training is resumed from 'fit-001-{before:06d}.checkpoint', after epoch" in done.stderr
    done = train(SENDS, str(int(signal.SIGINT)), "2")
    assert done.returncode == 130, done.stderr
    assert "training was stopped; it can be resumed from" in done.stderr
    done = train(COMMAND)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.glassprop").read_bytes() == (tmp_path / "straight.glassprop").read_bytes()
    assert [read_checkpoint(path).ended for path in (tmp_path / "kept").glob("*.checkpoint")] == [True]


def test_a_small_table_whose_folds_come_first(run, tmp_path: Path) -> None:
    train = ["train", "iris", "--epochs", "30"]
    assert run(*train, "--model", "straight.glassprop").code == 0
    found = run(*train, "--model", "m.glassprop", *KEPT, "--resume", "--keep-last", 2)
    assert found.code == 0
    assert "there is no checkpoint to resume from in 'kept': training starts from the beginning" in found.err
    again = run(*train, "--model", "again.glassprop", *KEPT, "--resume")
    assert "which had come to its end" in again.err
    for name in ("m", "again"):
        assert (tmp_path / f"{name}.glassprop").read_bytes() == (tmp_path / "straight.glassprop").read_bytes()


def test_what_differs_is_named(run, refuse) -> None:
    run("train", "digits", "--epochs", 2, *KEPT)
    refuse("train", "digits", "--epochs", 2, *KEPT, words=["'kept' has checkpoints of a training", "--resume"])
    refuse("train", "digits", "--epochs", 6, *KEPT, "--resume", words=["max_iter was 2 and is 6"])
    other = ("--drop", "pixel_3_3")
    refuse("train", "digits", "--epochs", 2, *other, *KEPT, "--resume", words=["columns were 61 and are 60"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume"], "--resume: only with --checkpoint FOLDER"),
        (["--every", "5m"], "--every: only with --checkpoint FOLDER"),
        ([*KEPT[:2], "--every", "soon"], "--every 'soon': give a time"),
        ([*KEPT, "--keep-last", "0"], "--keep-last 0: give a whole number, 1 or more"),
    ],
)
def test_options_without_a_meaning_are_refused(refuse, options: list[str], words: str) -> None:
    refuse("train", "iris", *options, words=[words])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("30s", 30), ("5m", 300), ("5 min", 300), ("1.5h", 5400), ("2D", 172800), ("-1", None), ("m", None)],
)
def test_times(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
