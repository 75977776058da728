"""Steps within steps, as fields: fitted ones, and templates, which are not fitted and only told how they are to be."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from glassprop.export.kinds.everywhere import before_fitting
from glassprop.export.kinds.kind import (
    Kind,
    as_foreign,
    deeper,
    kind_of,
    misfits,
    opened,
    read_node,
    write_node,
)
from glassprop.export.kinds.searches import is_search
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Field, Object, Several, Text


class Step:
    """A fitted step within a step: a node of a kind, or one of some words ("passthrough", "drop").

    kind : the name of the one kind that it may be.
    """

    def __init__(self, *words: str, kind: str = "") -> None:
        self.words, self.kind = words, kind

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if type(value) is str and value in self.words:
            return value
        if self.kind:
            return self._checked(self._written(value, at, arrays), at)
        before = set(arrays)
        try:
            return self._written(value, at, arrays)
        except Misfit:
            if kind_of(value) is None or _has_a_network(value):
                raise
            for name in arrays.keys() - before:
                del arrays[name]
            return as_foreign(value, at, arrays)  # one of scikit-learn's in an unusual form

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is str and node in self.words:
            return node
        return self._read(self._checked(node, at), at, arrays)

    def _written(self, value: Any, at: str, arrays: Writing) -> dict[str, Any]:
        return write_node(value, at, arrays)

    def _read(self, node: Any, at: str, arrays: Reading) -> Any:
        return read_node(node, at, arrays)

    def _checked(self, node: Any, at: str) -> Any:
        if self.kind and (type(node) is not dict or node.get("kind") != self.kind):
            raise Misfit(at, f"it must be of kind {self.kind}")
        return node


class Template(Step):
    """A step that is not fitted, or whose fit is of no account: it is cloned before it is used."""

    def _written(self, value: Any, at: str, arrays: Writing) -> dict[str, Any]:
        return write_template(value, at, arrays)

    def _read(self, node: Any, at: str, arrays: Reading) -> Any:
        return read_template(node, at, arrays)


class Named:
    """A list of (name, step), as [{"name": …, "step": …}]; a step may be left out by None, which is "passthrough"."""

    def __init__(self, of: Step) -> None:
        self._pairs = Several(Object({"name": Text(1000), "step": of}), least=1)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        pairs = [{"name": name, "step": "passthrough" if step is None else step} for name, step in value]
        return self._pairs.write(pairs, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        pairs = [(pair["name"], pair["step"]) for pair in self._pairs.read(node, at, arrays)]
        named_once([name for name, _ in pairs], at)
        return pairs


def named_once(names: list[str], at: str) -> None:
    """Refuse two steps of one name.

    Raises
    ------
    Misfit
    """
    if len(set(names)) != len(names):
        raise Misfit(at, "two of its steps have one name")


def _has_a_network(value: Any) -> bool:
    """Whether this is an estimator of ours, or is told to hold one."""
    parts = [value]
    with suppress(Exception):  # objects of others may do anything
        parts += value.get_params().values()
    homes = [type(part).__module__ for part in parts]
    ours = ("glassprop.estimator.", "glassprop.tables.tabular.")
    return homes[0].startswith("glassprop.") or any(home.startswith(ours) for home in homes)


def write_template(value: Any, at: str, arrays: Writing) -> dict[str, Any]:
    """The node of an object of a kind with its constructor's arguments alone.

    Raises
    ------
    Misfit
        As `write_node`.
    """
    arrays.count(at)
    kind = kind_of(value)
    if kind is None and is_search(value):
        raise Misfit(at, f"a {type(value).__name__} within another model is not kept: give that its best_estimator_")
    if kind is None:
        return as_foreign(value, at, arrays)
    with misfits(at, kind):
        arguments = kind.bare.state({name: getattr(value, name) for name in _arguments(kind)})
        hung = {name: part for name, part in vars(value).items() if name in before_fitting()}
        written = _bare(kind).write({**arguments, **hung}, at, arrays)
        return {"kind": kind.name, "version": kind.version, **written}


def read_template(node: Any, at: str, arrays: Reading) -> Any:
    """The object that such a node describes, checked; whatever it is fitted with, it is told as ever.

    Raises
    ------
    Misfit
    """
    with deeper(arrays, at):
        kind, attributes = opened(node, at)
        if kind is None:
            return arrays.foreign(attributes, at)
        made: Any = object.__new__(kind.type())
        with misfits(at, kind):
            kind.bare.restore(made, _bare(kind).read(attributes, at, arrays))
        return made


def _arguments(kind: Kind) -> list[str]:
    names: list[str] = kind.type()._get_param_names()  # type: ignore[attr-defined]
    return names


def _bare(kind: Kind) -> Object:
    """The arguments of the constructor, with the fields that they have in a fitted one unless the kind says others."""
    fields: dict[str, Field] = {**kind.settings, **kind.optional, **(kind.bare.fields or {})}
    names = _arguments(kind)
    later = {name: fields[name] for name in names if name in kind.optional}
    return Object({name: fields[name] for name in names if name not in later}, {**later, **before_fitting()})
