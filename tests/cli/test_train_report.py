"""``glassprop train --report``: which files it writes, when it refuses, and what it says."""

from __future__ import annotations

import errno
import json
import os
import re
import sys

import polars as pl
import pytest

from glassprop import load_trace
from glassprop.cli.report_files import page_path
from glassprop.export.model_file import read_record

QUICK = ("--epochs", "3", "--hidden", "4")
FLOWERS = ("train", "flowers.csv", "--target", "kind", *QUICK)


def written(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir())


def embedded(page):
    """The explanation that a page of rows holds."""
    return json.loads(re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_a_report_and_its_page_of_rows(run, tmp_path, table):
    result = run(*FLOWERS, "--model", "m.glassprop", "--report", "r.html")
    assert result.code == 0, result.err
    assert result.out.rstrip().splitlines()[-2:] == ["Model: m.glassprop", "Report: r.html"]
    said = (
        "r.html and r-rows.html hold rows of the table; --no-rows leaves their values out; "
        "r-rows.html computes, and so holds the model, all of its weights and biases"
    )
    assert result.err.splitlines()[-1] == said
    assert written(tmp_path) == ["flowers.csv", "m.glassprop", "r-rows.html", "r.html"]
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    accuracy = read_record("m.glassprop")["scores"]["accuracy"]
    assert f">{accuracy:.4f}</td>" in report
    assert "m.glassprop" in report


def test_every_link_leads_to_its_row(run, tmp_path, table):
    run(*FLOWERS, "--report", "r.html")
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    examples = embedded((tmp_path / "r-rows.html").read_text(encoding="utf-8"))["examples"]
    links = re.findall(r'<a href="\./r-rows\.html#example=(\d+)">row (\d+)</a>', report)
    assert len(links) == len(examples) > 2
    for example, row in links:
        assert examples[int(example)]["row"] == int(row)
        assert examples[int(example)]["target"] == table["kind"][int(row)]


def test_rows_of_a_file_of_held_out_rows_are_counted_in_it(run, tmp_path, table):
    held = table[40:].with_columns(pl.lit("later").alias("when"))
    held.write_csv(tmp_path / "held.csv")
    run(*FLOWERS, "--validation", "held.csv", "--report", "r.html")
    for example in embedded((tmp_path / "r-rows.html").read_text(encoding="utf-8"))["examples"]:
        assert example["target"] == held["kind"][example["row"]]


def test_json_names_the_report_and_the_trace_by_which_it_tells_what_drove_rows(run, table, tmp_path):
    told = run(*FLOWERS, "--report", "r.html", "--trace", "m.trace", "--json").json
    assert (told["report"], told["trace"]) == ("r.html", "m.trace")
    weights = load_trace("m.trace").weights
    assert f"along the training, at {weights} of its weights" in (tmp_path / "r.html").read_text("utf-8")
    told = run(*FLOWERS, "--json").json
    assert (told["report"], told["trace"]) == (None, None)


def test_no_rows_leaves_values_of_rows_out(run, tmp_path, table):
    secret = table.with_columns(pl.Series("width", [f"{1000 + i}.125" for i in range(table.height)]))
    secret.write_csv(tmp_path / "t.csv")
    arguments = ("train", "t.csv", "--target", "kind", *QUICK, "--report", "r.html")
    run(*arguments)
    assert re.search(r"10\d\d\.125", (tmp_path / "r-rows.html").read_text(encoding="utf-8"))
    result = run(*arguments, "--no-rows")
    assert result.code == 0
    assert "--no-rows" not in result.err
    for name in ("r.html", "r-rows.html"):
        assert not re.search(r"10\d\d\.125", (tmp_path / name).read_text(encoding="utf-8"))
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Values of single rows are left out" in report
    assert ", true " not in report
    examples = embedded((tmp_path / "r-rows.html").read_text(encoding="utf-8"))["examples"]
    assert {example["target"] for example in examples} == {None}


def test_a_report_of_regression(run, tmp_path):
    result = run("train", "diabetes", *QUICK, "--report", "d.html")
    assert result.code == 0, result.err
    assert "Predicted against true progression" in (tmp_path / "d.html").read_text(encoding="utf-8")
    assert (tmp_path / "d-rows.html").stat().st_size > 10_000


def test_hard_and_easy_rows_are_told_unless_the_table_is_read_piece_by_piece(run, tmp_path, table):
    options = ("--epochs", "12", "--hidden", "4", "--recipe", "plain")
    run("train", "flowers.csv", "--target", "kind", *options, "--model", "m.glassprop", "--report", "r.html")
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    hard = report[report.index('<section id="difficulty">') :].split("</section>")[0]
    rows = read_record("m.glassprop")["rows"]["train"]
    counts = [
        int(count.replace(",", "")) for count in re.findall(r'<td class="n">([\d,]+)</td><td class="n">', hard)[:3]
    ]
    assert sum(counts) == rows
    assert report.count("Which training rows drove it") == report.count("#example=") > 0
    result = run(*FLOWERS, "--stream", "--report", "s.html")
    assert result.code == 0, result.err
    streamed = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "read piece by piece, and no row was watched" in streamed
    assert "Which training rows drove it" not in streamed


def test_odd_file_names_are_linked_rightly(run, tmp_path, table):
    assert run(*FLOWERS, "--report", 'my #1 "a&b".html').code == 0
    report = (tmp_path / 'my #1 "a&b".html').read_text(encoding="utf-8")
    assert './my%20%231%20%22a%26b%22-rows.html#example=0"' in report
    assert (tmp_path / 'my #1 "a&b"-rows.html').exists()


@pytest.mark.parametrize(
    ("report", "page"), [("r.html", "r-rows.html"), ("a/r.htm", "a/r-rows.htm"), ("r", "r-rows.html")]
)
def test_the_name_of_the_page(report, page):
    assert page_path(report).replace(os.sep, "/") == page


def test_an_older_report_is_replaced(run, tmp_path, table):
    (tmp_path / "r.html").write_text("old")
    assert run(*FLOWERS, "--report", "r.html").code == 0
    assert "old" not in (tmp_path / "r.html").read_text(encoding="utf-8")[:10]


def test_null_device_takes_a_report_without_a_page(run, tmp_path, table):
    assert run(*FLOWERS, "--model", "/dev/null", "--report", "/dev/null").code == 0
    assert written(tmp_path) == ["flowers.csv"]


# --- refusals: before anything is trained -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--report", "no/such/r.html"), ["no/such", "does not exist"]),
        (("--report", "."), ["folder"]),
        (("--report", "m.glassprop", "--model", "m.glassprop"), ["m.glassprop", "the model file"]),
        (("--report", "m.html", "--model", "m-rows.html"), ["m-rows.html", "the page beside it", "the model file"]),
        (("--report", "flowers.csv"), ["flowers.csv", "the data"]),
        (("--no-rows",), ["--no-rows", "--report"]),
    ],
)
def test_a_report_that_cannot_be_is_refused_before_training(refuse, table, monkeypatch, options, words):
    import glassprop.tables

    def never(*_, **__):
        raise AssertionError("it trains")

    monkeypatch.setattr(glassprop.tables, "fit_table", never)
    refuse(*FLOWERS, *options, words=words)


def test_the_held_out_rows_are_not_replaced(refuse, tmp_path, table):
    table[:17].write_csv(tmp_path / "held.csv")
    refuse(*FLOWERS, "--validation", "held.csv", "--report", "./held.csv", words=["the held-out rows"])


def test_a_missing_package_is_told_before_training(refuse, table, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    refuse(*FLOWERS, "--report", "r.html", words=["jinja2", "pip install"])


# --- faults at the end ----------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_for_the_report_leaves_model_and_scores(run, monkeypatch, tmp_path, table):
    sync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) > 2:  # the model's file and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    result = run(*FLOWERS, "--model", "m.glassprop", "--report", "r.html")
    assert result.code == 2
    assert "Model: m.glassprop" in result.out
    assert "Report:" not in result.out
    last = result.err.splitlines()[-1]
    assert last.startswith("glassprop: the model is saved in 'm.glassprop', but there is no report: ")
    assert "disk is full" in last
    assert written(tmp_path) == ["flowers.csv", "m.glassprop"]


def test_an_interrupted_training_has_a_report(run, monkeypatch, tmp_path):
    from glassprop.cli.progress import TrainingProgress

    class Interrupting(TrainingProgress):
        def on_fit_task_end(self, estimator, context):
            super().on_fit_task_end(estimator, context)
            if context.parent is not None and self._epoch == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "TrainingProgress", Interrupting)
    result = run("train", "iris", "--report", "r.html")
    assert result.code == 130
    assert "Training was interrupted" in (tmp_path / "r.html").read_text(encoding="utf-8")
