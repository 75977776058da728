"""The three lessons of docs/teachers.md, played to their end: commands, pages by keys, the key of every sheet."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from classroom.plain_networks import by_weight, cost, forward, places, ready_data

from glassprop.cli import main
from glassprop.lessons import Lesson, lesson_of

TEXT = (Path(__file__).parents[2] / "docs" / "teachers.md").read_text(encoding="utf-8")
LESSONS = dict(re.findall(r"^### (\w+) lesson: [^\n]*\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL))
SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def commands(text):
    """The words of each command that a text shows."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line, comments=True)[2:] for block in blocks for line in block.splitlines() if line[0] == "$"]


ALL = [(name, words) for name in LESSONS for words in commands(LESSONS[name])]
PAGES = [(name, words) for name, words in ALL if "--html" in words]
SHEETS = [(name, words) for name, words in ALL if "--worksheet" in words]


def test_there_are_three_and_each_is_whole():
    assert list(LESSONS) == ["First", "Second", "Third"]
    for name, text in LESSONS.items():
        assert "**Goal.**" in text
        assert "**Before.**" in text
        minutes = re.findall(r"^\| (\d+) \| ", text, re.MULTILINE)
        assert sum(map(int, minutes)) == 45, name
        questions = re.findall(r"^(\d)\. \*[^*]+\?\* \S", text, re.MULTILINE)
        assert questions == [str(number) for number in range(1, len(questions) + 1)]
        asked = "".join(re.findall(r"\(questions? ([\d and]+)[),]", text))
        assert set(questions) <= set(asked)
        assert [words[0] for words in commands(text)] == ["lesson"] * 3


# --- by other hands --------------------------------------------------------------------------------------------


def by_bias(data, row, layer, j):
    return by_weight(data, row, layer, j, None)


def by_output(data, row, layer, j, step=1e-6):
    """∂C₀/∂a_j of a layer, by differences: the layers before it are left out, and a goes in."""
    rest = {**data, "layers": data["layers"][layer:], "inputs": [list(forward(data, row)[layer])]}
    rest["targets"] = [data["targets"][row]]
    costs = []
    for sign in (1, -1):
        rest["inputs"][0][j] += sign * step
        costs.append(cost(rest, 0))
        rest["inputs"][0][j] -= sign * step
    return (costs[0] - costs[1]) / (2 * step)


def stepped(data, row):
    """The lesson after a step of gradient descent on the row."""
    layers = [{**layer, "w": [list(row) for row in layer["w"]], "b": list(layer["b"])} for layer in data["layers"]]
    for layer, j, k in places(data):
        holder = layers[layer - 1]
        change = data["rate"] * by_weight(data, row, layer, j, k)
        if k is None:
            holder["b"][j] -= change
        else:
            holder["w"][j][k] -= change
    return {**data, "layers": layers}


def weighted(data, row):
    """z of every layer, that of layer 1 first."""
    a = forward(data, row)
    return [
        [sum(w * x for w, x in zip(weights, a[l], strict=True)) + b
         for weights, b in zip(layer["w"], layer["b"], strict=True)]
        for l, layer in enumerate(data["layers"])
    ]  # fmt: skip


def answers(data, row):
    """What the key must say, by the symbols that it has."""
    a, z, depth, after = forward(data, row), weighted(data, row), len(data["layers"]), stepped(data, row)
    found: dict[str, float] = {"C₀": cost(data, row), "new C₀": cost(after, row)}
    found["new C₀ - C₀"] = found["new C₀"] - found["C₀"]
    for l in range(1, depth + 1):
        for j in range(len(a[l])):
            delta, by_a = by_bias(data, row, l, j), by_output(data, row, l, j)
            found |= {f"z[{j}]({l})": z[l - 1][j], f"a[{j}]({l})": a[l][j], f"δ[{j}]({l})": delta}
            found |= {f"∂C₀/∂a[{j}]({l})": by_a, f"σ'(z[{j}]({l}))": delta / by_a}
            found |= {f"new z[{j}]({l})": weighted(after, row)[l - 1][j], f"new a[{j}]({l})": forward(after, row)[l][j]}
    for l, j, k in places(data):
        name = f"b[{j}]({l})" if k is None else f"w[{j},{k}]({l})"
        moved = after["layers"][l - 1]
        found[f"∂C₀/∂{name}"] = by_weight(data, row, l, j, k)
        found[f"new {name}"] = moved["b"][j] if k is None else moved["w"][j][k]
    return found


# --- sheets ----------------------------------------------------------------------------------------------------


def key_of(sheet):
    """(symbol, exact, value) of every line of the answer key, those of tables among them."""
    found = []
    for line in sheet.split("# Answer key")[1].splitlines():
        line = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹])⁾", lambda layer: f"({layer[1].translate(SMALL)})", line).strip()
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        text = " ".join(cells[:2]) if len(cells) == 3 else line
        match = re.fullmatch(r"([^=≈]*[^=≈ ]) ([=≈]) (?:.*[=≈] )?(-?[\d.]+)", text)
        if match and "▶" not in text:
            found.append((match[1], "≈" not in text, float(match[3])))
    return found


@pytest.mark.parametrize(("name", "words"), SHEETS, ids=[" ".join(words[1:]) for _, words in SHEETS])
def test_the_key_of_each_sheet_is_right(name, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    path = Path(words[words.index("--worksheet") + 1])
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    capsys.readouterr()
    assert main([*("-" if word == str(path) else word for word in words)]) == 0
    row = int(words[words.index("--row") + 1]) if "--row" in words else 0
    data = ready_data(words[1])
    expected, key = answers(data, row), key_of(capsys.readouterr().out)
    for symbol, exact, value in key:
        tolerance = 1e-6 if exact else 0.5e-2 * abs(expected[symbol]) + 1e-6  # three digits at least, where ≈ stands
        assert value == pytest.approx(expected[symbol], rel=0, abs=tolerance), symbol
    assert {symbol for symbol, _, _ in key} == set(expected)


# --- pages -----------------------------------------------------------------------------------------------------


def numbers(page: Any) -> list[float]:
    """All numbers of the panel."""
    found: list[float] = page.evaluate(
        """() => [...document.querySelectorAll("#panel .num")].map((n) => Number(n.dataset.value))"""
    )
    return found


def shows(page: Any, *values: float) -> bool:
    there = numbers(page)
    return all(any(one == pytest.approx(value, rel=1e-6, abs=1e-8) for one in there) for value in values)


def walk_by_keys(page: Any) -> Iterator[str]:
    """The title of each step, and → to the next, until there is none."""
    while True:
        yield page.inner_text("#panel h2")
        if page.get_attribute('[data-control="next"]', "aria-disabled") == "true":
            return
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize(("name", "words"), PAGES, ids=[" ".join(words[1:]) for _, words in PAGES])
def test_each_page_is_walked_to_its_end_by_keys(name, words, look, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    page = look(Path(words[words.index("--html") + 1]).read_text(encoding="utf-8"))
    data = ready_data(words[1])
    a, z, depth, titles = forward(data, 0), weighted(data, 0), len(data["layers"]), []
    assert not shows(page, cost(data, 0))  # the class can be asked to predict
    for title in walk_by_keys(page):
        titles.append(title)
        layer = int(re.search(r"\d+$", title)[0]) if title[-1].isdigit() else 0
        if title.startswith("Forward"):
            assert shows(page, *z[layer - 1], *a[layer]), title
        elif title.startswith("Backward"):
            n = len(a[layer])
            assert shows(page, *(by_bias(data, 0, layer, j) for j in range(n))), title
            assert shows(page, *(by_output(data, 0, layer, j) for j in range(n))), title
        elif title == "The cost":
            assert shows(page, cost(data, 0), *a[-1])
        elif title.startswith("Back at"):
            assert shows(page, *(by_output(data, 0, 0, k) for k in range(len(a[0]))))
    layers = range(1, depth + 1)
    walked = ["The whole network", "The input", *(f"Forward: layer {l}" for l in layers), "The cost"]
    walked += [*(f"Backward: layer {l}" for l in reversed(layers)), "Back at the input", "Update, and again"]
    assert titles == walked
    rows, after = range(len(data["inputs"])), after_a_step(data)
    assert shows(page, cost(data, 0), cost(after, 0), data["rate"])
    assert shows(page, sum(cost(after, row) for row in rows) / len(rows))


def after_a_step(data):
    """The lesson after a step on all of its rows: E11."""
    each = [stepped(data, row)["layers"] for row in range(len(data["inputs"]))]
    mean = []
    for layers in zip(*each, strict=True):
        rows = zip(*(layer["w"] for layer in layers), strict=True)
        w = [list(map(fmean, zip(*row, strict=True))) for row in rows]
        b = list(map(fmean, zip(*(layer["b"] for layer in layers), strict=True)))
        mean.append({"w": w, "b": b, "activation": layers[0]["activation"]})
    return {**data, "layers": mean}


# --- the rest of the page ---------------------------------------------------------------------------------------


def test_the_file_that_is_shown_is_the_call_that_is_shown():
    text = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)[1]
    lesson = Lesson.from_data(tomllib.loads(text))
    call = re.search(r">>> rain = (lesson_of\(.*?\))\n(?!\.\.\.)", TEXT, re.DOTALL)[1].replace("\n...", "\n")
    assert eval(call, {"lesson_of": lesson_of}).to_dict() == lesson.to_dict()


def test_every_command_that_shows_a_lesson_works(tmp_path, monkeypatch):
    """Those of "Numbers of your own", on the file that stands there."""
    monkeypatch.chdir(tmp_path)
    section = TEXT.split("## Numbers of your own")[1].split("\n## ")[0]
    Path("rain.toml").write_text(re.search(r"```toml\n(.*?)```", section, re.DOTALL)[1], encoding="utf-8")
    asked = commands(section)
    assert len(asked) >= 4
    for words in asked:
        assert main(words) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"rain.toml", "rain.html", "sheet.html", "rain.tex"}


def test_the_third_lesson_is_trained_on_its_page_by_keys_until_it_is_the_one_after(look, tmp_path, monkeypatch):
    """300 steps on all four rows at the lesson's rate, as the class takes them; then everything is undone."""
    monkeypatch.chdir(tmp_path)
    assert main(["lesson", "xor-before", "--html", "before.html"]) == 0
    page = look(Path("before.html").read_text(encoding="utf-8"), reduced_motion="reduce")  # 100 steps at a press
    data, trained = ready_data("xor-before"), ready_data("xor-after")
    page.click('[data-control="last"]')
    page.focus('[data-control="take-step"]')
    page.keyboard.press("Enter")
    assert told(page) == pytest.approx([mean_cost(data), mean_cost(after_a_step(data))], rel=1e-6)
    page.focus('[data-control="undo"]')
    page.keyboard.press("Enter")
    page.focus('[data-control="play"]')
    for _ in range(3):
        page.keyboard.press("Enter")
    assert told(page)[-1] == pytest.approx(mean_cost(trained), abs=2e-5)  # whose weights have three decimals
    page.focus('[data-control="reset"]')
    page.keyboard.press("Enter")
    assert told(page)[0] == pytest.approx(mean_cost(data), rel=1e-6)


def told(page: Any) -> list[float]:
    """What is said of the cost beside the buttons: before and after, or today's."""
    found: list[float] = page.evaluate(
        """() => [...document.querySelectorAll("#step-said .num")].map((n) => Number(n.dataset.value)).slice(0, 2)"""
    )
    return found


def mean_cost(data):
    return fmean(cost(data, row) for row in range(len(data["inputs"])))
