"""``glassprop train --stream``: as asked, or by itself where the table would not fit; its model is like any other."""

from __future__ import annotations

import builtins

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop.ground import free_memory
from glassprop.ground.sizes import size_of
from glassprop.tables.streaming import would_fit


@pytest.fixture
def files(tmp_path):
    """A table as Parquet in small row groups, and as CSV."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 900)).round(3)
    kind = rng.choice(["x", "y", "z"], 900)
    frame = pl.DataFrame({"a": a, "b": b, "kind": kind, "label": np.where(a + (kind == "x") > 0.3, "yes", "no")})
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=100)
    frame.write_csv(tmp_path / "t.csv")
    return tmp_path


QUICK = ("--target", "label", "--epochs", "4", "--hidden", "8")


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_a_streamed_model_is_used_like_any_other(run, files, name):
    result = run("train", name, *QUICK, "--stream", "--budget", "3MB", "--model", "m.glassprop")
    assert result.code == 0
    assert "Read piece by piece in 12 lanes" in result.out
    assert run("score", "m.glassprop", "t.csv").code == 0
    assert run("predict", "m.glassprop", "t.parquet", "--out", "p.csv").code == 0
    assert run("explain", "m.glassprop", "t.csv", "--row", "3").code == 0
    assert "Scores on held-out rows" in run("info", "m.glassprop").out


def test_json_has_how_long_rows_were_waited_for(run, files):
    result = run("train", "t.parquet", *QUICK, "--stream", "--json")
    stream = result.json["stream"]
    assert 0 <= stream["seconds"]["waiting"] <= stream["seconds"]["training"]
    assert (stream["rows"], stream["lanes"]) == (900, 12)
    assert run("train", "t.parquet", *QUICK, "--json").json["stream"] is None


def test_a_report_of_a_streamed_training(run, files):
    result = run("train", "t.parquet", *QUICK, "--stream", "--report", "r.html")
    assert result.code == 0
    assert (files / "r.html").exists()


def test_a_scratch_file_changes_no_bit_and_is_gone_in_the_end(run, files):
    (files / "scratch").mkdir()
    for place, name in ((), "plain"), (("--scratch", "scratch"), "folder"), (("--scratch", "1MB"), "size"):
        assert run("train", "t.parquet", *QUICK, "--stream", *place, "--model", name, "--json").code == 0
    plain, *others = (glassprop.load(files / name)[-1].theta_ for name in ("plain", "folder", "size"))
    for theta in others:
        np.testing.assert_array_equal(theta, plain)
    assert list((files / "scratch").iterdir()) == []


def test_held_out_rows_from_a_file(run, files):
    result = run("train", "t.parquet", *QUICK, "--stream", "--validation", "t.csv", "--json")
    assert result.json["rows"]["held_out"] == 900


def test_it_is_on_by_itself_where_the_table_would_not_fit(run, files, monkeypatch):
    monkeypatch.setattr(would_fit, "free_memory", lambda: 20_000)
    monkeypatch.setattr(would_fit, "_FEW", 0)
    result = run("train", "t.parquet", *QUICK, "--json")
    assert result.json["stream"] is not None
    (note,) = [note for note in result.json["notes"] if note["kind"] == "streamed"]
    assert "20 kB are free" in note["text"]
    assert "--no-stream" in note["text"]
    assert run("train", "t.parquet", *QUICK, "--no-stream", "--json").json["stream"] is None


def test_what_is_small_or_cannot_be_streamed_is_read_into_memory(run, files, monkeypatch):
    for name, free in (("t.parquet", 10**9), ("iris", 1000)):
        monkeypatch.setattr(would_fit, "free_memory", lambda free=free: free)
        monkeypatch.setattr(would_fit, "_FEW", 0)
        target = () if name == "iris" else QUICK
        assert run("train", name, *target, "--json").json["stream"] is None
    monkeypatch.setattr(would_fit, "free_memory", lambda: None)
    assert run("train", "t.csv", *QUICK, "--json").json["stream"] is None


@pytest.mark.parametrize("asked", [("--stream",), ()])
def test_without_pyarrow_one_line_says_what_to_install(run, files, monkeypatch, asked):
    monkeypatch.setattr(would_fit, "free_memory", lambda: 20_000)
    monkeypatch.setattr(would_fit, "_FEW", 0)
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.split(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    result = run("train", "t.parquet", *QUICK, *asked)
    assert result.code != 0
    assert result.err.count("\n") == 1
    assert "glassprop[stream]" in result.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (
            ("t.parquet", "--target", "label", "--budget", "1MB"),
            "--budget: only for a table that is read piece by piece",
        ),
        (("t.parquet", "--target", "label", "--lanes", "5"), "--lanes: only for a table that is read piece by piece"),
        (("t.parquet", "--target", "label", "--stream", "--budget", "much"), "give a size above 0"),
        (("t.parquet", "--target", "label", "--stream", "--budget", "0"), "give a size above 0"),
        (("t.parquet", "--target", "label", "--stream", "--budget", "10kB"), "give"),
        (("t.parquet", "--target", "label", "--stream", "--scratch", "no-such"), "neither a size"),
        (("t.parquet", "--target", "lable", "--stream"), "did you mean 'label'?"),
        (("-", "--target", "label", "--stream"), "cannot be streamed"),
        (("none.parquet", "--target", "label", "--stream"), "there is no file"),
    ],
)
def test_refusals_are_one_line(run, files, args, says):
    result = run("train", *args)
    assert result.code != 0
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert says in result.err


@pytest.mark.parametrize(
    ("text", "size"),
    [("256MB", 256e6), ("1.5GiB", 1.5 * 2**30), ("100", 100), ("5 k", 5000), ("2T", 2e12), ("1e9", None), ("x", None)],
)
def test_sizes(text, size):
    assert size_of(text) == size


def test_what_is_free_is_known_here_or_not_at_all():
    free = free_memory.free_memory()
    assert free is None or free > 0
