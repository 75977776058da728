"""docs/leave.md, word for word: a model of a CSV file says the same here, in C, and in a browser."""

from __future__ import annotations

import csv
import json
import mimetypes
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report.live_page import ask, open_live
from waiting import HANG

from glassprop.cli import main

TEXT = (Path(__file__).parents[2] / "docs" / "leave.md").read_text(encoding="utf-8")
CONSOLE = "".join(re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)).replace("\\\n", "")  # one line a command
COMMANDS = [line[2:] for line in CONSOLE.splitlines()]
FILES = {"visits.py": "python", "new.csv": "text", "main.c": "c", "index.html": "html"}
Answers = list[tuple[str, float]]


def block(name: str, language: str) -> str:
    """The first block of that language after the file's name."""
    found = re.search(rf"`{re.escape(name)}`.*?```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None, name
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all of it was done, but for the browser; what the program printed is in ``printed``."""
    folder = tmp_path_factory.mktemp("leave")
    if shutil.which("cc") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no C compiler: apt-get install gcc libc6-dev")
    for name, language in FILES.items():
        (folder / name).write_text(block(name, language), encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        for line in COMMANDS:
            run(line)
    finally:
        os.chdir(before)
    return folder


def run(line: str) -> None:
    words = shlex.split(line)
    if words[0] == "glassprop":
        assert main(words[1:]) == 0, line
        return
    words[0] = sys.executable if words[0] == "python" else words[0]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=HANG)
    assert (done.returncode, done.stderr) == (0, ""), line
    if words[0] == "./visits":
        Path("printed").write_text(done.stdout)


def here(folder: Path) -> Answers:
    with (folder / "here.csv").open() as file:
        return [(row["prediction"], float(row["probability_yes"])) for row in csv.DictReader(file)]


def in_lines(text: str) -> Answers:
    return [(label, float(p)) for label, p in (line.split() for line in text.strip().splitlines())]


def assert_same(found: Answers, expected: Answers) -> None:
    assert [label for label, _ in found] == [label for label, _ in expected]
    assert [p for _, p in found] == pytest.approx([p for _, p in expected], abs=1e-5)


def test_every_command_is_there_and_in_order() -> None:
    assert [shlex.split(line)[0] for line in COMMANDS] == [
        "python", "glassprop", "glassprop", "glassprop", "cc", "./visits", "glassprop", "glassprop"
    ]  # fmt: skip


def test_the_program_in_c_says_what_glassprop_predict_says(folder: Path) -> None:
    assert_same(in_lines((folder / "printed").read_text()), here(folder))


def test_what_the_document_shows_is_what_comes(folder: Path) -> None:
    """To two digits: another CPU rounds otherwise, and training carries that on."""
    shown = in_lines(re.search(r"prints\n\n```text\n(.*?)```", TEXT, re.DOTALL)[1])  # type: ignore[index]
    assert [label for label, _ in here(folder)] == [label for label, _ in shown]
    assert [p for _, p in here(folder)] == pytest.approx([p for _, p in shown], abs=0.02)
    table = re.search(r"`here.csv` gives.*?```text\n(.*?)```", TEXT, re.DOTALL)[1]  # type: ignore[index]
    rows = list(csv.DictReader(table.splitlines()))
    assert [(row["prediction"], float(row["probability_yes"])) for row in rows] == [
        (label, pytest.approx(p, abs=1e-6)) for label, p in shown
    ]


def test_the_onnx_model_says_the_same(folder: Path) -> None:
    np = pytest.importorskip("numpy")
    ort = pytest.importorskip("onnxruntime")
    session = ort.InferenceSession(folder / "visits.onnx")
    rows = {
        "town": np.array([["Bonn"], ["Rome"], [""]], object),
        "distance": np.array([[14.5], [30.0], [np.nan]]),
        "rain": np.array([["true"], ["false"], ["true"]], object),
    }
    label, probabilities = session.run(None, rows)
    assert_same(list(zip(label.tolist(), probabilities[:, 1].tolist(), strict=True)), here(folder))


def test_the_page_of_an_explanation_says_the_same_by_its_own_script(folder: Path, look: Callable[..., Any]) -> None:
    document = (folder / "row-0.html").read_text(encoding="utf-8")
    shown = look(document)
    record = json.loads(shown.evaluate("document.getElementById('record').textContent"))
    with (folder / "visits.csv").open() as file:
        row = next(csv.DictReader(file))
    with (folder / "row-0.csv").open("w", newline="") as file:
        written = csv.DictWriter(file, list(row))
        written.writeheader()
        written.writerow(row)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("glassprop predict visits.glassprop row-0.csv --out here-0.csv")
    with (folder / "here-0.csv").open() as file:
        expected = float(next(csv.DictReader(file))["probability_yes"])
    said = ask(open_live(look), record, "live.passes.forward(live.xs[0]).a.at(-1)[0]")
    assert said == pytest.approx(expected, abs=1e-5)
    assert "yes" in shown.inner_text("body")


@pytest.mark.skipif("GLASSPROP_ORT_WEB" not in os.environ, reason="GLASSPROP_ORT_WEB names no dist of onnxruntime-web")
def test_onnxruntime_in_the_browser_says_the_same(folder: Path, browser: Any) -> None:
    places = [folder, Path(os.environ["GLASSPROP_ORT_WEB"])]
    kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def serve(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        path = next(place / name for place in places if (place / name).exists())
        kind = kinds.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(body=path.read_bytes(), content_type=kind)

    page = browser.new_page()
    page.route("http://leave.test/*", serve)
    page.goto("http://leave.test/index.html")
    page.wait_for_function("document.getElementById('said').textContent", timeout=1000 * HANG)
    assert_same(in_lines(page.inner_text("#said")), here(folder))
    page.close()
