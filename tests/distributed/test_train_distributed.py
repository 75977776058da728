"""`glassprop train --distributed`: the same model from any number of processes, and one word from all of them."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from ranks_at_work import mpiexec, script

import glassprop

COMMAND = (sys.executable, "-m", "glassprop.cli")
EPOCHS = ("--target", "y", "--epochs", "3", "--hidden", "8", "--distributed", "--json")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    x, kind = rng.normal(size=(3000, 3)), rng.integers(0, 4, 3000)
    y = np.where(x[:, 0] + kind / 2 + rng.normal(size=3000) > 0.5, "yes", "no")
    path = tmp_path_factory.mktemp("table") / "table.parquet"
    columns = {"a": x[:, 0], "b": x[:, 1], "kind": np.array(list("wxyz"))[kind], "y": y}
    pl.DataFrame(columns).write_parquet(path, row_group_size=200)
    return path


@pytest.fixture(scope="module")
def alone(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    ended = mpiexec(1, *COMMAND, "train", str(table), *EPOCHS, "--model", "m.glassprop", folder=folder)
    assert ended.code == 0, ended.error
    return glassprop.load(folder / "m.glassprop"), told(ended.out)


def told(out):
    import json

    found = json.loads(out)
    return {name: value for name, value in found.items() if name not in ("model", "stream")}


def test_the_model_and_what_is_told_do_not_depend_on_the_number_of_processes(table, alone, tmp_path):
    """One, and three; two go on with what three began, below."""
    ended = mpiexec(3, *COMMAND, "train", str(table), *EPOCHS, "--model", "m.glassprop", folder=tmp_path)
    assert ended.code == 0, ended.error
    model, summary = alone
    other = glassprop.load(tmp_path / "m.glassprop")
    assert np.array_equal(other[-1].theta_, model[-1].theta_)
    assert np.array_equal(other[0].transform(pl.read_parquet(table)), model[0].transform(pl.read_parquet(table)))
    assert told(ended.out) == summary
    assert [path.name for path in Path(tmp_path).glob("*.glassprop")] == ["m.glassprop"]


def test_an_error_in_one_process_is_told_once_and_ends_all(table, tmp_path):
    """Only rank 1 is asked for a column that there is not: rank 0, which waits for it, says so."""
    wrong = ("train", str(table), *EPOCHS, "--model", "m.glassprop", "--drop", "nowhere")
    command = (*COMMAND, *wrong[:-2], ":", "-n", "1", *COMMAND, *wrong)
    ended = mpiexec(1, *command, folder=tmp_path)
    assert ended.code == 2
    said = [line for line in ended.error.splitlines() if line.startswith("glassprop:")]
    assert len(said) == 1
    assert said[0].startswith("glassprop: rank 1: ")
    assert "nowhere" in said[0]
    assert not list(tmp_path.glob("*.glassprop"))


def test_fast_sums_come_close(table, alone, tmp_path):
    command = ("train", str(table), *EPOCHS, "--fast-sums", "--model", "m.glassprop")
    ended = mpiexec(2, *COMMAND, *command, folder=tmp_path)
    assert ended.code == 0, ended.error
    fast = glassprop.load(tmp_path / "m.glassprop")
    assert np.allclose(fast[-1].theta_, alone[0][-1].theta_, rtol=1e-3, atol=1e-4)


def test_a_killed_process_ends_the_job_and_another_number_of_them_goes_on_to_the_same_bits(table, alone, tmp_path):
    command = ("train", str(table), *EPOCHS, "--model", "m.glassprop", "--checkpoint", "kept", "--every", "0s")
    ended = script(3, "dies", "60", *command, folder=tmp_path)
    assert ended.code != 0
    assert "signal 9" in ended.error
    assert not (tmp_path / "m.glassprop").exists()
    assert list((tmp_path / "kept").glob("*.checkpoint"))
    ended = mpiexec(2, *COMMAND, *command, "--resume", folder=tmp_path)
    assert ended.code == 0, ended.error
    assert "training is resumed from" in ended.error
    assert ", step " in ended.error  # in the middle of an epoch
    assert "passed over" not in ended.error
    assert np.array_equal(glassprop.load(tmp_path / "m.glassprop")[-1].theta_, alone[0][-1].theta_)
