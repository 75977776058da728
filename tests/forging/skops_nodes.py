"""Nodes of skops that would do harm if they were built: run code, open files, import modules, write memory."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import skops

CANARY = "forged_canary"  # a module that is not there; importing it is seen


def node(loader: str, module: str, name: str, **more: Any) -> dict[str, Any]:
    """One node of a skops schema."""
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}


def listed(*items: Any) -> dict[str, Any]:
    """A list's node."""
    return node("ListNode", "builtins", "list", content=list(items))


def tupled(*items: Any) -> dict[str, Any]:
    """A tuple's node."""
    return node("TupleNode", "builtins", "tuple", content=list(items))


def value(content: Any) -> dict[str, Any]:
    """The node of a text, a number, true, false or None."""
    return node("JsonNode", "builtins", type(content).__name__, content=json.dumps(content), is_json=True)


def of_attributes(**attributes: Any) -> dict[str, Any]:
    """A dict's node, with texts as keys."""
    kinds = [node("TypeNode", "builtins", "str") for _ in attributes]
    return node("DictNode", "builtins", "dict", content=attributes, key_types=listed(*kinds))


EMPTY = of_attributes()
_STATE = tupled(value(3), value("|"), value(None), value(None), value(None), value(64), value(1), value(16))
_OURS = ("glassprop.estimator.classifier", "MLPClassifier")
_VECTORIZER = "sklearn.feature_extraction.text"
FORGED: dict[str, dict[str, Any]] = {
    "function": node("FunctionNode", "os", "system"),
    "type": node("TypeNode", CANARY, "thing"),
    "object": node("ObjectNode", "subprocess", "Popen", content=of_attributes(args=value("touch ran"))),
    "constructor": node("ConstructorFromReduceNode", "os", "mkdir", content=tupled(value("ran"))),
    "loss": node("LossNode", "os", "mkdir", __reduce__={"args": tupled(value("ran"))}, content=EMPTY),
    "dtype": node("LossNode", "numpy", "dtype", __reduce__={"args": tupled(value("V8"))}, content=_STATE),
    "partial": node("PartialNode", "functools", "partial", content={
        "func": node("FunctionNode", "os", "mkdir"), "args": tupled(value("ran")), "kwds": EMPTY, "namespace": EMPTY}),
    "method": node("MethodNode", *_OURS, content={"func": "fit", "obj": node("ObjectNode", *_OURS, content=EMPTY)}),
    "caller": node("OperatorFuncNode", "operator", "methodcaller", attrs=tupled(value("system"))),
    "svc": node("ObjectNode", "sklearn.svm._classes", "SVC", content=of_attributes(kernel=value("rbf"))),
    "tree": node("TreeNode", "sklearn.tree._tree", "Tree", __reduce__={"args": tupled()}, content=EMPTY),
    "files": node("ObjectNode", _VECTORIZER, "CountVectorizer", content=of_attributes(input=value("filename"))),
    "generator": node("RandomGeneratorNode", "numpy.random._generator", "Generator", content={"bit_generator": EMPTY}),
    "state": node("RandomStateNode", "numpy.random.mtrand", "RandomState", content=EMPTY),
    "bytes": node("BytesNode", "builtins", "bytes", content="0.bin"),
    "bound": node("ObjectNode", "glassprop.tables.encode", "Bounded", content=of_attributes(
        limit=value(5.0), n_features_in_=value(4),
        dtype=node("LossNode", "numpy", "dtype", __reduce__={"args": tupled(value("V8"))}, content=_STATE))),
    "network": node("ObjectNode", "glassprop.network", "Network", content=of_attributes(n_inputs=value(4))),
    "unknown": node("SomethingNode", "builtins", "int", content=1),
    "pickle": node("ReduceNode", "pickle", "loads", content=tupled(value("x"))),
}  # fmt: skip


def doubling(levels: int) -> dict[str, Any]:
    """Lists whose parts are shared, so that each level is three times the one below."""
    made = listed() | {"__id__": 1}
    for level in range(2, levels):
        twice = [{**node("CachedNode", "builtins", "list"), "__id__": level - 1}] * 2
        made = listed(made, *twice) | {"__id__": level}
    return made


def rooted(schema: dict[str, Any]) -> dict[str, Any]:
    """A node as the root of a schema."""
    return {**schema, "protocol": 2, "_skops_version": skops.__version__}


def archive_of(schema: Any) -> bytes:
    """A skops file that has this node as its root."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("schema.json", (1980, 1, 1, 0, 0, 0)), json.dumps(rooted(schema)))
    return buffer.getvalue()
