"""The document of a model file: what it says of itself, the record that people keep with it, and the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glassprop.export.kinds.searches import SEARCHES
from glassprop.export.schema.misfit import Misfit, OtherFile
from glassprop.export.schema.network_field import NETWORK, parameters_of
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Mapped, Maybe, Object, Plain, Text, Whole
from glassprop.export.table_record import TABLE, is_of_a_table

_HEAD = Object(
    {"versions": Mapped(Text(100), most=20), "saved": Maybe(Text(100)), "record": Plain(), "model": Plain(64),
     "sha256": Text(64)},
    {"searches": SEARCHES},
)  # fmt: skip
CLASSES = {"mlp_classifier": "MLPClassifier", "mlp_regressor": "MLPRegressor"}
_INNER = ("steps", "step", "model")
RESERVED = ("format", "saved", "versions", "model")


def document_of(
    model: dict[str, Any],
    record: Mapping[str, Any],
    versions: Mapping[str, str],
    saved: str | None,
    searches: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The document, without its checksum.

    Raises
    ------
    Misfit
        The record has a table's keys, and they are not as ``fit_table`` writes them; or it is nested too deep.
    """
    kept = {name: value for name, value in record.items() if name not in RESERVED}
    check_record(kept)
    found = {"searches": list(searches)} if searches else {}
    return {"versions": dict(versions), "saved": saved, "record": kept, "model": model, **found}


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
    OtherFile
        It is that of a trace.
    Misfit
    """
    if document.get("kind") == "trace":
        raise OtherFile("is a trace, not a model file: give the model, and this as its trace")
    _HEAD.write(document, "document", Writing())
    check_record(document["record"])
    return document


def facts(document: dict[str, Any], dtype: str) -> dict[str, Any]:
    """The record as it is told: what the user kept, and what follows from the file itself."""
    searches = document.get("searches")
    return {
        **document["record"],
        "format": 2,
        **({} if document["saved"] is None else {"saved": document["saved"]}),
        "versions": document["versions"],
        "model": _of_the_network(document["model"], dtype) | ({"searches": searches} if searches else {}),
    }


def _of_the_network(node: Any, dtype: str) -> dict[str, Any]:
    """Class, network and size of the first estimator of ours; of several, how many, and what holds them."""
    estimators = list(_networks_in(node, []))
    holders, estimator = estimators[0]
    network: Any = estimator["network_"]
    NETWORK.write(network, "model.network_", Writing())
    around = {"networks": len(estimators), "within": holders}
    return {
        "class": CLASSES[estimator["kind"]],
        "network": network,
        "parameters": parameters_of(network),
        "dtype": dtype,
        "epochs": Whole().check(estimator.get("n_iter_"), "model.n_iter_"),
        **(around if holders else {}),
    }


def network_node(node: Any) -> dict[str, Any]:
    """The node of the first estimator of ours in a model, which is the only one where no other holds it.

    Raises
    ------
    Misfit
        There is none.
    """
    return next(_networks_in(node, []))[1]


def _networks_in(node: Any, holders: list[str]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """The nodes of fitted estimators of ours, each with the kinds of what holds it, from without; at least one.

    Raises
    ------
    Misfit
        There is none.
    """
    found = False
    for each in _walked(node, holders):
        found = True
        yield each
    if not found:
        raise Misfit("model", "it is not a network, and does not end in one")


def _walked(node: Any, holders: list[str]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    if type(node) is list:
        for item in node:
            yield from _walked(item, holders)
    elif type(node) is dict:
        kind = node["kind"] if type(node.get("kind")) is str else ""
        if kind in CLASSES:
            if "network_" in node:  # otherwise it is not fitted
                yield holders, node
            return
        around = [*holders, kind] if kind not in ("", "pipeline") else holders
        for name, part in node.items():
            if name in _INNER or name.endswith("_"):  # what was fitted; the arguments are only how it was asked for
                yield from _walked(part, around)
