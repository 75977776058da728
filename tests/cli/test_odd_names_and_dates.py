"""What a table may hold and a terminal, JSON or a spreadsheet must not obey; and scores that come before any fault."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from contextlib import redirect_stdout

import numpy as np
import polars as pl
import pytest
from warm_process import COMMAND

import glassprop.cli.report_files
from glassprop.cli import main
from glassprop.cli.output import Messages, print_line, print_table

# Escape sequences (with ESC and in one byte), a bell, a line break, other directions, what takes no room.
ODD = [
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31mred\x85!",
    "a\rb\nc",
    "\u202egnp.exe",
    "\u2066x\u200b\u2069",
    "=cmd|' /C calc'!A0",
]


def odd_table(path):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x\x1b[2J": rng.normal(size=60), "y": [ODD[k % len(ODD)] for k in range(60)]})
    frame.write_parquet(path)
    return frame


@pytest.fixture
def odd(run, tmp_path):
    frame = odd_table(tmp_path / "odd.parquet")
    result = run(
        "train", "odd.parquet", "--target", "y", "--model", "m.glassprop", "--epochs", "2", "--hidden", "4", "--json"
    )
    assert result.code == 0
    return frame, result


def test_json_is_visible_and_decodes_to_the_names(run, odd):
    for result in (
        odd[1],
        run("info", "m.glassprop", "--json"),
        run("explain", "m.glassprop", "odd.parquet", "--row", 0, "--json"),
    ):
        assert result.out.removesuffix("\n").isprintable()
    assert odd[1].json["labels"] == sorted(ODD)
    assert run("info", "m.glassprop", "--json").json["labels"] == sorted(ODD)
    assert set(run("explain", "m.glassprop", "odd.parquet", "--row", 0, "--json").json["outputs"]) == set(ODD)
    assert r"\u009b31mred\u0085!" in odd[1].out


def test_a_file_and_a_pipe_get_the_names_as_they_are(run, odd):
    for command in (
        ["predict", "m.glassprop", "odd.parquet"],
        ["predict", "m.glassprop", "odd.parquet", "--out", "p.csv"],
    ):
        result = run(*command)
        assert result.code == 0
    with open("p.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["prediction", *(f"probability_{name}" for name in sorted(ODD))]
    assert {row[0] for row in rows[1:]} <= set(ODD)


def test_nothing_of_a_table_acts_on_a_terminal(run, odd):
    for command in (
        ["train", "odd.parquet", "--target", "y", "--model", "m2.glassprop", "--epochs", "1", "--report", "r.html"],
        ["info", "m.glassprop"],
        ["score", "m.glassprop", "odd.parquet"],
        ["explain", "m.glassprop", "odd.parquet", "--row", "0", "--row", "1", "--input", "x\x1b[2J"],
        *(
            ["explain", "m.glassprop", "odd.parquet", "--row", "0", face, "-"]
            for face in ("--html", "--latex", "--worksheet")
        ),
        ["train", "no\x1b[31m\u202e.csv"],
        ["predict", "m.glassprop", "odd.parquet", "--out", "a\x9b.odd"],
    ):
        result = run(*command)
        assert all(c.isprintable() or c == "\n" for c in result.out + result.err), command
    for page in ("r.html", "r-rows.html"):
        with open(page, encoding="utf-8") as file:
            assert all(c.isprintable() or c == "\n" for c in file.read())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_predictions_are_visible(odd, tmp_path, warm):
    import pty

    leader, follower = pty.openpty()
    with open(os.devnull) as nothing, open(tmp_path / "err", "wb") as err:
        streams = [nothing.fileno(), follower, err.fileno()]
        process = warm.start(COMMAND, "predict", "m.glassprop", "odd.parquet", cwd=tmp_path, streams=streams)
    os.close(follower)
    parts = []
    while part := _read(leader):
        parts.append(part)
    os.close(leader)
    assert process.wait() == 0, (tmp_path / "err").read_text()
    shown = b"".join(parts).decode().replace("\r\n", "\n")
    assert all(c.isprintable() or c == "\n" for c in shown)
    rows = list(csv.reader(io.StringIO(shown)))
    assert rows[0][1:] == [f"probability_{name}".encode("unicode_escape").decode() for name in sorted(ODD)]
    assert len(rows) == 61


def _read(leader):
    try:
        return os.read(leader, 65_536)
    except OSError:  # the other side is closed
        return b""


@pytest.mark.parametrize(("ending", "separator"), [("csv", ","), ("tsv", "\t")])
def test_formulas_are_escaped_where_asked(run, tmp_path, ending, separator):
    names = ["=1+1", "@SUM(A1)", "-1.5x", "+y", "a;=b", "-2.5", "plain"]
    rng = np.random.default_rng(1)
    x = rng.normal(size=(70, 2))
    pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": names * 10}).write_parquet("t.parquet")
    assert (
        run("train", "t.parquet", "--target", "y", "--model", "m.glassprop", "--epochs", "2", "--hidden", "4").code == 0
    )
    plain, safe = f"plain.{ending}", f"safe.{ending}"
    assert run("predict", "m.glassprop", "t.parquet", "--out", plain).code == 0
    assert run("predict", "m.glassprop", "t.parquet", "--out", safe, "--escape-formulas").code == 0
    before, after = (read_rows(tmp_path / name, separator) for name in (plain, safe))
    escaped = dict(zip(names, ["'=1+1", "'@SUM(A1)", "'-1.5x", "'+y", "a;'=b", "-2.5", "plain"], strict=True))
    assert [row[0] for row in after[1:]] == [escaped[row[0]] for row in before[1:]]
    assert [row[1:] for row in after[1:]] == [row[1:] for row in before[1:]]
    assert after[0] == [name.replace("a;=b", "a;'=b") for name in before[0]]  # others begin with probability_
    assert not any(cell.startswith(("=", "+", "@")) for row in after for cell in row)


def read_rows(path, separator):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_parquet_has_no_formulas(refuse, odd):
    refuse("predict", "m.glassprop", "odd.parquet", "--out", "p.parquet", "--escape-formulas", words=["CSV and TSV"])


class PanicException(BaseException):
    """What polars' Rust side raises: no Exception."""


@pytest.mark.parametrize(
    ("fault", "code", "words", "as_json"),
    [
        (OverflowError("date value out of range"), 70, "OverflowError: date value out of range", False),
        (PanicException("out-of-range date"), 70, "PanicException: out-of-range date", True),
        (MemoryError(), 2, "not enough memory", True),
        (RecursionError("too deep"), 70, "too deep", False),
    ],
)
def test_whatever_happens_to_the_report_the_scores_are_printed(run, monkeypatch, tmp_path, fault, code, words, as_json):
    def fail(*_):
        raise fault

    monkeypatch.setattr(glassprop.cli.report_files, "_page_of_rows", fail)
    result = run(
        "train", "iris", "--model", "m.glassprop", "--epochs", "2", "--report", "r.html", *["--json"] * as_json
    )
    assert result.code == code
    last = result.err.splitlines()[-1]
    assert "the model is saved in 'm.glassprop', but there is no report" in last
    assert words in last
    assert (tmp_path / "m.glassprop").exists()
    assert not (tmp_path / "r.html").exists()
    if as_json:
        assert result.json["report"] is None
        assert set(result.json["metrics"]) >= {"accuracy", "log_loss"}
    else:
        assert "accuracy" in result.out
        assert "Report:" not in result.out


def test_a_panic_anywhere_is_one_line(run, monkeypatch):
    import glassprop.tables

    def panic(*_, **__):
        raise PanicException("index out of bounds")

    monkeypatch.setattr(glassprop.tables, "read_table", panic)
    result = run("train", "iris")
    assert result.code == 70
    assert result.err.count("\n") == 1
    assert "PanicException: index out of bounds" in result.err


def test_a_file_that_polars_panics_on_is_one_line(tmp_path, warm):
    """In a process of its own: the panic itself writes to standard error, behind Python's back."""
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"t": pa.array([0, 1, 2], pa.timestamp("us", tz="+09:30")), "y": ["a", "b", "a"]})
    with pa.OSFile(str(tmp_path / "zone.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    done = warm.run(COMMAND, "train", "zone.arrow", "--target", "y", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "time zone" in done.stderr
    assert "Europe/Berlin" in done.stderr


def test_huge_names_and_cells_are_short_in_every_face(run, tmp_path, capsys):
    huge = "h" * 200_000
    x = np.random.default_rng(0).normal(size=40)
    frame = pl.DataFrame(
        {f"{huge}1": x, f"{huge}2": [f"{huge}{k % 3}" for k in range(40)], "y": [f"{huge}{k % 2}" for k in range(40)]}
    )
    frame.write_parquet("huge.parquet")
    common = ["--target", "y", "--model", "m.glassprop", "--hidden", "2", "--epochs", "1"]
    trained = run("train", "huge.parquet", *common, "--report", "r.html")
    assert trained.code == 0
    results = [trained, run("info", "m.glassprop"), run("explain", "m.glassprop", "huge.parquet", "--row", 0)]
    faces = ("--html", "--latex", "--worksheet")
    results += [run("explain", "m.glassprop", "huge.parquet", "--row", 0, face, "-") for face in faces]
    results.append(run("explain", "m.glassprop", "huge.parquet", "--row", 0, "--input", huge))
    frame.with_columns(pl.lit(f"{huge}z").alias("y")).write_parquet("other.parquet")
    results.append(run("score", "m.glassprop", "other.parquet"))
    short = frame.rename({old: old[-2:] for old in frame.columns})
    short.with_columns(pl.col("h2").str.slice(-2), pl.col("y").str.slice(-2)).write_parquet("short.parquet")
    assert run("train", "short.parquet", *common[:3], "n.glassprop", *common[4:]).code == 0
    page = run("explain", "n.glassprop", "short.parquet", "--row", 0, "--html", "-")
    for result in results:
        assert len(result.out + result.err) < len(page.out) + 10_000
        assert huge[:1000] not in result.out + result.err
    for page in ("r.html", "r-rows.html"):
        assert huge[:1000] not in (tmp_path / page).read_text(encoding="utf-8")
    told = run("train", "huge.parquet", *common, "--json").json
    assert told["columns"][0]["name"] == f"{huge}1"
    assert max(len(note["text"]) for note in told["notes"]) < 4_000


def test_lines_and_cells_of_any_length_are_cut(capsys):
    messages = Messages()
    messages("a" * 10**6)
    print_table(["a"], [["b" * 10**6]], title="t" * 10**6)
    print_line("ok")
    assert len(messages.data()[0]["text"]) == 4_000
    assert len(capsys.readouterr().out) < 20_000
    assert json.loads(json.dumps(messages.data())) == messages.data()


def test_files_may_have_names_that_are_no_text(run, tmp_path):
    name = os.fsdecode(b"\x80-\xff")
    trained = run(
        "train", "iris", "--epochs", 1, "--hidden", 3, "--model", f"{name}.glassprop", "--report", f"{name}.html"
    )
    assert trained.code == 0
    assert "./%80-%FF-rows.html" in (tmp_path / f"{name}.html").read_text(encoding="utf-8")
    assert (tmp_path / f"{name}-rows.html").exists()
    assert run("predict", f"{name}.glassprop", "iris", "--out", f"{name}.csv").code == 0
    assert len((tmp_path / f"{name}.csv").read_text().splitlines()) == 151


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_names_that_no_file_can_have_are_refused_before_any_work(run, name):
    run("train", "iris", "--epochs", 1, "--hidden", 2, "--model", "m.glassprop")
    for command in (
        ["info", name],
        ["predict", name, "iris"],
        ["predict", "m.glassprop", f"{name}.csv"],
        ["predict", "m.glassprop", "iris", "--out", f"{name}.csv"],
        ["explain", "m.glassprop", "iris", "--row", 0, "--html", f"{name}.html"],
        ["train", "iris", "--model", name],
        ["train", "iris", "--report", f"{name}.html", "--model", os.devnull],
    ):
        result = run(*command)
        assert result.code == 2, command
        assert result.err.startswith("glassprop: "), command
        assert result.err.count("\n") == 1, command


def test_a_name_may_end_in_a_nul(run, tmp_path):
    """NumPy's texts end before it."""
    a = np.random.default_rng(0).normal(size=60)
    pl.DataFrame({"a\0": a, "y": np.where(a > 0, "p", "q")}).write_parquet(tmp_path / "nul.parquet")
    assert run("train", "nul.parquet", "--target", "y", "--epochs", 1, "--model", "m.glassprop").code == 0
    assert run("score", "m.glassprop", "nul.parquet").code == 0


def test_results_come_where_standard_output_takes_text_alone(run, tmp_path, monkeypatch):
    run("train", "iris", "--epochs", 1, "--hidden", 2, "--model", "m.glassprop")
    expected = {
        command: run(*command).out
        for command in (("info", "m.glassprop", "--json"), ("predict", "m.glassprop", "iris"))
    }
    for command, out in expected.items():
        with redirect_stdout(io.StringIO()) as taken:
            assert main(command) == 0
        assert taken.getvalue() == out
