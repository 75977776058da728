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
    from glassprop.export.model_file import read_record

    record = read_record(model)
    if json:
        print_json(record)
        return 0
    print_table(["", ""], _facts(record))
    columns = record.get("columns") or []
    if columns:
        print_columns([(c.get("name"), c.get("role"), c.get("reason")) for c in columns])
    if record.get("scores"):
        print_scores(record["scores"], record.get("baseline") or {}, title="Scores on held-out rows")
    return 0


def _facts(record: dict[str, Any]) -> list[tuple[str, object]]:
    model, versions, rows = record.get("model", {}), record.get("versions", {}), record.get("rows", {})
    facts = [
        ("task", record.get("task")),
        ("target", record.get("target")),
        ("classes", few(record.get("labels") or [], 12)),
        ("network", _network(model.get("network"))),
        ("parameters", f"{model.get('parameters', 0):,} ({model.get('dtype')})"),
        ("epochs", model.get("epochs")),
        ("rows", ", ".join(f"{count:,} {part.replace('_', ' ')}" for part, count in rows.items())),
        ("seed", record.get("seed")),
        ("engine", record.get("engine")),
        ("saved", record.get("saved")),
        ("versions", ", ".join(f"{name} {number}" for name, number in versions.items())),
        ("format", record.get("format")),
    ]
    return [(name, value) for name, value in facts if value not in (None, "")]


def _network(spec: Any) -> str | None:
    """The network on one line: sizes, activations, cost."""
    if not isinstance(spec, dict):
        return None
    layers = [f"{layer['n']} {layer['activation']}" for layer in spec["layers"]]
    return f"{' → '.join([str(spec['n_inputs']), *layers])}; cost {spec['cost']}"
