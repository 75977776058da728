"""Docstrings as an editor shows them: read from the text alone, complete, true to the signatures, one wording."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from test_public_names import MODULES, PUBLIC

import glassprop
from glassprop import MLPClassifier, MLPRegressor

SOURCE = Path(glassprop.__file__).parent
BOTH = [MLPClassifier, MLPRegressor]
SECTION = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}\w[\w, ]*?)(?: : (.*))?$")


def nodes(tree: ast.AST) -> Iterator[Any]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef))


def as_an_editor_reads(thing: Any) -> str | None:
    """The docstring that stands in the text of the file, found without running it."""
    path = inspect.getsourcefile(inspect.unwrap(thing))
    assert path is not None
    wanted = thing.__qualname__.split(".")
    here: Any = ast.parse(Path(path).read_text(encoding="utf-8"))
    for name in wanted:
        here = next(node for node in here.body if getattr(node, "name", "") == name)
    return ast.get_docstring(here)


def sections(doc: str) -> dict[str, str]:
    parts = SECTION.split("\nIntroduction\n-\n" + doc)
    return {name: text.strip("\n") for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def entries(doc: str, section: str) -> dict[str, tuple[str, str]]:
    """Name -> (type and default, description) of a section."""
    found: dict[str, tuple[str, list[str]]] = {}
    lines: list[str] = []
    for line in sections(doc)[section].splitlines():
        match = None if line[:1].isspace() else ENTRY.match(line)
        if match:
            lines = []
            for name in match[1].split(","):
                found[name.strip()] = (match[2] or "", lines)
        else:
            lines.append(line.strip())
    return {name: (kind, " ".join(text).strip()) for name, (kind, text) in found.items()}


def public() -> dict[str, Any]:
    """Every public class and function, and the public methods of the classes, by their dotted names."""
    found: dict[str, Any] = {name: getattr(glassprop, name) for name in PUBLIC}
    for module, names in MODULES.items():
        home = importlib.import_module(f"glassprop.{module}")
        found |= {f"{module}.{name}": getattr(home, name) for name in names}
    found = {name: thing for name, thing in found.items() if isinstance(thing, type | FunctionType)}
    for name, thing in list(found.items()):
        for own, method in vars(thing).items():
            method = getattr(method, "__func__", method)
            if isinstance(thing, type) and not own.startswith("_") and isinstance(method, FunctionType):
                found[f"{name}.{own}"] = method
    return {name: thing for name, thing in found.items() if thing.__module__.startswith("glassprop")}


@pytest.mark.parametrize("name", public())
def test_an_editor_sees_what_help_says(name: str) -> None:
    thing = public()[name]
    assert inspect.cleandoc(thing.__doc__ or "") == (as_an_editor_reads(thing) or "")


def test_no_docstring_is_put_together_anywhere() -> None:
    """A name or attribute ``__doc__`` that is assigned to, or a first statement that is text but no plain one."""
    wrong = []
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        stored = [node for node in ast.walk(tree) if isinstance(getattr(node, "ctx", None), ast.Store)]
        wrong += [f"{path}:{n.lineno}" for n in stored if "__doc__" in (getattr(n, "id", ""), getattr(n, "attr", ""))]
        firsts = [node.body[0] for node in nodes(tree)]
        wrong += [
            f"{path}:{f.lineno}"
            for f in firsts
            if isinstance(getattr(f, "value", None), ast.JoinedStr | ast.BinOp) and isinstance(f, ast.Expr)
        ]
    assert wrong == []


@pytest.mark.parametrize("kind", BOTH)
def test_each_argument_is_documented_with_its_default(kind: Any) -> None:
    told = entries(as_an_editor_reads(kind) or "", "Parameters")
    signature = inspect.signature(kind).parameters
    assert set(told) == set(signature)
    for name, parameter in signature.items():
        said = told[name][0].partition("default=")[2]
        assert said, f"{name}: no default is documented"
        assert ast.literal_eval(said) == parameter.default, name
        assert told[name][1], f"{name}: nothing is said of it"


@pytest.mark.parametrize("method", ["fit", "partial_fit", "resume", "from_weights"])
@pytest.mark.parametrize("kind", BOTH)
def test_each_argument_of_a_method_is_documented(kind: Any, method: str) -> None:
    function = getattr(kind, method)
    told = entries(as_an_editor_reads(function) or "", "Parameters")
    signature = inspect.signature(function).parameters
    names = [("**" if p.kind is p.VAR_KEYWORD else "") + name for name, p in signature.items() if name != "self"]
    assert set(told) == set(names)
    for name, (kind_of_value, _) in told.items():
        said = kind_of_value.partition("default=")[2]
        if said:
            assert ast.literal_eval(said) == signature[name].default, name


OF_ONE_KIND = {
    "loss",
    "y",
    "classes",
    "multilabel",
    "class_weight",
    "label_smoothing",
    "stratify",
    "temperature",
    "temperature_",
}


@pytest.mark.parametrize("method", ["", "fit", "partial_fit", "from_weights"])
@pytest.mark.parametrize("section", ["Parameters", "Attributes", "Raises"])
def test_what_both_have_is_said_in_the_same_words(method: str, section: str) -> None:
    texts = [as_an_editor_reads(getattr(kind, method) if method else kind) or "" for kind in BOTH]
    if section not in sections(texts[0]):
        assert section not in sections(texts[1])
        return
    mine, theirs = (entries(text, section) for text in texts)
    shared = (mine.keys() & theirs.keys()) - OF_ONE_KIND
    assert shared >= (mine.keys() | theirs.keys()) - OF_ONE_KIND - {"classes_"}
    assert {name: mine[name] for name in shared} == {name: theirs[name] for name in shared}


def test_entries_are_read_as_they_stand() -> None:
    """The reader above, on a small docstring."""
    text = "Do.|Parameters\n----------\na, b : int, default=1\n    Two\n    lines.\n**rest\n    More|Returns\n---\nself"
    doc = text.replace("|", "\n\n")
    assert entries(doc, "Parameters") == {
        "a": ("int, default=1", "Two lines."), "b": ("int, default=1", "Two lines."), "**rest": ("", "More"),
    }  # fmt: skip
