"""``glassprop info``: what is in a model file, read from its record without loading it; or which engine runs here."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.column_list import print_columns
from glassprop.cli.models import load_model
from glassprop.cli.options import MaybeWord
from glassprop.cli.output import (
    against,
    few,
    print_json,
    print_scores,
    print_sentence,
    print_table,
    warn,
    write_bytes,
)
from glassprop.errors import SettingsError
from glassprop.ground.text import visible_json


def info(
    model: Annotated[MaybeWord, Parameter(help="Model file.")] = None,
    /,
    *,
    engine: Annotated[
        bool,
        Parameter(help="Show instead which kernels train on this machine.", negative="", show_default=False),
    ] = False,
    schema: Annotated[
        bool,
        Parameter(
            help="Show instead how the model reads columns, as JSON for glassprop train --schema.",
            negative="",
            show_default=False,
        ),
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print the whole record as one JSON object.", negative="", show_default=False)
    ] = False,
) -> int:
    """Show what a model file holds and how it was trained, or which kernels train on this machine."""
    if engine != (model is None):
        raise SettingsError("info shows a model file, or with --engine this machine's kernels: give one of the two")
    if engine and schema:
        raise SettingsError("--engine shows this machine's kernels, --schema how a model reads columns: give one")
    if model is None:
        return _engine(json)
    if schema:
        return _schema(model)
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
        print_scores(
            table["scores"],
            table.get("baseline"),
            table.get("intervals"),
            title="Scores on held-out rows",
            against=against(table["task"]),
        )
        for remark in table.get("remarks") or []:
            print_sentence(remark)
    return 0


def _schema(model: str) -> int:
    from glassprop.tables import table_schema
    from glassprop.tables.schema.schema_file import schema_text

    write_bytes(visible_json(schema_text(table_schema(*load_model(model)))).encode())
    return 0


def _engine(json: bool) -> int:
    from glassprop.engine.engine_facts import cautions, engine_facts

    facts = engine_facts()
    if json:
        print_json(facts | {"cautions": cautions(facts)})
        return 0
    print_table(["", ""], [(name, value) for name, value in _of_engine(facts) if value])
    if "providers" in facts:
        print_table(
            ["large products by", "version", "kernels", ""], list(map(_of_provider, facts["providers"].items()))
        )
    for caution in cautions(facts):
        warn(caution)
    return 0


def _of_engine(facts: dict[str, Any]) -> list[tuple[str, object]]:
    if "providers" not in facts:
        return [("engine", facts["engine"]), ("why", facts["why"])]
    return [
        ("engine", facts["engine"]),
        ("CPU", f"{facts['cpu']}, vectors of {facts['cpu_bits']} bits"),
        ("compiled for", f"{facts['compiled_for']}, vectors of {facts['vector_bits']} bits"),
        *((f"large products, {dtype}", _products(by)) for dtype, by in facts["products"].items()),
        ("says who", facts["table"]),
    ]


def _products(by: dict[str, str]) -> str:
    return ", ".join(f"{product} {name}" for product, name in by.items())


def _of_provider(item: tuple[str, dict[str, Any]]) -> tuple[str, str, str, str]:
    name, facts = item
    if not facts["available"]:
        return name, "", "", facts["why"]
    bits = f" ({facts['bits']} bits)" if facts["bits"] else ""
    return name, facts["version"], f"{facts['kernels']}{bits}", facts["caution"]


def _facts(record: dict[str, Any], table: dict[str, Any]) -> list[tuple[str, object]]:
    model, versions = record["model"], record["versions"]
    facts = [
        ("task", table.get("task")),
        ("target", table.get("target")),
        ("classes", few(table.get("labels") or [], 12)),
        ("made of", _made_of(model)),
        *(("found by", _search(search)) for search in model.get("searches", ())),
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


def _made_of(model: dict[str, Any]) -> str:
    """Of a model that is made of others: how many networks, and what holds them; what follows is of the first."""
    if "within" not in model:
        return ""
    count = model["networks"]
    return f"{count} network{'' if count == 1 else 's'}, the first within: {', '.join(model['within'])}"


def _search(search: dict[str, Any]) -> str:
    """Which search found a model, and with what."""
    best = ", ".join(f"{name}={value}" for name, value in search["best_params"].items())
    score = search["best_score"]
    return f"{search['class']}, best of {search['candidates']}: {best}{'' if score is None else f'; score {score:g}'}"


def _network(spec: dict[str, Any]) -> str:
    """The network on one line: sizes, activations, cost."""
    from glassprop.layers.layer_kind import title_of

    layers = [f"{layer['n']} {title_of(layer)}" for layer in spec["layers"]]
    return f"{' → '.join([str(spec['n_inputs']), *layers])}; cost {spec['cost']}"
