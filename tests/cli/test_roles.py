"""Options of ``train`` that say what columns are, and which words stand for missing."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop.cli.options import missing_words
from glassprop.errors import SettingsError

COLUMNS = ["age", "a=b", "b"]


@pytest.mark.parametrize(
    ("values", "everywhere", "by_column"),
    [
        (["-9999"], ("-9999",), {}),
        (["n/a, none"], ("n/a", "none"), {}),
        (["age=-1,99", "x"], ("x",), {"age": ("-1", "99")}),
        (["age=-1", "age=99"], (), {"age": ("-1", "99")}),
        (["a=b=x"], (), {"a=b": ("x",)}),
        (["=a=c"], ("a=c",), {}),
        (["agee=1"], (), {"agee": ("1",)}),
    ],
)
def test_words_for_missing(values, everywhere, by_column):
    assert missing_words(values, COLUMNS) == (everywhere, by_column)


def test_no_words_are_refused():
    with pytest.raises(SettingsError, match="give words or numbers"):
        missing_words(["age="], COLUMNS)


def _lines(rows: int = 60) -> str:
    rng = np.random.default_rng(0)
    rows_of = (f"{k % 7},{['1E2', '2E2'][k % 2]},{-9999 if k % 9 == 0 else k},{rng.normal()}" for k in range(rows))
    return "code,part,size,y\n" + "\n".join(rows_of)


def test_roles_on_the_command_line(run, tmp_path):
    (tmp_path / "t.csv").write_text(_lines())
    asked = ["--category", "code,part", "--missing", "-9999", "--keep", "size", "--epochs", "1", "--hidden", "2"]
    done = run("train", "t.csv", "--target", "y", *asked, "--model", "m.glassprop", "--json")
    roles = {column["name"]: column["role"] for column in done.json["columns"]}
    assert roles == {"code": "category", "part": "category", "size": "number", "y": "target"}
    # the words are in the model: a file is read by them, and 1E2 is what it says
    (tmp_path / "marked.csv").write_text("code,part,size\n1,1E2,-9999\n1,2E2,-9999\n")
    (tmp_path / "empty.csv").write_text("code,part,size\n1,1E2,\n1,2E2,\n")
    marked, empty = (run("predict", "m.glassprop", name).out for name in ("marked.csv", "empty.csv"))
    assert marked == empty
    assert len(set(marked.splitlines())) == 3


def test_refusals_name_the_nearest_column(run, tmp_path):
    (tmp_path / "t.csv").write_text(_lines())
    done = run("train", "t.csv", "--target", "y", "--number", "siez", "--missing", "cod=x", "--date", "part")
    assert done.code == 2
    assert "did you mean 'size'" in done.err
    assert "did you mean 'code'" in done.err
    assert done.err.count("\n") == 1


def test_a_schema_is_printed_edited_and_taken_back(run, tmp_path):
    (tmp_path / "t.csv").write_text(_lines())
    quick = ["--epochs", "1", "--hidden", "2", "--seed", "3"]
    run("train", "t.csv", "--target", "y", "--missing", "size=-9999", *quick, "--model", "a.glassprop")
    printed = run("info", "a.glassprop", "--schema").out
    (tmp_path / "s.json").write_text(printed)
    assert run("train", "t.csv", "--schema", "s.json", *quick, "--model", "b.glassprop").code == 0
    assert run("info", "b.glassprop", "--schema").out == printed
    first, second = (run("predict", name, "t.csv").out for name in ("a.glassprop", "b.glassprop"))
    assert first == second
    (tmp_path / "s.json").write_text(printed.replace('"kind": "category"', '"kind": "categry"'))
    done = run("train", "t.csv", "--schema", "s.json")
    assert done.code == 2
    assert "did you mean 'category'" in done.err
    for name, content in (("none.json", None), ("odd.json", b"\xff")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        done = run("train", "t.csv", "--schema", name)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"schema '{name}' cannot be read" in done.err
    assert run("info", "--engine", "--schema").code == 2
