"""The fields of a schema that people edit, and what is said of those that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from glassprop.errors import TableError
from glassprop.ground.text import LONGEST, listed, nearest, quoted
from glassprop.tables.schema.readings import KINDS
from glassprop.tables.values.absent import LONGEST_ABSENT, MOST_ABSENT
from glassprop.tables.values.written_dates import ORDERS

USES = ("weight", "group", "time")
_MOST_FAULTS = 10

Check = Callable[[Any], str]  # what is wrong with a value, empty if nothing is


def _one_of(*words: str) -> Check:
    def check(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return ""
        near = nearest(value, words) if isinstance(value, str) and value else ""
        meant = f": did you mean {quoted(near)}?" if near else ""
        return f"is {quoted(value)}, not one of {', '.join(map(quoted, words))}{meant}"

    return check


def _name(value: Any) -> str:
    return "" if isinstance(value, str) and value else f"is {quoted(value)}: write the name of a column"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else f"is {quoted(value)}: write a text"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else f"is {quoted(value)}: write true or false"


def _words(value: Any) -> str:
    advice = 'write a list of words or numbers, as ["na", -9999]'
    if not isinstance(value, list):
        return f"is {quoted(value)}: {advice}"
    odd = [word for word in value if isinstance(word, bool) or not isinstance(word, str | int | float)]
    odd += [word for word in value if isinstance(word, str) and (not word.strip() or len(word) > LONGEST_ABSENT)]
    if len(value) > MOST_ABSENT:
        return f"holds {len(value):,} words: give {MOST_ABSENT:,} at most"
    return f"holds {listed([quoted(word) for word in odd], 3)}: {advice}" if odd else ""


def _spellings(value: Any) -> str:
    if isinstance(value, Mapping) and all(isinstance(word, str) for pair in value.items() for word in pair):
        return ""
    return f'is {quoted(value)}: write an object, other name to known name, as {{"100": "1E2"}}'


_COMMON: dict[str, Check] = {
    "decimal": _one_of(".", ","),
    "missing": _words,
    "quoted": _flag,
    "absent": _words,
    "aliases": _spellings,
}
# Field -> check; of those with a "!" none may be missing.
READING: dict[str, Check] = {
    "!name": _name, "!kind": _one_of(*KINDS), "order": _one_of(*ORDERS, ""), "clock": _flag, **_COMMON,
}  # fmt: skip
DROPPED: dict[str, Check] = {"!name": _name, "reason": _text}
TARGET: dict[str, Check] = {
    "!name": _name,
    "!task": _one_of("classification", "regression"),
    "kind": _one_of("number", "integer", "text"),
    **_COMMON,
}


class Faults:
    """What is wrong with a schema, place by place."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[str] = []

    def add(self, place: str, fault: str) -> None:
        """Note a fault."""
        self._found.append(f"{place} {fault}" if place else fault)

    def unknown(self, place: str, found: Mapping[str, Any], known: Iterable[str]) -> None:
        """Note each key that means nothing."""
        for key in found:
            if key not in known:
                near = nearest(str(key), known)
                hint = f"did you mean {quoted(near)}?" if near else f"there are {listed(list(known))}"
                self.add(place, f"has the unknown key {quoted(key)}: {hint}")

    def is_object(self, place: str, found: Any) -> bool:
        """Whether this is an object; noted if not."""
        if not isinstance(found, Mapping):
            self.add(place, f"is {quoted(found)}: write an object, {{...}}")
        return isinstance(found, Mapping)

    def objects(self, place: str, found: Any) -> list[tuple[str, Mapping[str, Any]]]:
        """The objects of a list, each with its place; whatever is none is noted."""
        if not isinstance(found, list):
            self.add(place, f"is {quoted(found)}: write a list, [...]")
            return []
        placed = [(_place(place, number, one), one) for number, one in enumerate(found)]
        return [(where, one) for where, one in placed if self.is_object(where, one)]

    def refuse(self) -> None:
        """Raise a TableError with all of them, if there are any."""
        if self._found:
            more = len(self._found) - _MOST_FAULTS
            last = [f"and {more:,} more faults"] * (more > 0)
            raise TableError(f"{self._name}: " + "; ".join([*self._found[:_MOST_FAULTS], *last]))


def _place(part: str, number: int, found: Any) -> str:
    name = found.get("name") if isinstance(found, Mapping) else None
    return f"{part}[{number}]" + (f" ({quoted(name[:LONGEST])})" if isinstance(name, str) else "")


def check_fields(place: str, found: Mapping[str, Any], fields: Mapping[str, Check], faults: Faults) -> None:
    """Note the fields that are unknown, lacking, or have values that cannot be."""
    checks = {field.removeprefix("!"): check for field, check in fields.items()}
    faults.unknown(place, found, checks)
    for field in fields:
        if field.startswith("!") and field[1:] not in found:
            faults.add(place, f"lacks {quoted(field[1:])}")
    for key, value in found.items():
        if key in checks and (wrong := checks[key](value)):
            faults.add(place, f"{quoted(key)} {wrong}")
