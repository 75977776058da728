"""The end of a training loses nothing: wherever the model can be kept it is, and the scores are printed."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys

import numpy as np
import pytest
from full_disk import files, full

import glassprop
from glassprop.cli import keep as keeping
from glassprop.export.model_file import read_record
from glassprop.ground import temporary

pytestmark = pytest.mark.usefixtures("places")
QUICK = ("--epochs", "2", "--hidden", "4")
FAULTS = {
    errno.ENOSPC: "the disk is full",
    errno.EACCES: "permission denied",
    errno.EROFS: "the disk is read-only",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EIO: "error",
}


@pytest.fixture
def after_training(monkeypatch):
    """Have something happen between the last epoch and the first write."""
    import glassprop.tables

    real = glassprop.tables.fit_table

    def plan(act):
        def fit(*args, **more):
            outcome = real(*args, **more)
            act()
            return outcome

        monkeypatch.setattr(glassprop.tables, "fit_table", fit)

    return plan


def works(path):
    return len(glassprop.load(path).predict(iris_rows(path))) == 1


def iris_rows(path):
    import polars as pl

    return pl.DataFrame({c["name"]: [1.0] for c in read_record(path)["columns"] if c["role"] == "number"})


@pytest.mark.parametrize("number", FAULTS)
def test_a_model_that_cannot_be_written_is_kept_in_the_current_folder(run, tmp_path, monkeypatch, number):
    full(monkeypatch, tmp_path / "out", number=number)
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert result.code == 2
    assert "accuracy" in result.out
    kept = str(tmp_path / "m.glassprop")
    assert result.out.rstrip().endswith(f"Model: {kept}")
    assert result.err.splitlines()[-1].startswith("glassprop: cannot write 'out/m.glassprop': ")
    assert FAULTS[number] in result.err
    assert f"the model is saved in {kept!r} instead: move it" in result.err.splitlines()[-1]
    assert "Traceback" not in result.err
    assert files(tmp_path) == ["m.glassprop"]
    assert works(kept)


@pytest.mark.parametrize(("gone", "place"), [((), "temporary"), (("temporary",), "home")])
def test_then_in_the_temporary_folder_then_at_home(run, tmp_path, monkeypatch, gone, place):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    full(monkeypatch, tmp_path / "work", *(tmp_path / name for name in gone))
    result = run("train", "iris", *QUICK, "--json")
    assert result.code == 2
    (name,) = files(tmp_path)
    assert name.startswith(place + os.sep)
    assert result.json["model"] == str(tmp_path / name)
    assert result.json["metrics"]["accuracy"] > 0
    assert str(tmp_path / name) in result.err.splitlines()[-1]
    assert works(tmp_path / name)
    if place == "temporary" and os.name == "posix":  # others share that folder
        assert stat.S_IMODE((tmp_path / name).parent.stat().st_mode) == 0o700


def test_the_scores_are_printed_even_if_the_model_can_be_nowhere(run, tmp_path, monkeypatch):
    full(monkeypatch, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert result.code == 2
    assert "accuracy" in result.out
    assert "Model:" not in result.out
    last = result.err.splitlines()[-1]
    assert last.startswith("glassprop: cannot write 'out/m.glassprop': the disk is full; nor is there another place (")
    for name in ("out", "temporary", "home"):
        assert f"{str(tmp_path / name)!r}: the disk is full" in last
    assert last.endswith("the model is not saved")
    assert sorted(tmp_path.rglob("*")) == before
    assert run("train", "iris", *QUICK, "--json").json["model"] is None


def test_the_folder_is_removed_while_it_trains(run, tmp_path, after_training):
    after_training(lambda: shutil.rmtree(tmp_path / "out"))
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert result.code == 2
    assert "does not exist" in result.err.splitlines()[-1]
    assert works(tmp_path / "m.glassprop")


@pytest.mark.skipif(os.name != "posix", reason="a folder that is in use cannot be removed elsewhere")
def test_the_current_folder_is_removed_while_it_trains(run, tmp_path, monkeypatch, after_training):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    after_training(lambda: shutil.rmtree(tmp_path / "work"))
    result = run("train", "iris", *QUICK)
    assert result.code == 2
    assert "the current folder does not exist any more" in result.err.splitlines()[-1]
    (name,) = files(tmp_path)
    assert works(tmp_path / name)


def test_the_file_becomes_a_folder_while_it_trains(run, tmp_path, after_training):
    after_training(lambda: (tmp_path / "out" / "m.glassprop").mkdir())
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert result.code == 2
    assert "it is a folder" in result.err.splitlines()[-1]
    assert works(tmp_path / "out" / "m-2.glassprop")


def test_a_fault_that_passes_is_none(run, tmp_path, monkeypatch):
    real, count = os.fsync, []

    def once(handle):
        count.append(handle)
        if len(count) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", once)
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert (result.code, files(tmp_path)) == (0, [os.path.join("out", "m.glassprop")])


def test_nothing_that_is_there_is_replaced_by_what_is_kept(run, tmp_path, monkeypatch):
    (tmp_path / "m.glassprop").write_bytes(b"precious")
    full(monkeypatch, tmp_path / "out")
    run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert (tmp_path / "m.glassprop").read_bytes() == b"precious"
    assert works(tmp_path / "m-2.glassprop")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_device_that_takes_nothing(run, tmp_path):
    result = run("train", "iris", *QUICK, "--model", "/dev/full")
    assert result.code == 2
    assert works(tmp_path / "full")


def test_the_old_model_is_whole(run, tmp_path, monkeypatch):
    assert run("train", "iris", *QUICK, "--model", "out/m.glassprop").code == 0
    before = (tmp_path / "out" / "m.glassprop").read_bytes()
    full(monkeypatch, tmp_path / "out")
    run("train", "iris", *QUICK, "--seed", "1", "--model", "out/m.glassprop")
    assert (tmp_path / "out" / "m.glassprop").read_bytes() == before
    assert read_record(tmp_path / "m.glassprop")["seed"] == 1


def test_interrupted_and_full(run, monkeypatch, tmp_path):
    from glassprop.cli.progress import TrainingProgress

    class Interrupting(TrainingProgress):
        def on_fit_task_end(self, estimator, context):
            super().on_fit_task_end(estimator, context)
            if context.parent is not None and self._epoch == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "TrainingProgress", Interrupting)
    full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", "--model", "out/m.glassprop")
    said, last = result.err.splitlines()[-2:]
    assert said == f"interrupted: the best weights so far are saved in {tmp_path / 'm.glassprop'}"
    assert str(tmp_path / "m.glassprop") in last
    assert read_record(tmp_path / "m.glassprop")["interrupted"] is True


def test_what_no_other_place_would_mend_is_told_after_the_scores(run, monkeypatch, tmp_path):
    from glassprop.export import model_file

    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(model_file, "save", refuse)
    result = run("train", "iris", *QUICK)
    assert result.code == 2
    assert "accuracy" in result.out
    last = result.err.splitlines()[-1]
    assert "the model is not saved" in last
    assert "not enough memory" in last
    assert files(tmp_path) == []


def test_two_trainings_that_chose_one_name_keep_two_models(run, tmp_path, after_training):
    """A file that nobody named is not replaced, though its name was free when training began."""
    after_training(lambda: (tmp_path / "iris.glassprop").write_bytes(b"another's"))
    result = run("train", "iris", *QUICK)
    assert result.code == 0
    assert result.out.rstrip().endswith("Model: iris-2.glassprop")
    assert (tmp_path / "iris.glassprop").read_bytes() == b"another's"
    assert works("iris-2.glassprop")


@pytest.mark.skipif(temporary.fcntl is None, reason="locks of POSIX")
def test_names_are_chosen_one_at_a_time(tmp_path, monkeypatch):
    """Two that end at the same moment do not both take the free name: the folder is locked until it is taken."""
    from glassprop.export import model_file

    free = []

    def save(model, path, record):
        handle = os.open(path.parent, os.O_RDONLY)
        free.append(temporary._lock(handle))
        os.close(handle)

    monkeypatch.setattr(model_file, "save", save)
    monkeypatch.chdir(tmp_path)
    assert keeping.keep(None, {}, "m.glassprop", named=False) == keeping.Kept("m.glassprop")
    assert keeping.keep(None, {}, "m.glassprop", named=True) == keeping.Kept("m.glassprop")
    assert free == [False, True]


def test_in_python_the_model_is_still_there(iris_model, tmp_path, monkeypatch):
    model = glassprop.load(iris_model)
    full(monkeypatch, tmp_path / "out")
    with pytest.raises(glassprop.GlasspropError, match="disk is full"):
        glassprop.save(model, tmp_path / "out" / "m.glassprop")
    glassprop.save(model, tmp_path / "m.glassprop")
    assert files(tmp_path) == ["m.glassprop"]
    np.testing.assert_array_equal(glassprop.load(tmp_path / "m.glassprop")[-1].theta_, model[-1].theta_)
