"""glassprop lesson: ready ones and files, in every form; what is wrong with a file, line by line."""

from __future__ import annotations

import io
import json
import re
import sys
import tomllib

import numpy as np
import pytest

from glassprop.cli import main
from glassprop.lessons import READY, read_lesson, ready_lesson


def test_the_list_names_all_that_ship(run):
    result = run("lesson", "--list")
    assert result.code == 0
    for name in READY:
        assert re.search(rf"^{name} +{re.escape(ready_lesson(name).title)} *$", result.out, re.MULTILINE)
    told = run("lesson", "--list", "--json").json["lessons"]
    assert [one["name"] for one in told] == list(READY)
    assert all(one["title"] and one["about"] for one in told)


def test_the_terminal_has_the_published_numbers(run):
    result = run("lesson", "2-2-2", "--weight", "2,0,0")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Two inputs, two hidden neurons, two outputs, all sigmoid\nThe well-known example")
    for number in ("0.5933", "0.7514", "0.2984", "0.0822", "0.3589"):  # a, a, C₀, ∂C₀/∂w5, w5 after the step
        assert number in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_json_has_all_digits_and_the_chosen(run):
    told = run("lesson", "2-2-2", "--json", "--weight", "2,0,0", "--bias", "1,1", "--input", "x1").json
    assert told["title"] == ready_lesson("2-2-2").title
    assert told["examples"][0]["cost"] == pytest.approx(0.298371109, abs=5e-10)
    weight, bias = told["chosen"]["parameters"]
    assert weight["step"]["after"]["w"] == pytest.approx(0.35891648, abs=5e-9)
    assert (bias["layer"], bias["j"], bias["k"]) == (1, 1, None)
    assert told["chosen"]["inputs"][0]["name"] == "x1"


def test_the_rate_can_be_another(run):
    told = run("lesson", "2-2-2", "--json", "--rate", "0.1", "--weight", "2,0,0").json["chosen"]["parameters"][0][
        "step"
    ]
    assert told["after"]["w"] == pytest.approx(0.4 - 0.1 * 0.082167041, abs=1e-10)


@pytest.mark.parametrize(
    ("option", "name", "start"),
    [
        ("--html", "page.html", "<!DOCTYPE html>"),
        ("--worksheet", "sheet.html", "<!DOCTYPE html>"),
        ("--worksheet", "sheet.tex", "%"),
        ("--worksheet", "sheet.md", "# Back-propagation by hand"),
        ("--latex", "all.tex", "%"),
        ("--markdown", "all.md", "# Row 0"),
    ],
)
def test_each_form_is_a_file(run, tmp_path, option, name, start):
    result = run("lesson", "xor-before", option, name)
    assert (result.code, result.out, result.err) == (0, "", f"{name} was written\n")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    printed = run("lesson", "xor-before", option, "-")
    assert printed.code == 0
    assert printed.out


def test_a_page_has_the_lessons_title_and_all_rows_or_those_asked_for(run, tmp_path):
    run("lesson", "xor-before", "--html", "all.html")
    run("lesson", "xor-before", "--html", "two.html", "--row", "3", "--row", "1")
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in ("all.html", "two.html")]
    records = [
        json.loads(re.search(r'type="application/json"[^>]*>(.*?)</script', page, re.DOTALL)[1]) for page in pages
    ]
    assert all("<title>XOR, before training" in page for page in pages)
    assert [[example["row"] for example in record["examples"]] for record in records] == [[0, 1, 2, 3], [3, 1]]
    assert [[example["y"][0] for example in record["examples"]] for record in records] == [[0, 1, 1, 0], [0, 1]]


def test_a_worksheet_has_the_digits_of_the_lesson_unless_others_are_asked_for(run):
    assert "| to 0 |  3.033 | -2.919 | 1.404 |" in run("lesson", "xor-after", "--worksheet", "-").out
    assert "|to0|3|-2.9|1.4|" in run("lesson", "xor-after", "--worksheet", "-", "--digits", "1").out.replace(" ", "")


def test_a_lesson_is_saved_changed_and_shown(run, tmp_path):
    assert run("lesson", "2-2-1", "--save", "mine.toml").err == "mine.toml was written\n"
    path = tmp_path / "mine.toml"
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text)["layers"][0]["w"] == [[0.1, 0.2], [0.9, 0.5]]
    path.write_text(text.replace("[0.1, 0.2]", "[-0.5, 0.25]"), encoding="utf-8")
    told = run("lesson", "mine.toml", "--json").json
    assert told["examples"][0]["z"][1][0] == pytest.approx(-0.5 * 2 + 0.25 * 1.5 + 0.3)
    run("lesson", "mine.toml", "--save", "mine.json")
    assert read_lesson(tmp_path / "mine.json").to_dict() == read_lesson(path).to_dict()
    assert tomllib.loads(run("lesson", "one-neuron", "--save", "-").out)["inputs"] == [[2.0]]


def test_standard_input_is_a_file_too(capsys, monkeypatch):
    text = 'inputs = [[3]]\ntargets = [[1]]\n[[layers]]\nw = [[2]]\nactivation = "identity"\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["lesson", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["examples"][0]["cost"] == 25


def test_a_file_of_the_name_of_a_ready_lesson_goes_first(run, tmp_path):
    ready_lesson("chain").save(tmp_path / "softmax")
    assert run("lesson", "softmax", "--json").json["title"] == ready_lesson("chain").title


def test_every_fault_has_a_line(run, tmp_path):
    text = (
        'inputs = [[1, "0,5"]]\ntargets = [[nan]]\nrates = 1\n[[layers]]\nw = [[1, 2, 3], [4]]\nactivation = "rela"\n'
    )
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    for more in ((), ("--html", "page.html"), ("--json",)):
        result = run("lesson", "bad.toml", *more)
        assert (result.code, result.out) == (2, "")
        lines = result.err.splitlines()
        assert len(lines) >= 6
        assert all(line.startswith("glassprop: bad.toml: ") for line in lines)
        for words in ("'rates': did you mean rate?", "number 1: is the text '0,5': write 0.5", "not a finite number",
                      "inputs, row 0: has 2 numbers", "neuron 1: has 1 number", "'rela'; did you mean"):  # fmt: skip
            assert any(words in line for line in lines), (words, lines)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((), ["name a lesson", "--list", "one-neuron"]),
        (("--list", "chain"), ["not both"]),
        (("--list", "--html", "x.html"), ["--list", "combined with --json"]),
        (("chian",), ["no lesson is called 'chian'; did you mean chain?"]),
        (("mine.toml",), ["mine.toml: cannot be read: No such file"]),
        (("folder/mine",), ["folder/mine: cannot be read"]),
        (("chain", "--row", "1"), ["--row 1: the lesson has one row, 0"]),
        (("xor-after", "--row", "4"), ["--row 4: the lesson has rows 0 to 3"]),
        (("chain", "--row", "-1"), ["rows are counted from 0"]),
        (("chain", "--html", "a", "--save", "b"), ["--html and --save are different forms"]),
        (("chain", "--json", "--latex", "b"), ["--json and --latex are different forms"]),
        (("chain", "--digits", "2"), ["--digits is for --worksheet"]),
        (("chain", "--worksheet", "a", "--digits", "9"), ["--digits 9: give a whole number, from 1 to 6"]),
        (("chain", "--rate", "0"), ["--rate 0: give a number above 0"]),
        (("chain", "--weight", "1"), ["--weight '1'", "LAYER,NEURON,INPUT"]),
        (("chain", "--weight", "1,0,5"), ["there is no"]),
        (("chain", "--input", "y"), ["there is no input or column 'y'"]),
        (("chain", "--html", "no/folder.html"), ["no/folder.html"]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_a_line(refuse, asked, words):
    refuse("lesson", *asked, words=words)


def test_a_lesson_is_not_written_over_by_its_page(refuse, tmp_path):
    ready_lesson("chain").save(tmp_path / "mine.toml")
    for option in ("--html", "--save"):
        refuse("lesson", "mine.toml", option, "mine.toml", words=["is the lesson: name another file"])


def test_a_trained_model_and_rows_of_its_table_become_a_lesson(run, iris_model, tmp_path):
    asked = ("--row", "3", "--row", "70")
    result = run("explain", iris_model, "iris", *asked, "--save", "iris.toml")
    assert result.code == 0
    assert "iris.toml was written; it contains 2 rows of your table" in result.err
    lesson = read_lesson(tmp_path / "iris.toml")
    assert lesson.output_names == ("setosa", "versicolor", "virginica")
    assert run("lesson", "iris.toml").out.startswith("Row 0\n")  # it has no title
    told, again = run("explain", iris_model, "iris", *asked, "--json").json, run("lesson", "iris.toml", "--json").json
    for i in (0, 1):
        assert again["examples"][i]["cost"] == pytest.approx(told["examples"][i]["cost"], rel=1e-12)
        np.testing.assert_allclose(again["examples"][i]["delta"][1], told["examples"][i]["delta"][1], rtol=1e-9)
