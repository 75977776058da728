"""Steps of no kind: written and read by skops, and built only where the reader has named every type in them.

What is in them is looked at before skops sees it: names of types and functions, the sizes of arrays, and how large
the tree is once children that are shared are counted each time.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from glassprop.errors import MissingPackageError, ModelFileError
from glassprop.export.archive import check_directory, checked_members, from_json
from glassprop.export.kinds.kind import FOREIGN
from glassprop.export.needs import import_skops
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Foreign, Reading, Writing
from glassprop.export.type_names import moved
from glassprop.ground.text import first_line

_BYTES = Array(("uint8",))
_MOST_EXPANDED = 1_000_000
_SHOWN = 20  # names in a message
_STAMP = (1980, 1, 1, 0, 0, 0)
_ADDRESSES = {"_stop_words_id"}  # attributes of scikit-learn's that hold an address, and are made anew where it differs
# Nodes of skops that build plain data; all others name something that would be imported.
_PLAIN = {
    "DictNode": ("builtins.dict",),
    "ListNode": ("builtins.list",),
    "TupleNode": ("builtins.tuple",),
    "SetNode": ("builtins.set",),
    "JsonNode": ("builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.NoneType"),
    "SliceNode": ("builtins.slice",),
    "DTypeNode": ("numpy.dtype",),
    "NdArrayNode": (
        "numpy.ndarray", *(f"numpy.{t}" for t in ("float64", "float32", "int64", "int32", "bool", "bool_"))
    ),
    "TypeNode": (
        "builtins.str", "builtins.int", "builtins.float", "builtins.bool",
        *(f"numpy.{t}" for t in ("float64", "float32", "int64", "int32", "object_")),
    ),
}  # fmt: skip


class NotTrusted(ModelFileError):
    """A file asks for types that nobody has named.

    Attributes
    ----------
    names : list of str
    """

    def __init__(self, names: list[str]) -> None:
        shown = ", ".join(name[:100] for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        super().__init__(
            f"it asks for types that glassprop does not trust by itself: {shown}{more}; if it is from someone whose "
            "code you would run, name them: glassprop.load(path, trusted=[…]), or --trust at the command line"
        )
        self.names = names


def writer(arrays: Writing) -> Foreign:
    """Writes a step through skops, as an array of bytes."""

    def write(step: Any, at: str) -> dict[str, Any]:
        try:
            data = import_skops().dumps(step)
            lost = sorted(name for name in names_of(data) if not _is_found(name))
            data = steady(data)
        except MissingPackageError:
            raise
        except Exception as error:  # skops raises whatever the odd object raises while it is taken apart
            raise Misfit(at, first_line(error)) from error
        if lost:
            why = "is not found by that name, as a lambda or what lies in a function never is"
            raise Misfit(at, f"{lost[0][:200]} {why}")
        return {"data": _BYTES.write(np.frombuffer(data, dtype=np.uint8), f"{at}.data", arrays)}

    return write


def _is_found(name: str) -> bool:
    """Whether a type or function is found by its full name, as loading looks for it."""
    parts = name.split(".")
    homes = (".".join(parts[:k]) for k in range(len(parts) - 1, 0, -1))
    home = next((home for home in homes if home in sys.modules), None)
    if home is None:
        return False
    found: Any = sys.modules[home]
    for part in parts[home.count(".") + 1 :]:
        found = getattr(found, part, None)
    return found is not None


def names_of(data: bytes) -> set[str]:
    """The names of types and functions in what skops wrote.

    Raises
    ------
    Misfit
    """
    return names_in(_schema_of(io.BytesIO(data)))


def names_asked_for(node: Any, arrays: Reading) -> set[str]:
    """All names in all steps of no kind of a document, for the message, as far as they can be read."""
    if type(node) is list:
        return {name for part in node for name in names_asked_for(part, arrays)}
    if type(node) is not dict:
        return set()
    if node.get("kind") != FOREIGN:
        return {name for part in node.values() for name in names_asked_for(part, arrays)}
    try:
        return names_of(_BYTES.read(node.get("data"), "", arrays).tobytes())
    except Misfit:
        return set()


def reader(arrays: Reading, trusted: Iterable[str]) -> Foreign:
    """Reads a step through skops, if all that it names is in `trusted`."""

    def read(node: Any, at: str) -> Any:
        if type(node) is not dict or node.keys() != {"data"}:
            raise Misfit(at, "it must have data, and nothing else")
        return built(io.BytesIO(_BYTES.read(node["data"], at, arrays).tobytes()), frozenset(trusted))

    return read


def built(file: io.BytesIO, trusted: frozenset[str], harmless: frozenset[str] = frozenset()) -> Any:
    """What skops makes of a file whose every name is trusted, or harmless.

    Raises
    ------
    NotTrusted
        With the names that are not.
    Misfit
        The file is damaged.
    """
    schema = _schema_of(file)
    names = names_in(schema)
    _refuse_untrusted(sorted(names - trusted - harmless))
    if names & moved().keys():
        schema = _with_types(schema, moved())
        file, names = io.BytesIO(_rewritten(file, schema)), names_in(schema)
    file.seek(0)
    try:
        return import_skops().load(file, trusted=sorted(names))
    except MissingPackageError:
        raise
    except Exception as error:  # a damaged or forged file can fail anywhere in the reader
        raise Misfit("", f"a step is damaged: {type(error).__name__}: {first_line(error)}") from error


def _schema_of(file: io.BytesIO) -> Any:
    """What skops says that it wrote, of bounded size."""
    try:
        check_directory(file)
        with ZipFile(file) as archive:
            checked_members(archive, file.getbuffer().nbytes)
            return from_json(archive.read("schema.json"), Budget())
    except (BadZipFile, KeyError, OSError, EOFError, RuntimeError, UnicodeDecodeError) as error:
        raise Misfit("", f"a step is damaged: {first_line(error)}") from error


def _refuse_untrusted(names: list[str]) -> None:
    if names:
        raise NotTrusted(names)


def names_in(schema: Any) -> set[str]:
    """Every type and function that a skops schema names, but those of plain data; bounded in depth and size.

    Raises
    ------
    Misfit
    """
    found: set[str] = set()
    sizes: dict[Any, int] = {}

    def walk(node: Any, levels: int) -> int:
        if levels > 200:
            raise Misfit("", "a step is nested too deep")
        if isinstance(node, list):
            size = 1 + sum(walk(item, levels + 1) for item in node)
        elif isinstance(node, dict):
            size = _visit(node, found, sizes) + sum(walk(item, levels + 1) for item in node.values())
            if isinstance(node.get("__id__"), int | str) and node.get("__loader__") != "CachedNode":
                sizes[node["__id__"]] = size
        else:
            return 0
        if size > _MOST_EXPANDED:
            raise Misfit("", "a step shares its parts so often that it would never end")
        return size

    walk(schema, 0)
    return found


def _visit(node: dict[str, Any], found: set[str], sizes: dict[Any, int]) -> int:
    """Note what a node names; returns its own size, which is that of another where it refers to one."""
    loader = node.get("__loader__")
    if loader is None and not {"__module__", "__class__"} & node.keys():
        return 1
    if loader == "CachedNode":
        return sizes.get(node.get("__id__"), 1)
    name = f"{node.get('__module__')}.{node.get('__class__')}"
    if name not in _PLAIN.get(str(loader), ()):
        found.add(name)
    if loader == "MethodNode" and isinstance(node.get("content"), dict):
        found.add(f"{name}.{node['content'].get('func')}")
    known = sizes.get(node.get("__id__")) if isinstance(node.get("__id__"), int | str) else None
    return known or 1


def _with_types(node: Any, names: Mapping[str, str]) -> Any:
    """The same tree with types by other names."""
    if isinstance(node, list):
        return [_with_types(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_types(value, names) for key, value in node.items()}
    name = names.get(f"{node.get('__module__')}.{node.get('__class__')}")
    if name is not None:
        made["__module__"], _, made["__class__"] = name.rpartition(".")
    return made


def _rewritten(file: io.BytesIO, schema: Any) -> bytes:
    """The archive with this schema in place of its own."""
    out = io.BytesIO()
    with ZipFile(file) as archive, ZipFile(out, "w") as written:
        for name in archive.namelist():
            content = json.dumps(schema) if name == "schema.json" else archive.read(name)
            written.writestr(_member(name), content)
    return out.getvalue()


def steady(data: bytes) -> bytes:
    """The same archive without what differs: addresses and dates of members from run to run, homes of our types."""
    with ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name != "schema.json"]
        schema = json.loads(archive.read("schema.json"))
        ids: dict[Any, int] = {}
        members: dict[str, str] = {}
        schema = _with_types(_renamed(schema, ids, members, set(names)), {home: name for name, home in moved().items()})
        out = io.BytesIO()
        with ZipFile(out, "w") as written:
            for name in sorted(names, key=lambda name: members.get(name, name)):
                written.writestr(_member(members.get(name, name)), archive.read(name))
            written.writestr(_member("schema.json"), json.dumps(schema))
    return out.getvalue()


def _member(name: str) -> Any:
    from zipfile import ZipInfo

    return ZipInfo(name, _STAMP)


def _renamed(node: Any, ids: dict[Any, int], members: dict[str, str], names: set[str]) -> Any:
    """Number objects and members by their first place in the tree."""
    if isinstance(node, list):
        return [_renamed(item, ids, members, names) for item in node]
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__":
            made[key] = ids.setdefault(value, len(ids) + 1)  # in the order in which they are met
        elif key == "file" and isinstance(value, str) and value in names:
            made[key] = members.setdefault(value, f"{len(members)}.{value.rpartition('.')[2]}")
        elif key in _ADDRESSES and isinstance(value, dict):
            made[key] = {**_renamed(value, ids, members, names), "content": "0"}
        else:
            made[key] = _renamed(value, ids, members, names)
    return made
