"""Commands on several files, packed files and files with more around the table than a table."""

from __future__ import annotations

import gzip
import io
import json

import polars as pl
import pytest


@pytest.fixture
def parts(table, tmp_path):
    """`flowers` in three files, one of them packed."""
    for k, frame in enumerate((table[:20], table[20:40], table[40:])):
        text = frame.write_csv().encode()
        name = tmp_path / f"part-{k}.csv"
        (name.with_suffix(".csv.gz") if k == 1 else name).write_bytes(gzip.compress(text) if k == 1 else text)
    return table


def train(run, *data):
    return run("train", *data, "--target", "kind", "--epochs", "5", "--hidden", "4", "--json")


def test_several_files_are_one_table_in_every_command(run, parts, tmp_path):
    files = ["part-0.csv", "part-1.csv.gz", "part-2.csv"]
    whole = json.loads(train(run, "flowers.csv").out)
    several = train(run, *files)
    assert several.code == 0, several.err
    found = json.loads(several.out)
    assert found["metrics"] == whole["metrics"]
    assert found["model"] == "part-0.glassprop"
    assert "3 files" in several.err
    expected = run("predict", "flowers.glassprop", "flowers.csv").out
    result = run("predict", "part-0.glassprop", *files)
    assert result.out == expected
    assert "are read as one table of 60 rows" in result.err
    assert run("predict", "part-0.glassprop", "--out", "p.csv", *files).code == 0
    assert (tmp_path / "p.csv").read_text() == expected
    assert run("score", "part-0.glassprop", *files).out == run("score", "part-0.glassprop", "flowers.csv").out
    assert run("check", "part-0.glassprop", *files).code == 0
    row = run("explain", "part-0.glassprop", *files, "--row", "45", "--json")
    assert row.out == run("explain", "part-0.glassprop", "flowers.csv", "--row", "45", "--json").out


def test_a_pattern_in_quotes_is_expanded_here(run, parts):
    result = train(run, "part-*")
    assert result.code == 0, result.err
    assert json.loads(result.out)["model"] == "part.glassprop"
    assert json.loads(result.out)["rows"] == json.loads(train(run, "flowers.csv").out)["rows"]
    assert run("train", "flowers.csv", "--validation", "part-[02].csv", "--target", "kind", "--epochs", "2").code == 0


@pytest.mark.parametrize("names", [["part-0.csv", "part-2.csv"], ["part-[02].csv"]])
def test_neither_a_model_nor_predictions_nor_a_report_replace_a_file_that_is_read(refuse, run, parts, tmp_path, names):
    assert train(run, "flowers.csv").code == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / "link.csv").symlink_to("part-2.csv")
    for written in ("part-2.csv", str(tmp_path / "part-2.csv"), "link.csv"):
        refuse("train", *names, "--target", "kind", "--model", written, words=["is the data"])
        refuse("predict", "flowers.glassprop", *names, "--out", written, words=["is the data"])
    refuse("train", *names, "--target", "kind", "--report", "part-2.csv", words=["the data"])
    refuse("train", "part-0.csv", "--validation", "part-2.csv", "--target", "kind", "--model", "part-2.csv",
           words=["is the held-out rows"])  # fmt: skip
    assert all((tmp_path / name).read_bytes() == content for name, content in before.items())


def test_a_report_and_a_page_replace_none_of_the_files(refuse, run, parts):
    refuse("train", "part-0.csv", "part-2.csv", "--target", "kind", "--report", "part-2.csv", words=["the data"])
    assert train(run, "flowers.csv").code == 0
    refuse("explain", "flowers.glassprop", "part-0.csv", "part-2.csv", "--row", "0", "--html", "part-2.csv",
           words=["is the data"])  # fmt: skip


def test_what_is_left_out_is_told_by_every_command(run, table, tmp_path):
    assert train(run, "flowers.csv").code == 0
    text = "sep=,\n# by hand\n" + table[:5].write_csv() + ",,\n,,\n"
    (tmp_path / "odd.csv").write_text(text)
    (tmp_path / "five.csv").write_text(table[:5].write_csv())
    for command in (["predict"], ["score"], ["explain", "--row", "1", "--json"]):
        name, *options = command
        odd, plain = (run(name, "flowers.glassprop", file, *options) for file in ("odd.csv", "five.csv"))
        assert odd.out == plain.out
        assert "as comments" in odd.err
        assert "nothing but separators" in odd.err


def test_files_that_do_not_agree_are_refused_in_one_line(refuse, parts, tmp_path):
    pl.DataFrame({"width": [1.0], "colour": ["red"], "kind": ["rose"]}).write_csv(tmp_path / "part-3.csv")
    refuse("train", "part-*.csv", "--target", "kind", words=["part-3.csv", "it lacks 'color'", "'colour'"])
    refuse("train", "part-9*.csv", "--target", "kind", words=["no file that fits"])
    refuse("train", "part-0.csv", "-", "--target", "kind", words=["cannot be one of several"], stdin=b"a\n1\n")


@pytest.mark.parametrize("ending", [".csv.gz", ".csv.zip", ".xlsx", ".data"])
def test_a_model_is_called_by_its_data_without_endings(run, table, tmp_path, ending):
    pytest.importorskip("openpyxl")
    name = tmp_path / f"roses{ending}"
    text = table.write_csv().encode()
    if ending == ".csv.gz":
        text = gzip.compress(text)
    elif ending == ".csv.zip":
        import zipfile

        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("roses.csv", text)
        text = buffer.getvalue()
    elif ending == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for row in (table.columns, *table.rows()):
            book.active.append(row)
        book.save(name)
    if ending != ".xlsx":
        name.write_bytes(text)
    result = train(run, name.name)
    assert result.code == 0, result.err
    assert json.loads(result.out)["model"] == "roses.glassprop"
