"""``glassprop info``: what is in a model file, read from its record without loading the model."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.options import Word
from glassprop.cli.output import few, print_columns, print_json, print_scores, print_table


def info(
    model: Annotated[Word, Parameter(help="Model file.")],
    /,
    *,
    json: Annotated[
        bool, Parameter(help="Print the whole record as one JSON object.", negative="", show_default=False)
    ] = False,
) -> int:
    """Show what a model file holds and how it was trained."""
    from glassprop.export.opening import read_record
    from glassprop.export.table_record import is_of_a_table

    record = read_record(model)
    if json:
        print_json(record)
        return 0
    table = record if is_of_a_table(record) else {}  # what users keep with a model may be anything
    print_table(["", ""], _facts(record, table))
    columns = table.get("columns") or []
    if columns:
        print_columns([(c.get("name"), c.get("role"), c.get("reason")) for c in columns])
    if table.get("scores"):
        print_scores(table["scores"], table.get("baseline") or {}, title="Scores on held-out rows")
    return 0


def _facts(record: dict[str, Any], table: dict[str, Any]) -> list[tuple[str, object]]:
    model, versions = record["model"], record["versions"]
    facts = [
        ("task", table.get("task")),
        ("target", table.get("target")),
        ("classes", few(table.get("labels") or [], 12)),
        ("network", _network(model["network"])),
        ("parameters", f"{model['parameters']:,} ({model['dtype']})"),
        ("epochs", model["epochs"]),
        ("rows", ", ".join(f"{count:,} {part.replace('_', ' ')}" for part, count in table.get("rows", {}).items())),
        ("seed", table.get("seed")),
        ("engine", table.get("engine")),
        ("saved", record.get("saved")),
        ("versions", ", ".join(f"{name} {number}" for name, number in versions.items())),
        ("format", record["format"]),
    ]
    return [(name, value) for name, value in facts if value not in (None, "")]


def _network(spec: dict[str, Any]) -> str:
    """The network on one line: sizes, activations, cost."""
    from glassprop.layers.layer_kind import title_of

    layers = [f"{layer['n']} {title_of(layer)}" for layer in spec["layers"]]
    return f"{' → '.join([str(spec['n_inputs']), *layers])}; cost {spec['cost']}"
