"""Names of a table's entries, with parameters in brackets: ``huber(1.5)``. Finding, writing, recognizing them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from glassprop.errors import ArchitectureError
from glassprop.ground.text import LONGEST, nearest, quoted

Entry = TypeVar("Entry", bound=Any)
_SPEC = re.compile(r"^\s*+(?P<name>[A-Za-z_]\w*+)\s*+(?:\((?P<parameters>[^()]*+)\))?\s*+$")


def find(kind: str, spec: str, table: Mapping[str, Entry], aliases: Mapping[str, str]) -> Entry:
    """Return the entry that ``spec`` names, with its parameters replaced where brackets give others.

    Raises
    ------
    ArchitectureError
        If the name is unknown, or the brackets hold anything but the right count of numbers, or one that makes
        no sense there.
    """
    match = _SPEC.match(spec) if isinstance(spec, str) else None
    name = match["name"] if match else str(spec)[:LONGEST]
    name = aliases.get(name, name)
    if match is None or name not in table:
        near = nearest(name, [*table, *aliases])
        hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(sorted(table))}"
        raise ArchitectureError(f"no {kind} is called {quoted(spec)}; {hint}")
    entry = table[name]
    if match["parameters"] is None:
        return entry
    try:
        parameters = tuple(float(part) for part in match["parameters"].split(","))
    except ValueError:
        parameters = ()
    if len(parameters) != len(entry.parameters):
        takes = f"takes {len(entry.parameters)}, as in {entry.spec!r}" if entry.parameters else "takes none"
        raise ArchitectureError(f"{kind} {quoted(spec)}: the brackets hold its parameters as numbers; {name} {takes}")
    for number, limit in zip(parameters, entry.limits, strict=True):
        if not limit.low < number < limit.high:
            raise ArchitectureError(f"{kind} {quoted(spec)}: its parameter must be {limit.words}, got {number:g}")
    return replace(entry, parameters=parameters)


def spec_of(entry: Any) -> str:
    """The name with its parameters, as ``find`` reads it: ``'leaky_relu(0.01)'``."""
    return str(entry.name) + (f"({', '.join(map(repr, entry.parameters))})" if entry.parameters else "")


def is_entry(candidate: Any, table: Mapping[str, Any]) -> bool:
    """Whether this is an entry of the table, whatever its parameters, rather than user-defined."""
    entry = table.get(candidate.name)
    return candidate is entry or (entry is not None and replace(candidate, parameters=entry.parameters) == entry)
