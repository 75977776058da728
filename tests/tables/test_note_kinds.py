"""Whatever is told about a table is data: each note has a kind, which the documentation lists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, read_table, score_table

DOCUMENTED = Path(__file__).parents[2] / "docs" / "tables.md"
QUICK = Defaults(hidden=(4,), epochs=2, early_stopping_rows=30)


@pytest.fixture(scope="module")
def kinds():
    """Those that the documentation lists."""
    section = DOCUMENTED.read_text(encoding="utf-8").split("## Notes\n")[1].split("\n## ")[0]
    listed = "".join(line for line in section.splitlines() if line.startswith("| "))
    return set(re.findall(r"`([a-z-]+)`", listed))


PLAIN = "a,b\n1,x\n2,y\n3,z\n"


@pytest.mark.parametrize(
    ("text", "name", "kind", "column", "number"),
    [
        (PLAIN.encode("utf-16"), "t.csv", "encoding", None, None),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "t.csv", "encoding", None, None),
        (PLAIN.replace("x", "\xe9").encode("latin-1"), "t.csv", "encoding", None, None),
        (PLAIN.replace(",", ";").encode(), "t.csv", "separator", None, None),
        (b"a b c\n1 2 3\n4  5 6\n", "t.dat", "separator", None, None),
        (PLAIN.encode(), "t.csv.gz", "ending", None, None),
        (b"2010,2011\n5,6\n7,8\n", "t.csv", "header", None, None),
        (b"1,x\n5,y\n7,x\n", "t.csv", "header", None, None),
        (b"# one\n# two\n" + PLAIN.encode(), "t.csv", "comment-lines", None, 2),
        (b"A title\n" + PLAIN.encode(), "t.csv", "title-lines", None, 1),
        (b"a,b\n[m],[kg]\n1,5\n2,6\n", "t.csv", "units-row", None, 1),
        (b"a,b\nx,5\ny,6\nz,7\nTotal,18\n", "t.csv", "totals-row", None, 1),
        (b"a,b\nx,5\ny,6\nz,7\nTotal,1\n", "t.csv", "no-totals-row", None, None),
        (PLAIN.encode() + b",\n,\n,\n", "t.csv", "empty-lines", None, 3),
        (PLAIN.encode() + b"\nSource: somebody\n", "t.csv", "lines-below", None, 1),
        (b"a,b,c\n1,2,3\n1,2\n4,5\n", "t.csv", "short-rows", None, 2),
        (b"a,b\nx,1,2\ny,3,4\n", "t.csv", "row-names", "row", None),
        (b",b,b\n1,2,3\n4,5,6\n", "t.csv", "unnamed-column", "column_1", None),
        (b",b,b\n1,2,3\n4,5,6\n", "t.csv", "double-column", "b_2", None),
        (b'a,b\n"NA",1\nDE,2\nFR,3\n', "t.csv", "quoted-words", "a", None),
    ],
)
def test_what_is_said_of_a_file(tmp_path, kinds, text, name, kind, column, number):
    (tmp_path / name).write_bytes(text)
    notes = read_table(str(tmp_path / name)).notes
    assert {note.kind for note in notes} <= kinds
    (note,) = [note for note in notes if note.kind == kind]
    assert (note.column, note.number) == (column, number)
    assert note.startswith(str(tmp_path / name)[-20:]) or name in note


def test_many_alike_have_the_kind_of_one(tmp_path, kinds):
    (tmp_path / "t.csv").write_text("," * 19 + "\n" + ",".join(map(str, range(20))) + "\n")
    notes = read_table(str(tmp_path / "t.csv")).notes
    assert {note.kind for note in notes} <= kinds
    assert [note.number for note in notes if note.kind == "unnamed-column"] == [None] * 8 + [12]


def test_several_files(tmp_path, kinds):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text("\ufeff# remark\n" + PLAIN.replace(",", ";") + ";\n;\n" * 4)
    notes = read_table([str(tmp_path / f"{name}.csv") for name in "abc"]).notes
    assert [note.number for note in notes if note.kind == "several-files"] == [3]
    assert [note.number for note in notes if note.kind == "more-notes"] == [4]
    assert {note.kind for note in notes} <= kinds


def _broad(rows: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    y = rng.choice(["a", "b"], rows).astype(object)
    y[0], y[1], y[2] = "alone", None, "late"
    when = rng.permutation(rows).astype(float)
    when[2], when[3] = rows + 1, np.nan
    return pl.DataFrame(
        {
            "id": np.arange(rows),
            "Unnamed: 0": rng.permutation(rows),
            "constant": np.ones(rows),
            "size": np.where(rng.random(rows) < 0.02, -9999, rng.normal(size=rows)),
            "height": np.where(np.arange(rows) == 7, 10000, rng.uniform(60, 75, rows)),
            "gappy": [None if k % 5 == 0 else float(k % 31) for k in range(rows)],
            "amount": [f"{k % 31},5" if k % 40 else "none at all" for k in range(rows)],
            "town": [f"town {k % 60}" for k in range(rows)],
            "copy": [None if label is None else f"is {label}" for label in y],
            "day": [f"{1 + k % 28}/{1 + k % 12}/2020" for k in range(rows)],
            "when": when,
            "y": y.tolist(),
        }
    )


@pytest.mark.parametrize(
    "options",
    [{}, {"time": "when"}, {"class_weight": "balanced"}, {"target": "amount"}, {"target": "height", "drop": ("y",)}],
)
def test_what_is_said_of_a_training_and_after_it(kinds, options):
    said = []
    frame = _broad()
    table = Table(frame, "broad", notes=("made by hand",))
    outcome = fit_table(table, FitOptions(**{"target": "y"} | options), defaults=QUICK, on_message=said.append)
    assert said.pop(0).kind == "note"  # what is handed over as a line is no more than that
    later = frame.with_columns(town=pl.lit("new"), size=pl.lit(1e7), gappy=pl.lit(None, pl.Float64), amount=pl.lit("x"))
    predict_table(outcome.pipeline, outcome.record, Table(later, "later"), on_message=said.append)
    labels = frame if outcome.task == "regression" else frame.with_columns(y=pl.Series(["a", "never"] * 200))
    score_table(outcome.pipeline, outcome.record, Table(labels, "scored"), on_message=said.append)
    assert {note.kind for note in said} <= kinds
    assert len({note.kind for note in said}) > 8
    for note in said:
        assert "\n" not in note
        assert (note.column is None) or note.column in frame.columns
        assert (note.number is None) or type(note.number) is int
        assert all(type(example) is str for example in note.examples), note


def test_every_kind_that_the_code_has_is_in_the_documentation(kinds):
    """Also those that no table above brings about."""
    found = set()
    for path in (Path(__file__).parents[2] / "src/glassprop/tables").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Note" and len(node.args) > 1:
                found |= {node.args[1].value} if isinstance(node.args[1], ast.Constant) else set()
    assert {"dead-units", "text-terms", "task"} <= found
    assert found <= kinds
