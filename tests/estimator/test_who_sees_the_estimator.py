"""What runs a fit is handed a plan, a state and callables: only the estimators' own class looks into an estimator.

Before this was so, an ``estimator: Any`` went to 43 functions, and 38 places outside the class read its private names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import glassprop

ROOM = Path(glassprop.__file__).parent / "estimator"
OF_THE_CLASS = {
    "base_mlp.py", "blaming.py", "classifier.py", "diagnosing.py", "displayed.py", "fit_among.py",
    "fit_source.py", "regressor.py", "suspecting.py", "weights.py",
}  # fmt: skip
FILES = sorted(path.name for path in ROOM.glob("*.py"))
# What may have private names within the class: itself, its class, and one that it has just made.
OURSELVES = {"self", "cls", "made"}


def parameters(tree: ast.AST) -> Iterator[ast.arg]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.arg))


def private(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(of what, name) of each private attribute that is read or set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            yield ast.unparse(node.value), node.attr


@pytest.mark.parametrize("name", FILES)
def test_no_function_takes_an_estimator_of_any_kind(name: str) -> None:
    found = [arg for arg in parameters(ast.parse((ROOM / name).read_text(encoding="utf-8"))) if arg.arg == "estimator"]
    said = [ast.unparse(arg.annotation) for arg in found if arg.annotation]
    assert len(said) == len(found)
    assert set(said) <= {"object"}  # handed on, and not looked into


@pytest.mark.parametrize("name", FILES)
def test_private_names_are_those_of_the_class_itself(name: str) -> None:
    tree = ast.parse((ROOM / name).read_text(encoding="utf-8"))
    allowed = OURSELVES if name in OF_THE_CLASS else {"self"}
    assert [f"{of}.{attribute}" for of, attribute in private(tree) if of not in allowed | {"super()"}] == []


@pytest.mark.parametrize("name", sorted(set(FILES) - OF_THE_CLASS))
def test_the_rest_does_not_know_the_class(name: str) -> None:
    for node in ast.walk(ast.parse((ROOM / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert f"{node.module.rpartition('.')[2]}.py" not in OF_THE_CLASS, ast.unparse(node)
