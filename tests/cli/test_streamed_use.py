"""Large tables through predict and score: read piece by piece, written as they come, whole or not at all."""

from __future__ import annotations

import io
import os
import signal
import sys

import polars as pl
import pytest
from warm_process import COMMAND, started

from glassprop.cli import main, predict, prediction_bytes, streamed
from glassprop.errors import MissingPackageError
from glassprop.tables.encoding import block_encoder
from glassprop.tables.streaming import row_source, would_fit

from .conftest import flowers

ROWS = 3000
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """By task: of the kind of flowers, and of their width."""
    folder = tmp_path_factory.mktemp("models")
    flowers(200).write_csv(folder / "flowers.csv")
    found = {}
    for target in ("kind", "width"):
        found[target] = folder / f"{target}.glassprop"
        asked = ["--target", target, "--model", str(found[target]), "--epochs", "3", "--hidden", "8", "--json"]
        assert main(["train", str(folder / "flowers.csv"), *asked]) == 0
    return found


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(block_encoder, "BLOCK", 512)


@pytest.fixture
def large(tmp_path):
    """A table in several files of each kind, in the folder of the run."""
    frame = flowers(ROWS, seed=1).with_columns(
        color=pl.when(pl.int_range(ROWS) == ROWS - 1).then(pl.lit("green")).otherwise(pl.col("color"))
    )
    frame.write_csv(tmp_path / "all.csv")
    frame.write_parquet(tmp_path / "all.parquet", row_group_size=700)
    frame.write_ipc(tmp_path / "all.arrow")
    for part, rows in enumerate(frame.iter_slices(1100)):
        rows.write_parquet(tmp_path / f"part-{part}.parquet")
    return frame


def _without_pyarrow():
    raise MissingPackageError("needs the package pyarrow, which is not installed: pip install 'glassprop[stream]'")


@pytest.mark.parametrize("data", ["all.csv", "all.parquet", "all.arrow", "part-*.parquet"])
@pytest.mark.parametrize(("target", "name"), [("kind", "p.csv"), ("kind", "p.parquet"), ("width", "p.tsv")])
def test_the_file_is_the_same_as_without_streaming(run, models, tmp_path, large, data, target, name):
    files = []
    for stream in ("--stream", "--no-stream"):
        done = run("predict", models[target], data, "--out", name, stream)
        assert done.code == 0, done.err
        assert f"{ROWS:,} predictions in {name}" in done.err.splitlines()[-1]
        assert done.err.count("'green'") == 1
        files.append((tmp_path / name).read_bytes())
    if name == "p.parquet":
        frames = [pl.read_parquet(io.BytesIO(data)) for data in files]
        assert frames[0].equals(frames[1])
        assert frames[0].schema == frames[1].schema
    else:
        assert files[0] == files[1]


def test_standard_output_and_formulas(run, models, large):
    found = [run("predict", models["kind"], "all.csv", "--escape-formulas", by) for by in ("--stream", "--no-stream")]
    assert found[0].out == found[1].out
    assert found[0].out.count("\n") == ROWS + 1
    assert sorted(found[0].err.splitlines()) == sorted(found[1].err.splitlines())


def test_scores_are_those_without_streaming(run, models, large):
    for target in ("kind", "width"):
        found = [run("score", models[target], "all.parquet", "--json", by).json for by in ("--stream", "--no-stream")]
        assert found[0].pop("within") == {}
        assert {**found[0], "notes": 0} == {**found[1], "notes": 0}
        texts = [{note["text"] for note in one["notes"]} for one in found]
        assert texts[0] == texts[1]


def test_areas_from_bins_say_how_far_off_they_are(run, models, large, monkeypatch):
    from glassprop.tables.streaming import score_stream
    from glassprop.tables.streaming.stream_scores import StreamScores

    monkeypatch.setattr(score_stream, "StreamScores", lambda *args: StreamScores(*args, most=100))
    exact = run("score", models["kind"], "all.parquet", "--json").json["metrics"]["roc_auc"]
    found = run("score", models["kind"], "all.parquet", "--json", "--stream").json
    assert 0 < abs(found["metrics"]["roc_auc"] - exact) <= found["within"]["roc_auc"] < 0.01
    told = run("score", models["kind"], "all.parquet", "--stream").out
    assert "roc_auc is computed from bins" in told


def test_large_files_stream_by_themselves_and_others_do_not(run, refuse, models, large, monkeypatch, iris_model):
    assert "within" not in run("score", models["kind"], "all.parquet", "--json").json
    monkeypatch.setattr(streamed, "LARGE", 0)
    assert "within" in run("score", models["kind"], "all.parquet", "--json").json
    assert "within" not in run("score", models["kind"], "all.parquet", "--json", "--no-stream").json
    assert "within" not in run("score", iris_model, "iris", "--json").json
    assert run("predict", iris_model, "-", stdin=b"a,b\n").code == 2  # of a pipe it is not even tried
    monkeypatch.setattr(row_source, "need_pyarrow", _without_pyarrow)
    assert "within" not in run("score", models["kind"], "all.parquet", "--json").json
    monkeypatch.setattr(would_fit, "_FEW", 0)
    monkeypatch.setattr(would_fit, "free_memory", lambda: 20_000)  # then it cannot be read whole instead
    refuse("score", models["kind"], "all.parquet", words=["glassprop[stream]"])


def test_explain_and_check_read_a_few_rows(run, refuse, models, large):
    asked = ("explain", models["kind"], "all.parquet", "--row", 2999, "--row", 5, "--json")
    found = [run(*asked, by) for by in ("--stream", "--no-stream")]
    assert found[0].json == found[1].json
    assert found[0].code == 0
    assert "2999" in found[0].out
    refuse("explain", models["kind"], "all.parquet", "--row", 3000, "--stream", words=["there is no row 3000"])
    checked = run("check", models["width"], "part-*.parquet", "--rows", 50, "--stream", "--json")
    assert checked.code == 0
    assert checked.json["rows"] == 50


def test_what_cannot_stream_is_refused_where_it_is_asked(refuse, models, large, monkeypatch):
    refuse("predict", models["kind"], "-", "--stream", words=["-", "streamed"], stdin=b"width,color\n1,red\n")
    refuse("predict", models["kind"], "absent-*.parquet", "--stream", words=["absent-*.parquet"])
    monkeypatch.setattr(row_source, "need_pyarrow", _without_pyarrow)
    refuse("predict", models["kind"], "all.parquet", "--stream", words=["pyarrow", "glassprop[stream]"])


def test_missing_columns_are_named_and_nothing_is_left(refuse, models, large, tmp_path):
    large.drop("color").write_parquet(tmp_path / "less.parquet")
    refuse("predict", models["kind"], "less.parquet", "--stream", "--out", "p.csv", words=["'color'"])
    refuse("score", models["kind"], "less.parquet", "--stream", words=["'color'"])


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
@pytest.mark.parametrize("ending", [KeyboardInterrupt(), OSError(5, "Input/output error")], ids=["Ctrl-C", "reading"])
def test_what_ends_midway_leaves_what_was_there(run, models, large, tmp_path, monkeypatch, name, ending):
    real = predict._counted

    def broken(frames, passed):
        def some():
            for number, frame in enumerate(frames):
                if number == 3:
                    raise ending
                yield frame

        return real(some(), passed)

    monkeypatch.setattr(predict, "_counted", broken)
    (tmp_path / name).write_bytes(b"old")
    before = sorted(tmp_path.iterdir())
    done = run("predict", models["kind"], "all.parquet", "--out", name, "--stream")
    assert done.code == (130 if isinstance(ending, KeyboardInterrupt) else 2)
    assert done.err.count("\n") == 1
    assert isinstance(ending, KeyboardInterrupt) or "cannot be read to their end: Input/output error" in done.err
    assert (tmp_path / name).read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


@posix
@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
def test_a_disk_that_fills_up_midway_leaves_nothing(refuse, models, large, monkeypatch, name):
    import resource

    monkeypatch.setattr(prediction_bytes, "_ROWS", 100)  # so that some are on the disk before it is full
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        refuse("predict", models["kind"], "all.parquet", "--stream", "--out", name, words=[f"cannot write '{name}'"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@posix
def test_a_run_that_is_told_to_end_leaves_nothing(run, models, large, tmp_path, monkeypatch):
    real = predict._counted

    def told(frames, passed):
        for number, frame in enumerate(real(frames, passed)):
            if number == 3:
                os.kill(os.getpid(), signal.SIGTERM)
            yield frame

    monkeypatch.setattr(predict, "_counted", told)
    before, usual = sorted(tmp_path.iterdir()), signal.getsignal(signal.SIGTERM)
    try:
        code = run("predict", models["kind"], "all.parquet", "--out", "p.csv", "--stream").code
    except SystemExit as end:  # what becomes of it is Python's to say
        code = end.code
    assert code == 143
    assert sorted(tmp_path.iterdir()) == before
    assert signal.getsignal(signal.SIGTERM) == usual


SLAIN = """
import os, signal, sys
from glassprop.cli import main, predict
real = predict._counted
def slain(frames, passed):
    for number, frame in enumerate(real(frames, passed)):
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        yield frame
predict._counted = slain
from glassprop.tables.encoding import block_encoder
block_encoder.BLOCK = 512
main(sys.argv[1:])
"""


@posix
def test_what_a_killed_run_left_is_gone_after_the_next(run, models, large, tmp_path, warm):
    asked = ("predict", str(models["kind"]), "all.parquet", "--stream", "--out", "p.csv")
    before = {path.name for path in tmp_path.iterdir()}
    killed = warm.run(SLAIN, *asked, cwd=tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = {path.name for path in tmp_path.iterdir()} - before
    assert len(left) == 1
    assert left.pop().startswith(".glassprop-")
    assert run(*asked).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {*before, "p.csv"}


@posix
def test_who_reads_the_output_may_have_seen_enough(models, large, tmp_path, warm):
    predict_all = ("predict", str(models["kind"]), "all.csv", "--stream")
    with started(warm, COMMAND, *predict_all, cwd=tmp_path) as (process, out, err):
        assert out.readline().startswith(b"prediction,")
        out.close()
        said = err.read()
        assert process.wait() in (0, 141), said  # 0: all of it had gone through the pipe already
    assert b"Traceback" not in said


def test_a_terminal_sees_how_far_it_is(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    with streamed.rows_passing(2000, "predicting") as passed:
        passed(1500)
    assert "predicting" in shown.getvalue()
    assert "1,500/2,000 rows" in shown.getvalue()
    monkeypatch.setattr(sys, "stderr", quiet := io.StringIO())
    with streamed.rows_passing(2000, "predicting") as passed:
        passed(2000)
    assert quiet.getvalue() == ""
