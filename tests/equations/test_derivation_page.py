"""docs/derivation.md: every name of code and of a test that it prints exists, and every equation has both."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "derivation.md").read_text(encoding="utf-8")
CODE = sorted(set(re.findall(r"`((?:equations|architecture|backprop|network|training)\.[^`]+)`", PAGE)))
TESTS = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
EQUATIONS = re.findall(r"^\*\*E(\d+)\.\*\*(.*?)^> (Code: .*?)$", PAGE, flags=re.MULTILINE | re.DOTALL)


def resolve(name: str):
    """The object that a dotted name inside glassprop means, with an index in brackets if there is one."""
    dotted, _, index = name.partition("[")
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing = import_module(".".join(["glassprop", *parts[:cut]]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part)
        return thing[ast.literal_eval(index.rstrip("]"))] if index else thing
    raise AssertionError(f"no module of {name}")


@pytest.mark.parametrize("name", CODE)
def test_names_of_code_exist(name):
    assert resolve(name) is not None


@pytest.mark.parametrize("name", TESTS)
def test_names_of_tests_exist(name):
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_equations_stand_in_order_each_with_code_and_its_own_test():
    assert [int(number) for number, *_ in EQUATIONS] == list(range(1, 47))
    for number, statement, proof in EQUATIONS:
        assert "$" in statement
        assert "**E" not in statement, f"E{number} has no line of code and test"
        assert f"tests/equations/{_file(int(number))}::test_E{int(number):02d}_" in proof


def test_every_numbered_test_is_on_the_page():
    for file, count in ((_file(1), 28), (_file(29), 12), (_file(41), 5), (_file(46), 1)):
        tree = ast.parse((ROOT / "tests/equations" / file).read_text(encoding="utf-8"))
        named = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        named = [name for name in named if name.startswith("test_E")]
        assert len(named) == count
        assert all(f"tests/equations/{file}::{name}`" in PAGE for name in named)


def _file(number: int) -> str:
    """Where the test of an equation stands: those of the notes, of other kinds of layer, members and predictions."""
    if number > 45:
        return "test_equations_of_predictions.py"
    if number > 40:
        return "test_equations_of_members.py"
    return "test_equations.py" if number <= 28 else "test_equations_of_kinds.py"
