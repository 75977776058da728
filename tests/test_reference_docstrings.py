"""Every public name says what it takes, gives and raises, with an example: the API reference is made of this."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from test_public_names import MODULES, PUBLIC

import glassprop
from docs.site.api_names import ELSEWHERE, everything, groups, home_of, methods_of, names_of, public_modules

HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.M)
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", re.M)  # not indented: what an entry is about


def sections(thing: Any) -> dict[str, str]:
    parts = HEADING.split(inspect.cleandoc(thing.__doc__ or ""))
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def said_of(text: str) -> set[str]:
    return {name.strip("* ") for entry in ENTRY.findall(text) for name in entry.split(",")}


def parameters(thing: Any) -> list[str]:
    try:
        found = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in found if one.name not in ("self", "cls", "args", "kwargs") and one.name[0] != "_"]


def things(kind: Any) -> list[str]:
    return [name for name, thing in everything().items() if home_of()[name] == name and kind(thing)]


def is_error(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, Exception)


CLASSES = things(lambda thing: inspect.isclass(thing) and not is_error(thing))
METHODS = [f"{name}.{method}" for name in CLASSES for method in methods_of(everything()[name])]


def test_no_public_name_is_missing():
    """The reference is written of these; what they hold is pinned by the test of public names."""
    assert set(public_modules()) == set(MODULES)
    for home, names in {
        "glassprop": [*PUBLIC, *ELSEWHERE],
        **{f"glassprop.{k}": v for k, v in MODULES.items()},
    }.items():
        assert {f"{home}.{name}" for name in names} == {
            name for name in everything() if name.rpartition(".")[0] == home
        }
    grouped = [name for names in groups().values() for name in names]
    assert sorted(grouped) == sorted(set(names_of(glassprop)) - ELSEWHERE)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_what_it_is_made_of_and_shows_it(name):
    thing = everything()[name]
    found = sections(thing)
    assert found[""].strip()
    said = said_of(found.get("Parameters", "")) | said_of(found.get("Attributes", ""))
    assert not set(parameters(thing)) - said
    assert ">>>" in found.get("Examples", "")


@pytest.mark.parametrize("name", things(inspect.isroutine))
def test_a_function_says_what_it_takes_and_gives_and_shows_it(name):
    thing = everything()[name]
    found = sections(thing)
    assert found[""].strip()
    assert not set(parameters(thing)) - said_of(found.get("Parameters", ""))
    if inspect.signature(thing).return_annotation not in ("None", None, inspect.Signature.empty):
        assert found.get("Returns", "").strip()
    assert ">>>" in found.get("Examples", "")


@pytest.mark.parametrize("name", things(is_error))
def test_an_error_says_when_it_is_raised_and_what_it_carries(name):
    thing = everything()[name]
    found = sections(thing)
    assert found[""].strip()
    own = set(parameters(thing)) - {"message"} if "__init__" in vars(thing) else set()
    assert not own - said_of(found.get("Attributes", ""))


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_what_it_takes(name):
    """In a section, or in its sentences; what is the same for all methods stands with the class."""
    home, _, method = name.rpartition(".")
    thing = getattr(everything()[home], method)
    text = f"{thing.__doc__} {everything()[home].__doc__}"
    assert not [one for one in parameters(thing) if not re.search(rf"\b{one}\b", text)]
