"""docs/command-line.md against the commands: every option, exit code and JSON key is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassprop.cli import app as module
from glassprop.cli import faults
from glassprop.cli.app import app
from glassprop.export import container

TEXT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = ["train", "predict", "score", "check", "doctor", "blame", "explain", "lesson", "info", "export", "warmup"]


def options(command):
    found = {name for argument in app[command].assemble_argument_collection() for name in argument.names}
    return {name for name in found if name.startswith("--")}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented_and_every_documented_option_exists(command):
    section = re.search(rf"^## {command}\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL).group(1)
    assert set(re.findall(r"--[a-z][a-z0-9-]*", section)) == options(command)


def test_every_command_is_documented():
    registered = {name for name in app if not name.startswith("-")}
    assert registered == set(COMMANDS)


def test_every_exit_code_is_documented():
    codes = {0, 1, faults.BAD_INPUT, faults.BUG, faults.INTERRUPTED, module.PIPE_CLOSED, module.TERMINATED}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)} == codes


def test_the_json_keys_are_documented(run, iris_model):
    keys = set(run("train", "iris", "--epochs", "2", "--json").json)
    keys |= set(run("check", iris_model, "iris", "--rows", "5", "--json").json)
    keys |= set(run("doctor", iris_model, "iris", "--budget", "0", "--json").json)
    section = TEXT[TEXT.index("## JSON") : TEXT.index("## The model file")]
    assert keys <= set(re.findall(r"`(\w+)`", section))


def test_the_format_number_is_documented():
    assert f"**The format number** is {container.FORMAT}." in TEXT


def test_the_pictures_load_nothing_from_elsewhere():
    for picture in (Path(__file__).parents[2] / "docs" / "img").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert not re.search(r"""@import|@font-face|url\(["']?[^#"')]|href=["']https?:""", text), picture
