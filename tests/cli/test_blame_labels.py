"""``glassprop blame … --labels``: planted wrong labels are found, told in 80 columns, as JSON and as CSV; refusals."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop import Margins
from glassprop.cli import main
from glassprop.tables import FitOptions, fit_table, read_table, text_columns
from glassprop.tables.use.suspect_table import suspect_model, suspect_table

PLANTED = {7: "=lily", 30: "rose", 55: "=lily"}  # row -> what its label should be
ROWS = 240
TRAINED = "--target", "kind", "--epochs", "60", "--hidden", "12"


def planted():
    """Two kinds by two numbers, far apart; three labels the wrong way round, a row without one, and odd cells."""
    rng = np.random.default_rng(0)
    is_rose = np.arange(ROWS) % 2 == 0
    x = rng.normal(size=(ROWS, 2)).round(2) + np.where(is_rose, 3, -3)[:, None]
    kind = np.where(is_rose, "rose", "=lily").astype(object)
    for row, should in PLANTED.items():
        kind[row] = "rose" if should == "=lily" else "=lily"
        is_rose[row] = should == "rose"
        x[row] = 3 if is_rose[row] else -3
    kind[3] = None
    return pl.DataFrame(
        {"x": x[:, 0], "score": x[:, 1], "note": ["@sum(1)", "<b>", "plain"] * (ROWS // 3), "kind": kind.tolist()}
    )


@pytest.fixture
def table(tmp_path):
    frame = planted()
    frame.write_csv(tmp_path / "t.csv")
    return frame


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_planted_labels_are_found_and_told_in_80_columns(run, table):
    result = run("blame", "t.csv", *TRAINED, "--labels", "--top", 3)
    assert result.code == 0
    assert max(map(len, result.out.splitlines())) <= 80
    assert "\x1b" not in result.out + result.err
    wrong = result.out.split("Probably wrong")[1].split("\n\n")[0]
    found = {int(line.split()[0]): line.split()[2] for line in wrong.splitlines() if line[:3].strip().isdecimal()}
    assert found == PLANTED
    assert "1 of 240 rows have no target 'kind'" in result.err


def test_as_json_and_csv(run, table):
    result = run("blame", "t.csv", *TRAINED, "--labels", "--csv", "out.csv", "--json")
    found = result.json
    assert found.keys() == {
        "model", "task", "n_rows", "epochs", "folds", "line", "n_suspected", "doubt", "rows", "retrained", "target",
        "interrupted", "csv", "html", "notes",
    }  # fmt: skip
    assert (found["model"], found["target"], found["n_rows"], found["csv"]) == (None, "kind", 239, "out.csv")
    first = {one["row"]: one["suggested"] for one in found["rows"][:3]}
    assert first == PLANTED
    assert all(one["cells"]["note"] == table["note"][one["row"]] for one in found["rows"])
    rows = rows_of("out.csv")
    assert len(rows) == 239
    assert [int(row["row"]) for row in rows[:3]] == [one["row"] for one in found["rows"][:3]]
    assert sorted(int(row["row"]) for row in rows) == [row for row in range(ROWS) if row != 3]
    for row in rows:  # beside the table's own cells, of which none is a formula, and a name that is taken gives way
        number = int(row["row"])
        assert float(row["x"]) == table["x"][number]
        assert float(row["score_2"]) == table["score"][number]
        assert row["note"] == {"@sum(1)": "'@sum(1)"}.get(table["note"][number], table["note"][number])
        assert row["given"] == table["kind"][number].replace("=", "'=")
    kinds = [row["kind"] for row in rows]
    assert kinds == sorted(kinds, key=["label", "row", ""].index)
    scores = [float(row["score"]) for row in rows if not row["kind"]]
    assert scores == sorted(scores, reverse=True)


def test_cells_that_hold_several_values(run, table, tmp_path):
    table.with_columns(many=pl.Series([[1, 2], None] * (ROWS // 2)), pair=pl.struct(a="x", b="note")).write_parquet(
        tmp_path / "t.parquet"
    )
    found = run("blame", "t.parquet", *TRAINED, "--labels", "--csv", "out.csv", "--json").json
    first = found["rows"][0]["row"]
    assert found["rows"][0]["cells"]["many"] == (None if first % 2 else [1, 2])
    assert {row["many"] for row in rows_of("out.csv")} == {"[1, 2]", ""}
    assert "Series" not in run("blame", "t.parquet", *TRAINED, "--labels").out


def test_ctrl_c_ends_the_training_and_is_told(run, table, monkeypatch):
    def look(self, state, seen=Margins.on_state):
        seen(self, state)
        if state.epoch == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Margins, "on_state", look)
    result = run("blame", "t.csv", *TRAINED, "--recipe", "plain", "--labels", "--retrain", "--csv", "out.csv", "--json")
    assert result.code == 130
    assert "interrupted: what was seen of training until then is used; nothing is retrained" in result.err
    assert (result.json["interrupted"], result.json["retrained"]) == (True, None)
    assert len(rows_of("out.csv")) == 239


def test_suspected_rows_alone_and_no_cells(run, table):
    done = run("blame", "t.csv", *TRAINED, "--labels", "--csv", "out.tsv", "--only-suspected", "--no-rows", "--json")
    assert "cells" not in done.json["rows"][0]
    lines = Path("out.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t")[:5] == ["row", "score", "kind", "given", "suggested"]
    assert "note" not in lines[0]
    assert len(lines) == 1 + len(done.json["rows"])


def test_a_page_to_go_through_them(run, refuse, table, tmp_path):
    done = run("blame", "t.csv", *TRAINED, "--labels", "--html", "page.html", "--json")
    assert done.json["html"] == "page.html"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<b>" not in page.split("@sum(1)")[1][:200]  # a cell that is text, and no tag
    asked = "blame", "t.csv", *TRAINED, "--labels"
    refuse(*asked, "--html", "t.csv", words=["is the data"])
    refuse(*asked, "--html", "o.csv", "--csv", "o.csv", words=["would replace"])


def test_of_a_model_the_final_weights_serve(run, table):
    assert run("train", "t.csv", *TRAINED, "--recipe", "plain", "--model", "m.glassprop", "--json").code == 0
    result = run("blame", "m.glassprop", "t.csv", "--labels")
    assert result.code == 0
    assert "by the final weights alone" in " ".join(result.out.split())
    found = run("blame", "m.glassprop", "t.csv", "--labels", "--json").json
    assert (found["model"], found["epochs"]) == ("m.glassprop", 0)
    assert {one["row"] for one in found["rows"][:3]} <= set(PLANTED)


def test_rows_that_early_stopping_watched_are_told_of(run, tmp_path):
    """Of 600 rows or more some are set aside: a wrong label among them is found by the final weights."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 700)
    x, wrong = (6.0 * y - 3 + rng.normal(size=700)).round(3), rng.choice(700, 40, replace=False)
    given = y.copy()
    given[wrong] = 1 - given[wrong]
    pl.DataFrame({"x": x, "kind": np.where(given == 1, "b", "a")}).write_csv(tmp_path / "t.csv")
    asked = "--target", "kind", "--hidden", 8, "--epochs", 20, "--labels", "--json"
    found = run("blame", "t.csv", *asked).json
    suspected = {one["row"] for one in found["rows"] if one["kind"] == "label"}
    assert found["n_rows"] == 700
    assert len(set(wrong.tolist()) & suspected) >= 39
    assert len(suspected) <= 45


def test_amounts(run, tmp_path):
    rng = np.random.default_rng(2)
    x = rng.normal(size=120).round(3)
    y = (10 * x + 100 + rng.normal(size=120)).round(2)
    y[17] += 60
    pl.DataFrame({"x": x, "y": y}).write_csv(tmp_path / "t.csv")
    asked = "--target", "y", "--epochs", 60, "--hidden", 8, "--labels", "--csv", "out.csv", "--json"
    found = run("blame", "t.csv", *asked).json
    assert found["task"] == "regression"
    assert found["rows"][0]["row"] == 17
    assert abs(float(rows_of("out.csv")[0]["suggested"]) - (y[17] - 60)) < 15


def test_retraining_is_told(run, table):
    result = run("blame", "t.csv", *TRAINED, "--labels", "--retrain")
    assert "Trained without them, accuracy goes from" in " ".join(result.out.split())
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["t.csv", "--labels"], ["no target is named"]),
        (["t.csv", "--target", "color", "--labels"], ["'color'"]),
        (["t.csv", "--target", "kind"], ["--row N", "--labels"]),
        (["t.csv", "--target", "kind", "--labels", "--row", "1"], ["one of the two"]),
        (["t.csv", "--target", "kind", "--labels", "--of", "t.csv"], ["about --row"]),
        (["t.csv", "--target", "kind", "--row", "1"], ["the model file has decided what is learned"]),
        (["t.csv", "--row", "1", "--retrain", "--csv", "o.csv"], ["--csv and --retrain: only with --labels"]),
        (["t.csv", "--target", "kind", "--labels", "--only-suspected"], ["give --csv FILE too"]),
        (["t.csv", "--target", "kind", "--labels", "--csv", "o.xlsx"], ["the ending says how"]),
        (["t.csv", "--target", "kind", "--labels", "--csv", "t.csv"], ["is the data"]),
        (["t.csv", "--target", "kind", "--labels", "--csv", "no/where.csv"], ["cannot write"]),
        (["t.csv", "--target", "kind", "--labels", "--cross-fit", "3"], ["--cross-fit trains several"]),
        (["t.csv", "--target", "kind", "--labels", "--validation", "0.2"], ["looks at all rows"]),
        (["t.csv", "--target", "kind", "--labels", "--trust", "x.Y"], ["--trust is about a model file"]),
        (["nothing.csv", "--target", "kind", "--labels"], ["nothing.csv"]),
        (["nothing.glassprop", "t.csv", "--labels"], ["there is no model file"]),
        (["nothing.glassprop", "--labels"], ["give the table that it was trained on"]),
        (["nothing.glassprop", "t.csv", "--labels", "--epochs", "3"], ["leave out options about that"]),
    ],
)
def test_what_is_refused(refuse, table, line, words):
    refuse("blame", *line, words=words)


def test_one_class_alone(refuse, tmp_path):
    pl.DataFrame({"x": [1.0, 2.0, 3.0], "kind": ["a", "a", "a"]}).write_csv(tmp_path / "t.csv")
    refuse("blame", "t.csv", "--target", "kind", "--labels")


def test_the_table_is_not_written_to(run, table, tmp_path):
    before = (tmp_path / "t.csv").read_bytes()
    assert main(["blame", "t.csv", *TRAINED, "--labels", "--csv", "out.csv"]) == 0
    assert (tmp_path / "t.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "t.csv"]


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (["007", "010"], ["007", "010"]),
        (["1e5", "B07", "007"], ["1e5", "B07", "007"]),
        (["1e5", "2e5"], ["100000", "200000"]),
        (["1.50", "2.5"], ["1.5", "2.5"]),
    ],
)
def test_labels_that_look_like_numbers_are_called_what_training_calls_them(tmp_path, written, named):
    (tmp_path / "t.csv").write_text("x,kind\n" + "".join(f"{k % 7},{written[k % len(written)]}\n" for k in range(42)))
    options = FitOptions("kind", epochs=2, hidden=(2,), recipe="plain", task="classification")
    outcome = fit_table(read_table(str(tmp_path / "t.csv")), options)
    assert sorted(map(str, outcome.record["labels"])) == sorted(named)
    again = read_table(str(tmp_path / "t.csv"), as_text=text_columns(outcome.pipeline, outcome.record))
    for found in (
        suspect_table(read_table(str(tmp_path / "t.csv")), options),
        suspect_model(outcome.pipeline, outcome.record, again),
    ):
        assert [found.suspects.row(k)["given"] for k in range(len(named))] == named
