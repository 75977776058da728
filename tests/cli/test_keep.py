"""The end of a training loses nothing: wherever the model can be kept it is, and the scores are printed."""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import sys
import tempfile

import numpy as np
import pytest

import glassprop
from glassprop.cli import keep as keeping
from glassprop.export.model_file import read_record
from glassprop.ground import draft, temporary
from glassprop.ground.temporary import new_temporary

QUICK = ("--epochs", "2", "--hidden", "4")
FAULTS = {
    errno.ENOSPC: "the disk is full",
    errno.EACCES: "permission denied",
    errno.EROFS: "the disk is read-only",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EIO: "error",
}


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Folders of this test's own for whatever is kept elsewhere."""
    for name in ("out", "temporary", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setattr(keeping, "_SHARED", ())


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


def full(monkeypatch, *folders, number=errno.ENOSPC):
    """No file can be made in these folders, nor in those below."""
    real = draft.new_temporary

    def sometimes(folder):
        if any(folder.is_relative_to(name) for name in folders):
            raise OSError(number, os.strerror(number))
        return real(folder)

    monkeypatch.setattr(draft, "new_temporary", sometimes)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def works(path):
    return len(glassprop.load(path).predict(iris_rows(path))) == 1


def iris_rows(path):
    import polars as pl

    return pl.DataFrame({c["name"]: [1.0] for c in read_record(path)["columns"] if c["role"] == "number"})


@pytest.mark.parametrize("number", FAULTS)
def test_a_model_that_cannot_be_written_is_kept_in_the_current_folder(run, tmp_path, monkeypatch, number):
    full(monkeypatch, tmp_path / "out", number=number)
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert result.code == 2
    assert "accuracy" in result.out
    kept = str(tmp_path / "m.skops")
    assert result.out.rstrip().endswith(f"Model: {kept}")
    assert result.err.splitlines()[-1].startswith("glassprop: cannot write 'out/m.skops': ")
    assert FAULTS[number] in result.err
    assert f"the model is saved in {kept!r} instead: move it" in result.err.splitlines()[-1]
    assert "Traceback" not in result.err
    assert files(tmp_path) == ["m.skops"]
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
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert result.code == 2
    assert "accuracy" in result.out
    assert "Model:" not in result.out
    last = result.err.splitlines()[-1]
    assert last.startswith("glassprop: cannot write 'out/m.skops': the disk is full; nor is there another place (")
    for name in ("out", "temporary", "home"):
        assert f"{str(tmp_path / name)!r}: the disk is full" in last
    assert last.endswith("the model is not saved")
    assert sorted(tmp_path.rglob("*")) == before
    assert run("train", "iris", *QUICK, "--json").json["model"] is None


def test_the_folder_is_removed_while_it_trains(run, tmp_path, after_training):
    after_training(lambda: shutil.rmtree(tmp_path / "out"))
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert result.code == 2
    assert "does not exist" in result.err.splitlines()[-1]
    assert works(tmp_path / "m.skops")


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
    after_training(lambda: (tmp_path / "out" / "m.skops").mkdir())
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert result.code == 2
    assert "it is a folder" in result.err.splitlines()[-1]
    assert works(tmp_path / "out" / "m-2.skops")


def test_a_fault_that_passes_is_none(run, tmp_path, monkeypatch):
    real, count = os.fsync, []

    def once(handle):
        count.append(handle)
        if len(count) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", once)
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert (result.code, files(tmp_path)) == (0, [os.path.join("out", "m.skops")])


def test_nothing_that_is_there_is_replaced_by_what_is_kept(run, tmp_path, monkeypatch):
    (tmp_path / "m.skops").write_bytes(b"precious")
    full(monkeypatch, tmp_path / "out")
    run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert (tmp_path / "m.skops").read_bytes() == b"precious"
    assert works(tmp_path / "m-2.skops")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_device_that_takes_nothing(run, tmp_path):
    result = run("train", "iris", *QUICK, "--model", "/dev/full")
    assert result.code == 2
    assert works(tmp_path / "full")


def test_the_old_model_is_whole(run, tmp_path, monkeypatch):
    assert run("train", "iris", *QUICK, "--model", "out/m.skops").code == 0
    before = (tmp_path / "out" / "m.skops").read_bytes()
    full(monkeypatch, tmp_path / "out")
    run("train", "iris", *QUICK, "--seed", "1", "--model", "out/m.skops")
    assert (tmp_path / "out" / "m.skops").read_bytes() == before
    assert read_record(tmp_path / "m.skops")["seed"] == 1


def test_interrupted_and_full(run, monkeypatch, tmp_path):
    from glassprop.cli.progress import TrainingProgress

    class Interrupting(TrainingProgress):
        def on_fit_task_end(self, estimator, context):
            super().on_fit_task_end(estimator, context)
            if context.parent is not None and self._epoch == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "TrainingProgress", Interrupting)
    full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", "--model", "out/m.skops")
    said, last = result.err.splitlines()[-2:]
    assert said == f"interrupted: the best weights so far are saved in {tmp_path / 'm.skops'}"
    assert str(tmp_path / "m.skops") in last
    assert read_record(tmp_path / "m.skops")["interrupted"] is True


def test_what_no_other_place_would_mend_is_told_after_the_scores(run, monkeypatch, tmp_path):
    from glassprop.export import model_file

    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(model_file, "save", refuse)
    result = run("train", "iris", *QUICK)
    assert result.code == 2
    assert "accuracy" in result.out
    said, last = result.err.splitlines()[-2:]
    assert said == "the model is not saved"
    assert "not enough memory" in last
    assert files(tmp_path) == []


def test_two_trainings_that_chose_one_name_keep_two_models(run, tmp_path, after_training):
    """A file that nobody named is not replaced, though its name was free when training began."""
    after_training(lambda: (tmp_path / "iris.skops").write_bytes(b"another's"))
    result = run("train", "iris", *QUICK)
    assert result.code == 0
    assert result.out.rstrip().endswith("Model: iris-2.skops")
    assert (tmp_path / "iris.skops").read_bytes() == b"another's"
    assert works("iris-2.skops")


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
    assert keeping.keep(None, {}, "m.skops", named=False) == keeping.Kept("m.skops")
    assert keeping.keep(None, {}, "m.skops", named=True) == keeping.Kept("m.skops")
    assert free == [False, True]


def test_in_python_the_model_is_still_there(iris_model, tmp_path, monkeypatch):
    model = glassprop.load(iris_model)
    full(monkeypatch, tmp_path / "out")
    with pytest.raises(glassprop.GlasspropError, match="disk is full"):
        glassprop.save(model, tmp_path / "out" / "m.skops")
    glassprop.save(model, tmp_path / "m.skops")
    assert files(tmp_path) == ["m.skops"]
    np.testing.assert_array_equal(glassprop.load(tmp_path / "m.skops")[-1].theta_, model[-1].theta_)


# --- asked on a terminal ---------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def answer(monkeypatch):
    """Let a person at a terminal answer; gives what the terminal shows."""

    def call(text):
        monkeypatch.setattr(sys, "stdin", Terminal(text))
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return call


def test_a_person_names_another_place(tmp_path, monkeypatch, answer):
    full(monkeypatch, *(tmp_path / name for name in ("out", "temporary", "home")))
    monkeypatch.chdir(tmp_path / "out")
    (tmp_path / "stick").mkdir()
    shown = answer(f"\n{tmp_path / 'stick' / 'm.skops'}\n")
    kept = keep_something("m.skops")
    assert (kept.path, kept.fault) == (str(tmp_path / "stick" / "m.skops"), None)
    assert shown.getvalue().count("Make room and press Enter to try 'm.skops' again") == 2
    assert "the disk is full" in shown.getvalue()


def test_a_person_makes_room(tmp_path, monkeypatch, answer):
    full(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path / "out")
    answer("\n")
    real = sys.stdin.readline

    def make_room():
        monkeypatch.setattr(draft, "new_temporary", new_temporary)
        return real()

    monkeypatch.setattr(sys.stdin, "readline", make_room)
    assert keep_something("m.skops") == keeping.Kept("m.skops")


@pytest.mark.parametrize("how", ["end of input", "Ctrl-C"])
def test_a_person_gives_up(tmp_path, monkeypatch, answer, how):
    full(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path / "out")
    answer("")
    if how == "Ctrl-C":

        def press():
            raise KeyboardInterrupt

        monkeypatch.setattr(sys.stdin, "readline", press)
    kept = keep_something("m.skops")
    assert kept.path is None
    assert "the model is not saved" in str(kept.fault)


def keep_something(path):
    from sklearn.datasets import load_iris

    model = glassprop.MLPClassifier((2,), max_iter=1, engine="reference")
    with pytest.warns(UserWarning, match="converge"):
        model.fit(*load_iris(return_X_y=True))
    return keeping.keep(model, {}, path, named=True)


# --- report and standard output --------------------------------------------------------------------------------------


def test_model_elsewhere_and_no_report(run, tmp_path, monkeypatch):
    full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", *QUICK, "--model", "out/m.skops", "--report", "out/r.html")
    last = result.err.splitlines()[-1]
    assert result.code == 2
    assert str(tmp_path / "m.skops") in last
    assert "; there is no report: cannot write 'out" in last
    assert "Report:" not in result.out
    assert files(tmp_path) == ["m.skops"]


def test_the_report_names_the_place_where_the_model_is(run, tmp_path, monkeypatch):
    full(monkeypatch, tmp_path / "out")
    assert run("train", "iris", *QUICK, "--model", "out/m.skops", "--report", "r.html").code == 2
    assert str(tmp_path / "m.skops") in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("number", [0, 1])
def test_report_and_page_are_both_written_or_neither(run, tmp_path, monkeypatch, call, number, old):
    from glassprop.report import training

    for name in ("r.html", "r-rows.html") if old else ():
        (tmp_path / name).write_text("old")
    made, real, count = training.training_report, getattr(os, call), []

    def fail(*args):
        count.append(args)
        if len(count) == number + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args)

    def report(data):
        monkeypatch.setattr(os, call, fail)
        return made(data)

    monkeypatch.setattr(training, "training_report", report)
    result = run("train", "iris", *QUICK, "--model", "m.skops", "--report", "r.html")
    assert result.code == 2
    assert "the disk is full; nothing was written" in result.err.splitlines()[-1]
    assert files(tmp_path) == sorted(["m.skops", *(("r.html", "r-rows.html") if old else ())])
    assert all((tmp_path / name).read_text() == "old" for name in files(tmp_path) if name != "m.skops")


def test_the_page_is_not_the_report_itself(refuse, tmp_path):
    (tmp_path / "r-rows.html").write_text("old")
    (tmp_path / "r.html").symlink_to("r-rows.html")
    refuse("train", "iris", "--report", "r.html", words=["'r-rows.html'", "the report"])


@pytest.mark.parametrize("fault", [KeyError("ours"), MemoryError(), KeyboardInterrupt()])
def test_whatever_happens_to_the_report_the_scores_are_printed(run, tmp_path, monkeypatch, fault):
    import glassprop.tables

    def broken(*_):
        raise fault

    monkeypatch.setattr(glassprop.tables, "diagnose", broken)
    result = run("train", "iris", *QUICK, "--model", "m.skops", "--report", "r.html")
    assert result.code == {KeyError: 70, MemoryError: 2, KeyboardInterrupt: 130}[type(fault)]
    assert "accuracy" in result.out
    assert "m.skops" in "".join(result.err.splitlines()[-2:])
    if isinstance(fault, KeyboardInterrupt):
        assert result.err.splitlines()[-1].endswith("m.skops; there is no report")
    assert files(tmp_path) == ["m.skops"]


def test_standard_output_is_full_too(run, tmp_path, monkeypatch):
    def full_output(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "print_columns", full_output)
    result = run("train", "iris", *QUICK, "--model", "m.skops")
    assert result.code == 2
    last = result.err.splitlines()[-1]
    assert last == (
        "glassprop: the model is saved in 'm.skops', but the scores are not printed: No space left on device"
    )


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_reader_that_leaves_early_hides_no_news(run, tmp_path, monkeypatch, elsewhere):
    def closed(*_, **__):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "print_columns", closed)
    if elsewhere:
        full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", *QUICK, "--model", "out/m.skops")
    assert result.code == (2 if elsewhere else 141)
    assert (str(tmp_path / "m.skops") in result.err) is elsewhere


# --- other commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("predict", "iris", "--out"), "p.csv"),
        (("predict", "iris", "--out"), "p.parquet"),
        (("explain", "iris", "--row", "0", "--html"), "e.html"),
        (("explain", "iris", "--row", "0", "--latex"), "e.tex"),
    ],
)
def test_other_commands_write_all_or_nothing(run, tmp_path, monkeypatch, iris_model, command, name, call, old):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if old:
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(os, call, fail)
    result = run(command[0], iris_model, *command[1:], name)
    assert (result.code, result.out) == (2, "")
    assert f"cannot write {name!r}: the disk is full; nothing was written" in result.err
    assert files(tmp_path) == ([name] if old else [])
    assert not old or (tmp_path / name).read_text() == "old"
