"""``glassprop blame``: which rows drove a prediction, as text and JSON, along a trace and without; what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop.cli import keep as keeping
from glassprop.cli import main
from glassprop.export import trace_file

from .conftest import flowers


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A table with odd names, a date and a wrong label, a model of it, and the trace of its training."""
    folder = tmp_path_factory.mktemp("blame")
    frame = flowers(80).select(
        pl.format("<b>no. {}</b>", pl.int_range(80)).alias("a name\nof two lines that is long"),
        pl.col("width").alias("=width"),
        pl.col("color"),
        pl.Series("seen", np.datetime64("2024-01-01") + np.arange(80).astype("timedelta64[D]")),
        pl.col("kind"),
    )
    frame.write_csv(folder / "t.csv")
    asked = "--target", "kind", "--keep", frame.columns[0], "--epochs", "15", "--cross-fit", "2"
    paths = folder / "t.csv", folder / "m.glassprop", folder / "m.trace"
    assert main(["train", str(paths[0]), *asked, "--model", str(paths[1]), "--trace", str(paths[2]), "--json"]) == 0
    return *map(str, paths), frame


def test_what_drove_a_row_in_80_columns(run, kept):
    table, model, trace, _ = kept
    result = run("blame", model, table, "--row", 5, "--trace", trace, "--top", 3)
    assert result.code == 0
    assert result.err == ""
    assert max(map(len, result.out.splitlines())) <= 80
    assert "\x1b" not in result.out
    assert "of 2 networks" in result.out
    assert "The row asked about" in result.out
    assert "<b>no. 5</b>" in result.out
    for side in ("Proponents: rows that lowered its cost", "Opponents: rows that raised its cost"):
        lines = result.out.split(side)[1].split("\n\n")[0].splitlines()
        assert len(lines) == 6  # the rest of the title, names, a rule, three rows


SCHEMA = {
    "model": str, "target": str, "of_table": (str, type(None)), "trace": (str, type(None)), "row": int, "label": str,
    "predicted": str, "itself": (float, type(None)), "proponents": list, "opponents": list, "n_rows": int, "of": str,
    "traced": bool, "epochs": list, "weights": int, "networks": int, "cells": dict, "notes": list,
    "html": (str, type(None)),
}  # fmt: skip


@pytest.mark.parametrize("traced", [True, False])
def test_the_same_as_json(run, kept, traced):
    table, model, trace, frame = kept
    found = run("blame", model, table, "--row", 5, "--top", 4, "--json", *(["--trace", trace] if traced else [])).json
    assert {name: type(value) for name, value in found.items()}.keys() == SCHEMA.keys()
    assert all(isinstance(found[name], kind) for name, kind in SCHEMA.items())
    assert found["traced"] is traced
    assert found["networks"] == (2 if traced else 1)
    assert found["n_rows"] == (72 if traced else 80)
    assert [note["kind"] for note in found["notes"]] == ([] if traced else ["untraced"])
    for pull in found["proponents"] + found["opponents"]:
        assert pull["label"] == frame["kind"][pull["row"]]
        assert pull["cells"]["color"] == frame["color"][pull["row"]]
        assert pull["cells"]["seen"] == str(frame["seen"][pull["row"]])
    assert found["cells"]["=width"] == frame["=width"][5]


def test_no_rows_leaves_cells_out(run, kept):
    table, model, _, _ = kept
    told = run("blame", model, table, "--row", 5, "--no-rows").out
    assert "no. " not in told
    found = run("blame", model, table, "--row", 5, "--no-rows", "--json").json
    assert "cells" not in found
    assert all("cells" not in pull for pull in found["proponents"])


def test_a_row_of_another_table(run, kept, tmp_path):
    table, model, trace, frame = kept
    frame[40:43].select(frame.columns[::-1]).write_csv(tmp_path / "other.csv")
    frame[40:43].drop("kind").write_csv(tmp_path / "bare.csv")
    own, other, bare = (
        run("blame", model, table, "--json", "--trace", trace, *more).json
        for more in (["--row", 40], ["--row", 0, "--of", "other.csv"], ["--row", 0, "--of", "bare.csv"])
    )
    assert other["row"] == 0
    assert other["of_table"] == "other.csv"
    listed = [pull["row"] for pull in other["proponents"] if pull["row"] != 40]
    assert listed[:5] == [pull["row"] for pull in own["proponents"]][:5]
    assert bare["label"] == bare["predicted"]
    assert main(["blame", model, table, "--row", "0", "--of", "bare.csv"]) == 0


def test_a_page_has_the_rows_as_text(run, kept, refuse, tmp_path):
    table, model, trace, frame = kept
    found = run("blame", model, table, "--row", 5, "--trace", trace, "--html", "page.html", "--json")
    assert found.json["html"] == "page.html"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "of 2 networks" in page
    assert "<b>no. " not in page
    for pull in found.json["proponents"]:
        assert f"&lt;b&gt;no. {pull['row']}&lt;/b&gt;" in page
    frame[40:41].drop("kind").select(frame.columns[3::-1]).write_csv(tmp_path / "bare.csv")
    assert run("blame", model, table, "--row", 0, "--of", "bare.csv", "--html", "page.html").code == 0
    assert "&lt;b&gt;no. 40&lt;/b&gt;" in (tmp_path / "page.html").read_text(encoding="utf-8")
    asked = "blame", model, table, "--row", 5
    refuse(*asked, "--html", "page.html", "--no-rows", words=["drop one of the two"])
    refuse(*asked, "--html", table, words=["is the data"])
    refuse(*asked, "--html", "no/page.html", words=["cannot write"])


def test_amounts_have_what_raised_them(run, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=60).round(2)
    pl.DataFrame({"x": x, "y": (3 * x + 7).round(2)}).write_csv(tmp_path / "t.csv")
    pl.DataFrame({"x": [0.5]}).write_csv(tmp_path / "new.csv")
    asked = "--target", "y", "--recipe", "plain", "--epochs", 20, "--model", "m.glassprop", "--trace", "m.trace"
    assert run("train", "t.csv", *asked, "--json").code == 0
    found = run("blame", "m.glassprop", "t.csv", "--row", 0, "--of", "new.csv", "--trace", "m.trace")
    assert "Rows that raised the prediction" in found.out
    assert run("blame", "m.glassprop", "t.csv", "--row", 0, "--of", "new.csv", "--html", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Rows that raised the prediction" in page
    assert "labeled" not in page
    told = run("blame", "m.glassprop", "t.csv", "--row", 3, "--trace", "m.trace", "--json").json
    assert (told["of"], told["label"]) == ("cost", f"{(3 * x[3] + 7).round(2):g}")


# --- the trace beside the model ---------------------------------------------------------------------------------


def test_a_trace_that_cannot_be_written_leaves_the_model(run, table, monkeypatch):
    def full(*_):
        raise trace_file.ModelFileError("cannot write 'm.trace': the disk is full")

    monkeypatch.setattr(trace_file, "save_trace", full)
    asked = "--target", "kind", "--recipe", "plain", "--epochs", 2, "--model", "m.glassprop"
    result = run("train", "flowers.csv", *asked, "--trace", "m.trace")
    assert result.code == 2
    assert "the model is saved in 'm.glassprop', but there is no trace: cannot write 'm.trace'" in result.err
    assert "accuracy" in result.out
    assert run("info", "m.glassprop").code == 0


def test_a_model_kept_elsewhere_has_its_trace(run, table, places, monkeypatch, tmp_path):
    def moved(*_, **__):
        return keeping.Kept(None, trace_file.ModelFileError("cannot write 'm.glassprop': gone"))

    monkeypatch.setattr("glassprop.cli.train.keep", moved)
    asked = "--target", "kind", "--recipe", "plain", "--epochs", 2, "--model", "m.glassprop"
    assert run("train", "flowers.csv", *asked, "--trace", "m.trace").code == 2
    assert (tmp_path / "m.trace").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--trace", "m.glassprop"], ["would replace the model file"]),
        (["--trace", "flowers.csv"], ["is the data"]),
        (["--trace", "no/folder/m.trace"], ["cannot write"]),
        (["--trace", "r.html", "--report", "r.html"], ["would replace the trace"]),
        (["--trace", "m.trace", "--stream"], ["read into memory"]),
        (["--trace", "m.trace", "--checkpoint", "kept"], ["leave out one of the two"]),
    ],
)
def test_what_cannot_be_traced_is_refused_before_training(refuse, table, more, words):
    refuse("train", "flowers.csv", "--target", "kind", "--model", "m.glassprop", *more, words=words)


# --- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["MODEL", "TABLE"], ["give --row N"]),
        (["MODEL", "--row", "1"], ["is a model: give the table"]),
        (["TABLE", "--row", "1"], ["is no model file"]),
        (["MODEL", "TABLE", "--row", "80"], ["there is no row 80"]),
        (["MODEL", "TABLE", "--row", "-1"], ["--row -1"]),
        (["MODEL", "TABLE", "--row", "1.5"], ["a whole number"]),
        (["MODEL", "TABLE", "--row", "1", "--top", "0"], ["--top 0"]),
        (["MODEL", "TABLE", "--row", "1", "--trace", "TABLE"], ["is not a glassprop trace file"]),
        (["MODEL", "TABLE", "--row", "1", "--trace", "MODEL"], ["holds no trace"]),
        (["MODEL", "TABLE", "--row", "1", "--trace", "none.trace"], ["there is no trace file"]),
        (["TRACE", "TABLE", "--row", "1"], ["is a trace, not a model file"]),
        (["MODEL", "iris", "--row", "1"], ["lacks"]),
        (["MODEL", "TABLE", "--row", "1", "--of", "iris"], ["lacks"]),
        (["MODEL", "TABLE", "--row", "90", "--of", "TABLE"], ["there is no row 90"]),
        (["MODEL", "-", "--row", "1", "--of", "-"], ["standard input holds one table"]),
        (["nothing.glassprop", "TABLE", "--row", "1"], ["there is no model file"]),
    ],
)
def test_what_is_refused(refuse, kept, line, words):
    named = dict(zip(("TABLE", "MODEL", "TRACE"), kept[:3], strict=True))
    refuse("blame", *[named.get(word, word) for word in line], words=words)


def test_a_trace_of_another_model_or_table(run, refuse, kept, tmp_path):
    table, model, trace, frame = kept
    frame[:70].write_csv(tmp_path / "fewer.csv")
    refuse("blame", model, "fewer.csv", "--row", 1, "--trace", trace, words=["table of 80 rows", "has 70"])
    asked = "--target", "kind", "--recipe", "plain", "--epochs", 1, "--model", "other.glassprop", "--json"
    assert run("train", table, *asked).code == 0
    refuse("blame", "other.glassprop", table, "--row", 1, "--trace", trace, words=["of another model"])


def test_a_forged_trace(refuse, kept, tmp_path):
    table, model, trace, _ = kept
    data = bytearray(Path(trace).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "forged.trace").write_bytes(data)
    refuse("blame", model, table, "--row", 1, "--trace", "forged.trace", words=["checksum"])
    (tmp_path / "cut.trace").write_bytes(data[:1000])
    refuse("blame", model, table, "--row", 1, "--trace", "cut.trace", words=["damaged"])


def test_it_reads_from_a_pipe(run, kept):
    table, model, _, _ = kept
    found = run("blame", model, "-", "--row", 1, "--json", stdin=Path(table).read_bytes())
    assert found.code == 0
    assert json.loads(found.out)["row"] == 1
