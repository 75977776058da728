"""A schema as a file that people read and edit: what is written is taken back, and faults are told with their place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glassprop.errors import TableError
from glassprop.ground.text import quoted, shown
from glassprop.tables.schema.readings import Reading
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.schema_fields import DROPPED, READING, TARGET, USES, Faults, check_fields
from glassprop.tables.schema.target import Target
from glassprop.tables.values.category_names import category_name
from glassprop.tables.values.cells import MISSING

FORMAT = "glassprop schema 1"
_PARTS = ("format", "target", "columns", "dropped", *USES)
BY_SCHEMA = "by the schema"


@dataclass(frozen=True)
class TableSchema:
    """How the columns of a table are read, and which are not learned from.

    Attributes
    ----------
    readings : tuple of Reading
        Of the columns that are learned from.
    dropped : dict of str to str
        Column that is not -> why.
    target : Target or None
    uses : dict of str to str
        weight, group or time -> the column for it.
    """

    readings: tuple[Reading, ...]
    dropped: Mapping[str, str] = field(default_factory=dict)
    target: Target | None = None
    uses: Mapping[str, str] = field(default_factory=dict)

    def text_columns(self) -> dict[str, tuple[str, ...]]:
        """For ``read_table(..., as_text=)``: the columns that must stay text, with their words for "missing"."""
        columns: list[Reading | Target] = [reading for reading in self.readings if reading.needs_text()]
        if self.target is not None and self.target.needs_text():
            columns.append(self.target)
        return {column.name: column.missing for column in columns}

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `schema_from` makes the same schema of it."""
        target = None if self.target is None else _of_target(self.target)
        return {
            "format": FORMAT,
            **({} if target is None else {"target": target}),
            **dict(self.uses),
            "columns": [_without_empty(reading.to_dict()) for reading in self.readings],
            "dropped": [{"name": name, "reason": reason} for name, reason in self.dropped.items()],
        }


def schema_text(schema: Mapping[str, Any]) -> str:
    """Plain data of a schema as JSON that people can edit: a column a line."""
    parts = []
    for key, value in schema.items():
        lines = [json.dumps(one, ensure_ascii=False) for one in value] if isinstance(value, list) else []
        several = "[\n    " + ",\n    ".join(lines) + "\n  ]"
        parts.append(f'  "{key}": {several if lines else json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def schema_of(readings: Sequence[Reading], record: Mapping[str, Any]) -> TableSchema:
    """What a model's first step and its record say."""
    roles = [ColumnRole(found["name"], found["role"], found["reason"]) for found in record.get("columns", ())]
    order = {role.name: place for place, role in enumerate(roles)}
    return TableSchema(
        tuple(sorted(readings, key=lambda reading: order.get(reading.name, len(order)))),
        {role.name: role.reason for role in roles if role.role == "dropped"},
        Target.from_dict(record["target_reading"]),
        {use: name for use in USES if (name := record["options"].get(use)) is not None},
    )


def schema_from_text(text: str, name: str) -> TableSchema:
    """Read a schema that is written as JSON.

    Raises
    ------
    TableError
        No JSON (told with line and column), or all the faults in it.
    """
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats)
    except ValueError as error:
        raise TableError(f"{name} is no JSON: {shown(error)}") from None
    except RecursionError:
        raise TableError(f"{name} holds no schema: objects or lists are nested too deeply in it") from None
    return schema_from(found, name)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; where a key stands twice, one of both would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {quoted(twice)} stands twice in {shown(json.dumps(found, ensure_ascii=False))}")
    return found


def schema_from(found: Any, name: str = "the schema") -> TableSchema:
    """What `TableSchema.to_dict` gave, edited or not.

    Raises
    ------
    TableError
        All faults in one line: each with its place, and what would do.
    """
    faults = Faults(name)
    if not isinstance(found, Mapping):
        raise TableError(f"{name} holds no object: write one, as glassprop info MODEL --schema prints it")
    faults.unknown("", found, _PARTS)
    if found.get("format") != FORMAT:
        faults.add("format", f'is {quoted(found.get("format"))}: write "{FORMAT}"')
    target = found.get("target")
    if target is not None and faults.is_object("target", target):
        check_fields("target", target, TARGET, faults)
        _check_task(target, faults)
    columns = faults.objects("columns", found.get("columns"))
    dropped = faults.objects("dropped", found.get("dropped", []))
    for place, column in columns:
        check_fields(place, column, READING, faults)
    for place, column in dropped:
        check_fields(place, column, DROPPED, faults)
    uses = {use: found[use] for use in USES if found.get(use) is not None}
    for use, column in uses.items():
        if not isinstance(column, str):
            faults.add(use, "must be the name of a column")
    named = [("target", target)] * isinstance(target, Mapping) + [*columns, *dropped]
    _check_names([*named, *((use, {"name": column}) for use, column in uses.items())], faults)
    if not columns:
        faults.add("columns", "has none: name at least one column to learn from")
    faults.refuse()
    return TableSchema(
        tuple(_reading(column) for _, column in columns),
        {column["name"]: column.get("reason", BY_SCHEMA) for _, column in dropped},
        None if target is None else _target(target),
        uses,
    )


def _check_names(named: list[tuple[str, Mapping[str, Any]]], faults: Faults) -> None:
    first: dict[str, str] = {}
    for place, column in named:
        name = column.get("name")
        if not isinstance(name, str):
            continue
        if name in first:
            faults.add(place, f"is column {quoted(name)}, as {first[name]} is: leave one out")
        first.setdefault(name, place)


def _check_task(target: Mapping[str, Any], faults: Faults) -> None:
    if target.get("task") == "regression" and target.get("kind", "number") != "number":
        faults.add("target", 'is for regression, whose kind is "number"')
    if target.get("task") == "classification" and target.get("kind", "text") == "number":
        faults.add("target", 'is for classification, whose kind is "integer" or "text"')


def _reading(found: Mapping[str, Any]) -> Reading:
    return Reading(**{**found, **_words(found)})


def _target(found: Mapping[str, Any]) -> Target:
    kind = found.get("kind", "number" if found["task"] == "regression" else "text")
    rest: dict[str, Any] = {key: found[key] for key in ("quoted", "aliases") if key in found}
    return Target(found["name"], found["task"], BY_SCHEMA, kind, found.get("decimal", "."), **{**_words(found), **rest})


def _words(found: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The words that files mean by "missing", and those that people add, which count in any table."""
    words = [category_name(str(word).strip()).lower() for word in found.get("missing", ())]
    more = [category_name(str(word).strip()).lower() for word in found.get("absent", ())]
    usual = [word for word in words if word in MISSING]
    return {
        "missing": tuple(usual),
        "absent": tuple(sorted({*more, *(word for word in words if word not in MISSING)})),
    }


def _of_target(target: Target) -> dict[str, Any]:
    reading = Reading(
        target.name,
        target.kind,
        decimal=target.mark,
        missing=target.missing,
        quoted=target.quoted,
        absent=target.absent,
        aliases=target.aliases,
    ).to_dict()
    return {"name": target.name, "task": target.task, **_without_empty(reading)}


def _without_empty(found: dict[str, Any]) -> dict[str, Any]:
    """Models of before have the empty word among those for missing; an empty cell is so anyhow."""
    return {key: [word for word in value if word] if key == "missing" else value for key, value in found.items()}
