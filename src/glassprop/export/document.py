"""The document of a model file: what it says of itself, the record that people keep with it, and the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.network_field import NETWORK, parameters_of
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Mapped, Maybe, Object, Plain, Text, Whole
from glassprop.export.table_record import TABLE, is_of_a_table

_HEAD = Object(
    {"versions": Mapped(Text(100), most=20), "saved": Maybe(Text(100)), "record": Plain(), "model": Plain(64),
     "sha256": Text(64)},
)  # fmt: skip
RESERVED = ("format", "saved", "versions", "model")


def document_of(
    model: dict[str, Any], record: Mapping[str, Any], versions: Mapping[str, str], saved: str | None
) -> dict[str, Any]:
    """The document, without its checksum.

    Raises
    ------
    Misfit
        The record has a table's keys, and they are not as ``fit_table`` writes them; or it is nested too deep.
    """
    kept = {name: value for name, value in record.items() if name not in RESERVED}
    check_record(kept)
    return {"versions": dict(versions), "saved": saved, "record": kept, "model": model}


def check_record(record: Any) -> None:
    """Refuse a record that is no object, or that has the keys of a table's and not its form.

    Raises
    ------
    Misfit
    """
    if type(record) is not dict:
        raise Misfit("record", "it must be an object")
    Plain().check(record, "record")
    if is_of_a_table(record):
        TABLE.write(
            {name: record[name] for name in record if name in TABLE.keys or name in TABLE.optional}, "record", Writing()
        )


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, if its keys are those of one; the model in it is not looked at.

    Raises
    ------
    Misfit
    """
    _HEAD.write(document, "document", Writing())
    check_record(document["record"])
    return document


def facts(document: dict[str, Any], dtype: str) -> dict[str, Any]:
    """The record as it is told: what the user kept, and what follows from the file itself."""
    return {
        **document["record"],
        "format": 2,
        **({} if document["saved"] is None else {"saved": document["saved"]}),
        "versions": document["versions"],
        "model": _of_the_network(document["model"], dtype),
    }


def _of_the_network(node: Any, dtype: str) -> dict[str, Any]:
    """Class, network and size of the estimator that the model is or ends in."""
    estimator = network_node(node)
    network: Any = estimator.get("network_")
    NETWORK.write(network, "model.network_", Writing())
    return {
        "class": {"mlp_classifier": "MLPClassifier", "mlp_regressor": "MLPRegressor"}.get(estimator["kind"]),
        "network": network,
        "parameters": parameters_of(network),
        "dtype": dtype,
        "epochs": Whole().check(estimator.get("n_iter_"), "model.n_iter_"),
    }


def network_node(node: Any) -> dict[str, Any]:
    """The node of the estimator that the model is or ends in.

    Raises
    ------
    Misfit
    """
    for _ in range(20):
        if type(node) is dict and node.get("kind") in ("mlp_classifier", "mlp_regressor"):
            return node
        steps = node.get("steps") if type(node) is dict and node.get("kind") == "pipeline" else None
        node = steps[-1].get("step") if type(steps) is list and steps and type(steps[-1]) is dict else None
    raise Misfit("model", "it is not a network, and does not end in one")
