"""``explain``: the numbers are the network's own, names are text, files are whole, and the JSON is as documented."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tex_cases import compile_tex

import glassprop
from glassprop.cli import main
from glassprop.cli.terminal import pieces_of, show
from glassprop.document.blocks import Document, Name, Waterfall
from glassprop.export.model_file import read_record
from glassprop.insight.names import Column, Names, Scaling, Turn
from glassprop.tables import explain_table, gradient_arrays, read_table

DOCS = Path(__file__).parents[2] / "docs"
NASTY = ["<img src=x onerror=alert(1)>", "[bold]x[/bold]", "\x1b[31mred", r"\input{/etc/passwd}"]


def trained(folder, name, *arguments):
    path = folder / f"{name}.glassprop"
    assert main(["train", *map(str, arguments), "--model", str(path), "--json"]) == 0
    return path


@pytest.fixture(scope="module")
def small_iris(tmp_path_factory):
    """Small enough for a worksheet."""
    return trained(tmp_path_factory.mktemp("small"), "iris", "iris", "--epochs", "30", "--hidden", "3")


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("numbers"), "d", "diabetes", "--epochs", "20", "--hidden", "4,3")


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """A table whose names and values are out to be taken for commands; a category among its columns."""
    folder = tmp_path_factory.mktemp("nasty")
    rng = np.random.default_rng(0)
    width, color = rng.normal(size=80).round(3), rng.choice([NASTY[0], NASTY[2], "white"], 80)
    kind = np.where(width + (color == "white") > 0.3, NASTY[1], NASTY[0])
    frame = pl.DataFrame({NASTY[1]: width, NASTY[3]: color, "kind": kind})
    frame.write_csv(folder / "t.csv")
    return trained(folder, "t", folder / "t.csv", "--target", "kind", "--epochs", "20", "--hidden", "3")


def own_gradient(path, data, row):
    """∂C₀ of one row, by a road of its own: the arrays for the gradient check and the network's gradient."""
    network, theta, X, Y, _ = gradient_arrays(glassprop.load(path), read_record(path), read_table(data), limit=10**6)
    return network, network.gradient(theta, X[[row]], Y[[row]])


# --- numbers ---------------------------------------------------------------------------------------------------


def test_json_has_the_gradient_and_the_chosen_weight(run, small_iris):
    result = run("explain", small_iris, "iris", "--row", "70", "--weight", "1,2,3", "--bias", "2,0", "--json").json
    network, gradient = own_gradient(small_iris, "iris", 70)
    weight, bias = result["chosen"]["parameters"]
    assert weight["value"] == pytest.approx(network.w(gradient, 1)[2, 3], rel=1e-9)
    assert bias["value"] == pytest.approx(network.b(gradient, 2)[0], rel=1e-9)
    assert np.prod(list(weight["factors"].values())) == pytest.approx(weight["value"], rel=1e-9)
    assert sum(p["product"] for p in weight["paths"]["largest"]) + weight["paths"]["rest"] == pytest.approx(
        weight["paths"]["total"]
    )
    assert (weight["layer"], weight["j"], weight["k"]) == (1, 2, 3)
    assert (bias["layer"], bias["j"], bias["k"]) == (2, 0, None)
    assert result["examples"][0]["row"] == 70
    assert result["examples"][0]["target"] == "versicolor"


def test_the_text_shows_the_gradient(run, diabetes):
    network, gradient = own_gradient(diabetes, "diabetes", 3)
    w = network.w(gradient, 1)
    j, k = (int(i) for i in np.unravel_index(np.abs(w).argmax(), w.shape))
    result = run("explain", "--row", "3", "--weight", f"1,{j},{k}", diabetes, "diabetes")
    assert result.code == 0
    block = result.out.split(f"to neuron {j} of layer 1 from input {k}, {read_table('diabetes').frame.columns[k]}")[1]
    product, nudged = map(float, re.search(r"= (\S+)\nBy central differences: (\S+)\.\n", block).groups())
    want = w[j, k]
    assert abs(want) > 0.01
    assert product == pytest.approx(want, abs=6e-5, rel=2e-3)
    assert nudged == pytest.approx(want, abs=6e-5, rel=2e-3)
    assert "target 206" in result.out.split("\n")[0]
    mean, spread = re.search(r"standardized: \(target - (\S+)\) / (\S+)", result.out).groups()
    y = run("explain", diabetes, "diabetes", "--row", "3", "--json").json["examples"][0]["y"][0]
    assert (206 - float(mean)) / float(spread) == pytest.approx(y, abs=1e-4)


def test_the_largest_derivatives_are_the_largest(run, diabetes):
    out = run("explain", diabetes, "diabetes", "--row", "0").out.split("The largest derivatives")[1].split("\n\n")[0]
    rows = re.findall(r"∂w\[(\d+),(\d+)\]⁽([¹²³])⁾ .* (\S+) +\S+$", out, re.MULTILINE)
    network, gradient = own_gradient(diabetes, "diabetes", 0)
    for layer in (1, 2, 3):
        values = [float(v) for j, k, l, v in rows if l == "⁰¹²³"[layer]]
        want = np.sort(np.abs(network.w(gradient, layer)).ravel())[::-1]
        want = want[want > 0][:3]
        np.testing.assert_allclose(np.abs(values), want, atol=6e-5, rtol=2e-3)


def test_a_batch_is_averaged_and_its_pulls_are_told(run, small_iris):
    rows = [0, 60, 120]
    asked = [word for row in rows for word in ("--row", row)]
    result = run("explain", small_iris, "iris", *asked, "--weight", "2,1,0", "--json").json["chosen"]["parameters"][0]
    single = [own_gradient(small_iris, "iris", row) for row in rows]
    want = [network.w(gradient, 2)[1, 0] for network, gradient in single]
    np.testing.assert_allclose(result["examples"]["values"], want, rtol=1e-9)
    assert result["examples"]["average"] == pytest.approx(np.mean(want))
    assert sorted(result["examples"]["raise_it"]) == [i for i, v in enumerate(want) if v < 0]
    out = run("explain", small_iris, "iris", *asked, "--weight", "2,1,0").out
    table = out.split("By example")[1].split("(E11).")[1].split("average")[0]
    for row, value in zip(rows, want, strict=True):
        word = f"{'raise' if value < 0 else 'lower' if value > 0 else 'leave'} the weight"
        assert re.search(rf"^ *{row} +\S+ +{word}", table, re.MULTILINE)
    assert "the first of 3" in out


def test_a_step_of_the_optimizer_is_shown(run, small_iris):
    result = run("explain", small_iris, "iris", "--row", "70")
    assert "One step of AdamW on this row" in result.out
    step = run("explain", small_iris, "iris", "--row", "70", "--json").json["chosen"]["parameters"][0]["step"]
    assert step["after"]["w"] - step["before"]["w"] == step["change"]
    beta = step["settings"]["β₁"]
    assert step["after"]["m"] == pytest.approx(beta * step["before"]["m"] + (1 - beta) * step["gradient"])


def test_a_step_at_a_rate_of_ones_own(run, small_iris):
    plain, chosen = (
        run("explain", small_iris, "iris", "--row", "70", "--json", *rate).json for rate in ((), ("--rate", "0.01"))
    )
    steps = [one["chosen"]["parameters"][0]["step"] for one in (plain, chosen)]
    assert steps[1]["settings"] == {**steps[0]["settings"], "η": 0.01}
    decayed = 1 - 0.01 * steps[1]["settings"]["λ"], 1 - steps[0]["settings"]["η"] * steps[0]["settings"]["λ"]
    moved = [s["after"]["w"] - s["before"]["w"] * d for s, d in zip(steps, decayed[::-1], strict=True)]
    assert moved[1] / moved[0] == pytest.approx(0.01 / steps[0]["settings"]["η"], rel=1e-6)
    assert chosen["training"]["trained_rate"] == steps[0]["settings"]["η"]
    out = run("explain", small_iris, "iris", "--row", "70", "--rate", "0.01").out
    assert "at the rate 0.0100 that was asked for" in " ".join(out.split())


@pytest.mark.parametrize("rate", ["0", "-0.1", "nan", "inf"])
def test_rates_that_are_none(run, small_iris, rate):
    result = run("explain", small_iris, "iris", "--row", "70", f"--rate={rate}")
    assert (result.code, result.out) == (2, "")
    assert "give a number above 0" in result.err


def test_a_column_is_told_in_its_own_terms(run, diabetes):
    chosen = run("explain", diabetes, "diabetes", "--row", "3", "--input", "bmi", "--json").json["chosen"]
    assert chosen["parameters"] == []
    (column,) = chosen["inputs"]
    frame = read_table("diabetes").frame
    assert float(column["shown"]) == frame["bmi"][3]
    h, costs = 1e-5, []
    for nudge in (-h, h):  # of the table's own value
        moved = frame.with_columns(
            pl.when(pl.int_range(pl.len()) == 3).then(pl.col("bmi") + nudge).otherwise("bmi").alias("bmi")
        )
        moved.write_parquet("moved.parquet")
        network, theta, X, Y, _ = gradient_arrays(
            glassprop.load(diabetes), read_record(diabetes), read_table("moved.parquet"), limit=10**6
        )
        costs.append(network.cost(theta, X[[3]], Y[[3]]))
    assert column["value"] == pytest.approx((costs[1] - costs[0]) / (2 * h), rel=1e-3)


def test_a_category_is_told_by_switches(run, nasty):
    table = nasty.parent / "t.csv"
    result = run("explain", nasty, table, "--row", "5", "--input", NASTY[3])
    assert "Had it been:" in result.out
    (column,) = run("explain", nasty, table, "--row", "5", "--input", NASTY[3], "--json").json["chosen"]["inputs"]
    assert set(column["switches"]) == {NASTY[0], NASTY[2], "white"}
    assert column["value"] is None
    assert column["switches"][column["shown"]] == 0


# --- the terminal ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [(), ("--weight", "1,0,1"), ("--input", "bmi", "--row", "8"), ("--top", "2")])
def test_eighty_columns_suffice(run, diabetes, asked):
    result = run("explain", diabetes, "diabetes", "--row", "3", *asked)
    assert result.code == 0
    assert max(map(len, result.out.split("\n"))) <= 80
    assert "\x1b" not in result.out


def test_long_lines_are_broken(run, tmp_path):
    model = trained(
        tmp_path, "deep", "diabetes", "--epochs", "1", "--hidden", ",".join("3" * 10), "--activation", "mish"
    )
    out = run("explain", model, "diabetes", "--row", "3").out
    assert max(map(len, out.split("\n"))) <= 80
    assert len(re.findall("mish", out.split("Cost:")[0])) == 10


def test_what_is_asked_for_twice_is_shown_once(run, small_iris):
    asked = ("--weight", "1,2,3", "--weight", "1, 2, 3", "--json")
    assert len(run("explain", small_iris, "iris", "--row", "5", *asked).json["chosen"]["parameters"]) == 1


def test_names_are_text_in_the_terminal(run, nasty):
    result = run("explain", nasty, nasty.parent / "t.csv", "--row", "5", "--input", NASTY[3], "--input", NASTY[1])
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "[bold]x[/bold]" in result.out
    assert r"\input{/etc/passwd}" in result.out
    assert max(map(len, result.out.split("\n"))) <= 80


def test_a_narrow_encoding_is_no_error(small_iris, tmp_path):
    command = [sys.executable, "-m", "glassprop.cli", "explain", str(small_iris), "iris", "--row", "1"]
    done = subprocess.run(command, capture_output=True, check=False, env={"PYTHONIOENCODING": "ascii", "PATH": ""})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


class Closed(io.TextIOWrapper):
    """Standard output whose reader has left."""

    def write(self, text):
        raise BrokenPipeError


def test_a_reader_who_left_is_no_fault(run, small_iris, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Closed(io.BytesIO(), encoding="utf-8"))
    assert main(["explain", str(small_iris), "iris", "--row", "1"]) == 141
    assert main(["info", str(small_iris)]) == 141


def test_without_rows_values_of_the_table_are_left_out(run, diabetes):
    asked = ("explain", diabetes, "diabetes", "--row", "3", "--input", "bmi")
    value = str(read_table("diabetes").frame["bmi"][3])[:8]
    assert value in run(*asked).out
    assert value not in run(*asked, "--no-rows").out
    assert "target 206" not in run(*asked, "--no-rows").out
    result = run(*asked, "--no-rows", "--json")
    assert result.json["examples"][0]["target"] is None
    assert result.json["chosen"]["inputs"][0]["shown"] is None
    assert result.json["chosen"]["inputs"][0]["parts"][0]["by_column"] is None
    assert value not in result.out


# --- files -----------------------------------------------------------------------------------------------------


def test_latex_is_written_and_compiles(run, nasty, tmp_path):
    result = run("explain", nasty, nasty.parent / "t.csv", "--row", "5", "--latex", "x.tex")
    assert (result.code, result.out) == (0, "")
    assert result.err.count("\n") == 1
    assert "row 5 of your table (--no-rows" in result.err
    text = (tmp_path / "x.tex").read_text()
    assert text.startswith("% ")
    compile_tex(text, tmp_path)


def test_a_weight_is_chosen_for_latex(run, small_iris, tmp_path):
    run("explain", small_iris, "iris", "--row", "5", "--latex", "x.tex", "--weight", "1,2,3")
    weights = (tmp_path / "x.tex").read_text().split(r"\section{Weights}")[1]
    assert re.findall(r"\\subsection\*\{(.*?)\}\$?:", weights.replace("$", ""))[0].startswith("Weight w_{2,3}^{(1)")
    assert weights.count(r"\subsection*") == 1


def test_markdown_is_written(run, nasty, tmp_path):
    asked = ("explain", nasty, nasty.parent / "t.csv", "--row", "5", "--input", NASTY[3])
    result = run(*asked, "--markdown", "x.md")
    assert (result.code, result.out) == (0, "")
    assert "row 5 of your table (--no-rows" in result.err
    text = (tmp_path / "x.md").read_text()
    assert text.startswith("# Row 5: predicted ")
    assert "## Column " in text
    assert "## Weights" not in text  # a column was chosen, and no weight
    assert run(*asked[:5], "--markdown", "-").out.count("### Weight $w_") == 6  # the largest of each layer


def test_the_page_is_written(run, nasty, tmp_path):
    result = run("explain", nasty, nasty.parent / "t.csv", "--row", "5", "--row", "6", "--html", "x.html", "--no-rows")
    assert result.code == 0
    assert "numbers that the network computes with" in result.err
    page = (tmp_path / "x.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<img src=x" not in page


def test_of_a_page_that_computes_it_is_said_that_it_holds_the_model(run, small_iris):
    said = run("explain", small_iris, "iris", "--row", "5", "--row", "6", "--html", "x.html").err
    assert "values of 2 rows of your table" in said
    assert "the model: all of its weights and biases" in said
    assert "the model" not in run("explain", small_iris, "iris", "--row", "5", "--html", "y.html", "--no-rows").err


def test_the_page_leaves_values_of_the_table_out_if_asked(run, diabetes, tmp_path):
    value = str(read_table("diabetes").frame["bmi"][3])[:8]
    run("explain", diabetes, "diabetes", "--row", "3", "--html", "with.html")
    run("explain", diabetes, "diabetes", "--row", "3", "--html", "without.html", "--no-rows")
    assert value in (tmp_path / "with.html").read_text()
    assert value not in (tmp_path / "without.html").read_text()


@pytest.mark.parametrize(
    ("name", "start"), [("w.txt", "# Back-"), ("w.html", "<!DOCTYPE html>"), ("w.TEX", "% A worksheet")]
)
def test_worksheets_by_the_ending(run, small_iris, tmp_path, name, start):
    result = run("explain", small_iris, "iris", "--row", "5", "--worksheet", name, "--digits", "1")
    assert (result.code, result.out) == (0, "")
    assert "inputs and the target of row 5" in result.err
    assert (tmp_path / name).read_text().startswith(start)
    assert "to 3 significant digits" in (tmp_path / name).read_text()


def test_a_worksheet_has_all_the_rows(run, small_iris):
    rows = [word for row in (0, 60) for word in ("--row", row)]
    result = run("explain", small_iris, "iris", *rows, "--worksheet", "w.txt", "--rate", "0.5")
    text = Path("w.txt").read_text(encoding="utf-8")
    assert all(said in text for said in ("## Row 0", "## Row 60", "## All rows", "the learning rate η = 0.5."))
    assert "the inputs and the target of 2 rows" in result.err


@pytest.mark.parametrize("form", ["--latex", "--markdown", "--html", "--worksheet"])
def test_a_dash_is_standard_output(run, small_iris, tmp_path, form):
    result = run("explain", small_iris, "iris", "--row", "5", form, "-")
    assert (result.code, result.err) == (0, "")
    assert len(result.out) > 1000
    assert list(tmp_path.iterdir()) == []


# --- refusals --------------------------------------------------------------------------------------------------

REFUSED = {
    "no row": ([], ["--row"]),
    "row beyond": (["--row", "150"], ["150", "149"]),
    "negative row": (["--row", "-1"], ["--row -1", "from 0"]),
    "not a row": (["--row", "x"], ["--row", "x"]),
    "a row twice": (["--row", "1", "--row", "1"], ["more than once"]),
    "weight that is none": (["--row", "1", "--weight", "1,2"], ["'1,2'", "for example"]),
    "bias that is none": (["--row", "1", "--bias", "1,2,3", "--weight", "a"], ["'1,2,3'", "'a'"]),
    "weight with endless digits": (["--row", "1", "--weight", "1,2," + "9" * 5000], ["for example"]),
    "layer beyond": (["--row", "1", "--weight", "3,0,0"], ["layer 3", "1 to 2"]),
    "neuron beyond": (["--row", "1", "--weight", "2,3,0"], ["0 to 2"]),
    "input beyond": (["--row", "1", "--weight", "1,0,4"], ["0 to 3"]),
    "column unknown": (["--row", "1", "--input", "nope"], ["nope", "petal"]),
    "top": (["--row", "1", "--top", "0"], ["--top 0"]),
    "digits without a worksheet": (["--row", "1", "--digits", "3"], ["--worksheet"]),
    "digits out of range": (["--row", "1", "--digits", "7", "--worksheet", "w"], ["--digits 7", "1 to 6"]),
    "two forms": (["--row", "1", "--json", "--html", "x", "--top", "0"], ["--json and --html", "--top 0"]),
    "no such folder": (["--row", "1", "--html", "nowhere/x"], ["nowhere", "does not exist"]),
    "a folder": (["--row", "1", "--latex", "."], ["folder"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_one_line(refuse, small_iris, case):
    arguments, words = REFUSED[case]
    refuse("explain", small_iris, "iris", *arguments, words=words)


def test_too_large_for_a_worksheet(refuse, diabetes):
    refuse("explain", diabetes, "diabetes", "--row", "1", "--worksheet", "w.txt", words=["10-4-3-1", "12 and 40"])


def test_neither_the_model_nor_the_data_is_replaced(refuse, small_iris, tmp_path):
    read_table("iris").frame.write_csv(tmp_path / "i.csv")
    refuse("explain", small_iris, "i.csv", "--row", "1", "--html", "i.csv", words=["is the data"])
    refuse("explain", small_iris, "i.csv", "--row", "1", "--latex", small_iris, words=["is the model file"])


@pytest.fixture
def without_target(tmp_path):
    frame = read_table("iris").frame
    frame.drop(frame.columns[-1]).write_csv(tmp_path / "new.csv")
    return "new.csv"


def bar_of(line):
    """The characters that a bar takes, filled or shaded, after the last number of a line."""
    found = re.search(r"([█░│]+)\s*$", line)
    return None if found is None else (found.start(1), found.end(1), found[1][0])


def test_bars_stay_in_one_line_beside_long_cells(capsys):
    """Names and values are folded for them, since half a bar says nothing."""
    steps = tuple((Name(f"{n} " + "long name " * 9, 40), "2021-11-17 00:30:00 and more", 2.0) for n in range(3))
    show(pieces_of(Document("", (Waterfall(("baseline", 1.0), steps, ("prediction", 7.0)),))))
    lines = capsys.readouterr().out.splitlines()
    bars = [bar for line in lines if (bar := bar_of(line))]
    assert [last - first for first, last, _ in bars] == [3, 6, 5, 6, 20]  # of a scale from 0 to 7, 20 characters long
    assert max(map(len, lines)) <= 80


def test_bars_are_signs_of_ascii_where_nothing_else_can_be_shown(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", out)
    show(pieces_of(Document("", (Waterfall(("baseline", 4.0), (("one", "", -2.0),), ("prediction", 2.0)),))))
    out.flush()
    said = out.buffer.getvalue().decode()
    bars = [re.search(r"[#-]*$", line.rstrip())[0] for line in said.splitlines()]
    assert [bar for bar in bars if bar][-3:] == ["#" * 20, "-" * 10, "#" * 10]


def test_a_row_without_its_target_is_explained_by_its_prediction(run, small_iris, without_target):
    said = run("explain", small_iris, without_target, "--row", "60")
    assert said.code == 0
    p = glassprop.load(small_iris).predict_proba(read_table("iris").frame[60])[0]
    assert "C₀" not in said.out
    assert "How the prediction came about" in said.out
    lines = said.out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("baseline"))
    rows = lines[start : start + 7]  # and four columns, the rest, the prediction
    assert rows[6].startswith("prediction")
    assert float(rows[6].split()[1]) == pytest.approx(p.max(), abs=1e-4)
    adds, levels = zip(*(map(float, re.findall(r"-?\d+\.\d+(?:e-\d+)?", row)[-2:]) for row in rows[1:6]), strict=True)
    assert np.cumsum([float(rows[0].split()[1]), *adds])[1:] == pytest.approx(levels, abs=5e-4)
    for row, value, left, right in zip(rows[1:6], adds, [float(rows[0].split()[1]), *levels], levels, strict=False):
        first, last, mark = bar_of(row)
        assert mark == ("█" if value > 0 else "░")
        assert (last - first) / 20 == pytest.approx(abs(right - left) / max(0, 1, *levels), abs=0.1)
    assert max(map(len, lines)) <= 80


def test_a_row_with_its_target_tells_how_its_prediction_came_about(run, small_iris):
    """In each form, before the walk through the layers: the largest five columns, what the others add, and the rest."""
    p = glassprop.load(small_iris).predict_proba(read_table("iris").frame[60])[0]
    for form in ((), ("--markdown", "-"), ("--latex", "-")):
        said = run("explain", small_iris, "iris", "--row", "60", *form).out
        assert said.count("How the prediction came about") == 1
        assert said.index("How the prediction came about") < said.index("Forward")
    lines = run("explain", small_iris, "iris", "--row", "60", "--top", "2").out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("baseline"))
    rows = lines[start : start + 6]  # two columns, the others, the rest
    assert [row.split()[0] for row in rows[3:]] == ["2", "rest", "prediction"]
    adds = [float(re.findall(r"-?\d+\.\d+(?:e-\d+)?", row)[-2]) for row in rows[1:5]]
    assert float(rows[0].split()[1]) + sum(adds) == pytest.approx(p.max(), abs=5e-4)
    assert float(rows[5].split()[1]) == pytest.approx(p.max(), abs=1e-4)
    assert max(map(len, lines)) <= 80
    whole = run("explain", small_iris, "iris", "--row", "60", "--json").json
    [told] = whole["predictions"]
    assert (whole["asked"], told["value"]) == ("cost", pytest.approx(p.max(), rel=1e-5))
    assert told["baseline"] + sum(one["adds"] for one in told["columns"]) + told["rest"] == pytest.approx(p.max())


def test_a_class_and_its_score_can_be_asked_for_with_or_without_targets(run, refuse, small_iris, without_target):
    frame = read_table("iris").frame[60]
    p = glassprop.load(small_iris).predict_proba(frame)[0]
    classes = glassprop.load(small_iris).classes_.tolist()
    for data in ("iris", without_target):
        for number, name in enumerate(classes):
            asked = ("explain", small_iris, data, "--row", "60", "--output", name, "--json")
            [told] = run(*asked).json["predictions"]
            assert (told["of"], told["output"]) == ("probability", name)
            assert told["value"] == pytest.approx(p[number], rel=1e-5)
            whole = told["baseline"] + sum(column["adds"] for column in told["columns"]) + told["rest"]
            assert whole == pytest.approx(told["value"])
        scores = [
            run("explain", small_iris, data, "--row", "60", "--output", name, "--of", "score", "--json").json
            for name in classes
        ]
        values = np.array([one["predictions"][0]["value"] for one in scores])
        assert np.exp(values) / np.exp(values).sum() == pytest.approx(p, rel=1e-5)
    refuse("explain", small_iris, "iris", "--row", "1", "--output", "rose", words=["rose", "setosa"])
    refuse("explain", small_iris, "iris", "--row", "1", "--of", "amount", words=["of='probability'"])
    refuse("explain", small_iris, without_target, "--row", "1", "--worksheet", "w.txt", words=["--worksheet", "target"])
    refuse("explain", small_iris, without_target, "--row", "1", "--rate", "0.1", words=["--rate", "target"])


# --- several networks as one ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(small_iris):
    """The model of two networks: the one of ``small_iris``, and another about it."""
    model, path = glassprop.load(small_iris), small_iris.with_name("pair.glassprop")
    last = model[-1]
    other = last.theta_ + np.random.default_rng(0).normal(scale=0.2, size=last.theta_.size)
    last.network_, last._state.theta = glassprop.Network.joined([(last.network_, last.theta_), (last.network_, other)])
    last._state.optimizer = None
    last.set_params(n_members=2, member="network")
    glassprop.save(model, path, read_record(small_iris))
    return path


def test_members_are_told_and_one_is_chosen(run, refuse, small_iris, pair):
    alone = run("explain", small_iris, "iris", "--row", "5", "--json").json
    first, second, nearest = (
        run("explain", pair, "iris", "--row", "5", "--json", *more).json
        for more in (["--member", "0"], ["--member", "1"], [])
    )
    assert (first["members"]["walked"], second["members"]["walked"]) == (0, 1)
    assert first["examples"][0]["delta"] == alone["examples"][0]["delta"]
    assert second["examples"][0]["cost"] != alone["examples"][0]["cost"]
    told = first["members"]["examples"][0]
    assert told["costs"] == [first["examples"][0]["cost"], second["examples"][0]["cost"]]
    assert nearest["members"]["walked"] in (0, 1)
    (predicted,) = glassprop.load(pair).predict_proba(read_table("iris").frame[5:6])
    np.testing.assert_allclose(told["mean"], predicted, atol=1e-6)
    text = run("explain", pair, "iris", "--row", "5", "--member", "1").out
    assert "walks through member 1" in " ".join(text.split())
    refuse("explain", pair, "iris", "--row", "5", "--member", "2", words=["there is no member 2: they are 0 to 1"])
    refuse("explain", small_iris, "iris", "--row", "5", "--member", "1", words=["there is one, 0"])
    assert run("check", pair, "iris").code == 0


# --- the documented schema -------------------------------------------------------------------------------------


def keys_of(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            below = f"{path}.{key}" if path else key
            yield below
            yield from keys_of(item, below)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item, f"{path}[]")


def documented():
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "explain-json.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def test_every_key_of_a_record_is_documented_and_every_documented_key_exists(run, nasty, diabetes, small_iris):
    asked = [
        (
            "explain",
            nasty,
            nasty.parent / "t.csv",
            "--row",
            "5",
            "--input",
            NASTY[3],
            "--input",
            NASTY[1],
            "--weight",
            "1,0,0",
        ),
        ("explain", diabetes, "diabetes", "--row", "5", "--row", "7", "--weight", "1,0,0"),
        ("explain", small_iris, "iris", "--row", "5", "--weight", "2,0,0"),
    ]
    records = [run(*words, "--json").json for words in asked]
    network = glassprop.Network(16, [glassprop.Layer(2, "tanh"), glassprop.Layer(1, "identity")])
    names = Names.numbered(network, 1, inputs=[f"pixel_{r}_{c}" for r in range(4) for c in range(4)])
    picture = network.explain(np.ones(network.layout.size), np.ones(16), [1.0], names=names)
    records.append(picture.to_dict(most_weights=1, most_neurons=4))
    several = glassprop.Network(2, [glassprop.Layer(1, "identity", own=True)], members=2)
    records.append(several.explain(np.ones(6), np.ones(2), [1.0]).to_dict())
    for model, data in ((small_iris, "iris"), (diabetes, "diabetes")):  # what a page computes with, of both tasks
        found = explain_table(glassprop.load(model), read_record(model), read_table(data), [5])
        records.append({"live": found.to_dict()["live"]})
    coded = glassprop.Network(1, [glassprop.CategoryEmbedding([0], [2]), glassprop.Layer(1, "identity")])
    records.append(coded.explain(np.ones(coded.layout.size), np.ones(1), [1.0]).to_dict())
    one = glassprop.Network(1, [glassprop.Layer(1)])
    day = Column(
        "day", (0,), ("2022-01-08",), np.ones((1, 1)), unit="day", turns=(Turn("line", 0.0, Scaling(19.0, 4.0)),)
    )
    named = Names.numbered(one, 1, columns=(day,))
    records.append(one.explain([1.0, 0.0], [1.0], [1.0], names=named).to_dict())
    known = documented()
    open_ended = [key.removesuffix(".*") for key in known if key.endswith(".*")]
    found = set()
    for record in records:
        for column in record.get("chosen", {}).get("inputs", ()):
            column["paths"] = None  # documented once, for weights
        for key in keys_of(record):
            for start in open_ended:  # a name from the model or the table, whatever dots are in it
                if key.startswith(f"{start}.") and start.count(".memory") == 0:
                    key = f"{start}.*"
            found.add(re.sub(r"(memory)\.[^.]+", r"\1.*", key))
    optional = {"history.validation_cost", "history.best_epoch"}  # of a run with early stopping on rows of its own
    assert found - known == set()
    assert known - found - optional == set()


def test_the_record_is_to_dict_with_chosen(run, small_iris):
    record = run("explain", small_iris, "iris", "--row", "5", "--json").json
    chosen = record.pop("chosen")
    assert len(chosen["parameters"]) == 1
    found = explain_table(glassprop.load(small_iris), read_record(small_iris), read_table("iris"), [5])
    assert json.loads(json.dumps(found.to_dict(live=False))) == record


@pytest.mark.parametrize("rows", [(), ("--no-rows",)])
def test_what_a_saved_lesson_holds_is_said_model_included(run, small_iris, tmp_path, rows):
    frame = read_table("iris").frame
    frame.write_csv(tmp_path / "i.csv")
    said = run("explain", small_iris, "i.csv", "--row", "60", "--save", "l.json", *rows)
    assert said.code == 0
    assert said.err.strip().endswith(", and the model")
    assert json.loads((tmp_path / "l.json").read_text())["layers"]
