"""What a schema that is given says in place of options: the target, and the columns of weights, groups and times."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw

from glassprop.errors import TableError
from glassprop.ground.text import quoted
from glassprop.tables.schema.recognize import Words
from glassprop.tables.schema.request import FitOptions, absent_from
from glassprop.tables.schema.schema_fields import USES
from glassprop.tables.schema.schema_file import TableSchema, schema_from
from glassprop.tables.schema.target import Target, decide, refuse_target


def with_schema(options: FitOptions) -> FitOptions:
    """The options with the schema read, and what it says where they say nothing.

    Raises
    ------
    TableError
        Faults of the schema, or another target than its own is asked for.
    """
    if options.schema is None:
        return options
    schema = options.schema if isinstance(options.schema, TableSchema) else schema_from(options.schema)
    asked = {use: getattr(options, use) for use in USES}
    found: dict[str, Any] = {use: schema.uses.get(use) if name is None else name for use, name in asked.items()}
    if schema.target is None:
        return replace(options, schema=schema, **found)
    both = (("target", options.target, schema.target.name), ("task", options.task, schema.target.task))
    faults = [
        f"{what} {quoted(said)} is asked for, and the schema has {quoted(own)}: leave one out"
        for what, said, own in both
        if said not in (None, own)
    ]
    if faults:
        raise TableError("; ".join(faults))
    found |= {"target": schema.target.name, "task": schema.target.task}
    return replace(options, schema=schema, **found)


def target_of(name: str, series: nw.Series, options: FitOptions, words: Words) -> Target:
    """The target as the schema reads it; without one, as it is decided from its values.

    Raises
    ------
    TableError
        As `decide`.
    """
    absent = absent_from(options, name)
    said = options.schema.target if isinstance(options.schema, TableSchema) else None
    if said is None:
        return decide(name, series, options.task, words, absent)
    target = replace(said, absent=tuple(sorted({*said.absent, *absent})))
    refuse_target(target, series)
    return target
