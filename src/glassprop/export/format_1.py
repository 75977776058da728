"""Model files of format 1: an archive of skops' making, read here without skops, type by type.

Only plain data is built, and objects of the kinds in ``kinds/`` (``__new__``, then attributes; nothing of them runs).
What comes of it is then written as format 2 in memory and read back, so that the same checks hold for it. Where the
reader has named further types, skops builds those.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from inspect import signature
from typing import Any, BinaryIO, ClassVar
from zipfile import ZipFile

import numpy as np

from glassprop.errors import ArchitectureError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.plain_state import from_plain
from glassprop.export.archive import array_in, from_json
from glassprop.export.foreign import NotTrusted, built, names_in
from glassprop.export.kinds.all_kinds import KINDS, read_node, write_node
from glassprop.export.kinds.scikit_values import NUMBERS
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Held, Writing
from glassprop.export.type_names import LABELS, NAMES
from glassprop.ground.text import quoted

_DTYPES = {*NUMBERS, "object"}
_TYPES = {
    "numpy.float64": np.float64, "numpy.float32": np.float32, "numpy.int64": np.int64, "numpy.int32": np.int32,
    "numpy.object_": object, "builtins.float": float, "builtins.str": str, "builtins.int": int, "builtins.bool": bool,
}  # fmt: skip
_MOST_LEVELS = 100


def read(file: BinaryIO, archive: ZipFile, trusted: frozenset[str]) -> Any:
    """The model of an opened file of format 1.

    Raises
    ------
    Misfit, NotTrusted
    """
    budget = Budget(_arrays_of(archive))
    schema = from_json(archive.read("schema.json"), budget)
    ours = {*NAMES, LABELS}
    foreign = names_in(schema) - ours
    if foreign & trusted:
        file.seek(0)
        made = built(io.BytesIO(file.read()), trusted, frozenset(ours))
    elif foreign:
        raise NotTrusted(sorted(foreign))
    else:
        made = _Builder(archive).build(schema, 0)
    return again(made, budget, trusted)


def _arrays_of(archive: ZipFile) -> int:
    return sum(info.file_size for info in archive.infolist() if info.filename.endswith(".npy"))


def again(model: Any, budget: Budget, trusted: frozenset[str]) -> Any:
    """The model written and read back in memory: checked, and with no memory shared between its parts.

    A step that no kind takes, be it one of scikit-learn's in an unusual form, stays as it is where its type is trusted.
    """
    kept: list[Any] = []

    def keep(step: Any, at: str) -> dict[str, Any]:
        if _name_of(type(step)) not in trusted:
            raise NotTrusted([_name_of(type(step))])
        kept.append(step)
        return {"kept": len(kept) - 1}

    written = Writing(keep)
    node = write_node(model, "model", written)
    return read_node(node, "model", Held(written, lambda node, at: kept[node["kept"]], budget))


def _name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


class _Builder:
    """Builds what a skops schema describes, from the few nodes that are known here."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.known: dict[Any, Any] = {}

    def build(self, node: Any, levels: int) -> Any:
        """The value of a node.

        Raises
        ------
        Misfit
        """
        if levels > _MOST_LEVELS or type(node) is not dict:
            raise Misfit("", "its description is not that of a model")
        number = node.get("__id__")
        if isinstance(number, int | str) and number in self.known:
            return self.known[number]
        turn = self._TURNS.get(str(node.get("__loader__")))
        if turn is None:
            raise Misfit("", f"it has a node that glassprop does not know: {quoted(node.get('__loader__'), 60)}")
        try:
            made = turn(self, node, levels + 1)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, ArchitectureError) as error:
            raise Misfit("", f"its description is damaged: {type(error).__name__}") from error
        if isinstance(number, int | str):
            self.known[number] = made
        return made

    def _all(self, nodes: Any, levels: int) -> list[Any]:
        return [self.build(node, levels) for node in nodes]

    def _dict(self, node: dict[str, Any], levels: int) -> dict[Any, Any]:
        content = node["content"]
        types = self.build(node["key_types"], levels)
        keys = [kind(key) for kind, key in zip(types, content, strict=True)]
        return dict(zip(keys, self._all(content.values(), levels), strict=True))

    def _list(self, node: dict[str, Any], levels: int) -> list[Any]:
        return self._all(node["content"], levels)

    def _tuple(self, node: dict[str, Any], levels: int) -> tuple[Any, ...]:
        return tuple(self._all(node["content"], levels))

    def _json(self, node: dict[str, Any], levels: int) -> Any:
        if node["content"].lstrip()[:1] in ("[", "{"):
            raise Misfit("", "its description has a list where a value should be")
        return json.loads(node["content"])

    def _slice(self, node: dict[str, Any], levels: int) -> slice:
        return slice(*(node["content"][part] for part in ("start", "stop", "step")))

    def _type(self, node: dict[str, Any], levels: int) -> Any:
        return _TYPES[_named(node)]

    def _dtype(self, node: dict[str, Any], levels: int) -> np.dtype:
        found = self.build(node["content"], levels)
        if not isinstance(found, np.ndarray) or found.dtype.name not in _DTYPES:
            raise Misfit("", "it has a dtype that a model has no use for")
        return np.dtype(found.dtype.name)

    def _ndarray(self, node: dict[str, Any], levels: int) -> Any:
        if node["type"] == "json":
            items = self._all(node["content"], levels)
            if self.build(node["shape"], levels) != (len(items),):
                raise Misfit("", "it has an array of objects of a shape that a model has no use for")
            array = np.empty(len(items), dtype=object)
            array[:] = items
            return array
        array = _in_native_order(array_in(self.archive, node["file"]))
        return array if _named(node) == "numpy.ndarray" else array[()].item()

    def _object(self, node: dict[str, Any], levels: int) -> Any:
        attributes = self.build(node["content"], levels)
        if _named(node) not in {*NAMES, LABELS} or type(attributes) is not dict:
            raise Misfit("", f"it holds a {_named(node)[:100]}")
        attributes.pop("_sklearn_version", None)
        kind = _type_of(_named(node))
        made: Any = object.__new__(kind)
        if issubclass(kind, BaseMLP):
            attributes = from_plain(attributes)
        vars(made).update({**_defaults(kind), **attributes})
        return made

    _TURNS: ClassVar[dict[str, Callable[[Any, dict[str, Any], int], Any]]] = {
        "DictNode": _dict,
        "ListNode": _list,
        "TupleNode": _tuple,
        "JsonNode": _json,
        "SliceNode": _slice,
        "TypeNode": _type,
        "DTypeNode": _dtype,
        "NdArrayNode": _ndarray,
        "ObjectNode": _object,
    }


def _in_native_order(array: np.ndarray) -> np.ndarray:
    """The array in this machine's byte order; refuses text of characters that there are not, which Python cannot read.

    Raises
    ------
    Misfit
    """
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind == "U" and array.size and (array.reshape(-1).view(np.uint32) > sys.maxunicode).any():
        raise Misfit("", "a text has characters that do not exist")
    return array


def _defaults(kind: type) -> dict[str, Any]:
    """The arguments of a constructor that may be left out: earlier versions did not have them all."""
    arguments = signature(kind).parameters.values()
    return {argument.name: argument.default for argument in arguments if argument.default is not argument.empty}


def _type_of(name: str) -> type:
    """The class that a file's name for it stands for."""
    from sklearn.preprocessing import LabelBinarizer

    return LabelBinarizer if name == LABELS else KINDS[NAMES[name]].type()


def _named(node: dict[str, Any]) -> str:
    return f"{node['__module__']}.{node['__class__']}"
