"""After a training whatever fails waits until the rest is done: report, scores, and what other commands write."""

from __future__ import annotations

import errno
import os
import sys

import pytest
from full_disk import files, full

pytestmark = pytest.mark.usefixtures("places")
QUICK = ("--epochs", "2", "--hidden", "4")


def test_model_elsewhere_and_no_report(run, tmp_path, monkeypatch):
    full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop", "--report", "out/r.html")
    last = result.err.splitlines()[-1]
    assert result.code == 2
    assert str(tmp_path / "m.glassprop") in last
    assert "; there is no report: cannot write 'out" in last
    assert "Report:" not in result.out
    assert files(tmp_path) == ["m.glassprop"]


def test_the_report_names_the_place_where_the_model_is(run, tmp_path, monkeypatch):
    full(monkeypatch, tmp_path / "out")
    assert run("train", "iris", *QUICK, "--model", "out/m.glassprop", "--report", "r.html").code == 2
    assert str(tmp_path / "m.glassprop") in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("number", [0, 1])
def test_report_and_page_are_both_written_or_neither(run, tmp_path, monkeypatch, call, number, old):
    from glassprop.training_report import training_report

    for name in ("r.html", "r-rows.html") if old else ():
        (tmp_path / name).write_text("old")
    made, real, count = training_report.training_report, getattr(os, call), []

    def fail(*args):
        count.append(args)
        if len(count) == number + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args)

    def report(data):
        monkeypatch.setattr(os, call, fail)
        return made(data)

    monkeypatch.setattr(training_report, "training_report", report)
    result = run("train", "iris", *QUICK, "--model", "m.glassprop", "--report", "r.html")
    assert result.code == 2
    assert "the disk is full; nothing was written" in result.err.splitlines()[-1]
    assert files(tmp_path) == sorted(["m.glassprop", *(("r.html", "r-rows.html") if old else ())])
    assert all((tmp_path / name).read_text() == "old" for name in files(tmp_path) if name != "m.glassprop")


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
    result = run("train", "iris", *QUICK, "--model", "m.glassprop", "--report", "r.html")
    assert result.code == {KeyError: 70, MemoryError: 2, KeyboardInterrupt: 130}[type(fault)]
    assert "accuracy" in result.out
    assert "m.glassprop" in "".join(result.err.splitlines()[-2:])
    if isinstance(fault, KeyboardInterrupt):
        assert result.err.splitlines()[-1].endswith("m.glassprop; there is no report")
    assert files(tmp_path) == ["m.glassprop"]


def test_standard_output_is_full_too(run, tmp_path, monkeypatch):
    def full_output(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys.modules["glassprop.cli.print_outcome"], "print_columns", full_output)
    result = run("train", "iris", *QUICK, "--model", "m.glassprop")
    assert result.code == 2
    last = result.err.splitlines()[-1]
    assert last == (
        "glassprop: the model is saved in 'm.glassprop', but the scores are not printed: No space left on device"
    )


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_reader_that_leaves_early_hides_no_news(run, tmp_path, monkeypatch, elsewhere):
    def closed(*_, **__):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    monkeypatch.setattr(sys.modules["glassprop.cli.print_outcome"], "print_columns", closed)
    if elsewhere:
        full(monkeypatch, tmp_path / "out")
    result = run("train", "iris", *QUICK, "--model", "out/m.glassprop")
    assert result.code == (2 if elsewhere else 141)
    assert (str(tmp_path / "m.glassprop") in result.err) is elsewhere


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
